"""Reads the text of a notebook without its outputs; memory does not grow with the outputs."""

from __future__ import annotations

import re
from typing import BinaryIO

from convgrade.errors import SubmissionRejected
from convgrade.submission.files import MAX_BYTES, MAX_FILE

MAX_EVENTS = 8_000_000
"""Limit for strings, brackets and colons. A notebook of 16 MB has a tenth of it without outputs."""
_CHUNK = 2**20
_DROPPED = {b"outputs": b"[]", b"widgets": b"{}"}
_LONGEST_KEY = max(map(len, _DROPPED))
_REST = rb'[^"\\]*+(?:\\.[^"\\]*+)*+"'  # possessive: each byte is matched once
_WHOLE_STRING = rb'"' + _REST
_REST_OF_STRING = re.compile(_REST, re.DOTALL)
_STRUCTURE = re.compile(_WHOLE_STRING + rb'|["{}\[\]:]', re.DOTALL)
_NESTED = re.compile(_WHOLE_STRING + rb'|["{}\[\]]', re.DOTALL)
_VALUE = re.compile(_WHOLE_STRING + rb'|["{}\[\],]', re.DOTALL)
_QUOTE = ord('"')


def without_outputs(file: BinaryIO, limit: int = MAX_BYTES) -> bytes:
    """Return JSON with the values of "outputs" and "widgets" emptied.

    Args:
        file: the notebook, open at its start.
        limit: bytes that the result may have.

    Raises:
        SubmissionRejected: the file, or the result, is too large.
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
        self._in_string = False  # one that began in an earlier chunk
        self._is_escaped = False
        self._text = b""  # the last string, or enough of it to show that it is not a key to drop
        self._skip_from: int | None = None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        start = 0  # of the part that is not kept yet
        position = self._end_of_string(chunk, 0) if self._in_string else 0
        while match := self._pattern().search(chunk, position):
            self._events += 1
            at, position = match.span()
            if chunk[at] != _QUOTE:
                start = self._meet(match.group(), chunk, at, start)
                continue
            self._text = b""
            if position - at > 1:
                self._text = chunk[at + 1 : min(position - 1, at + 2 + _LONGEST_KEY)]
            else:
                position = self._end_of_string(chunk, position)
        if self._events > MAX_EVENTS:
            raise SubmissionRejected("The notebook is too large; clear the outputs and save it.")
        if self._skip_from is None:
            self._keep(chunk[start:])

    def _end_of_string(self, chunk: bytes, position: int) -> int:
        """Where the current string ends in this chunk; the end of the chunk if it goes on."""
        match = _REST_OF_STRING.match(chunk, position + self._is_escaped)
        end = len(chunk) if match is None else match.end()
        if len(self._text) <= _LONGEST_KEY:
            stop = end if match is None else end - 1
            self._text += chunk[position : min(stop, position + 1 + _LONGEST_KEY)]
        self._in_string = match is None
        rest = chunk[position + self._is_escaped :] if match is None else b""
        self._is_escaped = (len(rest) - len(rest.rstrip(b"\\"))) % 2 == 1
        return end

    def _pattern(self) -> re.Pattern[bytes]:
        if self._skip_from is None:
            return _STRUCTURE
        return _NESTED if self._depth > self._skip_from else _VALUE

    def _meet(self, what: bytes, chunk: bytes, at: int, start: int) -> int:
        """Handle one bracket, colon or comma; return where the part that is not kept yet starts."""
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
            # A comma or the end of the object: the dropped value was no list and no object.
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
