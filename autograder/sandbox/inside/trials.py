"""Calls a function with one edit of the student's code, and then takes the edit back.

It runs in the worker process, after the tests. What it reports are claims that never change points.
The student's code is parsed here, under the limits of this process, and nowhere else.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import gc
import itertools
import linecache
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import CodeType, FunctionType
from typing import Any

from autograder.edits import Edit, edits_of
from autograder.sandbox.inside.watched_calls import Tracer, quiet, results_of
from autograder.sandbox.protocol.words import MOST_EDITS, MOST_LINES
from convgrade.execution import tracebacks
from convgrade.execution.session import Session
from convgrade.execution.statements import statements

MOST_BYTES_IN_ALL = 1 << 25  # of the values of one request
_STEP = "_step_of_a_trial"
_FLAGS = __future__.annotations.compiler_flag  # type hints are not evaluated again


class Trials:
    """The edits of the functions that calls have run, and what calls return with one of them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._codes: set[CodeType] = set()
        self._types: dict[str, str] = {}
        self._candidates: list[tuple[Edit, _Definition]] = []

    def traced(
        self, function: Any, calls: Sequence[Any], most_steps: int
    ) -> tuple[bytes, list[tuple[str, int]], int]:
        """What the calls return as they are, the lines that ran, and how many steps that took."""
        tracer = Tracer(most_steps, seen=set())
        with quiet():
            results = results_of(function, calls, tracer)
        self._types = {**tracer.types, **self._types}
        self._codes |= {code for code, _ in tracer.seen or ()}
        lines = {(tracebacks.label_of(code.co_filename), n) for code, n in tracer.seen or ()}
        return results, sorted(lines)[:MOST_LINES], tracer.steps

    def listed(self, lines: Sequence[tuple[str, int]], most: int) -> list[tuple[str, int, int]]:
        """Prepare the edits of lines that ran; return cell, line and rank of each."""
        self._candidates = []
        for file in sorted({code.co_filename for code in self._codes}):
            label = tracebacks.label_of(file)
            wanted = {number for cell, number in lines if cell == label}
            for definition in _definitions(self._session, file, self._codes):
                if not wanted.intersection(range(*definition.lines)):
                    continue
                edits = edits_of(definition.node, wanted, insertions=True, types=self._types)
                self._candidates += [(edit, definition) for edit in edits]
        self._candidates.sort(key=lambda candidate: candidate[0].rank)
        del self._candidates[min(most, MOST_EDITS) :]
        return [
            (tracebacks.label_of(definition.file), edit.line, edit.rank)
            for edit, definition in self._candidates
        ]

    def tried(
        self, function: Any, calls: Sequence[Any], numbers: Sequence[int], most_steps: int
    ) -> list[bytes]:
        """What the calls return with each of the edits; empty for one that cannot be made.

        Each try may run `most_steps` lines.
        """
        as_they_are = [
            pair
            for definition in {id(each): each for _, each in self._candidates}.values()
            for pair in definition.compiled(None, self._session.namespace)
        ]
        with quiet(), _in_place(as_they_are):
            found: list[bytes] = []
            size = 0
            for number in numbers:
                is_too_much = size > MOST_BYTES_IN_ALL
                found.append(
                    b"" if is_too_much else self._tried(function, calls, number, most_steps)
                )
                size += len(found[-1])
            return found

    def _tried(self, function: Any, calls: Sequence[Any], number: int, most_steps: int) -> bytes:
        edit, definition = self._candidates[number]
        try:
            changed = definition.compiled(edit, self._session.namespace)
        except Exception:
            return b""
        builtins.__dict__[_STEP] = partial(next, itertools.repeat(None, most_steps))
        with _in_place(changed):
            return results_of(function, calls, None)


