"""Asks a sandbox what a student's function returns with small edits of the student's code.

Everything that comes back is a claim of the student's process, and checked for its form only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.sandbox.failures import TimedOut, Violated
from autograder.sandbox.protocol import codec
from autograder.sandbox.protocol.remote_functions import Function
from autograder.sandbox.protocol.words import MOST_EDITS, MOST_LINES, Command
from autograder.sandbox.sandbox import Sandbox

SECONDS = 6.0
"""Computing time of all trials of one function, on the reference machine. Usual ones take a tenth
of it and end by their number. This ends what loops inside a library, or waits."""

Calls = Sequence[tuple[Sequence[Any], Mapping[str, Any], bool]]
"""Calls one after the other: positional arguments, keyword arguments, whether to watch them."""

Line = tuple[str, int]
"""The label of a cell, and the number of a line in it."""

_KEYS = ({"value"}, {"value", "arguments", "shares_memory"}, {"types", "text", "line"})


@dataclass(frozen=True)
class Traced:
    """What calls returned, the lines that ran in cells, and the number of steps.

    Each of the `results` has a "value", or "types", "text" and "line" of an exception. After an
    exception no further call was made. None means that the values cannot be read.
    """

    results: list[dict[str, Any]] | None
    lines: frozenset[Line]
    steps: int


@dataclass(frozen=True)
class Listed:
    """One edit: the line that it changes, and how early it is worth trying."""

    line: Line
    rank: int


class Trials:
    """The trials of one function of a submission.

    Args:
        sandbox: the submission.
        name: of the function.
        replaced: the functions of the trusted side that stand for others, as in `Sandbox.call`.

    All methods raise `CallFailed` if there is no answer, or one that cannot be right.
    """

    def __init__(self, sandbox: Sandbox, name: str, replaced: Mapping[str, Function]) -> None:
        self._sandbox = sandbox
        self._name = name
        self._replaced = replaced
        self._used = sandbox.observed().cpu_seconds

    def trace(self, calls: Calls, most_steps: int) -> Traced:
        """Make the calls with the student's code as it is."""
        fields = {"calls": self._given(calls), "steps": most_steps}
        value = self._asked(Command.TRACE_CALLS, fields)
        match value:
            case (bytes() as results, list() as lines, int() as steps):
                if len(lines) <= MOST_LINES and all(map(_is_line, lines)):
                    return Traced(self._results(results), frozenset(lines), steps)
        raise self._broken()

    def list_edits(self, lines: Sequence[Line], most: int) -> list[Listed]:
        """The edits in these lines of the code that the traced calls ran, at most `most`."""
        fields = {"lines": sorted(lines), "most": most}
        value = self._asked(Command.LIST_EDITS, fields)
        if type(value) is not list or len(value) > min(most, MOST_EDITS):
            raise self._broken()
        found = []
        for each in value:
            if type(each) is not tuple or len(each) != 3 or not _is_line(each[:2]):
                raise self._broken()
            found.append(Listed(each[:2], each[2] if type(each[2]) is int else 0))
        return found

    def try_edits(
        self, calls: Calls, edits: Sequence[int], most_steps: int
    ) -> list[list[dict[str, Any]] | None]:
        """Make the calls with each of the edits, by their numbers; results as in `Traced`."""
        fields = {
            "calls": self._given(calls), "edits": list(edits), "steps": most_steps
        }  # fmt: skip
        value = self._asked(Command.TRY_EDITS, fields)
        if type(value) is not list or len(value) != len(edits):
            raise self._broken()
        return [self._results(each) for each in value]

    def _given(self, calls: Calls) -> list[tuple[Sequence[Any], Mapping[str, Any], bool]]:
        translation = self._sandbox.translation_of(self._name)
        return [(*translation.call_to(args, kwargs), watch) for args, kwargs, watch in calls]

    def _results(self, payload: Any) -> list[dict[str, Any]] | None:
        results = _results(payload)
        translation = self._sandbox.translation_of(self._name)
        for each in results or []:
            if "value" in each:
                each["value"] = translation.value_from(each["value"])
            if isinstance(each.get("arguments"), list | tuple):
                each["arguments"] = translation.call_from(each["arguments"], {})[0]
        return results

    def _asked(self, command: Command, fields: Mapping[str, Any]) -> Any:
        seen = self._sandbox.observed()
        left = SECONDS - (seen.cpu_seconds - self._used) / seen.seconds_factor
        if left <= 0:
            raise TimedOut(f"trying edits of {self._name} computed for longer than {SECONDS:g} s.")
        return self._sandbox.attempt(
            command, self._name, fields, replaced=self._replaced, seconds=left
        )

    def _broken(self) -> Violated:
        return Violated(f"trying edits of {self._name} broke the rules.")


def _is_line(line: Any) -> bool:
    return type(line) is tuple and len(line) == 2 and type(line[0]) is str and type(line[1]) is int


def _results(payload: Any) -> list[dict[str, Any]] | None:
    if type(payload) is not bytes or not payload:
        return None
    try:
        results = codec.decode(payload)
    except codec.Malformed:
        return None
    if type(results) is not list or not all(
        type(each) is dict and set(each) in _KEYS for each in results
    ):
        return None
    return results
