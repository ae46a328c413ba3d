"""Finds the line of a student's code that is most likely wrong, from edits that repair it.

The student's function is called on the probes with one small edit after the other. An edit that
makes wrong answers right and keeps right answers points at its line. The number of tries and steps
is fixed, so that the line does not depend on the speed of the machine. If several lines are as
likely, there is no line.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.diagnosis.answers import Likeness, Results, is_refused, likeness
from autograder.diagnosis.probes import Call, Generator, Probe
from autograder.sandbox import Handle, Sandbox
from autograder.sandbox.protocol.remote_functions import Function
from autograder.sandbox.trials import Calls, Line, Listed, Trials
from autograder.suite.student import Student

WAVES = ((0, 1), (2,), (3, 4))
MOST_TRIES = 1_000  # of edits on one probe each
STEPS_OF_A_TRY = 4_000  # a try costs as much time as this number of lines
MOST_SURVIVORS = 60  # edits that are tried on all probes
STEPS_OF_A_TRACE = 60_000
STATE: dict = {}
BASE: dict = {}
LEAST_FIXED = 0.5  # share of the wrong answers that an edit must make right


@dataclass(eq=False)
class _Seen:
    """A probe with the right results, those of the student, the lines that ran, and the steps."""

    probe: Probe
    calls: Calls
    right: Results
    likeness: Likeness
    lines: frozenset[Line]
    steps: int
    results: Results

    @property
    def must_refuse(self) -> bool:
        return is_refused(self.right)


@dataclass(eq=False)
class _Candidate:
    """An edit that repaired a probe, and what it does on the others."""

    number: int
    listed: Listed
    fixed: int = 0
    right: int = 0
    breaks: bool = False


def line_at_fault(
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
    trials = Trials(submission, name, replaced or {})
    seen = [
        each
        for probe in probes
        if (each := _seen(name, probe, trials, submission, solutions)) is not None
    ]
    STATE["levels"] = [int(e.likeness) for e in seen]
    if STATE["levels"] == BASE.get(name):
        return None
    if "base" in STATE:
        return None
    chosen = _to_repair(seen)
    if chosen is None:
        return None
    STATE["status"] = "searched"
    return _search(trials, seen, *chosen)


def _seen(
    name: str, probe: Probe, trials: Trials, submission: Sandbox, solutions: Sandbox
) -> _Seen | None:
    of_reference = Trials(solutions, name, {})
    right = of_reference.trace(_calls(probe, solutions), STEPS_OF_A_TRACE).results
    calls = _calls(probe, submission)
    traced = trials.trace(calls, STEPS_OF_A_TRACE)
    if right is None:
        return None
    found = likeness(probe, traced.results, right)
    return _Seen(probe, calls, right, found, traced.lines, traced.steps, traced.results)


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


def _to_repair(seen: Sequence[_Seen]) -> tuple[list[_Seen], Likeness] | None:
    """The probes that an edit should make right, and how right.

    Wrong values come first, then other dtypes and changed arguments, then missing errors.
    """
    for refused, found, wanted in (
        (False, Likeness.WRONG, Likeness.VALUES),
        (False, Likeness.VALUES, Likeness.KIND),
        (True, Likeness.WRONG, Likeness.RIGHT),
        (False, Likeness.KIND, Likeness.RIGHT),
    ):
        chosen = [each for each in seen if (each.must_refuse, each.likeness) == (refused, found)]
        if chosen:
            return sorted(chosen, key=lambda each: each.steps), wanted
    return None


def _search(
    trials: Trials, seen: Sequence[_Seen], failing: Sequence[_Seen], wanted: Likeness
) -> Line | None:
    """Try edits in the order of their ranks, until some make right what they should."""
    first = failing[0]
    most = MOST_TRIES * STEPS_OF_A_TRY // (STEPS_OF_A_TRY + first.steps)
    listed = trials.list(sorted(first.lines), most)
    STATE["errors"] = [(e.results[-1].get("types", ["-"])[0], e.results[-1].get("line"), e.results[-1].get("text", "")[:60]) if e.results else "?" for e in failing]
    STATE.update(listed=len(listed), failing=len(failing), seen=len(seen), steps=first.steps, waves=[])
    longest = 2 * max(each.steps for each in seen) + 1_000
    found: list[_Candidate] = []
    for ranks in WAVES:
        numbers = [n for n, each in enumerate(listed) if each.rank in ranks]
        candidates = {}
        for number, results in zip(
            numbers, trials.try_edits(first.calls, numbers, longest), strict=True
        ):
            if likeness(first.probe, results, first.right) >= wanted:
                candidates[number] = _Candidate(number, listed[number])
        STATE["waves"].append((len(numbers), len(candidates)))
        for each in seen:
            _try_all(trials, candidates, each, each in failing, wanted, longest)
        found += candidates.values()
        if any(each.fixed == len(failing) for each in found):
            break
    STATE["found"] = [(e.listed.line, e.listed.rank, e.fixed, e.right) for e in found]
    return _best(found, len(failing))


def _try_all(
    trials: Trials,
    candidates: dict[int, _Candidate],
    seen: _Seen,
    is_failing: bool,
    wanted: Likeness,
    steps: int,
) -> None:
    """Try the remaining candidates on one probe; those that make it worse are removed."""
    numbers = sorted(candidates)[:MOST_SURVIVORS]
    if not numbers:
        return
    for number, results in zip(
        numbers, trials.try_edits(seen.calls, numbers, steps), strict=True
    ):
        found = likeness(seen.probe, results, seen.right)
        candidate = candidates[number]
        candidate.right += found is Likeness.RIGHT
        if is_failing:
            candidate.fixed += found >= wanted
        elif found < seen.likeness:
            del candidates[number]


def _best(candidates: list[_Candidate], failing: int) -> Line | None:
    if not candidates:
        return None
    key: Callable[[_Candidate], tuple[int, int]] = lambda each: (each.fixed, each.right)  # noqa: E731
    best = max(map(key, candidates))
    if best[0] < LEAST_FIXED * failing:
        STATE['why'] = 'little'
        return None
    found = [each for each in candidates if key(each) == best]
    least = min(each.listed.rank for each in found)
    lines = {each.listed.line for each in found if each.listed.rank == least}
    return lines.pop() if len(lines) == 1 else None
