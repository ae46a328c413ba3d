"""Exercises, tests, written questions and mistakes of a class, each with its figures.

The rest that an item is compared with is always the points in the other exercises. So tests of one
exercise that fail together do not confirm each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.class_report.estimates import (
    Estimate,
    Separation,
    correlation,
    separation,
    share,
)
from autograder.class_report.records import ClassData, Student
from autograder.course.assignment import Exercise, WrittenQuestion
from autograder.results import TestResult, Visibility


@dataclass(frozen=True)
class ExerciseItem:
    """An exercise: how many students have all, some or no points, or have not written it.

    `n` is how many have points there at all. `mean` is None if nobody has. `full_share` is the
    share of those with all points.
    """

    name: str
    worth: float
    n: int
    mean: float | None
    full: int
    part: int
    none: int
    unwritten: int
    full_share: Estimate | None
    discrimination: Estimate | None

    @property
    def separation(self) -> Separation:
        """Whether the exercise tells students apart."""
        return separation(self.discrimination)


@dataclass(frozen=True)
class TestItem:
    """A test: how many of `n` students pass it, and of the `written` who wrote the exercise."""

    __test__ = False

    exercise: str
    name: str
    title: str
    visibility: Visibility
    n: int
    written: int
    passed: int
    pass_share: Estimate | None
    discrimination: Estimate | None

    @property
    def separation(self) -> Separation:
        """Whether the test tells students apart."""
        return separation(self.discrimination)

    @property
    def nobody_fails(self) -> bool:
        """Whether everybody passes who wrote the exercise."""
        return self.written > 0 and self.passed == self.written

    @property
    def nobody_passes(self) -> bool:
        """Whether everybody fails who wrote the exercise."""
        return self.written > 0 and self.passed == 0


@dataclass(frozen=True)
class QuestionItem:
    """A written question: how many answers a person has marked, and how many wait.

    `mean` is the mean of the marked answers.
    """

    name: str
    worth: float
    marked: int
    waiting: int
    unanswered: int
    mean: float | None


@dataclass(frozen=True)
class MistakeItem:
    """A known mistake, the steps of its hint, and how many of `n` students made it."""

    exercise: str
    name: str
    steps: tuple[str, ...]
    students: int
    n: int


def figures_of_exercises(data: ClassData) -> tuple[ExerciseItem, ...]:
    """The figures of each exercise, in the assignment's order."""
    rests = _rests(data)
    return tuple(
        _exercise(each, data, rests.get(each.name, {})) for each in data.assignment.exercises
    )


def figures_of_tests(data: ClassData) -> tuple[TestItem, ...]:
    """The figures of each test that any result has, in the order of exercises and suites."""
    rests = _rests(data)
    items = []
    for exercise in data.assignment.exercises:
        outcomes: dict[str, dict[str, TestResult]] = {}
        for student in data.judged:
            found = student.exercises.get(exercise.name)
            if found is not None and found.score is not None:
                for test in found.tests:
                    outcomes.setdefault(test.name, {})[student.name] = test
        items += [
            _test(exercise.name, by_student, rests.get(exercise.name, {}))
            for by_student in outcomes.values()
        ]
    return tuple(items)


def figures_of_questions(data: ClassData) -> tuple[QuestionItem, ...]:
    """The figures of each written question, in the assignment's order."""
    return tuple(_question(each, data) for each in data.assignment.written)


def figures_of_mistakes(data: ClassData) -> tuple[MistakeItem, ...]:
    """The known mistakes that were found, the most frequent first."""
    found: Counter[tuple[str, str]] = Counter()
    steps: dict[tuple[str, str], tuple[str, ...]] = {}
    judged: Counter[str] = Counter()
    for student in data.judged:
        for exercise in student.exercises.values():
            judged[exercise.name] += exercise.score is not None
            for hint in {each.misconception: each for each in exercise.hints}.values():
                found[exercise.name, hint.misconception] += 1
                steps[exercise.name, hint.misconception] = hint.steps
    items = (
        MistakeItem(exercise, name, steps[exercise, name], count, judged[exercise])
        for (exercise, name), count in found.items()
    )
    return tuple(sorted(items, key=lambda each: (-each.students, each.exercise, each.name)))


def _rests(data: ClassData) -> dict[str, dict[str, float]]:
    """Of each exercise the points in all others, by student; only of those who have all points."""
    exercises = data.assignment.exercises
    rests: dict[str, dict[str, float]] = {each.name: {} for each in exercises}
    if len(exercises) < 2:
        return {}
    for student in data.judged:
        points = {each.name: student.points(each.name, each.grade_id) for each in exercises}
        known = [each for each in points.values() if each is not None]
        if len(known) == len(exercises):
            for name, own in points.items():
                rests[name][student.name] = sum(known) - (own or 0.0)
    return rests


def _exercise(exercise: Exercise, data: ClassData, rest: Mapping[str, float]) -> ExerciseItem:
    points: dict[str, float] = {}
    kinds: Counter[str] = Counter()
    for student in data.judged:
        earned = student.points(exercise.name, exercise.grade_id)
        if earned is not None:
            points[student.name] = earned
            kinds[_kind(earned, exercise, student)] += 1
    return ExerciseItem(
        name=exercise.name,
        worth=exercise.points,
        n=len(points),
        mean=sum(points.values()) / len(points) if points else None,
        full=kinds["full"],
        part=kinds["part"],
        none=kinds["none"],
        unwritten=kinds["unwritten"],
        full_share=share(kinds["full"], len(points)),
        discrimination=_correlation(points, rest),
    )


def _kind(earned: float, exercise: Exercise, student: Student) -> str:
    """Whether a student has all, some or no points, or has not written the exercise."""
    found = student.exercises.get(exercise.name)
    if earned == 0 and found is not None and found.outcome.is_absent:
        return "unwritten"
    if earned >= exercise.points:
        return "full"
    return "part" if earned else "none"


def _test(exercise: str, found: Mapping[str, TestResult], rest: Mapping[str, float]) -> TestItem:
    *_, latest = found.values()
    passed = {student: float(test.passed) for student, test in found.items()}
    count = int(sum(passed.values()))
    return TestItem(
        exercise=exercise,
        name=latest.name,
        title=latest.title or latest.name,
        visibility=latest.visibility,
        n=len(found),
        written=sum(not test.outcome.is_absent for test in found.values()),
        passed=count,
        pass_share=share(count, len(found)),
        discrimination=_correlation(passed, rest),
    )


def _correlation(item: Mapping[str, float], rest: Mapping[str, float]) -> Estimate | None:
    both: Sequence[str] = [student for student in item if student in rest]
    return correlation([item[each] for each in both], [rest[each] for each in both])


def _question(question: WrittenQuestion, data: ClassData) -> QuestionItem:
    cells = [cell for each in data.judged if (cell := each.cells.get(question.name)) is not None]
    marked = [cell.manual for cell in cells if cell.manual is not None and not cell.needs_marking]
    waiting = sum(cell.needs_marking for cell in cells)
    return QuestionItem(
        name=question.name,
        worth=question.points,
        marked=len(marked),
        waiting=waiting,
        unanswered=len(cells) - len(marked) - waiting,
        mean=sum(marked) / len(marked) if marked else None,
    )
