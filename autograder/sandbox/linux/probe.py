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
from autograder.sandbox.linux.isolation import LESS, Isolation

State = Literal["present", "absent", "not needed"]
_PROBE_SECONDS = 300


@dataclass(frozen=True)
class Protection:
    """One protection, as found by the probe; `advice` says what is wrong or what to do."""

    name: str
    state: State
    required: bool
    advice: str = ""


REQUIRED = (
    "isolated processes",
    "isolated files",
    "isolated network",
    "unprivileged user",
    "no capabilities",
    "no new privileges",
    "seccomp filter",
)
WELCOME = ("own /proc", "Landlock", "memory cgroup")  # the others hold without them


def protections(isolation: Isolation = "namespaces") -> list[Protection]:
    """Every protection, as found on this machine, for `autograder doctor`."""
    needed = isolation == "namespaces"
    found = _probed()
    listed = []
    for name in (*REQUIRED, *WELCOME):
        required = name in REQUIRED
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
    if isolation == "process":
        return
    lacking = [p for p in protections(isolation) if p.required and p.state == "absent"]
    if lacking:
        reasons = "; ".join(dict.fromkeys(p.advice for p in lacking))
        raise IsolationUnavailable(f"Submissions cannot be isolated here: {reasons}. {LESS}")


@functools.cache
def _probed() -> Mapping[str, str]:
    if not sys.platform.startswith("linux"):
        return {"failed": f"{platform.system()} has no namespaces"}
    try:
        with tempfile.TemporaryDirectory(prefix="convgrade-") as folder:
            os.chmod(folder, 0o700)  # whatever the umask is
            done = subprocess.run(
                [
                    sys.executable,
                    "-P",
                    "-s",
                    "-m",
                    "autograder.sandbox.linux.probe_process",
                    folder,
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
