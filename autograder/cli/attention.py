"""The list behind exit code 1: what a person must look at, by student or by sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from convgrade.safe_text import sentences, shortened

if TYPE_CHECKING:
    from autograder.gradebook.standing import Standing
    from autograder.gradebook.writer import Problem
    from autograder.results import Result

NAMED_TOGETHER = 3
LONGEST_LINE = 400
OF_ONE = 5
NOT_WRITTEN = "NotImplementedError"


def of_class(
    results: Sequence[Result],
    problems: Sequence[Problem],
    absent: Sequence[str],
    gone: Mapping[str, Standing],
    nameless: Sequence[str],
) -> list[Problem]:
    """Collect the problems of a class in the order of its students; missing students come last.

    Args:
        results: one per student.
        problems: what could not be graded or written.
        absent: students who have handed in nothing.
        gone: students whose folder is not there any more, and what the gradebook has of them.
        nameless: folders whose name cannot be a student's.
    """
    from autograder.gradebook.writer import Problem

    reasons_of: dict[str, list[str]] = {}
    for problem in problems:
        reasons_of.setdefault(problem.student, []).append(problem.reason)
    found = []
    for result in results:
        reasons = [*reasons_of.get(result.student, ()), *of_submission(result)]
        found += [Problem(result.student, reason) for reason in reasons]
    found += [
        Problem("", str(fault))
        for fault in dict.fromkeys(
            fault for result in results for fault in result.faults if not fault.exercise
        )
    ]
    found += [
        Problem(
            student,
            f"the folder is gone from submitted/, but the marks stand: {each.score:g} of "
            f"{each.max_score:g} points.",
        )
        for student, each in gone.items()
    ]
    found += [Problem(student, "has handed in nothing.") for student in absent]
    return found + [
        Problem(ascii(name), "the folder's name cannot be a student's: rename it.")
        for name in nameless
    ]


def of_submission(result: Result) -> list[str]:
    """Return a sentence for each thing that was not used of a submission, and one for failed cells.

    Failed cells are reported if points are missing, but not if the only reason is a function that
    the student has not written.
    """
    reasons = sentences(result.observed.attention, OF_ONE)
    failed = [cell for cell in result.observed.failed_cells if NOT_WRITTEN not in cell]
    if failed and result.score != result.max_score:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        reasons.append(f"did not run through: {shortened(failed[0], 200)}{more}")
    return reasons


def too_low(results: Sequence[Result], fail_under: float | None) -> list[Problem]:
    """A problem for each score below this share of the points, in percent; none without one."""
    low = [(result.student, reason) for result in results if (reason := below(result, fail_under))]
    if not low:
        return []
    from autograder.gradebook.writer import Problem

    return [Problem(student, reason) for student, reason in low]


def below(result: Result, fail_under: float | None) -> str:
    """Say that a score is below this share of the points, in percent; "" if it is not.

    What is not graded is said elsewhere.
    """
    if fail_under is None or result.score is None or result.status != "graded":
        return ""
    if result.score >= fail_under / 100 * result.max_score:
        return ""
    share = f"{result.score:g} of {result.max_score:g} points"
    return f"{share} are less than {fail_under:g} %."


def show_changes(changes: Sequence[Problem], *, is_done: bool = True) -> None:
    """Print a line for each student whose earlier scores changed, or would change."""
    from convgrade.commands.console import say

    if changes:
        say(f"{'Changed' if is_done else 'Would change'} for {len(changes)}:")
    elif not is_done:
        say("No points that are in the gradebook would change.")
    for change in changes:
        say("  " + shortened(f"{change.student}: {change.reason}", LONGEST_LINE), fold=True)


class Concern(Protocol):
    """A sentence about one student; "" in place of the student if it concerns nobody alone."""

    @property
    def student(self) -> str:
        """The student."""

    @property
    def reason(self) -> str:
        """The sentence."""


def show_attention(problems: Sequence[Concern]) -> None:
    """Print a line for each problem; a problem that many students share is printed once."""
    from convgrade.commands.console import say

    together: dict[str, list[str]] = {}
    for problem in problems:
        together.setdefault(problem.reason, []).append(problem.student)
    if problems:
        say(f"{len({problem.student for problem in problems})} need attention:")
    printed: set[str] = set()
    for problem in problems:
        students = together[problem.reason]
        if len(students) <= NAMED_TOGETHER:
            who = problem.student
        elif problem.reason not in printed:
            who = (
                f"{', '.join(students[:NAMED_TOGETHER])} and {len(students) - NAMED_TOGETHER} more"
            )
        else:
            continue
        printed.add(problem.reason)
        line = shortened(f"{who}: {problem.reason}" if who else problem.reason, LONGEST_LINE)
        say(f"  {line}", fold=True)
