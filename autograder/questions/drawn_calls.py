"""Small calls of an exercise's function, drawn by the course's generators, and their code."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.counterexamples.asking import right_value
from autograder.counterexamples.draws import Draw
from autograder.counterexamples.examples import Built, Example
from autograder.counterexamples.generators import Course, Generator
from autograder.counterexamples.writing import call_code
from autograder.diagnosis.probes import Generator as RandomGenerator

MOST_WRITTEN = 36
"""Numbers that the code of one call may hold."""
MOST_LINES = 14
LARGE = 2_000
"""Numbers of the arguments from which on a call costs much: then there are few calls."""
LARGE_CALLS = 1
_SIZES = (1, 2, 3, 4, 6)
_TRIES = 12  # for each call


@dataclass(frozen=True, eq=False)
class DrawnCall:
    """A call: its arguments as the sandbox gets them, and its code for people.

    Attributes:
        args: plain data; {"generator": seed} stands for a random generator.
        kwargs: the same.
        code: Python that makes the call, in some lines.
        is_random: whether it passes a random generator.
        is_large: whether it computes with many numbers.
    """

    args: list[Any]
    kwargs: dict[str, Any]
    code: str
    is_random: bool
    is_large: bool


def draw_calls(
    course: Course, exercise: str, rng: np.random.Generator, count: int
) -> list[DrawnCall]:
    """Different calls of an exercise's function, at most `count`; fewer where they are large.

    Args:
        course: the generators of the assignment.
        exercise: the exercise, whose function has the same name.
        rng: decides.
        count: how many.
    """
    generators = [
        each for each in course.of(exercise) if each.function == exercise and not each.purity
    ]
    found: dict[str, DrawnCall] = {}
    if not generators:
        return []
    right = course.right[exercise]
    for number in range(count * _TRIES):
        if len(found) >= count:
            break
        generator = generators[number % len(generators)]
        call = _drawn(generator, right, rng, _SIZES[number % len(_SIZES)])
        if call is not None:
            found.setdefault(call.code, call)
        if (
            number >= count
            and len(found) >= LARGE_CALLS
            and all(e.is_large for e in found.values())
        ):
            break
    small = [each for each in found.values() if not each.is_large]
    return small or list(found.values())[:LARGE_CALLS]


def more_calls(
    course: Course, exercise: str, rng: np.random.Generator, count: int
) -> list[DrawnCall]:
    """Calls of all kinds that the contract permits, which no question shows; they have no code."""
    generators = [each for each in course.of(exercise) if each.function == exercise]
    right = course.right[exercise]
    found = []
    for number in range(count):
        generator = generators[number % len(generators)]
        example = generator.draw(Draw(rng, _SIZES[number % len(_SIZES)]))
        call = _as_call(example, "")
        if not call.is_large and _is_within_contract(example, right):
            found.append(call)
    return found


def _drawn(
    generator: Generator, right: Callable[..., Any], rng: np.random.Generator, size: int
) -> DrawnCall | None:
    example = generator.draw(Draw(rng, size))
    if example.numbers > MOST_WRITTEN or not all(map(_is_asked, example.args)):
        return None
    if not _is_within_contract(example, right):
        return None
    parameters = tuple(inspect.signature(right).parameters)
    above, _, short = call_code(generator.function, parameters, example)
    code = "\n".join([*above, short])
    if code.count("\n") >= MOST_LINES and not _has_built(example):
        return None
    return _as_call(example, code)


def _as_call(example: Example, code: str) -> DrawnCall:
    values = example.values
    return DrawnCall(
        [
            {"generator": each.seed} if isinstance(each, RandomGenerator) else each
            for each in values
        ],
        dict(example.kwargs),
        code,
        any(isinstance(each, RandomGenerator) for each in values),
        sum(np.size(each) for each in values if isinstance(each, np.ndarray)) > LARGE
        or any(isinstance(each, dict) for each in values),
    )


def _is_asked(argument: Any) -> bool:
    """Whether a person can work with an argument: no NaN, no infinity, no function."""
    if isinstance(argument, np.ndarray):
        return argument.dtype.kind != "f" or bool(np.isfinite(argument).all())
    return isinstance(argument, RandomGenerator | Built) or not callable(argument)


def _has_built(example: Example) -> bool:
    return any(isinstance(each, Built) for each in example.args)


def _is_within_contract(example: Example, right: Callable[..., Any]) -> bool:
    try:
        right_value(right, example)
    except ValueError:
        return example.refused
    except Exception:  # the right function may raise anything outside of its contract
        return False
    return not example.refused
