"""Results as a summary in Markdown, for a job summary or a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable

from autograder.publish.text import plain
from autograder.results import Result


def dumps(results: Iterable[Result]) -> str:
    """A heading, a table of exercises, and what failed, for each result."""
    return "\n".join(line for result in results for line in _lines(result)) + "\n"


def escaped(text: str) -> str:
    """One line of text that Markdown shows as it is: no markup, no HTML, no mentions."""
    line = plain(text, lines=False)
    line = (
        line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    )
    return re.sub(r"([\\`*_{}\[\]()#+!|~$:-])", r"\\\1", line)


def _lines(result: Result) -> Iterable[str]:
    yield f"### {escaped(result.assignment)}, {escaped(result.student)}"
    yield ""
    if result.status != "graded":
        yield f"**{escaped(result.status)}**: {escaped(result.reason)}"
        yield ""
        return
    yield f"**{result.score:g} of {result.max_score:g} points**"
    yield ""
    yield "| exercise | points | outcome |"
    yield "| --- | ---: | --- |"
    for exercise in result.exercises:
        yield (
            f"| {escaped(exercise.name)} | {exercise.score:g} / {exercise.max_score:g} "
            f"| {escaped(exercise.outcome.replace('_', ' '))} |"
        )
    yield ""
    for exercise in result.exercises:
        for test in exercise.tests:
            if test.outcome == "passed" or exercise.outcome == "not_implemented":
                continue
            yield f"- **{escaped(exercise.name)}**: {escaped(test.title or test.name)}"
            yield f"  {escaped(test.message or test.outcome)}"
            if test.hint:
                yield f"  *{escaped(test.hint)}*"
    yield ""
