"""Which edits are tried for questions: the same on each machine, fewer where they are much work."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sandboxes import available

from autograder.course.assignment import load_assignment
from autograder.questions.preparing import Askable, Preparing
from autograder.sandbox.inside import searching
from convgrade.submission import Submission, read

ROOT = Path(__file__).parents[2]
TEXT = """def total(numbers, start=0, step=1):
    result = 0
    for place in range(start, len(numbers), step):
        result = result + 2 * numbers[place] - 1
    return result
"""


def places(count: int) -> list[Any]:
    """The edits that are tried in calls with so many numbers."""
    calls = [[[list(range(count))], {}], [[list(range(count)), 1, 2], {}]]
    found = searching.search([TEXT], calls, "total", ["3"], 700, 5_000)
    assert len(found["answers"]) == len(found["places"])
    return found["places"]


def test_a_slow_clock_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = places(3)
    assert len(tried) > 20
    ticks = itertools.count(0, 0.01)
    monkeypatch.setattr(searching.time, "process_time", lambda: next(ticks))
    assert places(3) == tried


def test_what_is_much_work_has_fewer_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_WORK", 100_000)
    few, many = places(4_000), places(3)
    assert 0 < len(few) < len(many)
    assert many[: len(few)] == few


def test_nothing_is_found_where_all_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count(0, 1.0)
    monkeypatch.setattr(searching.time, "process_time", lambda: next(ticks))
    assert places(3) == []


@pytest.fixture
def load() -> Iterator[None]:
    """Two processes for each processor that only compute."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    yield
    for each in busy:
        each.kill()
        each.wait()


def asked(exercise: str = "max_pool2d", file: Path | None = None) -> list[Askable]:
    assignment = load_assignment("pooling_padding", ROOT)
    submission = read(file or assignment.solution_module, assignment.release)
    assert isinstance(submission, Submission)
    with Preparing(assignment, available()) as preparing:
        return preparing.askable(submission, (exercise,), bytes(32))


def test_two_runs_under_other_loads_ask_the_same(request: pytest.FixtureRequest) -> None:
    (alone,) = asked()
    request.getfixturevalue("load")
    (crowded,) = asked()
    assert len(alone.questions) > 100
    assert crowded.questions == alone.questions


@pytest.mark.slow
def test_an_edit_that_ends_the_process_leaves_the_other_questions() -> None:
    file = ROOT / "tests" / "right" / "pooling_padding" / "keras_inside.py"
    (found,) = asked("min_pool2d", file)  # a stride of 0 ends the process in Keras
    assert found.silent == ""
    assert len(found.questions) > 100
