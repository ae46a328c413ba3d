"""Compares a function in the sandbox with the right one, input by input."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.attack.domain import Domain, Input
from autograder.counterexamples import judging
from autograder.counterexamples.judging import Wrong
from autograder.diagnosis.probes import Generator as RandomGenerator
from autograder.sandbox import Answer, CallFailed, StudentRaised
from autograder.sandbox.protocol.words import MOST_TOGETHER
from autograder.suite.expect import Mismatch
from autograder.suite.student import CalledWrongly, Student

AT_A_TIME = 250
SOON = (6, 44)
"""The sizes of the first batches where one difference is enough; later ones have their sum."""
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
    for numbers in _batches(most, enough):
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


def _batches(most: int, enough: int) -> Iterator[range]:
    """Batches are small if one difference is enough: most wrong functions soon show one."""
    sizes: Iterator[int] = itertools.repeat(AT_A_TIME)
    if enough == 1:
        sizes = itertools.chain(SOON, itertools.repeat(sum(SOON)))
    start = 0
    while start < most:
        end = min(start + next(sizes), most)
        yield range(start, end)
        start = end


def _judged(
    student: Student, inputs: Sequence[tuple[int, Input]]
) -> Iterator[tuple[int, Wrong | None]]:
    """In what a function is wrong on each input; calls of one function cross together."""
    kinds = dict.fromkeys(_kind(each) for _, each in inputs)
    for kind in kinds:
        of_it = [pair for pair in inputs if _kind(pair[1]) == kind]
        yield from _together(student, *kind, [pair for pair in of_it if pair[1].call])
        yield from ((number, _alone(student, each)) for number, each in of_it if not each.call)


def _kind(given: Input) -> tuple[str, bool]:
    """The function that is called, and whether the call is watched."""
    return given.generator.function, given.generator.purity


def _together(
    student: Student, name: str, watch: bool, inputs: Sequence[tuple[int, Input]]
) -> Iterator[tuple[int, Wrong | None]]:
    """An answer with the bytes of the right one is right; others are decoded and checked."""
    sandbox, rest = student.sandbox, inputs
    while rest:
        calls = [each.call for _, each in _fitting(rest)]
        payloads = sandbox.payloads(name, calls, watch=watch)
        for (number, each), payload in zip(rest, payloads, strict=False):
            is_right = payload == each.answer
            outcome = None if is_right else sandbox.outcome(name, payload, watch=watch)
            yield number, _wrong_in(outcome, each) if outcome is not None else None
        rest = rest[len(payloads) :]
        if not payloads:  # one of the calls ends the process, or does not end
            yield from ((number, _alone(student, each)) for number, each in rest)
            return


def _fitting(inputs: Sequence[tuple[int, Input]]) -> Sequence[tuple[int, Input]]:
    """The first of these inputs that may go in one request."""
    sizes = itertools.accumulate(len(each.call) for _, each in inputs)
    return inputs[: max(1, sum(size <= MOST_TOGETHER for size in sizes))]


def _alone(student: Student, given: Input) -> Wrong | None:
    values = [_argument(student, each) for each in given.example.values]
    name, watch = _kind(given)
    try:
        outcome: Answer | CallFailed = student.ask(name, values, given.example.kwargs, watch=watch)
    except CallFailed as failure:
        outcome = failure
    except (Mismatch, CalledWrongly):
        return None if watch else Wrong("callback", "called a function with wrong arguments.")
    return _wrong_in(outcome, given)


def _wrong_in(outcome: Answer | CallFailed, given: Input) -> Wrong | None:
    if given.generator.purity:
        return _impure(outcome, given) if isinstance(outcome, Answer) else None
    return wrong_in(outcome.value if isinstance(outcome, Answer) else outcome, given)


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


def _impure(answer: Answer, given: Input) -> Wrong | None:
    before = given.example.values
    parameters = [f"number {number}" for number in range(len(before))]
    shares = bool(answer.shares_memory)
    found = judging.impure(before, answer.arguments or (), shares, parameters)
    return found[0] if found else None


def _argument(student: Student, argument: Any) -> Any:
    if isinstance(argument, RandomGenerator):
        return student.generator(argument.seed)
    return student.remote_function(argument) if callable(argument) else argument
