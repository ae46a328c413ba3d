"""The feedback page: what a student reads on it, what nobody reads, and whose numbers stand."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from book_course import NAME
from bs4 import BeautifulSoup
from feedback_pages import (
    ALT,
    DETAIL,
    EXPECTED,
    FAILED,
    MODEL_ANSWER,
    RIGHT,
    RUBRIC,
    WRONG,
    generate_feedback,
    grade,
    hand_in,
    made_class,
    made_course,
    mark,
    page_file,
    result_of,
)

from autograder.course.assignment import Assignment, load_assignment
from autograder.course.rubrics import rubric_of
from autograder.gradebook.feedback import feedback
from autograder.grading.result_store import result_file
from autograder.results import Outcome


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """A class with its pages; tests only read it."""
    course = made_course(tmp_path_factory.mktemp("made"))
    made_class(course)
    generate_feedback(course)
    return course


@pytest.fixture
def course(made: Assignment, tmp_path: Path) -> Assignment:
    """The same class, to be changed."""
    shutil.copytree(made.root, tmp_path / "course")
    return load_assignment(NAME, tmp_path / "course")


def page(course: Assignment, student: str) -> Any:
    return BeautifulSoup(page_file(course, student).read_text(encoding="utf-8"), "html.parser")


def words(element: Any) -> str:
    return " ".join(element.get_text(" ").split())


def section(course: Assignment, student: str, name: str) -> Any:
    found = page(course, student).find(id=name)
    assert found is not None
    return found


def made_anew(course: Assignment, student: str) -> Any:
    generate_feedback(course, student)
    return page(course, student)


def settings(course: Assignment, text: str) -> None:
    path = course.root / "source" / NAME / "assignment.toml"
    path.write_text(f'title = "Doubling"\n[feedback]\n{text}\n', encoding="utf-8")


# -- the summary -----------------------------------------------------------------------------


def test_the_summary_names_each_exercise_with_its_points(made: Assignment) -> None:
    rows = [words(row) for row in page(made, "wrong").nav.find_all("li")]
    assert rows == [
        "double 3 of 3 points ✓ right",
        "triple 1.25 of 5 points ◐ partly right",
        "train 0 of 2 points ✗ not right yet",
        "Question 1 (4 points) worth 4 points · not marked yet",
        "how worth 1 point · not marked yet",
    ]


def test_bars_are_as_long_as_the_share_of_points(made: Assignment) -> None:
    bars = [bar.rect["width"] for bar in page(made, "wrong").nav.find_all("svg")]
    assert bars == ["100%", "25%", "0%", "0%", "0%"]


def test_the_summary_links_to_a_section_of_each(made: Assignment) -> None:
    found = page(made, "wrong")
    targets = [link["href"].removeprefix("#") for link in found.nav.find_all("a")]
    assert len(targets) == 5
    assert all(found.find("section", id=target) for target in targets)


def test_the_summary_says_where_to_look_first(made: Assignment) -> None:
    box = words(page(made, "wrong").find(class_="first"))
    assert box.startswith("Look at this first triple : 2 of 3 tests did not pass.")
    assert "Line 3 of cell 4 (triple) is the most likely place of the mistake." in box
    assert "There is a small input to try at home." in box
    assert page(made, "right").find(class_="first") is None


def test_the_total_is_that_of_the_gradebook(made: Assignment) -> None:
    assert words(page(made, "right").find(class_="total")) == "14.5 of 15 points"
    assert words(page(made, "wrong").find(class_="total")) == "4.25 of 15 points so far"


def test_remarks_on_the_submission_are_there(made: Assignment) -> None:
    text = words(page(made, "wrong"))
    assert "Of two notebooks the newer one was graded." in text
    assert "cell 7: NameError: y" in text


def test_late_work_says_what_it_cost(course: Assignment) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        entry = gradebook.find_submission_notebook(NAME, NAME, "right")
        entry.late_submission_penalty = 2.5
        gradebook.db.commit()
    summary = words(made_anew(course, "right").main.section)
    assert "12 of 15 points" in summary
    assert "It came late: 2.5 points were taken off." in summary


# -- an exercise -----------------------------------------------------------------------------


def test_tests_are_listed_by_title_with_their_outcome_in_words(made: Assignment) -> None:
    rows = [
        words(row.p or row) for row in section(made, "wrong", "exercise-triple")(class_="tests")
    ]
    assert rows == [
        "✗ not passed Numbers are tripled. worth 2.5 points",
        "✓ passed The example of the notebook comes out. "
        "worth 1.25 points (an example of the notebook)",
    ]
    assert "TypeError: no" in words(section(made, "wrong", "exercise-triple"))


def test_the_students_code_is_there_with_the_suspect_line_marked(made: Assignment) -> None:
    code = section(made, "wrong", "exercise-triple").find(class_="code")
    assert code.get_text().startswith("def triple(x):\n")
    assert code.mark.get_text() == "    return np.asarray(x) + 3\n"


def test_hints_open_one_after_the_other(made: Assignment) -> None:
    first, *_ = section(made, "wrong", "exercise-triple").find_all(class_="hint")
    assert not first.has_attr("open")
    assert words(first.find("p")) == "Look at the sign."
    second = first.find("details")
    assert words(second.find("p")) == "What is three times two?"
    assert words(second.find("details").find("p")) == "It adds 3."


def test_a_hint_of_a_test_is_shown_where_the_exercise_has_none(course: Assignment) -> None:
    tests = (replace(FAILED, hint="What is `3 * <b>`?"),)
    grade(
        course, result_of("wrong", (RIGHT[0], replace(WRONG[1], tests=tests, hints=()), RIGHT[2]))
    )
    hints = made_anew(course, "wrong").find_all(class_="hint")
    assert [words(hint) for hint in hints] == ["Open the hint What is 3 * <b> ?"]
    assert hints[0].code.get_text() == "3 * <b>"


def test_an_input_that_several_tests_share_is_shown_once(course: Assignment) -> None:
    tests = (FAILED, replace(FAILED, name="test_more", title="More numbers are tripled."))
    grade(course, result_of("wrong", (RIGHT[0], replace(WRONG[1], tests=tests), RIGHT[2])))
    page = made_anew(course, "wrong")
    assert len(page.find_all(class_="example")) == 1
    first, second = page.select("#exercise-triple li:has(b.bad)")
    assert first.find(class_="example")
    assert "An input to try above shows this too." in words(second)


def test_the_input_to_try_is_there_with_its_picture(made: Assignment) -> None:
    example = section(made, "wrong", "exercise-triple").find(class_="example")
    assert example.code.get_text().startswith("import numpy as np\n")
    assert example.img["alt"] == ALT
    assert "[[4. 5.]]" in words(example)
    assert "The number in row 0, column 1 is wrong." in words(example)


def test_a_training_is_a_plot_and_a_sentence(made: Assignment) -> None:
    plot = section(made, "right", "exercise-train").figure
    assert len(plot.find_all("circle")) == 3
    assert words(plot.figcaption) == (
        "Trained on digits: 94.5%, 96.2%, 95.1% of unseen images right (the middle one counts); "
        "asked for: at least 95.0%."
    )


def test_a_message_that_all_tests_share_is_there_once(course: Assignment) -> None:
    tests = tuple(replace(FAILED, title=title, message="No such function.") for title in "ab")
    grade(course, result_of("wrong", (RIGHT[0], replace(WRONG[1], tests=tests), RIGHT[2])))
    made_anew(course, "wrong")
    shown = words(section(course, "wrong", "exercise-triple"))
    assert shown.count("No such function.") == 1


def test_an_unfinished_exercise_is_one_sentence(made: Assignment) -> None:
    shown = section(made, "unfinished", "exercise-double")
    assert "It is not implemented yet." in words(shown)
    assert shown.find(class_="tests") is None
    assert shown.find(class_="code") is None


def test_an_exercise_that_the_grader_failed_on_has_no_score(course: Assignment) -> None:
    ungraded = replace(RIGHT[1], score=None, outcome=Outcome.GRADER_ERROR, tests=())
    hand_in(course, "partly", {})
    grade(course, result_of("partly", (RIGHT[0], ungraded, RIGHT[2])))
    row = words(made_anew(course, "partly").nav.find_all("li")[1])
    assert row == "triple worth 5 points · not graded yet"
    assert "costs you nothing" in words(section(course, "partly", "exercise-triple"))


def test_after_a_correction_by_a_person_one_number_stands(course: Assignment) -> None:
    mark(course, "wrong", "test_triple", 4.0)
    shown = words(made_anew(course, "wrong"))
    assert "1.25 of 5" not in shown
    assert shown.count("4 of 5 points") == 2
    assert "A person set these points." in shown


def test_code_of_a_plain_module_is_found_by_its_name(course: Assignment) -> None:
    folder = course.root / "submitted" / "module" / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.py").write_text("A = 1\n\n\ndef double(x):\n    return 2 * x\n")
    grade(course, result_of("module", RIGHT))
    made_anew(course, "module")
    code = section(course, "module", "exercise-double").find(class_="code")
    assert code.get_text().strip() == "def double(x):\n    return 2 * x"


# -- written answers -------------------------------------------------------------------------


def test_a_marked_answer_is_there_with_comment_and_rubric(made: Assignment) -> None:
    answer = section(made, "right", "answer-why")
    assert words(answer.h3) == "Question 1 (4 points)"
    assert "Why does x + x double x ?" in words(answer.details)
    assert "It adds x" in words(answer.find(class_="yours"))
    assert "Well put. Almost all." in words(answer.find(class_="comment"))
    assert words(answer.ul) == f"{RUBRIC} 3 points: an example that is worked out."


def test_the_rubric_waits_until_a_person_has_marked_the_answer(course: Assignment) -> None:
    assert RUBRIC not in words(page(course, "wrong"))
    mark(course, "wrong", "why", 2.0)
    assert RUBRIC in words(made_anew(course, "wrong"))
    settings(course, 'rubric = "none"')
    assert RUBRIC not in words(made_anew(course, "wrong"))


def test_a_rubric_is_the_list_below_its_heading() -> None:
    text = "Model.\n\n* no item\n\n**Rubric**\n\n* one\n  and more\n* two\n\n*Trap:* no."
    assert rubric_of(text) == ("one and more", "two")
    assert rubric_of("Model.\n\n* no item") == ()


def test_a_missing_answer_says_so(made: Assignment) -> None:
    rows = [words(row) for row in page(made, "unfinished").nav.find_all("li")]
    assert rows[-1] == "how 0 of 1 point ○ no answer"


# -- rejected, or graded by another program --------------------------------------------------


def test_a_rejected_submission_says_why(made: Assignment) -> None:
    found = page(made, "rejected")
    assert "The notebook is not valid JSON <b>(line 1)</b>." in words(found.find(class_="bad"))
    assert found.find(id="exercises") is None
    assert words(found.nav.li) == "double 0 of 3 points · not graded"


def test_a_comment_on_a_rejected_submission_is_there(course: Assignment) -> None:
    mark(course, "rejected", "why", 2.0, "I read your PDF.")
    shown = words(made_anew(course, "rejected"))
    assert "I read your PDF." in shown
    assert shown.count("2 of 4 points") == 2


def test_without_its_result_the_page_has_what_the_notebook_has(course: Assignment) -> None:
    shutil.rmtree(course.root / "results")
    shown = words(made_anew(course, "wrong"))
    assert "1.25 of 5 points" in shown
    assert "Numbers are tripled." in shown
    assert "not valid JSON" in words(made_anew(course, "rejected"))


def test_a_result_of_another_grading_is_not_shown(course: Assignment) -> None:
    newer = result_of("wrong", RIGHT, key="of another submission")
    newer.write(result_file(course, "wrong"))
    rows = [words(row) for row in made_anew(course, "wrong").nav.find_all("li")]
    assert rows[1] == "triple 1.25 of 5 points ◐ partly right"


def test_a_notebook_that_nbgrader_graded_has_a_page(course: Assignment) -> None:
    path = course.root / "autograded" / "wrong" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    del notebook.metadata["autograder"]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "test_triple":
            error = {"ename": "NameError", "evalue": "<b>y</b>", "traceback": []}
            cell.outputs = [nbformat.v4.new_output("error", **error)]
    path.chmod(0o644)
    nbformat.write(notebook, path)
    shown = words(made_anew(course, "wrong"))
    assert "1.25 of 5 points" in shown
    assert "NameError: <b>y</b>" in shown
    assert "Numbers are tripled." not in shown


def test_an_assignment_that_is_not_ours_has_a_page(course: Assignment) -> None:
    shutil.rmtree(course.root / "source")
    found = made_anew(course, "wrong")
    assert found.h1.get_text() == NAME
    assert [words(row) for row in found.nav.find_all("li")][:2] == [
        "double 3 of 3 points ✓ right",
        "triple 1.25 of 5 points ◐ partly right",
    ]


# -- what nobody reads -----------------------------------------------------------------------

SECRET = [DETAIL, EXPECTED, MODEL_ANSWER, "a secret of markers", "rng.normal", "expect.close"]
NAMES = ["test_values", "casts", "key of"]


@pytest.mark.parametrize("student", ["right", "wrong", "rejected", "unfinished", "hostile"])
def test_no_page_has_what_is_for_graders(made: Assignment, student: str) -> None:
    text = page_file(made, student).read_text(encoding="utf-8")
    assert not [secret for secret in SECRET + NAMES if secret in text]


@pytest.mark.parametrize(
    ("text", "there", "gone"),
    [
        ('counterexamples = "full"', [EXPECTED, ALT], []),
        ('counterexamples = "none"', ["Look at the sign."], [ALT, "An input to try"]),
        ("hint_steps = 1", ["Look at the sign."], ["three times two", "It adds 3."]),
        ('hidden_tests = "titles"', ["Numbers are tripled.", "TypeError"], ["another value at"]),
        (
            'hidden_tests = "none"',
            ["0 of 2 hidden tests passed.", "The example of the notebook comes out."],
            ["Numbers are tripled.", ALT, "TypeError"],
        ),
    ],
)
def test_the_settings_of_feedback_hold_when_the_page_is_made(
    course: Assignment, text: str, there: list[str], gone: list[str]
) -> None:
    settings(course, text)
    made_anew(course, "wrong")
    shown = page_file(course, "wrong").read_text(encoding="utf-8")
    assert [each for each in there if each not in shown] == []
    assert [each for each in gone if each in shown] == []


# -- nbgrader --------------------------------------------------------------------------------


def test_our_command_and_nbgraders_make_the_same_page(course: Assignment) -> None:
    before = page_file(course, "wrong").read_bytes()
    page_file(course, "wrong").unlink()
    assert feedback(course, ["wrong"]) == [page_file(course, "wrong")]
    assert page_file(course, "wrong").read_bytes() == before


def test_a_second_page_shows_what_changed_in_the_gradebook(course: Assignment) -> None:
    mark(course, "right", "why", 1.0, "On second thoughts.")
    assert "On second thoughts." in words(made_anew(course, "right"))


def test_a_page_loads_nothing_and_runs_nothing(made: Assignment) -> None:
    for student in ("right", "wrong", "rejected", "unfinished", "hostile"):
        found = page(made, student)
        assert not found.find_all(["script", "link", "iframe", "object", "embed", "form"])
        assert all(image["src"].startswith("data:") for image in found.find_all("img"))
        assert not re.search(r"url\(|@import", found.style.get_text())
        assert "default-src 'none'" in found.find("meta", attrs={"http-equiv": True})["content"]


def test_ids_are_unique_and_no_students(made: Assignment) -> None:
    ids = [element["id"] for element in page(made, "hostile").find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert ids[0] == "summary"
    assert len(page(made, "hostile").find_all("h1")) == 1


def test_all_that_was_handed_in_stays_in_its_place(made: Assignment) -> None:
    answer = section(made, "hostile", "answer-why").find(class_="yours")
    assert "</section></main></body>" in answer.get_text()
    parts = page(made, "hostile").main.find_all(recursive=False)
    assert [part["aria-labelledby"] for part in parts] == ["summary", "exercises", "written"]
