"""`autograder check`: what a student sees of the public checks."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.cli.check import saves
from autograder.cli.checking import CheckReport, ExerciseCheck, closing_line

CELLS = """\
# %% nbgrader={"grade": false, "grade_id": "total", "locked": false, "schema_version": 3, "solution": true, "task": false}
def total(numbers):
    BODY

# %% nbgrader={"grade": true, "grade_id": "test_total", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from autograder.student import check
check(total, [1, 2], expected=3)
"""  # noqa: E501


def checked(folder: Path, body: str, *options: str) -> tuple[int, str]:
    """Exit code and output of checking a file with one function of that body."""
    file = folder / "mine.py"
    file.write_text(CELLS.replace("BODY", body))
    result = CliRunner().invoke(app, ["check", str(file), *options])
    return result.exit_code, result.output


def test_a_right_file_passes(tmp_path: Path) -> None:
    code, shown = checked(tmp_path, "return sum(numbers)")
    assert code == 0
    assert "✓ total" in shown


def test_a_wrong_answer_shows_what_was_expected_and_what_came(tmp_path: Path) -> None:
    code, shown = checked(tmp_path, "return 12")
    assert code == 1
    assert "✗ total" in shown
    lines = [line.split() for line in shown.splitlines()]
    assert ["expected:", "3"] in lines
    assert ["got:", "12"] in lines


def test_a_stub_is_not_written_yet(tmp_path: Path) -> None:
    code, shown = checked(tmp_path, "raise NotImplementedError")
    assert code == 1
    assert "not written yet" in shown
    assert "Next: write total" in shown


def test_an_error_says_where_it_happened(tmp_path: Path) -> None:
    code, shown = checked(tmp_path, "return numbers.foo")
    assert code == 1
    assert "AttributeError" in shown
    assert "Traceback" not in shown


def in_cells(folder: Path, body: str) -> Path:
    """Three exercises: a right one, one with this body, and another right one."""
    file = folder / "mine.py"
    right = CELLS.replace("BODY", "return sum(numbers)")
    cells = [right.replace("total", name) for name in ("first", "last")]
    cells.insert(1, CELLS.replace("BODY", body).replace("total", "middle"))
    file.write_text("\n".join(cells))
    return file


@pytest.mark.parametrize("body", ["while True: pass", "import time; time.sleep(60)"])
def test_an_endless_loop_costs_its_own_exercise_only(tmp_path: Path, body: str) -> None:
    file = in_cells(tmp_path, body)
    result = CliRunner().invoke(app, ["check", str(file), "--seconds", "1"])
    assert result.exit_code == 1
    for line in ("✓ first", "✗ middle", "✓ last", "not done after 1 seconds", "line 2 of cell 3"):
        assert line in result.output
    assert "2 of 3 pass. Next: mend middle." in result.output


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import os; os._exit(3)", "ended Python itself"),
        (
            "import time\n    while True:\n        try: time.sleep(60)\n        except: pass",
            "was not done after 1 seconds",
        ),
    ],
)
def test_what_ends_the_process_or_never_ends_leaves_what_was_found_before(
    tmp_path: Path, body: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.cli.checking.GRACE_SECONDS", 0.5)
    file = in_cells(tmp_path, body)
    result = CliRunner().invoke(app, ["check", str(file), "--seconds", "1"])
    assert result.exit_code == 1
    shown = " ".join(result.output.split())
    assert f"Cell 4 (test_middle) {said}" in shown
    for part in ("✓ first", "· middle not reached", "· last not reached", "1 of 3 pass"):
        assert part in shown


def test_a_missing_file_could_not_be_checked(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(tmp_path / "none.ipynb")])
    assert result.exit_code == 2
    assert "There is no file" in result.stderr


def test_what_was_printed_with_escapes_is_shown_without_them(tmp_path: Path) -> None:
    _, shown = checked(tmp_path, "raise ValueError('[red]\\x1b[2Jboo')")
    assert "\x1b[2J" not in shown
    assert "[red]" in shown


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (("passed", "passed"), "All 2 pass"),
        (("passed", "not_implemented"), "1 of 2 pass. Next: write b."),
        (("not_implemented", "failed"), "0 of 2 pass. Next: mend b."),
    ],
)
def test_the_last_line_says_what_to_do_next(outcomes: tuple[str, ...], said: str) -> None:
    exercises = tuple(
        ExerciseCheck(name, outcome, "") for name, outcome in zip("ab", outcomes, strict=True)
    )
    assert said in closing_line(CheckReport(exercises))


def test_watching_goes_on_at_each_save_and_waits_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.py"
    file.write_text("x = 1")
    waits = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            file.write_text("x = 1, saved again")

    monkeypatch.setattr("time.sleep", wait)
    changes = saves(file)
    next(changes)
    assert waits == []
    next(changes)
    assert len(waits) == 3
