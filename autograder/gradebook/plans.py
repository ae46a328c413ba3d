"""What has to be written for one student: decided from files alone, before anything is written."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode

from autograder.course.assignment import Assignment
from autograder.course.variants import variant_from_mark
from autograder.gradebook.book import Book
from autograder.gradebook.cell_scores import GradedNotebook, texts
from autograder.gradebook.changes import Snapshot
from autograder.gradebook.graded_folder import graded_folder
from autograder.gradebook.grades import annotate, stamp
from autograder.gradebook.notebooks import canonical
from autograder.gradebook.submission_time import timestamp
from autograder.grading.graded import Graded
from autograder.grading.reading import read_as_given
from convgrade.submission import Unreadable, is_system_file


@dataclass(frozen=True)
class Plan:
    """What has to be done for one student.

    Attributes:
        graded: the result.
        reason: what needs attention, or "".
        keeps_scores: the grader failed, and the scores of an earlier submission stay.
        is_absent: nothing was handed in.
        folder: the folder of the hand-in; None if no submission is to be written.
        time: when it was handed in (UTC), if that is known.
        notebook: the notebook to write; None if it is written already.
    """

    graded: Graded
    reason: str = ""
    keeps_scores: bool = False
    is_absent: bool = False
    folder: Path | None = None
    time: datetime | None = None
    notebook: GradedNotebook | None = None


def plan_of(book: Book, graded: Graded, place: Path, known: Snapshot | None) -> Plan:
    """Find out what has to be done for one student.

    Args:
        book: the open gradebook, which is not changed.
        graded: the result.
        place: the file, or the folder that contains it.
        known: the scores of the student's submission in the gradebook; None if there is none.

    Raises:
        CourseError: the time of the hand-in is ambiguous, or the result does not fit the notebook.
    """
    result, assignment = graded.result, book.assignment
    partly = any(exercise.score is not None for exercise in result.exercises) and result.faults
    if result.status == "grader_error" and not partly:
        if known is None:
            return Plan(graded, f"not graded: {result.reason}")
        reason = f"not graded; earlier scores are kept: {result.reason}"
        return Plan(graded, reason, keeps_scores=True)
    folder = place if place.is_dir() else place.parent
    if not os.path.lexists(place) or (folder == place and _is_empty(folder)):
        reason = result.reason or "Nothing was handed in."
        if known is not None and known.is_graded:
            reason = "the folder is empty now, but the marks of an earlier submission stand."
        return Plan(graded, reason, is_absent=True)
    reason = result.reason if result.status == "rejected" else ""
    if result.status == "grader_error":
        reason = f"not graded in {', '.join(result.ungraded)}, what else was handed in is."
    plan = Plan(graded, reason, folder=folder, time=timestamp(folder, book.config))
    file = graded_folder(book, result.student) / assignment.release_notebook.name
    earlier = _earlier(file) if known is not None else None
    nameless = result.faults or not result.key
    if earlier is not None and not nameless and earlier.stamp == stamp(result):
        return plan
    assignment = assignment.in_variant(variant_from_mark(result.variant, assignment.offered))
    notebook = _canonical(graded, place, assignment)
    annotate(notebook, result, assignment)
    texts = earlier.texts if earlier is not None else {}
    return replace(plan, notebook=GradedNotebook(notebook, texts))


def _canonical(graded: Graded, place: Path, assignment: Assignment) -> NotebookNode:
    if graded.result.status == "rejected":
        return canonical(None, assignment, graded.result.reason)
    hand_in = graded.hand_in
    if hand_in is None:
        hand_in = read_as_given(place, assignment, graded.result.student)
    if isinstance(hand_in, Unreadable):
        return canonical(None, assignment, hand_in.reason)
    return canonical(hand_in, assignment)


def _is_empty(folder: Path) -> bool:
    return not any(not is_system_file(path.name) for path in folder.iterdir())


@dataclass(frozen=True)
class _Earlier:
    """What an earlier run left in a graded notebook: its mark, and the texts of cells by id."""

    stamp: object
    texts: Mapping[str, str]


def _earlier(file: Path) -> _Earlier | None:
    """Read the notebook of an earlier run, if it is complete."""
    try:
        notebook = json.loads(file.read_bytes())
        return _Earlier(notebook["metadata"].get("autograder"), texts(notebook))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
