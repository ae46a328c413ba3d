"""Late work, extra time, second submissions and overrides: decisions stay, changes are said."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from book_course import NAME, write_course
from nbgrader.api import Gradebook
from test_gradebook import hand_in, result_of, scores
from test_stock_nbgrader import nbgrader
from typer.testing import CliRunner

from autograder.authoring import build
from autograder.cli import app
from autograder.cli.attention import of_class
from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import CourseError
from autograder.gradebook import lateness, writer
from autograder.gradebook.book import open_book
from autograder.gradebook.feedback import feedback
from autograder.gradebook.late_penalty import LatePenalty
from autograder.gradebook.standing import Standing
from autograder.gradebook.written_marks import marks
from autograder.grading.graded import Graded
from autograder.grading.result_store import result_file
from autograder.results import Result

DUE = datetime(2026, 3, 1, 12)
OURS = "c.AssignLatePenalties.plugin_class = 'autograder.gradebook.late_penalty.LatePenalty'"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_course(tmp_path_factory.mktemp("changed") / "course")
    build.build(NAME, root)
    writer.register(load_assignment(NAME, root))
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=DUE)
    return root


@pytest.fixture
def course(template: Path, tmp_path: Path) -> Assignment:
    shutil.copytree(template, tmp_path / "course")
    return load_assignment(NAME, tmp_path / "course")


def configure(course: Assignment, *lines: str) -> None:
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("\n".join(["", *lines, ""]))


def grade(course: Assignment, result: Result) -> list[str]:
    """Write a result into the gradebook; returns what changed."""
    changes: list[writer.Problem] = []
    folder = course.root / "submitted" / result.student / NAME
    result.write(result_file(course, result.student))
    assert not writer.write(
        [Graded(result)], {result.student: folder}, course, on_change=changes.append
    )
    return [change.reason for change in changes]


def late(course: Assignment, student: str, when: str, answer: str | None = None) -> None:
    (hand_in(course, student, answer) / "timestamp.txt").write_text(when)


def mark(course: Assignment, student: str, cell: str, points: float) -> None:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        entry = gradebook.find_grade(cell, NAME, NAME, student)
        entry.manual_score, entry.needs_manual_grade = points, False
        gradebook.db.commit()


# -- late work -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "settings", "expected"),
    [
        (1, {}, 0.8),
        (24 * 60, {}, 0.8),
        (24 * 60 + 1, {}, 1.6),
        (90 * 24 * 60, {}, 8.0),
        (90 * 24 * 60, {"most_percent": 50}, 4.0),
        (15, {"grace_minutes": 15}, None),
        (16, {"grace_minutes": 15, "percent_per_day": 25}, 2.0),
    ],
)
def test_each_day_begun_costs_a_share_of_the_points(
    minutes: float, settings: dict[str, float], expected: float | None
) -> None:
    assert LatePenalty(**settings).late_submission_penalty("ada", 8.0, 60 * minutes) == expected


def test_the_plugin_that_the_configuration_offers_takes_points_off(course: Assignment) -> None:
    offered = (course.root / "nbgrader_config.py").read_text(encoding="utf-8")
    assert f"# {OURS}".replace("'", '"') in offered
    configure(course, OURS, "c.LatePenalty.most_percent = 50")
    late(course, "ada", "2026-03-02 13:00:00 UTC")
    assert grade(course, result_of("ada")) == ["late penalty 0 → 0.6 (25 hours late)"]
    assert writer.standing(course)["ada"].score == 2.4
    rule = lateness.late_rule(course)
    assert rule.startswith("due 2026-03-01 12:00 UTC; late: 10 % of the earned points for each day")
    assert "at most 50 %" in rule


def test_without_a_plugin_the_rule_says_that_late_work_costs_nothing(course: Assignment) -> None:
    assert "late: nothing (see c.AssignLatePenalties" in lateness.late_rule(course)


def test_a_plugin_in_the_course_folder_loads_with_our_commands_and_nbgraders(
    course: Assignment,
) -> None:
    (course.root / "my_late_rule.py").write_text(
        "from nbgrader.plugins import BasePlugin\n\n\nclass Half(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return score / 2\n"
    )
    configure(course, "c.AssignLatePenalties.plugin_class = 'my_late_rule.Half'")
    late(course, "ada", "2026-03-02 12:00:00 UTC")
    grade(course, result_of("ada"))
    assert writer.standing(course)["ada"].score == 1.5
    assert "as my_late_rule.Half says" in lateness.late_rule(course)
    nbgrader(course.root, "autograde", NAME, "--force")
    assert writer.standing(course)["ada"].score == 1.5


def test_a_plugin_that_cannot_be_loaded_is_one_sentence(course: Assignment) -> None:
    configure(course, "c.AssignLatePenalties.plugin_class = 'no_such_module.Rule'")
    with pytest.raises(CourseError, match=r"plugin_class .*cannot be loaded: .*no_such_module"):
        writer.standing(course)


def test_feedback_takes_the_penalty_from_the_marks_as_they_are_now(course: Assignment) -> None:
    configure(course, OURS)
    late(course, "ada", "2026-03-01 13:00:00 UTC", "Since it is added.")
    late(course, "ben", "2026-03-01 11:00:00 UTC", "Since it is added.")
    assert grade(course, result_of("ada")) == ["late penalty 0 → 0.3 (60 minutes late)"]
    assert grade(course, result_of("ben")) == []
    mark(course, "ada", "why", 4.0)
    done = CliRunner().invoke(app, ["feedback", NAME, "--course", str(course.root)])
    assert done.exit_code == 0
    assert "ada: late penalty 0.3 → 0.7 (60 minutes late)" in done.output
    assert "2 of 2 pages" in done.output
    page = course.root / "feedback" / "ada" / NAME / f"{NAME}.html"
    assert "6.3 of 7 points" in page.read_text(encoding="utf-8")


def test_feedback_names_students_who_have_no_graded_notebook(course: Assignment) -> None:
    arguments = ["feedback", NAME, "--course", str(course.root)]
    assert "graded notebook of anybody" in CliRunner().invoke(app, arguments).stderr
    late(course, "ada", "2026-03-01 11:00:00 UTC")
    grade(course, result_of("ada"))
    done = CliRunner().invoke(app, [*arguments, "--student", "ada", "--student", "zoe"])
    assert (done.exit_code, "graded notebook of zoe" in done.stderr) == (2, True)
    notebook = course.root / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    notebook.chmod(0o644)
    notebook.write_text("no notebook")
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert "ada: nbgrader could not make every feedback page" in done.output


# -- extra time ------------------------------------------------------------------------------


def test_extra_time_is_kept_and_says_what_changed(course: Assignment) -> None:
    configure(course, OURS)
    late(course, "ada", "2026-03-02 13:00:00 UTC")
    grade(course, result_of("ada"))
    arguments = ["--course", str(course.root)]
    done = CliRunner().invoke(app, ["extra-time", NAME, "ada", "24", *arguments])
    assert done.exit_code == 0
    assert "ada has 24 more hours: late penalty 0.6 → 0.3 (60 minutes late)" in done.output
    done = CliRunner().invoke(app, ["extra-time", NAME, "ada", "48", *arguments])
    assert "late penalty 0.3 → 0 (in time)" in done.output
    late(course, "ada", "2026-03-03 12:00:00 UTC", "A second time.")
    assert grade(course, result_of("ada", 2.0, key="2")) == ["double 3 → 2"]
    nbgrader(course.root, "autograde", NAME, "--force")
    assert writer.standing(course)["ada"].score == 3.0  # really graded now, and still in time


def test_extra_time_before_anything_was_handed_in_is_no_submission(course: Assignment) -> None:
    configure(course, OURS)
    with open_book(course) as book:
        book.add_students(["eva"])
        book.commit()
    assert lateness.give_extra_time(course, "eva", 5) == ""
    assert marks(course, "why") == {}, "nothing is there to mark"
    assert not writer.standing(course)["eva"].is_graded
    with pytest.raises(CourseError, match="no student 'nobody'"):
        lateness.give_extra_time(course, "nobody", 5)
    new = ["extra-time", NAME, "nobody", "5", "--new", "--course", str(course.root)]
    assert CliRunner().invoke(app, new).exit_code == 0
    late(course, "nobody", "2026-03-01 16:00:00 UTC")
    grade(course, result_of("nobody"))
    assert writer.standing(course)["nobody"].score == 3.0
    refused = CliRunner().invoke(app, [*new[:2], "a/b", *new[3:]])
    assert (refused.exit_code, "a/b" in refused.output) == (2, True)


def test_extra_time_needs_a_due_date(course: Assignment) -> None:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=None)
        gradebook.update_or_create_student("eva")
    with pytest.raises(CourseError, match="has no due date"):
        lateness.give_extra_time(course, "eva", 5)


# -- second submissions and overrides --------------------------------------------------------


def test_a_second_submission_keeps_what_a_person_decided(course: Assignment) -> None:
    hand_in(course, "ada", "Since it is added.")
    assert grade(course, result_of("ada", 1.0)) == []
    mark(course, "ada", "test_double", 2.5)
    mark(course, "ada", "why", 3.5)
    assert grade(course, result_of("ada", 1.0)) == []
    hand_in(course, "ada", "Another answer.")
    assert grade(course, result_of("ada", 3.0, key="2")) == [
        "double: the 2.5 points that a person gave stay, though the tests now give 3 (before: 1); "
        "why: the 3.5 points that a person gave stay, though the work has changed"
    ]
    assert scores(course, "ada") == {"test_double": 2.5, "why": 3.5}
    assert writer.standing(course)["ada"].to_mark == 2


def test_after_an_override_feedback_shows_one_number(course: Assignment) -> None:
    hand_in(course, "ada")
    grade(course, result_of("ada", 1.25))
    mark(course, "ada", "test_double", 2.5)
    mark(course, "ada", "why", 0.0)
    for expects_result in (True, False):
        if not expects_result:
            result_file(course, "ada").unlink()
        (page,) = feedback(course, ["ada"])
        text = page.read_text(encoding="utf-8")
        assert "2.5 of 3 points" in text
        assert "A person set these points." in text
        assert "1.25" not in text
        assert "worth" not in text
        assert ("Doubles arrays." in text) == expects_result


# -- who is missing --------------------------------------------------------------------------


def test_a_student_whose_folder_is_gone_is_told_from_one_who_handed_in_nothing(
    course: Assignment,
) -> None:
    for student in ("ada", "ben"):
        hand_in(course, student)
    (course.root / "submitted" / "dan" / "another").mkdir(parents=True)
    run = ["grade", NAME, "--course", str(course.root)]
    CliRunner().invoke(app, run)
    shutil.rmtree(course.root / "submitted" / "ben")
    done = CliRunner().invoke(app, run)
    said = " ".join(done.output.split())
    assert "ben: the folder is gone from submitted/, but the marks stand: 3 of 7 points." in said
    assert "dan: has handed in nothing." in said
    assert writer.standing(course)["ben"].score == 3.0


def test_an_emptied_folder_keeps_the_marks_and_says_so(course: Assignment) -> None:
    folder = hand_in(course, "ada")
    grade(course, result_of("ada"))
    (folder / f"{NAME}.ipynb").unlink()
    nothing = result_of("ada", 0.0, status="rejected", reason="Nothing was handed in.", key="")
    (problem,) = writer.write([Graded(nothing)], {"ada": folder}, course)
    assert "the marks of an earlier submission stand" in problem.reason
    assert writer.standing(course)["ada"].score == 3.0


def test_gone_and_absent_students_come_last() -> None:
    found = of_class([], [], ["dan"], {"ben": Standing(3.0, 7.0, 0)}, [])
    assert [problem.student for problem in found] == ["ben", "dan"]
