"""Synthetic flowers: 17 kinds, drawn by a seeded generator in any size. Always available.

They are drawings, not photographs; every figure or text that shows them must say so. This module
knows neither the network nor the exercise, and needs no framework.
"""

from __future__ import annotations

import functools
import math

import numpy as np

from convgrade.datasets.dataset import About, Dataset, Images, Labels
from convgrade.datasets.flower_kinds import KINDS, Kind, dyed, plain
from convgrade.datasets.painting import Canvas, Colour, Frame, Petal

ABOUT = About(
    name="synthetic_flowers",
    title="1,275 synthetic flowers: drawings of 17 kinds, in colour",
    source="drawn by this program from fixed seeds",
    licence="that of this program; there is nobody else's picture in it",
    citation="none: drawings, good for learning with and for no claim about flowers",
)
SIDE = 64
TRAIN_PER_KIND = 50
HELD_OUT_PER_KIND = 25
TRAIN_SEED = 2012
HELD_OUT_SEED = 1936
CLASS_NAMES = tuple(kind.name for kind in KINDS)
GROUNDS: tuple[tuple[Colour, Colour], ...] = (
    ((0.30, 0.45, 0.18), (0.12, 0.24, 0.08)),
    ((0.16, 0.30, 0.12), (0.05, 0.12, 0.05)),
    ((0.50, 0.58, 0.30), (0.24, 0.36, 0.14)),
    ((0.42, 0.33, 0.22), (0.22, 0.16, 0.10)),
    ((0.55, 0.70, 0.88), (0.38, 0.52, 0.36)),
    ((0.62, 0.62, 0.60), (0.34, 0.36, 0.34)),
)
"""Backgrounds: meadow, shade, dry grass, soil, sky, stone; from the top down."""


@functools.cache
def load(size: int = SIDE) -> Dataset:
    """50 of each kind to train and 25 of each to test, `size` x `size`, each part shuffled.

    The two parts are drawn with different seeds. The flowers are the same in every size.
    """
    y_train, y_test = (
        np.random.default_rng(seed).permutation(np.repeat(np.arange(len(KINDS)), per_kind))
        for seed, per_kind in ((TRAIN_SEED, TRAIN_PER_KIND), (HELD_OUT_SEED, HELD_OUT_PER_KIND))
    )
    return Dataset(
        about=ABOUT,
        x_train=drawn(y_train, TRAIN_SEED, size),
        y_train=y_train,
        x_test=drawn(y_test, HELD_OUT_SEED, size),
        y_test=y_test,
        class_names=CLASS_NAMES,
    )


def find() -> None:
    """None: the images are drawn and have no file."""


def drawn(labels: Labels, seed: int, size: int = SIDE) -> Images:
    """A flower for each of these labels, uint8 (N, size, size, 3).

    Image i depends only on the seed, on i and on its label.
    """
    images = np.empty((len(labels), size, size, 3), np.uint8)
    for number, label in enumerate(labels):
        images[number] = one(int(label), np.random.default_rng((seed, number)), size)
    return images


def one(label: int, rng: np.random.Generator, size: int = SIDE) -> Images:
    """One flower, uint8 (size, size, 3), in a random place, pose, colour, background and light."""
    kind = KINDS[label]
    canvas = Canvas(size)
    ground(canvas, rng)
    colour = kind.colours[rng.integers(len(kind.colours))]
    if rng.random() < 0.3:
        behind = Frame(*rng.uniform(-0.9, 0.9, 2).tolist())
        kind.draw(canvas, pose(kind, behind, rng, rng.uniform(0.2, 0.3)), dyed(colour, 0.7), rng)
    middle = Frame(*rng.normal(0, 0.16, 2).tolist())
    kind.draw(canvas, pose(kind, middle, rng, rng.uniform(0.48, 0.85)), tinted(colour, rng), rng)
    return developed(canvas, rng)


def pose(kind: Kind, middle: Frame, rng: np.random.Generator, scale: float) -> Frame:
    """A random pose: any angle and tilt if seen from above, a small lean if seen from the side."""
    if kind.upright:
        mirrored = Frame(middle.x, middle.y, -1) if rng.random() < 0.5 else middle
        return mirrored.at(0, 0, rng.normal(0, 0.22), scale)
    tilted = middle.tilted(rng.uniform(0, math.pi), rng.uniform(0.6, 1))
    return tilted.at(0, 0, rng.uniform(0, 2 * math.pi), scale)


def ground(canvas: Canvas, rng: np.random.Generator) -> None:
    """Paint a background out of focus, with leaves in front of it."""
    above, below = GROUNDS[rng.integers(len(GROUNDS))]
    light = rng.uniform(0.75, 1.25)
    canvas.gradient(dyed(above, light), dyed(below, light), rng.normal(0, 0.4))
    places = rng.uniform((-1, -1, 0.2), (1, 1, 0.7), (5, 3))
    canvas.glow(places, rng.uniform(-0.35, 0.35, (5, 1)) * np.array(above))
    for x, y, angle, length, green in rng.uniform(
        (-1.2, -0.2, 3.5, 0.8, 0.5), (1.2, 1.3, 5.9, 1.8, 1.2), (rng.integers(0, 5), 5)
    ):
        leaf = Petal(length, 0.12, 0.5, 1.0, curl=0.2)
        canvas.petal(Frame(x, y).at(0, 0, angle), leaf, plain(dyed((0.25, 0.48, 0.17), green)))


def tinted(colour: Colour, rng: np.random.Generator) -> Colour:
    """A colour with a small random change."""
    red, green, blue = (np.array(colour) + rng.normal(0, 0.05, 3)).tolist()
    return red, green, blue


def developed(canvas: Canvas, rng: np.random.Generator) -> Images:
    """The image as a camera would take it, with random exposure, colour cast and grain."""
    exposure = rng.uniform(0.7, 1.15) * (1 + rng.normal(0, 0.05, (3, 1, 1)))
    contrast = rng.uniform(0.8, 1.1)
    image = canvas.pixels * (255 * contrast * exposure).astype(np.float32)
    image += np.float32(127.5 * (1 - contrast))
    image += 6 * rng.standard_normal(image.shape, np.float32)
    np.clip(image, 0, 255, out=image)
    return np.ascontiguousarray(np.rint(image).astype(np.uint8).transpose(1, 2, 0))
