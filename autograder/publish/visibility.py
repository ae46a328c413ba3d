"""Redaction: how much of hidden tests, hints and right answers students read, by `[feedback]`.

The same rule holds for the feedback in notebooks and for the reports that CI publishes. This module
knows results only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from autograder.results import (
    Counterexample,
    ExerciseResult,
    Hint,
    Outcome,
    Result,
    TestResult,
)


@dataclass(frozen=True)
class FeedbackVisibility:
    """What students read: titles of hidden tests, why a comparison failed, and help.

    Attributes:
        titles: the titles of hidden tests.
        messages: why a comparison failed.
        counterexamples: inputs on which the student's function is wrong.
        expected: the right answers to them.
        hint_steps: how many steps of each hint.
    """

    titles: bool = True
    messages: bool = True
    counterexamples: bool = True
    expected: bool = False
    hint_steps: int = 3

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> FeedbackVisibility:
        """The rule for an assignment's `[feedback]` settings.

        Args:
            settings: `hidden_tests` is "messages" (the default), "titles" (why a comparison failed
                is left out) or "none"; `counterexamples` is "answer" (the default: the input and
                the student's own answer), "full" (the right answer too) or "none"; `hint_steps` is
                how many steps of each hint are shown, 1 to 3 (the default).
        """
        level = settings.get("hidden_tests", "messages")
        examples = settings.get("counterexamples", "answer")
        return cls(
            titles=level != "none",
            messages=level == "messages",
            counterexamples=examples != "none",
            expected=examples == "full",
            hint_steps=settings.get("hint_steps", 3),
        )

    def conceals(self, test: TestResult) -> bool:
        """Whether students read nothing about a test except its outcome."""
        return test.visibility == "hidden" and not self.titles

    def message(self, test: TestResult, seen: set[Outcome]) -> str:
        """What students may read about why a test did not pass.

        If only titles are visible, the message of each kind of error is shown once per exercise. It
        is about the student's own code: an error, a crash or a missing function.

        Args:
            test: the test.
            seen: the outcomes of this exercise so far; the test's outcome is added to it.
        """
        if test.passed:
            return ""
        first = test.outcome not in seen
        seen.add(test.outcome)
        if self.messages or test.visibility == "public":
            return test.message
        return test.message if first and test.outcome is not Outcome.FAILED else ""

    def counterexample(self, test: TestResult) -> Counterexample | None:
        """What students may see of a test's counterexample; None if there is none for them."""
        found = test.counterexample
        if found is None or not self.counterexamples or self.conceals(test):
            return None
        return found if self.expected else replace(found, expected="")

    def hints(self, exercise: ExerciseResult) -> tuple[Hint, ...]:
        """The hints of an exercise, each with the steps that students may read."""
        return tuple(replace(hint, steps=hint.steps[: self.hint_steps]) for hint in exercise.hints)

    def hint(self, test: TestResult, exercise: ExerciseResult) -> str | None:
        """The hint of a test: a question, or the first step if students may read no more."""
        steps = {each.misconception: each.steps for each in self.hints(exercise)}
        readable = steps.get(test.misconception or "", ())
        return readable[0] if test.hint and self.hint_steps == 1 and readable else test.hint

    def applied(self, result: Result) -> Result:
        """The result after redaction. Outcomes stay."""
        result = replace(
            result,
            exercises=tuple(
                replace(
                    exercise,
                    hints=self.hints(exercise),
                    tests=tuple(
                        replace(
                            test,
                            hint=self.hint(test, exercise),
                            counterexample=self.counterexample(test),
                        )
                        for test in exercise.tests
                    ),
                )
                for exercise in result.exercises
            ),
        )
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
        """The reason with a fault's place, without its message: that may reveal a hidden test."""
        if result.status != "grader_error" or not result.faults:
            return result.reason
        first = result.faults[0]
        where = f" ({first.file}, line {first.line})" if first.line else f" ({first.file})"
        return f"The grader failed on {', '.join(result.ungraded)}{where if first.file else ''}."

    def _applied(self, exercise: ExerciseResult) -> Iterator[TestResult]:
        seen: set[Outcome] = set()
        concealed = 0
        for test in exercise.tests:
            if self.conceals(test):
                concealed += 1
                name, title = f"hidden_{concealed}", f"Hidden test {concealed}"
                yield replace(test, name=name, title=title, message="", detail="")
            else:
                yield replace(test, message=self.message(test, seen), detail="")
