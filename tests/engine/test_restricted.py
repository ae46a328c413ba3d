"""What student code tries from inside the restricted isolation, which has no namespaces.

As root this is in the conditions of a Docker container, otherwise as the present user.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import Any

import container_start
import pytest
from containers import ROOT_IN_DOCKER, open_folder, visible
from sandboxes import sandbox
from waiting import wait_until

from autograder.sandbox import Crashed, Limits, WarmProcess
from autograder.sandbox.linux import landlock, restricted, root_filesystem, syscalls
from autograder.sandbox.linux.root_filesystem import Plan, SetupFailed
from autograder.sandbox.process_tree import Tree
from convgrade.datasets import digits
from convgrade.datasets.concealing import concealed

pytestmark = pytest.mark.skipif(
    landlock.version() == 0 or (os.geteuid() == 0 and container_start.library() is None),
    reason="this kernel has no Landlock, or root has no libseccomp",
)
PYTHON = sys.executable
CELL = """
import ctypes, os, signal, socket, subprocess, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def syscall(*args):
    ctypes.set_errno(0)
    libc.syscall(*(ctypes.c_long(a) if isinstance(a, int) else a for a in args))
    return ctypes.get_errno()
def attempt(*args):
{body}
"""
REFUSED = ("PermissionError", "OSError", "FileNotFoundError")


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmProcess]:
    """A restricted warm process; root's is started as in a container."""
    with open_folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr("tempfile.tempdir", None)
        patch.setattr(sys, "executable", str(python_of_warm_processes(folder)))
        with WarmProcess(isolation="restricted", substitutes=concealed()) as process:
            yield process


