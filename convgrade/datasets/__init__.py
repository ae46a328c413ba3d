"""Datasets by name. Some are always available; others are downloaded once and then work offline.

This module knows neither networks nor exercises, and imports no framework. Datasets and their
modules are loaded on demand and then kept in the process, read-only.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

from convgrade.datasets.dataset import (
    About,
    Dataset,
    DatasetMissing,
    DownloadFailed,
    Entry,
    Images,
    Labels,
    Progress,
    Remote,
)
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

_NAMES = ("digits", "mnist", "cifar10", "synthetic_flowers", "flowers17")
_CATALOGUE: dict[str, Entry] = {}
"""The entries that have been used."""


class UnknownDataset(AutograderError):
    """There is no dataset of that name; the message lists the known names."""


def names() -> tuple[str, ...]:
    """The names of all datasets. The first dataset is embedded."""
    return _NAMES


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
    if remote is None:
        return None
    from convgrade.datasets import download, folders

    return download.fetch(remote, folders.cache(), progress)


def __getattr__(name: str) -> ModuleType:
    """The module of a dataset."""
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")


def _entry(name: str) -> Entry:
    if name not in _NAMES:
        known = ", ".join(names())
        raise UnknownDataset(f"There is no dataset {name!r}: there are {known}.")
    if name not in _CATALOGUE:
        module = importlib.import_module(f"{__name__}.{name}")
        _CATALOGUE[name] = Entry(module.ABOUT, module.load, module.find)
    return _CATALOGUE[name]
