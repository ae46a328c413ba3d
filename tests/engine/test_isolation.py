"""What student code tries from inside: files, other processes, network, kernel, exhaustion."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from textwrap import indent
from typing import Any

import numpy as np
import pytest
from sandboxes import available, sandbox

from autograder.errors import IsolationUnavailable
from autograder.sandbox import (
    Cell,
    Crashed,
    Limits,
    Sandbox,
    TimedOut,
    WarmProcess,
    protections,
    require,
)
from autograder.sandbox.linux import landlock, probe, seccomp, syscalls

COURSE = Path(__file__).resolve().parents[2]
needs_namespaces = pytest.mark.skipif(
    available() != "namespaces", reason="this machine gives no namespaces"
)
SYSCALL = """
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    def syscall(*args):
        ctypes.set_errno(0)
        libc.syscall(*(ctypes.c_long(a) if isinstance(a, int) else a for a in args))
        return ctypes.get_errno()
"""


def attempt(warm_process: WarmProcess, body: str, *args: Any, limits: Limits | None = None) -> Any:
    """What `body`, as the body of a function of `args`, returned; its exception by name."""
    cell = f"import os, socket, subprocess\ndef attempt(*args):\n{indent(body, '    ')}"
    with sandbox(warm_process, SYSCALL, cell, limits=limits) as student:
        try:
            return student.call("attempt", args).value
        except Exception as failure:
            return getattr(failure, "type_names", (type(failure).__name__,))[0]


@needs_namespaces
@pytest.mark.parametrize(
    "path",
    [COURSE / "tests", COURSE / "pyproject.toml", COURSE / ".git", COURSE / "autograder"],
    ids=lambda path: path.name,
)
def test_the_course_cannot_be_reached(warm_process: WarmProcess, path: Path) -> None:
    assert path.exists()
    assert attempt(warm_process, "return os.path.exists(args[0])", str(path)) is False


@needs_namespaces
def test_files_elsewhere_cannot_be_reached(warm_process: WarmProcess, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    assert attempt(warm_process, "return open(args[0]).read()", str(secret)) == "FileNotFoundError"


@needs_namespaces
def test_nothing_but_system_and_scratch_stands_in_the_root(warm_process: WarmProcess) -> None:
    seen = set(attempt(warm_process, "return sorted(os.listdir('/'))"))
    paths = attempt(
        warm_process, "import sys\nreturn [path for path in sys.path if path[:1] == '/']"
    )
    python = {Path(path).parts[1] for path in paths}
    system = {"bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "nix", "proc", "sbin"}
    assert seen <= system | python | {"usr", "tmp", "root", COURSE.parts[1]}
    local = attempt(
        warm_process, "return os.listdir('/usr/local') if os.path.exists('/usr/local') else []"
    )
    assert set(local) <= {"bin", "lib", "lib64"}


@needs_namespaces
def test_a_folder_that_the_root_would_hold_can_be_hidden() -> None:
    with WarmProcess(isolation="namespaces", hidden=["/usr/lib/python3"]) as warm:
        assert attempt(warm, "return os.listdir('/usr/lib/python3')") in ([], "FileNotFoundError")


@needs_namespaces
@pytest.mark.parametrize("folder", ["/", "/usr/lib", "/etc", "/dev", "/proc", "/proc/self"])
def test_nothing_can_be_written_outside_the_scratch(warm_process: WarmProcess, folder: str) -> None:
    got = attempt(warm_process, "open(args[0] + '/new', 'w')", folder)
    assert got in ("PermissionError", "OSError", "FileNotFoundError")


@needs_namespaces
def test_the_python_that_runs_cannot_be_changed(warm_process: WarmProcess) -> None:
    body = "import numpy\nopen(numpy.__file__, 'a')"
    assert attempt(warm_process, body) in ("PermissionError", "OSError")


@needs_namespaces
def test_landlock_holds_where_no_mount_does(warm_process: WarmProcess) -> None:
    expected = "PermissionError" if landlock.version() else 1
    assert attempt(warm_process, "open('/dev/urandom', 'w')\nreturn 1") == expected
    assert attempt(warm_process, "open('/dev/null', 'w').write('x')\nreturn 1") == 1


@pytest.mark.parametrize("folder", ["os.environ['HOME']", "os.environ['TMPDIR']", "'.'"])
def test_the_scratch_can_be_written(warm_process: WarmProcess, folder: str) -> None:
    assert attempt(warm_process, f"open({folder} + '/new', 'w').write('x')\nreturn 1") == 1


@needs_namespaces
def test_shared_memory_lies_in_the_scratch(warm_process: WarmProcess) -> None:
    body = """
