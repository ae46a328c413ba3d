"""The report's figures as CSV files, and cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from autograder.class_report.estimates import Estimate
from autograder.class_report.items import ExerciseItem, TestItem
from autograder.class_report.report import Report
from convgrade.safe_text import plain

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""The first characters by which spreadsheets recognize a formula."""
NOTHING = "-"
"""What platforms write where there is nothing; alone it is no formula."""
Row = Mapping[str, Any]


def tables(report: Report) -> dict[str, str]:
    """The text of each CSV file, by its name.

    `students.csv` has a row per student, `exercises.csv` one per student and exercise or question,
    `tests.csv` one per student and test, `items.csv` one per exercise and test with its figures.
    """
    return {
        "students.csv": dumps(
            ("assignment", "student", "state", "score", "max_score", "late_penalty", "to_mark"),
            _students(report),
        ),
        "exercises.csv": dumps(
            ("student", "exercise", "kind", "score", "points", "max_score", "outcome", "waits"),
            _exercises(report),
        ),
        "tests.csv": dumps(
            ("student", "exercise", "test", "visibility", "weight", "outcome", "seconds"),
            _tests(report),
        ),
        "items.csv": dumps(
            (
                "kind", "exercise", "test", "title", "visibility", "n", "written", "passed",
                *_names("share"), *_names("discrimination"), "verdict", "mean", "max_score",
            ),
            _items(report),
        ),
    }  # fmt: skip


def dumps(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Rows as CSV below a line of columns. Cells that are missing or None are empty."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([cell(column) for column in columns])
    for row in rows:
        writer.writerow([cell(row.get(column)) for column in columns])
    return text.getvalue()


def cell(value: Any) -> Any:
    """A value as a cell: text in one line, with an apostrophe before what looks like a formula."""
    if not isinstance(value, str):
        return round(value, 6) if isinstance(value, float) else value
    line = plain(value, lines=False)
    is_formula = value.startswith(FORMULA) or line.startswith(FORMULA)
    return f"'{line}" if is_formula and line != NOTHING else line


def _students(report: Report) -> Iterator[Row]:
    for student in report.data.students:
        yield {
            "assignment": report.data.assignment.name,
            "student": student.name,
            "state": student.state.value,
            "score": student.total,
            "max_score": report.data.worth,
            "late_penalty": student.late_penalty,
            "to_mark": student.to_mark,
        }


def _exercises(report: Report) -> Iterator[Row]:
    assignment = report.data.assignment
    for student in report.data.students:
        found = student.exercises
        for exercise in assignment.exercises:
            result = found.get(exercise.name)
            yield {
                "student": student.name,
                "exercise": exercise.name,
                "kind": "tests",
                "score": result and result.score,
                "points": student.points(exercise.name, exercise.grade_id),
                "max_score": exercise.points,
                "outcome": result and result.outcome.value,
            }
        for question in assignment.written:
            state = student.cells.get(question.name)
            yield {
                "student": student.name,
                "exercise": question.name,
                "kind": "written",
                "points": state and state.score,
                "max_score": question.points,
                "waits": state and int(state.needs_marking),
            }


def _tests(report: Report) -> Iterator[Row]:
    for student in report.data.judged:
        for exercise in student.exercises.values():
            for test in exercise.tests:
                yield {
                    "student": student.name,
                    "exercise": exercise.name,
                    "test": test.name,
                    "visibility": test.visibility,
                    "weight": test.weight,
                    "outcome": test.outcome.value,
                    "seconds": test.seconds,
                }


def _items(report: Report) -> Iterator[Row]:
    for exercise in report.exercises:
        yield _exercise_item(exercise)
    for test in report.tests:
        yield _test_item(test)


def _exercise_item(item: ExerciseItem) -> Row:
    return {
        "kind": "exercise",
        "exercise": item.name,
        "n": item.n,
        "written": item.n - item.unwritten,
        "passed": item.full,
        **_estimate("share", item.full_share),
        **_estimate("discrimination", item.discrimination),
        "verdict": item.separation.value,
        "mean": item.mean,
        "max_score": item.worth,
    }


def _test_item(item: TestItem) -> Row:
    return {
        "kind": "test",
        "exercise": item.exercise,
        "test": item.name,
        "title": item.title,
        "visibility": item.visibility,
        "n": item.n,
        "written": item.written,
        "passed": item.passed,
        **_estimate("share", item.pass_share),
        **_estimate("discrimination", item.discrimination),
        "verdict": item.separation.value,
    }


def _names(name: str) -> tuple[str, str, str]:
    return name, f"{name}_low", f"{name}_high"


def _estimate(name: str, found: Estimate | None) -> Row:
    if found is None:
        return {}
    return dict(zip(_names(name), (found.value, found.low, found.high), strict=True))
