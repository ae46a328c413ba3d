"""Networks from the whole domain of `build_lenet5`."""

from __future__ import annotations

from autograder.attack.model_checks import require_alike
from autograder.counterexamples import call, counterexamples

SIDES = (32, 36, 40, 48)
"""Sides of which pooling leaves no row over: there, padding before pooling adds nothing."""


def alike(got, want, example):
    """C5 may be a convolution of 5 by 5, which covers S4 where an image has 32 by 32 pixels."""
    is_convolution = (5, 5, 16, 120) in [shape for _, shape, _ in got["weights"]]
    sides = example.values[0][:2] if example.values else (32, 32)
    if sides == (32, 32) or not is_convolution:
        require_alike(got, want)


@counterexamples("build_lenet5", check=alike)
def _(draw):
    if not draw.integer(0, 9):
        return call()
    sides = (32, 32) if draw.integer(0, 1) else (draw.choice(SIDES), draw.choice(SIDES))
    return call((*sides, draw.integer(1, 4)), draw.integer(2, 40))
