"""The synthetic flowers: the same each time, told apart by form, and no giveaway."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from autograder.cli import app
from convgrade import datasets
from convgrade.datasets import Dataset, synthetic_flowers
from convgrade.datasets.flower_kinds import KINDS, WHITE
from convgrade.datasets.painting import Canvas, Frame, Paint, Petal
from convgrade.datasets.sheet import contact_sheet

SMALL = 32


@pytest.fixture(scope="module")
def flowers() -> Dataset:
    return synthetic_flowers.load(SMALL)


def test_there_are_as_many_of_each_kind(flowers: Dataset) -> None:
    assert flowers.x_train.shape == (850, SMALL, SMALL, 3)
    assert flowers.x_test.shape == (425, SMALL, SMALL, 3)
    assert flowers.x_train.dtype == flowers.x_test.dtype == np.uint8
    assert flowers.y_train.dtype == flowers.y_test.dtype == np.int64
    assert np.bincount(flowers.y_train).tolist() == [50] * 17
    assert np.bincount(flowers.y_test).tolist() == [25] * 17
    assert flowers.classes == 17


def test_neither_split_is_sorted_by_kind(flowers: Dataset) -> None:
    for labels in (flowers.y_train, flowers.y_test):
        assert len(set(labels[:50].tolist())) > 10


def test_no_two_flowers_are_the_same(flowers: Dataset) -> None:
    images = np.concatenate([flowers.x_train, flowers.x_test]).reshape(1275, -1)
    assert len(np.unique(images, axis=0)) == 1275


def test_they_are_called_synthetic_wherever_they_are_named() -> None:
    about = datasets.about("synthetic_flowers")
    assert "synthetic" in about.name
    assert "synthetic" in about.title
    assert about.remote is None


def test_they_are_the_same_in_another_process() -> None:
    code = (
        "import hashlib, numpy as np, sys; from convgrade.datasets import synthetic_flowers as s;"
        "print(hashlib.sha256(s.drawn(np.arange(17), 5, 32).tobytes()).hexdigest());"
        "print(any(name in sys.modules for name in ('tensorflow', 'keras', 'torch', 'PIL')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = synthetic_flowers.drawn(np.arange(17), 5, SMALL).tobytes()
    assert done.stdout.split() == [hashlib.sha256(ours).hexdigest(), "False"]


def test_a_flower_depends_on_its_own_number_and_kind_alone() -> None:
    several = synthetic_flowers.drawn(np.array([3, 9, 4]), 1, SMALL)
    others = synthetic_flowers.drawn(np.array([8, 9]), 1, SMALL)
    np.testing.assert_array_equal(several[1], others[1])
    assert (several[0] != others[0]).any()


def test_they_are_64_pixels_wide_unless_another_size_is_asked_for() -> None:
    assert synthetic_flowers.drawn(np.array([1, 2]), 1).shape == (2, 64, 64, 3)


def test_another_seed_draws_other_flowers() -> None:
    one, other = (synthetic_flowers.drawn(np.arange(17), seed, SMALL) for seed in (1, 2))
    assert (one != other).reshape(17, -1).any(axis=1).all()


def test_the_same_flower_comes_in_every_size() -> None:
    large = synthetic_flowers.drawn(np.arange(17), 1, 2 * SMALL).astype(float)
    small = synthetic_flowers.drawn(np.arange(17), 1, SMALL).astype(float)
    halved = large.reshape(17, SMALL, 2, SMALL, 2, 3).mean(axis=(2, 4))
    for one, other in zip(small, halved, strict=True):
        assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.9


def test_kinds_differ_in_form_where_colour_and_pose_are_the_same() -> None:
    drawings = []
    for kind in KINDS:
        canvas = Canvas(SMALL)
        kind.draw(canvas, Frame().at(0, 0, 0, 0.8), WHITE, np.random.default_rng(0))
        drawings.append(canvas.pixels.mean(axis=0))
    for number, one in enumerate(drawings):
        for other in drawings[:number]:
            assert np.abs(one - other).mean() > 0.04


def test_no_kind_has_all_its_colours_for_itself() -> None:
    for kind in KINDS:
        others = {colour for other in KINDS if other is not kind for colour in other.colours}
        assert others & set(kind.colours)


def test_pixels_alone_tell_the_kinds_badly_but_better_than_chance(flowers: Dataset) -> None:
    x, x_test = (
        (images.reshape(len(images), -1) / 255 - 0.5).astype(np.float32)
        for images in (flowers.x_train, flowers.x_test)
    )
    likeness = x @ x.T + 1000 * np.eye(len(x), dtype=np.float32)
    scores = x_test @ x.T @ np.linalg.solve(likeness, np.eye(17)[flowers.y_train])
    linear = float(np.mean(scores.argmax(axis=1) == flowers.y_test))
    assert 2 / 17 < linear < 0.5


def test_a_petal_lies_where_its_frame_points() -> None:
    canvas = Canvas(SMALL)
    canvas.petal(Frame().at(0, 0, np.pi / 2), Petal(0.9, 0.2), Paint(WHITE, WHITE))
    rows, columns = np.nonzero(canvas.pixels.mean(axis=0) > 0.5)
    assert rows.min() >= SMALL // 2 - 1
    assert abs(columns.mean() - (SMALL - 1) / 2) < 0.5


@pytest.mark.parametrize("angle", np.linspace(0, 6, 7))
def test_a_shape_off_the_canvas_or_across_its_edge_is_no_error(angle: float) -> None:
    canvas = Canvas(SMALL)
    for far in (0.9, 5.0, -5.0):
        canvas.petal(Frame(far, far).at(0, 0, angle), Petal(1, 0.3, notch=0.2), Paint(WHITE, WHITE))
        canvas.disc(Frame(far, -far), 0.4, Paint(WHITE, WHITE))
    assert np.isfinite(canvas.pixels).all()


def test_a_contact_sheet_has_a_row_for_each_kind_and_the_images_as_they_are(
    flowers: Dataset,
) -> None:
    sheet = np.asarray(contact_sheet(flowers, per_class=3))
    first = flowers.x_train[np.flatnonzero(flowers.y_train == 0)[0]]
    windows = np.lib.stride_tricks.sliding_window_view(sheet[: 3 * SMALL], first.shape)
    assert (windows == first).all(axis=(-3, -2, -1)).any()
    assert sheet.shape[0] > 18 * SMALL


def test_data_sheet_writes_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    result = CliRunner().invoke(app, ["data", "sheet", "digits", str(path), "--per-class", "2"])
    assert result.exit_code == 0
    assert path.read_bytes().startswith(b"\x89PNG")


def test_data_sheet_says_in_one_sentence_that_it_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "no such folder" / "sheet.png"
    result = CliRunner().invoke(app, ["data", "sheet", "digits", str(path), "--per-class", "1"])
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.output
