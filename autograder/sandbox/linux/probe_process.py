"""One probe of an isolation, in its own process.

Run as `python -m autograder.sandbox.linux.probe_process ISOLATION FOLDER`.

It sets up a sandbox as the warm process would, checks it from inside, and prints the findings.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from autograder.sandbox.limits import Limits
from autograder.sandbox.linux import landlock, namespaces, obstacles, root_filesystem, syscalls
from autograder.sandbox.linux.isolation import Confinement, Isolation
from autograder.sandbox.linux.probe import REQUIRED

_PR_GET_SECCOMP, _PR_GET_NO_NEW_PRIVS = 21, 39
_FILTERED = 2
_KINDS = ("user", "mnt", "pid", "net", "ipc", "uts")


def probe_isolation(isolation: Isolation, folder: str) -> dict[str, str]:
    """In the probe's process: fork, enter isolation, and check it from inside."""
    plan = root_filesystem.make_plan(folder, (os.getcwd(),), namespaces.is_privileged())
    confinement = Confinement(isolation, plan)
    outside = {kind: _namespace(kind) for kind in _KINDS}
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            place = confinement.enter_outside()
            guardian = os.getpid()
            worker = os.fork()
            if worker == 0:
                os.setsid()
                confinement.enter_inside(Limits(), place)
                inside = isolation == "namespaces"
                _say(writing, _verified(outside) if inside else _verified_restricted(guardian))
                os._exit(0)
            os.waitpid(worker, 0)
        except BaseException as failure:
            _say(writing, {"failed": obstacles.explained(failure)})
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
        return {
            **dict.fromkeys(REQUIRED["namespaces"], ""),
            "own /proc": nothing,
            **_extras(),
        }
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


def _verified_restricted(guardian: int) -> dict[str, str]:
    """The same without namespaces, by trying what a submission must not be able to do."""
    processes_refuse = _refuses(lambda: os.kill(guardian, 0)) and _refuses(
        lambda: Path(f"/proc/{guardian}/environ").read_bytes()
    )
    files_refuse = _refuses(lambda: os.listdir("/")) and _refuses(lambda: os.listdir("/tmp"))
    without_rights = syscalls.call("prctl", _PR_GET_NO_NEW_PRIVS) == 1
    filtered = syscalls.call("prctl", _PR_GET_SECCOMP) == _FILTERED
    return {
        "files out of reach": "" if files_refuse else "others can be read",
        "processes out of reach": "" if processes_refuse else "others can be signalled or read",
        "no sockets": "" if _refuses(socket.socket) else "one could be made",
        "unprivileged user": "root" if namespaces.can_become(root_filesystem.NOBODY) else "",
        "no capabilities": "some are left" if namespaces.has_capabilities() else "",
        "no new privileges": "" if without_rights else "not set",
        "seccomp filter": "" if filtered else "not in force",
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


def _refuses(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return True
    return False


if __name__ == "__main__":
    os.umask(0o022)
    print(json.dumps(probe_isolation(cast(Isolation, sys.argv[1]), sys.argv[2])))
