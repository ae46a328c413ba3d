"""MNIST, from the file that Keras uses: downloaded by this program, or found in Keras' folder.

This module knows neither the network nor the exercise, and needs no framework.
"""

from __future__ import annotations

import functools
import hashlib
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convgrade.datasets import folders
from convgrade.datasets.dataset import About, Dataset, DatasetMissing, Remote, as_labels

REMOTE = Remote(
    url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
    file="mnist.npz",
    size=11_490_434,
    sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
)
ABOUT = About(
    name="mnist",
    title="70,000 handwritten digits, 28 x 28, grey",
    source="http://yann.lecun.com/exdb/mnist/ (packed by Keras)",
    licence="CC BY-SA 3.0 (Y. LeCun and C. Cortes; derived from NIST's databases)",
    citation=(
        "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner. Gradient-based learning applied to document "
        "recognition. Proceedings of the IEEE 86(11), 1998"
    ),
    remote=REMOTE,
)
PUBLISHED_MD5 = {
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}
"""The MD5s of the four unpacked IDX files published in 1998; no packing changes them."""


@functools.cache
def load() -> Dataset:
    """60,000 digits to train and 10,000 to test, in the original order.

    Raises:
        DatasetMissing: there is no such file, or its content differs.
    """
    path = find()
    if path is None:
        raise DatasetMissing(
            f"MNIST is not on this machine: `autograder data fetch {ABOUT.name}` brings it "
            f"({REMOTE.size / 1e6:.1f} MB)."
        )
    arrays = read(path)
    return Dataset(
        about=ABOUT,
        x_train=arrays["x_train"],
        y_train=as_labels(arrays["y_train"]),
        x_test=arrays["x_test"],
        y_test=as_labels(arrays["y_test"]),
        class_names=tuple(str(digit) for digit in range(10)),
    )


def find() -> Path | None:
    """Its file, if it is on this machine: in this program's own folder, else in Keras'."""
    candidates = (folders.cache() / REMOTE.file, folders.keras_datasets() / REMOTE.file)
    return next((path for path in candidates if path.is_file()), None)


def read(path: Path) -> Mapping[str, NDArray[Any]]:
    """The four arrays of an archive, after a check that they are the published ones.

    Raises:
        DatasetMissing: it is not such an archive.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in PUBLISHED_MD5}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DatasetMissing(_not_mnist(path)) from error
    if any(idx_md5(array) != PUBLISHED_MD5[name] for name, array in arrays.items()):
        raise DatasetMissing(_not_mnist(path))
    return arrays


def idx_md5(array: NDArray[Any]) -> str:
    """The MD5 of the IDX file that holds these bytes: a header, then the array in C order."""
    if array.dtype != np.uint8:
        return ""
    header = struct.pack(f">I{array.ndim}I", 0x800 | array.ndim, *array.shape)
    return hashlib.md5(header + array.tobytes(), usedforsecurity=False).hexdigest()


def _not_mnist(path: Path) -> str:
    return f"{path} is not MNIST as published: delete it and run `autograder data fetch mnist`."
