"""Prepares the three standard streams: they must exist and must be able to show every character.

If a stream is closed, the next file that is opened would take its number. An ASCII terminal
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
"""Replacements of the same width, so that tables keep their columns."""
_HANDLER = "autograder.plain"


def prepare() -> None:
    """Open closed streams, and replace characters that a stream cannot show. Call it before a
    command.
    """
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
    """Flush the output after a command; return whether it was written (no full disk, no closed
    pipe).

    Output that cannot be written is dropped; otherwise Python would fail again when it exits.
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
    """Open the null device under the numbers of closed streams, so that no other file gets them."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            with contextlib.suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
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
