"""A Python as on a student's machine: no engine, and nothing that only Linux and macOS have.

The environment of `bare` makes each Python process load the file below before anything else. It is
no Windows, but what it takes away is what Windows lacks.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
REFUSED = ("autograder", "psutil")
"""Modules that are refused although the student's dependencies bring them or their names."""

BEFORE_ALL = """
import importlib.util, os, select, signal, sys

class Without:
    def __init__(self, finder):
        self._finder = finder

    def __getattr__(self, name):
        return getattr(self._finder, name)

    def find_spec(self, name, *more):
        return None if name.partition(".")[0] in REFUSED else self._finder.find_spec(name, *more)

sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
import subprocess
if IPYTHON:
    import IPython.core.interactiveshell, IPython.core.completer
if importlib.util.find_spec("rich"):
    import rich.console
for name in ("fcntl", "resource", "pwd", "grp", "termios", "pty"):
    sys.modules[name] = None
for name in ("fork", "forkpty", "killpg", "setsid", "getuid", "geteuid", "O_NOFOLLOW", "O_NONBLOCK",
             "O_CLOEXEC", "WNOHANG"):
    delattr(os, name)
for name in ("SIGALRM", "SIGKILL", "SIGCHLD", "setitimer", "alarm"):
    delattr(signal, name)
for name in ("poll", "epoll"):
    delattr(select, name)
def refused(*_): raise OSError("select works with sockets only")
select.select = refused
os.devnull = "/there/is/no/such/device"
"""


def bare(folder: Path, *, only: tuple[str, ...] = ("convgrade",)) -> dict[str, str]:
    """The environment for such a Python.

    Args:
        folder: an empty folder for the file that is loaded first.
        only: the distributions that are installed, with all that they need.
    """
    kept = _needed(only) | {"convgrade"}
    refused = {
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if not {_plain(owner) for owner in owners} & kept
    }
    assert "tensorflow" in refused
    has_ipython = "ipython" in kept
    names = f"REFUSED = {sorted(refused | set(REFUSED))!r}\nIPYTHON = {has_ipython}\n"
    (folder / "sitecustomize.py").write_text(names + BEFORE_ALL, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


def run(
    environment: dict[str, str], folder: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments in a folder."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def _needed(names: tuple[str, ...]) -> set[str]:
    """These distributions and all that they need, without their extras."""
    found: set[str] = set()
    todo = [_plain(name) for name in names]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        try:
            requirements = _requirements(name)
        except importlib.metadata.PackageNotFoundError:  # for another system
            continue
        found.add(name)
        always = (each for each in requirements if not re.search(r"extra\s*==", each))
        todo += [_plain(re.split(r"[^\w.-]", each)[0]) for each in always]
    return found


def _requirements(name: str) -> list[str]:
    """What a distribution needs. That of this project is read where it is written."""
    if name == "convgrade":
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return list(project["dependencies"])
    return importlib.metadata.requires(name) or []


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
