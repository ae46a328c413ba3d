"""Which protections this machine has, found out by really setting up one sandbox.

The probe itself runs in a separate process (`probe_process`); this module reads its findings.
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
from typing import Literal

from autograder.errors import IsolationUnavailable
from autograder.sandbox.linux.isolation import Isolation

State = Literal["present", "absent", "not needed"]
_PROBE_SECONDS = 300


@dataclass(frozen=True)
class Protection:
    """One protection, as found by the probe; `advice` says what is wrong or what to do."""

    name: str
    state: State
    required: bool
    advice: str = ""


REQUIRED: Mapping[Isolation, tuple[str, ...]] = {
    "namespaces": (
        "isolated processes",
        "isolated files",
        "isolated network",
        "unprivileged user",
        "no capabilities",
        "no new privileges",
        "seccomp filter",
    ),
    "restricted": (
        "files out of reach",
        "processes out of reach",
        "no sockets",
        "unprivileged user",
        "no capabilities",
        "no new privileges",
        "seccomp filter",
    ),
    "process": (),
}
WELCOME = ("own /proc", "Landlock", "memory cgroup")  # the others hold without them


def protections(isolation: Isolation = "namespaces") -> list[Protection]:
    """Every protection, as found on this machine, for `autograder doctor`."""
    probed: Isolation = "namespaces" if isolation == "process" else isolation
    needed = isolation != "process"
    found = _probed(probed)
    listed = []
    for name in (*REQUIRED[probed], *(WELCOME if probed == "namespaces" else ())):
        required = name in REQUIRED[probed]
        trouble = found.get(name, found.get("failed", "could not be tried"))
        state: State = "present" if not trouble else "absent" if needed else "not needed"
        if trouble and not required:
            state = "not needed"
        listed.append(Protection(name, state, required and needed, trouble))
    return listed


def require(isolation: Isolation) -> None:
    """Check, by setting up a sandbox, that this isolation is available here.

    Raises:
        IsolationUnavailable: says what is missing and which flag accepts less.
    """
    if reasons := _lacking(isolation):
        raise IsolationUnavailable(
            f"Submissions cannot be isolated here: {reasons}. {less_than(isolation)}"
        )


def less_than(isolation: Isolation) -> str:
    """The strongest isolation below this one that this machine can give, as a sentence."""
    if isolation == "namespaces" and not _lacking("restricted"):
        return (
            "`--isolation=restricted` is possible here and accepts less: no namespaces, but files "
            "of the course and of others, processes and the network stay out of reach."
        )
    return "`--isolation=process` accepts less: limits on time and memory, no protection of files."


def _lacking(isolation: Isolation) -> str:
    """What is wrong with the required protections; empty if nothing is."""
    if isolation == "process":
        return ""
    lacking = [p for p in protections(isolation) if p.required and p.state == "absent"]
    return "; ".join(dict.fromkeys(p.advice for p in lacking))


@functools.cache
def _probed(isolation: Isolation) -> Mapping[str, str]:
    if not sys.platform.startswith("linux"):
        return {"failed": f"{platform.system()} has no namespaces"}
    try:
        with tempfile.TemporaryDirectory(prefix="convgrade-") as folder:
            os.chmod(folder, 0o700)  # whatever the umask is
            staging = os.path.join(folder, "root")
            os.mkdir(staging)
            done = subprocess.run(
                [
                    sys.executable,
                    "-P",
                    "-s",
                    "-m",
                    "autograder.sandbox.linux.probe_process",
                    isolation,
                    staging,
                ],
                capture_output=True,
                text=True,
                timeout=_PROBE_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return {"failed": f"the probe had not ended after {_PROBE_SECONDS} seconds"}
    except OSError as error:
        return {"failed": f"the probe could not be started ({error.strerror})"}
    try:
        found: dict[str, str] = json.loads(done.stdout)
    except ValueError:
        return {"failed": f"the probe ended early: {done.stderr[-300:]!a}"}
    return found
