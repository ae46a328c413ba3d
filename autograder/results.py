"""`Result`: the outcome of grading one submission, as one versioned JSON document.

docs/results.md describes the format. A result is plain data: it can be written, read back and
compared without the course.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self

from convgrade import atomic_files

FORMAT_VERSION = 1

Status = Literal["graded", "rejected", "grader_error"]
Visibility = Literal["public", "hidden"]
Role = Literal["values", "supporting", "claim"]
"""What a test rests on: values that the grader checks, only relations and errors, or a claim."""
WrittenState = Literal["needs_marking", "no_response"]


@dataclass(frozen=True)
class _Known:
    word: str
    mark: str
    sentence: str = ""
    diagnosable: bool = False
    absent: bool = False


class Outcome(StrEnum):
    """How a test or an exercise ended. Each member is its word in JSON.

    Attributes:
        mark: the sign that reports print before it: passed, wrong, absent, or not the student's
            fault.
        sentence: what a student reads if there is no other message; may be empty.
        is_diagnosable: it answered wrongly or raised an error, so a misconception may match.
        is_absent: there is no code of the student that could be wrong.
    """

    mark: str
    sentence: str
    is_diagnosable: bool
    is_absent: bool

    PASSED = _Known("passed", "✓")
    FAILED = _Known("failed", "✗", diagnosable=True)
    ERROR = _Known("error", "✗", "Your code raised an error.", diagnosable=True)
    TIMEOUT = _Known("timeout", "✗", "Your code took too long.")
    CRASHED = _Known("crashed", "✗", "Your code ended its process or used too much memory.")
    NOT_IMPLEMENTED = _Known("not_implemented", "○", "It is not implemented yet.", absent=True)
    MISSING = _Known("missing", "○", "There is no function of this name.", absent=True)
    VIOLATION = _Known("violation", "✗", "Your code interfered with the grading.")
    GRADER_ERROR = _Known(
        "grader_error",
        "·",
        "This exercise is not graded yet: the grader failed here, not your work. It will be "
        "graded again and costs you nothing.",
    )

    def __new__(cls, known: Any) -> Self:  # mypy checks `Outcome(word)` against this signature too
        member = str.__new__(cls, known.word)
        member._value_ = known.word
        member.mark, member.sentence = known.mark, known.sentence
        member.is_diagnosable, member.is_absent = known.diagnosable, known.absent
        return member

    @property
    def label(self) -> str:
        """The word as people write it, with spaces."""
        return self.replace("_", " ")


@dataclass(frozen=True)
class Hint:
    """A known mistake that explains what an exercise got wrong, and the texts that lead out of it.

    Attributes:
        misconception: the name of the mistake in the catalogue.
        steps: up to three texts, each closer to the mistake than the one before.
    """

    misconception: str
    steps: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(self.steps))  # a list when read from JSON


@dataclass(frozen=True)
class SuspectLine:
    """The line of the student's code that is most likely wrong.

    Attributes:
        cell: the label of its cell, as in `Observed.failed_cells`.
        number: its number in the cell, from 1.
        text: the line itself.
    """

    cell: str
    number: int
    text: str


@dataclass(frozen=True)
class Counterexample:
    """A small input of the student's own on which the function is wrong. It is no test's input.

    Attributes:
        code: Python that repeats the call with NumPy alone; empty for models.
        answer: what the student's function returned or raised there, as text.
        wrong: one sentence: in what the answer is wrong (which cell, shape, dtype or error).
        expected: the right answer as text; empty unless the assignment shows it.
        picture: an SVG of the input with the window of the wrong cell; empty if there is none.
        alt: what the picture shows, in words.
        numbers: how many numbers the input holds.
    """

    code: str
    answer: str
    wrong: str
    expected: str = ""
    picture: str = ""
    alt: str = ""
    numbers: int = 0


@dataclass(frozen=True)
class Examples:
    """What became of the examples that a student gave before writing a function.

    Nothing here says which mistakes there are, or which of them the examples catch.

    Attributes:
        given: how many examples were read.
        right: how many are within the contract and expect the right answer.
        wrong: how many are within it and expect another answer.
        caught: how many mistakes the right ones catch together.
        mistakes: how many mistakes there are to catch.
        remarks: a sentence on each example that is not right.
    """

    given: int
    right: int
    wrong: int
    caught: int
    mistakes: int
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "remarks", tuple(self.remarks))  # a list when read from JSON

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that students read: the summary, and then the remarks."""
        return (self.summary, *self.remarks)

    @property
    def summary(self) -> str:
        """How many are right and how many mistakes they catch, in one line."""
        are = "example is" if self.given == 1 else "examples are"
        catch = f"The examples catch {self.caught} of {self.mistakes} mistakes."
        return f"{self.right} of {self.given} {are} right. {catch}"


