"""Where fetched datasets lie: a folder of our own, and Keras' where it has the same file."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "CONVGRADE_DATA"


def cache() -> Path:
    """The folder for fetched files: `$CONVGRADE_DATA`, or `convgrade` in the user's cache."""
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser()
    return of_user()


def of_user() -> Path:
    """`convgrade` in the user's cache, whatever folder is named."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "convgrade"


def keras_datasets() -> Path:
    """Where `keras.datasets` keeps what it has downloaded."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home).expanduser() if home else Path.home() / ".keras") / "datasets"
