"""The secret, the seeds drawn from it, and the result document."""

from __future__ import annotations

import json
import os

import pytest

from autograder.errors import CourseError
from autograder.grading.seeds import course_secret, secret_file, seed_for
from autograder.results import ExerciseResult, Observed, Outcome, Result, TestResult, WrittenResult


@pytest.fixture(autouse=True)
def no_secret_from_outside(monkeypatch):
    monkeypatch.delenv("AUTOGRADER_SECRET", raising=False)


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path):
    first = course_secret(tmp_path)
    assert len(first) == 32
    assert course_secret(tmp_path) == first
    assert os.stat(secret_file(tmp_path)).st_mode & 0o077 == 0
    assert os.listdir(tmp_path / ".autograder") == ["secret"]


def test_the_environment_comes_first_and_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_SECRET", "from CI")
    assert course_secret(tmp_path) == course_secret(tmp_path)
    assert not secret_file(tmp_path).exists()


def test_a_secret_for_one_run_leaves_no_file(tmp_path):
    assert course_secret(tmp_path, create=False) != course_secret(tmp_path, create=False)
    assert not secret_file(tmp_path).exists()


def test_a_short_secret_is_refused(tmp_path):
    secret_file(tmp_path).parent.mkdir()
    secret_file(tmp_path).write_bytes(b"short")
    with pytest.raises(CourseError, match="too short"):
        course_secret(tmp_path)


def test_every_part_of_a_seed_counts_and_none_runs_into_the_next():
    base = seed_for(b"s" * 32, "a", "b", "c")
    others = [
        seed_for(b"t" * 32, "a", "b", "c"),
        seed_for(b"s" * 32, "ab", "", "c"),
        seed_for(b"s" * 32, "a", "bc", ""),
        seed_for(b"s" * 32, "a", "b", "d"),
    ]
    assert len({base, *others}) == 5
    assert seed_for(b"s" * 32, "a", "b", "c") == base


def whole_result() -> Result:
    test = TestResult(
        "test_x", "X.", "hidden", "failed", 2.0, "got \ud800 <b>", "detail", 0.1, "m", "Why?"
    )
    return Result(
        assignment="mini",
        student="ada",
        submission="ada.ipynb",
        status="graded",
        exercises=(ExerciseResult("increment", 2.5, 4.0, "failed", (test,)),),
        written=(WrittenResult("why", 4.0, "needs_marking"),),
        observed=Observed(notes=("a",), output="text"),
        seconds=1.5,
        versions={"python": "3"},
    )


def test_a_result_survives_being_written(tmp_path):
    path = tmp_path / "deep" / "ada.json"
    whole_result().write(path)
    read_back = Result.from_json(path.read_text(encoding="utf-8"))
    assert read_back == whole_result()
    assert (read_back.score, read_back.max_score) == (2.5, 4.0)
    assert os.listdir(path.parent) == ["ada.json"]


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_is_its_word_in_json_and_comes_back(outcome):
    text = Result(
        "a", "s", "p", "graded", exercises=(ExerciseResult("e", 0.0, 1.0, outcome),)
    ).to_json()
    assert json.loads(text)["exercises"][0]["outcome"] == outcome.value
    assert Result.from_json(text).exercises[0].outcome is outcome


def test_a_result_of_an_outcome_that_there_is_not_is_refused():
    text = whole_result().to_json()
    with pytest.raises(ValueError, match="flawed"):
        Result.from_json(text.replace('"failed"', '"flawed"'))


def test_json_without_nan():
    odd = Result("a", "s", "p", "graded", seconds=float("nan"))
    assert json.loads(odd.to_json())["seconds"] is None


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"format_version": 1}', "not json", "NaN"])
def test_what_is_not_a_result_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        Result.from_json(text)


def test_a_sum_is_never_above_the_maximum():
    parts = tuple(ExerciseResult(str(i), 0.1, 0.1, "passed") for i in range(3))
    result = Result("a", "s", "p", "graded", exercises=parts)
    assert result.score <= result.max_score
