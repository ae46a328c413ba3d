"""A separate course folder for a made-up class: a copy of the course."""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.course.assignment import assignment_names
from autograder.course.shipped import FOLDERS, files_of_course
from autograder.errors import CourseError

MARKER = "made-up-class.txt"


def make_course(root: Path, into: Path) -> Path:
    """Copy the course at `root` to `into`, and return its new root.

    An existing demo is brought up to date. Its gradebook and results are kept, so that grading
    continues where it stopped.

    Raises:
        CourseError: `into` holds something that is not a demo, or there is nothing to copy.
    """
    root, into = root.resolve(), into.resolve()
    if not assignment_names(root):
        raise CourseError(f"{root} has no source/*/assignment.toml to make a class for.")
    if into.is_dir() and any(into.iterdir()) and not (into / MARKER).is_file():
        raise CourseError(f"{into} is not a demo and not empty: choose another with --into.")
    into.mkdir(parents=True, exist_ok=True)
    (into / MARKER).write_text(
        "A made-up class: `autograder demo` makes this folder anew, change nothing in it.\n"
    )
    for name in (*FOLDERS, "submitted"):
        shutil.rmtree(into / name, ignore_errors=True)
    for name in files_of_course(root):
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, into / name)
    return into
