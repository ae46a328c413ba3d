"""Reads and executes the files of a course's authors in the grader's process: they are its own."""

from __future__ import annotations

import types
from pathlib import Path

from autograder.suite.faults import author_error, author_fault


def executed(file: Path, text: str) -> types.ModuleType:
    """The module of a file of the course's authors.

    Args:
        file: the file, by which errors are named.
        text: what it holds.

    Raises:
        SuiteError: it cannot be executed; names the file and the line.
    """
    module = types.ModuleType(f"{file.parent.name}_{file.stem}")
    module.__file__ = str(file)
    try:
        exec(compile(text, str(file), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        raise author_fault(error, file) from error
    return module


def require_name(mark: str, name: object) -> None:
    """Refuse a mark without its name, as in `@probes` in place of `@probes("x")`.

    Raises:
        TypeError: the name is no text.
    """
    if not isinstance(name, str):
        raise TypeError(f'@{mark} needs a name in brackets, as in @{mark}("x")')


def author_text(file: Path) -> str:
    """The text of a file of the course's authors. A byte order mark at its beginning is left out.

    Raises:
        SuiteError: it is not UTF-8. The message has the file and the line.
        OSError: it cannot be read.
    """
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise author_error(file, line, "this is not UTF-8: save the file as UTF-8.") from None
    return text.replace("\r\n", "\n")
