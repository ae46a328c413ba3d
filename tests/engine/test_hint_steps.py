"""Hints in steps: how they are read, what is refused, and what students get of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from graders import grade
from mini_course import MISCONCEPTIONS, module_text, write_mini_course

from autograder import diagnosis
from autograder.authoring import hint_rules
from autograder.cli.one_submission import show_submission
from autograder.course.assignment import Assignment
from autograder.diagnosis.reading_grade import reading_grade, syllables, words
from autograder.errors import SuiteError
from autograder.grading.cache_key import advice_digest
from autograder.publish.visibility import FeedbackVisibility
from autograder.results import Result

WHERE = (
    "Look at the line of your function that adds something to the numbers in `x` and returns it."
)
QUESTION = "Take the number 1 and work it out by hand: by how much is each of the numbers to grow?"
MISTAKE = (
    "Your function adds too much to each number. The text of the exercise says how much is right."
)
HINTS = f"""# Hints

Some words for whoever edits this.

## increment_by_two

1. {WHERE}
2. Take the number 1 and work it out by hand:
   by how much is each of the numbers to grow?

3. {MISTAKE}
"""
BY_TWO = "def increment(x):\n    return np.asarray(x) + 2"


@pytest.fixture
def course(tmp_path: Path) -> Assignment:
    return write_mini_course(tmp_path / "course")


def write_hints(course: Assignment, text: str = HINTS) -> None:
    course.hints_file.parent.mkdir(exist_ok=True)
    course.hints_file.write_text(text, encoding="utf-8")


def refusal(course: Assignment, text: str) -> str:
    write_hints(course, text)
    with pytest.raises(SuiteError) as caught:
        diagnosis.load(course)
    return str(caught.value)


def graded(course: Assignment, tmp_path: Path) -> Result:
    path = tmp_path / "submission.py"
    path.write_text(module_text(increment=BY_TWO), encoding="utf-8")
    return grade(path, course, b"seed" * 8, advice=("hints",))


def test_steps_come_from_the_file_of_hints_and_the_hint_is_the_question(course):
    write_hints(course)
    (which,) = diagnosis.load(course).misconceptions
    assert which.steps == (WHERE, QUESTION, MISTAKE)
    assert which.hint == QUESTION


def test_without_an_entry_the_hint_is_the_only_step(course):
    (which,) = diagnosis.load(course).misconceptions
    assert which.steps == (which.hint,) == ("By how much should it grow?",)


def test_a_hint_in_the_file_of_hints_is_enough(course):
    bare = MISCONCEPTIONS.replace(', "By how much should it grow?"', "")
    course.misconceptions_file.write_text(bare, encoding="utf-8")
    with pytest.raises(SuiteError, match="increment_by_two has no hint"):
        diagnosis.load(course)
    write_hints(course)
    assert diagnosis.load(course).misconceptions[0].hint == QUESTION


def test_one_heading_may_name_several_misconceptions(course):
    again = '\n@misconception("increment")\ndef increment_by_three(x):\n    return x + 3\n'
    course.misconceptions_file.write_text(MISCONCEPTIONS + again, encoding="utf-8")
    write_hints(course, HINTS.replace("increment_by_two", "increment_by_two, increment_by_three"))
    one, other = diagnosis.load(course).misconceptions
    assert one.steps == other.steps == (WHERE, QUESTION, MISTAKE)


def test_names_are_unique(course):
    text = MISCONCEPTIONS + MISCONCEPTIONS[MISCONCEPTIONS.index("@misconception") :]
    course.misconceptions_file.write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError, match="named 'increment_by_two' above already"):
        diagnosis.load(course)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("increment_by_two", "nobody", "mini.md, line 5: there is no misconception nobody."),
        (WHERE, "Look at x.", "mini.md, line 7: this step has 3 words, it must have 15 to 80."),
        (MISTAKE, "a b " * 41, "mini.md, line 11: this step has 82 words"),
        (f"3. {MISTAKE}", f"4. {MISTAKE}", "mini.md, line 11: this step has the number 4, not 3."),
        (f"1. {WHERE}", f"{WHERE}", "mini.md, line 7: a step must begin with its number"),
        (f"3. {MISTAKE}", f"3. {MISTAKE}\n4. {MISTAKE}", "line 5: there are 4 steps"),
        ("## increment_by_two", "## ", "mini.md, line 5: this heading names no misconception."),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(course, old, new, says):
    assert old in HINTS
    assert says in refusal(course, HINTS.replace(old, new))


def test_two_entries_for_one_name_and_entries_without_steps_are_refused(course):
    entry = HINTS[HINTS.index("##") :]
    assert "line 13: increment_by_two has hints above" in refusal(course, f"{HINTS}\n{entry}")
    assert "line 1: there are 0 steps" in refusal(course, "## increment_by_two\n")


def test_a_result_holds_the_steps_and_the_question_stands_at_the_first_failed_test(
    course, tmp_path
):
    write_hints(course)
    exercise = graded(course, tmp_path).exercises[0]
    (hint,) = exercise.hints
    assert (hint.misconception, hint.steps) == ("increment_by_two", (WHERE, QUESTION, MISTAKE))
    assert [test.hint for test in exercise.tests if test.hint] == [QUESTION]


@pytest.mark.parametrize(("steps", "hint"), [(1, WHERE), (2, QUESTION), (3, QUESTION)])
def test_students_get_as_many_steps_as_the_assignment_says(course, tmp_path, steps, hint):
    write_hints(course)
    shown = FeedbackVisibility.of({"hint_steps": steps}).applied(graded(course, tmp_path))
    assert shown.exercises[0].hints[0].steps == (WHERE, QUESTION, MISTAKE)[:steps]
    assert [test.hint for test in shown.exercises[0].tests if test.hint] == [hint]


def test_the_terminal_shows_the_first_step_and_says_that_there_are_more(course, tmp_path, capsys):
    write_hints(course)
    result = graded(course, tmp_path)
    show_submission(result)
    shown = " ".join(capsys.readouterr().out.split())
    assert f"Hint: {WHERE} (2 more steps are on the feedback page.)" in shown
    assert QUESTION not in shown
    show_submission(FeedbackVisibility(hint_steps=1).applied(result))
    assert "more step" not in capsys.readouterr().out


def test_the_key_of_stored_results_changes_with_the_hints(course):
    before = advice_digest(course)
    write_hints(course)
    first = advice_digest(course)
    write_hints(course, HINTS.replace("too much", "far too much"))
    assert len({before, first, advice_digest(course)}) == 3


# -- the text of a hint ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (WHERE.replace("returns it", "returns x + 1"), "code: x + 1"),
        (WHERE.replace("`x`", "`x[1:]`"), "code: x[1:]"),
        (WHERE.replace("`x`", "np.zeros(3)"), "code: s("),
        (f"{WHERE} The answer is 0.12345.", "may be an expected value: 0.12345"),
        ("Configuration initialization necessitates " * 5, "reading grade"),
    ],
)
def test_a_step_with_code_or_hard_words_is_found(course, step, says):
    write_hints(course)
    (which,) = diagnosis.load(course).misconceptions
    assert hint_rules.complaint(which) == ""
    for place in range(3):
        steps = (*which.steps[:place], step, *which.steps[place + 1 :])
        found = hint_rules.complaint(replace(which, steps=steps))
        assert found.startswith(f"step {place + 1} ")
        assert says in found


def test_the_second_step_must_ask_something(course):
    write_hints(course, HINTS.replace("grow?", "grow."))
    (which,) = diagnosis.load(course).misconceptions
    assert hint_rules.complaint(which) == "has a hint that asks nothing"


SYLLABLES = {
    1: "a the stride strides whole rule filled moved called takes real shoes mixed does goes type",
    2: "image window table tables middle doubled padded sizes edges being trying layer people "
    "quiet question region create language million rarely science axis axes sixteen missing",
    3: "area idea position average argument radius various period expected created integer "
    "minimum variance opinion completely",
    4: "infinity variable horizontal material diagonal interior convolution",
    5: "probability university",
}


def test_syllables_are_those_of_the_dictionary():
    found = {word: syllables(word) for each in SYLLABLES.values() for word in each.split()}
    assert found == {word: count for count, each in SYLLABLES.items() for word in each.split()}


def test_names_and_numbers_are_one_short_word():
    assert words("Ask `same_padding` about 3 cells, don't guess.") == [
        "Ask", "x", "about", "3", "cells", "don't", "guess",
    ]  # fmt: skip
    assert [syllables(word) for word in ("same_padding", "float64", "12")] == [1, 1, 1]


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        # 6 words, 1 sentence, 6 syllables
        ("The cat sat on the mat.", 0.39 * 6 + 11.8 - 15.59),
        # 12 words, 2 sentences, 18 syllables: image 2, larger 2, window 2, output 2, number 2,
        # again 2
        ("Each image has a larger window. Does the output number fit again?",
         0.39 * 6 + 11.8 * 18 / 12 - 15.59),
        ("", 0.0),
    ],
)  # fmt: skip
def test_the_grade_is_that_of_flesch_and_kincaid(text, grade):
    assert reading_grade(text) == pytest.approx(grade)


def test_the_grade_of_a_well_known_text():
    """The Gettysburg Address opens with a sentence of 30 words and 46 syllables."""
    text = (
        "Four score and seven years ago our fathers brought forth on this continent, a new nation, "
        "conceived in Liberty, and dedicated to the proposition that all men are created equal."
    )
    assert len(words(text)) == 30
    assert reading_grade(text) == pytest.approx(0.39 * 30 + 11.8 * 46 / 30 - 15.59, abs=0.8)
