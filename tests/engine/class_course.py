"""A built course of one function, with a class that has handed in, for runs of `autograder`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from book_course import NAME, write_course

from autograder.authoring import build

PROGRAM = str(Path(sys.executable).parent / "autograder")
GRADE = [PROGRAM, "grade", NAME]
RIGHT = "import numpy as np\n\n\ndef double(x):\n    return np.asarray(x) * 2\n"
WRONG = RIGHT.replace("* 2", "* 3")


@cache
def _built() -> Path:
    import atexit

    folder = Path(mkdtemp(prefix="convgrade-built-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    build.build(NAME, write_course(folder / "course"))
    return folder / "course"


def write_class(root: Path, **texts: str) -> Path:
    """Write the course, and for each student a module with this text."""
    shutil.copytree(_built(), root)
    for student, text in texts.items():
        hand_in(root, student, text)
    secret = root / ".autograder" / "secret"
    secret.parent.mkdir(exist_ok=True)
    secret.write_bytes(bytes(range(32)))
    return root


def hand_in(root: Path, student: str, text: str, file: str = f"{NAME}.py") -> Path:
    path = root / "submitted" / student / NAME / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def grade(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Grade the class in a process of its own."""
    command = [*GRADE, *options]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
