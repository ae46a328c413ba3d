"""How much of hidden tests students read: `hidden_tests` in an assignment's `[feedback]`.

One rule for the feedback in notebooks and for the reports that CI publishes. Knows results only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from autograder.results import ExerciseResult, Outcome, Result, TestResult


@dataclass(frozen=True)
class FeedbackVisibility:
    """Whether the titles of hidden tests are shown, and why a comparison failed."""

    titles: bool = True
    messages: bool = True

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> FeedbackVisibility:
        """ "messages" (the default), "titles" (why a comparison failed is left out), or "none"."""
        said = settings.get("hidden_tests", "messages")
        return cls(titles=said != "none", messages=said == "messages")

    def conceals(self, test: TestResult) -> bool:
        """Whether nothing is told of a test but its outcome."""
        return test.visibility == "hidden" and not self.titles

    def message(self, test: TestResult, told: set[Outcome]) -> str:
        """What may be read of why a test was not passed; `told` are an exercise's outcomes so far.

        Where titles are all, each kind of mishap is told once: a message on an error, a crash or a
        missing function speaks of the student's own code.
        """
        if test.passed:
            return ""
        first = test.outcome not in told
        told.add(test.outcome)
        if self.messages or test.visibility == "public":
            return test.message
        return test.message if first and test.outcome is not Outcome.FAILED else ""

    def applied(self, result: Result) -> Result:
        """The result without what students must not read; hints and outcomes stay."""
        if self.messages:
            return result
        return replace(
            result,
            reason=self._reason(result),
            faults=(),
            exercises=tuple(
                replace(exercise, tests=tuple(self._applied(exercise)))
                for exercise in result.exercises
            ),
        )

    def _reason(self, result: Result) -> str:
        """A fault's sentence tells of a hidden test; where it lies is enough to find it."""
        if result.status != "grader_error" or not result.faults:
            return result.reason
        first = result.faults[0]
        where = f" ({first.file}, line {first.line})" if first.line else f" ({first.file})"
        return f"The grader failed on {', '.join(result.ungraded)}{where if first.file else ''}."

    def _applied(self, exercise: ExerciseResult) -> Iterator[TestResult]:
        told: set[Outcome] = set()
        concealed = 0
        for test in exercise.tests:
            if self.conceals(test):
                concealed += 1
                name, title = f"hidden_{concealed}", f"Hidden test {concealed}"
                yield replace(test, name=name, title=title, message="", detail="")
            else:
                yield replace(test, message=self.message(test, told), detail="")
