"""Reads what Moodle, Canvas and Gradescope give to download: whose file is which.

A download is a zip, or the folder to which somebody unpacked it. Nothing is unpacked here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from autograder.course.roster_columns import CANVAS, GRADESCOPE, MOODLE
from autograder.errors import CourseError, SubmissionRejected
from convgrade.submission import archives
from convgrade.submission.archives import OF_A_CLASS
from convgrade.submission.files import opened, start_of
from convgrade.submission.kinds import is_zip
from convgrade.submission.places import Item, is_printable_name, is_system_file

METADATA = "submission_metadata.yml"
MOST_FILES = 50_000
LARGEST_FILE = archives.MAX_MEMBER
_MOODLE = re.compile(
    r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)"
)
_CANVAS = re.compile(
    r"(?P<name>.+?)_(?P<late>LATE_)?(?P<number>\d+)_(?:\d+_(?P<rest>.+)|text\.html)"
)
_GRADESCOPE = re.compile(r"submission_\d+")


@dataclass(frozen=True)
class Delivery:
    """What one person or group handed in.

    Args:
        label: how the download names it.
        name: the person's name as the platform writes it.
        ids: the platform's ids of the person, by the words of `roster_columns.IDS`.
        email: the address; "" if the download has none.
        files: paths in the hand-in, and where the files lie.
        time: when it was handed in; None if the download does not say.
        is_late: whether the platform calls it late.
    """

    label: str
    name: str
    ids: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    files: tuple[tuple[str, Item], ...] = ()
    time: datetime | None = None
    is_late: bool = False


@dataclass(frozen=True)
class Download:
    """A download: its place, the platform, what was handed in, and files that are nobody's."""

    path: Path
    system: str
    deliveries: tuple[Delivery, ...]
    nobodys: tuple[str, ...] = ()


def is_download(path: Path) -> bool:
    """Whether a path is a folder or a zip, and so no roster."""
    if path.is_dir():
        return True
    try:
        return is_zip(start_of(path))
    except SubmissionRejected:
        return False


def read_download(path: Path) -> Download:
    """Read the names of files in a download, and of Gradescope its table of submissions.

    Raises:
        CourseError: it cannot be read within the limits, or is of no known form.
    """
    try:
        return _read(path, _without_root(tuple(_items(path))))
    except SubmissionRejected as error:
        raise CourseError(f"{path}: {error}") from None


def _read(path: Path, items: tuple[Item, ...]) -> Download:
    """Only names at the top decide: those further down are the students' own."""
    metadata = next((each for each in items if each.name == METADATA), None)
    if metadata is not None:
        with open_items(path) as read:
            table = _metadata(path, read(metadata))
        return Download(path, GRADESCOPE, *_of_gradescope(table, items))
    for system, sort in ((MOODLE, _of_moodle), (CANVAS, _of_canvas)):
        deliveries, nobodys = sort(items)
        if deliveries:
            return Download(path, system, deliveries, nobodys)
    raise CourseError(
        f"{path} is no download that is known: Moodle's has names with `_assignsubmission_`, "
        f"Canvas's such as `lovelaceada_11_22_work.ipynb`, and Gradescope's has {METADATA}."
    )


