"""What changed: in the last regrade of each hand-in, and since an earlier JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.class_report.items import TestItem
from autograder.class_report.records import ClassData
from autograder.errors import AutograderError
from autograder.grading.score_changes import cause
from convgrade.safe_text import shortened

MOST_BYTES = 512 * 2**20


@dataclass(frozen=True)
class Earlier:
    """What an earlier document says of a class.

    Attributes:
        assignment: the assignment.
        scores: the points of the tests in each exercise, by student; empty if the document has
            pseudonyms.
        passed: how many passed each test, and of how many, by exercise and test.
    """

    assignment: str
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    passed: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """How the points of the tests changed for one student and exercise. `why` may be empty."""

    student: str
    exercise: str
    before: float
    after: float
    why: str = ""


@dataclass(frozen=True)
class TestChange:
    """How many passed a test, before and now, each of how many."""

    __test__ = False

    exercise: str
    test: str
    passed_before: int
    n_before: int
    passed_now: int
    n_now: int


@dataclass(frozen=True)
class Comparison:
    """What changed since an earlier document.

    `new` and `gone` are the students whose work the tests have judged now and not before, and the
    reverse. They are None, and `changes` is empty, if the document has pseudonyms.
    """

    source: str
    changes: tuple[Change, ...] = ()
    tests: tuple[TestChange, ...] = ()
    new: tuple[str, ...] | None = None
    gone: tuple[str, ...] | None = None

    @property
    def has_names(self) -> bool:
        """Whether students could be compared."""
        return self.new is not None


def last_changes(data: ClassData) -> tuple[Change, ...]:
    """How the last regrade of each hand-in changed its points, with the tests behind it."""
    return tuple(
        Change(student.name, each.exercise, each.before, each.after, cause(each))
        for student in data.judged
        if student.result
        for each in student.result.changes
    )


def compared(
    data: ClassData, tests: Iterable[TestItem], earlier: Earlier, source: str
) -> Comparison:
    """Compare a class with an earlier document.

    Args:
        data: the class now, with names.
        tests: its tests with their figures.
        earlier: the document.
        source: how it is called.

    Raises:
        AutograderError: the document is of another assignment.
    """
    if earlier.assignment != data.assignment.name:
        raise AutograderError(
            f"{source} is of {earlier.assignment}, not of {data.assignment.name}: "
            "compare documents of one assignment."
        )
    changed_tests = tuple(_test_changes(tests, earlier))
    if not earlier.scores:
        return Comparison(source, tests=changed_tests)
    now = {student.name: _scores(student.exercises) for student in data.judged}
    changes = (
        Change(student, exercise, before[exercise], after)
        for student, before in earlier.scores.items()
        for exercise, after in now.get(student, {}).items()
        if exercise in before and before[exercise] != after
    )
    return Comparison(
        source,
        tuple(changes),
        changed_tests,
        new=tuple(sorted(now.keys() - earlier.scores.keys())),
        gone=tuple(sorted(earlier.scores.keys() - now.keys())),
    )


def read_earlier(path: Path) -> Earlier:
    """Read a document that `autograder report --json` or `autograder grade --json` wrote.

    Raises:
        AutograderError: it cannot be read, or is no such document.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise AutograderError(f"{path} is larger than {MOST_BYTES >> 20} MB: it is not read.")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AutograderError(f"{path} cannot be read ({error.strerror}).") from None
    except (ValueError, RecursionError):
        raise AutograderError(f"{path} is not valid JSON.") from None
    try:
        return _earlier(document)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise AutograderError(
            f"{path} is neither a document of `autograder report --json` nor one of "
            "`autograder grade --json` of a class."
        ) from None


def _earlier(document: Any) -> Earlier:
    if isinstance(document, dict) and "students" in document:
        students = document["students"] if document["names"] else []
        passed = {
            (test["exercise"], test["name"]): (int(test["passed"]), int(test["n"]))
            for test in document["tests"]
        }
        name = str(document["assignment"])
    else:
        students = document["results"] if isinstance(document, dict) else document
        name = str(students[0]["assignment"])
        if any(each["assignment"] != name for each in students):
            raise ValueError("several assignments")
        passed = {}
        for _, exercise, test in _tests(students):
            key = (exercise, str(test["name"]))
            count, n = passed.get(key, (0, 0))
            passed[key] = (count + (test["outcome"] == "passed"), n + 1)
    scores = {str(each["student"]): _document_scores(each) for each in students if _judged(each)}
    return Earlier(name, scores, passed)


def _judged(student: Mapping[str, Any]) -> bool:
    """Whether the tests have judged this student's work, in either form of a document."""
    words = ("graded", "grader_error", "partly graded")
    return student.get("state", student.get("status")) in words


def _document_scores(student: Mapping[str, Any]) -> dict[str, float]:
    found = {str(each["name"]): each["score"] for each in student["exercises"]}
    return {name: float(score) for name, score in found.items() if score is not None}


def _tests(students: Any) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for student in students:
        for exercise in student["exercises"] if _judged(student) else ():
            if exercise["score"] is not None:
                for test in exercise["tests"]:
                    yield str(student["student"]), str(exercise["name"]), test


def _scores(exercises: Mapping[str, Any]) -> dict[str, float]:
    return {name: each.score for name, each in exercises.items() if each.score is not None}


def _test_changes(tests: Iterable[TestItem], earlier: Earlier) -> Iterator[TestChange]:
    """The tests that a greater or smaller share of students passes than before."""
    for item in tests:
        passed, n = earlier.passed.get((item.exercise, item.name), (0, 0))
        if n and passed * item.n != item.passed * n:
            title = shortened(item.title, 200)
            yield TestChange(item.exercise, title, passed, n, item.passed, item.n)
