"""Questions about another contract: the key's change fulfils it, and no other option does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from computed_again import Trusted, given_key
from sandboxes import available

from autograder.counterexamples import load
from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import SuiteError
from autograder.questions.contracts import load_contracts, targets
from autograder.questions.drawn_calls import draw_calls
from autograder.questions.preparing import Preparing
from autograder.questions.question import Question
from convgrade.submission import Submission, read

ROOT = Path(__file__).parents[2]
NAME = "pooling_padding"
EXERCISES = ("output_size", "conv2d")
_OPTION = re.compile(r"line (\d+) of (\w+): (.*)")


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return load_assignment(NAME, ROOT)


@pytest.fixture(scope="module")
def questions(assignment: Assignment) -> list[Question]:
    submission = read(assignment.solution_module, assignment.release)
    assert isinstance(submission, Submission)
    with Preparing(assignment, available()) as preparing:
        found = preparing.askable(submission, EXERCISES, bytes(range(32)))
    return [q for each in found for q in each.questions if q.kind == "contract"]


def test_only_the_key_fulfils_the_contract(
    questions: list[Question], assignment: Assignment
) -> None:
    course, trusted = load(assignment), Trusted(assignment.solution_module)
    assert {question.exercise for question in questions} == set(EXERCISES)
    for question in questions:
        (contract,) = (
            each
            for each in load_contracts(assignment)
            if each.exercise == question.exercise and each.wish in question.prompt
        )
        right = course.right[question.exercise]
        calls = draw_calls(course, question.exercise, np.random.default_rng(991), 60)
        for option in question.options:
            line, name, text = _OPTION.fullmatch(option).groups()  # type: ignore[union-attr]
            module = trusted.with_line(name, int(line), text)
            function = getattr(module, question.exercise)
            does = all(
                _alike(_tried(contract.answer, right, *c.args, **c.kwargs), function, c)
                for c in calls
            )
            assert does == (option == given_key(question)), (question, option)


def test_the_options_are_on_lines_of_their_own(questions: list[Question]) -> None:
    for question in questions:
        places = {option.partition(":")[0] for option in question.options}
        assert len(places) == 4


def test_a_contract_that_changes_nothing_is_not_asked_about(assignment: Assignment) -> None:
    course = load(assignment)
    calls = draw_calls(course, "conv2d", np.random.default_rng(0), 16)
    (contract, *_) = (c for c in load_contracts(assignment) if c.exercise == "conv2d")
    right = course.right["conv2d"]
    assert targets([contract], right, calls)
    unchanged = type(contract)("conv2d", "", lambda r, *args, **kwargs: r(*args, **kwargs))
    assert not targets([unchanged], right, calls)


def test_a_file_that_names_no_exercise_is_refused(tmp_path: Path, assignment: Assignment) -> None:
    file = tmp_path / "tests" / "questions" / f"{NAME}.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "from autograder.questions.contracts import changed_contract\n"
        "changed_contract('nothing', 'x')(len)\n"
    )
    (tmp_path / "source").symlink_to(assignment.root / "source")
    elsewhere = replace(assignment, root=tmp_path)
    with pytest.raises(SuiteError, match="changes nothing, which does not exist"):
        load_contracts(elsewhere)
    file.unlink()
    assert load_contracts(elsewhere) == ()


def _tried(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    except ValueError as error:
        return error


def _alike(want: Any, function: Callable[..., Any], call: Any) -> bool:
    try:
        got = function(*call.args, **call.kwargs)
    except Exception as error:
        return isinstance(want, ValueError) and isinstance(error, ValueError)
    return np.shape(want) == np.shape(got) and np.allclose(want, got)
