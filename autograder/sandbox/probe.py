"""Which protections this machine gives, found out by really setting one sandbox up.

Runs on the trusted side, but in a process of its own: `python -m autograder.sandbox.probe`.
"""

from __future__ import annotations

import functools
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.errors import IsolationUnavailable
from autograder.sandbox import isolation as isolating
from autograder.sandbox import landlock, namespaces, root
from autograder.sandbox.isolation import LESS, Isolation
from autograder.sandbox.limits import Limits

State = Literal["present", "absent", "not needed"]
_PROBE_SECONDS = 60
_CLONE_FLAGS = ("user", "mnt", "pid", "net", "ipc", "uts")
_UBUNTU = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_DEBIAN = Path("/proc/sys/kernel/unprivileged_userns_clone")
_MOST = Path("/proc/sys/user/max_user_namespaces")


@dataclass(frozen=True)
class Protection:
    """One protection, as found by trying it; `advice` says what is wrong or what to do."""

    name: str
    state: State
    required: bool
    advice: str = ""


# name: whether `namespaces` isolation is refused without it
_KNOWN = {
    "isolated processes": True,
    "isolated files": True,
    "isolated network": True,
    "unprivileged user": True,
    "no capabilities": True,
    "no new privileges": True,
    "seccomp filter": True,
    "own /proc": True,
    "Landlock": False,
    "memory cgroup": False,
}


def protections(isolation: Isolation = "namespaces") -> list[Protection]:
    """Every protection, as found on this machine, for `autograder doctor`."""
    needed = isolation == "namespaces"
    found = _probed()
    listed = []
    for name, required in _KNOWN.items():
        trouble = found.get(name, found.get("failed", "could not be tried"))
        state: State = "present" if not trouble else "absent" if needed else "not needed"
        if trouble and not required:
            state = "not needed"
        listed.append(Protection(name, state, required and needed, trouble))
    return listed


def require(isolation: Isolation) -> None:
    """Make sure, by setting one up, that this isolation can be had here.

    Raises:
        IsolationUnavailable: says what is missing and which flag accepts less.
    """
    if isolation == "process":
        return
    lacking = [p for p in protections(isolation) if p.required and p.state == "absent"]
    if lacking:
        reasons = "; ".join(dict.fromkeys(p.advice for p in lacking))
        raise IsolationUnavailable(f"Submissions cannot be isolated here: {reasons}. {LESS}")


def _advice() -> str:
    """What to do where the kernel forbids user namespaces to ordinary users."""
    for path, refusing, setting in (
        (_UBUNTU, "1", "sysctl kernel.apparmor_restrict_unprivileged_userns=0"),
        (_DEBIAN, "0", "sysctl kernel.unprivileged_userns_clone=1"),
        (_MOST, "0", "sysctl user.max_user_namespaces=10000"),
    ):
        try:
            if path.read_text().strip() == refusing:
                return f" (an administrator can allow it: `{setting}`; or run as root)"
        except OSError:
            continue
    return " (in a container: start it with `--privileged`, or run outside of it)"


@functools.cache
def _probed() -> Mapping[str, str]:
    if not sys.platform.startswith("linux"):
        return {"failed": f"{platform.system()} has no namespaces"}
    with tempfile.TemporaryDirectory(prefix="convgrade-") as folder:
        done = subprocess.run(
            [sys.executable, "-P", "-s", "-m", "autograder.sandbox.probe", folder],
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
            check=False,
        )
    try:
        found: dict[str, str] = json.loads(done.stdout)
    except ValueError:
        return {"failed": f"the probe ended early: {done.stderr[-300:]!a}"}
    return found


def _try(folder: str) -> dict[str, str]:
    """In the probe's process: enter isolation in forks of it and look around from inside."""
    plan = root.make_plan(folder, (os.getcwd(),), namespaces.is_privileged())
    outside = {kind: _namespace(kind) for kind in _CLONE_FLAGS}
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            isolating.enter_outside("namespaces", plan)
            worker = os.fork()
            if worker == 0:
                isolating.enter_inside("namespaces", plan, Limits())
                _say(writing, _verified(outside))
                os._exit(0)
            os.waitpid(worker, 0)
        except BaseException as failure:
            _say(writing, {"failed": f"{failure}{_advice()}"})
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    found: dict[str, str] = json.loads(said) if said else {"failed": "the fork ended early"}
    return found


def _verified(outside: Mapping[str, str]) -> dict[str, str]:
    """Looked at from inside: an empty string for what holds, else what does not."""
    status = dict(
        line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines()
    )
    same = [kind for kind in _CLONE_FLAGS if _namespace(kind) == outside[kind]]
    capabilities = [int(status[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")]
    return {
        "isolated processes": "shared" if "pid" in same or os.getpid() != 1 else "",
        "isolated files": "shared" if "mnt" in same or os.access("/", os.W_OK) else "",
        "isolated network": "shared" if {"net", "ipc", "uts"} & set(same) else "",
        "unprivileged user": "shared" if "user" in same or os.getuid() == 0 else "",
        "no capabilities": "some are left" if any(capabilities) else "",
        "no new privileges": "" if status["NoNewPrivs"] == "1" else "not set",
        "seccomp filter": "" if status["Seccomp"] == "2" else "not in force",
        "own /proc": "" if "1" in os.listdir("/proc") else "not mounted",
        "Landlock": "" if landlock.version() else "this kernel has none; the rest holds without it",
        "memory cgroup": "memory is measured from outside instead",
    }


def _namespace(kind: str) -> str:
    return os.readlink(f"/proc/self/ns/{kind}")


def _say(descriptor: int, message: Mapping[str, str]) -> None:
    os.write(descriptor, json.dumps(dict(message)).encode())


if __name__ == "__main__":
    print(json.dumps(_try(sys.argv[1])))
