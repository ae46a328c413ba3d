"""Results as the JSON document for CI, with exactly the keys that docs/graders.md lists.

`dataset`, `replaced`, `hints`, `suspect`, `training` and `counterexample` are left out if empty.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from autograder.results import ExerciseResult, Result, TestResult
from convgrade.safe_text import json_log_safe


def document(results: Iterable[Result]) -> list[dict[str, Any]]:
    """One object per result, in the order given."""
    return [_submission(result) for result in results]


def dumps(results: Iterable[Result]) -> str:
    """The document as text. A missing score is null, and so are NaN and infinity."""
    return json_log_safe(json.dumps(document(results), allow_nan=False, indent=2))


def _submission(result: Result) -> dict[str, Any]:
    return {
        "assignment": result.assignment,
        "student": result.student,
        "submission": result.submission,
        "status": result.status,
        "reason": result.reason,
        "score": _number(result.score),
        "max_score": _number(result.max_score),
        "exercises": [_exercise(exercise) for exercise in result.exercises],
        "written": [
            {"name": item.name, "max_score": _number(item.max_score), "state": item.state}
            for item in result.written
        ],
        "attention": list(result.observed.attention),
        "failed_cells": list(result.observed.failed_cells),
        "isolation": result.isolation,
        "seconds": _number(result.seconds),
        "versions": dict(result.versions),
        **({"dataset": result.dataset} if result.dataset else {}),
    }


def _exercise(exercise: ExerciseResult) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "score": _number(exercise.score),
        "max_score": _number(exercise.max_score),
        "outcome": exercise.outcome,
        "tests": [_test(test) for test in exercise.tests],
        **({"replaced": list(exercise.replaced)} if exercise.replaced else {}),
        **({"hints": [asdict(hint) for hint in exercise.hints]} if exercise.hints else {}),
        **({"suspect": asdict(exercise.suspect)} if exercise.suspect else {}),
    }


def _test(test: TestResult) -> dict[str, Any]:
    return {
        "name": test.name,
        "visibility": test.visibility,
        "outcome": test.outcome,
        "weight": _number(test.weight),
        "message": test.message,
        "misconception": test.misconception,
        "hint": test.hint,
        "seconds": _number(test.seconds),
        **({"training": dict(test.training)} if test.training else {}),
        **({"counterexample": asdict(test.counterexample)} if test.counterexample else {}),
    }


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
