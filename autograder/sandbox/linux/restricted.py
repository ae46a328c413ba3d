"""Isolation without namespaces: Landlock for files, and a user of its own where the grader is root.

It runs before any student code and knows no submission. What Landlock does not cover is refused by
`seccomp_restricted`.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import signal
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.sandbox.linux import landlock, namespaces, seccomp, seccomp_restricted
from autograder.sandbox.linux.root_filesystem import Plan, SetupFailed, step

# Numbers that user namespaces of containers have, and that no package gives to a user.
USERS = range(61184, 65520)
_MOST_TRIED = 200
_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf", "/etc/hosts")
_DEVICES_READ = ("/dev/random", "/dev/urandom")
_OWN = ("cmdline", "limits", "maps", "stat", "statm", "status")  # TensorFlow reads the first
_DEVICES_WRITTEN = ("/dev/null", "/dev/full")

_held: list[socket.socket] = []  # open in the guardian as long as it has the user


def require_landlock() -> None:
    """Check that this kernel can restrict which files a process reaches.

    Raises:
        SetupFailed: it cannot. Another user alone would not do: folders that all users may write,
            such as /tmp, would carry files from one submission to the next.
    """
    if landlock.version() == 0:
        raise SetupFailed("Landlock: this kernel has none, or a filter refuses it")


def can_take_user() -> bool:
    """Whether this is root, and not an ordinary user who is root only in a user namespace."""
    return namespaces.can_become(USERS[0]) and namespaces.can_become(USERS[-1])


def take_user(scratch: str) -> int:
    """In the guardian, as root: act as a user that nobody else has, and give it the folder.

    The guardian stays root in its other user numbers. So it can measure and end the submission's
    processes, and the submission, which has this user only, cannot do this to the guardian.

    Raises:
        SetupFailed: root has no right to become another user here.
    """
    with step("a user of its own"):
        user = _free_user()
        os.chown(scratch, user, user)
        os.setgroups([])
        os.setegid(user)
        os.seteuid(user)
        return user


def give_up_rights(user: int | None) -> None:
    """In the worker: have that user only, if one is given, no capability, and no way back."""
    while _held:
        _held.pop().close()
    with step("giving up root"):
        if user is not None:
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
    with step("capabilities"):
        if namespaces.has_capabilities():
            namespaces.drop_capabilities()


def restrict(plan: Plan, scratch: str) -> None:
    """In the worker: reach only libraries and the scratch folder, and no other process.

    Needs no_new_privs.
    """
    readable, listable = reachable(plan)
    readable += _own_files(os.getpid())
    with step("Landlock"):
        abi = landlock.restrict([scratch], _DEVICES_WRITTEN, readable, listable)
    with step("seccomp filter"):
        seccomp_restricted.install(
            signals_are_scoped=landlock.scopes_signals(abi),
            truncation_is_covered=landlock.covers_truncation(abi),
        )
        seccomp.install()


def reachable(plan: Plan) -> tuple[list[str], list[str]]:
    """What a submission may read, and directories of which it may see the names only.

    Raises:
        SetupFailed: a folder that must stay hidden lies among the libraries.
    """
    roots = [os.path.realpath(path) for path in (*plan.system, *plan.python)]
    for folder in plan.hidden:
        for root in roots:
            if _is_below(folder, root):
                raise SetupFailed(f"hiding {folder}: submissions have to read {root}")
    excluded = [os.path.realpath(path) for path, _ in plan.substitutes]
    listable = [root for root in roots if any(_is_below(path, root) for path in excluded)]
    readable = [path for root in roots for path in _without(root, excluded)]
    readable += [path for path in (*_FILES, *_DEVICES_READ) if os.path.exists(path)]
    readable += [content for _, content in plan.substitutes]
    return readable, listable


def keep_own_files(worker: int) -> list[int]:
    """In the guardian: descriptors that keep the worker's files of /proc what they are.

    The rules of Landlock hold for inodes. Without these, the kernel could drop the inodes when
    memory is short, and make others.
    """
    kept = []
    for path in _own_files(worker):
        with contextlib.suppress(OSError):
            kept.append(os.open(path, os.O_PATH | os.O_CLOEXEC))
    return kept


def _own_files(pid: int) -> list[str]:
    return [f"/proc/{pid}/{name}" for name in (*_OWN, f"task/{pid}/children")]


def end_group(leader: int) -> None:
    """Kill all processes of the worker at the same moment: none of them can leave its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _without(path: str, excluded: Sequence[str]) -> Iterator[str]:
    """Paths that together hold all below `path` except the excluded files."""
    inside = [each for each in excluded if _is_below(each, path)]
    if not inside:
        yield path
    elif path not in inside:
        for entry in sorted(os.scandir(path), key=lambda each: each.name):
            if not entry.is_symlink():
                yield from _without(entry.path, inside)


def _free_user() -> int:
    """A number that no account and no process has; it is held by a name in the kernel."""
    taken = _users_of_processes()
    for user in random.SystemRandom().sample(USERS, _MOST_TRIED):
        if user in taken or _has_account(user):
            continue
        name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            name.bind(f"\0convgrade-user-{user}")
        except OSError:
            name.close()
            continue
        _held.append(name)
        return user
    raise OSError("no number is free")


def _users_of_processes() -> set[int]:
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found.add(folder.stat().st_uid)
    return found


def _has_account(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True