from multiprocessing import shared_memory
block = shared_memory.SharedMemory(create=True, size=1 << 20)
names = os.listdir('/tmp/shm')
block.close(); block.unlink()
return len(names)
"""
    assert attempt(warm_process, body) == 1


@needs_namespaces
def test_the_scratch_is_bounded(warm_process: WarmProcess) -> None:
    body = "for n in range(100): open(f'{n}', 'wb').write(bytes(1 << 20))"
    assert attempt(warm_process, body, limits=Limits(scratch_mb=8)) == "OSError"


@needs_namespaces
def test_scratch_files_count_as_memory(warm_process: WarmProcess) -> None:
    body = "for n in range(200): open(f'{n}', 'wb').write(bytes(1 << 20))\nwhile True: pass"
    limits = Limits(scratch_mb=1000, memory_mb=100, call_seconds=20)
    assert attempt(warm_process, body, limits=limits) == "Crashed"


@needs_namespaces
def test_a_socket_buffer_cannot_grow(warm_process: WarmProcess) -> None:
    body = """
one, other = socket.socketpair()
before = one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
    one.setsockopt(socket.SOL_SOCKET, option, 10**7)
one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
return (
    one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == before,
    one.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR),
)
"""
    assert attempt(warm_process, body) == (True, 1)


@needs_namespaces
@pytest.mark.parametrize(
    "make", ["socket.socketpair()", "tcp()"], ids=["Unix sockets", "TCP connections"]
)
def test_what_sockets_hold_counts_as_memory(warm_process: WarmProcess, make: str) -> None:
    body = f"""
server = socket.create_server(('127.0.0.1', 0), backlog=100)
def tcp():
    return socket.create_connection(server.getsockname()), server.accept()
kept = []
while True:
    try:
        kept.append({make})
        kept[-1][0].setblocking(False)
        while True: kept[-1][0].send(bytes(65536))
    except BlockingIOError:
        pass
"""
    limits = Limits(open_files=4000, memory_mb=100, call_seconds=20)
    assert attempt(warm_process, body, limits=limits) == "Crashed"


def test_one_file_is_bounded(warm_process: WarmProcess) -> None:
    body = "open('large', 'wb').write(bytes(3 << 20))"
    assert attempt(warm_process, body, limits=Limits(file_mb=2)) == "OSError"


def test_open_files_are_bounded(warm_process: WarmProcess) -> None:
    body = "kept = [open(os.devnull) for _ in range(1000)]"
    assert attempt(warm_process, body, limits=Limits(open_files=32)) == "OSError"


@needs_namespaces
def test_only_its_own_processes_are_visible(warm_process: WarmProcess) -> None:
    body = "return sorted(n for n in os.listdir('/proc') if n.isdigit()), os.getpid(), os.getppid()"
    assert attempt(warm_process, body) == (["1"], 1, 0)


@needs_namespaces
@pytest.mark.parametrize("target", ["-1", "0", "args[0]", "os.getpid()"])
def test_signals_reach_nobody_else(warm_process: WarmProcess, target: str) -> None:
    body = f"""
import signal
try:
    os.kill({target}, signal.SIGKILL)
except ProcessLookupError:
    pass
return 'alive'
"""
    assert attempt(warm_process, body, os.getpid()) in ("alive", "Crashed")
    assert attempt(warm_process, "return 1") == 1


def test_the_process_group_of_the_grader_is_not_its_own(warm_process: WarmProcess) -> None:
    got = attempt(warm_process, "os.killpg(0, 0)\nreturn os.getpgrp() == os.getpid()")
    assert got is True


@needs_namespaces
def test_a_server_of_the_machine_cannot_be_reached(warm_process: WarmProcess) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        body = "socket.create_connection(('127.0.0.1', args[0]), timeout=2)"
        assert attempt(warm_process, body, server.getsockname()[1]) == "ConnectionRefusedError"


@needs_namespaces
def test_there_is_no_way_out_to_a_network(warm_process: WarmProcess) -> None:
    body = "socket.create_connection(('192.0.2.1', 80), timeout=2)"
    assert attempt(warm_process, body) == "OSError"
    assert attempt(warm_process, "return [name for _, name in socket.if_nameindex()]") in (
        ["lo"],
        "OSError",
    )


@needs_namespaces
def test_its_own_loopback_works(warm_process: WarmProcess) -> None:
    body = """
with socket.create_server(('127.0.0.1', 0)) as server:
    with socket.create_connection(server.getsockname(), timeout=2):
        return True
