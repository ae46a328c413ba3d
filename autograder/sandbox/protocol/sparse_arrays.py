"""Large arrays that hold the same number nearly everywhere, as plain data that crosses fast."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST = 100_000  # numbers; smaller arrays cross as they are
_SHARE = 8  # one of so many numbers may differ from the others


def packed(array: NDArray[Any]) -> NDArray[Any] | dict[str, Any]:
    """The array, or the places where it differs from its last number."""
    if array.size < LEAST:
        return array
    base = array.flat[-1]
    places = np.flatnonzero(array != base)
    if len(places) > array.size // _SHARE:
        return array
    return {
        "shape": tuple(array.shape),
        "base": np.array([base]),
        "places": places,
        "values": array.reshape(-1)[places],
    }


def unpacked(plain: NDArray[Any] | dict[str, Any]) -> NDArray[Any]:
    """The array again."""
    if not isinstance(plain, dict):
        return plain
    array = np.full(plain["shape"], plain["base"][0])
    array.reshape(-1)[plain["places"]] = plain["values"]
    return array
