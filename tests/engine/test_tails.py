"""Limits of accuracies from the tail of all runs, beside those of normal distributions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from autograder.calibration.logits import share_of
from autograder.calibration.tails import Tail, tail_of
from autograder.calibration.thresholds import Proposal, distribution, proposal, tail_proposal

IMAGES = 1_000_000  # so that rounding plays no part


def runs(draw, recipes: int, each: int) -> dict[str, list[float]]:
    """Recipes of one mean whose runs lie below it as `draw` says, in log-odds."""
    return {
        str(recipe): [share_of(2 - float(below), IMAGES) for below in draw(each)]
        for recipe in range(recipes)
    }


@pytest.mark.parametrize("freedom", [3, 1000])
def test_the_chance_of_falling_far_below_the_mean_is_found(freedom):
    scattered = stats.t(freedom)
    rng = np.random.default_rng(1)
    found = tail_of(
        runs(lambda n: 0.1 * scattered.rvs(n, random_state=rng), recipes=40, each=100), IMAGES
    )
    assert found is not None
    assert found.exceeded_by(0.015) == pytest.approx(0.1 * scattered.isf(0.015), rel=0.15)
    assert found.exceeded_by(3e-4) == pytest.approx(0.1 * scattered.isf(3e-4), rel=0.4)


def test_a_tail_of_each_shape_is_continuous():
    limits = [Tail(1, 0.2, shape, 0.5, 20).exceeded_by(0.01) for shape in (-1e-7, 0, 1e-7)]
    assert limits == pytest.approx([limits[1]] * 3, rel=1e-5)
    assert Tail(1, 0.2, 0.3, 0.5, 20).exceeded_by(0.2) == 1


def test_few_runs_or_equal_ones_have_no_tail():
    rng = np.random.default_rng(2)
    assert tail_of(runs(lambda n: rng.normal(size=n), recipes=9, each=10), IMAGES) is None
    assert tail_of({"same": [0.9] * 200}, IMAGES) is None


def test_outliers_lower_the_threshold_and_the_cautious_way_counts():
    rng = np.random.default_rng(3)

    def with_outliers(n):
        return np.where(np.arange(n) == 0, 1.5, 0.05 * rng.normal(size=n))

    found = runs(with_outliers, recipes=20, each=12)
    found["steady"] = [share_of(1.9 + 0.01 * float(each), IMAGES) for each in rng.normal(size=12)]
    tail = tail_proposal(found, IMAGES)
    assert tail is not None
    alone = proposal({"steady": distribution(found["steady"], IMAGES)})
    assert tail.threshold < alone.threshold
    both = alone.cautious(tail)
    assert both.threshold == tail.threshold
    assert both.supports(both.threshold, both.spread)
    for one in (alone, tail):
        assert one.supports(both.threshold, both.spread)


def test_the_lower_ends_of_both_spreads_are_reached():
    one, other = Proposal(0.47, 0.05), Proposal(0.465, 0.01)
    assert one.cautious(other) == other.cautious(one) == Proposal(0.465, 0.045)
