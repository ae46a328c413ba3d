"""Results for GitHub Actions: annotations as workflow commands, and the summary of a job.

GitHub shows 10 errors and 10 warnings of a step, and refuses a step's summary of more than 1 MiB.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.publish import advice, markdown
from autograder.publish.remarks import UNGRADED
from autograder.publish.source_lines import Source
from autograder.results import ExerciseResult, Result
from convgrade.safe_text import bounded, log_safe, shortened

MOST_OF_A_KIND = 10
MOST_OF_SUMMARY = 2**20
LONGEST_TITLE = 200
LINES, CHARACTERS = 12, 1500

Kind = Literal["error", "warning"]


@dataclass(frozen=True)
class Annotation:
    """A remark on a line of a file, or on the file if `line` is 0; without a file, on the run.

    A file whose name could be a command is not named.
    """

    kind: Kind
    title: str
    message: str
    file: str = ""
    line: int = 0

    def command(self) -> str:
        """The workflow command that makes it, in one line."""
        is_safe = log_safe(self.file) == self.file and "\n" not in self.file
        place = {"file": self.file, "line": str(self.line) if self.line else ""} if is_safe else {}
        values = {**place, "title": shortened(log_safe(self.title), LONGEST_TITLE)}
        shown = ",".join(f"{name}={_property(value)}" for name, value in values.items() if value)
        return f"::{self.kind} {shown}::{_data(self.message)}"


def commands(results: Sequence[Result], sources: Sequence[Source]) -> str:
    """One command for each exercise that lost points; of several results, one for each of those.

    Where nothing was graded, there is one that says why. Of more errors or warnings than GitHub
    shows, the last one says how many are left out.
    """
    of_one = _of_exercises if len(results) == 1 else _in_short
    found = [
        each
        for result, source in zip(results, sources, strict=True)
        for each in (*_of_failure(result, source), *of_one(result, source))
    ]
    kinds: tuple[Kind, ...] = ("error", "warning")
    chosen = [each for kind in kinds for each in _fitting(kind, found)]
    return "".join(each.command() + "\n" for each in chosen)


def summary(results: Sequence[Result], used: int) -> str:
    """The summary in Markdown, as much of it as there is room for.

    Args:
        results: the results.
        used: how many bytes of the step's summary are used.
    """
    return markdown.dumps(results, MOST_OF_SUMMARY - used)


def _of_failure(result: Result, source: Source) -> Iterator[Annotation]:
    if result.status == "rejected":
        title = f"{result.student}: rejected"
        yield Annotation("error", title, _message(result.reason), source.file)
    elif result.status == "grader_error":
        yield Annotation("error", f"{result.student}: the grader failed", _message(result.reason))


def _of_exercises(result: Result, source: Source) -> Iterator[Annotation]:
    if result.status != "rejected":
        for exercise in _with_loss(result):
            yield _of_exercise(exercise, result.student, source)


def _in_short(result: Result, source: Source) -> Iterator[Annotation]:
    if result.status == "graded" and (lost := _with_loss(result)):
        lines = [f"{each.name}: {_points(each)}, {each.outcome.label}" for each in lost]
        title = f"{result.student}: {result.score:g} of {result.max_score:g} points"
        yield Annotation("warning", title, _message("\n".join(lines)), source.file)


def _with_loss(result: Result) -> list[ExerciseResult]:
    return [each for each in result.exercises if not each.passed and each.score is not None]


def _points(exercise: ExerciseResult) -> str:
    return f"{exercise.score:g} of {exercise.max_score:g} points"


def _of_exercise(exercise: ExerciseResult, student: str, source: Source) -> Annotation:
    kind: Kind = "warning" if exercise.outcome.is_absent else "error"
    title = f"{exercise.name}: {_points(exercise)} ({student})"
    line = source.lines.get(exercise.name, 0)
    return Annotation(kind, title, _message("\n".join(_why(exercise))), source.file, line)


def _why(exercise: ExerciseResult) -> Iterator[str]:
    for test in exercise.tests:
        if not test.passed:
            yield f"{test.title or test.name}: {bounded(test.message) or test.outcome.label}"
            if test.hint:
                yield f"Hint: {test.hint}"
    for example in advice.counterexamples(exercise):
        yield f"Try this: {advice.in_words(example)}"
    if exercise.suspect:
        yield advice.look_first(exercise.suspect)


def _fitting(kind: Kind, found: Sequence[Annotation]) -> list[Annotation]:
    of_kind = [each for each in found if each.kind == kind]
    if len(of_kind) <= MOST_OF_A_KIND:
        return of_kind
    shown = of_kind[: MOST_OF_A_KIND - 1]
    left = len(of_kind) - len(shown)
    return [*shown, Annotation(kind, f"{left} more", "They stand in the summary of this job.")]


def _message(text: str) -> str:
    return bounded(log_safe(text), LINES, CHARACTERS) or UNGRADED


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
