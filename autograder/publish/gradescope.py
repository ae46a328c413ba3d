"""A result as Gradescope's results.json: one visible entry per exercise."""

from __future__ import annotations

import json
from typing import Any

from autograder.publish import advice
from autograder.publish.remarks import remarks
from autograder.results import ExerciseResult, Result
from convgrade.safe_text import bounded, json_log_safe, plain


def dumps(result: Result) -> str | None:
    """The document for one submission; Gradescope shows its texts as plain text.

    None if the grader failed: Gradescope then reports a failure and counts no points. A document
    must have a score, and an exercise that is left out of it would count as zero.
    """
    if result.score is None:
        return None
    document: dict[str, Any] = {
        "score": result.score,
        "execution_time": round(result.seconds),
        "output": plain("\n".join(filter(None, [result.reason, *remarks(result)]))),
        "output_format": "text",
        "visibility": "visible",
        "tests": [_exercise(exercise) for exercise in result.exercises],
    }
    return json_log_safe(json.dumps(document, allow_nan=False, indent=2))


def _exercise(exercise: ExerciseResult) -> dict[str, Any]:
    lines = list(exercise.examples.sentences) if exercise.examples else []
    for test in exercise.tests if exercise.examples is None else ():
        if not test.passed:
            lines.append(f"- {test.title or test.name}: {bounded(test.message) or test.outcome}")
            lines += [f"  Hint: {test.hint}"] if test.hint else []
    for example in advice.counterexamples(exercise):
        lines.append(f"Try this: {advice.in_words(example)}")
        lines += [f"    {line}" for line in advice.code(example).splitlines()]
    if exercise.suspect:
        lines.append(advice.look_first(exercise.suspect))
    return {
        "name": plain(exercise.name),
        "score": exercise.score,
        "max_score": exercise.max_score,
        "status": "passed" if exercise.passed else "failed",
        "output": plain("\n".join(lines)),
        "output_format": "text",
        "visibility": "visible",
    }
