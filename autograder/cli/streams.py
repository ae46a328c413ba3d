"""The three standard streams as commands need them: there, and able to show every character.

A closed stream would have the next file that is opened take its number, and an ASCII terminal
(`LANG=C`) would end a command at the first `●`.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys

PLAIN = {
    "●": "*",
    "◐": "+",
    "○": "o",
    "✓": "v",
    "✗": "x",
    "…": "~",
    "·": ".",
    "→": ">",
    "\N{EN DASH}": "-",
    "\N{MINUS SIGN}": "-",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "“": '"',
    "”": '"',
    "\N{NO-BREAK SPACE}": " ",
}
"""As wide as what they stand for, so that tables keep their columns."""
_HANDLER = "autograder.plain"


def prepare() -> None:
    """Before a command runs: open what is closed, and have no character end it."""
    _occupy_descriptors()
    codecs.register_error(_HANDLER, _plainer)
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        if stream is None:
            with contextlib.suppress(OSError):
                mode = "r" if number == 0 else "w"
                setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
        elif number and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def finish() -> bool:
    """After it: what was printed is out; false where it could not be (a full disk, a closed pipe).

    What cannot be written is dropped, or Python would fail with it once more at its end.
    """
    whole = True
    for name, number in (("stdout", 1), ("stderr", 2)):
        try:
            getattr(sys, name).flush()
        except (OSError, ValueError):
            whole = False
            with contextlib.suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), number)
    return whole


def _occupy_descriptors() -> None:
    """Give the numbers of closed streams to nothing, so that no other file gets one."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
                os.set_inheritable(number, True)


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    shown = "".join(
        PLAIN.get(character, character.encode("ascii", "backslashreplace").decode())
        for character in text
    )
    return shown, error.end
