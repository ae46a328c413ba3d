"""Backward passes, held against themselves through the real engine: see `suite_checks`.

The numerical derivatives of the suite are held against formulas here.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from suite_checks import RightAnswers, Suite, WrongAnswers

SUITE = Suite("backward")
HIDDEN = Path(__file__).parents[2] / "tests" / "hidden" / "backward"


class TestRightAnswers(RightAnswers):
    pass


class TestWrongAnswers(WrongAnswers):
    pass


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module of the suite; it knows `reference`, which is its own."""
    monkeypatch.syspath_prepend(str(HIDDEN))
    for name in ("cases", "reference"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield importlib.import_module("cases")
    for name in ("cases", "reference"):
        sys.modules.pop(name, None)


def test_numbers_are_further_apart_than_the_step_of_differences(cases) -> None:
    x = np.sort(cases.apart(np.random.default_rng(1), (2, 6, 5, 3)).ravel())
    assert np.diff(x).min() > 20 * cases.reference.STEP


@pytest.mark.parametrize("kind", ["SIDE_BY_SIDE", "OVERLAPPING", "APART", "RECTANGULAR", "SAME"])
def test_what_comes_back_through_pooling_is_all_of_it(cases, kind: str) -> None:
    """Each output's derivative comes back once, whatever the windows."""
    for layer in getattr(cases, kind):
        (dy, x), options = cases.pooling_call(np.random.default_rng(2), layer)
        for pooling in ("max_pool2d_backward", "avg_pool2d_backward"):
            dx = getattr(cases.reference, pooling)(dy, x, **options)
            assert np.allclose(dx.sum(axis=(1, 2)), dy.sum(axis=(1, 2)))
            assert dx.shape == x.shape


def test_derivatives_of_a_convolution_are_linear_maps_of_each_other(cases) -> None:
    """The loss sum(dy · y) is sum(dx · x), and sum(dkernel · kernel)."""
    for layer in (*cases.CONVOLUTIONS, *cases.STRIDED, *cases.PADDED):
        (dy, x, kernel), options = cases.convolution_call(np.random.default_rng(3), layer)
        y = cases.reference.conv2d(x, kernel, **options)
        dx = cases.reference.conv2d_backward_x(dy, x, kernel, **options)
        dkernel, dbias = cases.reference.conv2d_backward_weights(dy, x, kernel, **options)
        loss = (dy * y).sum()
        assert (dx * x).sum() == pytest.approx(loss)
        assert (dkernel * kernel).sum() == pytest.approx(loss)
        assert np.allclose(dbias, dy.sum(axis=(0, 1, 2)))
