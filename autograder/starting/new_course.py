"""A new course: a folder with assignments of the package, or with none."""

from __future__ import annotations

import difflib
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from string import Template

from autograder.course.shipped import assignment_of, shipped_files
from autograder.errors import AutograderError, UnknownAssignment
from autograder.starting.new_files import write_new

TEMPLATES = Path(__file__).with_name("templates")
IGNORED = frozenset({".git"})
"""What a folder for a new course may hold: it may be a new repository."""


def new_course(folder: Path, wanted: Collection[str] | None = None) -> tuple[str, ...]:
    """Make a course in a new or empty folder.

    After an error or Ctrl-C nothing of it is there.

    Args:
        folder: where.
        wanted: its assignments; None for all that the package has.

    Returns:
        The names of its assignments, sorted.

    Raises:
        AutograderError: the folder is not empty, or the package came without its assignments.
        UnknownAssignment: the package has no such assignment.
    """
    _require_empty(folder)
    shipped = _shipped()
    names = _chosen(wanted, sorted({assignment_of(file) for file in shipped} - {""}))
    files = {
        ".gitignore": _template("gitignore"),
        "README.md": _readme(names),
    }
    of_course = {file for file in shipped if assignment_of(file) in ("", *names)}
    files |= {file: shipped[file] for file in sorted(of_course, key=_marker_last)}
    write_new(folder, files)
    return names


def _marker_last(file: str) -> tuple[bool, str]:
    """The file without assignment makes a folder a course: it is written when all others are."""
    return not assignment_of(file), file


def _require_empty(folder: Path) -> None:
    if not str(folder).isprintable():
        raise AutograderError(f"{str(folder)!a} has a control character: choose another name.")
    if folder.is_dir():
        if {each.name for each in folder.iterdir()} - IGNORED:
            raise AutograderError(f"{folder} is not empty: choose a new or an empty folder.")
    elif folder.exists() or folder.is_symlink():
        raise AutograderError(f"{folder} is not a folder: choose another name.")


def _shipped() -> Mapping[str, bytes]:
    try:
        files = shipped_files()
    except zipfile.BadZipFile:
        raise AutograderError(
            "The course that came with the package is damaged: install convgrade again."
        ) from None
    if not files:
        raise AutograderError(
            "This installation came without the course: install convgrade from its wheel, or run "
            "this in a clone of its repository."
        )
    return files


def _chosen(wanted: Collection[str] | None, known: list[str]) -> tuple[str, ...]:
    if wanted is None:
        return tuple(known)
    for name in wanted:
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            meant = f"; did you mean {close[0]}?" if close else "."
            shown = ascii(name if len(name) <= 60 else name[:60] + "…")
            raise UnknownAssignment(
                f"The package has no assignment {shown}{meant} It has {', '.join(known)}."
            )
    return tuple(sorted(set(wanted)))


def _template(name: str, **values: str) -> bytes:
    text = (TEMPLATES / f"{name}.template").read_text(encoding="utf-8")
    return Template(text).substitute(values).encode()


def _readme(names: tuple[str, ...]) -> bytes:
    first = names[0] if names else "NAME"
    listed = "\n".join(f"* `{name}`" for name in names)
    none = "None yet: `autograder new NAME` adds one."
    return _template("README.md", assignments=listed or none, first=first)
