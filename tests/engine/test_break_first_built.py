"""What `build` makes of [examples]: cells, hidden suites, and nothing for who wants none."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pytest
from examples_course import ASKING, EXERCISE, NAME, built_course, write_course

from autograder.authoring import build
from autograder.break_first.choosing import chosen
from autograder.break_first.drawing import drawn_calls
from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import CourseError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return built_course(tmp_path_factory.mktemp("course"))


def switch(root: Path, section: str) -> None:
    toml = root / f"source/{NAME}/assignment.toml"
    toml.write_text(f'title = "Maxima"\n{section}')


def contents(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_the_cells_stand_before_the_code_that_they_test(course: Assignment) -> None:
    notebook = nbformat.read(course.release_notebook, as_version=4)
    nbformat.validate(notebook)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    place = ids.index(ASKING)
    assert ids[place : place + 3] == [ASKING, f"test_{ASKING}", EXERCISE]
    assert "break it first" in notebook.cells[place - 1].source
    assert notebook.cells[place + 1].metadata.nbgrader.points == 2
    assert "raise NotImplementedError" in notebook.cells[place].source


def test_building_again_changes_nothing(course: Assignment) -> None:
    before = contents(course.root)
    assert build.build(NAME, course.root) == []
    assert contents(course.root) == before


def test_two_builds_choose_the_same(course: Assignment, tmp_path: Path) -> None:
    other = built_course(tmp_path)
    assert other.suite_file(ASKING).read_text() == course.suite_file(ASKING).read_text()


def test_a_change_of_the_known_mistakes_chooses_anew(tmp_path: Path) -> None:
    course = built_course(tmp_path)
    before = course.suite_file(ASKING).read_text()
    text = course.misconceptions_file.read_text()
    course.misconceptions_file.write_text(text.replace("max(0, i - 2)", "max(0, i - 3)"))
    assert course.suite_file(ASKING) in build.build(NAME, tmp_path)
    assert course.suite_file(ASKING).read_text() != before


def test_a_course_without_the_section_has_nothing_of_it(tmp_path: Path) -> None:
    write_course(tmp_path / "plain")
    build.build(NAME, tmp_path / "plain")
    course = built_course(tmp_path / "switched")
    switch(course.root, "")
    build.build(NAME, course.root)
    switched_off, plain = contents(course.root), contents(tmp_path / "plain")
    assert switched_off == plain
    assert b"check_examples" not in plain[f"assignments/{NAME}/{NAME}.ipynb"]


def test_a_suite_that_an_author_wrote_is_never_removed(tmp_path: Path) -> None:
    write_course(tmp_path)
    own = tmp_path / f"tests/hidden/{NAME}/test_{ASKING}.py"
    own.write_text("# written by hand\n")
    build.build(NAME, tmp_path)
    assert own.read_text() == "# written by hand\n"


@pytest.mark.parametrize(
    ("section", "complaint"),
    [
        ('[examples]\nexercises = ["nothing"]', "'nothing', which is no exercise"),
        ('[examples]\nexercises = "moving_maximum"', "must be a list of names"),
        ("[examples]\npoints = -1", "at least 0, not -1"),
        ("[examples]\npoints = true", "at least 0, not True"),
        ("[examples]\npoints = nan", "at least 0, not nan"),
        ("[examples]\nexercise = []", "did you mean exercises?"),
        ("examples = 3", "must be a section"),
    ],
)
def test_a_section_that_cannot_be_used_is_refused(
    tmp_path: Path, section: str, complaint: str
) -> None:
    write_course(tmp_path, section)
    before = contents(tmp_path)
    with pytest.raises(CourseError, match=complaint):
        build.build(NAME, tmp_path)
    assert contents(tmp_path) == before


def test_an_exercise_whose_mistakes_examples_cannot_show_is_refused(tmp_path: Path) -> None:
    course = built_course(tmp_path)
    course.counterexamples_file.write_text("")
    with pytest.raises(CourseError, match="examples can show 0% of the known mistakes"):
        build.build(NAME, tmp_path)


def test_the_shipped_assignments_are_as_without_examples() -> None:
    for name in ("pooling_padding", "lenet5", "alexnet"):
        assert load_assignment(name, ROOT).examples.exercises == ()
        released = (ROOT / f"assignments/{name}/{name}.ipynb").read_text()
        assert "check_examples" not in released


def test_few_mistakes_are_chosen_that_stand_for_the_others() -> None:
    """Each call that shows mistake 0 shows 1 and 2 too, and mistake 3 shows in one call only."""
    table = np.array([[1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]], bool)
    calls = [_Call(float(cost)) for cost in range(4)]
    choice = chosen(table, calls)
    assert choice.mistakes == (0, 3)
    assert choice.calls == (0, 3)
    assert choice.reachable == 2


class _Call:
    """A drawn call, of which the choice needs its cost alone."""

    def __init__(self, cost: float) -> None:
        self.example = self
        self.cost = (cost,)


def test_without_generators_there_are_no_calls() -> None:
    assert drawn_calls([], {}) == []


def test_an_exercise_with_one_input_alone_is_refused(tmp_path: Path) -> None:
    course = built_course(tmp_path)
    text = course.misconceptions_file.read_text()
    course.misconceptions_file.write_text(
        text.partition('@misconception("moving_maximum", "How')[0]
    )
    course.counterexamples_file.write_text(
        "import numpy as np\n"
        "from autograder.counterexamples import call, counterexamples\n\n\n"
        '@counterexamples("moving_maximum")\n'
        "def _(draw):\n    return call(np.array([-3.0, -1.0]), size=2)\n"
    )
    with pytest.raises(CourseError, match="has no 2 different inputs"):
        build.build(NAME, tmp_path)
