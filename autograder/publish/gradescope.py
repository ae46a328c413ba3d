"""A result as Gradescope's results.json: one visible entry per exercise."""

from __future__ import annotations

import json
from typing import Any

from autograder.publish.text import plain
from autograder.results import ExerciseResult, Result


def dumps(result: Result) -> str:
    """The document for one submission; its texts are shown as plain text."""
    document: dict[str, Any] = {
        "score": result.score,
        "execution_time": round(result.seconds),
        "output": plain(result.reason),
        "output_format": "text",
        "visibility": "visible",
        "tests": [_exercise(exercise) for exercise in result.exercises],
    }
    return json.dumps(document, allow_nan=False, indent=2)


def _exercise(exercise: ExerciseResult) -> dict[str, Any]:
    lines = []
    for test in exercise.tests:
        if test.outcome != "passed":
            lines.append(f"- {test.title or test.name}: {test.message or test.outcome}")
            lines += [f"  Hint: {test.hint}"] if test.hint else []
    return {
        "name": plain(exercise.name),
        "score": exercise.score,
        "max_score": exercise.max_score,
        "status": "passed" if exercise.score >= exercise.max_score else "failed",
        "output": plain("\n".join(lines)),
        "output_format": "text",
        "visibility": "visible",
    }
