"""The made-up class: enough of every kind, the same each time, and written where it belongs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.cli.demo import quickest_first, show_next
from autograder.course.assignment import Assignment, assignment_names, load_assignment
from autograder.demo import made_up_class, make_course, surprise, write_class
from autograder.demo.made_up import MadeUp
from autograder.errors import CourseError
from autograder.results import ExerciseResult, Result

Students = dict[str, MadeUp]
ROOT = Path(__file__).parents[2]


LARGEST = "alexnet"
ASSIGNMENTS = [
    pytest.param(name, marks=[pytest.mark.slow] if name == LARGEST else [])
    for name in assignment_names(ROOT)
]


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def assignment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Assignment:
    """Each assignment, in a demo course of its own."""
    return load_assignment(request.param, make_course(ROOT, tmp_path_factory.mktemp("demo")))


@pytest.fixture(scope="module")
def students(assignment: Assignment) -> Students:
    """The made-up class of the assignment, by student."""
    return made_up_class(assignment)


def kinds(students: Students) -> Counter[str]:
    return Counter(made_up.expected for made_up in students.values())


def test_a_class_has_at_least_thirty_submissions_of_every_outcome(students: Students) -> None:
    found = kinds(students)
    assert found.total() >= 30
    assert set(found) == {"full", "only these lost", "nothing", "rejected"}


def test_at_least_twelve_misconceptions_are_among_them(
    assignment: Assignment, students: Students
) -> None:
    from autograder.diagnosis import load

    known = {found.name for found in load(assignment).misconceptions}
    made_up = {submission.kind for submission in students.values()}
    assert len(known & made_up) >= 12


def test_every_kind_is_there_once_and_says_what_it_is(students: Students) -> None:
    submissions = list(students.values())
    assert len({submission.kind for submission in submissions}) == len(submissions)
    assert all(submission.what for submission in submissions)


def test_writing_the_class_twice_gives_the_same_files(
    assignment: Assignment, students: Students
) -> None:
    write_class(assignment, students)
    first = contents(assignment.root)
    again = make_course(ROOT, assignment.root)
    write_class(load_assignment(assignment.name, again), made_up_class(assignment))
    assert contents(assignment.root) == first


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted((root / "submitted").rglob("*"))
        if path.is_file()
    }


def test_most_of_the_class_hands_in_notebooks(assignment: Assignment, students: Students) -> None:
    make_course(ROOT, assignment.root)
    write_class(assignment, students)
    files = [path for path in (assignment.root / "submitted").rglob("*") if path.is_file()]
    assert sum(path.suffix == ".ipynb" for path in files) > len(files) / 2


def test_a_misconception_as_a_notebook_replaces_the_one_function(
    assignment: Assignment, students: Students
) -> None:
    make_course(ROOT, assignment.root)
    write_class(assignment, students)
    released = json.loads(assignment.release_notebook.read_text())
    locked = {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in released["cells"]
        if cell["metadata"].get("nbgrader", {}).get("locked")
    }
    student = next(name for name, made_up in students.items() if made_up.kind == "right_solution")
    handed_in = json.loads(
        (
            assignment.root / "submitted" / student / assignment.name / f"{assignment.name}.ipynb"
        ).read_text()
    )
    kept = {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in handed_in["cells"]
        if cell["metadata"].get("nbgrader", {}).get("locked")
    }
    assert kept == locked
    assert "NotImplementedError" not in str(
        [cell["source"] for cell in handed_in["cells"] if cell["cell_type"] == "code"]
    )


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("keep me")
    with pytest.raises(CourseError, match="not a demo"):
        make_course(ROOT, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "keep me"


def result(**scores: float) -> Result:
    """A graded result in which every exercise is worth 2."""
    exercises = tuple(ExerciseResult(name, score, 2, "passed") for name, score in scores.items())
    return Result("edges", "ada", "ada.ipynb", "graded", exercises=exercises)


@pytest.mark.parametrize(
    ("made_up", "result"),
    [
        (MadeUp("k", "w", "full", lambda at: None), result(a=2, b=2)),
        (MadeUp("k", "w", "nothing", lambda at: None), result(a=0, b=0)),
        (MadeUp("k", "w", "only these lost", lambda at: None, lost=("b",)), result(a=2, b=1.5)),
    ],
)
def test_what_ends_as_its_kind_should_is_no_surprise(made_up: MadeUp, result: Result) -> None:
    assert surprise(made_up, result) == ""


@pytest.mark.parametrize(
    ("made_up", "result"),
    [
        (MadeUp("k", "w", "full", lambda at: None), result(a=2, b=1)),
        (MadeUp("k", "w", "nothing", lambda at: None), result(a=2, b=0)),
        (MadeUp("k", "w", "rejected", lambda at: None), result(a=0, b=0)),
        (MadeUp("k", "w", "only these lost", lambda at: None, lost=("b",)), result(a=2, b=2)),
        (MadeUp("k", "w", "only these lost", lambda at: None, lost=("b",)), result(a=1, b=1)),
    ],
)
def test_what_ends_otherwise_is_a_surprise(made_up: MadeUp, result: Result) -> None:
    assert surprise(made_up, result) != ""


def test_the_demo_begins_with_what_trains_nothing_and_loads_least() -> None:
    names = quickest_first(ROOT)
    first = load_assignment(names[0], ROOT)
    assert first.training_terms is None
    assert first.preload == ("numpy",)
    assert first.name == "pooling_padding"  # of which README tells
    assert sorted(names) == assignment_names(ROOT)


def test_a_brief_class_has_every_outcome_and_is_no_larger_than_one_that_trains(
    assignment: Assignment,
    students: Students,
) -> None:
    whole, brief = students, made_up_class(assignment, brief=True)
    assert {each.kind for each in brief.values()} <= {each.kind for each in whole.values()}
    assert {each.expected for each in brief.values()} == {each.expected for each in whole.values()}
    assert len(brief) == len(whole) if assignment.training_terms else len(brief) < len(whole)


def test_what_to_open_next_is_told_with_paths_that_can_be_copied(
    assignment: Assignment, capsys: pytest.CaptureFixture[str]
) -> None:
    made_up = {"ada": MadeUp("k", "right: as taught", "full", lambda at: None)}
    show_next(assignment, made_up, ["ada"])
    said = capsys.readouterr().out
    page = f"feedback/ada/{assignment.name}/{assignment.name}.html"
    assert any(line.strip().endswith(page) for line in said.splitlines())
    for what in ("gradebook.db", "jupyter lab", "autograder feedback"):
        assert what in said


def test_one_assignment_and_all_of_them_do_not_go_together() -> None:
    result = CliRunner().invoke(app, ["demo", "edges", "--all", "--course", str(ROOT)])
    assert result.exit_code == 2
    assert "not both" in result.stderr
