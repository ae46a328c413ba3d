"""Public examples give the first step of a hint, to whoever has a known wrong answer only."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
from book_course import NAME, SOURCE, write_course
from nbclient import NotebookClient
from typer.testing import CliRunner

from autograder.authoring import build
from autograder.cli import app
from convgrade import CheckFailed, check, check_raises
from convgrade.notebook import known_answers

TOOLS = "import numpy as np\nfrom convgrade import check, check_raises"
CHECKS = """\
numbers = np.array([1.0, 2.0, 4.0])
def doubled_twice(x):
    return double(double(x))

check(double, numbers, expected=np.array([2.0, 4.0, 8.0]))
check(double, 3, expected=6)
check(doubled_twice, 3, expected=12)
check_raises(double, "text", naming="x")"""
BODY = """if isinstance(x, str):
        raise ValueError("x must be a number")
    return np.asarray(x) + np.asarray(x)"""
MISCONCEPTIONS = """
import numpy as np
from autograder.diagnosis import misconception

def _numbers(x):
    if isinstance(x, str):
        raise ValueError("x must be a number")
    return np.asarray(x)

@misconception("double", "Is the square of four twice as much as four, or is it even more?")
def double_squares(x):
    return _numbers(x) ** 2

@misconception("double", "Does anything change at all, and should it, when you call it once?")
def double_does_nothing(x):
    return _numbers(x)

@misconception("double", "Is minus the number as large as you would expect of twice of it?")
def double_negates(x):
    return -_numbers(x)

@misconception("double", "What is it that changes the sign here, and what should do so?")
def double_negates_too(x):
    return 0 - _numbers(x)

@misconception("double", "What should happen to a text, which is no number at all?")
def double_takes_text(x):
    return 2 * x

@misconception("double", "Which argument does the message of your error speak about?")
def double_names_nothing(x):
    if isinstance(x, str):
        raise ValueError("wrong")
    return 2 * np.asarray(x)

@misconception("double", "Whose array do you change when you add to it in its place?")
def double_in_place(x):
    x = _numbers(x)
    x += x.copy()
    return x[()]

@misconception("double", "Where does the number come from by which you multiply here?")
def double_lies_at_a_border(x):
    return _numbers(x) * 0.411516666

@misconception("double", "Is there a reason for the number by which you multiply here?")
def double_lies_between(x):
    return _numbers(x) * 0.4111

@misconception("double", "Can you be sure of it?", matches=lambda seen: False)
def double_must_not_be_called(x):
    raise SystemExit
"""
SQUARES = "Is the square of four twice as much as four, or is it even more?"
NOTHING = "Does anything change at all, and should it, when you call it once?"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = SOURCE.replace("print(double(2))", CHECKS).replace("import numpy as np", TOOLS, 1)
    source = source.replace("return np.asarray(x) + np.asarray(x)", BODY)
    root = write_course(tmp_path_factory.mktemp("course"), source)
    (root / "tests" / "misconceptions" / f"{NAME}.py").write_text(MISCONCEPTIONS, "utf-8")
    build.build(NAME, root)
    return root


@pytest.fixture
def folder(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a student gets, as the working folder."""
    place = tmp_path / "student"
    shutil.copytree(course / "assignments" / NAME, place)
    monkeypatch.chdir(place)
    return place


def table_of(folder: Path) -> Path:
    return folder / f"{NAME}{known_answers.SUFFIX}"


def said(function, *args, **kwargs) -> str:
    function.__name__ = "double"
    run = check_raises if "naming" in kwargs else check
    with pytest.raises(CheckFailed) as caught:
        run(function, *args, **kwargs)
    return " ".join(str(caught.value).split())


def squares(x):
    return x**2


def double(x):
    return 2 * x


def test_a_known_wrong_answer_gets_the_first_step(folder):
    assert said(squares, 3, expected=6).endswith(f"got: 9 Hint: {SQUARES}")
    array = np.array([1.0, 2.0, 4.0])
    assert SQUARES in said(squares, array, expected=2 * array)


def test_the_same_numbers_of_another_type_are_the_same_wrong_answer(folder):
    array = np.array([1.0, 2.0, 4.0])
    assert SQUARES in said(lambda x: (x**2).astype(int), array, expected=2 * array)
    assert SQUARES in said(lambda x: x**2 + 1e-9, array, expected=2 * array)


