"""Where a course lies in its git repository, and which of its files must not be in it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import AutograderError, CourseError

CLASS_FILES = tuple(
    "gradebook.db submitted autograded feedback results reports .autograder".split()
)
"""What collecting and grading a class leave in a course: names, marks, hand-ins and seeds."""
_SECONDS = 30


@dataclass(frozen=True)
class Repository:
    """A git repository and the course in it.

    Args:
        root: the folder of the repository.
        course: the path of the course from there, with slashes; "." if it is the same folder.
    """

    root: Path
    course: str


def repository_of(course: Path) -> Repository:
    """The git repository that has a course.

    Args:
        course: the course root.

    Raises:
        AutograderError: there is none, or git is not installed or refuses.
    """
    done = _git(course, "rev-parse", "--show-toplevel")
    if done.returncode:
        if "not a git repository" not in done.stderr:
            raise AutograderError(f"git does not read {course}: {_last_line(done.stderr)}.")
        raise CourseError(
            f"{course} is not in a git repository, and CI runs for repositories only: run "
            f"`git init` there, commit the course, and run this again."
        )
    root = Path(done.stdout.removesuffix("\n"))
    return Repository(root, course.resolve().relative_to(root.resolve()).as_posix())


def committed_class_files(course: Path) -> list[str]:
    """Those of `CLASS_FILES` that git has committed or will commit, in their order."""
    listed = _git(course, "ls-files", "-z", "--", *CLASS_FILES).stdout
    first_parts = {name.split("/", 1)[0] for name in listed.split("\0")}
    return [name for name in CLASS_FILES if name in first_parts]


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-C", str(folder), *arguments]
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=_SECONDS,
            env=environment,
        )
    except FileNotFoundError:
        raise AutograderError("git is not installed: install it and run this again.") from None
    except subprocess.TimeoutExpired:
        raise AutograderError(f"git did not answer within {_SECONDS} seconds.") from None


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].removeprefix("fatal: ").rstrip(".") if lines else "it says nothing"
