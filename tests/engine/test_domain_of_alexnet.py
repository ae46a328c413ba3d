"""Calls from the domain of AlexNet: right answers agree on them, and known mistakes do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.attack.comparing import wrong_in
from autograder.attack.domain import Input
from autograder.attack.material import Material
from autograder.attack.target import Target
from autograder.counterexamples.asking import right_value
from autograder.counterexamples.judging import Wrong
from autograder.course.assignment import load_assignment
from autograder.sandbox import StudentRaised

ASSIGNMENT = load_assignment("alexnet", Path(__file__).parents[2])
IN_ARRAYS = [
    each.name for each in ASSIGNMENT.exercises if not each.name.startswith(("build_", "train_"))
]
INPUTS = 60
UNTIL_SEEN = 600
OTHERWISE_SEEN = {"purity", "generator", "seed"}
"""Aspects that show in what becomes of arguments, or in several calls."""
IN_SEVERAL_CALLS = {
    "random_crop_makes_its_own_generator",
    "random_flip_flips_exactly_half",
    "prepare_flowers_has_one_seed",
}


@pytest.fixture(scope="module", params=IN_ARRAYS)
def material(request: pytest.FixtureRequest) -> Material:
    return Material(Target.of(ASSIGNMENT, request.param), seed=3)


def inputs_of(material: Material, function: str, most: int) -> Iterator[Input]:
    for number in range(most):
        given = material.domain.input(number)
        if given and given.generator.function == function and not given.generator.purity:
            yield given


def wrong_on(function: Callable[..., Any], given: Input) -> Wrong | None:
    try:
        outcome = right_value(function, given.example)
    except Exception as error:
        names = tuple(each.__name__ for each in type(error).__mro__)
        outcome = StudentRaised("raised", type_names=names, text=str(error))
    return wrong_in(outcome, given)


def test_hardly_any_drawn_call_is_outside_the_contract(material):
    assert sum(material.domain.input(number) is None for number in range(INPUTS)) < 4


def test_right_answers_agree_on_all_drawn_calls(material):
    assert len(material.bases) > 6
    for base in material.bases:
        names: dict[str, Any] = {}
        exec("import numpy as np\n" + base.text, names)
        for given in inputs_of(material, base.function, INPUTS):
            found = wrong_on(names[base.function], given)
            assert found is None, (base.origin, base.function, given.example, found)


def test_known_mistakes_are_wrong_on_some_drawn_call(material):
    for which in material.catalogue.of(material.exercise):
        if which.aspects & OTHERWISE_SEEN or which.name in IN_SEVERAL_CALLS:
            continue
        inputs = inputs_of(material, which.replaces, UNTIL_SEEN)
        assert any(wrong_on(which.function, given) for given in inputs), which.name
