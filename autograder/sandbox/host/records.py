"""What goes into a sandbox and what comes out of it, as the trusted side holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from autograder.sandbox.host.callbacks import Callbacks

CellOutcome = Literal["ok", "error", "timeout", "crashed", "violation"]


@dataclass(frozen=True)
class Cell:
    """One unit of student code; `label` is what messages call it: "cell 7 (max_pool2d)".

    `settles` names functions that count as they stand once this cell has run.
    """

    label: str
    source: str
    settles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """What kept one statement of a cell from its end.

    `names` are those that it would have given a meaning, and `line` its line in the cell: claims.
    """

    outcome: CellOutcome
    sentence: str
    line: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellReport:
    """What came of running a cell: a claim, except for timeout, crashed and violation.

    `error` tells the first of the `problems` that its statements had, `outcome` the worst.
    """

    label: str
    outcome: CellOutcome
    error: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How far a cell has come, as the worker says: the statement to run next, and of how many.

    `line` and `names` are those of the next statement. `problems` go by the numbers of their
    statements. `rebound` holds, for a cell at its end, names that it gave another meaning, each
    as (exercise, name, the cell after which the exercise's function counts).
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

    With `watch` there are two claims besides: its arguments afterwards, and whether what it
    returned shares memory with one of them. `seconds` are wall time, measured outside.
    """

    value: Any
    arguments: tuple[Any, ...] | None = None
    shares_memory: bool | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Observations:
    """What a sandbox saw of a submission so far: claims and limits, never a reason for points.

    `cpu_seconds` are of this machine, of which `seconds_factor` stand for one of the limits'
    seconds; `output` is the beginning of what was printed, `output_bytes` the size of all of it.
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
    """One thing that the worker is to do: what messages call it, and the message itself.

    `callbacks` answers what it asks back meanwhile, where it may; `seconds` of computing time
    stand for the limits' own. With `after` it goes on with a cell, of which so much is behind it.
    """

    what: str
    message: dict[str, Any]
    watch: bool = False
    callbacks: Callbacks | None = None
    seconds: float | None = None
    after: Progress | None = None
