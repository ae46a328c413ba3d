"""`autograder grade ASSIGNMENT`: grades a class into the gradebook, in parallel and resumable."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.class_output import GradedClass, show_graded
from autograder.cli.commands import ExitCode, say_that_it_waits
from autograder.course.assignment import Assignment
from autograder.course.locks import locked
from autograder.errors import CourseError
from convgrade.commands.ending import Stopped

if TYPE_CHECKING:
    from autograder.gradebook.standing import Standing
    from autograder.gradebook.writer import Problem
    from autograder.grading.graded import Graded
    from autograder.grading.scheduling import Run
    from autograder.sandbox import Isolation


HELD_BACK = "is frozen: what was handed in later is not graded."


def grade_class(
    assignment: Assignment,
    *,
    jobs: int | None,
    isolation: Isolation,
    fresh: bool,
    json: str | None,
    changes: str | None,
    dry_run: bool,
    wait: bool,
    quiet: bool,
    run_on: Run | None = None,
) -> ExitCode:
    """Grade everybody, show the table, what changed, and what needs attention.

    With `quiet`, only what needs attention is shown.
    """
    from autograder.cli import reports

    reports.check(target for target in (json, changes) if target is not None)
    if dry_run:
        graded = rehearse(
            assignment, jobs=jobs, isolation=isolation, fresh=fresh, quiet=quiet, run_on=run_on
        )
    else:
        graded = run(
            assignment,
            jobs=jobs,
            isolation=isolation,
            fresh=fresh,
            wait=wait,
            quiet=quiet,
            run_on=run_on,
        )
    show_graded(assignment, graded, json=json, changes=changes, dry_run=dry_run, quiet=quiet)
    return ExitCode.ATTENTION if graded.attention else ExitCode.DONE


def run(
    assignment: Assignment,
    *,
    jobs: int | None,
    isolation: Isolation,
    fresh: bool,
    wait: bool = True,
    quiet: bool = False,
    run_on: Run | None = None,
) -> GradedClass:
    """Grade with a progress display and write the gradebook.

    Raises:
        CourseError: nobody has handed anything in, or the gradebook cannot be used; or another run
            grades this assignment, and this one is not to `wait`.
        AutograderError: the machine or the course lacks what grading needs.
    """
    from autograder.cli import preflight
    from autograder.cli.attention import of_class
    from autograder.grading.freezing import is_held_back, require_known_exercises
    from autograder.grading.result_store import remove_leftovers
    from convgrade.commands.console import say

    submissions, nameless = hand_ins(assignment)
    require_known_exercises(assignment)
    preflight.check_course(assignment)
    preflight.check_machine()
    preflight.check_secret(assignment.root)
    if _has_other_cells(assignment):
        from autograder.gradebook.writer import register

        register(assignment)  # nbgrader may refuse it: then nothing is graded
    writer_imported = _import_meanwhile("autograder.gradebook.writer")
    with locked(
        assignment.root, f"grading-{assignment.name}", lambda: _another_run(assignment, wait)
    ):
        remove_leftovers(assignment)
        graded = in_parallel(
            assignment, submissions, jobs, isolation, fresh=fresh, quiet=quiet, run_on=run_on
        )
    if not quiet:
        say("Writing the gradebook")
    writer_imported.join()
    problems, changes = _into_gradebook(graded, submissions, assignment)
    from autograder.gradebook import lateness, writer

    results = [each.result for each in graded]
    newer = [each.result.student for each in graded if is_held_back(each, assignment)]
    problems += [writer.Problem(student, HELD_BACK) for student in newer]
    standing = writer.standing(assignment)
    absent = (writer.students(assignment) | known_by_hand_ins(assignment)) - {
        *submissions,
        *nameless,
    }
    gone = {
        student: standing[student] for student in sorted(absent) if is_marked(standing, student)
    }
    return GradedClass(
        results,
        standing,
        of_class(results, problems, sorted(absent - gone.keys()), gone, nameless),
        changes,
        lateness.late_rule(assignment),
    )


def _into_gradebook(
    graded: Sequence[Graded], submissions: Mapping[str, Path], assignment: Assignment
) -> tuple[list[Problem], list[Problem]]:
    """Write the gradebook; return what needs attention, and what changed in scores.

    Raises:
        CourseError: the gradebook cannot be used at all.
        Stopped: Ctrl-C was pressed; says how to go on.
    """
    from autograder.cli.attention import show_changes
    from autograder.cli.interruption import this_command, twice_ends_at_once
    from autograder.gradebook import writer

    changes: list[Problem] = []
    try:
        with twice_ends_at_once():
            problems = writer.write(
                graded,
                submissions,
                assignment,
                on_wait=say_that_it_waits,
                on_change=changes.append,
            )
    except BaseException as error:
        show_changes(changes)  # the next run finds them done
        if not isinstance(error, KeyboardInterrupt):
            raise
        raise Stopped(
            f"Stopped: all {len(graded)} are graded and stored, but the gradebook does not have "
            "all of them yet. This goes on:",
            this_command(),
        ) from None
    return problems, changes


def _has_other_cells(assignment: Assignment) -> bool:
    """Whether a stored result has other exercises or questions than the assignment has now."""
    from autograder.grading.result_store import stored, stored_students

    student = next(stored_students(assignment), None)
    result = stored(assignment, student) if student is not None else None
    if result is None:
        return False
    exercises = {each.name for each in result.exercises}
    questions = {each.name for each in result.written}
    return exercises != {each.name for each in assignment.exercises} or (
        questions != {each.name for each in assignment.written}
    )


def _another_run(assignment: Assignment, wait: bool) -> None:
    from convgrade.commands.console import say

    if not wait:
        raise CourseError(
            f"Another run is grading {assignment.name} in {assignment.root}: nothing was done."
        )
    say(f"Another run is grading {assignment.name}: waiting for it (--no-wait ends at once)")


def rehearse(
    assignment: Assignment,
    *,
    jobs: int | None,
    isolation: Isolation,
    fresh: bool,
    quiet: bool,
    run_on: Run | None = None,
) -> GradedClass:
    """Grade like `run`, and find out what would change; write neither results nor gradebook.

    Raises:
        CourseError: nobody has handed anything in, or the gradebook cannot be used.
        AutograderError: the machine or the course lacks what grading needs.
    """
    from autograder.cli import preflight
    from autograder.gradebook.address import address_of_course
    from autograder.grading.freezing import require_known_exercises
    from autograder.nbgrader_bridge.database import file_of

    submissions, _ = hand_ins(assignment)
    require_known_exercises(assignment)
    preflight.check_machine()
    preflight.check_secret(assignment.root)
    graded = in_parallel(
        assignment,
        submissions,
        jobs,
        isolation,
        fresh=fresh,
        dry_run=True,
        quiet=quiet,
        run_on=run_on,
    )
    results = [each.result for each in graded]
    file = file_of(address_of_course(assignment.root))
    if file is not None and not file.exists():
        return GradedClass(results, None)
    from autograder.gradebook import writer

    return GradedClass(
        results,
        writer.standing(assignment),
        changes=writer.expected_changes(graded, assignment),
    )


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
    jobs: int | None,
    isolation: Isolation,
    *,
    fresh: bool,
    dry_run: bool = False,
    quiet: bool,
    run_on: Run | None = None,
) -> list[Graded]:
    """Grade with a progress display.

    Raises:
        Stopped: Ctrl-C was pressed; says how to go on.
    """
    from autograder.cli.interruption import this_command
    from autograder.cli.run_display import run_display
    from autograder.grading import scheduling

    with run_display(len(submissions), f"Grading {assignment.name}", quiet=quiet) as progress:
        try:
            return scheduling.grade_class(
                assignment,
                submissions,
                jobs=jobs,
                isolation=isolation,
                fresh=fresh,
                dry_run=dry_run,
                watcher=progress,
                run=run_on,
            )
        except KeyboardInterrupt:
            if dry_run:
                raise Stopped("Stopped: nothing was written.") from None
            done = f"Stopped: {progress.done} of {progress.total} are graded and stored."
            if fresh:
                raise Stopped(f"{done} With --fresh, the next run begins anew.") from None
            raise Stopped(f"{done} This goes on:", this_command()) from None


def is_marked(standing: Mapping[str, Standing], student: str) -> bool:
    """Whether the gradebook has points that the tests or a person gave to this student."""
    return student in standing and standing[student].is_graded


def _import_meanwhile(module: str) -> threading.Thread:
    """Import a module in the background. nbgrader takes seconds; meanwhile grading begins."""
    thread = threading.Thread(target=importlib.import_module, args=(module,), daemon=True)
    thread.start()
    return thread


def known_by_hand_ins(assignment: Assignment) -> set[str]:
    """Students who have handed in something, for any assignment."""
    from autograder.course.student_names import is_name

    folders = (assignment.root / "submitted").iterdir()
    return {folder.name for folder in folders if folder.is_dir() and is_name(folder.name)}
