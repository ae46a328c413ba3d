"""The line of the handed-in file at which a report points, for each kind of file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from mini_course import SOLUTIONS, code_cell, mini_cells, module_text, notebook_json

from autograder.course.assignment import Assignment
from autograder.publish.source_lines import source_of
from autograder.results import ExerciseResult, Outcome, Result, SuspectLine


def result(file: Path, suspect: SuspectLine | None = None) -> Result:
    wrong = ExerciseResult("double", 0.0, 2.0, Outcome.FAILED, suspect=suspect)
    return Result("mini", "ada", str(file), "graded", exercises=(wrong,))


def line_of(course: Assignment, file: Path, suspect: SuspectLine | None = None) -> str | None:
    """The text of the line in the file that is found; None if none is."""
    found = source_of(result(file, suspect), course.release, file.parent)
    number = found.lines.get("double")
    return None if number is None else file.read_text().splitlines()[number - 1]


def notebook(file: Path, indent: int | None = 1, **bodies: str) -> Path:
    """The miniature's notebook as Jupyter saves it: a line of the file for each line of code."""
    document = json.loads(notebook_json(mini_cells({**SOLUTIONS, **bodies}, "Because.")))
    for cell in document["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    file.write_text(json.dumps(document, indent=indent))
    return file


def test_in_a_module_it_is_the_last_definition(mini_course: Assignment, tmp_path: Path) -> None:
    file = tmp_path / "ada.py"
    file.write_text("def double(x):\n    return x\n\n\n" + module_text())
    found = source_of(result(file), mini_course.release, tmp_path)
    assert found.file == "ada.py"
    assert line_of(mini_course, file) == "def double(x):"
    assert found.lines["double"] > 4


def test_in_a_script_with_cells_it_is_the_line_of_the_file(
    mini_course: Assignment, tmp_path: Path
) -> None:
    file = tmp_path / "ada.py"
    file.write_text(
        "\n\n".join(f"# %%\n{each}" for each in ["import numpy as np", *SOLUTIONS.values()])
    )
    assert line_of(mini_course, file) == "def double(x):"


def test_in_a_notebook_it_is_the_line_of_its_json(mini_course: Assignment, tmp_path: Path) -> None:
    assert line_of(mini_course, notebook(tmp_path / "ada.ipynb")) == '    "def double(x):\\n",'


def test_the_suspect_line_comes_first(mini_course: Assignment, tmp_path: Path) -> None:
    body = 'def double(x):\n    """Contract: \\"1\\", {2}."""\n    y = "[1, 2]:"\n    return x + 2'
    file = notebook(tmp_path / "ada.ipynb", double=body)
    suspect = SuspectLine("cell 5 (double)", 4, "return x + 2")
    assert line_of(mini_course, file, suspect) == '    "    return x + 2"'


@pytest.mark.parametrize("indent", [0, 4])
def test_the_layout_of_the_json_does_not_matter(
    mini_course: Assignment, tmp_path: Path, indent: int
) -> None:
    line = line_of(mini_course, notebook(tmp_path / "ada.ipynb", indent))
    assert str(line).strip() == '"def double(x):\\n",'


def test_a_cell_that_is_one_text_has_no_line(mini_course: Assignment, tmp_path: Path) -> None:
    file = tmp_path / "ada.ipynb"
    file.write_text(notebook_json(mini_cells(SOLUTIONS, "Because.")))
    assert line_of(mini_course, file) is None


def test_what_is_not_defined_has_no_line(mini_course: Assignment, tmp_path: Path) -> None:
    file = tmp_path / "ada.py"
    file.write_text(module_text().replace("def double", "def dubble"))
    assert line_of(mini_course, file) is None


@pytest.mark.parametrize("content", [None, b"", b"{", b"PK\x03\x04", b"\xff\xfe\x00", b"[" * 9999])
def test_a_file_that_cannot_be_read_has_no_lines(
    mini_course: Assignment, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "ada.ipynb"
    if content is not None:
        file.write_bytes(content)
    assert source_of(result(file), mini_course.release, tmp_path).lines == {}


def test_a_link_is_not_followed(mini_course: Assignment, tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text(module_text())
    (tmp_path / "ada.py").symlink_to("real.py")
    assert source_of(result(tmp_path / "ada.py"), mini_course.release, tmp_path).lines == {}


def test_a_suspect_line_that_is_not_there_has_no_line(
    mini_course: Assignment, tmp_path: Path
) -> None:
    file = notebook(tmp_path / "ada.ipynb")
    for suspect in (SuspectLine("cell 5 (double)", 99, "x"), SuspectLine("cell 77", 1, "x")):
        assert line_of(mini_course, file, suspect) is None


def test_paths_are_counted_from_the_folder_of_the_ci_service(
    mini_course: Assignment, tmp_path: Path
) -> None:
    file = tmp_path / "a" / "ada.py"
    file.parent.mkdir()
    file.write_text(module_text())
    release = mini_course.release
    assert source_of(result(file), release, tmp_path).file == "a/ada.py"
    assert source_of(result(file), release, tmp_path / "b").file == str(file)


def test_another_cell_with_the_same_text_is_not_taken(
    mini_course: Assignment, tmp_path: Path
) -> None:
    file = notebook(tmp_path / "ada.ipynb")
    document = json.loads(file.read_text())
    document["cells"].insert(1, {**code_cell("x = 1\n"), "source": ["def double(x):\n", "  1"]})
    document["metadata"]["source"] = ["def double(x):\n"]
    file.write_text(json.dumps(document, indent=1))
    found = source_of(replace(result(file)), mini_course.release, tmp_path).lines["double"]
    lines = [n for n, each in enumerate(file.read_text().splitlines(), 1) if "def double" in each]
    assert len(lines) == 3
    assert found == lines[-1]
