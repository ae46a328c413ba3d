"""Finds the known misconceptions that a wrong answer shows. They earn hints, never points.

The student's function is called across the boundary while its sandbox lives. Some answers cannot
cross, such as models: see `inspecting`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from autograder.diagnosis.candidates import outline
from autograder.diagnosis.catalogue import Catalogue, Function, Misconception
from autograder.diagnosis.evidence import observe
from autograder.diagnosis.explaining import MOST_MISTAKES, Found, explain
from autograder.diagnosis.inspecting import by_inspection
from autograder.diagnosis.reactions import Reaction, ask, parameters_of
from autograder.sandbox import CallFailed, Sandbox
from autograder.suite.expect import Mismatch


def diagnose(
    catalogue: Catalogue,
    exercise: str,
    sandbox: Sandbox,
    replaced: Mapping[str, Function] | None = None,
    right: Callable[[str], Function] | None = None,
) -> tuple[Misconception, ...]:
    """The known misconceptions that explain what the student's answer does wrong, surest first.

    A function whose process dies or runs out of time is not diagnosed.

    Args:
        catalogue: the misconceptions of the assignment.
        exercise: the exercise that the student got wrong.
        sandbox: the submission.
        replaced: the functions that were replaced while the exercise was graded, by name.
        right: gives a right function for a wrong one of the same exercise, for the exercise's later
            functions that may call it.

    Returns:
        The misconceptions; none if the evidence is thin. If the probes cannot distinguish two
        misconceptions, the first one in the file counts.

    Raises:
        SuiteError: the solution defines no function of that name.
    """
    standing_in = dict(replaced or {})
    found: list[Found] = []
    for function in dict.fromkeys(each.replaces for each in catalogue.of(exercise)):
        known = [
            each
            for each in catalogue.of(exercise)
            if each.replaces == function and each.matches is None
        ]
        if not known or not catalogue.probes.get(function):
            continue
        try:
            shown = _by_probes(catalogue, function, known, sandbox, standing_in)
        except (CallFailed, Mismatch):
            continue
        found += shown
        if shown and right is not None:
            standing_in[function] = right(function)
    if found:
        return tuple(each.misconception for each in found[:MOST_MISTAKES])
    return by_inspection(catalogue, exercise, sandbox, replaced or {})[:MOST_MISTAKES]


def _by_probes(
    catalogue: Catalogue,
    function: str,
    known: Sequence[Misconception],
    sandbox: Sandbox,
    replaced: Mapping[str, Function],
) -> list[Found]:
    parameters = parameters_of(known[0].function)
    given = [
        ask(sandbox, function, probe, parameters, replaced) for probe in catalogue.probes[function]
    ]
    return explain(catalogue, observe(outline(catalogue, function), given), known)


def explained_by(
    catalogue: Catalogue,
    function: str,
    given: Sequence[Reaction],
    without: Misconception | None = None,
) -> tuple[Misconception, ...]:
    """The misconceptions that explain the reactions of any function to the probes of `function`.

    Args:
        catalogue: the misconceptions of the assignment.
        function: the name of the function.
        given: a reaction for each of its probes.
        without: a misconception that does not count as known.

    Raises:
        SuiteError: the solution defines no function of that name.
    """
    known = [
        each
        for each in catalogue.misconceptions
        if each.replaces == function and each.matches is None and each != without
    ]
    found = explain(catalogue, observe(outline(catalogue, function), given), known)
    return tuple(each.misconception for each in found)
