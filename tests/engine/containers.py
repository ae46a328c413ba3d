"""Conditions of ordinary containers, in which tests start commands; only root can set them up.

What stands in for Docker's default seccomp profile is the profile of `autograder doctor` without
the rules that the sandbox needs in addition.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import container_start
import pytest

from autograder.cli.doctor import SECCOMP_PROFILE

USER = 1001
OF_DOCKER = """
    chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service net_raw sys_chroot
    mknod audit_write setfcap
""".split()
"""The capabilities that Docker leaves to root."""
PROFILE: dict[str, Any] = json.loads(SECCOMP_PROFILE.read_text(encoding="utf-8"))
ADDED = [r for r in PROFILE["syscalls"] if r.get("comment", "").startswith("Needed by the sandbox")]
DEFAULT = {**PROFILE, "syscalls": [r for r in PROFILE["syscalls"] if r not in ADDED]}

ROOT_IN_DOCKER = {"profile": DEFAULT, "capabilities": OF_DOCKER}
USER_IN_DOCKER = {**ROOT_IN_DOCKER, "user": USER}
USER_IN_KUBERNETES = {
    "profile": DEFAULT, "capabilities": [], "user": USER, "no_new_privileges": True,
}  # fmt: skip

needs_root = pytest.mark.skipif(
    not sys.platform.startswith("linux")
    or os.geteuid() != 0
    or not shutil.which("unshare")
    or container_start.library() is None,
    reason="only root can set up the conditions of a container, with libseccomp",
)


def visible() -> list[str]:
    """A way to start a command in which everybody can reach the interpreter."""
    base = Path(sys.base_prefix)
    above = [base, *base.parents][::-1]
    closed = next((folder for folder in above if folder.stat().st_mode & 0o005 != 0o005), None)
    if closed is None:
        return []
    script = f"""
        mount --bind {base} /mnt && mount -t tmpfs -o mode=755 tmpfs {closed} &&
        mkdir -p {base} && mount --bind /mnt {base} && exec "$@"
    """
    return ["unshare", "-m", "sh", "-c", script, "sh"]


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder for temporary files that everybody may use, as /tmp in a container."""
    with tempfile.TemporaryDirectory(prefix="container-") as folder:
        os.chmod(folder, 0o1777)
        yield Path(folder)


def run_in(
    conditions: dict[str, Any],
    *command: str,
    before: Sequence[str] = (),
    environment: dict[str, str] | None = None,
    cwd: str | Path = "/",
) -> subprocess.CompletedProcess[str]:
    """Run a command under these conditions, started by the command `before`."""
    with open_folder() as folder:
        started = dict(conditions)
        if "profile" in conditions:
            profile = folder / "profile.json"
            profile.write_text(json.dumps(conditions["profile"]), encoding="utf-8")
            started["profile"] = str(profile)
        start = str(Path(container_start.__file__))
        whole = [
            *visible(), *before, sys.executable, start, json.dumps(started), *command,
        ]  # fmt: skip
        return subprocess.run(
            whole,
            env={**os.environ, "TMPDIR": str(folder), **(environment or {})},
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
        )