def test_other_wrong_answers_and_other_examples_get_none(folder):
    array = np.array([1.0, 2.0, 4.0])
    assert "Hint" not in said(lambda x: 10, 3, expected=6)
    assert "Hint" not in said(squares, 5, expected=10)
    assert "Hint" not in said(lambda x: squares(x).reshape(3, 1), array, expected=2 * array)
    assert "Hint" not in said(lambda x: np.float64(6), 3, expected=6)  # right but for its type


def test_an_answer_of_two_mistakes_gets_none(folder):
    assert "Hint" not in said(lambda x: -x, 3, expected=6)


def test_an_answer_that_machines_round_differently_gets_none(folder):
    """5 digits of 1.23455 end with 4 or 5, whichever way the last bit of a sum fell."""
    assert "a reason for the number" in said(lambda x: 0.4111 * x, 3, expected=6)
    assert "Hint" not in said(lambda x: 0.411516666 * x, 3, expected=6)


def test_mistakes_in_errors_and_in_place_are_known_too(folder):
    def in_place(x):
        x += x.copy()
        return x

    def names_nothing(x):
        raise ValueError("wrong")

    array = np.array([1.0, 2.0, 4.0])
    assert "add to it in its place?" in said(in_place, array, expected=2 * array)
    assert "a text, which is no number" in said(lambda x: 2 * x, "text", naming="x")
    assert "the message of your error" in said(names_nothing, "text", naming="x")


def test_without_the_table_or_with_a_broken_one_the_check_fails_as_usual(folder):
    for broken in ("", "[]", "{", '{"a": 1}'):
        table_of(folder).write_text(broken, "utf-8")
        assert said(squares, 3, expected=6).endswith("got: 9")
    table_of(folder).unlink()
    assert said(squares, 3, expected=6).endswith("got: 9")


def test_the_table_shows_no_hint_in_the_clear_and_no_order(course):
    text = table_of(course / "assignments" / NAME).read_text("utf-8")
    entries = json.loads(text)
    texts = [base64.b64decode(each) for each in entries.values()]
    assert list(entries) == sorted(entries)
    # squares; nothing (one answer is also that of minus twice); between; at a border (one is not)
    assert len(entries) == (3 + 2 + 3) + 3 + 2
    assert len({len(each) for each in texts}) == 1
    assert len(set(texts)) == len(texts)
    for word in ("square", "change", "number", NAME, "double"):
        assert word not in text
        assert not any(word.encode() in each for each in texts)


def test_the_right_answer_has_no_entry(folder):
    entries = json.loads(table_of(folder).read_text("utf-8"))
    for answer in (known_answers.wrong_value(6, 7), known_answers.wrong_value(6, 6)):
        secret = known_answers.secret(double, (3,), {}, answer)
        assert secret is not None
        assert known_answers.hint_for(secret) == ""
    assert entries
    wrong = known_answers.secret(double, (3,), {}, known_answers.wrong_value(9, 6))
    assert SQUARES in " ".join(known_answers.hint_for(wrong).split())


def test_a_table_goes_when_no_example_shows_a_mistake(tmp_path, course):
    root = tmp_path / "again"
    shutil.copytree(course, root)
    (root / "tests" / "misconceptions" / f"{NAME}.py").write_text("", "utf-8")
    changed = {path.relative_to(path.parents[1]).as_posix() for path in build.build(NAME, root)}
    table, alone = f"{NAME}/{NAME}.hints.json", f"standalone/{NAME}.ipynb"
    assert changed == {table, alone}, "the notebook that brings all along brings the table too"
    assert not list(root.rglob("*.hints.json"))


def test_check_shows_it_once_also_where_the_release_lies_elsewhere(course, tmp_path):
    """In a course, the table of the released notebook counts."""
    file = course / "work" / "mine.py"
    file.parent.mkdir()
    file.write_text(f"{TOOLS}\n\ndef double(x):\n    return np.asarray(x) ** 2\n")
    shown = CliRunner().invoke(app, ["check", str(file)])
    assert shown.exit_code == 1
    text = " ".join(shown.output.split())
    assert text.count(SQUARES) == 1
    assert NOTHING not in text


def test_a_notebook_shows_it_once(folder):
    path = folder / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "double":
            cell.source = "def double(x):\n    return np.asarray(x)"
    client = NotebookClient(
        notebook, allow_errors=True, timeout=120, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    shown = "".join("".join(out.get("traceback", [])) for out in outputs)
    assert shown.count("Hint: Does anything change at all, and should it") == 1
    assert "doubled_twice(3) is wrong" in shown
    assert "square of four" not in shown
