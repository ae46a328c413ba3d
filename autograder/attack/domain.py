"""Inputs of a contract's domain, drawn from a seed, with the right answers.

They come from `tests/domains/<assignment>.py`, or from the counterexample generators if there is no
such file or it lacks the exercise. The suites' own inputs play no part.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograder.attack.target import Target
from autograder.counterexamples import judging
from autograder.counterexamples.asking import right_value
from autograder.counterexamples.draws import Choice, Draw
from autograder.counterexamples.examples import Example
from autograder.counterexamples.generators import Course, Generator, load
from autograder.diagnosis.probes import Generator as RandomGenerator
from autograder.errors import SuiteError
from autograder.sandbox.protocol import together
from autograder.sandbox.protocol.codec import CannotCross

MOST = 20_000
"""Inputs on which a function must agree with the right one to count as equivalent."""
FARTHEST = 10_000
"""How far a choice may be from the simplest: farther than any of a course's own bounds."""
PURITY_EVERY = 20
"""One input in so many is about what a call does to its arguments, if the contract says it."""


@dataclass(frozen=True)
class Input:
    """One call, its generator, the choices that made it, and the right answer.

    `want` is None if the contract asks for an exception.
    """

    generator: Generator
    example: Example
    choices: tuple[Choice, ...]
    want: Any

    @cached_property
    def call(self) -> bytes:
        """The call as it crosses to the sandbox; empty if it cannot cross with others."""
        if any(map(_stays_apart, self.example.values)):
            return b""
        return together.call(self.example.values, self.example.kwargs)

    @cached_property
    def answer(self) -> bytes:
        """What a right function sends; empty if that is not clear, as where it must raise.

        It is empty, too, if the generator's check does not accept the right answer itself.
        """
        if self.example.refused or self._refuses_right_answer:
            return b""
        try:
            if self.generator.purity:
                return together.watched_answer(self.want, self.example.values)
            return together.answer(self.want)
        except CannotCross:
            return b""

    @property
    def _refuses_right_answer(self) -> bool:
        if self.generator.purity or isinstance(self.want, np.ndarray):
            return False  # equal arrays are not even given to the check
        check = self.generator.check or judging.compare
        return judging.wrong_with(check, self.want, self.want, self.example) is not None


class Domain:
    """The inputs of one exercise: number n is the same in every process.

    Args:
        course: the generators and right functions.
        exercise: the exercise.
        seed: of the inputs.

    Raises:
        SuiteError: there are no generators for the exercise.
    """

    def __init__(self, course: Course, exercise: str, seed: int) -> None:
        self.course = course
        self._seed = [seed, *hashlib.sha256(exercise.encode()).digest()[:8]]
        generators = course.of(exercise)
        self._values = [each for each in generators if not each.purity]
        self._purity = [each for each in generators if each.purity]
        if not self._values:
            raise SuiteError(f"No generator draws calls of {exercise}, so it cannot be attacked.")
        self._drawn: dict[int, Input | None] = {}

    def input(self, number: int) -> Input | None:
        """The input with this number; None if what was drawn lies outside the contract."""
        if number not in self._drawn:
            self._drawn[number] = self._draw(number)
        return self._drawn[number]

    def _draw(self, number: int) -> Input | None:
        rng = np.random.default_rng([*self._seed, number])
        is_purity = self._purity and number % PURITY_EVERY == PURITY_EVERY - 1
        generators = self._purity if is_purity else self._values
        generator = generators[int(rng.integers(len(generators)))]
        draw = Draw(rng, FARTHEST)
        example = generator.draw(draw)
        try:
            want = right_value(self.course.right[generator.function], example)
        except Exception as error:
            if not (example.refused and isinstance(error, ValueError)):
                return None
            want = None
        else:
            if example.refused:
                return None
        return Input(generator, example, tuple(draw.choices), want)


def _stays_apart(argument: Any) -> bool:
    return callable(argument) or isinstance(argument, RandomGenerator)


def domain_of(target: Target, seed: int) -> Domain:
    """The domain of an exercise.

    Raises:
        SuiteError: there are no generators for it, or their file cannot be loaded.
    """
    if target.domain.is_file():
        course = load(target.assignment, file=target.domain)
        if course.of(target.exercise):
            return Domain(course, target.exercise, seed)
    return Domain(load(target.assignment), target.exercise, seed)
