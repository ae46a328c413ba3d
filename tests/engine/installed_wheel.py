"""An environment in which our wheel is installed, with the libraries of this one as hard links.

It lacks the largest ones, which only networks and browsers need.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wheels import build_wheel

LIBRARIES = Path(sysconfig.get_path("purelib"))
LEFT_OUT = {"tensorflow", "keras", "sklearn", "playwright", "mypy", "dask", "distributed", "scipy"}


@contextmanager
def installed_wheel() -> Iterator[Path]:
    """The folder of the environment. All users may read it.

    It lies beside the present libraries: hard links stay on one file system.
    """
    with tempfile.TemporaryDirectory(prefix="installed-", dir=_open_folder()) as folder:
        os.chmod(folder, 0o755)
        environment = Path(folder) / "environment"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
        libraries = environment / LIBRARIES.relative_to(sys.prefix)
        libraries.rmdir()
        shutil.copytree(LIBRARIES, libraries, copy_function=os.link, ignore=_left_out)
        building = Path(folder) / "building"
        wheel = build_wheel(building)
        pip = [environment / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "-q"]
        subprocess.run([*pip, "install", "--no-deps", "--no-index", wheel], check=True)
        shutil.rmtree(building)
        yield environment


def _open_folder() -> str:
    """A folder for temporary files on the file system of the libraries."""
    usual = tempfile.gettempdir()
    same = os.stat(usual).st_dev == LIBRARIES.stat().st_dev
    return usual if same else str(LIBRARIES.parents[2])


def _left_out(folder: str, names: list[str]) -> set[str]:
    """What is not linked; of this project's own files, none."""
    if Path(folder) != LIBRARIES:
        return set()
    return {name for name in names if "convgrade" in name or name in LEFT_OUT}
