"""Writes new files below a folder: all of them, or none."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from autograder.errors import AutograderError
from convgrade.os_errors import naming


def write_new(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files that are not there yet, and the folders that they need.

    If one cannot be written, or Ctrl-C comes, everything that was made is removed again.

    Args:
        root: the folder; it is made if it is missing.
        files: the content of each file by its path below `root`, written in this order.

    Raises:
        AutograderError: one of the files exists.
    """
    made: list[Path] = []
    try:
        for name, content in files.items():
            _make_folders((root / name).parent, made)
            _make_file(root / name, content, made)
    except BaseException:
        _remove(made)
        raise


def _make_folders(folder: Path, made: list[Path]) -> None:
    if folder.is_dir():
        return
    _make_folders(folder.parent, made)
    made.append(folder)
    try:
        folder.mkdir()
    except FileExistsError:  # another process made it meanwhile, or it is a file
        made.remove(folder)


def _make_file(path: Path, content: bytes, made: list[Path]) -> None:
    made.append(path)
    try:
        with naming(path), path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        made.remove(path)
        raise AutograderError(f"{path} exists already: nothing was changed.") from None


def _remove(made: list[Path]) -> None:
    for path in reversed(made):
        with contextlib.suppress(OSError):  # a folder into which somebody else has written stays
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink()
