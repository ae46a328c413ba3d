"""Linux namespaces and capabilities: a fork of the warm process gives up all its rights.

This runs in the fork before any student code. It knows no submission and no message.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
from pathlib import Path

from autograder.sandbox.linux import syscalls
from autograder.sandbox.linux.root_filesystem import NOBODY, Plan, build_root, step

_NEWNS, _NEWUTS, _NEWIPC = 0x00020000, 0x04000000, 0x08000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000
_CAPABILITIES_NEEDED = (12, 21)  # CAP_NET_ADMIN, CAP_SYS_ADMIN
_CAPABILITY_VERSION = 0x20080522
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT = 4, 24, 28, 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_SECURE_LOCKED = 0b101111  # root has no rights, no capability survives a change of user; locked
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


def is_privileged() -> bool:
    """Whether this is root that needs no user namespace to set everything up, and can be nobody."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return False
    line = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    effective = int(line.split()[1], 16)
    return can_become(NOBODY) and all(effective >> number & 1 for number in _CAPABILITIES_NEEDED)


def can_become(user: int) -> bool:
    """Whether this is root, and not an ordinary user who is root only in a user namespace."""
    try:
        ranges = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]
    except OSError:
        return False
    is_mapped = any(int(first) <= user < int(first) + int(n) for first, _, n in ranges)
    return os.geteuid() == 0 and is_mapped


def outside(plan: Plan) -> None:
    """In the process that stays outside: from now on its children are in a new pid namespace."""
    if plan.privileged:
        with step("process namespace"):
            unshare(_NEWPID)
        return
    if can_become(NOBODY):
        with step("giving up root"):
            os.chmod(os.path.dirname(plan.staging), 0o711)
            os.chown(plan.staging, NOBODY, NOBODY)
            become_nobody()
    with step("user namespace"):
        enter_user_namespace()
    with step("process namespace"):
        unshare(_NEWPID)


def inside(plan: Plan, scratch_bytes: int) -> None:
    """In the child of that process: afterwards it has no rights, and its own root directory."""
    for flag, what in (
        (_NEWNS, "mount namespace"),
        (_NEWNET, "network namespace"),
        (_NEWIPC, "ipc namespace"),
        (_NEWUTS, "host name namespace"),
    ):
        with step(what):
            unshare(flag)
    with step("host name"):
        socket.sethostname("sandbox")
    with step("loopback interface"):
        _loopback_up()
    _bound_buffers()
    build_root(plan, scratch_bytes)
    if plan.privileged:
        with step("giving up root"):
            become_nobody()
        with step("user namespace"):
            enter_user_namespace()
    with step("capabilities"):
        drop_capabilities()


def become_nobody() -> None:
    """Change from kernel root to a user who owns nothing; its files under /proc stay its own."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    syscalls.call("prctl", _PR_SET_DUMPABLE, 1)


def unshare(flags: int) -> None:
    syscalls.call("unshare", flags)


def enter_user_namespace() -> None:
    """Enter a new one with only this user and group, by their own numbers but never as root."""
    uid, gid = os.getuid(), os.getgid()
    unshare(_NEWUSER)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid or NOBODY} {uid} 1")
    _write("/proc/self/gid_map", f"{gid or NOBODY} {gid} 1")


def has_capabilities() -> bool:
    """Whether this process has any in its effective, permitted or inheritable set."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION, 0))
    sets = ctypes.create_string_buffer(24)
    syscalls.call("capget", header, sets)
    return any(sets.raw)


def drop_capabilities() -> None:
    """Drop all sets of capabilities and the bounding set, for ever."""
    syscalls.call("prctl", _PR_SET_SECUREBITS, _SECURE_LOCKED)
    for capability in range(64):
        try:
            syscalls.call("prctl", _PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last one that this kernel has
    syscalls.call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION, 0))
    nothing = ctypes.create_string_buffer(24)
    syscalls.call("capset", header, nothing)


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = fcntl.ioctl(control, _SIOCGIFFLAGS, struct.pack("16sH22x", b"lo", 0))
        (flags,) = struct.unpack_from("H", request, 16)
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", flags | _IFF_UP))


def _bound_buffers() -> None:
    """Bound the data of a loopback TCP connection in the kernel, which no process owns.

    If /proc/sys cannot be written, the machine's own bounds apply.
    """
    for name, sizes in (("tcp_rmem", "4096 65536 262144"), ("tcp_wmem", "4096 65536 131072")):
        with contextlib.suppress(OSError):
            _write(f"/proc/sys/net/ipv4/{name}", sizes)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
