"""Judges the examples that a student gave: by the right function, and by known wrong ones.

The student's process sends plain data. The right function and the wrong ones get it in a sandbox of
their own, as confined as student code. Students learn how many mistakes are caught, never which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from autograder.break_first.asked import Asked
from autograder.break_first.kinds import are_drawn, as_drawn, placed
from autograder.counterexamples.examples import Example
from autograder.counterexamples.judging import compare
from autograder.diagnosis import Call, Reaction, agree, ask
from autograder.errors import SuiteError
from autograder.results import Examples
from autograder.sandbox import CallFailed, MissingFunction, Sandbox
from autograder.suite.expect import Mismatch
from convgrade.notebook.examples import FEWEST, Given, read

ROUNDED = 1e-3
"""How much an expected number may differ from the right one, relative to it: it may be rounded."""

Kind = Literal["right", "wrong", "outside", "unusable"]


@dataclass(frozen=True)
class Verdict:
    """What became of one example, with a sentence for the student if it is not right."""

    kind: Kind
    sentence: str = ""
    caught: frozenset[int] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class Judged:
    """What became of all examples; hidden suites ask it, one question in each test."""

    verdicts: tuple[Verdict, ...]
    mistakes: int

    def summary(self) -> Examples:
        """The same for the result: it does not say which mistakes were caught."""
        return Examples(
            given=len(self.verdicts),
            right=self._count("right"),
            wrong=self._count("wrong"),
            caught=self._caught,
            mistakes=self.mistakes,
            remarks=tuple(each.sentence for each in self.verdicts if each.sentence),
        )

    def require_enough(self) -> None:
        """Require `FEWEST` right examples.

        Raises:
            Mismatch: there are fewer.
        """
        right = self._count("right")
        if right < FEWEST:
            raise Mismatch(self._told(f"Right examples: {right}, of at least {FEWEST}."))

    def require_no_wrong_answer(self) -> None:
        """Require that there are right examples, and no example expects a wrong answer.

        Raises:
            Mismatch: one does, or none is right.
        """
        if self._count("wrong") or not self._count("right"):
            raise Mismatch(self._told("Not all expected answers are right."))

    def require_caught(self, count: int) -> None:
        """Require that the right examples together catch at least `count` mistakes.

        Raises:
            Mismatch: they catch fewer.
        """
        if self._caught < count:
            raise Mismatch(f"The examples catch {self._caught} of {self.mistakes} mistakes.")

    @property
    def _caught(self) -> int:
        return len(frozenset[int]().union(*(each.caught for each in self.verdicts)))

    def _count(self, kind: Kind) -> int:
        return sum(each.kind == kind for each in self.verdicts)

    def _told(self, text: str) -> str:
        return "\n".join([text, *(each.sentence for each in self.verdicts if each.sentence)])


class Judge:
    """Judges the examples of one submission.

    Args:
        submission: the sandbox of the submission.
        course: makes a sandbox in which the solutions have run, and then the given code.

    Attributes:
        found: what was found, by the name of the student's function.
    """

    def __init__(self, submission: Sandbox, course: Callable[[str], Sandbox]) -> None:
        self._submission = submission
        self._course = course
        self._judged: dict[str, Judged | CallFailed] = {}
        self.found: dict[str, Examples] = {}

    def __call__(self, asked: Asked) -> Judged:
        """What became of the examples of one exercise; they are asked for once.

        Raises:
            CallFailed: the student's function gave no answer.
            Mismatch: its answer is no list of examples.
            SuiteError: the solutions lack a function.
        """
        if asked.function not in self._judged:
            try:
                judged: Judged | CallFailed = self._judge(asked)
            except CallFailed as failure:
                judged = failure
            self._judged[asked.function] = judged
        known = self._judged[asked.function]
        if isinstance(known, CallFailed):
            raise known
        return known

    def _judge(self, asked: Asked) -> Judged:
        value = self._submission.call(asked.function).value
        try:
            given = read(value)
        except ValueError as error:
            raise Mismatch(f"What {asked.function} returns {error}.") from None
        with self._course(asked.code) as course:
            verdicts = [
                _verdict(number, each, asked, course) for number, each in enumerate(given, 1)
            ]
        judged = Judged(tuple(verdicts), len(asked.mistakes))
        self.found[asked.function] = judged.summary()
        return judged


def _verdict(number: int, given: Given, asked: Asked, course: Sandbox) -> Verdict:
    name = given.function or asked.exercise
    if given.problem:
        return Verdict("unusable", f"Example {number} {given.problem}.")
    if name not in asked.kinds:
        return Verdict("unusable", f"Example {number} calls a function that is not asked for.")
    parameters = tuple(asked.kinds[name])
    right = _reaction(course, name, Call(given.args, given.kwargs, watch=True), parameters)
    if right is None or (right.raised or "").endswith("MemoryError"):
        return _too_much(number, name)
    if right.raised is not None and (right.raised != "ValueError" or not given.raises):
        refused = f": {name} must refuse this input" if right.raised == "ValueError" else ""
        return Verdict("outside", f"Example {number} is outside the contract of {name}{refused}.")
    if given.raises != (right.raised is not None) or not (given.raises or _matches(given, right)):
        return Verdict("wrong", f"Example {number} expects an answer that is not right.")
    values = as_drawn(placed(given.args, given.kwargs, parameters), asked.kinds[name])
    if not are_drawn(values, asked.kinds[name]):
        sentence = f"Example {number} is right. Its arguments are of an unusual kind, so that it "
        return Verdict("right", f"{sentence}catches nothing.")
    caught = _caught(course, values, name, asked)
    return _too_much(number, name) if caught is None else Verdict("right", caught=caught)


def _too_much(number: int, name: str) -> Verdict:
    return Verdict("outside", f"Example {number} is too much work for {name}.")


def _reaction(
    course: Sandbox, function: str, call: Call, parameters: tuple[str, ...]
) -> Reaction | None:
    """What a function of the course does; None if it comes to no end or gives too much.

    Raises:
        SuiteError: there is no such function.
    """
    try:
        return ask(course, function, call, parameters, {})
    except MissingFunction:
        raise SuiteError(f"The solutions define no {function}, which examples call.") from None
    except CallFailed:
        return None


def _matches(given: Given, right: Reaction) -> bool:
    """Whether the student expects the right answer. Numbers may be rounded."""
    try:
        compare(given.expected, right.value, Example(given.args, given.kwargs), ROUNDED)
    except Exception:  # what a student expects may be anything
        return False
    return True


def _caught(
    course: Sandbox, values: Mapping[str, Any], name: str, asked: Asked
) -> frozenset[int] | None:
    """The mistakes of which the answer to a call differs from the right one.

    None if the sandbox of the course is used up, so that nothing is known.
    """
    parameters = tuple(asked.kinds[name])
    call = Call((), values, watch=True)
    right = _reaction(course, name, call, parameters)
    found = set()
    for number, mistake in enumerate(asked.mistakes):
        if right is None or mistake.function != name:
            continue
        if right.raised is not None and not mistake.refuses:
            continue
        wrong = _reaction(course, asked.wrong(number), call, parameters)
        if wrong is None or not agree(right, wrong):
            found.add(number)
    if right is None or (found and _reaction(course, name, call, parameters) is None):
        return None
    return frozenset(found)
