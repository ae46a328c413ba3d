"""`convgrade hint`, `reset` and `list`, and what `--watch` shows: in a terminal of 80 columns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from released import STUB, answer, notebook, release, two
from typer.testing import CliRunner

from autograder.cli import app as engine_app
from convgrade.checking.report import CheckReport, ExerciseCheck
from convgrade.commands import app
from convgrade.commands.check_output import bar, show_next
from convgrade.commands.working import hint_in

DOUBLE = "def double(x):\n    return 2 * x"
HEAD = 'def double(x):\n    """Twice x."""\n'
CONTRACT = f"{HEAD}    # YOUR CODE HERE\n    raise NotImplementedError()"
TRIPLE = "def triple(x):\n    return 3 * x"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in the folder, and returns its exit code and output."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, [*arguments])
        return result.exit_code, result.output

    return run


def test_both_programs_have_the_commands() -> None:
    for each in (app, engine_app):
        names = {info.name or info.callback.__name__ for info in each.registered_commands}
        assert {"check", "hint", "reset", "list"} <= names


def test_each_command_answers_help_with_an_example() -> None:
    for name in ("check", "hint", "reset", "list"):
        result = CliRunner().invoke(app, [name, "--help"])
        assert f"convgrade {name}" in result.output


# -- list ----------------------------------------------------------------------------------


def test_list_shows_points_and_what_is_written(tmp_path: Path, command: Run) -> None:
    notebook(tmp_path / "mine.ipynb", *two(DOUBLE, STUB.format(name="triple")), answer("So it is."))
    code, shown = command("list")
    rows = [line.rstrip().split(maxsplit=2) for line in shown.splitlines()]
    assert code == 0
    assert ["double", "2", "written"] in rows
    assert ["triple", "2", "not written yet"] in rows
    assert ["why", "4", "answered"] in rows
    assert "2 of 3 are written. Together they have 8 points." in shown
    assert "hidden tests carry at least four fifths" in " ".join(shown.split())


# -- hint ----------------------------------------------------------------------------------


def test_the_hint_for_an_unwritten_exercise_is_its_first_example(
    tmp_path: Path, command: Run
) -> None:
    release(tmp_path / "mine.ipynb")
    code, shown = command("hint")
    assert code == 0
    assert "double" in shown.splitlines()[0]
    assert "check(double, 3, expected=6)" in shown


def test_the_hint_for_an_unknown_mistake_is_the_example_that_fails(
    tmp_path: Path, command: Run
) -> None:
    notebook(tmp_path / "mine.ipynb", *two(DOUBLE, TRIPLE.replace("3", "4")))
    _, shown = command("hint", "triple")
    assert "expected: 9" in shown
    assert "Work out this example by hand." in shown


def test_the_hint_for_an_error_says_where_it_was(tmp_path: Path, command: Run) -> None:
    notebook(tmp_path / "mine.ipynb", *two(DOUBLE, "def triple(x):\n    return x.y"))
    _, shown = command("hint")
    assert "AttributeError" in shown
    assert "Read the error first" in shown


def test_an_exercise_that_passes_gets_no_hint(tmp_path: Path, command: Run) -> None:
    notebook(tmp_path / "mine.ipynb", *two(DOUBLE, TRIPLE))
    assert "double passes the public checks" in command("hint", "double")[1]


def test_the_hint_of_a_known_mistake_is_taken_out_of_the_check() -> None:
    text = "✗ f(1) is wrong.\n  expected: 2\n  Hint: Look at the\n  last row.\n✗ f(2) is wrong."
    assert hint_in(text) == "Look at the last row."
    assert hint_in("✗ f(1) is wrong.") == ""


# -- reset ---------------------------------------------------------------------------------


def sources(file: Path) -> list[str]:
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells]


def test_reset_puts_the_stub_back_and_keeps_the_old_text(tmp_path: Path, command: Run) -> None:
    file = tmp_path / "mine.ipynb"
    written = CONTRACT.replace("# YOUR CODE HERE\n    raise NotImplementedError()", "return 3 * x")
    notebook(file, *two(f"# mine\nw = 1\n{written}\n\nz = 2", TRIPLE))
    code, shown = command("reset", "double")
    assert code == 0, shown
    assert sources(file)[1] == f"# mine\nw = 1\n{CONTRACT}\n\nz = 2"
    assert sources(file)[3] == TRIPLE
    assert (tmp_path / "mine-double-1.py~").read_text(encoding="utf-8") == f"{written}\n"
    assert "mine-double-1.py~" in shown


def test_a_second_reset_keeps_both_texts_and_a_third_has_nothing_to_do(
    tmp_path: Path, command: Run
) -> None:
    file = tmp_path / "mine.ipynb"
    for number in (1, 2):
        notebook(file, *two(CONTRACT.replace("# YOUR CODE HERE", f"x = {number}"), TRIPLE))
        assert command("reset", "double")[0] == 0
    kept = [(tmp_path / f"mine-double-{number}.py~").read_text() for number in (1, 2)]
    assert ["x = 1" in kept[0], "x = 2" in kept[1]] == [True, True]
    code, shown = command("reset", "double")
    assert code == 2
    assert "nothing to reset" in shown


def test_what_cannot_be_parsed_gets_the_stub_of_the_release(tmp_path: Path, command: Run) -> None:
    given = tmp_path / "given" / "notebook.ipynb"
    given.parent.mkdir()
    notebook(given, *two(CONTRACT, STUB.format(name="triple")))
    file = tmp_path / "mine.ipynb"
    notebook(file, *two("def double(x:\n    return", TRIPLE))
    code, shown = command("reset", "double")
    assert code == 2
    assert "with --checks" in " ".join(shown.split())
    assert command("reset", "double", "--checks", str(given))[0] == 0
    assert sources(file)[1] == CONTRACT


def test_a_script_keeps_everything_but_the_function(tmp_path: Path, command: Run) -> None:
    marker = '# %% nbgrader={"grade_id": "double"}\n'
    check = '# %% nbgrader={"grade_id": "test_double"}\ncheck(double, 3, expected=6)\n'
    text = "# %% [markdown]\n# Two.\n\n# %%\nfrom convgrade import check\n\n\n{}{}\n\n\n{}"
    file = tmp_path / "mine.py"
    written = CONTRACT.replace("raise NotImplementedError()", "return 5\n    # the end")
    file.write_text(text.format(marker, written, check), encoding="utf-8")
    code, shown = command("reset", "double", "mine.py")
    assert code == 0, shown
    assert file.read_text(encoding="utf-8") == text.format(marker, CONTRACT, check)


def test_an_exercise_that_is_not_there_is_named_with_those_that_are(
    tmp_path: Path, command: Run
) -> None:
    release(tmp_path / "mine.ipynb")
    code, shown = command("reset", "doubel")
    assert code == 2
    assert "Did you mean double?" in shown


# -- what is shown -------------------------------------------------------------------------

REPORT = CheckReport(
    (
        ExerciseCheck("one", "passed"),
        ExerciseCheck("two", "passed"),
        ExerciseCheck("three", "failed", "✗ three() is wrong."),
        ExerciseCheck("four", "not_implemented"),
    )
)


def test_watching_shows_a_bar_what_is_new_and_the_next_exercise(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_next(Path("mine.py"), REPORT, {"one"})
    shown = capsys.readouterr().out
    lines = shown.splitlines()
    assert "✓ two" in lines
    assert "✓ one" not in lines
    assert "2 of 4 exercises pass" in shown
    assert "✗ three" in lines
    assert "four" not in shown
    assert "Next: correct three" in shown


@pytest.mark.parametrize(("done", "full"), [(0, 0), (1, 15), (2, 30)])
def test_the_bar_is_as_full_as_the_work(done: int, full: int) -> None:
    drawn = bar(done, 2)
    assert (drawn.count("█"), drawn.count("░")) == (full, 30 - full)


def in_a_terminal(folder: Path, **variables: str) -> str:
    """What `convgrade check` writes to a terminal of 80 columns."""
    import pty

    program = "from convgrade.commands import main; main()"
    ours, theirs = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-c", program, "check"],
        cwd=folder,
        env={**environment, "TERM": "xterm", "COLUMNS": "80", **variables},
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    found = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        found += piece
    os.close(ours)
    process.wait()
    return found.decode()


def test_colour_only_in_a_terminal_and_not_with_no_color(tmp_path: Path, command: Run) -> None:
    notebook(tmp_path / "mine.ipynb", *two(DOUBLE, STUB.format(name="triple")))
    assert "\x1b[32m✓" in in_a_terminal(tmp_path)
    plain = in_a_terminal(tmp_path, NO_COLOR="1")
    assert "✓ double" in plain
    assert "\x1b[3" not in plain
    assert "\x1b" not in command("check")[1]


def test_no_line_is_longer_than_80_columns(tmp_path: Path, command: Run) -> None:
    wide = "def double(x):\n    import numpy as np\n    return np.full((9, 9), 1 / 3) * x"
    cells = two(wide, TRIPLE)
    cells[2]["source"] = (
        "import numpy as np\n"
        "check(double, 3, expected=np.arange(81).reshape(9, 9) / 7)\n"
        "check(double, 4, expected=np.full((9, 9), 4 / 3))"
    )
    notebook(tmp_path / "mine.ipynb", *cells)
    _, shown = command("check")
    assert "has the wrong values" in shown
    assert max(map(len, shown.splitlines())) <= 80
