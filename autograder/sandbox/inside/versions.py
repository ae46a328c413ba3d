"""Runs versions of a student's functions: as they are with recorders, and with one edit each.

It runs in a sandbox, in the same process as the student's functions. What it returns are claims.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import itertools
import random
import resource
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache, partial
from types import CodeType, FrameType, ModuleType
from typing import Any

import numpy as np

from autograder.edits.recorded import COUNTS, RECORDS, record
from autograder.sandbox.inside.watched_calls import quiet
from convgrade.execution import tracebacks

STEP = "_q_step"
_MODULE = "submission"
MOST_SECONDS = 0.5  # of computing, of an edit in one call
MOST_MEMORY = 200 << 20  # bytes that an edit may add in one call
MOST_KEPT = 3  # values of one spot, the first ones
MOST_NUMBERS = 20_000  # of one answer
MOST_SHOWN = 24  # numbers of a value that is kept at a spot


class TooMuch(BaseException):
    """A call ran its loops for too long, computed for too long, or ended its own trace."""


def run_versions(
    versions: Sequence[dict[str, Any]],
    calls: Sequence[Any],
    name: str,
    seed: int,
    most_steps: int,
    is_traced: bool,
) -> list[Any]:
    """Make calls with each version of a program.

    Args:
        versions: each with "texts", the definitions in order, and "recorded", the numbers of those
            definitions into which recorders are put.
        calls: positional and keyword arguments. A dict of the one key "generator" stands for a
            random generator with that seed.
        name: the function to call.
        seed: added to the seeds of generators, and the seed of NumPy's and Python's own.
        most_steps: of loops, in one call.
        is_traced: whether lines of recorded versions are traced, as a debugger does.

    Returns:
        For each version, for each call: a dict with "value", or "error" (the names of its types)
        with "frames" (number of the definition, line), or neither; and "spots", a list of
        (definition, index, count, values). None for a version that cannot be loaded.
    """
    with quiet():
        return [_answers(each, calls, name, seed, most_steps, is_traced) for each in versions]


class _Records:
    """What the recorders of a version report during one call."""

    def __init__(self) -> None:
        self.counts: dict[tuple[int, int], int] = defaultdict(int)
        self.values: dict[tuple[int, int], list[Any]] = defaultdict(list)

    def count(self, definition: int, spot: int) -> None:
        self.counts[definition, spot] += 1

    def value(self, definition: int, spot: int, value: Any) -> Any:
        self.counts[definition, spot] += 1
        kept = self.values[definition, spot]
        if len(kept) < MOST_KEPT:
            kept.append(_summary(value))
        return value

    def clear(self) -> list[Any]:
        found = [
            (*spot, count, self.values.get(spot, [])) for spot, count in sorted(self.counts.items())
        ]
        self.counts.clear()
        self.values.clear()
        return found


def _answers(
    version: dict[str, Any],
    calls: Sequence[Any],
    name: str,
    seed: int,
    most_steps: int,
    is_traced: bool,
) -> list[Any] | None:
    records = _Records()
    try:
        namespace = loaded(version["texts"], version["recorded"], records)
    except Exception:  # the student's own code may raise anything while it is defined
        return None
    function = namespace.get(name)
    if not callable(function):
        return None
    answers = []
    for args, kwargs in calls:
        arguments = [_argument(each, seed) for each in copy.deepcopy(args)]
        random.seed(seed)
        np.random.seed(seed)
        namespace[STEP] = partial(next_step, itertools.count(), most_steps)
        records.clear()
        try:
            with _around(is_traced, bool(version["recorded"])):
                answer = called(function, arguments, copy.deepcopy(kwargs))
        except TooMuch:
            answer = {}
        answers.append({**answer, "spots": records.clear()})
        if not answer and not version["recorded"]:
            break  # an edit of which nothing is known in one call is of no use
    unknown: list[dict[str, Any]] = [{"spots": []} for _ in calls[len(answers) :]]
    return [*answers, *unknown]


def loaded(
    texts: Sequence[str], recorded: Sequence[int] = (), records: _Records | None = None
) -> dict[str, Any]:
    """The names that definitions define; those in `recorded` report to `records`."""
    module = ModuleType(_MODULE)
    sys.modules[_MODULE] = module  # decorators of classes look there
    namespace = module.__dict__
    namespace[STEP] = lambda: None
    for number, text in enumerate(texts):
        if records is not None:
            namespace[f"{COUNTS}_{number}"] = partial(records.count, number)
            namespace[f"{RECORDS}_{number}"] = partial(records.value, number)
        exec(_compiled(text, number, number in recorded), namespace)
    return namespace


@lru_cache(maxsize=256)
def _compiled(text: str, number: int, is_recorded: bool) -> CodeType:
    """The code of a definition; most versions have most of them in common."""
    tree = ast.parse(text)
    if is_recorded:
        record(tree, text)
        _numbered(tree, number)
    StepsInLoops().visit(tree)
    return compile(tree, tracebacks.file_of(f"definition {number}"), "exec")


def _numbered(tree: ast.AST, number: int) -> None:
    """Give the recorders the number of their definition."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in (COUNTS, RECORDS):
            node.id = f"{node.id}_{number}"


