"""Compares a function in the sandbox with the right one, input by input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.attack.domain import Domain, Input
from autograder.counterexamples import judging
from autograder.counterexamples.judging import Wrong
from autograder.diagnosis.probes import Generator as RandomGenerator
from autograder.sandbox import CallFailed, StudentRaised
from autograder.suite.expect import Mismatch
from autograder.suite.student import CalledWrongly, Student

AT_A_TIME = 250
ENDS = 5
"""After so many calls that end the process or its time, the rest is taken to differ as often."""


@dataclass(frozen=True)
class Compared:
    """How a function compares with the right one.

    Attributes:
        inputs: how many inputs both were given.
        differences: on how many of them the function is wrong.
        first: the number of the first of those; None if there is none.
        kind: in what it is wrong there, in one word.
    """

    inputs: int = 0
    differences: int = 0
    first: int | None = None
    kind: str = ""

    @property
    def share(self) -> float:
        """The share of the inputs on which the function is wrong."""
        return self.differences / self.inputs if self.inputs else 0.0


def compare(student: Student, domain: Domain, most: int, enough: int) -> Compared:
    """Give a function the inputs of a domain in their order, until it is clear how wrong it is.

    Args:
        student: the submission.
        domain: the inputs.
        most: how many inputs at most.
        enough: differences after which no further batch is given.
    """
    given = differences = ends = 0
    first: tuple[int, str] | None = None
    for start in range(0, most, _step(enough)):
        numbers = range(start, min(start + _step(enough), most))
        found = [(number, each) for number in numbers if (each := domain.input(number))]
        for number, wrong in _judged(student, found):
            given += 1
            if wrong is not None:
                differences += 1
                ends += wrong.kind == "ended"
                first = first or (number, wrong.kind)
            if ends >= ENDS:
                break
        if differences >= enough or ends >= ENDS:
            break
    return Compared(given, differences, *(first or ()))


def _step(enough: int) -> int:
    return AT_A_TIME if enough > 1 else AT_A_TIME // 5


def _judged(
    student: Student, inputs: Sequence[tuple[int, Input]]
) -> Iterator[tuple[int, Wrong | None]]:
    """In what a function is wrong on each input; calls of one function cross together."""
    names = dict.fromkeys(each.generator.function for _, each in inputs)
    for name in names:
        together = [
            (number, each)
            for number, each in inputs
            if each.generator.function == name and not each.generator.purity
        ]
        calls = [(_arguments(student, each), each.example.kwargs) for _, each in together]
        outcomes = getattr(student, name).outcomes(calls)
        for place, (number, each) in enumerate(together):
            try:
                outcome = next(outcomes)
            except (Mismatch, CalledWrongly):
                yield number, Wrong("callback", "called a function with wrong arguments.")
                outcomes = getattr(student, name).outcomes(calls[place + 1 :])
                continue
            yield number, wrong_in(outcome, each)
    for number, each in inputs:
        if each.generator.purity:
            yield number, _impure(student, each)


def wrong_in(outcome: Any, given: Input) -> Wrong | None:
    """In what the outcome of a call is wrong: an answer, or a `CallFailed` in place of one."""
    example = given.example
    if isinstance(outcome, StudentRaised):
        return judging.raised(outcome, example)
    if isinstance(outcome, CallFailed):
        return Wrong("ended", f"gave no answer: {outcome.message}")
    if example.refused:
        return judging.accepted()
    if _is_the_same(outcome, given.want):
        return None
    check = given.generator.check or judging.compare
    return judging.wrong_with(check, outcome, given.want, example)


def _is_the_same(got: Any, want: Any) -> bool:
    """Whether two arrays have the same dtype, shape and bytes: no check can tell them apart."""
    return (
        isinstance(got, np.ndarray)
        and isinstance(want, np.ndarray)
        and got.dtype == want.dtype
        and got.shape == want.shape
        and got.tobytes() == want.tobytes()
    )


def _impure(student: Student, given: Input) -> Wrong | None:
    example = given.example
    values = _arguments(student, given)
    try:
        answer = student.ask(given.generator.function, values, example.kwargs, watch=True)
    except (CallFailed, Mismatch, CalledWrongly):
        return None
    parameters = [f"number {number}" for number in range(len(values))]
    shares = bool(answer.shares_memory)
    found = judging.impure(example.values, answer.arguments or (), shares, parameters)
    return found[0] if found else None


def _arguments(student: Student, given: Input) -> list[Any]:
    return [_argument(student, each) for each in given.example.values]


def _argument(student: Student, argument: Any) -> Any:
    if isinstance(argument, RandomGenerator):
        return student.generator(argument.seed)
    return student.remote_function(argument) if callable(argument) else argument
