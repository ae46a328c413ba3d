"""What a student's exception says: its types, its text, its own lines of the traceback.

Runs inside the fork; safe with exceptions that themselves misbehave.
"""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from types import FrameType
from typing import Any

MAX_TEXT = 4_000
MAX_FRAMES = 12
CELL_SUFFIX = " of the submission>"


def file_of(label: str) -> str:
    """The file name under which a cell's code runs, by which its frames are known."""
    return f"<{label}{CELL_SUFFIX}"


def is_cell(file: str) -> bool:
    """Whether that file name is a cell's."""
    return file.endswith(CELL_SUFFIX)


def label_of(file: str) -> str:
    """The label of the cell that runs under that file name."""
    return file[1 : -len(CELL_SUFFIX)]


_blank_lines: dict[str, int] = {}


def skip_blank_lines(file: str, source: str) -> None:
    """IPython drops the blank lines that a cell begins with; line numbers should not."""
    lines = source.splitlines()
    _blank_lines[file] = next((i for i, line in enumerate(lines) if line.strip()), 0)


def described(error: BaseException) -> dict[str, Any]:
    """The fields of an "error" answer."""
    return {
        "outcome": "error",
        "types": type_names(error),
        "text": text_of(error),
        "line": line_of(error),
        "traceback": student_traceback(error),
    }


def type_names(error: BaseException) -> list[str]:
    """The names of the exception's classes, the most particular first."""
    return [str(cls.__name__)[:100] for cls in type.mro(type(error))[:-1]][:20]


def text_of(error: BaseException) -> str:
    """`str(error)`, bounded, whatever its class does about it."""
    try:
        if isinstance(error, SyntaxError) and type(error).__str__ is SyntaxError.__str__:
            return str(error.msg)[:MAX_TEXT]
        text = str(error)
        return str.__getitem__(text, slice(MAX_TEXT))
    except BaseException as trouble:
        return f"(its text cannot be shown: {type(trouble).__name__})"


def line_of(error: BaseException) -> int:
    """The last line of a cell that the exception passed through; 0 if there is none."""
    if isinstance(error, SyntaxError) and isinstance(error.lineno, int):
        skipped = _blank_lines.get(error.filename or "", 0)
        return min(max(error.lineno + skipped, 0), 10**6)
    lines = [line for _, line, _ in _student_frames(error)]
    return lines[-1] if lines else 0


def student_traceback(error: BaseException) -> str:
    """The student's own frames, the last few, one "where: code" line each."""
    frames = list(_student_frames(error))
    shown = [
        f"{label_of(file)}, line {line}, in {name}: {_code(file, line)}"[:300]
        for file, line, name in frames[-MAX_FRAMES:]
    ]
    return "\n".join(["..."] * (len(frames) > MAX_FRAMES) + shown)


def _student_frames(error: BaseException) -> Iterator[tuple[str, int, str]]:
    traceback = error.__traceback__
    for _ in range(5000):
        if traceback is None:
            return
        frame: FrameType = traceback.tb_frame
        file = frame.f_code.co_filename
        if is_cell(file):
            line = traceback.tb_lineno + _blank_lines.get(file, 0)
            yield file, line, frame.f_code.co_name
        traceback = traceback.tb_next


def _code(file: str, line: int) -> str:
    return linecache.getline(file, line - _blank_lines.get(file, 0)).strip()
