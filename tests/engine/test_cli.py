"""The commands: what they say, and the exit codes they end with."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.cli.check import only_notebook
from autograder.errors import AutograderError

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