"""
    assert attempt(warm_process, body) is True


@needs_namespaces
@pytest.mark.parametrize("family", [16, 17, 38, 40], ids=["netlink", "packet", "alg", "vsock"])
def test_other_kinds_of_socket_are_refused(warm_process: WarmProcess, family: int) -> None:
    assert attempt(warm_process, "socket.socket(args[0], socket.SOCK_RAW)", family) == "OSError"


@needs_namespaces
def test_system_calls_that_lead_out_are_refused(warm_process: WarmProcess) -> None:
    numbers = {name: syscalls.number(name) for name in seccomp.DENIED}
    known = {name: number for name, number in numbers.items() if number is not None}
    body = "return {name: syscall(number, 0, 0, 0, 0, 0) for name, number in args[0].items()}"
    assert attempt(warm_process, body, known) == dict.fromkeys(known, errno.EPERM)


@needs_namespaces
@pytest.mark.parametrize("flag", [0x00020000, 0x10000000, 0x20000000, 0x40000000])
def test_no_further_namespace_can_be_made(warm_process: WarmProcess, flag: int) -> None:
    clone, clone3 = syscalls.number("clone"), syscalls.number("clone3")
    assert (
        attempt(warm_process, "return syscall(args[0], args[1], 0, 0, 0, 0)", clone, flag)
        == errno.EPERM
    )
    assert attempt(warm_process, "return syscall(args[0], bytes(88), 88)", clone3) == errno.ENOSYS


@needs_namespaces
def test_a_system_call_of_the_32_bit_kind_ends_the_process(warm_process: WarmProcess) -> None:
    if syscalls.MACHINE != "x86_64":
        assert seccomp.DENIED  # there is no second kind of call on this machine
        return
    assert attempt(warm_process, "return syscall(0x40000000 + 39)") == errno.ENOSYS
    body = """
import mmap
code = mmap.mmap(-1, 4096, flags=0x22, prot=7)  # private, anonymous
code.write(bytes.fromhex('b814000000cd80c3'))  # mov eax, getpid; int 0x80; ret
address = ctypes.addressof(ctypes.c_char.from_buffer(code))
return ctypes.CFUNCTYPE(ctypes.c_long)(address)()
"""
    assert attempt(warm_process, body) == "Crashed"


@needs_namespaces
def test_it_can_neither_hide_from_measuring_nor_outlive_its_guardian(
    warm_process: WarmProcess,
) -> None:
    prctl = syscalls.number("prctl")
    for option in (1, 4):  # PR_SET_PDEATHSIG, PR_SET_DUMPABLE
        assert (
            attempt(warm_process, "return syscall(args[0], args[1], 0)", prctl, option)
            == errno.EPERM
        )


@needs_namespaces
def test_it_has_no_rights_at_all(warm_process: WarmProcess) -> None:
    body = "return dict(l.split(':\\t') for l in open('/proc/self/status').read().splitlines())"
    status = attempt(warm_process, body)
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert "0" not in status["Uid"].split()


@needs_namespaces
def test_a_set_user_id_program_gains_nothing(warm_process: WarmProcess) -> None:
    body = """
os.chmod(os.open('sh', os.O_CREAT), 0o4755)
return os.statvfs('/usr').f_flag & os.ST_NOSUID and os.statvfs('/tmp').f_flag & os.ST_NOSUID
"""
    assert attempt(warm_process, body) == os.ST_NOSUID


def test_only_the_wire_and_the_output_are_open(warm_process: WarmProcess) -> None:
    body = """
paths = [f'/proc/self/fd/{number}' for number in os.listdir('/proc/self/fd')]
return [os.readlink(path) for path in paths if os.path.islink(path)]
"""
    kinds = [target.split(":")[0] for target in attempt(warm_process, body)]
    assert sorted(kinds) == ["/dev/null", "pipe", "pipe", "socket"]


@needs_namespaces
def test_the_environment_is_small(warm_process: WarmProcess) -> None:
    known = set(attempt(warm_process, "return sorted(os.environ)"))
    assert known <= {
        *("PATH", "LANG", "HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "MPLBACKEND"),
        *("KERAS_HOME", "KERAS_BACKEND", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE"),
        *("TF_CPP_MIN_LOG_LEVEL", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE"),
        *("OMP_NUM_THREADS", "LC_CTYPE"),
        *("PIP_NO_INDEX", "PIP_NO_INPUT", "PIP_RETRIES", "PIP_DISABLE_PIP_VERSION_CHECK"),
    }


@needs_namespaces
def test_the_first_process_shows_no_secret_of_ours(warm_process: WarmProcess) -> None:
    body = "return open('/proc/1/environ', 'rb').read() + open('/proc/1/cmdline', 'rb').read()"
    assert b"SECRET" not in attempt(warm_process, body)


@needs_namespaces
def test_a_fork_bomb_is_bounded_and_ends(warm_process: WarmProcess) -> None:
    body = """
