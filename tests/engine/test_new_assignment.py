"""`autograder new`: the new assignment is built, graded and audited, or nothing is written."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from documents import ROOT, read
from sandboxes import available
from typer.testing import CliRunner

from autograder.audit import audit
from autograder.authoring.build import build
from autograder.cli import app
from autograder.cli.interruption import all_or_nothing
from autograder.course.assignment import load_assignment
from autograder.errors import AutograderError, CourseError
from autograder.starting.new_assignment import MOST_CHARACTERS, new_assignment
from autograder.starting.new_files import write_new
from convgrade.commands.ending import Stopped

NAME = "batch_norm"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    return tmp_path


def files(root: Path) -> set[str]:
    """Files and folders below a folder."""
    return {path.relative_to(root).as_posix() for path in root.rglob("*")}


def test_a_new_assignment_is_built_graded_and_audited_at_once(course: Path) -> None:
    right = course / "tests" / "right" / NAME / "shifted.py"
    grade = ["grade", NAME, str(right), "--isolation", available()]
    for command in (["new", NAME], ["build", NAME], grade):
        done = CliRunner().invoke(app, [*command, "--course", str(course)])
        assert done.exit_code == 0, done.output
    assert "4 of 4 points" in done.output
    assert build(NAME, course) == []
    found = audit(load_assignment(NAME, course), seeds=3, jobs=1, isolation=available())
    assert {check.name: check.failures for check in found.checks if check.failures} == {}
    assert {check.name for check in found.checks if not check.cases} == {
        "thresholds have their evidence"
    }


def test_it_has_all_parts_to_start_from(course: Path) -> None:
    new_assignment(NAME, course)
    build(NAME, course)
    assignment = load_assignment(NAME, course)
    assert assignment.title == "Batch norm"
    assert [each.name for each in assignment.written] == ["borders"]
    assert assignment.hints_file.is_file()
    assert assignment.counterexamples_file.is_file()
    assert list(assignment.right_solutions_folder.iterdir())


def test_it_is_the_example_of_the_guide_for_authors(course: Path) -> None:
    new_assignment("maxima", course)
    blocks: dict[str, str] = {}
    for block in read(ROOT / "docs" / "authors.md").blocks:
        blocks.setdefault(block.file, block.text)  # later ones change the file
    written = {name: course / name for name in files(course) if (course / name).is_file()}
    for name, path in written.items():
        if name != "nbgrader_config.py":
            assert path.read_text(encoding="utf-8") == blocks[name] + "\n", name
    assert len(written) == 8


def test_it_is_formatted_as_code_of_this_project(course: Path) -> None:
    new_assignment(NAME, course)
    ruff = Path(sys.executable).with_name("ruff")
    settings = ["--config", ROOT / "pyproject.toml", course]
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run([ruff, *command, *settings], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", "A", "_a", "1a", "ä", "a\nb", "a\x1b[0m", "x" * 61, "x" * 100_000]
)
def test_a_name_that_cannot_be_one_is_refused(name: str, course: Path) -> None:
    with pytest.raises(AutograderError, match="cannot be the name of an assignment") as caught:
        new_assignment(name, course)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250
    assert files(course) == {"nbgrader_config.py"}


@pytest.mark.parametrize("name", ["numpy", "random", "class", "convgrade"])
def test_a_name_that_python_knows_is_refused(name: str, course: Path) -> None:
    with pytest.raises(AutograderError, match=f"{name} means something else to Python"):
        new_assignment(name, course)


def test_the_longest_name_is_accepted(course: Path) -> None:
    assert new_assignment("x" * MOST_CHARACTERS, course)


def test_an_assignment_that_exists_is_left_alone(course: Path) -> None:
    new_assignment(NAME, course)
    source = course / "source" / NAME / f"{NAME}.py"
    source.write_text("mine", encoding="utf-8")
    with pytest.raises(CourseError, match=f"has an assignment {NAME} already"):
        new_assignment(NAME, course)
    assert source.read_text(encoding="utf-8") == "mine"


def test_files_without_their_assignment_are_left_alone(course: Path) -> None:
    suite = course / "tests" / "hidden" / NAME
    suite.mkdir(parents=True)
    before = files(course)
    with pytest.raises(CourseError, match=f"tests/hidden/{NAME} exists"):
        new_assignment(NAME, course)
    assert files(course) == before


def test_what_cannot_be_written_leaves_nothing_behind(course: Path) -> None:
    (course / "tests").mkdir()
    (course / "tests" / "right").write_text("no folder", encoding="utf-8")
    before = files(course)
    done = CliRunner().invoke(app, ["new", NAME, "--course", str(course)])
    assert done.exit_code == 2, done.output
    assert "tests/right" in " ".join(done.stderr.split())
    assert files(course) == before


class Interrupted(Mapping[str, bytes]):
    """Files; Ctrl-C comes before the last of them."""

    def __getitem__(self, name: str) -> bytes:
        if name == "c/d":
            raise KeyboardInterrupt
        return name.encode()

    def __iter__(self) -> Iterator[str]:
        return iter(("a/b/c", "a/d", "c/d"))

    def __len__(self) -> int:
        return 3


def test_ctrl_c_halfway_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(Stopped, match="nothing was written"), all_or_nothing():
        write_new(tmp_path, Interrupted())
    assert files(tmp_path) == {"a"}


def test_a_file_that_exists_is_kept_and_the_others_are_taken_back(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine", encoding="utf-8")
    with pytest.raises(AutograderError, match="b exists already"):
        write_new(tmp_path, {"a": b"1", "b": b"2"})
    assert files(tmp_path) == {"b"}
    assert (tmp_path / "b").read_text(encoding="utf-8") == "mine"
