"""The new root: the few directories of this machine that a submission's processes can see.

It is built in a new mount namespace before any student code runs, and then becomes the root.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from autograder.sandbox.linux import syscalls

NOBODY = 65534
SCRATCH = "/tmp"
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_DEVICES = ("null", "full", "random", "urandom")  # no zero: mapped shared, it is uncounted memory
_SYSTEM = (
    "/usr/bin /usr/sbin /usr/lib /usr/lib32 /usr/lib64 /usr/libx32 /usr/libexec /usr/local/lib "
    "/usr/share/zoneinfo /bin /sbin /lib /lib32 /lib64 /libx32 /etc/alternatives /nix/store"
).split()
_PYTHON_PARTS = ("bin", "lib", "lib64", "pyvenv.cfg")


class SetupFailed(Exception):
    """A protection could not be applied; says which, and what the kernel answered (`errno`)."""

    def __init__(self, message: str, errno: int | None = None) -> None:
        super().__init__(message)
        self.errno = errno


@contextmanager
def step(what: str) -> Iterator[None]:
    """Turn an OSError inside it into a `SetupFailed` that names the protection."""
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise SetupFailed(f"{what}: {error.strerror or error}{where}", error.errno) from None


@dataclass(frozen=True)
class Plan:
    """The content of the new root, found out once by the warm process.

    `staging` is an empty directory of the warm process, on which the root is mounted. `hidden` are
    directories that must not be reachable, even if they are below a reachable one. `substitutes`
    are pairs of a file and the file whose content it has inside.
    """

    staging: str
    hidden: tuple[str, ...] = ()
    substitutes: tuple[tuple[str, str], ...] = ()
    privileged: bool = False
    system: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)


def make_plan(
    staging: str,
    hidden: tuple[str, ...],
    privileged: bool,
    substitutes: tuple[tuple[str, str], ...] = (),
) -> Plan:
    """The plan for this machine: its library directories, Python's own, and a few files of /etc."""
    links, system = [], []
    for path in _SYSTEM:
        if os.path.islink(path):
            links.append((path, os.readlink(path)))
        elif os.path.isdir(path):
            system.append(path)
    prefixes = dict.fromkeys((sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix))
    parts = [f"{prefix}/{part}" for prefix in prefixes for part in _PYTHON_PARTS]
    python = [p for p in parts if os.path.exists(p) and not os.path.islink(p)]
    links += [(p, os.readlink(p)) for p in parts if os.path.islink(p) and p not in system]
    links += _resolved_links(prefixes)
    python = [p for p in python if not any(p == s or p.startswith(s + "/") for s in system)]
    return Plan(
        staging=staging,
        hidden=tuple(os.path.realpath(path) for path in hidden),
        substitutes=tuple(_visible(substitutes, (*system, *python))),
        privileged=privileged,
        system=tuple(system),
        python=tuple(python),
        links=tuple(dict(links).items()),
        files=tuple(_etc(privileged)),
    )


