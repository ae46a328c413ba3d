"""A counterexample in the form in which the student's own function takes and gives values."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from autograder.counterexamples import judging
from autograder.counterexamples.asking import Finding
from autograder.counterexamples.draws import Draw
from autograder.counterexamples.examples import Built, Example
from autograder.counterexamples.generators import Course, Generator
from autograder.errors import SuiteError
from autograder.sandbox import StudentRaised
from autograder.sandbox.translation import UNTRANSLATED, Translation, replacing


def in_form(
    finding: Finding, translation: Translation, check: Callable[[Any, Any, Example], None]
) -> Finding:
    """A finding as the student sees it.

    Args:
        finding: a finding by the suite's contract.
        translation: between that and the contract of the student's function.
        check: says in what the answer is wrong.
    """
    if translation is UNTRANSLATED:
        return finding
    example = _example(finding.example, translation)
    if finding.argument is not None:
        changed = (
            _argument(finding, translation) if finding.wrong.kind == "changed" else finding.got
        )
        return replace(finding, example=example, got=changed)
    want = translation.value_to(finding.want)
    if isinstance(finding.got, StudentRaised):
        return replace(finding, example=example, want=want)
    got = translation.value_to(finding.got)
    wrong = finding.wrong
    if not finding.example.refused:
        try:
            wrong = judging.wrong_with(check, got, want, example) or wrong
        except SuiteError:  # the check is about the suite's own form
            wrong = finding.wrong
    return replace(finding, example=example, got=got, want=want, wrong=wrong)


def _example(example: Example, translation: Translation) -> Example:
    """The call as the student's function gets it; a built argument stays so if it is the same."""
    values = example.values
    args, kwargs = translation.call_to(values, example.kwargs)
    kept = [
        given if isinstance(given, Built) and new is value else new
        for given, value, new in zip(example.args, values, args, strict=True)
    ]
    return replace(example, args=tuple(kept), kwargs=kwargs)


def _argument(finding: Finding, translation: Translation) -> Any:
    """The changed argument of a call."""
    values = list(finding.example.values)
    values[finding.argument or 0] = finding.got
    return translation.call_to(values, {})[0][finding.argument or 0]


def course_in_form(course: Course, translations: Mapping[str, Translation]) -> Course:
    """Generators and right functions that speak the contract of a variant.

    Args:
        course: those of the default contract.
        translations: between that and the variant, by the function's name.
    """
    return Course(
        tuple(
            replace(each, draw=_drawing(each, translations[each.function]))
            if each.function in translations
            else each
            for each in course.generators
        ),
        {
            name: functools.wraps(right)(replacing(translations[name], right))
            if name in translations
            else right
            for name, right in course.right.items()
        },
    )


def _drawing(generator: Generator, translation: Translation) -> Callable[[Draw], Example]:
    return lambda draw: _example(generator.draw(draw), translation)
