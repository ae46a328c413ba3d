"""Writes a class's results into the gradebook and into `autograded/`, for `autograder grade`.

It leaves the same files and rows as the stock `nbgrader autograde`, but starts nbgrader only once.
A problem with one student is reported and stops nobody else.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import find_all_files
from sqlalchemy.exc import OperationalError

from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from autograder.gradebook.book import Book, Standing, open_book, texts
from autograder.gradebook.changes import described, with_scores
from autograder.gradebook.grades import annotate, stamp
from autograder.gradebook.locking import gradebook_lock, usable
from autograder.gradebook.notebooks import canonical
from autograder.gradebook.submission_time import is_plain_file, timestamp
from autograder.grading.graded import Graded
from autograder.nbgrader_bridge import configuration
from autograder.nbgrader_bridge.release import generate
from convgrade.submission import Unreadable, is_system_file, read_hand_in


@dataclass(frozen=True)
class Problem:
    """Something about one student that the instructor must know."""

    student: str
    reason: str


def write(
    graded: Iterable[Graded],
    submissions: Mapping[str, Path],
    assignment: Assignment,
    on_wait: Callable[[], None] = lambda: None,
    on_change: Callable[[Problem], None] = lambda change: None,
) -> list[Problem]:
    """Write results into the gradebook and graded notebooks into `autograded/`.

    A result that is there already is not written again. Manual scores and comments are kept.

    Args:
        graded: one result per student, with its submission.
        submissions: each student's file, or the folder that contains it.
        assignment: what was graded. It is registered in the gradebook if it is new or has changed.
        on_wait: called before waiting, if another run holds the gradebook.
        on_change: called with what changed in scores that were in the gradebook already.

    Returns:
        What needs attention: rejected, missing and ungraded submissions.

    Raises:
        CourseError: the gradebook cannot be used at all.
    """
    problems: list[Problem] = []
    with (
        gradebook_lock(assignment.root, on_wait),
        usable(assignment),
        open_book(assignment) as book,
    ):
        _register(book, assignment)
        for each in graded:
            result = each.result
            try:
                before = book.snapshot(result.student)
                reason = _write_one(book, each, submissions[result.student], assignment)
                book.commit()
                after = book.snapshot(result.student)
                if change := described(before, after, result.changes):
                    on_change(Problem(result.student, change))
            except OperationalError:
                raise
            except Exception as error:  # reported by name; the other grades must not depend on it
                book.rollback()
                reason = f"could not be written to the gradebook: {error}"
            if reason:
                problems.append(Problem(result.student, reason))
    return problems


def expected_changes(graded: Iterable[Graded], assignment: Assignment) -> list[Problem]:
    """Return what `write` would change in scores that are in the gradebook; write nothing.

    Late penalties are not computed anew.

    Raises:
        CourseError: the gradebook cannot be used at all.
    """
    found = []
    with usable(assignment), open_book(assignment) as book:
        for each in graded:
            result = each.result
            before = book.snapshot(result.student)
            after = with_scores(before, result)
            if result.status != "grader_error" and (
                change := described(before, after, result.changes)
            ):
                found.append(Problem(result.student, change))
    return found


def students(assignment: Assignment) -> set[str]:
    """Return all students in the gradebook, with or without a submission.

    Raises:
        CourseError: the gradebook cannot be used at all.
    """
    with usable(assignment), open_book(assignment) as book:
        return book.students()


def standing(assignment: Assignment) -> dict[str, Standing]:
    """Return the current state of each student's submission in the gradebook.

    Raises:
        CourseError: the gradebook cannot be used at all.
    """
    with usable(assignment), open_book(assignment) as book:
        return book.standing()


def register(assignment: Assignment) -> None:
    """Register the assignment in the gradebook as it was last built.

    Raises:
        CourseError: cells were added or removed although submissions are in the gradebook.
    """
    with gradebook_lock(assignment.root), usable(assignment), open_book(assignment) as book:
        _register(book, assignment)


def _register(book: Book, assignment: Assignment) -> None:
    if book.is_registered():
        return
    book.rollback()
    with tempfile.TemporaryDirectory(prefix="autograder-register-") as folder:
        scratch = Path(folder)
        target = scratch / "source" / assignment.name / assignment.source_notebook.name
        target.parent.mkdir(parents=True)
        shutil.copy(assignment.source_notebook, target)
        config = configuration.load(assignment.root)
        generate(assignment.name, scratch, config, book.db_url)
    book.rollback()
    if not book.is_registered():
        raise CourseError(
            f"assignments/{assignment.name} is not what its source gives: "
            f"run `autograder build {assignment.name}`."
        )


def _write_one(book: Book, graded: Graded, place: Path, assignment: Assignment) -> str:
    """Write one student's result; return what needs attention, or ""."""
    result = graded.result
    student = result.student
    known = book.has_submission(student)
    partly = any(exercise.score is not None for exercise in result.exercises) and result.faults
    if result.status == "grader_error" and not partly:
        if not known:
            return f"not graded: {result.reason}"
        book.ask_for_attention(student)
        return f"not graded; earlier scores are kept: {result.reason}"
    folder = place if place.is_dir() else place.parent
    if not os.path.lexists(place) or (folder == place and _is_empty(folder)):
        book.add_student(student)
        if book.snapshot(student).is_graded:
            return "the folder is empty now, but the marks of an earlier submission stand."
        return result.reason or "Nothing was handed in."
    book.add_submission(student, timestamp(folder, book.config))
    target = Path(
        book.folders.format_path(book.folders.autograded_directory, student, assignment.name)
    )
    earlier = _earlier(target / assignment.release_notebook.name) if known else None
    nameless = result.faults or not result.key
    if earlier is None or nameless or earlier.metadata.get("autograder") != stamp(result):
        notebook = _canonical(graded, place, assignment)
        annotate(notebook, result, assignment)
        book.save(student, notebook, texts(earlier))
        book.apply_lateness(student)
        book.commit()
        _replace_folder(target, notebook, folder, assignment, book)
    else:
        book.apply_lateness(student)
    if result.status == "grader_error":
        return f"not graded in {', '.join(result.ungraded)}, what else was handed in is."
    return result.reason if result.status == "rejected" else ""


