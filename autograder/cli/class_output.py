"""What `autograder grade ASSIGNMENT` says about a graded class, and the reports that it writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from json import dumps
from typing import TYPE_CHECKING

from autograder.cli import reports
from autograder.cli.attention import show_attention, show_changes
from autograder.cli.grading_options import GradingOptions
from autograder.cli.result_reports import ResultReports
from autograder.cli.tables import show_class
from autograder.course.assignment import Assignment
from convgrade.commands.console import output, safe
from convgrade.safe_text import json_log_safe

if TYPE_CHECKING:
    from autograder.gradebook.standing import Standing
    from autograder.gradebook.writer import Problem
    from autograder.results import Result


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


def show_graded(
    assignment: Assignment,
    graded: GradedClass,
    options: GradingOptions,
    wanted: ResultReports,
    changes: str | None,
) -> None:
    """Write the reports; show the table, what changed, and what needs attention.

    Raises:
        AutograderError: a report cannot be written.
    """
    wanted.write(assignment, graded.results)
    if changes is not None:
        reports.write(changes, as_json(graded))
    if not options.quiet:
        on_stderr = wanted.use_stdout or (changes is not None and reports.goes_to_stdout(changes))
        show_class(assignment, graded.results, standing=graded.standing, on_stderr=on_stderr)
        if not on_stderr and not options.dry_run:
            for what, where in places(assignment).items():
                output().print(f"{what}: {safe(where)}", soft_wrap=True)
            if graded.late_rule:
                output().print(safe(graded.late_rule), soft_wrap=True)
        show_changes(graded.changes, is_done=not options.dry_run)
    show_attention(graded.attention)


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
