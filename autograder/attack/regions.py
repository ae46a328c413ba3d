"""Functions that are right on all but a region of the domain, often a rare one.

A region is described by one or two facts about a drawn call, so that at least that call lies in it.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.attack.domain import Input
from autograder.attack.signatures import passed_on, positional, signature
from autograder.counterexamples.examples import OMITTED, Example

PAIRED = 0.4
"""The share of regions that are described by two facts."""


@dataclass(frozen=True)
class Region:
    """Where a function is wrong, and how.

    Attributes:
        test: an expression of the parameters that is true in the region.
        spoiled: statements that spoil `answer`; if the right function must refuse the call,
            statements that return something before it does.
        is_refused: whether the calls in the region should be refused.
        words: what it is, in words.
    """

    test: str
    spoiled: str
    is_refused: bool
    words: str


def drawn(rng: random.Random, arguments: ast.arguments, given: Input) -> Region | None:
    """A region that holds this call; None if nothing can be said about its arguments."""
    example = given.example
    test = described(rng, arguments, example)
    if not test:
        return None
    if example.refused:
        first = positional(arguments)[0]
        return Region(test, f"return {first}", True, f"accepts where {test}")
    spoiled = rng.choice(_spoilers(given.want))
    return Region(test, spoiled, False, f"{spoiled.splitlines()[-1].strip()} where {test}")


def described(rng: random.Random, arguments: ast.arguments, example: Example) -> str:
    """One or two facts about a call, as an expression; "" if there is nothing to say."""
    names = positional(arguments)
    values = {**dict(zip(names, example.values, strict=False)), **example.kwargs}
    facts = [
        fact
        for name, value in values.items()
        if value is not OMITTED
        for fact in _facts(name, value)
    ]
    if not facts:
        return ""
    chosen = rng.sample(facts, 2 if rng.random() < PAIRED and len(facts) > 1 else 1)
    return " and ".join(chosen)


def written(text: str, arguments: ast.arguments, function: str, region: Region) -> str:
    """The code of the right function, which is spoiled in the region."""
    call = f"_right({passed_on(arguments)})"
    branch = f"    if _is_true(lambda: {region.test}):\n        {region.spoiled}\n"
    if region.is_refused:
        body = f"{branch}    return {call}\n"
    else:
        body = f"    answer = {call}\n{branch}    return answer\n"
    return (
        f"import numpy as np\n\n{text}\n\n"
        "def _is_true(test):\n    try:\n        return bool(test())\n"
        "    except Exception:\n        return False\n\n"
        f"_right = {function}\n\ndef {function}({signature(arguments)}):\n{body}"
    )


def _facts(name: str, value: Any) -> Iterator[str]:
    """Expressions about a parameter that are true for this value."""
    if isinstance(value, bool | str | None):
        yield f"{name} == {value!r}" if value is not None else f"{name} is None"
    elif isinstance(value, int | np.integer):
        number = int(value)
        yield from (f"{name} == {number}", f"{name} >= {number}")
        for modulus in (2, 3, 5):
            yield f"{name} % {modulus} == {number % modulus}"
    elif isinstance(value, float | np.floating):
        yield f"{name} == {float(value)!r}"
        yield f"{name} {'>=' if value >= 0 else '<='} {float(value)!r}"
    elif isinstance(value, list | tuple) and all(isinstance(each, int) for each in value):
        yield from (f"{name} == {value!r}", f"type({name}) is {type(value).__name__}")
        for place, number in enumerate(value):
            yield f"{name}[{place}] == {number}"
        if len(value) == 2 and value[0] != value[1]:
            yield f"{name}[0] {'<' if value[0] < value[1] else '>'} {name}[1]"
    elif isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        yield from _facts_of_array(name, value)


def _facts_of_array(name: str, value: np.ndarray[Any, Any]) -> Iterator[str]:
    yield from (f"{name}.dtype == '{value.dtype}'", f"{name}.ndim == {value.ndim}")
    yield f"{name}.size >= {value.size}"
    for axis, length in enumerate(value.shape):
        yield from (f"{name}.shape[{axis}] == {length}", f"{name}.shape[{axis}] >= {length}")
        if axis:
            sign = np.sign(length - value.shape[axis - 1])
            compared = {-1: "<", 0: "==", 1: ">"}[int(sign)]
            yield f"{name}.shape[{axis}] {compared} {name}.shape[{axis - 1}]"
    if not value.size:
        return
    if value.dtype.kind == "f" and not np.isfinite(value).all():
        yield f"not np.isfinite({name}).all()"
        return
    most, least = value.max().item(), value.min().item()
    yield from (f"{name}.max() >= {most!r}", f"{name}.min() <= {least!r}")
    yield f"({name} == {value.reshape(-1)[0].item()!r}).any()"
    if most < 0:
        yield f"({name} < 0).all()"
    if least >= 0:
        yield f"({name} >= 0).all()"


def _spoilers(answer: Any) -> list[str]:
    """Statements that make an answer like this one wrong."""
    if isinstance(answer, np.ndarray) and answer.dtype.kind in "iuf" and answer.size:
        last = "answer = np.array(answer)\n        answer.reshape(-1)[-1] += 1"
        first = "answer = np.array(answer)\n        answer.reshape(-1)[0] -= 1"
        return [
            last, first, "answer = answer + 1", "answer = answer * 0", "answer = answer[::-1] * 2",
            "raise ValueError('not supported')",
        ]  # fmt: skip
    if isinstance(answer, bool):
        return ["answer = not answer"]
    if isinstance(answer, int | float | np.number):
        return ["answer = answer + 1", "answer = answer - 1", "answer = answer * 2 + 1"]
    if isinstance(answer, tuple) and len(answer) == 2:
        return ["answer = (answer[0], answer[1] + 1)", "answer = (answer[0] + 1, answer[1])"]
    return ["answer = None", "raise ValueError('not supported')"]
