"""Feedback pages: nbgrader's own, generated in this process from the graded notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from autograder.course import Assignment
from autograder.errors import CourseError


def write_pages(
    assignment: Assignment,
    students: Iterable[str],
    on_page: Callable[[str], None] = lambda student: None,
) -> list[Path]:
    """Write `feedback/<student>/<assignment>/` for each student that has a graded notebook.

    Raises:
        CourseError: nbgrader cannot make a page; says what it said.
    """
    from nbgrader.converters import GenerateFeedback
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    from autograder import nbgrader_course
    from autograder.nbgrader_release import quiet_log

    config = nbgrader_course.load(assignment.root)
    pages = []
    for student in students:
        log, reasons = quiet_log()
        folders = CourseDirectory(
            config=config,
            log=log,
            root=str(assignment.root),
            assignment_id=assignment.name,
            student_id=student,
        )
        graded = Path(folders.format_path(folders.autograded_directory, student, assignment.name))
        if not graded.is_dir():
            continue
        converter = GenerateFeedback(coursedir=folders, config=config, log=log, force=True)
        try:
            converter.start()
        except NbGraderException:
            raise CourseError(
                f"nbgrader cannot make the feedback page of {student!r}: {reasons.reason}."
            ) from None
        folder = folders.format_path(folders.feedback_directory, student, assignment.name)
        pages += sorted(Path(folder).glob("*.html"))
        on_page(student)
    return pages