class _Definition:
    """A top-level function or class of a cell, and the functions that exist of it."""

    def __init__(self, node: ast.stmt, file: str, functions: Sequence[FunctionType]) -> None:
        self.node = node
        self.file = file
        self.lines = (node.lineno, (node.end_lineno or node.lineno) + 1)
        self._functions = functions

    def compiled(
        self, edit: Edit | None, namespace: dict[str, Any]
    ) -> list[tuple[FunctionType, FunctionType | CodeType]]:
        """The functions, and what each of them is with the edit and with steps that are counted."""
        with edit.applied() if edit else contextlib.nullcontext(), _counting(self.node):
            module = ast.Module([self.node], [])
            code = compile(module, self.file, "exec", _FLAGS, dont_inherit=True)
        pairs: list[tuple[FunctionType, FunctionType | CodeType]] = []
        if isinstance(self.node, ast.FunctionDef) and not self.node.decorator_list:
            scratch = dict(namespace)
            exec(code, scratch)
            new = scratch[self.node.name]
            pairs += [(f, new) for f in self._functions if _key(f.__code__) == _key(new.__code__)]
        codes = {_key(each): each for each in _nested(code)}
        done = {id(function) for function, _ in pairs}
        pairs += [
            (each, codes[_key(each.__code__)])
            for each in self._functions
            if id(each) not in done and _key(each.__code__) in codes
        ]
        return pairs


def _definitions(session: Session, file: str, codes: set[CodeType]) -> Iterator[_Definition]:
    """The top-level definitions of a cell that contain code that ran."""
    own = [code for code in codes if code.co_filename == file]
    functions = [
        each
        for code in own
        for each in gc.get_referrers(code)
        if type(each) is FunctionType and each.__code__ is code
    ]
    source = "".join(linecache.cache[file][2])  # type: ignore[misc]
    for statement in statements(session.shell, source, file):
        for part in statement.parts:
            if isinstance(part, ast.FunctionDef | ast.ClassDef):
                within = range(statement.line, (part.end_lineno or part.lineno) + 1)
                if any(code.co_firstlineno in within for code in own):
                    mine = [f for f in functions if f.__code__.co_firstlineno in within]
                    yield _Definition(part, file, mine)


@contextmanager
def _counting(definition: ast.stmt) -> Iterator[None]:
    """Begin the body of each loop with a step, inside the block."""
    bodies = [loop.body for loop in _loops(definition)]
    for body in bodies:
        at = body[0]
        step = ast.Expr(ast.Call(ast.Name(_STEP, ast.Load()), [], []))
        for node in (step, step.value, step.value.func):  # type: ignore[attr-defined]
            ast.copy_location(node, at)
        body.insert(0, step)
    try:
        yield
    finally:
        for body in bodies:
            del body[0]


def _loops(statement: ast.stmt) -> Iterator[ast.For | ast.While]:
    if isinstance(statement, ast.For | ast.While):
        yield statement
    for block in ("body", "orelse", "finalbody"):
        for each in getattr(statement, block, ()):
            yield from _loops(each)
    for handler in getattr(statement, "handlers", ()):
        for each in handler.body:
            yield from _loops(each)


def _nested(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _nested(each)


def _key(code: CodeType) -> tuple[str, int, tuple[str, ...]]:
    return code.co_qualname, code.co_firstlineno, code.co_freevars


@contextmanager
def _in_place(changed: list[tuple[FunctionType, FunctionType | CodeType]]) -> Iterator[None]:
    """Give functions other code, and default values, inside the block."""
    before = [(each, each.__code__, each.__defaults__, each.__kwdefaults__) for each, _ in changed]
    try:
        for function, new in changed:
            if isinstance(new, FunctionType):
                function.__defaults__ = new.__defaults__
                function.__kwdefaults__ = new.__kwdefaults__
            function.__code__ = new.__code__ if isinstance(new, FunctionType) else new
        yield
    finally:
        for function, code, defaults, keyword_defaults in before:
            function.__code__ = code
            function.__defaults__, function.__kwdefaults__ = defaults, keyword_defaults
