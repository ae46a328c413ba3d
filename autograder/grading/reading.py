"""Reads hand-ins whose faults somebody else reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.course.assignment import Assignment
from convgrade.submission import HandIn, read_hand_in


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