def python_of_warm_processes(folder: Path) -> Path:
    """Python; for root, a program that is Python under the conditions that Docker makes."""
    if os.geteuid() != 0:
        return Path(PYTHON)
    profile, program = folder / "profile.json", folder / "python"
    profile.write_text(json.dumps(ROOT_IN_DOCKER["profile"]), encoding="utf-8")
    conditions = json.dumps({**ROOT_IN_DOCKER, "profile": str(profile)})
    start = [*visible(), PYTHON, container_start.__file__, conditions, PYTHON]
    program.write_text(f'#!/bin/sh\nexec {shlex.join(start)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return program


def attempt(warm: WarmProcess, body: str, *args: Any, limits: Limits | None = None) -> Any:
    """What `body`, as the body of a function of `args`, returned; its exception by name."""
    with sandbox(warm, CELL.format(body=indent(body, "    ")), limits=limits) as student:
        try:
            return student.call("attempt", args).value
        except Exception as failure:
            return getattr(failure, "type_names", (type(failure).__name__,))[0]


def number(name: str) -> int:
    found = syscalls.number(name)
    assert found is not None
    return found


def folder_of(warm: WarmProcess) -> Path:
    return Path(warm.address).parent


# -- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["secret", "suite.py", "hand-in of another.ipynb"])
def test_files_elsewhere_cannot_be_read(warm: WarmProcess, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text("x")
    file.chmod(0o644)
    for body in (
        "return open(args[0]).read()",
        "return os.listdir(os.path.dirname(args[0]))",
        "os.link(args[0], 'mine'); return open('mine').read()",
        "os.rename(args[0], 'mine')",
        "os.symlink(args[0], 'mine'); return open('mine').read()",
        "os.unlink(args[0])",
        "return open(args[0], 'a')",
        "os.truncate(args[0], 0)",
        "return subprocess.run(['cat', args[0]], check=True, capture_output=True).stdout",
    ):
        assert attempt(warm, body, str(file)) in (*REFUSED, "CalledProcessError")
    assert file.read_text() == "x"


@pytest.mark.parametrize("folder", ["/tmp", "/var/tmp", "/dev/shm", "/", "/root", "/home", "/proc"])
def test_shared_folders_cannot_be_used(warm: WarmProcess, folder: str) -> None:
    assert attempt(warm, "return os.listdir(args[0])", folder) in REFUSED
    assert attempt(warm, "return open(args[0] + '/convgrade-exploit', 'w')", folder) in REFUSED


def test_another_submission_in_flight_cannot_be_read(warm: WarmProcess) -> None:
    body = "open('answer', 'w').write('mine'); return os.getcwd(), os.getpid()"
    with sandbox(warm, CELL.format(body=indent(body, "    "))) as other:
        where, pid = other.call("attempt", []).value
        assert attempt(warm, "return open(args[0]).read()", f"{where}/answer") in REFUSED
        assert attempt(warm, "return os.listdir(args[0])", where) in REFUSED
        assert attempt(warm, "return open(f'/proc/{args[0]}/mem', 'rb')", pid) in REFUSED
        assert attempt(warm, "os.kill(args[0], signal.SIGKILL)", pid) in REFUSED
        assert other.call("attempt", []).value == (where, pid)


@pytest.mark.parametrize(
    "file", ["environ", "cmdline", "mem", "maps", "fd", "root", "cwd", "status"]
)
def test_nothing_of_the_grader_can_be_read(warm: WarmProcess, file: str) -> None:
    body = "p = f'/proc/{args[0]}/{args[1]}'\nreturn os.listdir(p) if args[2] else open(p).read()"
    for pid in (os.getpid(), os.getppid()):
        assert attempt(warm, body, pid, file, file in ("fd", "root", "cwd")) in REFUSED


def test_modes_owners_and_times_of_files_stay(warm: WarmProcess, tmp_path: Path) -> None:
    """As the grader's user, a submission could otherwise change all of them."""
    file = tmp_path / "file"
    file.write_text("x")
    before = file.stat()
    body = """
os.chmod(args[0], 0)
os.utime(args[0], (1, 1))
os.chown(args[0], os.getuid(), os.getgid())
library = os.open(os.__file__, os.O_RDONLY)
os.fchmod(library, 0)
try:
    os.setxattr(args[0], 'user.name', b'x')
except OSError as refusal:
    return refusal.errno
"""
    modes = os.stat(os.__file__).st_mode
    assert attempt(warm, body, str(file)) == errno.EOPNOTSUPP
    after = file.stat()
    assert (after.st_mode, after.st_mtime, after.st_uid) == (
        before.st_mode,
        before.st_mtime,
        before.st_uid,
    )
    assert os.stat(os.__file__).st_mode == modes


def test_held_out_data_has_other_content(warm: WarmProcess) -> None:
    ((path, content),) = concealed().items()
    body = "return os.read(os.open(args[0], os.O_RDONLY), 9)"
    assert attempt(warm, body, path) == "PermissionError"
    assert attempt(warm, "import io\nreturn io.open(args[0], 'rb').read()", path) == content
    seen = attempt(warm, "from sklearn.datasets import load_digits\nreturn load_digits().data")
    images, _ = digits.published()
    assert seen.shape == (1797, 64)
    assert not (seen == images.reshape(1797, 64)).all()


# -- processes ---------------------------------------------------------------------------------


def test_signals_reach_nobody_outside(warm: WarmProcess) -> None:
    bystander = subprocess.Popen(["sleep", "1000"])
    try:
        body = """
for target in (*args, os.getppid(), -1):
    for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM):
        try:
            os.kill(target, number)
        except OSError:
            pass
return os.getppid()
"""
        attempt(warm, body, os.getpid(), bystander.pid, os.getppid())
        assert bystander.poll() is None
        assert attempt(warm, "return 1") == 1  # the warm process lives
    finally:
        bystander.kill()
        bystander.wait()


def test_limits_of_other_processes_cannot_be_changed(warm: WarmProcess) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    body = "import resource\nresource.prlimit(args[0], resource.RLIMIT_NOFILE, (9, 9))"
    assert attempt(warm, body, os.getpid()) == "PermissionError"
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


def test_its_own_processes_can_be_started_and_ended(warm: WarmProcess) -> None:
    body = """
child = subprocess.Popen(['sleep', '1000'], start_new_session=True)
child.kill()
return child.wait(), subprocess.run(['echo', 'hello'], capture_output=True).stdout
"""
    assert attempt(warm, body) == (-9, b"hello\n")


def test_no_process_outlives_the_submission(warm: WarmProcess) -> None:
    body = """
if args:
    return os.getppid()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.closerange(0, 100)
        while True:
            if os.fork():
                os._exit(0)
            time.sleep(0.001)
    os._exit(0)
time.sleep(0.3)
"""
    with sandbox(warm, CELL.format(body=indent(body, "    "))) as student:
        guardian = student.call("attempt", ["who"]).value
        assert os.path.exists(f"/proc/{guardian}")
        student.call("attempt", [])  # on a fast machine these may be too many processes
    wait_until(lambda: not os.path.exists(f"/proc/{guardian}"), "the guardian has ended")
    assert [p for p in folder_of(warm).iterdir() if p.name.startswith("scratch")] == []
    assert Tree(guardian).threads() == 0


def test_computing_of_orphans_counts(warm: WarmProcess) -> None:
    body = """
if os.fork() == 0:
    if os.fork() == 0:
        while True: pass
    os._exit(0)
time.sleep(30)
"""
    assert attempt(warm, body, limits=Limits(call_seconds=0.5)) == "TimedOut"


def test_too_many_processes_end_the_submission(warm: WarmProcess) -> None:
    body = """
for _ in range(10_000):
    if os.fork() == 0:
        time.sleep(30)
time.sleep(30)
"""
    limits = Limits(processes=20, call_seconds=20)
    assert attempt(warm, body, limits=limits) in ("Crashed", "BlockingIOError")


# -- sockets and what else reaches other processes ------------------------------------------------


def test_no_server_of_the_machine_can_be_reached(warm: WarmProcess, tmp_path: Path) -> None:
    address = str(folder_of(warm) / "server")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        os.chmod(address, 0o777)
        for path in (address, warm.address, "\0convgrade-test"):
            body = "socket.socket(socket.AF_UNIX).connect(args[0])"
            assert attempt(warm, body, path) in REFUSED
            body = "socket.socketpair()[0].connect(args[0])"
            assert attempt(warm, body, path) in REFUSED
            body = "socket.socketpair(type=socket.SOCK_DGRAM)[0].sendto(b'x', args[0])"
            assert attempt(warm, body, path) in REFUSED
    os.unlink(address)


@pytest.mark.parametrize("family", [2, 10, 16, 17, 38, 40])
def test_no_socket_can_be_made(warm: WarmProcess, family: int) -> None:
    assert attempt(warm, "socket.socket(args[0], socket.SOCK_DGRAM)", family) == "OSError"
    assert attempt(warm, "one, other = socket.socketpair()\nreturn one.send(b'x')") == 1


@pytest.mark.parametrize(
    "call", ["shmat", "shmctl", "semop", "msgrcv", "mq_unlink", "inotify_init1", "tkill", "ptrace"]
)
def test_calls_that_reach_others_are_refused(warm: WarmProcess, call: str) -> None:
    expected = (errno.EPERM, errno.ESRCH) if call == "tkill" else (errno.EPERM,)
    pid = os.getpid() if call == "tkill" else 0
    got = attempt(warm, "return syscall(*args, 0, 0, 0, 0)", number(call), pid)
    assert got in expected


def test_nobody_is_made_owner_of_a_descriptor(warm: WarmProcess) -> None:
    for command in ("F_SETOWN", "F_SETSIG", "F_SETLEASE"):
        body = f"import fcntl\nfcntl.fcntl(0, getattr(fcntl, {command!r}, 10), args[0])"
        assert attempt(warm, body, os.getpid()) == "PermissionError"


def test_it_has_one_user_and_no_rights(warm: WarmProcess) -> None:
    user, groups = attempt(warm, "return os.getresuid(), os.getgroups()")
    assert len(set(user)) == 1
    if os.geteuid() == 0:
        assert user[0] in restricted.USERS
        assert groups == []
        assert attempt(warm, "os.setuid(0)") == "PermissionError"
        one = attempt(warm, "return os.getuid()")
        with sandbox(warm, "import os\ndef user(): return os.getuid()") as other:
            assert other.call("user", []).value != attempt(warm, "return os.getuid()"), one


# -- the disk -------------------------------------------------------------------------------------

FILLS = {
    "many files": "for n in range(10**6): open(f'{n}', 'w').write('x')",
    "large files": "for n in range(10**6): open(f'{n}', 'wb').write(bytes(1 << 20))",
    "folders that cannot be listed": """
os.mkdir('closed', 0o300)
for n in range(10**6): open(f'closed/{n}', 'wb').write(bytes(1 << 20))""",
    "removed files that are open": """
kept = []
while True:
    kept.append(open('x', 'wb', buffering=0))
    os.unlink('x')
    kept[-1].write(bytes(9 << 20))""",
    "removed files that are mapped": """
import mmap
kept = []
while True:
    with open('x', 'w+b', buffering=0) as file:
        file.write(bytes(9 << 20))
        kept.append(mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE))
    os.unlink('x')""",
    "folders that are too deep to be named": """
for _ in range(200):
    os.mkdir('d' * 200)
    os.chdir('d' * 200)
for n in range(10**6): open(f'{n}', 'wb').write(bytes(1 << 20))""",
    "links without end": "for n in range(10**6): os.symlink('x' * 4000, f'{n}')",
}


@pytest.mark.parametrize("how", FILLS)
def test_the_disk_cannot_be_filled(warm: WarmProcess, how: str) -> None:
    limits = Limits(scratch_mb=32, call_seconds=60, submission_seconds=120, memory_mb=2000)
    with (
        sandbox(warm, CELL.format(body=indent(FILLS[how], "    ")), limits=limits) as student,
        pytest.raises(Crashed, match="wrote more than 32 MB, or too many files"),
    ):
        student.call("attempt", [])
    assert [p for p in folder_of(warm).iterdir() if p.name.startswith("scratch")] == []


def test_a_folder_of_any_depth_and_mode_is_removed(warm: WarmProcess) -> None:
    body = """
os.mkdir('closed', 0)
for _ in range(5000):
    os.mkdir('d', 0o700)
    os.chdir('d')
open('.1', 'w')
os.umask(0o777)
os.mkdir('e')
return 'made'
"""
    assert attempt(warm, body) in ("made", "Crashed")
    assert [p for p in folder_of(warm).iterdir() if p.name.startswith("scratch")] == []


# -- other machines -----------------------------------------------------------------------------


def in_a_child(check: str) -> int:
    """The exit code of a child that is restricted as on a kernel with the first Landlock."""
    script = f"""
import os, sys
from autograder.sandbox.linux import landlock, restricted, syscalls
from autograder.sandbox.linux.root_filesystem import Plan
landlock.version = lambda: 1
grader = os.getppid()
os.setsid()
syscalls.call("prctl", 38, 1)
restricted.restrict(Plan("", system=("/usr",), python=("{sys.base_prefix}",)), sys.argv[1])
os.chdir(sys.argv[1])
def refused(attempt):
    try:
        attempt()
    except PermissionError:
        return True
    return False
sys.exit(0 if {check} else 1)
"""
    with open_folder() as folder:
        command = [sys.executable, "-c", script, str(folder)]
        return subprocess.run(command, check=False, cwd=Path(__file__).parents[2]).returncode


def test_on_an_older_kernel_signals_and_truncation_are_refused_all_the_same() -> None:
    assert in_a_child("refused(lambda: os.kill(grader, 0))") == 0
    assert in_a_child("refused(lambda: os.kill(-1, 0))") == 0
    assert (
        in_a_child("refused(lambda: os.truncate(os.__file__, os.stat(os.__file__).st_size))") == 0
    )
    assert in_a_child("refused(lambda: os.open('/usr/bin/env', os.O_RDONLY | os.O_TRUNC))") == 0
    assert in_a_child("refused(lambda: open('/etc/passwd'))") == 0
    assert in_a_child("os.kill(os.getpid(), 0) is None") == 0
    assert in_a_child("open('mine', 'w').write('x') and open('mine').read() == 'x'") == 0


def test_a_course_among_the_libraries_is_refused() -> None:
    with pytest.raises(SetupFailed, match=r"hiding /usr/lib/course: .* have to read /usr/lib"):
        restricted.reachable(Plan("", hidden=("/usr/lib/course",), system=("/usr/lib",)))


def test_what_may_be_read_is_a_list_of_libraries_and_few_files() -> None:
    plan = root_filesystem.make_plan("/nonexistent/root", (), privileged=False)
    readable, listable = restricted.reachable(plan)
    assert listable == []
    assert not {"/", "/usr", "/etc", "/home", "/root", "/tmp", "/var", "/proc"} & set(readable)


def test_it_has_no_socket_but_the_wire(warm: WarmProcess) -> None:
    body = """
import stat
found = []
for number in range(1000):
    try:
        found.append(stat.S_ISSOCK(os.fstat(number).st_mode))
    except OSError:
        pass
return sum(found)
"""
    assert attempt(warm, body) == 1


# -- ends of the trusted processes ----------------------------------------------------------------


@pytest.mark.parametrize("ends", ["closed", "killed"])
def test_if_the_warm_process_ends_all_ends(ends: str) -> None:
    with open_folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(folder))
        patch.setattr(sys, "executable", str(python_of_warm_processes(folder)))
        warm = WarmProcess(isolation="restricted")
        place = folder_of(warm)
        body = "if os.fork() == 0:\n    time.sleep(1000)\nreturn os.getpid(), os.getppid()"
        with sandbox(warm, CELL.format(body=indent(body, "    "))) as student:
            worker, guardian = student.call("attempt", []).value
            assert len(Tree(worker).pids()) == 2
            if ends == "killed":
                (zygote,) = (p for p in Tree(os.getpid()).pids() if guardian in Tree(p).pids()[1:2])
                os.kill(zygote, signal.SIGKILL)
            warm.close()
            left = [Path(f"/proc/{worker}"), Path(f"/proc/{guardian}"), place]
            deadline = time.monotonic() + 60
            while any(path.exists() for path in left) and time.monotonic() < deadline:
                time.sleep(0.01)
            assert [path for path in left if path.exists()] == []


def test_if_the_guardian_is_killed_all_ends(warm: WarmProcess) -> None:
    body = """
child = os.fork()
if child == 0:
    os.closerange(0, 100)
    time.sleep(1000)
return child, os.getpid(), os.getppid()
"""
    with sandbox(warm, CELL.format(body=indent(body, "    "))) as student:
        child, worker, guardian = student.call("attempt", []).value
        os.kill(guardian, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while any(Tree(pid).pids() != [] and not Tree(pid).is_ending() for pid in (child, worker)):
        assert time.monotonic() < deadline
        time.sleep(0.01)
