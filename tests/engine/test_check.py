"""`autograder check`: what a student sees of the public checks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from convgrade.checking.report import Blank, CheckReport, ExerciseCheck
from convgrade.commands.check import saves
from convgrade.commands.check_output import closing_lines

CELLS = """\
# %% nbgrader={"grade": false, "grade_id": "total", "locked": false, "schema_version": 3, "solution": true, "task": false}
def total(numbers):
    BODY

# %% nbgrader={"grade": true, "grade_id": "test_total", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false}
from convgrade import check
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
    for line in ("✓ first", "✗ middle", "✓ last", "not done after 1 seconds", "(mine.py:11)"):
        assert line in result.output
    assert "2 of 3 pass. Next: correct middle." in result.output


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import os; os._exit(3)", "the code ended Python itself"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt (mine.py:11)"),
        (
            "import time\n    while True:\n        try: time.sleep(60)\n        except: pass",
            "not done after 1 seconds",
        ),
    ],
)
def test_what_ends_the_process_or_cannot_be_interrupted_costs_its_own_exercise_only(
    tmp_path: Path, body: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convgrade.checking.process.GRACE_SECONDS", 0.5)
    file = in_cells(tmp_path, body)
    result = CliRunner().invoke(app, ["check", str(file), "--seconds", "1"])
    assert result.exit_code == 1
    shown = " ".join(result.output.split())
    for part in ("✓ first", f"✗ middle {said}", "✓ last", "2 of 3 pass"):
        assert part in shown


def test_a_cell_that_ends_the_process_costs_only_what_follows_in_it(tmp_path: Path) -> None:
    file = in_cells(tmp_path, "return sum(numbers)")
    text = file.read_text()
    cell = "# %%\nhelper = 1\nimport os; os._exit(3)\nhelper = 2\n"
    file.write_text(text.replace("# %%", cell + "# %%", 1))
    shown = CliRunner().invoke(app, ["check", str(file)]).output
    assert "the code ended Python itself" in " ".join(shown.split())
    for name in ("first", "middle", "last"):
        assert f"✓ {name}" in shown


def test_a_missing_file_could_not_be_checked(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(tmp_path / "none.ipynb")])
    assert result.exit_code == 2
    assert "There is no file" in result.stderr


def test_what_was_printed_with_escapes_is_shown_without_them(tmp_path: Path) -> None:
    _, shown = checked(tmp_path, "raise ValueError('[red]\\x1b[2Jboo')")
    assert "\x1b[2J" not in shown
    assert "[red]" in shown


def closing(*outcomes: str, **values: Any) -> str:
    exercises = tuple(
        ExerciseCheck(name, outcome) for name, outcome in zip("abc", outcomes, strict=False)
    )
    return " ".join(closing_lines(CheckReport(exercises, **values)))


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (("passed", "passed"), "All 2 pass"),
        (("passed", "not_implemented"), "1 of 2 pass. Next: write b."),
        (("not_implemented", "failed"), "0 of 2 pass. Next: write a."),
        (("error", "not_implemented"), "0 of 2 pass. Next: correct a."),
    ],
)
def test_next_is_the_first_exercise_that_does_not_pass(
    outcomes: tuple[str, ...], said: str
) -> None:
    assert said in closing(*outcomes)


BLANK = (Blank("why", 4), Blank("when", 4))


def test_nobody_is_told_to_hand_in_blank_answers() -> None:
    said = closing("passed", "passed", blank=BLANK, points=44)
    assert "hand it in" not in said
    assert "2 written answers worth 8 of 44 points are still blank: why, when." in said


def test_a_complete_file_may_be_handed_in() -> None:
    assert "hand it in" in closing("passed", "passed", points=44)


def test_blank_answers_are_told_before_all_pass() -> None:
    assert "are still blank" in closing("passed", "failed", blank=BLANK, points=44)


def test_a_module_is_said_to_hold_no_answers() -> None:
    assert "not in this file" in closing("passed", blank=BLANK, points=44, is_module=True)


def test_one_exercise_alone_says_nothing_of_handing_in() -> None:
    said = closing("passed", is_part=True, blank=BLANK)
    assert said == "It passes. Check the whole file before you hand it in."


def test_one_exercise_is_checked_alone(tmp_path: Path) -> None:
    file = in_cells(tmp_path, "while True: pass")
    result = CliRunner().invoke(app, ["check", str(file), "--exercise", "last"])
    assert result.exit_code == 0
    assert "✓ last" in result.output
    assert "middle" not in result.output


def test_a_name_that_is_no_exercise_could_not_be_checked(tmp_path: Path) -> None:
    file = in_cells(tmp_path, "return 3")
    result = CliRunner().invoke(app, ["check", str(file), "--exercise", "midle"])
    assert result.exit_code == 2
    assert "Did you mean middle?" in result.stderr


def test_names_with_spaces_and_brackets_are_shown_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "my work [final] (1).py"
    file.write_text(CELLS.replace("BODY", "return sum(numbers)"))
    result = CliRunner().invoke(app, ["check", str(file)])
    assert result.exit_code == 0
    assert "my work [final] (1).py" in result.output


def test_a_terminal_without_unicode_gets_other_signs(tmp_path: Path) -> None:
    file = in_cells(tmp_path, "return 12")
    done = subprocess.run(
        [sys.executable, "-c", "from autograder.cli import main; main()", "check", str(file)],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "+ first" in done.stdout
    assert "x middle" in done.stdout
    assert done.stderr == ""


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
