"""The report's estimates, against numbers that were computed by hand or by other functions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from autograder.class_report.estimates import (
    FEWEST_FOR_CORRELATION,
    Estimate,
    Separation,
    correlation,
    distribution,
    separation,
    share,
)

Z = 1.959964


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        (5, 10, 0.2366, 0.7634),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 1, 0.2065, 1.0),
        (15, 40, 0.2422, 0.5297),
    ],
)
def test_shares_have_wilsons_interval(count: int, n: int, low: float, high: float) -> None:
    found = share(count, n)
    assert found is not None
    assert found.value == count / n
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_wilsons_interval_agrees_with_its_formula() -> None:
    found = share(7, 23)
    p, n = 7 / 23, 23
    middle = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    assert found is not None
    assert (found.low, found.high) == pytest.approx((middle - half, middle + half), abs=1e-6)


def test_a_share_of_nobody_is_not_known() -> None:
    assert share(0, 0) is None


def test_the_correlation_of_a_test_is_point_biserial_with_fishers_interval() -> None:
    item = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0]
    rest = [9.0, 8, 7, 9, 5, 6, 4, 2, 6, 3, 7, 1]
    found = correlation(item, rest)
    assert found is not None
    passed = [points for points, each in zip(rest, item, strict=True) if each]
    failed = [points for points, each in zip(rest, item, strict=True) if not each]
    p = len(passed) / len(item)
    by_hand = (np.mean(passed) - np.mean(failed)) / np.std(rest) * math.sqrt(p * (1 - p))
    assert found.value == pytest.approx(by_hand)
    assert found.value == pytest.approx(stats.pointbiserialr(item, rest).statistic)
    middle, half = math.atanh(by_hand), Z / math.sqrt(len(item) - 3)
    assert (found.low, found.high) == pytest.approx(
        (math.tanh(middle - half), math.tanh(middle + half)), abs=1e-6
    )


def test_no_correlation_is_given_for_too_few_students() -> None:
    few = list(range(FEWEST_FOR_CORRELATION - 1))
    assert correlation(few, few) is None
    enough = list(range(FEWEST_FOR_CORRELATION))
    found = correlation(enough, enough)
    assert found is not None
    assert found.value == pytest.approx(1.0)
    assert all(map(math.isfinite, (found.low, found.high)))


@pytest.mark.parametrize(
    ("item", "rest"), [([1] * 12, list(range(12))), (list(range(12)), [3] * 12)]
)
def test_no_correlation_is_given_if_all_have_the_same(item: list[float], rest: list[float]) -> None:
    assert correlation(item, rest) is None


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.05, 0.6, Separation.GOOD),
        (-0.1, 0.5, Separation.UNCLEAR),
        (-0.1, 0.15, Separation.POOR),
        (0.01, 0.15, Separation.POOR),
        (-0.5, -0.1, Separation.REVERSED),
    ],
)
def test_an_item_is_judged_by_its_interval(low: float, high: float, verdict: Separation) -> None:
    assert separation(Estimate((low + high) / 2, low, high, 50)) is verdict
    assert separation(None) is Separation.UNKNOWN


def test_a_distribution_in_numbers() -> None:
    found = distribution([1.0, 2.0, 3.0, 4.0, 10.0])
    assert found is not None
    assert (found.n, found.mean, found.median) == (5, 4.0, 3.0)
    assert (found.lower_quartile, found.upper_quartile) == (2.0, 4.0)
    assert found.deviation == pytest.approx(math.sqrt(50 / 4))
    assert (found.least, found.greatest) == (1.0, 10.0)


def test_one_value_has_no_deviation_and_none_has_no_distribution() -> None:
    one = distribution([2.0])
    assert one is not None
    assert one.deviation is None
    assert distribution([]) is None