def _canonical(graded: Graded, place: Path, assignment: Assignment) -> NotebookNode:
    if graded.result.status == "rejected":
        return canonical(None, assignment, graded.result.reason)
    hand_in = graded.hand_in
    if hand_in is None:
        hand_in = read_hand_in(place, assignment.release)
    if isinstance(hand_in, Unreadable):
        return canonical(None, assignment, hand_in.reason)
    return canonical(hand_in, assignment)


def _is_empty(folder: Path) -> bool:
    return not any(not is_system_file(path.name) for path in folder.iterdir())


def _earlier(path: Path) -> NotebookNode | None:
    """Read the notebook of an earlier run, if it is complete."""
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError):
        return None


def _replace_folder(
    target: Path, notebook: NotebookNode, handed_in: Path, assignment: Assignment, book: Book
) -> None:
    """Replace the folder of an earlier run with the graded notebook and its other files."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f".{assignment.name}.*"):  # by a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{assignment.name}."))
    try:
        ignored = [*book.folders.ignore, "*.ipynb"]
        beside = () if handed_in.is_symlink() else (handed_in,)
        for origin in (*beside, assignment.source_notebook.parent):
            for found in map(Path, find_all_files(str(origin), ignored)):
                if is_plain_file(found):
                    copy = scratch / found.relative_to(origin)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(found, copy)
        text = nbformat.writes(notebook, version=4).rstrip("\n") + "\n"
        (scratch / assignment.release_notebook.name).write_text(text, encoding="utf-8")
        for file in scratch.rglob("*"):
            if file.is_file():
                file.chmod(0o444)
        scratch.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        scratch.rename(target)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
