"""How well a misconception explains what a student's function does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.diagnosis.aspects import (
    REFUSES,
    Part,
    Refusal,
    checks_nothing,
    differ_alike,
    equal,
    wrong_in_the_same_cells,
)
from autograder.diagnosis.candidates import Candidate, Mask, Outline, differing, taken_from
from autograder.diagnosis.empty_batches import says_nothing
from autograder.diagnosis.reactions import Reaction

ACCIDENTS = ("AttributeError", "NameError", "TypeError", "UnboundLocalError")
"""Exceptions by which nobody refuses a value that an argument may have."""


@dataclass(frozen=True, eq=False)
class Observed:
    """A student's function, compared with the right one.

    Attributes:
        outline: the parts that are compared.
        taken: the student's values for them.
        shown: which parts the student's reactions show at all.
        wrong: where they differ from the right ones.
        raises: the wrong parts that are wrong because the function raised an exception.
        is_careless: whether it went on with arguments that it should have refused.
    """

    outline: Outline
    taken: tuple[Any, ...]
    shown: Mask
    wrong: Mask
    raises: Mask
    is_careless: bool


@dataclass(frozen=True, eq=False)
class Match:
    """Where a candidate agrees with a student's function, and where it does not.

    Attributes:
        explained: the function is wrong as the candidate is.
        contradicted: the candidate is wrong, and the function is right.
        unlike: both are wrong, each in its way. Not where only the function raised an exception:
            what it would have returned is not known.
        exactly: how many of the explained parts are equal, and not only alike.
    """

    candidate: Candidate
    explained: Mask
    contradicted: Mask
    unlike: Mask
    exactly: int


def observe(outline: Outline, given: Sequence[Reaction]) -> Observed:
    """Compare a student's reactions with the right ones."""
    taken = taken_from(outline, given)
    shown = np.array(
        [
            value is not None or part.aspect == "values"
            for (_, part), value in zip(outline.parts, taken, strict=True)
        ],
        dtype=bool,
    )
    silent = says_nothing(given, outline.likes)
    shown &= np.array([probe not in silent for probe, _ in outline.parts], dtype=bool)
    wrong = differing(outline, taken) & shown
    raised = np.array([isinstance(value, Refusal) for value in taken], dtype=bool)
    is_careless = any(
        checks_nothing(value)
        for value, refused in zip(taken, outline.of["refusals"], strict=True)
        if refused
    )
    return Observed(
        outline, taken, shown, wrong, wrong & raised & outline.of["values"], is_careless
    )


def match(observed: Observed, candidate: Candidate) -> Match:
    """Compare a candidate with a student's function, where the candidate is wrong."""
    both = candidate.differs & observed.wrong
    alike = np.zeros_like(both)
    impossible = np.zeros_like(both)
    for index in np.flatnonzero(both):
        part = observed.outline.parts[index][1]
        mine, theirs = observed.taken[index], candidate.taken[index]
        alike[index] = _alike(observed, part, mine, theirs, candidate.by)
        # whoever makes a mistake that ends the call returns nothing, whatever else is wrong
        impossible[index] = (
            part.aspect == "values"
            and isinstance(theirs, Refusal)
            and not isinstance(mine, Refusal)
        )
    contradicted = candidate.differs & observed.shown & ~observed.wrong | impossible
    exactly = sum(
        equal(observed.taken[index], candidate.taken[index]) for index in np.flatnonzero(alike)
    )
    unlike = both & ~alike & ~impossible & ~observed.raises
    return Match(candidate, alike, contradicted, unlike, exactly)


def _alike(observed: Observed, part: Part, mine: Any, theirs: Any, by: str) -> bool:
    """Whether both are wrong in the same way."""
    if part.aspect == "refusals":
        return differ_alike(mine, theirs, observed.is_careless)
    if isinstance(mine, Refusal) and isinstance(theirs, Refusal):
        return theirs == mine or (theirs == REFUSES and mine.kind not in ACCIDENTS)
    if by == "cells" and part.aspect == "values":
        return wrong_in_the_same_cells(mine, theirs, part.expected)
    return equal(mine, theirs)
