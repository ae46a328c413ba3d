"""Draws calls as students may give them: small, of plain data, from the course's own generators.

It runs the course's own code in this process, on calls that the course draws. It knows no student.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.counterexamples import Draw, Example
from autograder.counterexamples.generators import Generator
from autograder.diagnosis import Call, Misconception, Reaction, agree, react
from convgrade.notebook.examples import Given, read

DRAWS_PER_SIZE = 4
SIZES = (0, 1, 2, 3, 4, 5, 8, 16, 64, 256)
"""How far choices may be from the simplest, as in the search for counterexamples."""
MOST_NUMBERS = 300

Function = Any


@dataclass(frozen=True)
class DrawnCall:
    """A call within the contract, and what the right function does there."""

    function: str
    example: Example
    right: Reaction

    @property
    def given(self) -> Given:
        """The call as a student could give it as an example."""
        return _given(self.example, self.function)


def drawn_calls(
    generators: Sequence[Generator], right: Mapping[str, Function], seed: int = 0
) -> list[DrawnCall]:
    """The calls that generators draw, of plain data and with few numbers.

    Args:
        generators: those of one exercise.
        right: the right functions by name.
        seed: for other draws.
    """
    found = []
    for example, function in _draws(generators, seed):
        if example.numbers > MOST_NUMBERS or _given(example, function).problem:
            continue
        reaction = react(right[function], Call(example.args, example.kwargs, watch=True))
        refuses = reaction.raised == "ValueError"
        if refuses == example.refused and (refuses or reaction.raised is None):
            found.append(DrawnCall(function, example, reaction))
    return found


def _draws(generators: Sequence[Generator], seed: int) -> Iterator[tuple[Example, str]]:
    for number, generator in enumerate(generators):
        rng = np.random.default_rng([seed, number])
        for size in SIZES:
            for _ in range(DRAWS_PER_SIZE):
                yield generator.draw(Draw(rng, size)), generator.function


def _given(example: Example, function: str) -> Given:
    """A call as an example, of which nothing is expected yet."""
    given = {"args": example.args, "kwargs": dict(example.kwargs), "expected": None}
    return read([{**given, "raises": False, "function": function}])[0]


def exposures(calls: Sequence[DrawnCall], mistakes: Sequence[Misconception]) -> NDArray[np.bool_]:
    """Which calls show which mistakes, shape (calls, mistakes).

    A mistake that is never called here, because its answers stay in the sandbox, is never shown.
    """
    table = np.zeros((len(calls), len(mistakes)), bool)
    for row, drawn in enumerate(calls):
        call = Call(drawn.example.args, drawn.example.kwargs, watch=True)
        for column, which in enumerate(mistakes):
            if which.replaces == drawn.function and which.matches is None:
                table[row, column] = not agree(drawn.right, react(which.function, call))
    return table
