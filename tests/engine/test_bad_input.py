"""Every kind of bad input has its one clear outcome, and costs nobody else anything."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from mini_course import write_mini_course

from autograder.course.assignment import Assignment
from autograder.demo import MadeUp, surprise, write_class
from autograder.demo.broken import tampered, unreadable
from autograder.demo.hostile import (
    BESIDE_RIGHT,
    BESIDE_STUBS,
    IN_A_RIGHT_CELL,
    IN_ONE_CELL,
    IN_ONE_FUNCTION,
    hostile,
)
from autograder.grading.scheduling import grade_class, handed_in
from autograder.results import Result

REASONS = {
    "invalid_json": "not valid JSON",
    "truncated": "cut off",
    "empty": "empty",
    "nbformat_2": "nbformat 2",
    "another_assignment": "another assignment",
    "deeply_nested": "nested too deeply",
    "not_utf8": "none of its functions",
    "directory": "folder",
    "symlink": "symbolic link",
    "nothing": "Nothing was handed in",
}
NOTES = {
    "duplicated_ids": "stands 2 times",
    "missing_ids": "had lost nbgrader's metadata",
    "split_cell": "stands 2 times",
    "changed_points": "points",
    "deleted_locked_cells": "is missing",
    "changed_locked_cell": "was changed",
}
ONE_EXERCISE = {
    "syntax_error": {"missing"},
    "endless_loop": {"timeout"},
    "returns_none": {"failed"},
    "wrong_type": {"failed"},
    "huge_array": {"failed"},
    "memory_hog": {"crashed", "timeout"},
    "fork_bomb": {"crashed", "error", "failed", "timeout"},
    "exits": {"crashed"},
    "equal_to_everything": {"failed"},
    "markup_in_message": {"error"},
}


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return write_mini_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def made_up(assignment: Assignment) -> Mapping[str, MadeUp]:
    """Each bad input under its kind as the student's name."""
    bad = (
        *unreadable(assignment, assignment.solution_module),
        *tampered(assignment),
        *hostile(assignment),
    )
    return {each.kind: each for each in bad}


@pytest.fixture(scope="module")
def results(assignment: Assignment, made_up: Mapping[str, MadeUp]) -> Mapping[str, Result]:
    """All of them graded together, as a class."""
    write_class(assignment, made_up)
    graded = grade_class(assignment, handed_in(assignment))
    return {each.result.student: each.result for each in graded}


@pytest.mark.parametrize("kind", REASONS)
def test_a_file_that_is_no_submission_is_rejected_and_says_why(
    kind: str, results: Mapping[str, Result]
) -> None:
    assert results[kind].status == "rejected"
    assert results[kind].score == 0
    assert REASONS[kind] in results[kind].reason


@pytest.mark.parametrize("kind", NOTES)
def test_a_tampered_notebook_is_graded_by_the_source_and_noted(
    kind: str, results: Mapping[str, Result]
) -> None:
    result = results[kind]
    assert (result.status, result.score, result.max_score) == ("graded", 6.0, 6.0)
    said = (*result.observed.notes, *result.observed.attention)
    assert any(NOTES[kind] in sentence for sentence in said)


@pytest.mark.parametrize("kind", ONE_EXERCISE)
def test_what_breaks_one_exercise_leaves_the_others(
    kind: str, results: Mapping[str, Result], made_up: Mapping[str, MadeUp]
) -> None:
    assert surprise(made_up[kind], results[kind]) == ""
    (lost,) = made_up[kind].lost
    (spoiled,) = (each for each in results[kind].exercises if each.name == lost)
    assert {test.outcome for test in spoiled.tests} <= {*ONE_EXERCISE[kind], "passed"}


@pytest.mark.parametrize("kind", [*BESIDE_RIGHT, *IN_A_RIGHT_CELL])
def test_noise_beside_right_answers_costs_nothing(
    kind: str, results: Mapping[str, Result], made_up: Mapping[str, MadeUp]
) -> None:
    assert surprise(made_up[kind], results[kind]) == ""


@pytest.mark.parametrize("kind", BESIDE_STUBS)
def test_tricks_beside_stubs_earn_nothing(
    kind: str, results: Mapping[str, Result], made_up: Mapping[str, MadeUp]
) -> None:
    assert surprise(made_up[kind], results[kind]) == ""


def test_printing_100_mb_is_counted_and_not_kept(results: Mapping[str, Result]) -> None:
    observed = results["prints_100_mb"].observed
    assert observed.output_bytes > 100_000_000
    assert len(observed.output) < 1_000_000


def test_every_kind_of_bad_input_is_tested(made_up: Mapping[str, MadeUp]) -> None:
    assert set(ONE_EXERCISE) == {*IN_ONE_CELL, *IN_ONE_FUNCTION}
    harmless = {*BESIDE_RIGHT, *IN_A_RIGHT_CELL}
    assert set(made_up) == {*REASONS, *NOTES, *ONE_EXERCISE, *harmless, *BESIDE_STUBS}
