"""CIFAR-10, from the archive of plain bytes, never from the archive of pickles.

This module knows neither the network nor the exercise, and needs no framework.
"""

from __future__ import annotations

import functools
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from convgrade.datasets import folders
from convgrade.datasets.dataset import (
    About,
    Dataset,
    DatasetMissing,
    Images,
    Labels,
    Remote,
    as_labels,
)
from convgrade.datasets.download import sha256

REMOTE = Remote(
    url="https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    file="cifar-10-binary.tar.gz",
    size=170_052_171,
    sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
)
ABOUT = About(
    name="cifar10",
    title="60,000 photographs of 10 kinds of things, 32 x 32, in colour",
    source="https://www.cs.toronto.edu/~kriz/cifar.html",
    licence="none stated; its author asks for the citation",
    citation=(
        "A. Krizhevsky. Learning multiple layers of features from tiny images. "
        "Technical report, University of Toronto, 2009"
    ),
    remote=REMOTE,
)
CLASS_NAMES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
FOLDER = "cifar-10-batches-bin"
BATCHES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST_BATCH = "test_batch.bin"
IMAGE = (3, 32, 32)
RECORD = 1 + 3 * 32 * 32
RECORDS = 10_000


@functools.cache
def load() -> Dataset:
    """50,000 images to train and 10,000 to test, in the published order.

    Raises:
        DatasetMissing: the archive is not there, or is not the published one.
    """
    path = find()
    if path is None:
        raise DatasetMissing(
            f"CIFAR-10 is not on this machine: `autograder data fetch {ABOUT.name}` brings it "
            f"({REMOTE.size / 1e6:.0f} MB; the copy that Keras keeps is of another kind)."
        )
    if sha256(path) != REMOTE.sha256:
        raise DatasetMissing(_not_cifar10(path))
    return read(path)


def find() -> Path | None:
    """Its file, if it is on this machine. Keras' copy is pickled and is not used."""
    path = folders.cache() / REMOTE.file
    return path if path.is_file() else None


def read(path: Path) -> Dataset:
    """The images of an archive. Nothing is unpacked to disk.

    Raises:
        DatasetMissing: it is not such an archive.
    """
    try:
        batches = dict(_batches(path))
        train = [batches[name] for name in BATCHES]
        x_test, y_test = batches[TEST_BATCH]
    except (OSError, EOFError, KeyError, tarfile.TarError, zlib.error) as error:
        raise DatasetMissing(_not_cifar10(path)) from error
    return Dataset(
        about=ABOUT,
        x_train=np.concatenate([images for images, _ in train]),
        y_train=np.concatenate([labels for _, labels in train]),
        x_test=x_test,
        y_test=y_test,
        class_names=CLASS_NAMES,
    )


def _batches(path: Path) -> Iterator[tuple[str, tuple[Images, Labels]]]:
    """Each wanted member that is a plain file of the right size, decoded."""
    wanted = {f"{FOLDER}/{name}": name for name in (*BATCHES, TEST_BATCH)}
    with tarfile.open(path, "r|gz") as archive:
        for member in archive:
            name = wanted.get(member.name)
            if name is None or not member.isreg() or member.size != RECORD * RECORDS:
                continue
            file = archive.extractfile(member)
            if file is not None:
                yield name, decoded(file.read())


def decoded(batch: bytes) -> tuple[Images, Labels]:
    """Records of one label byte and 3 x 32 x 32 pixels → images (N, 32, 32, 3) and labels (N,)."""
    records = np.frombuffer(batch, dtype=np.uint8).reshape(-1, RECORD)
    images = records[:, 1:].reshape(-1, *IMAGE).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), as_labels(records[:, 0])


def _not_cifar10(path: Path) -> str:
    return (
        f"{path} is not CIFAR-10 as published: delete it and run `autograder data fetch cifar10`."
    )
