"""From outcomes to points."""

from __future__ import annotations

import pytest

from autograder.errors import SuiteError
from autograder.results import TestResult
from autograder.suite.points import TestRecord, require_sound, score, summary


def record(outcome="passed", weight=1.0, role="values", visibility="hidden") -> TestRecord:
    return TestRecord("e", TestResult("test_x", "X.", visibility, outcome, weight, role=role))


def test_points_are_the_passed_share_of_the_weight_to_two_decimals():
    assert score(5, [record(), record("failed", 2.0)]) == 1.67
    assert score(5, [record(), record(weight=0.1)]) == 5


@pytest.mark.parametrize("role", ["supporting", "claim"])
def test_what_rests_on_no_value_earns_nothing_alone(role):
    alone = [record(role=role, weight=3.0), record("failed")]
    assert score(4, alone) == 0
    assert score(4, [*alone, record()]) == pytest.approx(3.2)


@pytest.mark.parametrize("role", ["supporting", "claim"])
def test_a_public_example_that_was_typed_in_earns_its_own_points_only(role):
    tests = [record(visibility="public"), record(role=role, weight=2.0), record("failed", 7.0)]
    assert score(10, tests) == 1


@pytest.mark.parametrize("outcome", ["failed", "timeout", "missing"])
def test_a_hidden_test_of_values_counts_for_others_only_where_it_passes(outcome):
    assert score(4, [record(role="claim"), record(outcome)]) == 0


def test_no_outcome_but_passed_earns():
    outcomes = ("failed", "error", "timeout", "crashed", "not_implemented", "missing", "violation")
    for outcome in outcomes:
        assert score(4, [record(outcome)]) == 0


def test_no_tests_give_no_points():
    assert score(4, []) == 0


def test_an_exercise_has_the_outcome_that_its_failures_share():
    assert summary([record()]) == "passed"
    assert summary([record(), record("timeout")]) == "timeout"
    assert summary([record("error"), record("timeout")]) == "failed"


@pytest.mark.parametrize(
    ("tests", "sentence"),
    [
        ([], "no tests"),
        ([record(role="claim")], "no hidden test of values"),
        ([record(visibility="public")], "no hidden test of values"),
        ([record(weight=0)], "not positive"),
        ([record(visibility="public"), record(weight=2)], "more than a fifth"),
    ],
)
def test_an_unsound_suite_is_refused(tests, sentence):
    with pytest.raises(SuiteError, match=sentence):
        require_sound("e", tests)


def test_public_examples_may_carry_a_fifth():
    require_sound("e", [record(visibility="public"), record(weight=4)])
