"""`autograder grade ASSIGNMENT FILE…`: grades files for CI without touching the gradebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.attention import below
from autograder.cli.commands import ExitCode
from autograder.cli.grading_options import GradingOptions
from autograder.cli.result_reports import ResultReports
from autograder.course.assignment import Assignment
from convgrade.commands.ending import Stopped

if TYPE_CHECKING:
    from autograder.grading.watching import Watcher
    from autograder.results import Result


@dataclass(frozen=True)
class Files:
    """Files to grade: each with its student, in order, and what their code may read besides."""

    students: Sequence[tuple[Path, str]]
    beside: tuple[Path, ...] = ()


def run(
    assignment: Assignment, files: Files, options: GradingOptions, wanted: ResultReports
) -> ExitCode:
    """Grade each file, write the requested reports, and show the results.

    Raises:
        AutograderError: the options contradict each other, or a report cannot be written.
    """
    _preflight(assignment, files, wanted)

    from autograder.cli.one_submission import show_submission
    from autograder.cli.tables import show_class
    from autograder.publish.visibility import FeedbackVisibility
    from convgrade.commands.console import complain

    graded = _graded(assignment, files, options)
    wanted.write(assignment, graded)
    shown = FeedbackVisibility.of(assignment.feedback)
    results = [shown.applied(result) for result in graded]
    if not options.quiet and len(results) == 1:
        show_submission(results[0], on_stderr=wanted.use_stdout)
    elif not options.quiet:
        show_class(assignment, results, on_stderr=wanted.use_stdout)
    lacking = [line for result in results if (line := _lacking(result, options.fail_under))]
    for line in lacking:
        complain(line)
    return ExitCode.ATTENTION if lacking else ExitCode.DONE


def _preflight(assignment: Assignment, files: Files, wanted: ResultReports) -> None:
    """Report problems of the machine and the options before anything is graded."""
    from autograder.cli import preflight

    wanted.check(len(files.students) == 1)
    preflight.check_machine()
    preflight.check_secret(assignment.root, wanted.targets)


def _graded(assignment: Assignment, files: Files, options: GradingOptions) -> list[Result]:
    """Grade one file in this process, which saves starting another, or several in parallel."""
    from autograder.cli.run_display import run_display

    count = len(set(files.students))
    with run_display(count, f"Grading {assignment.name}", quiet=options.quiet) as progress:
        try:
            if len(files.students) == 1 and options.run_on is None:
                return [_alone(assignment, files, options, progress)]
            from autograder.grading.scheduling import Task, grade_files

            return grade_files(
                assignment,
                [Task(student, file, beside=files.beside) for file, student in files.students],
                jobs=options.jobs,
                isolation=options.isolation,
                watcher=progress,
                run=options.run_on,
            )
        except KeyboardInterrupt:
            raise Stopped("Stopped: nothing is kept, and no report was written.") from None


def _alone(
    assignment: Assignment, files: Files, options: GradingOptions, watcher: Watcher
) -> Result:
    from autograder.grading.one_file import grade_one_file

    ((file, student),) = files.students
    watcher.started(student)
    result = grade_one_file(
        file, assignment, student=student, isolation=options.isolation, beside=files.beside
    )
    watcher.graded(result)
    return result


def _lacking(result: Result, fail_under: float | None) -> str:
    """Say in a sentence why a result needs attention; "" if it does not."""
    if result.status != "graded" or result.score is None:
        return f"{result.submission}: {result.status.replace('_', ' ')}: {result.reason}"
    if result.faults:
        return f"{result.submission}: {result.faults[0]}"
    reason = below(result, fail_under)
    return f"{result.submission}: {reason}" if reason else ""