@dataclass(frozen=True)
class TestResult:
    """The outcome of one hidden or public test, with the texts for the student and the grader.

    `training` holds the runs of a test that trains: dataset, threshold, accuracies.
    """

    __test__ = False

    name: str
    title: str
    visibility: Visibility
    outcome: Outcome
    weight: float
    message: str = ""
    detail: str = ""
    seconds: float = 0.0
    misconception: str | None = None
    hint: str | None = None
    training: Mapping[str, Any] | None = None
    counterexample: Counterexample | None = None
    role: Role = "values"

    def __post_init__(self) -> None:
        _take_word_for_outcome(self)

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED


@dataclass(frozen=True)
class ExerciseResult:
    """The outcome of one exercise: its points, its tests, and a summary of them as one outcome.

    `score` is None if the grader itself failed (`grader_error`). That is not a score of zero.
    `replaced` names the functions that were replaced by reference functions while the exercise was
    graded. `hints` has one hint for each known mistake that was found, the surest first. `built_on`
    says of each exercise that it builds on whether the right function took its place. The keys are
    digests of what tests and advice depend on (`grading.cache_key`). `suite_digest` is the digest
    of what decides its tests in the course, equal for all students. `examples` is there if the
    exercise asks for examples of another one.
    """

    name: str
    score: float | None
    max_score: float
    outcome: Outcome
    tests: tuple[TestResult, ...] = ()
    replaced: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()
    suspect: SuspectLine | None = None
    built_on: Mapping[str, bool] = field(default_factory=dict)
    tests_key: str = ""
    advice_key: str = ""
    suite_digest: str = ""
    examples: Examples | None = None

    def __post_init__(self) -> None:
        _take_word_for_outcome(self)

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED


@dataclass(frozen=True)
class Fault:
    """An error in a hidden suite or in the grader, never in a submission: its place and message.

    `exercise` is the exercise that cannot be graded because of it, if there is one. `detail` is for
    the person who fixes the fault.
    """

    error: str
    file: str = ""
    line: int = 0
    test: str = ""
    exercise: str = ""
    detail: str = ""

    def __str__(self) -> str:
        where = [self.file, f"line {self.line}" if self.line else "", self.test]
        place = ", ".join(part for part in where if part)
        return f"{place}: {self.error}" if place else self.error


@dataclass(frozen=True)
class WrittenResult:
    """One written question, and whether it has an answer that a person must mark."""

    name: str
    max_score: float
    state: WrittenState


@dataclass(frozen=True)
class ScoreChange:
    """How a regrade of the same work changed one exercise.

    Attributes:
        exercise: its name.
        before, after: its score.
        max_before, max_after: its points.
        passes, fails: the titles of the tests that pass now, or fail now, and did not before.
    """

    exercise: str
    before: float
    after: float
    max_before: float
    max_after: float
    passes: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()


@dataclass(frozen=True)
class Observed:
    """What was recorded besides the tests: claims and limits. It never changes the points.

    Attributes:
        notes: remarks that need no action.
        attention: what was chosen, repaired or not used of the submission, for a person to read.
        cpu_seconds: computing time in seconds of this machine.
        seconds_factor: how many seconds of this machine counted as one second of the limits.
    """

    notes: tuple[str, ...] = ()
    attention: tuple[str, ...] = ()
    failed_cells: tuple[str, ...] = ()
    limits_hit: tuple[str, ...] = ()
    violations: tuple[str, ...] = ()
    restarts: int = 0
    cpu_seconds: float = 0.0
    seconds_factor: float = 1.0
    output: str = ""
    output_bytes: int = 0


