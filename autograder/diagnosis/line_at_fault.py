"""Finds the line of a student's code that is most likely wrong, from edits that repair it.

The student's function is called on the probes with one small edit after the other. An edit that
makes all wrong answers right, and no right answer worse, points at its line. The number of tries is
fixed, so that the line does not depend on the speed of the machine. If several lines are as likely,
there is no line.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.diagnosis.answers import Likeness, Results, is_refused, likeness
from autograder.diagnosis.probes import Call, Generator, Probe
from autograder.sandbox import Handle, Sandbox
from autograder.sandbox.protocol.remote_functions import Function
from autograder.sandbox.trials import Calls, Line, Trials
from autograder.suite.student import Student

MOST_TRIES = 1_000  # of edits on one probe; fewer if the probe runs many lines
STEPS_OF_A_TRY = 4_000  # a try costs as much time as this number of lines
MOST_REPAIRS = 40  # edits that are tried on all probes
LEAST_STEPS = 6_000  # of loops in a try: a repaired function may run longer than the wrong one
STEPS_OF_A_TRACE = 20_000  # probes that run more lines are left out
RANKS = ((0, 1), (2,), (3, 4))
"""The ranks of edits that are tried together. The next ones are tried if none of these repairs."""
WEIGHT = 4.0
"""How much likelier an edit is than one of the next rank."""
SURE = 2.0
"""How much likelier than any other a line must be to be named."""


@dataclass(frozen=True, eq=False)
class Compared:
    """A probe: its calls, the right results, how like them the student's are, and what ran."""

    probe: Probe
    calls: Calls
    right: Results
    likeness: Likeness
    lines: frozenset[Line]
    steps: int

    @property
    def must_refuse(self) -> bool:
        """Whether the right function raises an exception."""
        return is_refused(self.right)


@dataclass
class _Repair:
    """An edit that makes the first wrong answer right, and how many answers are right with it."""

    line: Line
    rank: int
    right: int = 0


def suspect_line(
    name: str,
    probes: Sequence[Probe],
    submission: Sandbox,
    solutions: Sandbox,
    replaced: Mapping[str, Function] | None = None,
) -> Line | None:
    """The line that is most likely wrong in a function or in what it calls; None if unsure.

    Args:
        name: of the function.
        probes: the calls on which it is compared with the right function.
        submission: the student's code.
        solutions: the course's code.
        replaced: the functions that were replaced while the exercise was graded, by name.

    Raises:
        CallFailed: the student's process ended, or takes too long.
    """
    compared = compare(name, probes, submission, solutions, replaced)
    wrong, wanted = _to_repair(compared)
    if not wrong:
        return None
    trials = Trials(submission, name, replaced or {})
    first = min(wrong, key=lambda each: each.steps)
    most = MOST_TRIES * STEPS_OF_A_TRY // (STEPS_OF_A_TRY + first.steps)
    edits = trials.list_edits(sorted(first.lines), most)
    for ranks in RANKS:
        repairs = {
            number: _Repair(each.line, each.rank)
            for number, each in enumerate(edits)
            if each.rank in ranks
        }
        for each in (first, *compared):
            _try(trials, repairs, each, wanted if each in wrong else each.likeness, compared)
        if repairs:
            return _likeliest(list(repairs.values()))
    return None


def compare(
    name: str,
    probes: Sequence[Probe],
    submission: Sandbox,
    solutions: Sandbox,
    replaced: Mapping[str, Function] | None = None,
) -> list[Compared]:
    """Call a student's function and the right one on the probes.

    Arguments and errors are those of `suspect_line`.
    """
    student, reference = Trials(submission, name, replaced or {}), Trials(solutions, name, {})
    found = []
    for probe in probes:
        right = reference.trace(_calls(probe, solutions), STEPS_OF_A_TRACE).results
        calls = _calls(probe, submission)
        traced = student.trace(calls, STEPS_OF_A_TRACE)
        if right is None or traced.steps > STEPS_OF_A_TRACE:
            continue
        found.append(
            Compared(
                probe,
                calls,
                right,
                likeness(probe, traced.results, right),
                traced.lines,
                traced.steps,
            )
        )
    return found


def _calls(probe: Probe, sandbox: Sandbox) -> Calls:
    """The calls of a probe, with arguments that the sandbox can use."""
    student = Student(sandbox)
    made: dict[Generator, Handle] = {}

    def argument(each: Any) -> Any:
        if isinstance(each, Generator):
            if each not in made:
                made[each] = student.generator(each.seed)
            return made[each]
        return student.remote_function(each) if inspect.isfunction(each) else each

    calls = [probe] if isinstance(probe, Call) else probe.calls
    return [([argument(each) for each in call.args], call.kwargs, call.watch) for call in calls]


def _to_repair(compared: Sequence[Compared]) -> tuple[list[Compared], Likeness]:
    """The probes that an edit should make right, and how right.

    Wrong values come first, then another kind of number and changed arguments, then missing errors,
    then another dtype.
    """
    for must_refuse, found, wanted in (
        (False, Likeness.WRONG, Likeness.VALUES),
        (False, Likeness.VALUES, Likeness.KIND),
        (True, Likeness.WRONG, Likeness.RIGHT),
        (False, Likeness.KIND, Likeness.RIGHT),
    ):
        wrong = [e for e in compared if (e.must_refuse, e.likeness) == (must_refuse, found)]
        if wrong:
            return wrong, wanted
    return [], Likeness.RIGHT


def _try(
    trials: Trials,
    repairs: dict[int, _Repair],
    on: Compared,
    least: Likeness,
    compared: Sequence[Compared],
) -> None:
    """Try the remaining edits on one probe; those with which it is less right are removed."""
    numbers = list(repairs)
    steps = max(LEAST_STEPS, 2 * max(each.steps for each in compared))
    tried = trials.try_edits(on.calls, numbers, steps) if numbers else []
    for number, results in zip(numbers, tried, strict=True):
        found = likeness(on.probe, results, on.right)
        repairs[number].right += found is Likeness.RIGHT
        if found < least:
            del repairs[number]
    for number in list(repairs)[MOST_REPAIRS:]:
        del repairs[number]


def _likeliest(repairs: Sequence[_Repair]) -> Line | None:
    """The line of the edits with the most right answers, if no other line is nearly as likely."""
    most = max(each.right for each in repairs)
    weights: Counter[Line] = Counter()
    for each in repairs:
        if each.right == most:
            weights[each.line] += WEIGHT**-each.rank  # type: ignore[assignment]
    (line, weight), *others = weights.most_common(2)
    return line if not others or weight >= SURE * others[0][1] else None
