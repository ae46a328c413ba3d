"""Puts what students read of a result into the words of their variant."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from autograder.results import Counterexample, ExerciseResult, Hint, TestResult
from autograder.variants.options import reworded


def in_words(
    exercises: Iterable[ExerciseResult], words: Mapping[str, str], reused: Container[str]
) -> tuple[ExerciseResult, ...]:
    """Results of exercises with other words in titles, messages and hints.

    Args:
        exercises: the results, in the words of the default contract.
        words: what is replaced, and by what; see `autograder.variants.Option`.
        reused: the exercises whose results are earlier ones, in these words already.
    """
    return tuple(
        each if not words or each.name in reused else _exercise(each, words) for each in exercises
    )


def _exercise(exercise: ExerciseResult, words: Mapping[str, str]) -> ExerciseResult:
    hints = tuple(
        Hint(hint.misconception, tuple(reworded(step, words) for step in hint.steps))
        for hint in exercise.hints
    )
    return replace(
        exercise, hints=hints, tests=tuple(_test(each, words) for each in exercise.tests)
    )


def _test(test: TestResult, words: Mapping[str, str]) -> TestResult:
    return replace(
        test,
        title=reworded(test.title, words),
        message=reworded(test.message, words),
        hint=reworded(test.hint, words) if test.hint else test.hint,
        counterexample=_counterexample(test.counterexample, words),
    )


def _counterexample(
    example: Counterexample | None, words: Mapping[str, str]
) -> Counterexample | None:
    return example and replace(example, wrong=reworded(example.wrong, words))
