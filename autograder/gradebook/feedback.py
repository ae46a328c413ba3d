"""Makes feedback pages with nbgrader's own `generate_feedback`."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterator
from concurrent.futures import as_completed
from pathlib import Path

from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets import Set

from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import CourseError
from autograder.nbgrader_bridge import configuration
from autograder.nbgrader_bridge.release import quiet_log
from autograder.process_pool import ignore_interrupts, pool_of
from convgrade.os_errors import is_of_the_machine, naming

PAGES_PER_WORKER = 150
"""A page takes some hundredths of a second. To start a worker takes as long as so many pages."""
PAGES_AT_A_TIME = 20
"""One converter makes several pages: opening the gradebook takes longer than a page."""


class _FeedbackOfSome(GenerateFeedback):  # type: ignore[misc]  # nbgrader is untyped
    """nbgrader's converter for a chosen set of students, or for all if none is chosen."""

    chosen = Set()
    assignments: dict[str, list[str]]
    machine_error: OSError | None = None
    """Why no page can be written, for example a full disk. nbgrader goes on after each error."""

    def init_notebooks(self) -> None:
        if not self.chosen:
            super().init_notebooks()
            return
        folders = (self._format_source(self.coursedir.assignment_id, each) for each in self.chosen)
        found = {each: sorted(map(str, Path(each).glob("*.ipynb"))) for each in folders}
        self.assignments = {each: notebooks for each, notebooks in found.items() if notebooks}

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Make one page, and remember an error that concerns all pages."""
        try:
            super().convert_single_notebook(notebook_filename)
        except OSError as error:
            if is_of_the_machine(error):
                self.machine_error = error
            raise


def feedback(assignment: Assignment, students: Collection[str] = ()) -> list[Path]:
    """Write `feedback/<student>/<assignment>/<assignment>.html`.

    Args:
        assignment: an assignment that has been graded.
        students: whose pages to write; everybody's by default.

    Returns:
        The paths of the pages.

    Raises:
        CourseError: nbgrader could not make a page; the message has nbgrader's reason.
        OSError: no page can be written, for example because the disk is full.
    """
    config = configuration.load(assignment.root)
    log, reasons = quiet_log()
    folders = CourseDirectory(
        config=config, log=log, root=str(assignment.root), assignment_id=assignment.name
    )
    converter = _FeedbackOfSome(
        coursedir=folders, config=config, log=log, force=True, chosen=set(students)
    )
    where = Path(assignment.root, folders.feedback_directory)
    try:
        with naming(where):
            converter.start()
    except NbGraderException:
        if (error := converter.machine_error) is not None:
            raise OSError(error.errno, error.strerror, str(where)) from None
        raise CourseError(
            f"nbgrader could not make every feedback page of {assignment.name!r}: {reasons.reason}."
        ) from None
    return [
        Path(
            folders.format_path(folders.feedback_directory, Path(done).parent.name, assignment.name)
        )
        / f"{assignment.name}.html"
        for done in converter.assignments
    ]


def graded_notebook(assignment: Assignment, student: str) -> Path:
    """Return the path of a student's graded notebook."""
    log, _ = quiet_log()
    config = configuration.load(assignment.root)
    folders = CourseDirectory(config=config, log=log, root=str(assignment.root))
    folder = folders.format_path(folders.autograded_directory, student, assignment.name)
    return Path(folder) / assignment.release_notebook.name


def graded_students(assignment: Assignment) -> list[str]:
    """Return the students who have a graded notebook, sorted."""
    log, _ = quiet_log()
    config = configuration.load(assignment.root)
    folders = CourseDirectory(config=config, log=log, root=str(assignment.root))
    step = Path(folders.format_path(folders.autograded_directory, ".", ".")).resolve()
    found = step.glob(f"*/{assignment.name}/{assignment.release_notebook.name}")
    return sorted(path.parent.parent.name for path in found)


def feedback_in_parallel(
    assignment: Assignment, students: Collection[str], *, jobs: int | None = None
) -> Iterator[tuple[str, str]]:
    """Write the pages, in several processes if there are many; a page that cannot be made stops no
    other.

    Args:
        assignment: an assignment that has been graded.
        students: whose pages to write.
        jobs: processes at a time; by default at most one per processor, and one alone if starting
            more would take longer than the pages.

    Yields:
        Each student, with "" if the page is done, and otherwise why not.
    """
    waiting = list(students)
    useful = min(os.cpu_count() or 1, math.ceil(len(waiting) / PAGES_PER_WORKER))
    workers = max(1, min(jobs or useful, len(waiting)))
    starts = range(0, len(waiting), PAGES_AT_A_TIME)
    groups = [waiting[start : start + PAGES_AT_A_TIME] for start in starts]
    if workers == 1:
        for group in groups:
            failures = _pages(assignment.name, assignment.root, group)
            yield from ((student, failures.get(student, "")) for student in group)
        return
    with pool_of(workers, ignore_interrupts) as pool:
        pages = {
            pool.submit(_pages, assignment.name, assignment.root, group): group for group in groups
        }
        for page in as_completed(pages):
            failures = page.result()
            yield from ((student, failures.get(student, "")) for student in pages[page])


def _pages(name: str, root: Path, students: list[str]) -> dict[str, str]:
    """Write pages; return why not, by student. nbgrader does not say whose page it could not make,
    so after a failure each is made alone.
    """
    assignment = load_assignment(name, root)
    try:
        feedback(assignment, students)
        return {}
    except CourseError as error:
        if len(students) == 1:
            return {students[0]: str(error)}
    failures: dict[str, str] = {}
    for student in students:
        failures.update(_pages(name, root, [student]))
    return failures
