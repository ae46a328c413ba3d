"""`autograder grade ASSIGNMENT FILE…`: grades files for CI without touching the gradebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli import reports
from autograder.cli.commands import ExitCode
from autograder.course.assignment import Assignment
from autograder.errors import AutograderError
from convgrade.commands.ending import Stopped

if TYPE_CHECKING:
    from autograder.grading.scheduling import Run
    from autograder.grading.watching import Watcher
    from autograder.results import Result
    from autograder.sandbox import Isolation


def run(
    assignment: Assignment,
    files: Sequence[Path],
    targets: Mapping[str, str],
    *,
    beside: Sequence[Path] = (),
    student: str | None,
    fail_under: float | None,
    jobs: int | None,
    isolation: Isolation,
    quiet: bool = False,
    run_on: Run | None = None,
) -> ExitCode:
    """Grade each file, write the requested reports, and show the results.

    Raises:
        AutograderError: the options contradict each other, or a report cannot be written.
    """
    if student is not None and len(files) > 1:
        raise AutograderError("--student names whose file it is: give one file with it, not more.")
    if "gradescope" in targets and len(files) > 1:
        raise AutograderError("--gradescope is about one submission: give one file with it.")
    _preflight(assignment, [*files, *beside], targets, _names(files, student))

    from autograder.cli.one_submission import show_submission
    from autograder.cli.tables import show_class
    from autograder.publish.visibility import FeedbackVisibility
    from convgrade.commands.console import complain

    graded = _graded(assignment, files, beside, student, jobs, isolation, quiet, run_on)
    shown = FeedbackVisibility.of(assignment.feedback)
    results = [shown.applied(result) for result in graded]
    for name, target in targets.items():
        report = _report(name, results)
        if report is None:
            reports.discard(target)
        else:
            reports.write(target, report)
    on_stderr = any(map(reports.goes_to_stdout, targets.values()))
    if not quiet and len(results) == 1:
        show_submission(results[0], on_stderr=on_stderr)
    elif not quiet:
        show_class(assignment, results, on_stderr=on_stderr)
    lacking = [line for result in results if (line := _lacking(result, fail_under))]
    for line in lacking:
        complain(line)
    return ExitCode.ATTENTION if lacking else ExitCode.DONE


def _names(files: Sequence[Path], student: str | None) -> list[str]:
    return [student] if student is not None else [file.stem for file in files]


def _preflight(
    assignment: Assignment,
    files: Sequence[Path],
    targets: Mapping[str, str],
    students: Sequence[str],
) -> None:
    """Report problems of the machine and the options before anything is graded."""
    from autograder.cli import preflight
    from autograder.course.student_names import require_name

    preflight.check_files(files)
    for name in students:
        require_name(name)
    reports.check(targets.values())
    preflight.check_machine()
    preflight.check_secret(assignment.root, targets)


def _graded(
    assignment: Assignment,
    files: Sequence[Path],
    beside: Sequence[Path],
    student: str | None,
    jobs: int | None,
    isolation: Isolation,
    quiet: bool,
    run_on: Run | None,
) -> list[Result]:
    """Grade one file in this process, which saves starting another, or several in parallel."""
    from autograder.cli.run_display import run_display

    with run_display(len(set(files)), f"Grading {assignment.name}", quiet=quiet) as progress:
        try:
            if len(files) == 1 and run_on is None:
                return [_alone(assignment, files[0], beside, student, isolation, progress)]
            from autograder.grading.scheduling import Task, grade_files

            return grade_files(
                assignment,
                [Task(student or file.stem, file, beside=tuple(beside)) for file in files],
                jobs=jobs,
                isolation=isolation,
                watcher=progress,
                run=run_on,
            )
        except KeyboardInterrupt:
            raise Stopped("Stopped: nothing is kept, and no report was written.") from None


def _alone(
    assignment: Assignment,
    file: Path,
    beside: Sequence[Path],
    student: str | None,
    isolation: Isolation,
    watcher: Watcher,
) -> Result:
    from autograder.grading.one_file import grade_one_file

    watcher.started(student or file.stem)
    result = grade_one_file(file, assignment, student=student, isolation=isolation, beside=beside)
    watcher.graded(result)
    return result


def _report(name: str, results: Sequence[Result]) -> str | None:
    """Return the text of a report; None if its format cannot express that the grader failed."""
    from autograder.publish import gradescope, json, junit, markdown

    if name == "gradescope":
        return gradescope.dumps(results[0])
    return {"json": json.dumps, "junit": junit.dumps, "markdown": markdown.dumps}[name](results)


def _lacking(result: Result, fail_under: float | None) -> str:
    """Say in a sentence why a result needs attention; "" if it does not."""
    if result.status != "graded" or result.score is None:
        return f"{result.submission}: {result.status.replace('_', ' ')}: {result.reason}"
    if result.faults:
        return f"{result.submission}: {result.faults[0]}"
    if fail_under is not None and result.score < fail_under / 100 * result.max_score:
        share = f"{result.score:g} of {result.max_score:g} points"
        return f"{result.submission}: {share} are less than {fail_under:g} %."
    return ""
