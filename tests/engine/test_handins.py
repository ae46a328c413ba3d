"""The bank of hand-ins: every folder of tests/handins is graded, checked, and compared.

tests/handins/README.md says what a case is; adding a folder adds one.
"""

from __future__ import annotations

import pytest
from graders import grade
from handins import KEYS, SEED, Case, Courses, case, courses

from autograder.gradebook.notebooks import canonical
from autograder.results import Result
from autograder.submission import read

__all__ = ["case", "courses"]


def test_the_right_thing_comes_of_it(case: Case, courses: Courses) -> None:
    """Status, points, written answers and sentences are those that the case names."""
    expected = case.expected
    result = grade(case.folder, case.assignment, SEED, student="ada", warm_process=courses.address)
    assert set(expected) <= KEYS
    assert result.status == expected.get("status", "graded"), result.reason
    assert expected.get("reason", "") in result.reason
    if "score" in expected:
        assert result.score == pytest.approx(expected["score"]), told(result)
    outcomes = {exercise.name: exercise.outcome for exercise in result.exercises}
    for name, outcome in expected.get("exercises", {}).items():
        assert outcomes[name] == outcome, told(result)
    states = {question.name: question.state for question in result.written}
    for name, state in expected.get("written", {}).items():
        assert states[name] == state, (name, told(result))
    attention = result.observed.attention
    for sentence in expected.get("attention", ()):
        assert any(sentence in said for said in attention), attention
    if expected.get("attention") == []:
        assert attention == ()
    for word in expected.get("missing", ()):
        assert word in told(result)


def test_nothing_that_was_written_is_lost(case: Case) -> None:
    """Each line of text that is no code stands in the graded notebook, and nothing raises."""
    if case.expected.get("status", "graded") != "graded":
        pytest.skip("a file that is rejected has no cells")
    readable = read(case.folder, case.assignment.release)
    notebook = canonical(readable, case.assignment)
    shown = "\n".join(cell.source for cell in notebook.cells).replace("\u200b", "")
    for text in readable.written.values():
        for line in text.split("\n"):
            assert line in shown or "attachment" in line
    pictures = sum(len(cell.get("attachments", {})) for cell in notebook.cells)
    assert pictures == case.expected.get("pictures", 0)


def told(result: Result) -> str:
    observed = result.observed
    sentences = [*observed.attention, *observed.notes, *observed.failed_cells]
    for exercise in result.exercises:
        sentences += [f"{exercise.name}: {test.message}" for test in exercise.tests]
    return "\n".join(sentences)
