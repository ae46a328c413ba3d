"""A cache of decoded images, which makes the next load fast. It is never a source.

A file that is incomplete or changed is ignored. This module knows no dataset, only a name and a
shape.
"""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
from pathlib import Path

import numpy as np

from convgrade.atomic_files import replacing
from convgrade.datasets import folders
from convgrade.datasets.dataset import Images

LAYOUT = 1
"""A part of each file's name. With another number, all images are decoded anew."""


def kept(name: str, shape: tuple[int, ...]) -> Images | None:
    """The images, uint8, if they were saved and have not changed; else None."""
    images = _read(place(name, shape))
    return images if images is not None and images.shape == shape else None


def keep(name: str, images: Images) -> None:
    """Save the images atomically. If they cannot be written, they are not saved."""
    with contextlib.suppress(OSError):
        _write(place(name, images.shape), images)


def place(name: str, shape: tuple[int, ...]) -> Path:
    """The file in the user's own cache: the folder for datasets may belong to others."""
    return folders.of_user() / f"{name}-decoded-{shape[1]}x{shape[2]}-v{LAYOUT}.npz"


def _write(path: Path, images: Images) -> None:
    with replacing(path) as file:
        np.savez(file, images=images, digest=np.array(_digest(images)))


def _read(path: Path) -> Images | None:
    try:
        with np.load(path, allow_pickle=False) as archive:
            images, digest = archive["images"], str(archive["digest"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return images if images.dtype == np.uint8 and digest == _digest(images) else None


def _digest(images: Images) -> str:
    return hashlib.sha256(np.ascontiguousarray(images).data).hexdigest()
