"""The trusted side's data classes for what goes into a sandbox and what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from autograder.sandbox.host.callbacks import Callbacks

Call = tuple[Sequence[Any], Mapping[str, Any]]
"""Positional and keyword arguments of a call."""

CellOutcome = Literal["ok", "error", "timeout", "crashed", "violation"]


@dataclass(frozen=True)
class Cell:
    """One unit of student code; `label` is its name in messages: "cell 7 (max_pool2d)".

    `settles` names the functions whose definition after this cell is the one that is graded.
    """

    label: str
    source: str
    settles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """Why one statement of a cell did not finish.

    `names` are those that it would have defined; `line` is its line in the cell. Both are claims.
    """

    outcome: CellOutcome
    sentence: str
    line: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellReport:
    """The result of running a cell: a claim, except for timeout, crashed and violation.

    `error` states the first of the `problems` of its statements; `outcome` is the worst outcome.
    """

    label: str
    outcome: CellOutcome
    error: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far a cell has come, as the worker claims: the next statement, and how many there are.

    `line` and `names` are those of the next statement. Each of the `problems` has the number of its
    statement. For a finished cell, `rebound` holds the names that it gave another meaning, each as
    (exercise, name, the cell after which the exercise's function counts).
    """

    next: int
    of: int
    line: int = 0
    names: tuple[str, ...] = ()
    problems: tuple[tuple[int, Problem], ...] = ()
    more: int = 0
    rebound: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a call returned.

    With `watch` there are two claims in addition: its arguments after the call, and whether the
    returned value shares memory with one of them. `seconds` are wall time, measured outside.
    """

    value: Any
    arguments: tuple[Any, ...] | None = None
    shares_memory: bool | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Observations:
    """What was observed of a submission so far: claims and limits, never a reason for points.

    `cpu_seconds` are seconds on this machine; `seconds_factor` of them count as one second of the
    limits. `output` is the beginning of what was printed, `output_bytes` its total size.
    """

    notes: tuple[str, ...]
    attention: tuple[str, ...]
    limits_hit: tuple[str, ...]
    violations: tuple[str, ...]
    restarts: int
    cpu_seconds: float
    seconds_factor: float
    output: str
    output_bytes: int


@dataclass(frozen=True)
class Request:
    """One request to the worker: its name in messages (`what`), and the message itself.

    `callbacks` answers the callbacks of the call, if it may send any. `seconds` of computing time
    replace `Limits.call_seconds`. `after` is given for requests that run a cell: how far the cell
    has come before.
    """

    what: str
    message: dict[str, Any]
    watch: bool = False
    callbacks: Callbacks | None = None
    seconds: float | None = None
    after: Progress | None = None
