"""Describes a student's exception: its types, its text, and the student's lines of the traceback.

It runs in the same process as student code, and is safe with exceptions that misbehave.
"""

from __future__ import annotations

import linecache
import os
from collections.abc import Iterator
from types import FrameType
from typing import Any

MAX_TEXT = 4_000
MAX_FRAMES = 12
CELL_SUFFIX = " of the submission>"


def file_of(label: str) -> str:
    """The file name under which the code of a cell runs; it identifies its frames."""
    return f"<{label}{CELL_SUFFIX}"


def is_cell(file: str) -> bool:
    """Whether a file name belongs to a cell."""
    return file.endswith(CELL_SUFFIX)


def label_of(file: str) -> str:
    """The label of the cell that runs under a file name."""
    return file[1 : -len(CELL_SUFFIX)]


_folder = ""


def also_in(folder: str) -> None:
    """Count modules in this folder as student code too."""
    global _folder
    _folder = os.path.join(os.path.realpath(folder), "")


def is_students(file: str) -> bool:
    """Whether code of this file name is the student's: a cell, or a module in the file's folder."""
    beside = bool(_folder) and file.startswith(_folder) and "site-packages" not in file
    return beside or is_cell(file)


def error_fields(error: BaseException) -> dict[str, Any]:
    """The fields of an "error" answer."""
    return {
        "outcome": "error",
        "types": type_names(error),
        "text": text_of(error),
        "line": line_of(error),
        "traceback": student_traceback(error),
    }


def type_names(error: BaseException) -> list[str]:
    """The names of the exception's class and its bases, most specific first."""
    return [str(cls.__name__)[:100] for cls in type.mro(type(error))[:-1]][:20]


def text_of(error: BaseException) -> str:
    """`str(error)`, bounded in length, even if its class misbehaves."""
    try:
        if isinstance(error, SyntaxError) and type(error).__str__ is SyntaxError.__str__:
            return str(error.msg)[:MAX_TEXT]
        text = str(error)
        return str.__getitem__(text, slice(MAX_TEXT))
    except BaseException as trouble:
        return f"(its text cannot be shown: {type(trouble).__name__})"


def line_of(error: BaseException) -> int:
    """The last line of a cell that the exception passed through; 0 if there is none."""
    if isinstance(error, SyntaxError) and is_cell(str(error.filename)):
        line = error.lineno if isinstance(error.lineno, int) else 0
        return min(max(line, 0), 10**6)
    lines = [line for file, line, _ in _student_frames(error) if is_cell(file)]
    return lines[-1] if lines else 0


def is_raised_by_student(error: BaseException) -> bool:
    """Whether the raising statement is in student code, not in a library."""
    innermost = ""
    for frame, _ in _frames(error):
        innermost = frame.f_code.co_filename
    return is_students(innermost)


def student_traceback(error: BaseException) -> str:
    """The last few frames of student code, one line "where: code" each."""
    frames = list(_student_frames(error))
    shown = [
        f"{_place(file)}, line {line}, in {name}: {linecache.getline(file, line).strip()}"[:300]
        for file, line, name in frames[-MAX_FRAMES:]
    ]
    return "\n".join(["..."] * (len(frames) > MAX_FRAMES) + shown)


def _place(file: str) -> str:
    return label_of(file) if is_cell(file) else os.path.basename(file)


def _student_frames(error: BaseException) -> Iterator[tuple[str, int, str]]:
    for frame, line in _frames(error):
        if is_students(file := frame.f_code.co_filename):
            yield file, line, frame.f_code.co_name


def _frames(error: BaseException) -> Iterator[tuple[FrameType, int]]:
    traceback = error.__traceback__
    for _ in range(5000):
        if traceback is None:
            return
        yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next
