"""The folders of downloaded datasets: this program's own, and Keras' if it has the same file."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "CONVGRADE_DATA"


def cache() -> Path:
    """The folder for downloaded files: `$CONVGRADE_DATA`, or `convgrade` in the user's cache."""
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser()
    return of_user()


def of_user() -> Path:
    """`convgrade` in the user's cache, even if `$CONVGRADE_DATA` names another folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "convgrade"


def keras_datasets() -> Path:
    """The folder for the downloads of `keras.datasets`."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home).expanduser() if home else Path.home() / ".keras") / "datasets"
