"""Why an isolation failed, found out by further attempts, and the exact setting that allows it.

It runs in the process in which a protection could not be applied. It guesses no container runtime:
it tries harmless system calls, and reads what the kernel says about this process.
"""

from __future__ import annotations

import errno
from pathlib import Path

from autograder.sandbox.linux import syscalls
from autograder.sandbox.linux.root_filesystem import SetupFailed

_NEEDS_CAPABILITIES = ("giving up root", "a user of its own")
_LATER_CALLS = {"changing the root": "pivot_root", "host name": "sethostname"}
# Calls that fail with another error than EPERM, and change nothing, unless a filter refuses them.
_HARMLESS: dict[str, tuple[int | None, ...]] = {
    "unshare": (0,),
    "mount": (None, None, None, 0, None),
    "umount2": (None, 2),
    "mount_setattr": (-1, None, 0, None, 0),
}
_SETTINGS = (
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "kernel.apparmor_restrict_unprivileged_userns=0",
    ),
)
_UBUNTUS = "unprivileged_userns"  # the profile into which Ubuntu puts a process with namespaces
_PROFILE = (
    "start the container with `--security-opt seccomp=seccomp.json` (`autograder doctor "
    "--seccomp-profile` prints that file) or with `--security-opt seccomp=unconfined`"
)


def explained(failure: BaseException) -> str:
    """What failed, and what to do about it."""
    advice = _advice(failure) if isinstance(failure, SetupFailed) else ""
    return f"{failure}: {advice}" if advice else str(failure)


def _advice(failure: SetupFailed) -> str:
    what, number = str(failure).partition(":")[0], failure.errno
    if what in _NEEDS_CAPABILITIES:
        return (
            "root lacks CAP_SETUID, CAP_SETGID or CAP_CHOWN here; leave the container these, or "
            "run as another user than root"
        )
    if what == "Landlock":
        return _about_landlock(number)
    if number == errno.ENOSPC:
        return _administrator("user.max_user_namespaces=10000")
    refused = refused_calls()
    if not refused and number == errno.EPERM and what in _LATER_CALLS:
        refused = [_LATER_CALLS[what]]
    if refused:
        return f"a seccomp filter refuses {', '.join(refused)}; {_PROFILE}{_and_then()}"
    label = security_label()
    if label and number == errno.EACCES:
        return f"the security profile {label} refuses it; {_other_profile(label)}"
    for path, refusing, setting in _SETTINGS:
        if _read(path) == refusing:
            return _administrator(setting)
    return "the kernel refuses it to this user; run as root, or outside of the container"


def refused_calls() -> list[str]:
    """The system calls for namespaces and mounts that a filter refuses to this process."""
    return [name for name in _HARMLESS if _is_refused(name)]


def security_label() -> str:
    """The AppArmor profile or SELinux context of this process; empty if it is unconfined."""
    label = _read("/proc/self/attr/current").rstrip("\0")
    return "" if label.startswith(("kernel", "unconfined", _UBUNTUS)) else label


def _about_landlock(number: int | None) -> str:
    if number == errno.EACCES:
        return (
            "submissions are graded as another user, who cannot reach this; install Python where "
            "all users may read it, or run as another user than root"
        )
    return "it needs Linux 5.13 with Landlock enabled, and a container that does not filter it"


def _and_then() -> str:
    label = security_label()
    return f"; if mounting then fails, {_other_profile(label)}" if label else ""


def _other_profile(label: str) -> str:
    option = "label=disable" if label.count(":") >= 3 else "apparmor=unconfined"
    return f"start the container with `--security-opt {option}`"


def _administrator(setting: str) -> str:
    return (
        "this machine allows no more user namespaces to this user; an administrator can, on the "
        f"machine and not in the container: `sysctl {setting}`"
    )


def _is_refused(name: str) -> bool:
    try:
        syscalls.call(name, *_HARMLESS[name])
    except OSError as error:
        return error.errno in (errno.EPERM, errno.ENOSYS)
    return False


def _read(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace").strip()
    except OSError:
        return ""
