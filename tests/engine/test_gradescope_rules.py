"""Gradescope's results.json, by each rule that its specification of output formats states."""

from __future__ import annotations

import json
from numbers import Real
from typing import Any

import pytest
from published_results import every_kind, hostile

from autograder.publish import gradescope
from autograder.results import Result

FORMATS = ("text", "html", "simple_format", "md", "ansi")
VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")
OF_ALL: dict[str, Any] = {
    "score": Real,
    "execution_time": Real,
    "output": str,
    "output_format": FORMATS,
    "test_output_format": FORMATS,
    "test_name_format": FORMATS,
    "visibility": VISIBILITIES,
    "stdout_visibility": VISIBILITIES,
    "extra_data": dict,
    "tests": list,
    "leaderboard": list,
}
OF_TESTS: dict[str, Any] = {
    "score": Real,
    "max_score": Real,
    "status": ("passed", "failed"),
    "name": str,
    "name_format": FORMATS,
    "number": str,
    "output": str,
    "output_format": FORMATS,
    "tags": list,
    "visibility": VISIBILITIES,
    "extra_data": dict,
}
KINDS = every_kind()
GRADED = {name: each for name, each in KINDS.items() if each.score is not None}


def broken_rules(document: dict[str, Any]) -> list[str]:
    """Each rule that a document breaks."""
    broken = _broken(document, OF_ALL, "document")
    tests = document.get("tests", [])
    for test in tests:
        broken += _broken(test, OF_TESTS, f"test {test.get('name')}")
    if "score" not in document and not (tests and all("score" in test for test in tests)):
        broken.append("a score of the whole, or one of each test, is required")
    return broken


def _broken(entries: dict[str, Any], known: dict[str, Any], where: str) -> list[str]:
    broken = [f"{where}: {name} is unknown" for name in entries if name not in known]
    for name, value in entries.items():
        rule = known.get(name, object)
        fits = value in rule if isinstance(rule, tuple) else isinstance(value, rule)
        if not fits or isinstance(value, bool):
            broken.append(f"{where}: {name} is {value!r}")
    return broken


def document(result: Result) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(gradescope.dumps(result) or "")
    return read


@pytest.mark.parametrize("kind", GRADED)
def test_every_kind_of_result_keeps_the_rules(kind: str) -> None:
    assert broken_rules(document(GRADED[kind])) == []


def test_the_rules_are_checked() -> None:
    right = document(KINDS["advice"])
    (test,) = right["tests"]
    for wrong in (
        {**right, "score": "1"},
        {**right, "scores": 1},
        {**right, "output_format": "markdown"},
        {**right, "visibility": "no"},
        {**right, "tests": [{**test, "status": "error"}]},
        {**right, "tests": [{**test, "max_score": None}]},
        {"tests": []},
    ):
        assert len(broken_rules(wrong)) == 1, wrong


@pytest.mark.parametrize("kind", GRADED)
def test_the_points_of_the_whole_are_those_of_its_tests(kind: str) -> None:
    found = document(GRADED[kind])
    assert found["score"] == sum(test["score"] for test in found["tests"])
    assert all(0 <= test["score"] <= test["max_score"] for test in found["tests"])


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - GRADED.keys()))
def test_what_the_format_cannot_say_is_no_document(kind: str) -> None:
    assert gradescope.dumps(KINDS[kind]) is None


def test_nothing_is_shown_as_markup_nor_students_shown_what_is_printed() -> None:
    found = document(hostile())
    assert {each["output_format"] for each in (found, *found["tests"])} == {"text"}
    assert "stdout_visibility" not in found
