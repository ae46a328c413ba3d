"""`convgrade hint`, `reset` and `list`, and what `--watch` shows: in a terminal of 80 columns."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from released import DOUBLE, STUB, TRIPLE, answer, notebook, release, two
from typer.testing import CliRunner

from autograder.cli import app as engine_app
from convgrade.checking.report import CheckReport, ExerciseCheck
from convgrade.commands.check_output import bar, show_next
from convgrade.commands.ending import ended_by
from convgrade.commands.parser import COMMANDS, run_command
from convgrade.commands.working import hint_in

HEAD = 'def double(x):\n    """Twice x."""\n'
CONTRACT = f"{HEAD}    # YOUR CODE HERE\n    raise NotImplementedError()"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command in the folder, and returns its exit code and output."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        try:
            code: int | None = run_command(arguments, "convgrade")
        except Exception as error:
            code = ended_by(error)
        assert code is not None
        return code, "".join(capsys.readouterr())

    return run


def test_both_programs_have_the_commands() -> None:
    engine = {info.name or info.callback.__name__ for info in engine_app.registered_commands}
    assert set(COMMANDS) == {"check", "hint", "reset", "list"} <= engine


def test_each_command_answers_help_with_an_example(command: Run) -> None:
    for name in COMMANDS:
        for flag in ("--help", "-h"):
            code, shown = command(name, flag)
            assert code == 0
            assert f"Example: convgrade {name}" in shown
            assert max(map(len, shown.splitlines())) <= 80


def test_without_arguments_the_commands_are_shown(command: Run) -> None:
    code, shown = command()
    assert code == 2
    assert all(f"\n  {name}" in shown for name in COMMANDS)
    assert max(map(len, shown.splitlines())) <= 80
    assert command("--help") == (0, shown)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("chek", "There is no command chek. Did you mean check? See `convgrade --help`."),
        ("--chek", "There is no option --chek. Did you mean check? See `convgrade --help`."),
        ("check --wach", "Did you mean --watch? See `convgrade check --help`."),
        ("check --frob", "There is no option --frob. See `convgrade check --help`."),
        ("check a.py b.py", "b.py is one argument too many."),
        ("check --seconds soon", "--seconds: needs a number of at least 1, not soon."),
        ("check --seconds 0", "--seconds: needs a number of at least 1, not 0."),
        ("check --seconds nan", "--seconds: needs a number of at least 1, not nan."),
        ("check --checks none.ipynb", "--checks: there is no file none.ipynb."),
        ("check none.ipynb", "There is no file none.ipynb: name your notebook or .py file."),
        ("reset", "Name the EXERCISE. See `convgrade reset --help`."),
    ],
)
def test_a_wrong_argument_gets_one_sentence(arguments: str, sentence: str, command: Run) -> None:
    code, shown = command(*arguments.split())
    assert code == 2
    assert shown.startswith(("convgrade: ", "autograder: "))
    assert sentence in shown
    assert len(shown.splitlines()) == 1


def test_options_may_stand_between_arguments(tmp_path: Path, command: Run) -> None:
    release(tmp_path / "mine.ipynb")
    (tmp_path / "other.ipynb").write_text("{}")
    code, shown = command("hint", "triple", "--seconds", "9", "mine.ipynb")
    assert (code, "check(triple, 3, expected=9)" in shown) == (0, True)


def test_the_engines_program_passes_all_arguments_on(tmp_path: Path, command: Run) -> None:
    release(tmp_path / "mine.ipynb")
    arguments = ["check", "--exercise", "triple", "mine.ipynb", "--seconds", "9"]
    result = CliRunner().invoke(engine_app, arguments)
    assert (result.exit_code, result.output) == command(*arguments)
    assert "double" not in result.output
    for others in (["check", "--frob"], ["check", "--help"], ["reset"]):
        result = CliRunner().invoke(engine_app, others)
        code, shown = command(*others)
        assert result.exit_code == code
        named = shown.replace("convgrade ", "autograder ").replace("convgrade:", "autograder:")
        assert result.output.split() == named.split()


def test_both_programs_say_the_same_version(command: Run) -> None:
    assert CliRunner().invoke(engine_app, ["--version"]).output == command("--version")[1]


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
    assert "is not beside your file. Work out this example by hand." in " ".join(shown.split())
    (tmp_path / "week03.hints.json").write_text("{}")
    assert "No known mistake fits. Work out this example" in command("hint", "triple")[1]


def test_the_hint_for_an_error_says_where_it_was(tmp_path: Path, command: Run) -> None:
    notebook(tmp_path / "mine.ipynb", *two(DOUBLE, "def triple(x):\n    return x.y"))
    _, shown = command("hint")
    assert "AttributeError" in shown
    assert "Read the error first" in shown


def test_an_exercise_that_passes_gets_no_hint(tmp_path: Path, command: Run) -> None:
    notebook(tmp_path / "mine.ipynb", *two(DOUBLE, TRIPLE))
    assert "double passes the public checks" in command("hint", "double")[1]


def test_the_hint_of_a_known_mistake_is_taken_out_of_the_check() -> None:
    text = (
        "✗ f(0) is wrong.\n  expected: 1\n✗ f(1) is wrong.\n\n  expected: 2\n"
        "  Hint: Look at the\n  last row.\n✗ f(2) is wrong.\n  Hint: Another."
    )
    assert hint_in(text) == ("✗ f(1) is wrong.", "Look at the last row.")
    assert hint_in("✗ f(1) is wrong.") == ("", "")


def test_more_of_an_unwritten_exercise_is_all_its_examples(tmp_path: Path, command: Run) -> None:
    release(tmp_path / "mine.ipynb")
    first, every = command("hint", "triple")[1], command("hint", "triple", "--more")[1]
    assert "check(triple, 5, expected=15)" not in first
    assert "--more" in first
    assert "check(triple, 3, expected=9)\n    check(triple, 5, expected=15)" in every
    assert "--more" not in every


def test_a_known_mistake_gets_its_hint_and_with_more_its_numbers(
    tmp_path: Path, command: Run
) -> None:
    from convgrade.notebook import known_answers

    def double(x: int) -> int:
        return 3 * x

    notebook(tmp_path / "mine.ipynb", *two("def double(x):\n    return 3 * x", TRIPLE))
    secret = known_answers.secret(double, (3,), {}, known_answers.wrong_value(9, 6))
    assert secret is not None
    table = known_answers.encrypted({secret: "How often is the number added to itself?"})
    (tmp_path / "mine.hints.json").write_text(table, encoding="utf-8")
    brief = command("hint")[1]
    assert "✗ double(3) is wrong.\nHint: How often is the number added to itself?\n" in brief
    assert "expected" not in brief
    assert "With --more" in brief
    every = command("hint", "--more")[1]
    assert "expected: 6" in every
    assert "How often" in every
    assert "no more hints now" in every
    assert command("hint")[1] == brief, "the same work gets the same hint"


def test_hint_takes_a_file_alone(tmp_path: Path, command: Run) -> None:
    release(tmp_path / "mine.ipynb")
    (tmp_path / "other.ipynb").write_text("{}")
    assert command("hint", "mine.ipynb")[1].startswith("double\n")


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


def test_reset_leaves_helpers_in_the_same_cell(tmp_path: Path, command: Run) -> None:
    helper = "def _twice(x):\n    return 2 * x"
    file = notebook(tmp_path / "mine.ipynb", *two(f"{helper}\n\n{DOUBLE}", f"{helper}\n\n{TRIPLE}"))
    code, shown = command("reset", "double")
    assert code == 0, shown
    assert sources(file)[1].startswith(f"{helper}\n\ndef double(x):\n    # YOUR CODE HERE")
    assert sources(file)[3] == f"{helper}\n\n{TRIPLE}"
    assert "0 of 2" not in command("check")[1]


@pytest.mark.parametrize("text", [DOUBLE, "def double(x): return 2 * x"])
def test_reset_works_without_a_docstring(tmp_path: Path, text: str, command: Run) -> None:
    file = notebook(tmp_path / "mine.ipynb", *two(text, TRIPLE))
    code, shown = command("reset", "double")
    assert code == 0, shown
    assert sources(file)[1] == (
        "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    )


@pytest.mark.parametrize("name", ["pooling_padding", "lenet5", "alexnet", "batch_norm", "backward"])
def test_nothing_of_a_release_is_written(tmp_path: Path, name: str, command: Run) -> None:
    course = Path(__file__).parents[2] / "assignments" / name
    shutil.copy(course / f"{name}.ipynb", tmp_path)
    shown = command("list")[1]
    assert "0 of " in shown
    assert "not written yet" in shown


def test_a_script_has_the_points_of_the_notebook_beside_it(tmp_path: Path, command: Run) -> None:
    course = Path(__file__).parents[2] / "assignments" / "pooling_padding"
    for file in course.glob("pooling_padding.*"):
        shutil.copy(file, tmp_path)
    assert "Together they have 44 points" in command("list", "pooling_padding.py")[1]


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
    assert lines[-1] == "Next: correct three."


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