def _visible(
    substitutes: tuple[tuple[str, str], ...], folders: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """The files among these that lie in the folders; the others are not in the new root anyway."""
    roots = [os.path.realpath(folder).rstrip("/") + "/" for folder in folders]
    for path, content in substitutes:
        if os.path.realpath(path).startswith(tuple(roots)):
            yield path, content


def build_root(plan: Plan, scratch_bytes: int) -> None:
    """Build a small read-only root: libraries, Python, four devices, /proc, a bounded scratch."""
    root = plan.staging
    owner, group = (NOBODY, NOBODY) if plan.privileged else (os.getuid(), os.getgid())
    with step("private mounts"):
        mount("none", "/", None, _REC | _PRIVATE)
        mount("root", root, "tmpfs", _NOSUID | _NODEV, "mode=755,size=8m")
    with step("scratch directory"):
        os.mkdir(root + SCRATCH)
        options = f"mode=700,size={scratch_bytes},nr_inodes=16384,uid={owner},gid={group}"
        mount("scratch", root + SCRATCH, "tmpfs", _NOSUID | _NODEV, options)
        for name in ("home", "shm"):
            os.mkdir(f"{root}{SCRATCH}/{name}", 0o700)
            os.chown(f"{root}{SCRATCH}/{name}", owner, group)
    for path in plan.system:
        with step(f"read-only {path}"):
            bind_read_only(path, root + path)
    with step("hiding the course"):
        masked = [root + path for path in plan.hidden if _hide(plan, root + path)]
    for path in plan.python:
        with step(f"read-only {path}"):
            bind_read_only(path, root + path)
    with step("hiding the course"):
        for path in masked:
            set_read_only(path, recursive=False)
    with step("files with other content"):
        for path, other in plan.substitutes:
            if os.path.isfile(root + path):
                mount(other, root + path, None, _BIND)
                set_read_only(root + path, recursive=False)
    with step("files of the new root"):
        _small_files(plan, root)
    with step("/proc"):
        os.mkdir(root + "/proc")
        _mount_proc(root + "/proc")
    with step("changing the root"):
        os.chdir(root)
        syscalls.call("pivot_root", b".", b".")
        syscalls.call("umount2", b".", _DETACH)
        os.chdir("/")
        set_read_only("/", recursive=False)


def _hide(plan: Plan, path: str) -> bool:
    path = path.rstrip("/")
    kept = (SCRATCH, *plan.system)
    holds_system = any((plan.staging + s + "/").startswith(path + "/") for s in kept)
    if holds_system or not os.path.isdir(path):
        return False
    mount("hidden", path, "tmpfs", _NOSUID | _NODEV, "mode=755,size=1m")
    return True


def _small_files(plan: Plan, root: str) -> None:
    for path, target in plan.links:
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        if not os.path.lexists(root + path):
            os.symlink(target, root + path)
    os.makedirs(root + "/etc", exist_ok=True)
    for path, content in plan.files:
        Path(root + path).write_bytes(content)
    os.mkdir(root + "/dev")
    for name in _DEVICES:
        Path(f"{root}/dev/{name}").touch()
        mount(f"/dev/{name}", f"{root}/dev/{name}", None, _BIND)
    for name, target in (
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
        ("shm", f"{SCRATCH}/shm"),
    ):
        os.symlink(target, f"{root}/dev/{name}")


def _mount_proc(target: str) -> None:
    """Mount /proc with only the directories of processes, if the kernel knows that option.

    If parts of the machine's own /proc are covered, as in many containers, the kernel refuses a new
    one to an ordinary user. Then there is none inside, which shows even less.
    """
    flags = _NOSUID | _NODEV | _NOEXEC
    for options in ("subset=pid,hidepid=invisible", "hidepid=2"):
        try:
            return mount("proc", target, "proc", flags, options)
        except PermissionError:
            return
        except OSError as error:
            refusal = error
    raise refusal


def bind_read_only(source: str, target: str) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        Path(target).touch()
    mount(source, target, None, _BIND | _REC)
    set_read_only(target, recursive=True)


def set_read_only(path: str, recursive: bool) -> None:
    attributes = ctypes.create_string_buffer(
        struct.pack("=4Q", _RDONLY | _NOSUID | _NODEV, 0, 0, 0), 32
    )
    flags = _AT_RECURSIVE if recursive else 0
    syscalls.call("mount_setattr", _AT_FDCWD, os.fsencode(path), flags, attributes, 32)


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    syscalls.call(
        "mount",
        os.fsencode(source),
        os.fsencode(target),
        kind.encode() if kind else None,
        flags,
        options.encode() or None,
    )


def _resolved_links(prefixes: dict[str, None]) -> list[tuple[str, str]]:
    """Links for prefixes that are symbolic links, so that Python finds them by the same name."""
    found = []
    for prefix in prefixes:
        real = os.path.realpath(prefix)
        if real != prefix and os.path.islink(prefix):
            found.append((prefix, real))
    return found


def _etc(privileged: bool) -> Iterator[tuple[str, bytes]]:
    for path in ("/etc/ld.so.cache", "/etc/localtime"):
        try:
            yield path, Path(path).read_bytes()
        except OSError:
            continue
    uid, gid = (NOBODY, NOBODY) if privileged else (os.getuid() or NOBODY, os.getgid() or NOBODY)
    yield "/etc/passwd", f"student:x:{uid}:{gid}::{SCRATCH}/home:/bin/sh\n".encode()
    yield "/etc/group", f"student:x:{gid}:\n".encode()
    yield "/etc/hosts", b"127.0.0.1 localhost sandbox\n::1 localhost\n"
    yield "/etc/nsswitch.conf", b"passwd: files\ngroup: files\nhosts: files\n"
