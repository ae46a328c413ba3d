"""The report as a JSON document; docs/results.md lists its keys, and `--compare` reads it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from autograder.class_report.estimates import Estimate
from autograder.class_report.records import State, Student
from autograder.class_report.report import Report
from convgrade.safe_text import json_log_safe

FORMAT_VERSION = 1


def dumps(report: Report) -> str:
    """The document as text. What is not known is null."""
    return json_log_safe(json.dumps(document(report), allow_nan=False, indent=1))


def document(report: Report) -> dict[str, Any]:
    """The document as plain data."""
    data = report.data
    return {
        "format_version": FORMAT_VERSION,
        "assignment": data.assignment.name,
        "title": data.assignment.title,
        "made": report.made.isoformat(timespec="seconds"),
        "names": data.has_names,
        "gradebook": data.has_gradebook,
        "max_score": data.worth,
        "class": {
            "students": len(data.students),
            "handed_in": report.handed_in,
            **{state.value.replace(" ", "_"): data.count(state) for state in State},
        },
        "marks": {**asdict(report.marks), "not_final": report.waiting} if report.marks else None,
        "exercises": [
            {
                **asdict(each),
                "full_share": _estimate(each.full_share),
                "discrimination": _estimate(each.discrimination),
                "verdict": each.separation,
            }
            for each in report.exercises
        ],
        "tests": [
            {
                **asdict(each),
                "pass_share": _estimate(each.pass_share),
                "discrimination": _estimate(each.discrimination),
                "verdict": each.separation,
                "nobody_fails": each.nobody_fails,
                "nobody_passes": each.nobody_passes,
            }
            for each in report.tests
        ],
        "questions": [asdict(each) for each in report.questions],
        "misconceptions": [asdict(each) for each in report.mistakes],
        "grading": asdict(report.grading),
        "concerns": [asdict(each) for each in report.concerns],
        "pairs": [asdict(each) for each in report.pairs],
        "changes": [asdict(each) for each in report.changes],
        "comparison": asdict(report.comparison) if report.comparison else None,
        "students": [_student(each, report) for each in data.students],
    }


def _estimate(found: Estimate | None) -> dict[str, float] | None:
    return None if found is None else asdict(found)


def _student(student: Student, report: Report) -> dict[str, Any]:
    assignment = report.data.assignment
    found = student.exercises
    return {
        "student": student.name,
        "state": student.state,
        "score": student.total,
        "late_penalty": student.late_penalty,
        "to_mark": student.to_mark,
        "exercises": [
            {
                "name": each.name,
                "score": found[each.name].score if each.name in found else None,
                "points": student.points(each.name, each.grade_id),
                "max_score": each.points,
                "outcome": found[each.name].outcome if each.name in found else None,
                "tests": {test.name: test.outcome for test in found[each.name].tests}
                if each.name in found
                else {},
            }
            for each in assignment.exercises
        ],
        "written": [
            {
                "name": each.name,
                "points": cell.score if (cell := student.cells.get(each.name)) else None,
                "max_score": each.points,
                "waits": bool(cell and cell.needs_marking),
            }
            for each in assignment.written
        ],
    }
