"""The commands: what they say, and the exit codes they end with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from mini_course import module_text
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course.assignment import Assignment
from autograder.errors import AutograderError
from convgrade.commands.check import only_notebook

COMMANDS = ("check", "build", "grade", "demo", "doctor")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with two assignments that have a name and nothing else."""
    (tmp_path / "nbgrader_config.py").write_text("")
    for name in ("edges", "pixels"):
        folder = tmp_path / "source" / name
        folder.mkdir(parents=True)
        (folder / "assignment.toml").write_text(f'title = "{name}"\n')
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_help_with_an_example(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.output
    assert f"autograder {command}" in result.output


def test_an_unknown_assignment_names_the_known_ones(course: Path) -> None:
    result = CliRunner().invoke(app, ["grade", "pixel", "--course", str(course)])
    assert result.exit_code == 2
    assert "edges, pixels" in result.stderr
    assert "Traceback" not in result.output


def test_outside_a_course_one_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["build"])
    assert result.exit_code == 2
    assert "--course" in result.stderr


def test_check_takes_the_only_notebook_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.ipynb").touch()
    assert only_notebook(tmp_path).name == "mine.ipynb"


def test_check_asks_which_of_two_notebooks_is_meant(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").touch()
    (tmp_path / "b.ipynb").touch()
    with pytest.raises(AutograderError, match=r"a\.ipynb, b\.ipynb"):
        only_notebook(tmp_path)


def hand_in(assignment: Assignment, student: str, text: str) -> Path:
    folder = assignment.root / "submitted" / student / assignment.name
    folder.mkdir(parents=True)
    file = folder / f"{assignment.name}.py"
    file.write_text(text)
    return file


def test_a_right_file_is_graded_and_exits_with_0(mini_course: Assignment, tmp_path: Path) -> None:
    file = tmp_path / "ada.py"
    file.write_text(module_text())
    result = CliRunner().invoke(app, ["grade", "mini", str(file), *in_course(mini_course)])
    assert result.exit_code == 0, result.output
    assert "6 of 6 points" in result.stdout
    assert not (mini_course.root / "gradebook.db").exists()


def test_json_on_stdout_is_nothing_but_the_document(
    mini_course: Assignment, tmp_path: Path
) -> None:
    files = [tmp_path / "zoe.py", tmp_path / "ada.py"]
    files[0].write_text(module_text())
    files[1].write_text("increment = ")
    arguments = ["grade", "mini", *map(str, files), "--json", "-", *in_course(mini_course)]
    result = CliRunner().invoke(app, arguments)
    zoe, ada = json.loads(result.stdout)
    assert (zoe["student"], zoe["submission"], zoe["score"]) == ("zoe", str(files[0]), 6.0)
    assert (ada["status"], ada["score"]) == ("graded", 0.0)
    assert result.exit_code == 0


def test_less_than_fail_under_exits_with_1_and_says_so(
    mini_course: Assignment, tmp_path: Path
) -> None:
    file = tmp_path / "ada.py"
    file.write_text(module_text(double="def double(x):\n    return None"))
    arguments = ["grade", "mini", str(file), "--fail-under", "90", *in_course(mini_course)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "4 of 6 points are less than 90 %" in result.stderr


def test_what_is_printed_and_reported_keeps_back_what_the_settings_say(
    mini_course: Assignment, tmp_path: Path
) -> None:
    settings = mini_course.root / "source/mini/assignment.toml"
    settings.write_text(settings.read_text() + '[feedback]\nhidden_tests = "none"\n')
    file = tmp_path / "ada.py"
    file.write_text(module_text(double="def double(x):\n    return x"))
    arguments = ["grade", "mini", str(file), "--json", str(tmp_path / "all.json")]
    result = CliRunner().invoke(app, [*arguments, *in_course(mini_course)])
    report = (tmp_path / "all.json").read_text()
    for said in (result.stdout, report):
        assert "Handles the example." in said or "test_example" in said
        assert "Handles arrays" not in said
        assert "test_arrays" not in said
    assert "Hidden test 1" in result.stdout
    assert "hidden_1" in report


def test_a_rejected_file_exits_with_1_and_says_why(mini_course: Assignment, tmp_path: Path) -> None:
    file = tmp_path / "ada.ipynb"
    file.touch()
    result = CliRunner().invoke(app, ["grade", "mini", str(file), *in_course(mini_course)])
    assert result.exit_code == 1
    assert "The file is empty" in result.stderr


def test_a_student_can_be_named_for_one_file_only(mini_course: Assignment) -> None:
    arguments = ["grade", "mini", "a.py", "b.py", "--student", "ada", *in_course(mini_course)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "--student" in result.stderr


def test_nobody_has_handed_in(mini_course: Assignment) -> None:
    result = CliRunner().invoke(app, ["grade", "mini", *in_course(mini_course)])
    assert result.exit_code == 2
    assert "submitted/<student>/mini/" in result.stderr


def test_ctrl_c_exits_with_130_and_says_how_to_go_on(
    mini_course: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    hand_in(mini_course, "ada", module_text())
    monkeypatch.setattr("autograder.grading.scheduling.grade_class", interrupted)
    result = CliRunner().invoke(app, ["grade", "mini", *in_course(mini_course)])
    assert result.exit_code == 130
    assert "Stopped: 0 of 1 are graded and stored." in result.stderr


def in_course(assignment: Assignment) -> list[str]:
    return ["--course", str(assignment.root)]


HEAVY = ("tensorflow", "keras", "nbgrader", "IPython", "numpy", "pytest", "nbformat")


def test_importing_the_commands_imports_nothing_heavy() -> None:
    program = (
        f"import sys, autograder.cli.program; print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def protection(state: str) -> SimpleNamespace:
    return SimpleNamespace(name="own root", state=state, required=True, advice="mend it so")


@pytest.mark.parametrize(("state", "code"), [("present", 0), ("absent", 1)])
def test_doctor_exits_with_1_where_something_required_is_missing(
    state: str, code: int, mini_course: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.sandbox.protections", lambda isolation: [protection(state)])
    result = CliRunner().invoke(app, ["doctor", *in_course(mini_course)])
    assert result.exit_code == code, result.output
    assert ("Missing: own root." in result.stdout) == bool(code)


def test_doctor_lists_the_assignments_and_their_points(mini_course: Assignment) -> None:
    result = CliRunner().invoke(app, ["doctor", *in_course(mini_course)])
    assert "2 exercises, 6 points" in result.stdout


def test_build_outside_the_known_assignments_names_them(mini_course: Assignment) -> None:
    result = CliRunner().invoke(app, ["build", "maxi", *in_course(mini_course)])
    assert result.exit_code == 2
    assert "mini" in result.stderr
