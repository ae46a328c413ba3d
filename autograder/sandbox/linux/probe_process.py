"""One probe of the isolation, in its own process.

Run as `python -m autograder.sandbox.linux.probe_process FOLDER`.

It sets up a sandbox as the warm process would, checks it from inside, and prints the findings.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from autograder.sandbox.limits import Limits
from autograder.sandbox.linux import landlock, namespaces, root_filesystem
from autograder.sandbox.linux.isolation import Confinement
from autograder.sandbox.linux.probe import REQUIRED

_KINDS = ("user", "mnt", "pid", "net", "ipc", "uts")
_UBUNTU = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_DEBIAN = Path("/proc/sys/kernel/unprivileged_userns_clone")
_MOST = Path("/proc/sys/user/max_user_namespaces")


def probe_isolation(folder: str) -> dict[str, str]:
    """In the probe's process: fork, enter isolation, and check it from inside."""
    plan = root_filesystem.make_plan(folder, (os.getcwd(),), namespaces.is_privileged())
    confinement = Confinement("namespaces", plan)
    outside = {kind: _namespace(kind) for kind in _KINDS}
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            confinement.enter_outside()
            worker = os.fork()
            if worker == 0:
                confinement.enter_inside(Limits())
                _say(writing, _verified(outside))
                os._exit(0)
            os.waitpid(worker, 0)
        except BaseException as failure:
            _say(writing, {"failed": f"{failure}{_advice()}"})
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        output = pipe.read()
    found: dict[str, str] = json.loads(output) if output else {"failed": "the fork ended early"}
    return found


def _verified(outside: Mapping[str, str]) -> dict[str, str]:
    """Check from inside: an empty string for each protection that holds, else what is wrong."""
    if not os.listdir("/proc"):  # then every step has succeeded, but cannot be checked
        nothing = "none can be mounted here; submissions see none at all"
        return {**dict.fromkeys(REQUIRED, ""), "own /proc": nothing, **_extras()}
    status = dict(
        line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines()
    )
    same = [kind for kind in _KINDS if _namespace(kind) == outside[kind]]
    capabilities = [int(status[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")]
    return {
        "isolated processes": "shared" if "pid" in same or os.getpid() != 1 else "",
        "isolated files": "shared" if "mnt" in same or os.access("/", os.W_OK) else "",
        "isolated network": "shared" if {"net", "ipc", "uts"} & set(same) else "",
        "unprivileged user": "shared" if "user" in same or os.getuid() == 0 else "",
        "no capabilities": "some are left" if any(capabilities) else "",
        "no new privileges": "" if status["NoNewPrivs"] == "1" else "not set",
        "seccomp filter": "" if status["Seccomp"] == "2" else "not in force",
        "own /proc": "" if "1" in os.listdir("/proc") else "it shows other processes",
        **_extras(),
    }


def _extras() -> dict[str, str]:
    return {
        "Landlock": "" if landlock.version() else "this kernel has none; the rest holds without it",
        "memory cgroup": "memory is measured from outside instead",
    }


def _namespace(kind: str) -> str:
    return os.readlink(f"/proc/self/ns/{kind}")


def _say(descriptor: int, message: Mapping[str, str]) -> None:
    os.write(descriptor, json.dumps(dict(message)).encode())


def _advice() -> str:
    """What to do if the kernel does not allow user namespaces to ordinary users."""
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


if __name__ == "__main__":
    os.umask(0o022)
    print(json.dumps(probe_isolation(sys.argv[1])))
