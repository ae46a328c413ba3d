"""Made-up classes of any size for the tests of reports: records and results, without grading."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
from feedback_pages import HOSTILE_TEXT

from autograder.class_report.comparison import Earlier
from autograder.class_report.items import figures_of_tests
from autograder.class_report.page import render_page
from autograder.class_report.records import ClassData, State, Student
from autograder.class_report.report import Report, report_on
from autograder.course.assignment import Assignment
from autograder.course.training_terms import TrainingTerms
from autograder.gradebook.changes import CellState
from autograder.results import (
    ExerciseResult,
    Fault,
    Hint,
    Observed,
    Outcome,
    Result,
    ScoreChange,
    TestResult,
)
from autograder.similarity.records import SimilarPair

NOW = datetime(2026, 3, 1, 12)
TESTS = 6
"""Tests of each exercise; the first is public."""
TERMS = TrainingTerms("digits", epochs=1, batch_size=32, threshold=0.9, spread=0.05)
HOSTILE_NAMES = (
    '<script>document.title = "forged"</script>',
    '=HYPERLINK("https://example.org","a mark")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "José\u202e 🎓 ‮mirrored",
    "x" * 180,
    '"><img src=x onerror="document.title = \'forged\'">',
)
STEPS = ("Look at the sign.", "What is three times two?", "It adds 3 in place of `x`.")


def class_of_size(
    course: Assignment, size: int, *, hostile: bool = False, seed: int = 0
) -> ClassData:
    """A class in which good students pass more tests, and of 40 some are rejected, absent or not
    graded.
    """
    rng = np.random.default_rng(seed)
    course = replace(course, training={"digits": TERMS})
    names = [f"student-{number:03}" for number in range(size)]
    if hostile:
        names[: len(HOSTILE_NAMES)] = HOSTILE_NAMES[:size]
    students = tuple(
        _student(course, name, number, rng, hostile) for number, name in enumerate(names)
    )
    return ClassData(course, tuple(sorted(students, key=lambda each: each.name)))


def made_report(
    course: Assignment, size: int, *, names: bool = True, hostile: bool = False
) -> Report:
    """The report on a class, with pairs and changes since another document, if it is large."""
    data = class_of_size(course, size, hostile=hostile)
    if size < 4:
        return report_on(data, NOW)
    one, two, three, four, *_ = (each.name for each in data.students)
    pairs = [
        SimilarPair(one, two, "code", "triple", 0.93, (("x + 3 # Ann", "y + 3"),), ("# by Ann",)),
        SimilarPair(three, four, "answer", f"of {three}", 0.8, ()),
    ]
    passed = {(test.exercise, test.name): (0, 1) for test in figures_of_tests(data)}
    earlier = Earlier(course.name, {one: {"double": 0.1}, "gone with a name": {}}, passed)
    return report_on(data, NOW, pairs, ("last.json", earlier), names=names)


def written_report(course: Assignment, size: int) -> str:
    """The page of a report."""
    return render_page(made_report(course, size))


def hostile_report(course: Assignment, *, names: bool) -> str:
    """The page of a report on a class whose names and files attack it."""
    return render_page(made_report(course, 40, names=names, hostile=True))


def _student(
    course: Assignment, name: str, number: int, rng: np.random.Generator, hostile: bool
) -> Student:
    text = HOSTILE_TEXT if hostile else "The file is cut off."
    if number % 40 == 37:
        return Student(name, State.ABSENT)
    if number % 40 == 38:
        return Student(name, State.NOT_GRADED)
    if number % 40 == 39:
        result = Result(course.name, name, "", "rejected", text, seconds=0.1)
        return Student(name, State.REJECTED, result, 0.0)
    ability = rng.normal()
    exercises = tuple(
        _exercise(each.name, each.points, ability, rng, text if hostile else "")
        for each in course.exercises
    )
    cells = {
        each.grade_id: CellState(found.score, None, False)
        for each, found in zip(course.exercises, exercises, strict=True)
    }
    for question in course.written:
        waits = bool(rng.random() < 0.3)
        points = None if waits else float(rng.integers(0, question.points + 1))
        cells[question.name] = CellState(None, points, waits)
    result = Result(
        course.name,
        name,
        "",
        "graded",
        exercises=exercises,
        dataset="digits",
        seconds=float(rng.gamma(2, 0.4)),
        observed=_observed(number, text),
        changes=(ScoreChange(course.exercises[0].name, 1.0, 2.0, 3.0, 3.0, ("It fits.",)),)
        if number % 11 == 5
        else (),
    )
    if number % 40 == 36:
        return _partly(Student(name, State.PARTLY, result, None, 0.0, cells))
    total = round(sum(cell.score for cell in cells.values()), 2)
    return Student(name, State.GRADED, result, total, 0.0, cells)


def _observed(number: int, text: str) -> Observed:
    return Observed(
        attention=(f"Of two files one was taken. {text}",) if number % 13 == 4 else (),
        violations=(f"No answer in the agreed form. {text}",) if number % 17 == 6 else (),
        cpu_seconds=0.2,
    )


def _partly(student: Student) -> Student:
    """The last exercise has no score, because its suite is at fault."""
    assert student.result
    *others, last = student.result.exercises
    failed = replace(last, score=None, outcome=Outcome.GRADER_ERROR, tests=(), hints=())
    fault = Fault("NameError: x", f"test_{last.name}.py", 3, "test_a", last.name)
    result = replace(
        student.result,
        status="grader_error",
        reason=f"The grader failed on {last.name}.",
        exercises=(*others, failed),
        faults=(fault,),
    )
    return replace(student, result=result)


def _exercise(
    name: str, worth: float, ability: float, rng: np.random.Generator, text: str
) -> ExerciseResult:
    if rng.random() < 0.1:
        tests = [_test(name, place, Outcome.NOT_IMPLEMENTED, text) for place in range(TESTS)]
        return ExerciseResult(name, 0.0, worth, Outcome.NOT_IMPLEMENTED, tuple(tests))
    passed = [bool(ability + rng.normal() > place / 3 - 1.2) for place in range(TESTS)]
    passed[1] = True  # nobody fails this test, and nobody passes the last one of some exercises
    passed[-1] = passed[-1] and "a" not in name
    tests = [
        _test(name, place, Outcome.PASSED if each else Outcome.FAILED, text)
        for place, each in enumerate(passed)
    ]
    if name == "train":
        tests[2] = replace(tests[2], training=_training(passed[2], rng))
    hints = () if passed[2] else (Hint("adds_three", STEPS),)
    score = round(worth * sum(passed) / TESTS, 2)
    return ExerciseResult(name, score, worth, Outcome.FAILED, tuple(tests), hints=hints)


def _test(exercise: str, place: int, outcome: Outcome, text: str) -> TestResult:
    return TestResult(
        f"test_{place}",
        f"Property {place} of `{exercise}` holds for arrays of any size and any type.",
        "public" if place == 0 else "hidden",
        outcome,
        1.0,
        message=text,
    )


def _training(passed: bool, rng: np.random.Generator) -> dict[str, object]:
    counted = round(float(rng.uniform(0.905, 0.99) if passed else rng.uniform(0.5, 0.895)), 4)
    return {
        "dataset": "digits", "threshold": TERMS.threshold, "accuracies": [counted],
        "counted": counted, "runs": 1,
    }  # fmt: skip
