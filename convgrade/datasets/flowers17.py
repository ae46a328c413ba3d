"""The Oxford 17 category flowers: 1,360 photographs, as squares of any size.

They are read from the published archive or folder by this program's own loader. No licence is
stated, so no image of it may be passed on. This module knows neither the network nor the exercise.
"""

from __future__ import annotations

import functools
import hashlib
import io
from pathlib import Path

import numpy as np

from convgrade.datasets import folders
from convgrade.datasets.dataset import About, Dataset, DatasetMissing, Images, Labels, Remote
from convgrade.datasets.decoded_cache import keep, kept
from convgrade.datasets.download import megabytes, sha256
from convgrade.datasets.image_files import BadImages, image_files

REMOTE = Remote(
    url="https://www.robots.ox.ac.uk/~vgg/data/flowers/17/17flowers.tgz",
    file="17flowers.tgz",
    size=61_700_000,
    sha256="fe38a60f8b4a95e657551247d3e7d799a3fafcdbc595be504b12839967823d70",
    at_most=True,
)
"""The publishers give no checksum. Others have published this one (with the MD5
b59a65d8d1a99cd66944d474e1289eab). The size is that of the same images in an unpacked archive.
"""
ABOUT = About(
    name="flowers17",
    title="1,360 photographs of 17 kinds of flowers, in colour, cut to squares",
    source="https://www.robots.ox.ac.uk/~vgg/data/flowers/17/",
    licence="none stated: for your own use, not for passing on",
    citation=(
        "M.-E. Nilsback, A. Zisserman. A visual vocabulary for flower classification. "
        "IEEE Conference on Computer Vision and Pattern Recognition, 2006"
    ),
    remote=REMOTE,
)
CLASS_NAMES = (
    "daffodil",
    "snowdrop",
    "lily of the valley",
    "bluebell",
    "crocus",
    "iris",
    "tiger lily",
    "tulip",
    "fritillary",
    "sunflower",
    "daisy",
    "colt's foot",
    "dandelion",
    "cowslip",
    "buttercup",
    "windflower",
    "pansy",
)
PER_CLASS = 80
HELD_OUT_PER_CLASS = 20
SPLIT_SEED = 2006
SIDE = 64
SIZES = range(8, 501)
"""The shorter side of the published images is 500 pixels."""
NAMES = tuple(f"image_{n:04d}.jpg" for n in range(1, PER_CLASS * len(CLASS_NAMES) + 1))
CHECKSUMS = Path(__file__).with_name("flowers17-checksums.txt")
"""The checksum of each image, from a copy whose images a person has looked at."""
PLACES = ("17flowers.tgz", "17flowers.tar", "flowers17.tgz", "flowers17.tar", "17flowers")


@functools.cache
def load(size: int = SIDE) -> Dataset:
    """1,020 photographs to train (60 of each kind) and 340 to test (20 of each), `size` x `size`.

    The largest square in the middle of each photograph is resized with Lanczos' filter. The split
    is this program's own (see `split`); the publishers give three others. Decoded images are saved
    in the user's cache. If a saved file is damaged, they are decoded again.

    Raises:
        DatasetMissing: it is not on this machine, or an image is missing, damaged or not expected.
        ValueError: `size` is not from 8 to 500 pixels.
    """
    if size not in SIZES:
        raise ValueError(f"size must be from {SIZES.start} to {SIZES.stop - 1}, not {size}")
    path = find()
    if path is None:
        raise DatasetMissing(
            f"The 17 flowers are not on this machine: `autograder data fetch {ABOUT.name}` brings "
            f"them (at most {megabytes(REMOTE.size)})."
        )
    shape = (len(NAMES), size, size, 3)
    images = kept(ABOUT.name, shape)
    if images is None:
        images = read(path, size)
        keep(ABOUT.name, images)
    labels = np.arange(len(NAMES)) // PER_CLASS
    train, test = split()
    return Dataset(
        about=ABOUT,
        x_train=images[train],
        y_train=labels[train],
        x_test=images[test],
        y_test=labels[test],
        class_names=CLASS_NAMES,
    )


def find() -> Path | None:
    """The archive or folder, if it is on this machine."""
    candidates = (folders.cache() / place for place in PLACES)
    found = next((path for path in candidates if path.exists()), None)
    if found is not None and (found / "jpg").is_dir():
        return found / "jpg"
    return found


def split() -> tuple[Labels, Labels]:
    """The indices for training and for testing, in file order from 0, each list shuffled.

    NumPy's generator with seed 2006 permutes all 1,360. The first 20 of each kind are held out.
    """
    order = np.random.default_rng(SPLIT_SEED).permutation(len(NAMES))
    rank = np.empty(len(NAMES), dtype=np.int64)
    for kind in range(len(CLASS_NAMES)):
        of_kind = order[order // PER_CLASS == kind]
        rank[of_kind] = np.arange(PER_CLASS)
    held_out = rank[order] < HELD_OUT_PER_CLASS
    return order[~held_out], order[held_out]


def read(path: Path, size: int = SIDE) -> Images:
    """All images of a folder or archive in file order, uint8 (1360, size, size, 3).

    Raises:
        DatasetMissing: an image is missing, damaged or not expected; the message names it.
    """
    as_published = path.is_file() and sha256(path) == REMOTE.sha256
    expected = dict(zip(NAMES, [None] * len(NAMES) if as_published else checksums(), strict=True))
    images = np.empty((len(NAMES), size, size, 3), np.uint8)
    try:
        for name, content in image_files(path, NAMES):
            images[NAMES.index(name)] = decoded(name, content, expected[name], size)
    except BadImages as error:
        raise DatasetMissing(
            f"{error}: replace it, or delete the copy and run `autograder data fetch {ABOUT.name}`."
        ) from error
    return images


def checksums() -> list[str]:
    """The beginning of each image's SHA-256, in file order."""
    lines = CHECKSUMS.read_text(encoding="ascii").split("\n")
    return [line for line in lines if line and not line.startswith("#")]


def decoded(name: str, content: bytes, checksum: str | None, size: int) -> Images:
    """The middle square of a JPEG, resized, uint8 (size, size, 3).

    Raises:
        BadImages: it is not the published image, or not an image.
    """
    from PIL import Image

    if checksum and not hashlib.sha256(content).hexdigest().startswith(checksum):
        raise BadImages(f"{name} is damaged, or is not the published image of that name")
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
            image.draft("RGB", (3 * size, 3 * size))  # libjpeg shrinks by 2, 4 or 8 while reading
            width, height = image.size
            side = min(width, height)
            left, top = (width - side) // 2, (height - side) // 2
            square = image.convert("RGB").crop((left, top, left + side, top + side))
            return np.asarray(square.resize((size, size), Image.Resampling.LANCZOS))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadImages(f"{name} is damaged: it cannot be decoded") from error
