"""Results as a summary in Markdown, for a job summary or a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from autograder.publish import advice
from autograder.publish.remarks import remarks
from autograder.results import ExerciseResult, Outcome, Result
from convgrade.safe_text import bounded, log_safe, plain

ROOM_TO_SAY_SO = 200


def dumps(results: Sequence[Result], room: int | None = None) -> str:
    """For each result a heading, a table of exercises, and the tests that failed.

    Several results have a table of students before them.

    Args:
        results: the results.
        room: how many bytes the text may have; results that do not fit are left out at its end,
            with a sentence that says how many.
    """
    parts = ["\n".join(_overview(results)) + "\n"] if len(results) > 1 else []
    before = len(parts)
    parts += ["\n".join(_lines(result)) + "\n" for result in results]
    fitting = len(parts) if room is None else _fitting(parts, room - ROOM_TO_SAY_SO)
    text = "".join(parts[:fitting])
    left = len(results) - max(fitting - before, 0)
    if left and room is not None and room >= ROOM_TO_SAY_SO:
        text += f"{left} of {len(results)} results are left out here: there is no more room.\n"
    return text


def _fitting(parts: Sequence[str], room: int) -> int:
    """How many of the first parts fit into so many bytes."""
    for count, part in enumerate(parts):
        room -= len(part.encode("utf-8", "backslashreplace"))
        if room < 0:
            return count
    return len(parts)


def _overview(results: Sequence[Result]) -> Iterator[str]:
    yield f"## {escaped(results[0].assignment)}: {len(results)} submissions"
    yield ""
    yield "| student | points | status |"
    yield "| --- | ---: | --- |"
    for result in results:
        points = "none" if result.score is None else f"{result.score:g} / {result.max_score:g}"
        status = escaped(result.status.replace("_", " "))
        yield f"| {escaped(result.student)} | {points} | {status} |"
    yield ""


def escaped(text: str) -> str:
    """One line of text that Markdown shows unchanged: no markup, no HTML, no mentions."""
    line = plain(text, lines=False)
    line = (
        line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    )
    return re.sub(r"([\\`*_{}\[\]()#+!|~$:-])", r"\\\1", line)


def _lines(result: Result) -> Iterator[str]:
    yield f"### {escaped(result.assignment)}, {escaped(result.student)}"
    yield ""
    if result.status != "graded":
        yield f"**{escaped(result.status.replace('_', ' '))}**: {escaped(result.reason)}"
        yield ""
    if result.score is not None and result.status == "graded":
        yield f"**{result.score:g} of {result.max_score:g} points**"
        yield ""
    if result.status != "rejected":
        yield from _exercises(result)
    for remark in remarks(result):
        yield f"- {escaped(remark)}"
    yield ""


def _exercises(result: Result) -> Iterator[str]:
    yield "| exercise | points | outcome |"
    yield "| --- | ---: | --- |"
    for exercise in result.exercises:
        earned = "none" if exercise.score is None else f"{exercise.score:g}"
        points = f"{earned} / {exercise.max_score:g}"
        yield f"| {escaped(exercise.name)} | {points} | {escaped(exercise.outcome.label)} |"
    yield ""
    for exercise in result.exercises:
        if exercise.examples is not None:
            for sentence in exercise.examples.sentences:
                yield f"- **{escaped(exercise.name)}**: {escaped(sentence)}"
            continue
        for test in exercise.tests:
            if test.passed or exercise.outcome is Outcome.NOT_IMPLEMENTED:
                continue
            yield f"- **{escaped(exercise.name)}**: {escaped(test.title or test.name)}"
            yield f"  {escaped(bounded(test.message) or test.outcome)}"
            if test.hint:
                yield f"  *{escaped(test.hint)}*"
        yield from _advice(exercise)


def _advice(exercise: ExerciseResult) -> Iterator[str]:
    for example in advice.counterexamples(exercise):
        yield f"- **{escaped(exercise.name)}**, to try: {escaped(advice.in_words(example))}"
        if example.code:
            yield from _block(advice.code(example))
    if exercise.suspect:
        yield f"- **{escaped(exercise.name)}**: {escaped(advice.look_first(exercise.suspect))}"


def _block(code: str) -> Iterator[str]:
    """A block of code within a list item, in a fence that the code cannot close."""
    longest = max(map(len, re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    yield ""
    yield f"  {fence}python"
    for line in log_safe(code).splitlines():
        yield f"  {line}"
    yield f"  {fence}"
