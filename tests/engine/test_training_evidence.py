"""What the thresholds of training exercises rest on: kept with the assignment, and sufficient."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from autograder.calibration import evidence
from autograder.calibration.evidence import Evidence
from autograder.calibration.recipes import Kind
from autograder.course.assignment import Assignment, assignment_names, load_assignment
from autograder.course.training_terms import TrainingTerms, is_near

ROOT = Path(__file__).resolve().parents[2]
TRAINED = [
    assignment.on(dataset)
    for assignment in (load_assignment(name, ROOT) for name in assignment_names(ROOT))
    for dataset in assignment.training
]
every_dataset = pytest.mark.parametrize(
    "assignment", TRAINED, ids=lambda assignment: f"{assignment.name}-{assignment.dataset}"
)


def kept(assignment: Assignment, kind: Kind = "right") -> Evidence:
    found = evidence.read(evidence.evidence_file(assignment, kind), assignment)
    assert found is not None
    return found


def terms(assignment: Assignment) -> TrainingTerms:
    assert assignment.training_terms is not None
    return assignment.training_terms


@every_dataset
def test_runs_are_many_and_by_many_recipes(assignment: Assignment) -> None:
    found = kept(assignment)
    assert len({(run.recipe, run.seed) for run in found.runs}) == len(found.runs)
    assert found.counted == terms(assignment).evidence_runs >= 100
    assert set(found.accuracies()) <= set(evidence.recipe_names(assignment))
    assert len(found.distributions()) >= 10


@every_dataset
def test_runs_were_made_as_grading_trains(assignment: Assignment) -> None:
    assert evidence.is_current(assignment, kept(assignment))
    assert evidence.is_current(assignment, kept(assignment, "broken"))


@every_dataset
def test_a_right_solution_fails_less_than_once_in_a_thousand(assignment: Assignment) -> None:
    threshold = terms(assignment).threshold
    assert threshold is not None
    assert kept(assignment).proposal().supports(threshold, terms(assignment).spread)


@every_dataset
def test_a_recipe_that_was_only_tried_never_came_near_the_threshold(assignment: Assignment) -> None:
    threshold, spread = terms(assignment).threshold, terms(assignment).spread
    assert threshold is not None
    for recipe, accuracies in kept(assignment).tried().items():
        near = [each for each in accuracies if is_near(each, threshold, spread)]
        assert not near, recipe
        assert min(accuracies) > threshold, recipe


@every_dataset
def test_broken_training_stays_below_the_threshold(assignment: Assignment) -> None:
    threshold = terms(assignment).threshold
    found = kept(assignment, "broken")
    assert set(found.accuracies()) == set(evidence.recipe_names(assignment, "broken"))
    assert [run for run in found.runs if threshold is None or run.accuracy >= threshold] == []


@pytest.fixture(scope="module")
def lenet5() -> ModuleType:
    """The module that makes the evidence; Keras is imported only where it trains."""
    path = ROOT / "tests" / "evidence" / "lenet5.py"
    spec = importlib.util.spec_from_file_location("evidence_lenet5", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_shifted_image_keeps_what_does_not_leave_it(lenet5: ModuleType) -> None:
    image = np.zeros((1, 7, 9, 1))
    image[0, 3, 4] = 1
    seen = set()
    for seed in range(200):
        moved = lenet5.shifted(image, np.random.default_rng(seed), 1)
        assert moved.sum() == 1
        seen.add(tuple(np.argwhere(moved[0, ..., 0])[0].tolist()))
    assert seen == {(row, column) for row in (2, 3, 4) for column in (3, 4, 5)}


def test_grey_and_colour_images_are_prepared_alike(lenet5: ModuleType) -> None:
    grey, labels = lenet5.prepared(np.full((2, 28, 28), 255, np.uint8), np.array([1, 0]), 3)
    assert grey.shape == (2, 32, 32, 1)
    assert grey.dtype == np.float32
    assert grey.sum() == 2 * 28 * 28
    assert labels.tolist() == [[0, 1, 0], [1, 0, 0]]
    colour, _ = lenet5.prepared(np.zeros((2, 32, 32, 3), np.uint8), np.array([1, 0]), 3)
    assert colour.shape == (2, 32, 32, 3)


def test_every_recipe_is_either_right_or_broken(lenet5: ModuleType) -> None:
    assert len(lenet5.RUNS) >= 8
    assert len(lenet5.BROKEN) >= 7
    assert not set(lenet5.RUNS) & set(lenet5.BROKEN)