class StepsInLoops(ast.NodeTransformer):
    """Counts a step at the beginning of each loop's body."""

    def visit_For(self, node: ast.For) -> ast.For:
        return self._with_step(node)  # type: ignore[no-any-return]

    def visit_While(self, node: ast.While) -> ast.While:
        return self._with_step(node)  # type: ignore[no-any-return]

    def _with_step(self, node: Any) -> Any:
        self.generic_visit(node)
        step = ast.Expr(ast.Call(ast.Name(STEP, ast.Load()), [], []))
        for each in ast.walk(step):
            ast.copy_location(each, node.body[0])
        node.body.insert(0, step)
        return node


def next_step(steps: Iterator[int], most: int) -> None:
    """Count a step of a loop. Raises TooMuch after the last one."""
    if next(steps) > most:
        raise TooMuch


def _argument(value: Any, seed: int) -> Any:
    if type(value) is dict and set(value) == {"generator"}:
        return np.random.default_rng(value["generator"] + seed)
    return value


def called(
    function: Any, args: list[Any], kwargs: Any, most_numbers: int = MOST_NUMBERS
) -> dict[str, Any]:
    """What a call returned or raised, as `run_versions` returns it, without "spots"."""
    try:
        value = function(*args, **kwargs)
    except (TooMuch, MemoryError):
        return {}
    except BaseException as error:
        frames = [
            (int(tracebacks.label_of(file).rpartition(" ")[2]), line)
            for file, line in _cell_frames(error)
        ]
        return {"error": tracebacks.type_names(error), "frames": frames[:20]}
    plain = _plain(value, most_numbers)
    return {} if plain is None else {"value": plain[0]}


def _cell_frames(error: BaseException) -> Iterator[tuple[str, int]]:
    at = error.__traceback__
    while at is not None:
        file = at.tb_frame.f_code.co_filename
        if tracebacks.is_cell(file) and "definition " in file:
            yield file, at.tb_lineno
        at = at.tb_next


def _around(is_traced: bool, is_recorded: bool) -> AbstractContextManager[None]:
    """What surrounds a call: a debugger's trace, nothing, or the bounds of an edit."""
    if not is_recorded:
        return bounded(MOST_SECONDS)
    return _traced() if is_traced else contextlib.nullcontext()


@contextlib.contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Bound time and memory of an edit: it may loop where no step is counted, or fill a list."""

    def stop(signal_number: int, frame: FrameType | None) -> None:
        raise TooMuch

    with open("/proc/self/statm") as file:
        data = int(file.read().split()[5]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_DATA)
    handler = signal.signal(signal.SIGVTALRM, stop)
    resource.setrlimit(resource.RLIMIT_DATA, (data + MOST_MEMORY, before[1]))
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        resource.setrlimit(resource.RLIMIT_DATA, before)
        signal.signal(signal.SIGVTALRM, handler)


@contextlib.contextmanager
def _traced() -> Iterator[None]:
    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        return trace if tracebacks.is_cell(frame.f_code.co_filename) else None

    sys.settrace(trace)
    try:
        yield
        if sys.gettrace() is not trace:
            raise TooMuch  # the student's code ended it
    finally:
        sys.settrace(None)


def _summary(value: Any) -> tuple[Any, tuple[int, ...] | None]:
    """A value at a spot as plain data, or None; and the shape of an array, or None."""
    shape = value.shape if type(value) is np.ndarray else None
    plain = _plain(value, MOST_SHOWN)
    return (None if plain is None else plain[0]), shape


def _plain(value: Any, most: int) -> tuple[Any] | None:
    """A value as plain data, in a tuple; None if it has no such form or is large."""
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return (value,)
    if type(value) in (bool, int, float, str):
        return (value,)
    if type(value) is np.ndarray:
        is_small = value.size <= most and value.dtype.kind in "biuf"
        return (np.array(value),) if is_small else None
    if type(value) in (list, tuple) and len(value) <= most:
        items = [_plain(each, most // max(len(value), 1)) for each in value]
        return None if None in items else (type(value)(item[0] for item in items if item),)
    if type(value) is dict and len(value) <= most:
        found = {str(key): _plain(each, most // len(value)) for key, each in value.items()}
        return None if None in found.values() else ({k: v[0] for k, v in found.items() if v},)
    if hasattr(value, "__array__") and not isinstance(value, type):
        return _plain(np.asarray(value), most)
    return None
