"""`autograder grade ASSIGNMENT`: grades a class into the gradebook, in parallel and resumable."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.attention import too_low
from autograder.cli.class_hand_ins import hand_ins, in_parallel, known_by_hand_ins
from autograder.cli.class_output import GradedClass, show_graded
from autograder.cli.commands import ExitCode, say_that_it_waits
from autograder.cli.grading_options import GradingOptions
from autograder.cli.rehearsal import rehearse
from autograder.cli.result_reports import ResultReports
from autograder.course.assignment import Assignment
from autograder.course.locks import locked
from autograder.errors import CourseError
from convgrade.commands.ending import Stopped

if TYPE_CHECKING:
    from autograder.gradebook.standing import Standing
    from autograder.gradebook.writer import Problem
    from autograder.grading.graded import Graded


HELD_BACK = "is frozen: what was handed in later is not graded."


def grade_class(
    assignment: Assignment,
    options: GradingOptions,
    wanted: ResultReports,
    changes: str | None = None,
) -> ExitCode:
    """Grade everybody, show the table, what changed, and what needs attention.

    Args:
        assignment: the assignment that the class has handed in.
        options: how to grade.
        wanted: the reports to write of the results.
        changes: where to write what changed in points; None for nowhere.

    Raises:
        AutograderError: a report cannot be written, or nothing can be graded.
    """
    wanted.check(False, [changes] if changes is not None else [])
    graded = rehearse(assignment, options) if options.dry_run else run(assignment, options)
    low = too_low(graded.results, options.fail_under)
    graded = replace(graded, attention=[*graded.attention, *low])
    show_graded(assignment, graded, options, wanted, changes)
    return ExitCode.ATTENTION if graded.attention else ExitCode.DONE


def run(assignment: Assignment, options: GradingOptions) -> GradedClass:
    """Grade with a progress display and write the gradebook.

    Raises:
        CourseError: nobody has handed anything in, or the gradebook cannot be used; or another run
            grades this assignment, and this one is not to wait.
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
        assignment.root,
        f"grading-{assignment.name}",
        lambda: _another_run(assignment, options.wait),
    ):
        remove_leftovers(assignment)
        graded = in_parallel(assignment, submissions, options)
    if not options.quiet:
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


def is_marked(standing: Mapping[str, Standing], student: str) -> bool:
    """Whether the gradebook has points that the tests or a person gave to this student."""
    return student in standing and standing[student].is_graded


def _import_meanwhile(module: str) -> threading.Thread:
    """Import a module in the background. nbgrader takes seconds; meanwhile grading begins."""
    thread = threading.Thread(target=importlib.import_module, args=(module,), daemon=True)
    thread.start()
    return thread