made = 0
while True:
    try:
        if os.fork() == 0:
            os.closerange(3, 100)
            while True: pass
        made += 1
    except OSError:
        return made
"""
    limits = Limits(processes=20, call_seconds=20)
    assert 5 <= attempt(warm_process, body, limits=limits) < 20


@needs_namespaces
def test_each_submission_has_its_own_count_of_processes(warm_process: WarmProcess) -> None:
    cell = """
    import os, signal
    def fill(n):
        for _ in range(n):
            if os.fork() == 0:
                while True: signal.pause()
    """
    limits = Limits(processes=20)
    with (
        sandbox(warm_process, cell, limits=limits) as one,
        sandbox(warm_process, cell, limits=limits) as other,
    ):
        one.call("fill", [15])
        other.call("fill", [15])
        assert other.observed().restarts == 0


def test_a_bomb_that_forks_for_ever_is_ended(warm_process: WarmProcess) -> None:
    cell = """
    import os
    def bomb():
        for _ in range(6):
            os.fork()
        while True: pass
    """
    limits = Limits(processes=100, call_seconds=0.3)
    with sandbox(warm_process, cell, limits=limits) as student, pytest.raises((TimedOut, Crashed)):
        student.call("bomb")


def test_require_refuses_with_a_sentence_that_names_the_flag(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(probe, "_probed", lambda _: {"failed": "user namespace: not permitted"})
    with pytest.raises(IsolationUnavailable, match=r"not permitted.*--isolation=process"):
        require("namespaces")
    assert {p.state for p in protections("process")} == {"not needed"}
    require("process")


@needs_namespaces
def test_every_required_protection_is_found_present() -> None:
    assert {p.state for p in protections("namespaces") if p.required} == {"present"}


def test_where_isolation_fails_in_the_fork_the_grader_hears_why(tmp_path: Path) -> None:
    with WarmProcess(isolation="namespaces") as warm:
        os.rmdir(os.path.join(os.path.dirname(warm.address), "root"))
        with pytest.raises(IsolationUnavailable, match="--isolation=process"):
            Sandbox(warm.address, [Cell("cell 1", "")]).reports  # noqa: B018


@needs_namespaces
def test_no_descriptor_can_be_passed_over_the_wire(warm_process: WarmProcess) -> None:
    body = """
    import array
    ours, theirs = socket.socketpair()
    rights = array.array("i", [ours.fileno()])
    theirs.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
    """
    assert attempt(warm_process, body) == "PermissionError"


@needs_namespaces
def test_memory_that_no_process_is_charged_for_is_refused(warm_process: WarmProcess) -> None:
    assert attempt(warm_process, "import mmap\nmmap.mmap(-1, 4096)") == "PermissionError"
    assert attempt(warm_process, "return os.path.exists('/dev/zero')") is False
    private = "import mmap\nreturn len(mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | 0x20))"
    assert attempt(warm_process, private) == 4096


@needs_namespaces
def test_connections_that_nobody_accepts_count_as_memory(warm_process: WarmProcess) -> None:
    body = """
    import time
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\\0listener")
    listener.listen(1000)
    for _ in range(500):
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(listener.getsockname())
            line.sendall(b"x" * 50_000)
    time.sleep(20)
    """
    assert attempt(warm_process, body, limits=Limits(memory_mb=32)) == "Crashed"


@needs_namespaces
def test_letters_of_closed_senders_count_as_memory(warm_process: WarmProcess) -> None:
    body = """
    import time
    boxes = []
    for number in range(20):
        boxes.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        boxes[-1].bind(f"\\0{number}")
        for _ in range(9):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"x" * 100_000, boxes[-1].getsockname())
    time.sleep(20)
    """
    assert attempt(warm_process, body, limits=Limits(memory_mb=32)) == "Crashed"


@needs_namespaces
def test_a_substituted_file_is_seen_with_its_other_content_and_cannot_be_uncovered() -> None:
    path = os.path.realpath(np.__file__).replace("__init__.py", "version.py")
    body = """
path, = args
seen = open(path, 'rb').read()
assert syscall(166, path.encode() + b'\\0', 2)  # umount2
try:
    os.unlink(path)
except OSError:
    pass
return seen, open(path, 'rb').read()
"""
    with WarmProcess(substitutes={path: b"another"}) as warm:
        cell = f"import os\ndef attempt(*args):\n{indent(body, '    ')}"
        with sandbox(warm, SYSCALL, cell) as student:
            assert student.call("attempt", [path]).value == (b"another", b"another")
