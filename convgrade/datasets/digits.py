"""The 1,797 real handwritten digits of scikit-learn, enlarged to MNIST's 28 x 28. Always available.

It is the default dataset of every exercise that trains. This module knows neither the network nor
the exercise.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from convgrade.datasets.dataset import About, Dataset, DatasetMissing, Images, Labels, as_labels

ABOUT = About(
    name="digits",
    title="1,797 real handwritten digits, 8 x 8 enlarged to 28 x 28, grey",
    source="https://archive.ics.uci.edu/dataset/80 (its test set, as scikit-learn carries it)",
    licence="CC BY 4.0 (E. Alpaydin and C. Kaynak; UCI Machine Learning Repository)",
    citation=(
        "E. Alpaydin, C. Kaynak. Optical Recognition of Handwritten Digits. "
        "UCI Machine Learning Repository, 1998. doi:10.24432/C50P49"
    ),
)
CLASSES = 10
HELD_OUT_PER_CLASS = 50
SPLIT_SEED = 1998
SIDE = 28
INK = 16
"""The value of a block of pixels that is full of ink."""


@functools.cache
def load() -> Dataset:
    """The digits in a fixed split: 50 of each class to test, the other 1,297 to train.

    The 8 x 8 values, from 0 to 16, become values from 0 to 255. They are enlarged by bilinear
    interpolation to fill 28 x 28. With a margin as in MNIST, every optimizer that was tried learned
    less in equal time. Both splits are in a random, fixed order.
    """
    small, labels = published()
    images = enlarged(small)
    train, test = split(labels)
    return Dataset(
        about=ABOUT,
        x_train=images[train],
        y_train=labels[train],
        x_test=images[test],
        y_test=labels[test],
        class_names=tuple(str(digit) for digit in range(CLASSES)),
    )


def published() -> tuple[Images, Labels]:
    """The images, uint8 (1797, 8, 8) from 0 to 16, and their labels, in scikit-learn's order.

    They are read from scikit-learn's file if it is found, because importing scikit-learn takes
    seconds.

    Raises:
        DatasetMissing: there is no scikit-learn.
    """
    package = find_spec("sklearn")
    folders = (package.submodule_search_locations if package else None) or []
    for folder in folders:
        file = Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if file.is_file():
            table = np.loadtxt(file, delimiter=",", dtype=np.uint8)
            return table[:, :-1].reshape(-1, 8, 8), as_labels(table[:, -1])
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError:
        raise DatasetMissing(
            "The digits come with scikit-learn, which is missing here: run "
            "pip install scikit-learn (it is part of convgrade[networks])."
        ) from None
    bunch = load_digits()
    return bunch.images.astype(np.uint8), as_labels(bunch.target)


def find() -> None:
    """None: the images are a part of scikit-learn."""


def split(labels: Labels) -> tuple[Labels, Labels]:
    """The indices for training and for testing: disjoint, and together all indices."""
    order = np.random.default_rng(SPLIT_SEED).permutation(len(labels))
    rank = np.empty(len(labels), dtype=np.int64)
    for digit in range(CLASSES):
        of_class = order[labels[order] == digit]
        rank[of_class] = np.arange(len(of_class))
    held_out = rank[order] < HELD_OUT_PER_CLASS
    return order[~held_out], order[held_out]


def enlarged(images: Images) -> Images:
    """(N, 8, 8) with values 0 to 16 → uint8 (N, 28, 28)."""
    from PIL import Image

    grey = np.rint(images * (255 / INK)).astype(np.uint8)
    size = (SIDE, SIDE)
    large = [Image.fromarray(image).resize(size, Image.Resampling.BILINEAR) for image in grey]
    return np.stack([np.asarray(image) for image in large])
