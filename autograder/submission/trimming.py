"""The text of a notebook without its outputs, in memory that does not grow with them."""

from __future__ import annotations

import re
from typing import BinaryIO

from autograder.errors import SubmissionRejected
from autograder.submission.files import MAX_BYTES, MAX_FILE

MAX_EVENTS = 30_000_000
_CHUNK = 2**20
_DROPPED = {b"outputs": b"[]", b"widgets": b"{}"}
_LONGEST_KEY = max(map(len, _DROPPED))
_STRUCTURE = re.compile(rb'["{}\[\]:]')
_NESTED = re.compile(rb'["{}\[\]]')
_VALUE = re.compile(rb'["{}\[\],]')
_IN_STRING = re.compile(rb'["\\]')


def without_outputs(file: BinaryIO, limit: int = MAX_BYTES) -> bytes:
    """JSON with the values of "outputs" and "widgets" emptied, whatever else is in them.

    Raises:
        SubmissionRejected: the file, or what is left of it, is too large.
    """
    trimmer = _Trimmer(limit)
    left = MAX_FILE
    while chunk := file.read(_CHUNK):
        left -= len(chunk)
        if left < 0:
            raise SubmissionRejected(
                f"The file is larger than {MAX_FILE // 2**20} MB; clear the outputs and save it "
                "again."
            )
        trimmer.feed(chunk)
    return b"".join(trimmer.kept)


class _Trimmer:
    """Follows strings and brackets through the chunks, and keeps what is not in a dropped value."""

    def __init__(self, limit: int) -> None:
        self.kept: list[bytes] = []
        self._size = 0
        self._limit = limit
        self._events = 0
        self._depth = 0
        self._in_string = False
        self._is_escaped = False
        self._text = b""
        self._skip_from: int | None = None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        position = start = 0  # start: of what is not yet kept
        while position < len(chunk):
            if self._is_escaped:
                self._is_escaped = False
                position += 1
                continue
            match = self._pattern().search(chunk, position)
            end = len(chunk) if match is None else match.start()
            if self._in_string and len(self._text) <= _LONGEST_KEY:
                self._text += chunk[position : min(end, position + _LONGEST_KEY + 1)]
            if match is None:
                break
            self._events += 1
            start = self._meet(match.group(), chunk, end, start)
            position = match.end()
        if self._events > MAX_EVENTS:
            raise SubmissionRejected("The notebook is too large; clear the outputs and save it.")
        if self._skip_from is None:
            self._keep(chunk[start:])

    def _pattern(self) -> re.Pattern[bytes]:
        if self._in_string:
            return _IN_STRING
        if self._skip_from is None:
            return _STRUCTURE
        return _NESTED if self._depth > self._skip_from else _VALUE

    def _meet(self, what: bytes, chunk: bytes, at: int, start: int) -> int:
        """Note one quote, bracket, colon or comma; returns where what is not yet kept starts."""
        if self._in_string:
            self._in_string = what != b'"'
            self._is_escaped = what == b"\\"
            if self._is_escaped:
                self._text += b"\\"
            return start
        if what == b'"':
            self._in_string, self._text = True, b""
            return start
        if what == b":":
            if self._text in _DROPPED and self._depth >= 2:
                self._keep(chunk[start : at + 1])
                self._keep(_DROPPED[self._text])
                self._skip_from = self._depth
            self._text = b""
            return start
        if what in b"{[":
            self._depth += 1
            return start
        closes = what in b"}]"
        if self._skip_from is not None and self._depth == self._skip_from:
            # A comma, or the end of the object: the dropped value was no list or object.
            self._skip_from = None
            start = at
        if closes:
            self._depth -= 1
            if self._skip_from is not None and self._depth == self._skip_from:
                self._skip_from = None
                start = at + 1
        return start

    def _keep(self, part: bytes) -> None:
        self.kept.append(part)
        self._size += len(part)
        if self._size > self._limit:
            raise SubmissionRejected(
                f"The notebook is larger than {self._limit // 2**20} MB without its outputs."
            )
