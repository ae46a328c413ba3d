"""Results as the JSON document for CI: `results.schema.json` beside this file is its schema.

`dataset`, `variant`, digests, `replaced`, `hints`, `suspect`, `examples`, `training` and
`counterexample` are left out if empty.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from autograder.results import ExerciseResult, Result, TestResult
from convgrade.safe_text import json_log_safe

if TYPE_CHECKING:
    from autograder.publish.signing import SigningKey

FORMAT_VERSION = 1
"""Of this document. Another one has other keys, or a key of another meaning."""
_SURROGATE = re.compile("[\ud800-\udfff]")


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document."""
    file = resources.files(__package__).joinpath("results.schema.json")
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


def document(results: Iterable[Result]) -> list[dict[str, Any]]:
    """One object per result, in the order given.

    Numbers that JSON cannot express are None, and lone surrogates are replaced, because other
    programs read neither.
    """
    return [_portable(_submission(result)) for result in results]


def dumps(results: Iterable[Result], key: SigningKey | None = None) -> str:
    """The document as text; with a key, each result is signed."""
    found = document(results)
    if key is not None:
        found = [key.signed(each) for each in found]
    return json_log_safe(json.dumps(found, allow_nan=False, indent=2))


def _submission(result: Result) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "assignment": result.assignment,
        "student": result.student,
        "submission": result.submission,
        "status": result.status,
        "reason": result.reason,
        "score": result.score,
        "max_score": result.max_score,
        "exercises": [_exercise(exercise) for exercise in result.exercises],
        "written": [
            {"name": item.name, "max_score": item.max_score, "state": item.state}
            for item in result.written
        ],
        "attention": list(result.observed.attention),
        "failed_cells": list(result.observed.failed_cells),
        "isolation": result.isolation,
        "seconds": result.seconds,
        "versions": dict(result.versions),
        **_if_any(
            dataset=result.dataset,
            variant=result.variant,
            submission_digest=result.submission_digest,
            engine_digest=result.engine_digest,
        ),
    }


def _exercise(exercise: ExerciseResult) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "score": exercise.score,
        "max_score": exercise.max_score,
        "outcome": exercise.outcome,
        "tests": [_test(test) for test in exercise.tests],
        **_if_any(
            replaced=exercise.replaced,
            hints=[asdict(hint) for hint in exercise.hints],
            suspect=exercise.suspect and asdict(exercise.suspect),
            suite_digest=exercise.suite_digest,
            examples=exercise.examples and asdict(exercise.examples),
        ),
    }


def _test(test: TestResult) -> dict[str, Any]:
    return {
        "name": test.name,
        "title": test.title,
        "visibility": test.visibility,
        "outcome": test.outcome,
        "weight": test.weight,
        "message": test.message,
        "misconception": test.misconception,
        "hint": test.hint,
        "seconds": test.seconds,
        **_if_any(
            training=test.training,
            counterexample=test.counterexample and asdict(test.counterexample),
        ),
    }


def _if_any(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _portable(value: Any) -> Any:
    """The value as every reader of JSON understands it."""
    if isinstance(value, str):
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", str(value))
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {_portable(name): _portable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(each) for each in value]
    return value
