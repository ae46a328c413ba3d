"""Datasets by name. Some are always available; others are downloaded once and then work offline.

This module knows neither networks nor exercises, and imports no framework. Large datasets are
loaded on demand and then kept in the process, read-only.
"""

from __future__ import annotations

from pathlib import Path

from convgrade.datasets import cifar10, digits, flowers17, folders, mnist, synthetic_flowers
from convgrade.datasets.dataset import (
    About,
    Dataset,
    DatasetMissing,
    Entry,
    Images,
    Labels,
    Remote,
)
from convgrade.datasets.download import DownloadFailed, Progress
from convgrade.datasets.download import fetch as _fetch
from convgrade.errors import AutograderError

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
    """There is no dataset of that name; the message lists the known names."""


def names() -> tuple[str, ...]:
    """The names of all datasets. The first dataset is embedded."""
    return tuple(_CATALOGUE)


def about(name: str) -> About:
    """The source, the terms and the citation of a dataset, without loading it.

    Raises:
        UnknownDataset: there is no such dataset.
    """
    return _entry(name).about


def find(name: str) -> Path | None:
    """The file that the dataset is loaded from; None if it is embedded or not on this machine.

    Raises:
        UnknownDataset: there is no such dataset.
    """
    return _entry(name).find()


def load(name: str) -> Dataset:
    """Load the dataset from this machine.

    Raises:
        UnknownDataset: there is no such dataset.
        DatasetMissing: it is not on this machine.
    """
    return _entry(name).load()


def fetch(name: str, progress: Progress = lambda done, total: None) -> Path | None:
    """Download the dataset and return its file; None if it is embedded.

    Args:
        name: the name of the dataset.
        progress: called with the bytes that are there and the bytes that there will be.

    Raises:
        UnknownDataset: there is no such dataset.
        DownloadFailed: it could not be downloaded.
    """
    remote = about(name).remote
    return None if remote is None else _fetch(remote, folders.cache(), progress)


def _entry(name: str) -> Entry:
    if name not in _CATALOGUE:
        known = ", ".join(names())
        raise UnknownDataset(f"There is no dataset {name!r}: there are {known}.")
    return _CATALOGUE[name]
