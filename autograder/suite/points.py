"""From the outcomes of tests to points. Only this module turns weights into a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.errors import SuiteError
from autograder.results import Outcome, Role, TestResult

MAX_PUBLIC_SHARE = 0.2


@dataclass(frozen=True)
class TestRecord:
    """One test that ran: its exercise and its result."""

    __test__ = False

    exercise: str
    result: TestResult

    @property
    def weight(self) -> float:
        """The weight that the suite gives the test."""
        return self.result.weight

    @property
    def role(self) -> Role:
        """What the test rests on."""
        return self.result.role

    @property
    def passed(self) -> bool:
        return self.result.passed


def score(points: float, tests: Sequence[TestRecord]) -> float:
    """Points earned: the passed share of the weight, to two decimals, at most `points`.

    Some tests earn nothing unless a hidden test of values passes, because the answers to public
    examples can be typed in: tests that compare the student's answers only with each other, tests
    that only expect an error, and tests that rest on a claim.
    """
    passed = [test for test in tests if test.passed]
    values_hold = any(map(_is_hidden_test_of_values, passed))
    total = sum(test.weight for test in tests)
    earned = sum(test.weight for test in passed if test.role == "values" or values_hold)
    return min(round(points * earned / total, 2), points) if total else 0.0


def _is_hidden_test_of_values(test: TestRecord) -> bool:
    return test.role == "values" and test.result.visibility == "hidden"


def summary(tests: Sequence[TestRecord]) -> Outcome:
    """One outcome for an exercise: passed, the outcome that all failed tests share, or failed."""
    bad = {test.result.outcome for test in tests if not test.passed}
    if not bad:
        return Outcome.PASSED
    return bad.pop() if len(bad) == 1 else Outcome.FAILED


def require_sound(exercise: str, tests: Sequence[TestRecord]) -> None:
    """Refuse a suite that breaks the rules for weights.

    Raises:
        SuiteError: the suite has no test, no hidden test of values or a weight that is not
            positive, or public examples have more than a fifth of the weight.
    """
    if not tests:
        raise SuiteError(f"The hidden suite of {exercise!r} has no tests.")
    if not any(map(_is_hidden_test_of_values, tests)):
        raise SuiteError(f"The hidden suite of {exercise!r} has no hidden test of values.")
    if any(test.weight <= 0 for test in tests):
        raise SuiteError(f"The hidden suite of {exercise!r} has a weight that is not positive.")
    public = sum(test.weight for test in tests if test.result.visibility == "public")
    if public > MAX_PUBLIC_SHARE * sum(test.weight for test in tests) + 1e-9:
        raise SuiteError(
            f"The public examples of {exercise!r} carry more than a fifth of its weight."
        )
