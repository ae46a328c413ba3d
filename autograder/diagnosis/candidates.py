"""Explanations of a wrong answer: one misconception or two at once, compared with the right answer.

All that does not depend on a student is computed once per process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from autograder.diagnosis.aspects import ASPECTS, Aspect, Part, equal, parts, take
from autograder.diagnosis.catalogue import Catalogue, Function, Misconception
from autograder.diagnosis.composing import NotComposable, compose
from autograder.diagnosis.empty_batches import Likes, with_images
from autograder.diagnosis.reactions import Reaction, react, reactions, reactions_of
from autograder.diagnosis.right_functions import right_reactions

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Outline:
    """All parts of the right function's reactions, in a row.

    Attributes:
        right: its reactions, one for each probe.
        parts: the parts, each with the number of its probe.
        probes: these numbers.
        weights: of the parts.
        of: for each aspect, where its parts are.
        likes: for each probe with an empty batch, the like probes with images.
    """

    right: tuple[Reaction, ...]
    parts: tuple[tuple[int, Part], ...]
    probes: npt.NDArray[np.intp]
    weights: npt.NDArray[np.float64]
    of: dict[Aspect, Mask]
    likes: Likes


@dataclass(frozen=True, eq=False)
class Candidate:
    """One or two misconceptions, and where they differ from the right function.

    Attributes:
        misconceptions: them, in the order of the catalogue.
        taken: their values for the parts.
        differs: where these differ from the right ones.
        aspect: the gravest aspect in which they differ.
        by: what is compared, as in `Misconception.by`.
        function: the function that makes the mistake, for one misconception.
    """

    misconceptions: tuple[Misconception, ...]
    taken: tuple[Any, ...]
    differs: Mask
    aspect: Aspect
    by: Literal["values", "cells"] = "values"
    function: Function | None = None


def outline(catalogue: Catalogue, function: str) -> Outline:
    """The parts of the right function's reactions to its probes."""
    key = ("outline", function)
    if key not in catalogue.compared:
        right = right_reactions(catalogue, function)
        found = tuple((i, part) for i, reaction in enumerate(right) for part in parts(reaction))
        probes = np.array([probe for probe, _ in found])
        weights = np.array([part.weight for _, part in found])
        of = {name: np.array([part.aspect == name for _, part in found]) for name in ASPECTS}
        likes = with_images(catalogue.probes[function])
        catalogue.compared[key] = Outline(right, found, probes, weights, of, likes)
    return catalogue.compared[key]  # type: ignore[no-any-return]


def taken_from(shape: Outline, given: Sequence[Reaction]) -> tuple[Any, ...]:
    """The values of a function's reactions for all parts; None where they show none."""
    return tuple(take(part, given[index], shape.right[index]) for index, part in shape.parts)


def differing(shape: Outline, taken: Sequence[Any]) -> Mask:
    """Where the values of a function differ from the right ones; not where they show nothing."""
    pairs = zip(shape.parts, taken, strict=True)
    return np.array(
        [_shows(part, value) and not equal(value, part.expected) for (_, part), value in pairs],
        dtype=bool,
    )


def _shows(part: Part, value: Any) -> bool:
    return value is not None or part.aspect == "values"


def singles(catalogue: Catalogue, which: Misconception) -> list[Candidate]:
    """One misconception as an explanation, in each of its variants."""
    key = ("singles", which.name)
    if key not in catalogue.compared:
        shape = outline(catalogue, which.replaces)
        known = [_candidate(shape, (which,), reactions(which, catalogue), which.function)]
        for function in which.variants:
            given = reactions_of(function, which.replaces, catalogue)
            known.append(_candidate(shape, (which,), given, function))
        catalogue.compared[key] = known
    return catalogue.compared[key]  # type: ignore[no-any-return]


def _candidate(
    shape: Outline,
    which: tuple[Misconception, ...],
    given: Sequence[Reaction],
    function: Function | None = None,
) -> Candidate:
    taken = taken_from(shape, given)
    differs = differing(shape, taken)
    shown: list[Aspect] = [name for name in ASPECTS if (differs & shape.of[name]).any()]
    aspect = shown[0] if shown else "values"
    by = which[0].by if len(which) == 1 else "values"
    return Candidate(which, taken, differs, aspect, by, function)


class Pair:
    """Two misconceptions at once, called on probes only as far as needed."""

    def __init__(self, catalogue: Catalogue, one: Candidate, other: Candidate) -> None:
        self._catalogue = catalogue
        self._misconceptions = (*one.misconceptions, *other.misconceptions)
        self._composed: Function | None = None
        if one.function is not None and other.function is not None:
            function = self._misconceptions[0].replaces
            self._composed = compose(catalogue, function, one.function, other.function)
        self._reactions: dict[int, Reaction] = {}
        self._candidate: Candidate | None = None

    def taken(self, shape: Outline, index: int) -> Any:
        """The value for one part.

        Raises:
            NotComposable: it cannot be predicted.
        """
        probe, part = shape.parts[index]
        return take(part, self._reaction(probe), shape.right[probe])

    def candidate(self, shape: Outline) -> Candidate:
        """The pair as an explanation.

        Raises:
            NotComposable: it cannot be predicted.
        """
        if self._candidate is None:
            given = [self._reaction(probe) for probe in range(len(shape.right))]
            self._candidate = _candidate(shape, self._misconceptions, given)
        return self._candidate

    def _reaction(self, probe: int) -> Reaction:
        if self._composed is None:
            raise NotComposable
        if probe not in self._reactions:
            function = self._misconceptions[0].replaces
            call = self._catalogue.probes[function][probe]
            self._reactions[probe] = react(self._composed, call)
        return self._reactions[probe]


def pair(catalogue: Catalogue, one: Candidate, other: Candidate) -> Pair:
    """Two misconceptions of one function at once; kept for later submissions."""
    key = ("pair", one.function, other.function)
    if key not in catalogue.compared:
        catalogue.compared[key] = Pair(catalogue, one, other)
    return catalogue.compared[key]  # type: ignore[no-any-return]
