"""The zip file from which Gradescope builds the image that grades one assignment.

It has what grading this assignment needs, and nothing else of the course.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Iterator
from importlib import metadata

from autograder.ci.engine_wheel import DISTRIBUTION, engine_wheel
from autograder.ci.templating import render
from autograder.ci.workflows import LOCK, require_plain
from autograder.course.assignment import ROOT_MARKER, Assignment
from autograder.course.needed_files import files_for_grading
from autograder.errors import CourseError
from autograder.grading.seeds import course_secret, secret_of_place
from convgrade import datasets

_PLAIN, _PROGRAM, _OWNER_ONLY = 0o644, 0o755, 0o600
_EPOCH = (1980, 1, 1, 0, 0, 0)
_COURSE = "course"
_INDIRECT = {"keras"}
"""Needed by what we need, and yet a part of what decides points."""


def gradescope_zip(assignment: Assignment, isolation: str) -> bytes:
    """The content of the zip file. The same course gives the same bytes.

    Args:
        assignment: what it grades.
        isolation: of student code, as `autograder grade --isolation` takes it.

    Raises:
        CourseError: files of the assignment are missing.
        AutograderError: its name cannot stand in a script.
    """
    require_plain(assignment.name)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in _entries(assignment, isolation):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = mode << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _entries(assignment: Assignment, isolation: str) -> Iterator[tuple[str, bytes, int]]:
    wheel, content = engine_wheel()
    lock = assignment.root / LOCK
    setup = render(
        "gradescope_setup.sh",
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        wheel=wheel,
        has_lock=lock.is_file(),
        dataset=_downloaded_dataset(assignment),
    )
    run = render("gradescope_run.sh", assignment=assignment.name, isolation=isolation)
    yield "setup.sh", setup.encode(), _PROGRAM
    yield "run_autograder", run.encode(), _PROGRAM
    yield wheel, content, _PLAIN
    if lock.is_file():
        yield LOCK, lock.read_bytes(), _PLAIN
    else:
        yield "constraints.txt", _versions_here().encode(), _PLAIN
    yield from _course(assignment)


def _course(assignment: Assignment) -> Iterator[tuple[str, bytes, int]]:
    files = sorted(files_for_grading(assignment))
    needed = (assignment.source_notebook, assignment.release_notebook, assignment.solution_module)
    missing = [path for path in needed if path not in files]
    if missing or not any(path.is_relative_to(assignment.suite_folder) for path in files):
        names = [path.relative_to(assignment.root).as_posix() for path in missing]
        raise CourseError(
            f"{assignment.name} lacks {', '.join(names) or 'its hidden suites'}: run "
            f"`autograder build {assignment.name}` first."
        )
    yield f"{_COURSE}/{ROOT_MARKER}", b"# Marks the folder of the course.\n", _PLAIN
    for path in files:
        name = path.relative_to(assignment.root).as_posix()
        yield f"{_COURSE}/{name}", path.read_bytes(), _PLAIN
    secret = secret_of_place(course_secret(assignment.root), f"Gradescope, {assignment.name}")
    yield f"{_COURSE}/.autograder/secret", secret, _OWNER_ONLY


def _downloaded_dataset(assignment: Assignment) -> str:
    """The dataset that the image has to download; "" if it needs none."""
    if not assignment.dataset or datasets.about(assignment.dataset).remote is None:
        return ""
    return assignment.dataset


def _versions_here() -> str:
    """The versions of the libraries that grade, as constraints for pip.

    What these need in turn is left to pip: some of it may not be for the Python of the image.
    """
    needed = (re.match(r"[\w.-]+", each) for each in metadata.requires(DISTRIBUTION) or ())
    names = {match[0] for match in needed if match} - {DISTRIBUTION} | _INDIRECT
    found = (each for each in metadata.distributions() if each.name.lower() in names)
    return "\n".join([*sorted({f"{each.name}=={each.version}" for each in found}), ""])