def _without_root(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The same files named from the one folder in which all of them are, if there is one."""
    roots = {each.name.partition("/")[0] for each in items}
    if len(roots) != 1 or any("/" not in each.name for each in items):
        return items
    if _MOODLE.fullmatch(roots.pop()):
        return items
    return tuple(replace(each, name=each.name.partition("/")[2]) for each in items)


def _items(path: Path) -> Iterable[Item]:
    if path.is_dir():
        return _items_of_folder(path)
    return archives.listing(path, OF_A_CLASS).items


def _items_of_folder(folder: Path) -> Iterator[Item]:
    count = 0
    for place, folders, files in os.walk(folder):  # follows no links
        folders[:] = sorted(name for name in folders if not is_system_file(name))
        for name in sorted(files):
            path = Path(place, name)
            relative = path.relative_to(folder).as_posix()
            if is_system_file(name) or path.is_symlink() or not is_printable_name(relative):
                continue
            count += 1
            if count > MOST_FILES:
                raise SubmissionRejected(f"the folder has more than {MOST_FILES} files")
            status = path.stat()
            yield Item(relative, path, status.st_mtime, status.st_size)


@contextmanager
def open_items(path: Path) -> Iterator[Callable[[Item], bytes]]:
    """Provide a function that reads a file of a download, within the limits."""
    if path.is_dir():
        yield _content
        return
    with archives.reader(path, OF_A_CLASS) as read:
        yield lambda item: read(item.member)


def _content(item: Item) -> bytes:
    with opened(item.path) as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise SubmissionRejected(f"{item.name} is larger than {LARGEST_FILE // 2**20} MB")
    return content


Sorted = tuple[tuple[Delivery, ...], tuple[str, ...]]


def _of_moodle(items: Iterable[Item]) -> Sorted:
    """`Ada Lovelace_12345_assignsubmission_file_/work.ipynb`, or the same without a folder."""

    def found(item: Item) -> tuple[str, Delivery] | None:
        top, _, below = item.name.partition("/")
        match = _MOODLE.fullmatch(top)
        if match is None:
            return None
        inside = "/".join(filter(None, (match["rest"], below)))
        ids = {"participant": match["number"]}
        return inside, Delivery(f"{match['name']} {match['number']}", match["name"], ids)

    return _sorted(items, found)


def _of_canvas(items: Iterable[Item]) -> Sorted:
    """`lovelaceada_LATE_11_22_work.ipynb`: the person's number, and that of the file."""

    def found(item: Item) -> tuple[str, Delivery] | None:
        match = _CANVAS.fullmatch(item.name)
        if match is None:
            return None
        label = f"{match['name']} {match['number']}"
        ids = {"canvas": match["number"]}
        late = bool(match["late"])
        return match["rest"] or "text.html", Delivery(label, match["name"], ids, is_late=late)

    return _sorted(items, found)


def _sorted(items: Iterable[Item], found: Callable[[Item], tuple[str, Delivery] | None]) -> Sorted:
    """Put the files of each person together."""
    people: dict[str, Delivery] = {}
    files: dict[str, dict[str, Item]] = {}
    nobodys = []
    for item in items:
        if (match := found(item)) is None:
            nobodys.append(item.name)
            continue
        name, delivery = match
        people.setdefault(delivery.label, delivery)
        files.setdefault(delivery.label, {})[name] = item
    deliveries = tuple(
        replace(each, files=tuple(files[label].items())) for label, each in people.items()
    )
    return deliveries, tuple(nobodys)


def _metadata(path: Path, raw: bytes) -> Mapping[str, Any]:
    try:
        table = yaml.load(raw, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        table = None
    if not isinstance(table, dict):
        raise CourseError(f"{path}: {METADATA} is damaged.")
    return table


def _of_gradescope(table: Mapping[str, Any], items: Iterable[Item]) -> Sorted:
    """A folder `submission_123` for each submission; the table says who its people are."""
    files: dict[str, dict[str, Item]] = {}
    nobodys = []
    for item in items:
        folder, _, name = item.name.partition("/")
        if name and _GRADESCOPE.fullmatch(folder):
            files.setdefault(folder, {})[name] = item
        elif item.name != METADATA:
            nobodys.append(item.name)
    deliveries = [
        _of_person(folder, about, person, files[folder])
        for folder, about in table.items()
        if folder in files
        for person in _submitters(about)
    ]
    known = {each for each in files if _submitters(table.get(each))}
    nobodys += [folder for folder in files if folder not in known]
    return tuple(deliveries), tuple(nobodys)


def _submitters(about: object) -> list[Mapping[str, Any]]:
    found = about.get(":submitters") if isinstance(about, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _of_person(
    folder: str, about: Mapping[str, Any], person: Mapping[str, Any], files: Mapping[str, Item]
) -> Delivery:
    name, sid, email = (str(person.get(f":{key}") or "") for key in ("name", "sid", "email"))
    return Delivery(
        label=f"{name} {folder}",
        name=name,
        ids={"sid": sid} if sid else {},
        email=email,
        files=tuple(files.items()),
        time=_time(about.get(":created_at")),
    )


def _time(value: object) -> datetime | None:
    """A time of the table in UTC; without a zone it is UTC already."""
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
