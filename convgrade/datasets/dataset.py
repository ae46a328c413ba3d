"""The parts of a dataset: its arrays, its source and its terms.

This module knows no dataset by name, no network and no framework.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convgrade.errors import AutograderError

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]
Progress = Callable[[int, int], None]
"""Called with the number of bytes that are there and the number that there will be."""


class DatasetMissing(AutograderError):
    """The dataset is not on this machine; the message says how to get it."""


class DownloadFailed(AutograderError):
    """The file could not be downloaded; the message says why, and what to do."""


@dataclass(frozen=True)
class Remote:
    """A file to download: `sha256` and `size` (bytes) are those of the published file.

    If only the checksum was published, `at_most` is true and `size` is an upper limit.
    """

    url: str
    file: str
    size: int
    sha256: str
    at_most: bool = False


@dataclass(frozen=True)
class About:
    """Facts about a dataset before it is loaded; `remote` is None if the dataset is embedded."""

    name: str
    title: str
    source: str
    licence: str
    citation: str
    remote: Remote | None = None


@dataclass(frozen=True)
class Dataset:
    """Images and labels, split for training and for testing.

    `x_train` and `x_test` are uint8, (N, H, W) in grey and (N, H, W, C) in colour. `y_train` and
    `y_test` are int64, (N,), from 0 to `classes` - 1. No image is in both splits. The arrays are
    read-only, because all code that loads the dataset shares them.
    """

    about: About
    x_train: Images
    y_train: Labels
    x_test: Images
    y_test: Labels
    class_names: tuple[str, ...]

    def __post_init__(self) -> None:
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            array.flags.writeable = False

    @property
    def name(self) -> str:
        """Its name for `load`."""
        return self.about.name

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)

    @property
    def source(self) -> str:
        """The place where it was published."""
        return self.about.source

    @property
    def licence(self) -> str:
        """Its terms of use, in one sentence."""
        return self.about.licence

    @property
    def citation(self) -> str:
        """The work to cite."""
        return self.about.citation


@dataclass(frozen=True)
class Entry:
    """One entry of the catalogue: the dataset's facts, how to load it and how to find its file."""

    about: About
    load: Callable[[], Dataset]
    find: Callable[[], Path | None]


def as_labels(values: NDArray[Any]) -> Labels:
    """Labels in the dtype of every dataset, int64."""
    return np.asarray(values).astype(np.int64)
