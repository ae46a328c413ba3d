"""Used by nbgrader's own `autograde` instead of running a student's notebook in a kernel.

`SubmissionExporter` reads the submission with care and gives its canonical notebook to nbgrader.
`GradeInSandbox` then writes scores into it. No student code runs in this process.
"""

from __future__ import annotations

import atexit
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor, OverwriteCells
from nbgrader.utils import compute_checksum, is_locked
from traitlets import Enum

from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import AutograderError
from autograder.gradebook.book import open_book
from autograder.gradebook.grades import annotate
from autograder.gradebook.notebooks import canonical
from autograder.grading.reading import given_to, read_as_given
from autograder.grading.result_store import load_if_current, result_file, stored
from autograder.grading.score_changes import with_changes
from autograder.results import Result
from convgrade.submission import HandIn, Unreadable

if TYPE_CHECKING:
    from autograder.grading.grader import Grader
    from autograder.sandbox import Isolation


VARIANT = "variant"
"""Key of nbgrader's resources: the variant that a student was given, "" for the default."""


class GraderFailed(AutograderError):
    """The grader or a suite failed on this submission: it stays ungraded and nobody gets a zero."""


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]  # nbconvert is untyped
    """Reads a submission as `autograder grade` does, and turns it into a notebook."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> Any:
        """Return the canonical notebook for a file in `submitted/`; any other file unchanged."""
        names = (resources or {}).get("nbgrader")
        course = self.parent.coursedir
        if not names or not _is_within(filename, Path(course.root, course.submitted_directory)):
            return super().from_filename(filename, resources, **options)
        assignment = load_assignment(names["assignment"], Path(course.root))
        graded = course.format_path(
            course.autograded_directory, names["student"], names["assignment"]
        )
        _discard_followed_links(Path(filename).parent, Path(graded))
        hand_in = read_as_given(Path(filename).parent, assignment, names["student"])
        assignment = given_to(assignment, names["student"], hand_in)
        names[VARIANT] = str(assignment.variant or "")
        if isinstance(hand_in, Unreadable):
            notebook = canonical(None, assignment, hand_in.reason)
        else:
            notebook = canonical(hand_in, assignment)
        return self.from_notebook_node(notebook, resources, **options)


class OverwriteAsGiven(OverwriteCells):  # type: ignore[misc]  # nbgrader is untyped
    """Overwrites cells with what the gradebook has, but keeps the locked text of a variant.

    The gradebook has the text of the default release only. `SubmissionExporter` has put the text of
    the student's own variant into the locked cells.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Take type, points and lock from the gradebook."""
        self._keeps_text = bool(resources["nbgrader"].get(VARIANT)) and is_locked(cell)
        own = cell.source
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if self._keeps_text:
            cell.source = own
            cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
        return cell, resources

    def report_change(self, name: str, attr: str, old: Any, new: Any) -> None:
        """Warn of a change, but not of the other text of a variant."""
        if not (self._keeps_text and attr == "checksum"):
            super().report_change(name, attr, old, new)


class GradeInSandbox(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader is untyped
    """Takes the stored result if it is current; otherwise grades the original file in a sandbox."""

    isolation = Enum(
        ("namespaces", "restricted", "process"),
        default_value="namespaces",
        help="`restricted` and `process` accept weaker sandboxes, on machines without namespaces.",
    ).tag(config=True)

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Put scores and explanations into the grade cells."""
        names = resources["nbgrader"]
        course = self.parent.parent.coursedir
        assignment = load_assignment(names["assignment"], Path(course.root))
        folder = course.format_path(
            course.submitted_directory, names["student"], names["assignment"]
        )
        hand_in = read_as_given(folder, assignment, names["student"])
        result = current_result(hand_in, assignment, names["student"], self.isolation)
        if result.status == "grader_error":
            with open_book(assignment) as book:
                book.ask_for_attention(names["student"])
                book.commit()
            raise GraderFailed(f"{names['student']} stays ungraded: {result.reason}")
        annotate(notebook, result, assignment)
        return notebook, resources


def current_result(
    hand_in: HandIn, assignment: Assignment, student: str, isolation: Isolation
) -> Result:
    """Return the stored result of a submission, or grade it and store the new result."""
    found = load_if_current(hand_in.digest, given_to(assignment, student, hand_in), student)
    if found is not None:
        return found
    grader = _kept_grader.of(assignment, isolation)
    earlier = stored(assignment, student)
    result = with_changes(grader.grade(hand_in, student=student, earlier=earlier), earlier)
    result.write(result_file(assignment, student))
    return result


class _KeptGrader:
    """Keeps the last grader for the next student, because nbgrader creates everything anew for
    each.
    """

    def __init__(self) -> None:
        self._grader: Grader | None = None
        atexit.register(self.close)

    def close(self) -> None:
        if self._grader is not None:
            self._grader.close()

    def of(self, assignment: Assignment, isolation: Isolation) -> Grader:
        from autograder.grading.grader import Grader

        kept = self._grader
        if kept is None or (kept.assignment, kept.isolation) != (assignment, isolation):
            self.close()
            self._grader = kept = Grader(assignment, isolation=isolation)
        return kept


_kept_grader = _KeptGrader()


def _discard_followed_links(handed_in: Path, graded: Path) -> None:
    """Remove what nbgrader copied through a link, which may lead to a suite or another student."""
    followed = handed_in.is_symlink()
    for path in handed_in.rglob("*"):
        if followed or path.is_symlink():
            copy = graded / path.relative_to(handed_in)
            if copy.is_file():
                copy.unlink()


def _is_within(filename: str, folder: Path) -> bool:
    return Path(filename).absolute().is_relative_to(folder.absolute())
