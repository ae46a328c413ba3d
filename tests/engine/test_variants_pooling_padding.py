"""What is special about the variants of pooling and padding."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from autograder import diagnosis
from autograder.course.assignment import load_assignment
from autograder.course.variants import Variant
from autograder.variants.options import chosen, reworded, translations, wording

NAME = "pooling_padding"
ROOT = Path(__file__).resolve().parents[2]
DEFAULT = load_assignment(NAME, ROOT)
FAR = Variant(tuple((name, options[-1]) for name, options in DEFAULT.offered.items()))


def test_a_border_in_all_is_that_of_its_sides_and_back() -> None:
    border = Variant((*((n, o[0]) for n, o in DEFAULT.offered.items()),))
    variant = Variant(
        tuple((name, "total" if name == "border" else option) for name, option in border.choice)
    )
    translation = translations(DEFAULT, variant)["zero_pad2d"]
    x = np.zeros((1, 2, 3, 1))
    for given, want, back in (
        (1, 2, 1),
        ((1, 2), (2, 4), (1, 2)),
        (((1, 0), (1, 2)), ((1, 1), (3, 1)), ((1, 0), (1, 2))),
        (-1, -2, -1),
    ):
        assert translation.call_to([x, given], {})[0][1] == want
        assert translation.call_from([x, want], {})[0][1] == back


def test_hints_of_a_far_variant_say_nothing_false() -> None:
    words = wording(chosen(DEFAULT, FAR))
    hints = [
        step for each in diagnosis.load(DEFAULT).misconceptions for step in each.steps
    ]  # fmt: skip
    for old in ("In Keras", "two axes in the middle", "channels come last", "does Keras"):
        assert any(old in hint for hint in hints)
    for hint in hints:
        new = reworded(hint, words)
        for old in ("In Keras", "two axes in the middle", "channels come last", "does Keras"):
            assert old not in new
