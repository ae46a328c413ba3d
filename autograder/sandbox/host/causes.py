"""Explains why a function or a name is missing: adds the error of an earlier cell to the failure.

These are the trusted side's sentences for the student. They rest on claims, so they change only the
wording of a failure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.sandbox.failures import CallFailed, MissingFunction, StudentRaised
from autograder.sandbox.host.records import CellReport, Problem

_NO_MODULE = re.compile(r"No module named '([\w.]{1,100})'")
_NO_NAME = re.compile(r"name '(\w{1,100})' is not defined")


def explained(failure: CallFailed, name: str, reports: Sequence[CellReport]) -> CallFailed:
    """The same failure of a call to `name`, with the error of the earlier cell that caused it."""
    if isinstance(failure, MissingFunction):
        found = _problem_of(name, reports)
        if found is None:
            return failure
        return MissingFunction(f"There is no function called {name}: {_ended(*found)}.")
    if not isinstance(failure, StudentRaised):
        return failure
    if "ModuleNotFoundError" in failure.type_names and (module := _NO_MODULE.search(failure.text)):
        place = re.search(r"\(line \d+\)$", failure.description)
        return _raised(failure, _not_installed(module[1], name, place[0] if place else ""))
    if "NameError" in failure.type_names and (missing := _NO_NAME.search(failure.text)):
        found = _problem_of(missing[1], reports)
        if found is not None:
            return _raised(failure, _without_name(failure, name, *found))
    return failure


def _without_name(failure: StudentRaised, name: str, label: str, problem: Problem) -> str:
    if module := _NO_MODULE.search(problem.sentence):
        where = f", line {problem.line}" if problem.line else ""
        return _not_installed(module[1], name, f"({label}{where})")
    return f"{failure.message}; {_ended(label, problem)}"


def _not_installed(module: str, name: str, place: str) -> str:
    sentence = f"{module} is not installed where your work is graded, and {name} needs it"
    return f"{sentence} {place}".rstrip() + "; if it is a file of your own, hand it in too."


def _problem_of(name: str, reports: Sequence[CellReport]) -> tuple[str, Problem] | None:
    """The last problem of a statement that would have defined the name, after its cell's label."""
    for report in reversed(reports):
        for problem in reversed(report.problems):
            if name in problem.names:
                return report.label, problem
    return None


def _ended(label: str, problem: Problem) -> str:
    sentence = problem.sentence.removesuffix(".")
    return f"{label} ended with {sentence}" if problem.outcome == "error" else sentence


def _raised(failure: StudentRaised, message: str) -> StudentRaised:
    return StudentRaised(
        message,
        failure.detail,
        type_names=failure.type_names,
        text=failure.text,
        description=failure.description,
    )
