"""What the stock formgrader shows and finds: model answers, and assignments after `build`."""

from __future__ import annotations

from pathlib import Path

import pytest
from book_course import MODEL_ANSWER, NAME, SOURCE, write_course
from formgrader_page import formgrader_page
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from test_gradebook import hand_in
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course.assignment import Assignment, load_assignment
from autograder.gradebook.marking_page import TITLE
from autograder.grading import warm_processes
from autograder.nbgrader_bridge import configuration


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """A course that was built with the command, and nothing more."""
    root = write_course(tmp_path_factory.mktemp("built"))
    done = CliRunner().invoke(app, ["build", "--course", str(root)])
    assert done.exit_code == 0, done.output
    return load_assignment(NAME, root)


@pytest.fixture(scope="module")
def api(course: Assignment) -> NbGraderAPI:
    """What formgrader's buttons call."""
    config = configuration.load(course.root)
    return NbGraderAPI(CourseDirectory(config=config, root=str(course.root)), config=config)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The warm processes that are started during a test."""
    found: list[object] = []
    start = warm_processes.start

    def counted(*arguments: object) -> object:
        found.append(start(*arguments))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(warm_processes, "start", counted)
    return found


def test_after_build_the_button_grades_students_with_one_warm_process(
    course: Assignment, api: NbGraderAPI, started: list[object]
) -> None:
    assert NAME in {each["name"] for each in api.get_assignments()}
    for student in ("ada", "ben", "cyd"):
        hand_in(course, student, "Since it is added.")
        done = api.autograde(NAME, student)
        assert done["success"], done["log"]
        assert api.get_submission(NAME, student)["score"] == 3.0
    assert len(started) == 1


def test_the_model_answer_stands_beside_the_answer(course: Assignment, api: NbGraderAPI) -> None:
    hand_in(course, "dan", "Since it is added.")
    assert api.autograde(NAME, "dan")["success"]
    page = formgrader_page(course, "dan", submission_id="1")
    assert page.index(TITLE) < page.index(MODEL_ANSWER) < page.index("Since it is added.")
    assert MODEL_ANSWER not in formgrader_page(course, "dan"), "another page than formgrader's"


def test_students_get_no_model_answer(course: Assignment, api: NbGraderAPI) -> None:
    hand_in(course, "eva", "Since it is added.")
    for done in (api.autograde(NAME, "eva"), api.generate_feedback(NAME, "eva")):
        assert done["success"], done["log"]
    for folder in ("assignments", "autograded", "feedback"):
        files = [path for path in (course.root / folder).rglob("*") if path.is_file()]
        assert files
        assert not [path for path in files if MODEL_ANSWER in path.read_text(encoding="utf-8")]


def test_an_assignment_of_another_kind_is_shown_as_it_is(
    course: Assignment, api: NbGraderAPI
) -> None:
    hand_in(course, "fay", "Since it is added.")
    assert api.autograde(NAME, "fay")["success"]
    page = formgrader_page(course, "fay", submission_id="1", assignment_id="elsewhere")
    assert "Since it is added." in page
    assert TITLE not in page


def test_build_says_what_the_gradebook_did_not_take(tmp_path: Path) -> None:
    root = write_course(tmp_path)
    runner = CliRunner()
    assert runner.invoke(app, ["build", "--course", str(root)]).exit_code == 0
    course = load_assignment(NAME, root)
    hand_in(course, "ada")
    config = configuration.load(root)
    api = NbGraderAPI(CourseDirectory(config=config, root=str(root)), config=config)
    assert api.autograde(NAME, "ada")["success"]
    cell = '{"grade_id": "more", "grade": true, "solution": true, "points": 1}'
    more = f"\n# %% [markdown] nbgrader={cell}\n# More.\n"
    (root / "source" / NAME / f"{NAME}.py").write_text(SOURCE + more, encoding="utf-8")
    done = runner.invoke(app, ["build", "--course", str(root)])
    assert done.exit_code == 1
    assert "is built, but it is not in the gradebook" in " ".join(done.output.split())
    assert "more" in course.release_notebook.read_text(encoding="utf-8")
