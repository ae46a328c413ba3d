"""Functions that know the answers of the public tests by heart, and are wrong elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.attack.signatures import passed_on, positional, signature
from autograder.counterexamples.literals import inline
from autograder.diagnosis import Misconception
from autograder.diagnosis.catalogue import carried_code
from autograder.sandbox import Answer, Call, CallFailed, Sandbox

Fallback = str | Misconception
SIMPLE = ("None", "zero", "the last known answer", "the first argument", "ValueError")
"""What else a memoriser may return, if it is no misconception."""


@dataclass(frozen=True)
class Known:
    """A call of a public test, and its right answer."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    answer: Any


class RecordingSandbox(Sandbox):
    """A sandbox of the solutions that takes down which calls its functions answered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: list[Known] = []

    def call(self, name: str, args: Sequence[Any] = (), kwargs: Any = None, **rest: Any) -> Answer:
        """As `Sandbox.call`."""
        answer = super().call(name, args, kwargs, **rest)
        self._note(name, args, kwargs or {}, answer)
        return answer

    def call_several(
        self, name: str, calls: Sequence[Call], *, seconds: float | None = None
    ) -> list[Answer | CallFailed]:
        """As `Sandbox.call_several`."""
        answers = super().call_several(name, calls, seconds=seconds)
        for (args, kwargs), answer in zip(calls, answers, strict=False):
            if isinstance(answer, Answer):
                self._note(name, args, dict(kwargs), answer)
        return answers

    def _note(self, name: str, args: Any, kwargs: Any, answer: Answer) -> None:
        self.known.append(Known(name, tuple(args), dict(kwargs), answer.value))


def written(
    arguments: ast.arguments, function: str, known: Sequence[Known], fallback: Fallback
) -> str:
    """The code of a function that answers these calls, and all others by the fallback."""
    names = positional(arguments)
    defaults = {
        name: ast.literal_eval(default)
        for name, default in zip(reversed(names), reversed(arguments.defaults), strict=False)
    }
    rows = []
    for each in known:
        given = {**defaults, **dict(zip(names, each.args, strict=False)), **each.kwargs}
        rows.append(f"    ({inline(tuple(given[name] for name in names))}, {inline(each.answer)}),")
    head, end = _fallback(function, fallback, arguments)
    listed = ", ".join(names)
    return "\n".join(
        [
            "import numpy as np",
            "",
            head,
            "",
            "_KNOWN = [",
            *rows,
            "]",
            "",
            "def _is_known(given, known):",
            "    return all(",
            "        np.shape(a) == np.shape(b) and np.array_equal(a, b)",
            "        for a, b in zip(given, known)",
            "    )",
            "",
            f"def {function}({signature(arguments)}):",
            "    for known, answer in _KNOWN:",
            f"        if _is_known(({listed},), known):",
            "            return answer",
            f"    {end}",
        ]
    )


def _fallback(function: str, fallback: Fallback, arguments: ast.arguments) -> tuple[str, str]:
    """What must stand above the function, and its last line."""
    if not isinstance(fallback, str):
        return carried_code(fallback.function), f"return {fallback.name}({passed_on(arguments)})"
    return "", {
        "None": "return None",
        "zero": "return 0",
        "the last known answer": "return _KNOWN[-1][1]",
        "the first argument": f"return {positional(arguments)[0]}",
        "ValueError": "raise ValueError('unknown ' + ' '.join(map(str, range(9))))",
    }[fallback]


def is_plain(known: Known) -> bool:
    """Whether a call can be written as code."""
    return all(map(_is_plain, (*known.args, *known.kwargs.values(), known.answer)))


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, int | float | str | np.ndarray | np.generic)
