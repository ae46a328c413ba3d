"""How well a misconception explains what a student's function does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.diagnosis.aspects import Refusal, differ_alike, equal
from autograder.diagnosis.candidates import Candidate, Mask, Outline, differing, taken_from
from autograder.diagnosis.reactions import Reaction


@dataclass(frozen=True, eq=False)
class Observed:
    """A student's function, compared with the right one.

    Attributes:
        outline: the parts that are compared.
        taken: the student's values for them.
        shown: which parts the student's reactions show at all.
        wrong: where they differ from the right ones.
        raises: the wrong parts that are wrong because the function raised an exception.
    """

    outline: Outline
    taken: tuple[Any, ...]
    shown: Mask
    wrong: Mask
    raises: Mask


@dataclass(frozen=True, eq=False)
class Match:
    """Where a candidate agrees with a student's function, and where it does not.

    Attributes:
        explained: the function is wrong as the candidate is.
        contradicted: the candidate is wrong, and the function is right.
        unlike: both are wrong, each in its way.
    """

    candidate: Candidate
    explained: Mask
    contradicted: Mask
    unlike: Mask


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
    wrong = differing(outline, taken)
    raised = np.array([isinstance(value, Refusal) for value in taken], dtype=bool)
    return Observed(outline, taken, shown, wrong, wrong & raised & outline.of["values"])


def match(observed: Observed, candidate: Candidate) -> Match:
    """Compare a candidate with a student's function, where the candidate is wrong."""
    both = candidate.differs & observed.wrong
    alike = np.zeros_like(both)
    for index in np.flatnonzero(both):
        part = observed.outline.parts[index][1]
        alike[index] = _alike(part.aspect, observed.taken[index], candidate, int(index))
    contradicted = candidate.differs & observed.shown & ~observed.wrong
    return Match(candidate, alike, contradicted, both & ~alike)


def _alike(aspect: str, mine: Any, candidate: Candidate, index: int) -> bool:
    theirs = candidate.taken[index]
    if aspect == "refusals":
        return differ_alike(mine, theirs)
    if isinstance(mine, Refusal) and isinstance(theirs, Refusal):
        return mine == theirs or theirs.kind == "ValueError"
    return equal(mine, theirs)
