"""Calls with an empty batch, and the same calls with images.

That a function raises for an empty batch says something only if it does not raise for images of the
same shape too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.diagnosis.probes import Call, Probe
from autograder.diagnosis.reactions import Reaction

Likes = Mapping[int, tuple[int, ...]]


def with_images(probes: Sequence[Probe]) -> Likes:
    """For each probe with an empty batch, those whose arrays have the same shapes but the first
    size, by their numbers. If the other arguments of some are the same too, only these count.
    """
    shapes = [_shapes(probe) for probe in probes]
    found: dict[int, tuple[int, ...]] = {}
    for number, empty in enumerate(shapes):
        if any(0 in shape for shape in empty):
            like = [n for n, other in enumerate(shapes) if _is_like(empty, other)]
            same = [n for n in like if _others(probes[n]) == _others(probes[number])]
            found[number] = tuple(same or like)
    return found


def _others(probe: Probe) -> list[str]:
    assert isinstance(probe, Call)
    values: list[Any] = [*probe.args, *sorted(probe.kwargs.items())]
    return ["array" if isinstance(value, np.ndarray) else repr(value) for value in values]


def _shapes(probe: Probe) -> list[tuple[int, ...]]:
    if not isinstance(probe, Call):
        return []
    values: list[Any] = [*probe.args, *probe.kwargs.values()]
    return [value.shape for value in values if isinstance(value, np.ndarray)]


def _is_like(empty: Sequence[tuple[int, ...]], other: Sequence[tuple[int, ...]]) -> bool:
    """Whether the arrays of `other` have cells, and otherwise the shapes of the first ones here.

    Arrays that only one of the two calls has, such as a bias, do not count.
    """
    pairs = list(zip(empty, other, strict=False))
    return bool(pairs) and all(
        len(one) == len(two) and one[1:] == two[1:] and 0 not in two and (one == two or 0 in one)
        for one, two in pairs
    )


def says_nothing(given: Sequence[Reaction], likes: Likes) -> set[int]:
    """The probes with an empty batch whose exception says nothing of empty batches."""
    return {
        number
        for number, like in likes.items()
        if like and given[number].raised and all(given[other].raised for other in like)
    }
