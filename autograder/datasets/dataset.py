"""What a dataset is: its arrays, and where they come from and on what terms.

Knows no dataset by name, and neither the network nor a framework.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.errors import AutograderError

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]


class DatasetMissing(AutograderError):
    """The dataset is not on this machine; the message says how to get it."""


@dataclass(frozen=True)
class Remote:
    """A file to be fetched: `sha256` and `size` (bytes) are those of the published file.

    Where only its checksum was published, `size` is what it has `at_most`.
    """

    url: str
    file: str
    size: int
    sha256: str
    at_most: bool = False


@dataclass(frozen=True)
class About:
    """What to know of a dataset before it is loaded; `remote` is None where it is embedded."""

    name: str
    title: str
    source: str
    licence: str
    citation: str
    remote: Remote | None = None


@dataclass(frozen=True)
class Dataset:
    """Images and labels, split for training and for testing.

    `x_train` and `x_test` are uint8, (N, H, W) when grey and (N, H, W, C) in colour; `y_train` and
    `y_test` are int64, (N,), from 0 to `classes` - 1. No image is in both splits. The arrays are
    shared by all who load the dataset, and read-only for that reason.
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
        """The name that `load` knows it by."""
        return self.about.name

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)

    @property
    def source(self) -> str:
        """Where it was published."""
        return self.about.source

    @property
    def licence(self) -> str:
        """The terms it is under, in a sentence."""
        return self.about.licence

    @property
    def citation(self) -> str:
        """What to cite."""
        return self.about.citation


@dataclass(frozen=True)
class Entry:
    """One line of the catalogue: what it is, how it is loaded, and which file it is loaded from."""

    about: About
    load: Callable[[], Dataset]
    find: Callable[[], Path | None]


def as_labels(values: NDArray[Any]) -> Labels:
    """Labels as every dataset gives them: int64."""
    return np.asarray(values).astype(np.int64)
