"""The gradebook: what stands in it after results are written, regraded, or cannot be had."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from book_course import NAME, SOURCE, write_course
from nbgrader.api import Gradebook

from autograder.authoring import build
from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import CourseError
from autograder.gradebook import writer
from autograder.gradebook.book import open_book
from autograder.gradebook.feedback import feedback, feedback_in_parallel
from autograder.grading.graded import Graded
from autograder.grading.result_store import result_file
from autograder.results import ExerciseResult, Observed, Result, TestResult

RIGHT = "def double(x):\n    return 2 * x"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that is built and registered; a new gradebook takes nbgrader seconds."""
    root = write_course(tmp_path_factory.mktemp("template"))
    build.build(NAME, root)
    writer.register(load_assignment(NAME, root))
    return root


@pytest.fixture
def course(template: Path, tmp_path: Path) -> Assignment:
    shutil.copytree(template, tmp_path / "course")
    return load_assignment(NAME, tmp_path / "course")


def hand_in(course: Assignment, student: str, answer: str | None = None, code: str = RIGHT) -> Path:
    """Write a notebook into `submitted/`; returns its folder."""
    document = json.loads(course.release_notebook.read_text())
    for cell in document["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id == "double":
            cell["source"] = code
        if grade_id == "why" and answer is not None:
            cell["source"] = answer
    return save(course, student, document)


def save(course: Assignment, student: str, document: dict[str, Any]) -> Path:
    folder = course.root / "submitted" / student / NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.ipynb").write_text(json.dumps(document))
    return folder


def result_of(student: str, score: float = 3.0, key: str = "1", **values: Any) -> Result:
    tests = (
        TestResult("test_a", "Doubles numbers.", "public", "passed", 1.0),
        TestResult(
            "test_b",
            "Doubles arrays.",
            "hidden",
            "passed" if score == 3.0 else "failed",
            2.0,
            message="" if score == 3.0 else "The result has another shape.",
            detail="expected [2. 4. 6.]",
            hint=None if score == 3.0 else "What does + do to lists?",
        ),
    )
    exercise = ExerciseResult("double", score, 3.0, "passed" if score == 3.0 else "failed", tests)
    return replace(Result(NAME, student, "", "graded", exercises=(exercise,), key=key), **values)


def write(course: Assignment, *results: Result) -> dict[str, str]:
    """Store results of folders in `submitted/` and write them into the gradebook.

    Returns the problems by student.
    """
    for result in results:
        result.write(result_file(course, result.student))
    folders = {r.student: course.root / "submitted" / r.student / NAME for r in results}
    return {p.student: p.reason for p in writer.write(map(Graded, results), folders, course)}


def scores(course: Assignment, student: str) -> dict[str, float]:
    with open_book(course) as book:
        cells: dict[str, float] = book.scores()[student]["cells"]
        return cells


def graded_notebook(course: Assignment, student: str) -> Any:
    path = course.root / "autograded" / student / NAME / f"{NAME}.ipynb"
    return nbformat.read(path, as_version=4)


@pytest.fixture
def gradebook(course: Assignment) -> Iterator[Gradebook]:
    """nbgrader's own view, as the formgrader has it."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as opened:
        yield opened


@pytest.mark.parametrize("score", [0.0, 1.87, 3.0])
def test_a_score_stands_in_the_gradebook_exactly(course: Assignment, score: float) -> None:
    hand_in(course, "ada")
    assert write(course, result_of("ada", score)) == {}
    assert scores(course, "ada")["test_double"] == score


def test_an_untouched_answer_gets_zero_and_no_response(
    course: Assignment, gradebook: Gradebook
) -> None:
    hand_in(course, "ada")
    write(course, result_of("ada"))
    grade = gradebook.find_grade("why", NAME, NAME, "ada")
    assert (grade.auto_score, grade.needs_manual_grade) == (0, False)
    assert gradebook.find_comment("why", NAME, NAME, "ada").comment == "No response."


@pytest.mark.parametrize("answer", ["", "  \n", "YOUR ANSWER HERE\n"])
def test_an_emptied_answer_is_an_untouched_one(
    course: Assignment, gradebook: Gradebook, answer: str
) -> None:
    hand_in(course, "ada", answer)
    write(course, result_of("ada"))
    assert gradebook.find_grade("why", NAME, NAME, "ada").auto_score == 0


def test_a_written_answer_waits_for_a_person(course: Assignment, gradebook: Gradebook) -> None:
    hand_in(course, "ada", "Because.")
    write(course, result_of("ada"))
    grade = gradebook.find_grade("why", NAME, NAME, "ada")
    assert (grade.auto_score, grade.needs_manual_grade) == (None, True)


def mark(gradebook: Gradebook, student: str, cell: str, score: float) -> None:
    """What the formgrader does when a person gives points and a comment."""
    grade = gradebook.find_grade(cell, NAME, NAME, student)
    grade.manual_score, grade.needs_manual_grade = score, False
    if cell == "why":
        gradebook.find_comment(cell, NAME, NAME, student).manual_comment = "Well put."
    gradebook.db.commit()


@pytest.mark.parametrize(
    ("second_answer", "marked_again"), [("Because.", False), ("Because of that.", True)]
)
def test_a_regrade_keeps_manual_scores_and_asks_only_where_the_answer_changed(
    course: Assignment, gradebook: Gradebook, second_answer: str, marked_again: bool
) -> None:
    hand_in(course, "ada", "Because.")
    write(course, result_of("ada"))
    mark(gradebook, "ada", "why", 3.5)
    hand_in(course, "ada", second_answer)
    write(course, result_of("ada", 1.0, key="2"))
    grade = gradebook.find_grade("why", NAME, NAME, "ada")
    assert (grade.manual_score, grade.needs_manual_grade) == (3.5, marked_again)
    assert gradebook.find_comment("why", NAME, NAME, "ada").comment == "Well put."
    assert scores(course, "ada") == {"test_double": 1.0, "why": 3.5}


def test_a_score_that_a_person_corrected_is_kept_and_looked_at_when_the_automatic_one_changes(
    course: Assignment, gradebook: Gradebook
) -> None:
    hand_in(course, "ada")
    write(course, result_of("ada", 1.0))
    mark(gradebook, "ada", "test_double", 2.0)
    write(course, result_of("ada", 1.5, key="2"))
    grade = gradebook.find_grade("test_double", NAME, NAME, "ada")
    assert (grade.score, grade.auto_score, grade.needs_manual_grade) == (2.0, 1.5, True)


def test_a_result_that_is_there_is_not_written_again(course: Assignment) -> None:
    hand_in(course, "ada")
    write(course, result_of("ada"))
    path = course.root / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    before = path.stat().st_ino
    write(course, result_of("ada"))
    assert path.stat().st_ino == before


def test_a_result_is_written_again_when_the_gradebook_was_lost(course: Assignment) -> None:
    hand_in(course, "ada")
    write(course, result_of("ada"))
    (course.root / "gradebook.db").unlink()
    write(course, result_of("ada"))
    assert scores(course, "ada")["test_double"] == 3.0


def test_a_fault_of_the_grader_gives_no_grade(course: Assignment) -> None:
    hand_in(course, "ada")
    failed = result_of("ada", 0.0, status="grader_error", reason="The suite is broken.")
    assert "The suite is broken." in write(course, failed)["ada"]
    with open_book(course) as book:
        assert not book.has_submission("ada")


def test_a_fault_of_the_grader_leaves_earlier_scores_and_asks_for_a_person(
    course: Assignment, gradebook: Gradebook
) -> None:
    hand_in(course, "ada")
    write(course, result_of("ada", 2.5))
    write(course, result_of("ada", 0.0, status="grader_error", reason="Broken.", key="2"))
    grade = gradebook.find_grade("test_double", NAME, NAME, "ada")
    assert (grade.score, grade.needs_manual_grade) == (2.5, True)


def test_a_rejected_submission_has_zeros_and_a_page_that_says_why(course: Assignment) -> None:
    folder = hand_in(course, "ada")
    (folder / f"{NAME}.ipynb").write_text("not JSON")
    reason = "The notebook <b>is</b> not JSON."
    rejected = result_of("ada", 0.0, status="rejected", reason=reason)
    assert write(course, rejected) == {"ada": reason}
    assert scores(course, "ada") == {"test_double": 0.0, "why": 0.0}
    (page,) = feedback(course, ["ada"])
    assert "The notebook &lt;b&gt;is&lt;/b&gt; not JSON." in page.read_text()


def test_a_missing_submission_is_reported_and_the_student_listed(course: Assignment) -> None:
    (course.root / "submitted" / "ada" / NAME).mkdir(parents=True)
    nothing = result_of("ada", 0.0, status="rejected", reason="Nothing was handed in.", key="")
    assert write(course, nothing) == {"ada": "Nothing was handed in."}
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        assert [student.id for student in gradebook.students] == ["ada"]


def test_one_students_trouble_stops_nobody_else(course: Assignment) -> None:
    folder = hand_in(course, "ada")
    (folder / "timestamp.txt").write_text("yesterday-ish")
    hand_in(course, "bob")
    problems = write(course, result_of("ada"), result_of("bob", 2.0))
    assert list(problems) == ["ada"]
    assert "timestamp.txt" in problems["ada"]
    assert scores(course, "bob")["test_double"] == 2.0


def test_a_result_of_other_points_is_refused(course: Assignment) -> None:
    hand_in(course, "ada")
    exercise = ExerciseResult("double", 5.0, 5.0, "passed")
    assert "does not fit" in write(course, result_of("ada", exercises=(exercise,)))["ada"]


def test_late_work_is_what_the_courses_plugin_makes_of_it(
    course: Assignment, gradebook: Gradebook
) -> None:
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    gradebook.update_or_create_assignment(NAME, duedate=datetime(2026, 3, 1))
    for student, when in (("ada", "2026-02-28 12:00:00 UTC"), ("bob", "2026-03-02 12:00:00 UTC")):
        (hand_in(course, student) / "timestamp.txt").write_text(when)
    write(course, result_of("ada"), result_of("bob"))
    with open_book(course) as book:
        table = book.scores()
    assert (table["ada"]["late_penalty"], table["bob"]["late_penalty"]) == (0, 3.0)


def test_the_assignment_is_registered_when_the_gradebook_lacks_it(course: Assignment) -> None:
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.remove_assignment(NAME)
    hand_in(course, "ada")
    write(course, result_of("ada"))
    assert scores(course, "ada")["test_double"] == 3.0


def test_new_points_reach_the_gradebook(course: Assignment) -> None:
    hand_in(course, "ada")
    write(course, result_of("ada"))
    write_course(course.root, SOURCE.replace('"points": 3', '"points": 6'))
    build.build(NAME, course.root)
    changed = load_assignment(NAME, course.root)
    exercise = ExerciseResult("double", 6.0, 6.0, "passed")
    assert write(changed, result_of("ada", exercises=(exercise,), key="2")) == {}
    with open_book(changed) as book:
        assert book.scores()["ada"]["max_score"] == 10.0


def test_new_cells_are_refused_once_there_are_submissions(course: Assignment) -> None:
    hand_in(course, "ada")
    write(course, result_of("ada"))
    roles = '{"grade_id": "how", "grade": true, "solution": true, "points": 1}'
    question = f"\n# %% [markdown] nbgrader={roles}\n# So.\n"
    write_course(course.root, SOURCE + question)
    build.build(NAME, course.root)
    with pytest.raises(CourseError, match="leave its cell in the source and give it 0 points"):
        write(load_assignment(NAME, course.root), result_of("ada", key="2"))


def test_two_runs_do_not_write_at_once(course: Assignment) -> None:
    hand_in(course, "ada")

    def results() -> Iterator[Graded]:
        with (course.root / ".autograder" / "gradebook.lock").open("w") as lock:
            with pytest.raises(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield Graded(result_of("ada"))

    folders = {"ada": course.root / "submitted" / "ada" / NAME}
    assert writer.write(results(), folders, course) == []


def test_a_database_that_cannot_be_used_is_one_sentence(course: Assignment) -> None:
    (course.root / "gradebook.db").write_text("this is no database, but long enough to be one" * 9)
    with pytest.raises(CourseError, match="cannot be used"):
        write(course, result_of("ada"))


def test_the_page_explains_each_test_and_hides_what_is_for_graders(course: Assignment) -> None:
    hand_in(course, "ada")
    write(course, result_of("ada", 1.0))
    (page,) = feedback(course, ["ada"])
    text = page.read_text()
    for shown in (
        "1 of 3 points",
        "Doubles arrays.",
        "The result has another shape.",
        "What does + do",
    ):
        assert shown in text
    for hidden in ("expected [2. 4. 6.]", "rng.normal", "expect.close"):
        assert hidden not in text
    assert list(page.parent.iterdir()) == [page]


def test_pages_of_several_students_are_made_side_by_side(course: Assignment) -> None:
    for student in ("ada", "bob"):
        hand_in(course, student)
        write(course, result_of(student, 1.0))
    assert sorted(feedback_in_parallel(course, ["ada", "bob"], jobs=2)) == [
        ("ada", ""),
        ("bob", ""),
    ]
    for student in ("ada", "bob"):
        page = course.root / "feedback" / student / course.name / f"{course.name}.html"
        assert "Doubles arrays." in page.read_text(encoding="utf-8")


def test_a_page_that_cannot_be_made_says_why(course: Assignment) -> None:
    for student in ("ada", "bob"):
        hand_in(course, student)
    write(course, result_of("ada", 1.0), result_of("bob", 1.0))
    notebook = course.root / "autograded" / "ada" / course.name / f"{course.name}.ipynb"
    notebook.chmod(0o644)
    notebook.write_text("no notebook")
    reasons = dict(feedback_in_parallel(course, ["ada", "bob"], jobs=1))
    assert "feedback page" in reasons["ada"]
    assert reasons["bob"] == ""


def test_titles_alone_are_shown_where_the_settings_say_so(course: Assignment) -> None:
    hand_in(course, "ada")
    titles = replace(course, feedback={"hidden_tests": "titles"})
    write(titles, result_of("ada", 1.0))
    shown = nbformat.writes(graded_notebook(course, "ada"))
    assert "Doubles arrays." in shown
    assert "The result has another shape." not in shown


def test_where_titles_are_shown_each_kind_of_mishap_is_told_once(course: Assignment) -> None:
    hand_in(course, "ada")
    raised = (TestResult(n, n, "hidden", "error", 1.0, message="NameError: y") for n in "abc")
    exercise = ExerciseResult("double", 0.0, 3.0, "error", tuple(raised))
    titles = replace(course, feedback={"hidden_tests": "titles"})
    write(titles, result_of("ada", exercises=(exercise,)))
    shown = nbformat.writes(graded_notebook(course, "ada"))
    assert shown.count("NameError: y") == 2, "once in HTML, once in plain text"


def test_hidden_tests_are_only_counted_where_the_settings_say_so(course: Assignment) -> None:
    hand_in(course, "ada")
    write(replace(course, feedback={"hidden_tests": "none"}), result_of("ada", 1.0))
    shown = nbformat.writes(graded_notebook(course, "ada"))
    assert "Doubles arrays." not in shown
    assert "0 of 1 hidden tests passed" in shown


def test_what_a_student_provoked_is_shown_as_text(course: Assignment) -> None:
    hand_in(course, "ada", "Because <script>alert(1)</script> $\\href{javascript:x}{y}$")
    hostile = TestResult(
        "test_a", "Doubles.", "hidden", "error", 1.0, message="<img src=x onerror=y>\x1b[31m\ud800"
    )
    exercise = ExerciseResult("double", 0.0, 3.0, "error", (hostile,))
    observed = Observed(failed_cells=("cell <i>1</i>",))
    assert write(course, result_of("ada", exercises=(exercise,), observed=observed)) == {}
    (page,) = feedback(course, ["ada"])
    text = page.read_text()
    for active in ("<script>alert", "<img src=x", "<i>1</i>", 'href="java', "\x1b"):
        assert active not in text
    assert "&lt;img src=x onerror=y&gt;" in text


def test_links_beside_a_submission_are_not_followed(course: Assignment) -> None:
    folder = hand_in(course, "ada")
    (folder / "figure.png").write_bytes(b"picture")
    (folder / "suite.txt").symlink_to(course.suite_file("double"))
    write(course, result_of("ada"))
    left = {path.name for path in (course.root / "autograded" / "ada" / NAME).iterdir()}
    assert left == {f"{NAME}.ipynb", "figure.png"}


def test_a_folder_that_links_to_anothers_brings_nothing_of_theirs(course: Assignment) -> None:
    folder = hand_in(course, "ada", "Because.")
    (folder / "figure.png").write_bytes(b"picture")
    (course.root / "submitted" / "eve").mkdir()
    (course.root / "submitted" / "eve" / NAME).symlink_to(folder)
    reason = "The folder is a symbolic link."
    write(course, result_of("ada"), result_of("eve", 0.0, status="rejected", reason=reason))
    assert scores(course, "eve") == {"test_double": 0.0, "why": 0.0}
    left = {path.name for path in (course.root / "autograded" / "eve" / NAME).iterdir()}
    assert left == {f"{NAME}.ipynb"}
    assert "Because." not in nbformat.writes(graded_notebook(course, "eve"))


PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


def test_an_answer_without_metadata_in_a_new_cell_waits_for_a_person(
    course: Assignment, gradebook: Gradebook
) -> None:
    folder = hand_in(course, "ada")
    document = json.loads((folder / f"{NAME}.ipynb").read_text())
    for cell in document["cells"]:
        cell["metadata"] = {}
    document["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "Because."})
    save(course, "ada", document)
    write(course, result_of("ada"))
    grade = gradebook.find_grade("why", NAME, NAME, "ada")
    assert (grade.auto_score, grade.needs_manual_grade) == (None, True)
    assert "Because." in nbformat.writes(graded_notebook(course, "ada"))


def test_text_that_matches_no_question_waits_in_the_place_of_the_answer(
    course: Assignment, gradebook: Gradebook
) -> None:
    folder = hand_in(course, "ada")
    document = json.loads((folder / f"{NAME}.ipynb").read_text())
    text = {"cell_type": "markdown", "metadata": {}, "source": "It is added to itself, so."}
    document["cells"].insert(0, text)
    save(course, "ada", document)
    write(course, result_of("ada"))
    assert gradebook.find_grade("why", NAME, NAME, "ada").needs_manual_grade
    (answer,) = (
        cell.source
        for cell in graded_notebook(course, "ada").cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "why"
    )
    assert "It is added to itself, so." in answer


def test_a_picture_in_an_answer_is_on_the_page_and_a_missing_one_breaks_nothing(
    course: Assignment,
) -> None:
    folder = hand_in(course, "ada", "![a](attachment:a.png) ![b](attachment:gone.png)")
    document = json.loads((folder / f"{NAME}.ipynb").read_text())
    document["cells"][-1]["attachments"] = {"a.png": {"image/png": PICTURE}}
    save(course, "ada", document)
    write(course, result_of("ada"))
    (page,) = feedback(course, ["ada"])
    assert PICTURE in page.read_text()
