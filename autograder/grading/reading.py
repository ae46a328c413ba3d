"""Reads hand-ins as what their students were given: the default release, or a variant of it.

The table of variants says who was given which. A notebook names its variant, too; that counts only
for who is not in the table, and a person is told where the two disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.course.variants import table_of, variant_from_mark
from convgrade.submission import HandIn, Submission, kinds, read_hand_in
from convgrade.submission.files import digest_of, start_of


def read_as_given(
    place: Path | str, assignment: Assignment, student: str, beside: Sequence[Path] = ()
) -> HandIn:
    """Read what was handed in, by the release that the student was given.

    Args:
        place: a file, or a student's folder.
        assignment: the assignment that it answers.
        student: who handed it in.
        beside: files, and folders of files, that its code may read.

    Raises:
        CourseError: the table of variants or a release cannot be used.
    """
    by_table = assignment.of_student(student)
    hand_in = read_hand_in(place, by_table.release, beside)
    given = given_to(assignment, student, hand_in)
    return hand_in if given is by_table else read_hand_in(place, given.release, beside)


def given_to(assignment: Assignment, student: str, hand_in: HandIn) -> Assignment:
    """The assignment as a student was given it, by the table, else by the notebook's own mark.

    Raises:
        CourseError: the table of variants cannot be used.
    """
    by_table = assignment.of_student(student)
    if by_table.variant is not None or not _mark(hand_in):
        return by_table
    by_mark = variant_from_mark(_mark(hand_in), assignment.offered)
    marked = assignment.in_variant(by_mark)
    return marked if by_mark is not None and marked.release_notebook.is_file() else by_table


def remark_on_variant(assignment: Assignment, student: str, hand_in: HandIn) -> str:
    """A sentence where the table of variants and the notebook's mark disagree, else "".

    Raises:
        CourseError: the table of variants cannot be used.
    """
    mark = _mark(hand_in)
    known = assignment.of_student(student).variant
    if mark in ("", str(known)):
        return ""
    given = given_to(assignment, student, hand_in).variant
    graded = "in the default release" if given is None else f"as {given}"
    if known is not None:
        return (
            f"The notebook is of another variant ({mark}) than {student} was given. "
            f"It was graded {graded}, which {student} was given."
        )
    table = table_of(assignment.root, assignment.name).relative_to(assignment.root)
    return (
        f"The notebook is of a variant ({mark}), but {table} does not list {student}. "
        f"It was graded {graded}."
    )


def _mark(hand_in: HandIn) -> str:
    return hand_in.variant if isinstance(hand_in, Submission) else ""


def read_or_none(
    place: Path, assignment: Assignment, student: str, beside: Sequence[Path] = ()
) -> HandIn | None:
    """What was handed in; None if reading it fails: `Grader.grade` reads it again and reports why.

    Arguments are those of `read_as_given`.
    """
    try:
        return read_as_given(place, assignment, student, beside)
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
