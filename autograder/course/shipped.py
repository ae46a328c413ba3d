"""The course that comes with the package: the files of a clone, or an archive beside the libraries.

The wheel has the archive as data, outside of all packages. It holds solutions and hidden suites, so
graded code must not see it: `grading` puts an empty file in its place. `setup.py` imports this
module while nothing else is installed.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path, PurePosixPath

ROOT_MARKER = "nbgrader_config.py"
ARCHIVE = "share/convgrade/course.zip"
FOLDERS = (
    "assignments",
    "solutions",
    "source",
    "tests/counterexamples",
    "tests/domains",
    "tests/domains/models",
    "tests/evidence",
    "tests/hidden",
    "tests/misconceptions",
    "tests/misconceptions/hints",
    "tests/questions",
    "tests/right",
)
"""Each holds a folder or a file for each assignment, under its name."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


def files_of_course(root: Path) -> Iterator[str]:
    """The paths, below a course's root, of the files that its authors wrote or built, sorted."""
    found = {path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file()}
    names = (path.relative_to(root) for path in found if path.suffix != ".pyc")
    yield ROOT_MARKER
    yield from sorted(name.as_posix() for name in names if not any(map(_is_cache, name.parents)))


def _is_cache(folder: Path) -> bool:
    return folder.name.startswith(".") or folder.name == "__pycache__"


def assignment_of(file: str) -> str:
    """The assignment to which a file of a course belongs; "" for a file of the whole course."""
    path = PurePosixPath(file)
    for folder in sorted(FOLDERS, key=len, reverse=True):
        if path.is_relative_to(folder):
            return path.relative_to(folder).parts[0].partition(".")[0]
    return ""


def pack(root: Path) -> bytes:
    """The files of a course as an archive. The same files give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files_of_course(root):
            entry = zipfile.ZipInfo(name, _EPOCH)
            archive.writestr(entry, (root / name).read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


@cache
def archive_place() -> Path | None:
    """Where the installed package has its archive; None if it has none, as in a clone.

    The path is as that of the libraries, with the symbolic links by which Python found them.
    """
    try:
        package = metadata.distribution("convgrade")
    except metadata.PackageNotFoundError:
        return None
    recorded = [str(file) for file in package.files or () if str(file).endswith(ARCHIVE)]
    places = [os.path.normpath(str(package.locate_file(name))) for name in (*recorded, ARCHIVE)]
    return next((Path(place) for place in places if os.path.isfile(place)), None)


def shipped_files() -> Mapping[str, bytes]:
    """The files of the course that comes with the package, by their path; empty if there are none.

    Raises:
        OSError: they cannot be read.
        zipfile.BadZipFile: the archive is damaged.
    """
    clone = Path(__file__).resolve().parents[2]
    if (clone / ROOT_MARKER).is_file():
        return {name: (clone / name).read_bytes() for name in files_of_course(clone)}
    place = archive_place()
    if place is None:
        return {}
    with zipfile.ZipFile(place) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
