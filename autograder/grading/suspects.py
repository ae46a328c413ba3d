"""The line to look at first, for each exercise whose function gives a wrong answer.

It runs after all tests, and after everything else that a result says was found. So whatever the
student's code does here costs it nothing and gives it nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from autograder.diagnosis import Catalogue, suspect_line
from autograder.errors import SandboxLost, SuiteError
from autograder.results import SuspectLine
from autograder.sandbox import CallFailed, Crashed, Sandbox, TimedOut, Violated
from autograder.sandbox.protocol.remote_functions import Function
from autograder.suite.expect import Mismatch
from convgrade.submission import Submission

MOST_TEXT = 200  # characters of a line


def suspect_lines(
    catalogue: Catalogue,
    submission: Submission,
    sandbox: Sandbox,
    solutions: Callable[[], Sandbox],
    exercises: Mapping[str, Mapping[str, Function]],
) -> dict[str, SuspectLine]:
    """The line that is most likely wrong, for each exercise where one can be named.

    Args:
        catalogue: the misconceptions of the assignment, with the probes.
        submission: the submission.
        sandbox: its processes.
        solutions: returns the processes of the course's solutions.
        exercises: the exercises to look at, each with the functions that replaced others.
    """
    found: dict[str, SuspectLine] = {}
    for exercise, replaced in exercises.items():
        others = [each.replaces for each in catalogue.of(exercise)]
        for function in dict.fromkeys([exercise, *others]):
            probes = catalogue.probes.get(function, ())
            if not probes or function in replaced:
                continue
            try:
                line = suspect_line(function, probes, sandbox, solutions(), replaced)
            except (TimedOut, Crashed, Violated, SandboxLost):
                return found  # another process would run all cells again
            except (CallFailed, Mismatch, SuiteError):
                continue
            if line and (suspect := _suspect(submission, *line)):
                found[exercise] = suspect
                break
    return found


def _suspect(submission: Submission, label: str, number: int) -> SuspectLine | None:
    """The line with its text, from the submission as it was read: the process only names it."""
    for cell in submission.cells:
        lines = cell.source.split("\n")
        if cell.label == label and 0 < number <= len(lines) and lines[number - 1].strip():
            return SuspectLine(label, number, lines[number - 1].strip()[:MOST_TEXT])
    return None
