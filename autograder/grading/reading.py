"""Reads hand-ins whose faults somebody else reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.course.assignment import Assignment
from convgrade.submission import HandIn, kinds, read_hand_in
from convgrade.submission.files import digest_of, start_of


def read_or_none(place: Path, assignment: Assignment, beside: Sequence[Path] = ()) -> HandIn | None:
    """What was handed in; None if reading it fails: `Grader.grade` reads it again and reports why.

    Args:
        place: a file, or a student's folder.
        assignment: the assignment that it answers.
        beside: files, and folders of files, that its code may read.
    """
    try:
        return read_hand_in(place, assignment.release, beside)
    except Exception:  # whatever a file can cause must not stop other gradings
        return None


def digest_of_file(file: Path) -> str:
    """The digest of a hand-in that is one file; "" for a folder or a zip, of which a file counts.

    Raises:
        SubmissionRejected: the file cannot be read.
    """
    if file.is_dir() or kinds.is_zip(start_of(file)):
        return ""
    return digest_of(file)
