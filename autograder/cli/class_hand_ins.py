"""The hand-ins of a class: who has handed in, and grading them with a progress display."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.grading_options import GradingOptions
from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from convgrade.commands.ending import Stopped

if TYPE_CHECKING:
    from autograder.grading.graded import Graded


def hand_ins(assignment: Assignment) -> tuple[dict[str, Path], list[str]]:
    """The hand-ins by student, and the folders whose names cannot be a student's.

    Raises:
        CourseError: nobody has handed anything in.
    """
    from autograder.course.student_names import is_name
    from autograder.grading import scheduling

    found = scheduling.handed_in(assignment)
    submissions = {student: place for student, place in found.items() if is_name(student)}
    if not submissions:
        raise CourseError(
            f"Nobody has handed in {assignment.name}: there is no "
            f"submitted/<student>/{assignment.name}/ in {assignment.root}."
        )
    return submissions, sorted(found.keys() - submissions.keys())


def in_parallel(
    assignment: Assignment,
    submissions: Mapping[str, Path],
    options: GradingOptions,
) -> list[Graded]:
    """Grade with a progress display.

    Raises:
        Stopped: Ctrl-C was pressed; says how to go on.
    """
    from autograder.cli.interruption import this_command
    from autograder.cli.run_display import run_display
    from autograder.grading import scheduling

    with run_display(
        len(submissions), f"Grading {assignment.name}", quiet=options.quiet
    ) as progress:
        try:
            return scheduling.grade_class(
                assignment,
                submissions,
                jobs=options.jobs,
                isolation=options.isolation,
                fresh=options.fresh,
                dry_run=options.dry_run,
                watcher=progress,
                run=options.run_on,
            )
        except KeyboardInterrupt:
            if options.dry_run:
                raise Stopped("Stopped: nothing was written.") from None
            done = f"Stopped: {progress.done} of {progress.total} are graded and stored."
            if options.fresh:
                raise Stopped(f"{done} With --fresh, the next run begins anew.") from None
            raise Stopped(f"{done} This goes on:", this_command()) from None


def known_by_hand_ins(assignment: Assignment) -> set[str]:
    """Students who have handed in something, for any assignment."""
    from autograder.course.student_names import is_name

    folders = (assignment.root / "submitted").iterdir()
    return {folder.name for folder in folders if folder.is_dir() and is_name(folder.name)}
