"""Shapes and values that tell a right LeNet-5 from wrong: sides, maps and batches all differ.

Values are drawn apart from shapes, so that each test shows one thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.suite import Mismatch, expect

Rng = np.random.Generator
ROWS = ("C1", "S2", "C3", "S4", "C5", "F6", "OUTPUT")
FIELDS = ("name", "maps", "size", "parameters", "connections")


# -- values --------------------------------------------------------------------------------


def mixed(rng: Rng, shape: tuple[int, ...], scale: float = 1.0) -> np.ndarray:
    """Both signs, float32, no two alike."""
    return rng.normal(scale=scale, size=shape).astype(np.float32)


def wide(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """The same in float64."""
    return rng.normal(size=shape)


def table(rng: Rng, inputs: int, outputs: int) -> np.ndarray:
    """Connections by chance: some and not all inputs for each output, no two outputs alike."""
    chosen = rng.permutation(2**inputs - 2)[:outputs] + 1
    return np.array([[bool(number >> row & 1) for number in chosen] for row in range(inputs)])


def weights_1998(rng: Rng, classes: int = 10) -> dict[str, np.ndarray]:
    """Weights under which every unit of the network of 1998 is squashed and none is saturated."""
    shapes = {
        "c1_kernel": ((5, 5, 1, 6), 0.2),
        "c1_bias": ((6,), 0.3),
        "s2_weight": ((6,), 0.5),
        "s2_bias": ((6,), 0.3),
        "c3_kernel": ((5, 5, 6, 16), 0.12),
        "c3_bias": ((16,), 0.3),
        "s4_weight": ((16,), 0.5),
        "s4_bias": ((16,), 0.3),
        "c5_kernel": ((5, 5, 16, 120), 0.06),
        "c5_bias": ((120,), 0.3),
        "f6_kernel": ((120, 84), 0.1),
        "f6_bias": ((84,), 0.3),
    }
    drawn = {name: mixed(rng, shape, scale) for name, (shape, scale) in shapes.items()}
    codes = rng.choice(np.array([-1, 1], np.float32), size=(classes, 84))
    return {**drawn, "codes": codes}


def digits(rng: Rng, count: int) -> np.ndarray:
    """Grey images as digits are: dark edges do not matter, all values from 0 to 255 occur."""
    return rng.integers(0, 256, size=(count, 28, 28)).astype(np.uint8)


def some_labels(rng: Rng, count: int, classes: int) -> np.ndarray:
    """Labels of which some class never occurs, and the highest does not."""
    labels = rng.integers(0, classes - 1, size=count)
    labels[labels == 1] = 0
    return labels


# -- what came back ------------------------------------------------------------------------


def rows_of(got: Any) -> dict[str, dict[str, Any]]:
    """The rows of a table of layers by their names, in whatever type of sequence they came.

    Raises:
        Mismatch: they are no rows, or not the seven of LeNet-5 in their order.
    """
    if not isinstance(got, list | tuple) or not all(isinstance(row, dict) for row in got):
        raise Mismatch("did not return a list of dicts.", expect.shown(got))
    for row in got:
        missing = [field for field in FIELDS if field not in row]
        if missing:
            raise Mismatch(f"returned a row without {missing[0]!r}.", f"keys {list(row)!r}")
    names = [row["name"] for row in got]
    expect.that(
        names == list(ROWS),
        f"returned rows that are not those of {', '.join(ROWS)}, in this order.",
        detail=names,
    )
    return {row["name"]: row for row in got}


def pair_of(got: Any, what: str) -> tuple[Any, Any]:
    """Two things out of a tuple or list.

    Raises:
        Mismatch: they are not two.
    """
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Mismatch(f"did not return a pair {what}.", expect.shown(got))
    return got[0], got[1]


def is_whole(value: Any) -> bool:
    """Whether a number is of a type for counting."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def unchanged(given: Sequence[np.ndarray], after: Sequence[Any]) -> bool:
    """Whether arguments that were watched are what they were, to the bit."""
    return len(after) >= len(given) and all(
        isinstance(new, np.ndarray)
        and (new.dtype, new.shape) == (old.dtype, old.shape)
        and new.tobytes() == old.tobytes()
        for old, new in zip(given, after, strict=False)
    )
