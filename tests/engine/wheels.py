"""Builds the distribution as a wheel, from a copy of the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = (
    *("autograder", "convgrade", "assignments", "solutions", "source", "tests", "setup.py"),
    *("pyproject.toml", "MANIFEST.in", "nbgrader_config.py", "README.md", "LICENSE"),
)
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")


def build_wheel(folder: Path) -> Path:
    """Build it into the folder, and return its path."""
    source = folder / "source"
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pyc*"))
        else:
            shutil.copy(ROOT / part, source / part)
    build = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("convgrade-*.whl")
    return wheel
