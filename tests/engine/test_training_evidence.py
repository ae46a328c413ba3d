"""What the thresholds of training exercises rest on: kept with the assignment, and sufficient."""

from __future__ import annotations

import importlib.util
import json
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
EVIDENCE = sorted(
    path for path in ROOT.glob("source/*/evidence/*.json") if not path.stem.endswith("-broken")
)
IDS = [f"{path.parts[-3]}-{path.stem}" for path in EVIDENCE]
ONE_IN_A_THOUSAND = 3.09
"""Standard deviations below the mean, for a normal distribution."""


def document(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def settings(path: Path) -> dict[str, Any]:
    """What assignment.toml says of the dataset."""
    training = tomllib.loads((path.parents[1] / "assignment.toml").read_text()).get("training")
    if not training or path.stem not in training:
        pytest.skip(f"{path.parents[1].name} sets no threshold for {path.stem}")
    return {"default": training["dataset"] == path.stem, **training[path.stem]}


@pytest.mark.parametrize("path", EVIDENCE, ids=IDS)
def test_runs_are_many_and_by_many_optimisers(path: Path) -> None:
    runs = document(path)["runs"]
    assert len({(run["optimiser"], run["seed"]) for run in runs}) == len(runs)
    assert len({run["optimiser"] for run in runs}) >= 6
    assert len(runs) >= (200 if settings(path)["default"] else 20)


@pytest.mark.parametrize("path", EVIDENCE, ids=IDS)
def test_runs_were_made_with_the_settings_that_grade(path: Path) -> None:
    kept, grading = document(path), settings(path)
    for name in ("epochs", "batch_size", "shift"):
        assert kept[name] == grading.get(name, kept[name])


@pytest.mark.parametrize("path", EVIDENCE, ids=IDS)
def test_a_right_solution_fails_less_than_once_in_a_thousand(path: Path) -> None:
    threshold = settings(path)["threshold"]
    by_optimiser = defaultdict(list)
    for run in document(path)["runs"]:
        by_optimiser[run["optimiser"]].append(run["accuracy"])
    everything = np.concatenate(list(by_optimiser.values()))
    assert everything.min() >= threshold
    assert everything.mean() - ONE_IN_A_THOUSAND * everything.std(ddof=1) > threshold


@pytest.mark.parametrize("path", EVIDENCE, ids=IDS)
def test_broken_training_stays_below_the_threshold(path: Path) -> None:
    broken = path.with_stem(f"{path.stem}-broken")
    if not broken.is_file():
        pytest.skip(f"no broken training has been run on {path.stem}")
    threshold = settings(path)["threshold"]
    passed = [run for run in document(broken)["runs"] if run["accuracy"] >= threshold]
    assert passed == []


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


def test_every_way_to_train_is_either_right_or_broken(lenet5: ModuleType) -> None:
    assert len(lenet5.RUNS) >= 8
    assert len(lenet5.BROKEN) >= 7
    assert not set(lenet5.RUNS) & set(lenet5.BROKEN)
