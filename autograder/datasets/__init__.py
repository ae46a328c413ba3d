"""Datasets by name: some are always there, the others are fetched once and work offline then.

Knows neither networks nor exercises, and imports no framework. What is large is loaded on demand
and kept for the process, read-only.
"""

from __future__ import annotations

from pathlib import Path

from autograder.datasets import cifar10, digits, flowers17, folders, mnist, synthetic_flowers
from autograder.datasets.dataset import (
    About,
    Dataset,
    DatasetMissing,
    Entry,
    Images,
    Labels,
    Remote,
)
from autograder.datasets.download import DownloadFailed, Progress
from autograder.datasets.download import fetch as _fetch
from autograder.errors import AutograderError

__all__ = [
    "About",
    "Dataset",
    "DatasetMissing",
    "DownloadFailed",
    "Images",
    "Labels",
    "Remote",
    "UnknownDataset",
    "about",
    "fetch",
    "find",
    "load",
    "names",
]

_CATALOGUE = {
    module.ABOUT.name: Entry(module.ABOUT, module.load, module.find)
    for module in (digits, mnist, cifar10, synthetic_flowers, flowers17)
}


class UnknownDataset(AutograderError):
    """No dataset of that name; the message names the known ones."""


def names() -> tuple[str, ...]:
    """The datasets there are; the first is embedded."""
    return tuple(_CATALOGUE)


def about(name: str) -> About:
    """Source, terms and citation, without loading it.

    Raises:
        UnknownDataset: there is no such dataset.
    """
    return _entry(name).about


def find(name: str) -> Path | None:
    """The file it is loaded from; None where it is embedded or not on this machine.

    Raises:
        UnknownDataset: there is no such dataset.
    """
    return _entry(name).find()


def load(name: str) -> Dataset:
    """The dataset, from this machine.

    Raises:
        UnknownDataset: there is no such dataset.
        DatasetMissing: it is not on this machine.
    """
    return _entry(name).load()


def fetch(name: str, progress: Progress = lambda done, total: None) -> Path | None:
    """Bring the dataset to this machine and return its file; None where it is embedded.

    Raises:
        UnknownDataset: there is no such dataset.
        DownloadFailed: it could not be fetched.
    """
    remote = about(name).remote
    return None if remote is None else _fetch(remote, folders.cache(), progress)


def _entry(name: str) -> Entry:
    if name not in _CATALOGUE:
        known = ", ".join(names())
        raise UnknownDataset(f"There is no dataset {name!r}: there are {known}.")
    return _CATALOGUE[name]
