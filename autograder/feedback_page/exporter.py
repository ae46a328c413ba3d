"""nbgrader's exporter for feedback: `nbgrader generate_feedback` makes our page with it.

`nbgrader_config.py` names it. It reads the graded notebook, the gradebook and the stored result of
the student. It runs nothing of them.
"""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode, convert, reader
from nbgrader.api import Gradebook

from autograder.course.assignment import Assignment, load_assignment
from autograder.course.variants import variant_from_mark
from autograder.errors import CourseError
from autograder.feedback_page import scores
from autograder.feedback_page.page import page_of
from autograder.feedback_page.rendering import render_page
from autograder.gradebook.grades import stamp
from autograder.grading.result_store import result_file
from autograder.results import Result


class FeedbackPage(Exporter):  # type: ignore[misc]  # nbconvert is untyped
    """Makes the feedback page of one graded notebook."""

    output_mimetype = "text/html"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._opened: Any = None
        self._assignments: dict[str, Assignment | None] = {}

    def _file_extension_default(self) -> str:
        return ".html"

    def from_file(
        self, file_stream: Any, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page of a notebook that grading has written, which is not validated again."""
        notebook = convert(reader.reads(file_stream.read()), 4)
        return self.from_notebook_node(notebook, resources, **options)

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page of the notebook's student, and nbconvert's resources."""
        resources = self._init_resources(resources)
        if self._preprocessors:  # those of a course, whose copies of the notebook take time
            nb, resources = self._preprocess(nb, resources)
        names = resources["nbgrader"]
        assignment = self._assignment(names["assignment"], names["notebook"])
        gradebook = self._gradebook(names["db_url"])
        found = scores.read(gradebook, names["notebook"], names["assignment"], names["student"])
        gradebook.db.remove()  # ends the transaction; the next page reads what is new
        result = self._result(nb, names["student"], assignment) if assignment else None
        if assignment and result:
            variant = variant_from_mark(result.variant, assignment.offered)
            assignment = assignment.in_variant(variant)
        page = page_of(nb, found, names["student"], assignment, result, names["notebook"])
        return render_page(page), resources

    def _gradebook(self, db_url: str) -> Any:
        """The gradebook, open until this exporter ends: opening it takes longer than a page."""
        if self._opened is None:
            self._opened = Gradebook(db_url, self.parent.coursedir.course_id)
            weakref.finalize(self, self._opened.close)
        return self._opened

    def _assignment(self, name: str, notebook: str) -> Assignment | None:
        """The assignment, or None if this notebook is not one that `autograder` grades."""
        if name not in self._assignments:
            try:
                self._assignments[name] = load_assignment(name, Path(self.parent.coursedir.root))
            except CourseError as error:
                self.log.warning("Feedback without details: %s", error)
                self._assignments[name] = None
        assignment = self._assignments[name]
        return assignment if assignment and assignment.release_notebook.stem == notebook else None

    def _result(self, nb: NotebookNode, student: str, assignment: Assignment) -> Result | None:
        """The stored result that the notebook was graded with, or None."""
        if "autograder" not in nb.metadata:
            return None
        path = result_file(assignment, student)
        try:
            result = Result.from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            result = None
        if result is None or stamp(result) != nb.metadata["autograder"]:
            self.log.warning(
                "Feedback without details for %s: %s is not the result of this grading. Run "
                "`autograder grade %s` again.",
                student,
                path,
                assignment.name,
            )
            return None
        return result
