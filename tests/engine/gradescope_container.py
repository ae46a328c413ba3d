"""Gradescope's container on this machine: its folder /autograder, its user, its capabilities.

The root is that of this machine, but for /autograder; no namespace can be made, as in a container
that Docker starts with its own settings.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DOCKERS_CAPABILITIES = (
    "chown,dac_override,fsetid,fowner,mknod,net_raw,setgid,setuid,setfcap,setpcap,"
    "net_bind_service,sys_chroot,kill,audit_write"
)
IN_CONTAINER = """
set -e
mount -t tmpfs root "$1"
for each in /*; do
  if [ -L "$each" ]; then cp -P "$each" "$1$each"
  elif [ -d "$each" ]; then mkdir "$1$each"; mount --rbind "$each" "$1$each"
  fi
done
mkdir -p "$1/autograder"
mount --rbind "$2" "$1/autograder"
if [ -d "$2/$BORROWED" ]; then mount --bind "$LIBRARIES" "$1/autograder/$BORROWED"; fi
shift 2
exec chroot "$ROOT" setpriv --bounding-set "-all,+${CAPABILITIES//,/,+}" --inh-caps=-all \
  bash -c 'cd /autograder; exec "$@"' bash "$@"
"""
BORROWED = "environment/lib/libraries"
METADATA = {
    "id": 123456,
    "created_at": "2026-03-01T14:22:32.365935-07:00",
    "assignment": {"id": 25828, "course_id": 1234, "title": "Miniature", "total_points": "6.0"},
    "submission_method": "upload",
    "users": [{"email": "ada@example.com", "id": 1234, "name": "Ada"}],
    "previous_submissions": [],
}


@cache
def lacking() -> str:
    """Why there can be no such container here; "" if there can."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "only root can make the container's root"
    for program in ("unshare", "setpriv", "chroot"):
        if shutil.which(program) is None:
            return f"there is no {program}"
    tried = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "x", "/mnt"], check=False)
    return "no file system can be mounted" if tried.returncode else ""


@dataclass(frozen=True)
class Container:
    """A container's /autograder, at `folder / "autograder"`, and an empty folder for its root."""

    folder: Path

    @property
    def autograder(self) -> Path:
        return self.folder / "autograder"

    @property
    def results(self) -> Path:
        return self.autograder / "results" / "results.json"

    def unpack(self, package: Path) -> None:
        """What Gradescope does with a zip file before it runs setup.sh; it keeps permissions."""
        for name in ("source", "submission", "results"):
            (self.autograder / name).mkdir(parents=True)
        (self.folder / "root").mkdir()
        with zipfile.ZipFile(package) as archive:
            for entry in archive.infolist():
                path = Path(archive.extract(entry, self.autograder / "source"))
                path.chmod(entry.external_attr >> 16)
        shutil.copy(self.autograder / "source" / "run_autograder", self.autograder)

    def borrow_libraries(self) -> None:
        """Put the libraries of this environment into that of the container, next to our wheel."""
        (self.autograder / BORROWED).mkdir()
        (own,) = self.autograder.glob("environment/lib/python*/site-packages")
        (own / "borrowed.pth").write_text(f"/autograder/{BORROWED}\n")

    def hand_in(self, metadata: dict[str, Any] = METADATA, **files: str) -> None:
        """Put a submission there, as the harness does before each run."""
        shutil.rmtree(self.autograder / "submission")
        (self.autograder / "submission").mkdir()
        self.results.unlink(missing_ok=True)
        for name, text in files.items():
            (self.autograder / "submission" / f"{name}.py").write_text(text, encoding="utf-8")
        (self.autograder / "submission_metadata.json").write_text(
            json.dumps(metadata), encoding="utf-8"
        )

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the container, as root in /autograder."""
        outside = ["unshare", "-m", "bash", "-c", IN_CONTAINER, "bash"]
        folders = [str(self.folder / "root"), str(self.autograder)]
        plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        ours = {
            "ROOT": folders[0],
            "CAPABILITIES": DOCKERS_CAPABILITIES,
            "BORROWED": BORROWED,
            "LIBRARIES": sysconfig.get_path("purelib"),
        }
        return subprocess.run(
            [*outside, *folders, *command],
            env={**plain, **ours, **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )
