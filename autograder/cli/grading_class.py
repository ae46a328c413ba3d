"""`autograder grade ASSIGNMENT`: grades a class into the gradebook, in parallel and resumable."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.commands import ExitCode
from autograder.course.assignment import Assignment
from autograder.course.locks import locked
from autograder.errors import CourseError
from convgrade.safe_text import json_log_safe

if TYPE_CHECKING:
    from autograder.gradebook.standing import Standing
    from autograder.gradebook.writer import Problem
    from autograder.grading.graded import Graded
    from autograder.grading.scheduling import Run
    from autograder.results import Result
    from autograder.sandbox import Isolation


HELD_BACK = "is frozen: what was handed in later is not graded."


@dataclass(frozen=True)
class GradedClass:
    """A graded class: a result per student, each student's state in the gradebook, problems, what
    changed in scores that were there already, and what late work costs.

    Without a gradebook, `standing` is None.
    """

    results: Sequence[Result]
    standing: Mapping[str, Standing] | None
    attention: Sequence[Problem] = ()
    changes: Sequence[Problem] = ()
    late_rule: str = ""


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
    run_on: Run | None = None,
) -> ExitCode:
    """Grade everybody, show the table, what changed, and what needs attention."""
    from autograder.cli import reports
    from autograder.cli.attention import show_attention, show_changes
    from autograder.cli.tables import show_class
    from autograder.publish import json as results_json
    from autograder.publish.visibility import FeedbackVisibility
    from convgrade.commands.console import output, safe

    targets = [target for target in (json, changes) if target is not None]
    reports.check(targets)
    if dry_run:
        graded = rehearse(assignment, jobs=jobs, isolation=isolation, fresh=fresh, run_on=run_on)
    else:
        graded = run(
            assignment, jobs=jobs, isolation=isolation, fresh=fresh, wait=wait, run_on=run_on
        )
    on_stderr = any(map(reports.goes_to_stdout, targets))
    if json is not None:
        shown = FeedbackVisibility.of(assignment.feedback)
        reports.write(json, results_json.dumps(shown.applied(result) for result in graded.results))
    if changes is not None:
        reports.write(changes, as_json(graded))
    show_class(assignment, graded.results, standing=graded.standing, on_stderr=on_stderr)
    if not on_stderr and not dry_run:
        for what, where in places(assignment).items():
            output().print(f"{what}: {safe(where)}", soft_wrap=True)
        if graded.late_rule:
            output().print(safe(graded.late_rule), soft_wrap=True)
    show_changes(graded.changes, is_done=not dry_run)
    show_attention(graded.attention)
    return ExitCode.ATTENTION if graded.attention else ExitCode.DONE


def run(
    assignment: Assignment,
    *,
    jobs: int | None,
    isolation: Isolation,
    fresh: bool,
    wait: bool = True,
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
        graded = in_parallel(assignment, submissions, jobs, isolation, fresh=fresh, run_on=run_on)
    say("Writing the gradebook")
    writer_imported.join()
    from autograder.gradebook import lateness, writer

    results = [each.result for each in graded]
    newer = [each.result.student for each in graded if is_held_back(each, assignment)]
    changes: list[Problem] = []
    problems = writer.write(
        graded,
        submissions,
        assignment,
        on_wait=lambda: say("Another run is writing the gradebook: waiting for it"),
        on_change=changes.append,
    )
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
        assignment, submissions, jobs, isolation, fresh=fresh, dry_run=True, run_on=run_on
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
    run_on: Run | None = None,
) -> list[Graded]:
    """Grade with a progress display."""
    from autograder.cli.tables import in_brief
    from autograder.grading import scheduling
    from convgrade.commands.console import Progress

    with Progress(len(submissions), f"Grading {assignment.name}") as progress:
        return scheduling.grade_class(
            assignment,
            submissions,
            jobs=jobs,
            isolation=isolation,
            fresh=fresh,
            dry_run=dry_run,
            on_result=lambda result: progress.advance(in_brief(result)),
            run=run_on,
        )


def as_json(graded: GradedClass) -> str:
    """What changed, as a list of students: the sentence, and the exercises with their tests."""
    changes = {result.student: result.changes for result in graded.results}
    document = [
        {
            "student": each.student,
            "what": each.reason,
            "exercises": [asdict(change) for change in changes.get(each.student, ())],
        }
        for each in graded.changes
    ]
    return json_log_safe(dumps(document, allow_nan=False, indent=2))


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


def places(assignment: Assignment) -> Mapping[str, str]:
    """The places of everything that grading writes."""
    from autograder.gradebook.address import address_of_course
    from autograder.nbgrader_bridge.database import shown

    root = assignment.root
    return {
        "gradebook": shown(address_of_course(root)),
        "graded notebooks": str(root / "autograded"),
        "results": str(root / "results" / assignment.name),
    }
