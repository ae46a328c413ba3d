"""Computes the keys of questions about trusted code again, in another way: with `sys.settrace` in
this process, and with lines replaced in the text."""

from __future__ import annotations

import ast
import copy
import inspect
import re
import sys
import types
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from autograder.questions.options import text_of
from autograder.questions.question import LETTERS, Question

Line = tuple[str, int]
"""The name of a function, and a line of it, from 1."""
_PLACE = re.compile(r"line (\d+) of `(\w+)`")
_QUOTED = re.compile(r"`([^`]+)`")


class Trusted:
    """A module of trusted functions."""

    def __init__(self, file: Path) -> None:
        self.text = file.read_text(encoding="utf-8")
        self.lines = self.text.split("\n")
        self.module = self._executed(self.text)

    def key(self, question: Question) -> str | None:
        """The right answer in words; None for a question that cannot be computed here."""
        match question.kind:
            case "count":
                return self._count(question)
            case "unused":
                return self._unused(question)
            case "value" | "shape":
                return self._value(question)
            case "result":
                return _text(self._answer(self.module, question.call))
            case "error line":
                return self._error_line(question)
            case "changed":
                return _text(self._answer(self._changed(question), question.call))
            case "error type":
                answer = self._answer(self._changed(question), question.call)
                return type(answer).__name__ if isinstance(answer, Exception) else "no error"
            case "input":
                return self._input(question)
        return None

    def leaves_all(self, option: str, name: str, calls: list[str]) -> bool:
        """Whether a changed line, "line 3: x = 1", changes no answer to these calls."""
        number, _, line = option.removeprefix("line ").partition(": ")
        changed = self.with_line(name, int(number), line)
        return all(
            _alike(self._answer(self.module, call), self._answer(changed, call)) for call in calls
        )

    def _first_line(self, name: str) -> int:
        return inspect.unwrap(getattr(self.module, name)).__code__.co_firstlineno

    def _executed(self, text: str) -> types.ModuleType:
        module = types.ModuleType("trusted")
        exec(compile(text, "trusted", "exec"), module.__dict__)
        return module

    def with_line(self, name: str, number: int, line: str) -> types.ModuleType:
        """The module with another line in a function; `number` is the line's in it, from 1."""
        at = self._first_line(name) + number - 2
        old = self.lines[at]
        new = old[: len(old) - len(old.lstrip())] + line
        return self._executed("\n".join([*self.lines[:at], new, *self.lines[at + 1 :]]))

    def _changed(self, question: Question) -> types.ModuleType:
        number, name = _place(question)
        return self.with_line(name, number, question.change)

    def _answer(self, module: types.ModuleType, call: str) -> Any:
        """What the code of a call returns, or the exception."""
        tree = ast.parse(call)
        last = ast.Expression(tree.body.pop().value)  # type: ignore[attr-defined]
        namespace = {"np": np, **vars(module)}
        exec(compile(tree, "call", "exec"), namespace)
        try:
            with np.errstate(all="ignore"):
                return eval(compile(last, "call", "eval"), namespace)
        except Exception as error:
            return error

    def _traced(self, call: str) -> tuple[Counter[Line], dict[tuple[Line, str], Any]]:
        """How often each line runs, and what names are after it has run for the first time."""
        names = {
            value.__code__: name
            for name, value in vars(self.module).items()
            if isinstance(value, types.FunctionType)
        }
        counts: Counter[Line] = Counter()
        after: dict[tuple[Line, str], Any] = {}
        before: dict[int, Line] = {}

        def trace(frame: types.FrameType, event: str, argument: Any) -> Any:
            name = names.get(frame.f_code)
            if name is None:
                return None
            if id(frame) in before:
                for variable, value in frame.f_locals.items():
                    after.setdefault((before[id(frame)], variable), copy.deepcopy(value))
            if event == "line":
                here = (name, frame.f_lineno - frame.f_code.co_firstlineno + 1)
                counts[here] += 1
                before[id(frame)] = here
            elif event == "return":
                before.pop(id(frame), None)
            return trace

        sys.settrace(trace)
        try:
            self._answer(self.module, call)
        finally:
            sys.settrace(None)
        return counts, after

    def _count(self, question: Question) -> str | None:
        if "computed" in question.prompt:
            return None
        number, name = _place(question)
        at = self._first_line(name) + number - 2
        if not _is_whole(self.lines[at]):
            return None
        return str(self._traced(question.call)[0][name, number])

    def _unused(self, question: Question) -> str:
        counts, _ = self._traced(question.call)
        name = _QUOTED.findall(question.prompt)[0]
        numbers = [int(option.removeprefix("line ")) for option in question.options]
        (idle,) = [number for number in numbers if not counts[name, number]]
        return f"line {idle}"

    def _value(self, question: Question) -> str | None:
        if " after line " not in question.prompt:
            return None
        number, name = _place(question)
        variable = _QUOTED.findall(question.prompt)[0]
        if not _is_whole(self.lines[self._first_line(name) + number - 2]):
            return None
        value = self._traced(question.call)[1][(name, number), variable]
        return str(value.shape) if question.kind == "shape" else text_of(value)

    def _error_line(self, question: Question) -> str:
        name = _QUOTED.findall(question.prompt)[0]
        error = self._answer(self.module, question.call)
        lines = []
        at = error.__traceback__
        while at is not None:
            if at.tb_frame.f_code is getattr(self.module, name).__code__:
                lines.append(at.tb_lineno - self._first_line(name) + 1)
            at = at.tb_next
        return f"line {lines[-1]}"

    def _input(self, question: Question) -> str:
        changed = self._changed(question)
        same = [
            _alike(self._answer(self.module, call), self._answer(changed, call))
            for call in question.options
        ]
        wanted = "still give the same" in question.prompt
        assert same.count(wanted) == 1, (same, question)
        index = same.index(wanted)
        return question.options[index]


def _place(question: Question) -> tuple[int, str]:
    number, name = _PLACE.findall(question.prompt)[-1]
    return int(number), name


def _is_whole(line: str) -> bool:
    """Whether a line is a statement: others run more than once in a trace."""
    try:
        ast.parse(line.strip())
    except SyntaxError:
        return False
    return True


def _text(answer: Any) -> str | None:
    return type(answer).__name__ if isinstance(answer, Exception) else text_of(answer)


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, Exception) or isinstance(other, Exception):
        return type(one) is type(other)
    a, b = np.asarray(one), np.asarray(other)
    return a.shape == b.shape and a.dtype == b.dtype and np.allclose(a, b, equal_nan=True)


def given_key(question: Question) -> str:
    """The key of a question in words."""
    return question.options[LETTERS.index(question.key)] if question.options else question.key