@dataclass(frozen=True)
class Result:
    """The outcome of grading one submission to one assignment.

    `variant` names the options of the release that the student was given; "" for the default one.
    `changes` says how scores changed when this work was graded again, the last time that they did.
    If `status` is `grader_error`, the exercises without a fault may still have been graded.
    `submission_digest` is the SHA-256 of the file that was graded, or of all files if there were
    others that the code could read; "" if the file could not be read.
    """

    assignment: str
    student: str
    submission: str
    status: Status
    reason: str = ""
    exercises: tuple[ExerciseResult, ...] = ()
    written: tuple[WrittenResult, ...] = ()
    observed: Observed = field(default_factory=Observed)
    faults: tuple[Fault, ...] = ()
    changes: tuple[ScoreChange, ...] = ()
    isolation: str = ""
    dataset: str = ""
    variant: str = ""
    seconds: float = 0.0
    seed: str = ""
    key: str = ""
    submission_digest: str = ""
    engine_digest: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    format_version: int = FORMAT_VERSION

    @property
    def score(self) -> float | None:
        """Points earned in the automatically graded exercises; None if the grader failed."""
        if self.status == "grader_error":
            return None
        earned = sum(exercise.score or 0.0 for exercise in self.exercises)
        return min(round(earned, 2), self.max_score)

    @property
    def ungraded(self) -> tuple[str, ...]:
        """The names of the exercises that have no score, which is not a score of zero."""
        return tuple(exercise.name for exercise in self.exercises if exercise.score is None)

    @property
    def max_score(self) -> float:
        """Points of the automatically graded exercises."""
        return round(sum(exercise.max_score for exercise in self.exercises), 2)

    def to_json(self) -> str:
        """The whole document. Numbers that JSON cannot express (NaN, infinity) become null."""
        document = {**vars(self), "score": self.score, "max_score": self.max_score}
        return json.dumps(_as_json(document), allow_nan=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a document that `to_json` wrote.

        Raises:
            ValueError: the text is not a result, or it has another format version.
        """
        document = json.loads(text)
        if not isinstance(document, dict) or document.get("format_version") != FORMAT_VERSION:
            raise ValueError(f"not a result of format version {FORMAT_VERSION}")
        try:
            return cls(
                **{
                    **{k: v for k, v in document.items() if k not in ("score", "max_score")},
                    "exercises": tuple(_exercise(item) for item in document["exercises"]),
                    "written": tuple(WrittenResult(**item) for item in document["written"]),
                    "observed": Observed(**_tuples(document["observed"])),
                    "faults": tuple(Fault(**item) for item in document.get("faults", ())),
                    "changes": tuple(
                        ScoreChange(**_tuples(item)) for item in document.get("changes", ())
                    ),
                }
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a whole result: {error}") from None

    def write(self, path: Path) -> None:
        """Write the document atomically: a reader sees the old one or the new one, never a part."""
        atomic_files.write_text(path, self.to_json())


def _take_word_for_outcome(of: TestResult | ExerciseResult) -> None:
    """Replace a word from JSON by its `Outcome`. Raises ValueError if the word is unknown."""
    object.__setattr__(of, "outcome", Outcome(of.outcome))


def _exercise(item: dict[str, Any]) -> ExerciseResult:
    tests = tuple(map(_test, item["tests"]))
    hints = tuple(Hint(**hint) for hint in item.get("hints", ()))
    suspect = SuspectLine(**item["suspect"]) if item.get("suspect") else None
    examples = Examples(**item["examples"]) if item.get("examples") else None
    found = {"tests": tests, "hints": hints, "suspect": suspect, "examples": examples}
    return ExerciseResult(**{**_tuples(item), **found})


def _test(item: dict[str, Any]) -> TestResult:
    found = item.get("counterexample")
    return TestResult(**{**item, "counterexample": Counterexample(**found) if found else None})


def _tuples(item: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in item.items()}


def _as_json(value: Any) -> Any:
    """The value with dictionaries in place of dataclasses, and None in place of odd numbers."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if is_dataclass(value):
        value = vars(value)
    if isinstance(value, Mapping):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    return value
