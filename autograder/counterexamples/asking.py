"""Asks the student's function and the right one about drawn calls.

What may come of it is a finding: a call on which the student's function is wrong, certainly.
"""

from __future__ import annotations

import copy
import inspect
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.counterexamples import judging
from autograder.counterexamples.budget import Budget
from autograder.counterexamples.draws import Choice, Draw
from autograder.counterexamples.examples import Example
from autograder.counterexamples.generators import Function, Generator
from autograder.counterexamples.judging import Wrong
from autograder.diagnosis.probes import Generator as RandomGenerator
from autograder.errors import SuiteError
from autograder.sandbox import AnswerRefused, StudentRaised
from autograder.suite.asked_calls import AskedCalls, key_of
from autograder.suite.expect import Mismatch
from autograder.suite.student import CalledWrongly, Student


@dataclass(frozen=True)
class Finding:
    """A call on which the student's function is wrong.

    Attributes:
        example: the call.
        choices: the choices of which its generator made it.
        wrong: in what the answer is wrong.
        got: the answer, the exception, or (for purity) the changed argument.
        want: the right answer; None if the contract asks for an exception.
        argument: for purity: the position of the changed argument.
    """

    example: Example
    choices: tuple[Choice, ...]
    wrong: Wrong
    got: Any
    want: Any
    argument: int | None = None


class Asking:
    """Asks about the calls of one generator.

    Args:
        generator: makes the calls.
        right: the right function.
        student: the submission.
        asked: the calls of the hidden suites; none of them is made again.
        budget: of the exercise.

    Attributes:
        is_of_use: whether any call so far was within the contract.
        parameters: the names of the function's parameters.
    """

    def __init__(
        self,
        generator: Generator,
        right: Function,
        student: Student,
        asked: AskedCalls,
        budget: Budget,
    ) -> None:
        self._generator = generator
        self._right = right
        self._student = student
        self._asked = asked
        self._budget = budget
        self._seen: set[Any] = set()
        self._signature = inspect.signature(right)
        self.is_of_use = False
        self.parameters = tuple(self._signature.parameters)

    def look(self, draw: Draw) -> Finding | None:
        """What is wrong with the student's answer to a drawn call, if anything is.

        A call that was looked at before, that a hidden suite made, or that is outside the contract
        is left out. A call without arguments may be one of a suite: it reveals nothing.

        Raises:
            Spent: no calls or no time are left.
            CallFailed: the student's process ended.
            SuiteError: the generator failed.
        """
        example = self._drawn(draw)
        key = key_of(self._signature, example.values, example.kwargs)
        dtypes = tuple(str(getattr(each, "dtype", "")) for each in example.values)
        if (key, dtypes) in self._seen:
            return None
        self._seen.add((key, dtypes))
        has_input = bool(example.args or example.kwargs)
        if has_input and key in self._asked.keys(self._generator.function, self._signature):
            self.is_of_use = True
            return None
        contract = self._wanted(example)
        if contract is None:
            return None
        self.is_of_use = True
        self._budget.spend()
        return self._finding(example, tuple(draw.choices), contract[0])

    def again(self, finding: Finding) -> Finding | None:
        """What the same call finds now, at no cost to the budget; None if nothing is wrong.

        Raises:
            CallFailed: the student's process ended.
        """
        return self._finding(finding.example, finding.choices, finding.want)

    def _drawn(self, draw: Draw) -> Example:
        try:
            example = self._generator.draw(draw)
        except Exception as error:
            what = f"the counterexamples of {self._generator.exercise}"
            raise SuiteError(f"{what} cannot be drawn: {error!r}") from error
        if not isinstance(example, Example):
            raise SuiteError(f"A generator of {self._generator.exercise} returned no call.")
        return example

    def _wanted(self, example: Example) -> tuple[Any] | None:
        """The right answer; None if the call is outside the contract."""
        try:
            want = self.right_answer(example)
        except Exception as error:
            return (None,) if example.refused and isinstance(error, ValueError) else None
        return None if example.refused else (want,)

    def right_answer(self, example: Example) -> Any:
        """What the right function returns. Raises what it raises."""
        return right_value(self._right, example)

    def _finding(self, example: Example, choices: tuple[Choice, ...], want: Any) -> Finding | None:
        args = [self._student_argument(each) for each in example.values]
        purity = self._generator.purity
        try:
            answer = self._student.ask(self._generator.function, args, example.kwargs, watch=purity)
        except StudentRaised as error:
            wrong = None if purity else judging.raised(error, example)
            return Finding(example, choices, wrong, error, want) if wrong else None
        except (AnswerRefused, Mismatch, CalledWrongly):
            return None
        if purity:
            shares = bool(answer.shares_memory)
            after = answer.arguments or ()
            found = judging.impure(example.values, after, shares, self.parameters)
            if found is None:
                return None
            what, number = found
            got = after[number] if what.kind == "changed" else True
            return Finding(example, choices, what, got, None, number)
        if example.refused:
            return Finding(example, choices, judging.accepted(), answer.value, None)
        check = self._generator.check or judging.compare
        wrong = judging.wrong_with(check, answer.value, want, example)
        return Finding(example, choices, wrong, answer.value, want) if wrong else None

    def _student_argument(self, argument: Any) -> Any:
        if isinstance(argument, RandomGenerator):
            return self._student.generator(argument.seed)
        return self._student.remote_function(argument) if callable(argument) else argument


def right_value(right: Function, example: Example) -> Any:
    """What the right function returns for a call. Raises what it raises."""
    args, kwargs = copy.deepcopy((list(example.values), dict(example.kwargs)))
    args = [_own_argument(each) for each in args]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return right(*args, **kwargs)


def _own_argument(argument: Any) -> Any:
    is_generator = isinstance(argument, RandomGenerator)
    return np.random.default_rng(argument.seed) if is_generator else argument
