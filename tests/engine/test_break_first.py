"""Examples before code, graded: what is right, what is caught, and what a hostile answer does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from examples_course import ASKING, EXERCISE, built_course, hand_in
from graders import grade

from autograder.cli.one_submission import show_submission
from autograder.course.assignment import Assignment
from autograder.feedback_page.exercises import explained
from autograder.feedback_page.scores import CellScore
from autograder.publish import gradescope, markdown
from autograder.publish import json as published
from autograder.publish.visibility import FeedbackVisibility
from autograder.results import Examples, ExerciseResult, Outcome, Result

MISTAKES = 4
"""Of the five: whoever catches these catches the fifth."""
ALL_CAUGHT = """
    return [
        example(np.array([-1, -5, -2, -9]), size=2, expected=np.array([-1, -1, -2, -2])),
        example(np.array([4, 1, 2]), size=0, expected=ValueError),
    ]
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return built_course(tmp_path_factory.mktemp("course"))


def of_examples(result: Result) -> ExerciseResult:
    assert result.status == "graded", result.reason
    return next(each for each in result.exercises if each.name == ASKING)


def examples_of(course: Assignment, folder: Path, body: str, more: str = "") -> Examples:
    found = of_examples(grade(hand_in(course, folder, body, more), course)).examples
    assert found is not None
    return found


def test_the_course_s_own_examples_catch_every_mistake(course: Assignment) -> None:
    found = of_examples(grade(course.solution_module, course))
    assert found.score == found.max_score == 2
    assert found.examples is not None
    assert found.examples.caught == found.examples.mistakes == MISTAKES


def test_examples_are_judged_by_the_right_function_and_by_wrong_ones(
    course: Assignment, tmp_path: Path
) -> None:
    found = examples_of(course, tmp_path, ALL_CAUGHT)
    assert (found.given, found.right, found.wrong) == (2, 2, 0)
    assert found.caught == MISTAKES
    assert found.remarks == ()


def test_an_example_that_every_function_answers_rightly_catches_nothing(
    course: Assignment, tmp_path: Path
) -> None:
    body = "return [example(np.array([n / 2]), size=1, expected=[n / 2]) for n in (1, 2)]"
    found = examples_of(course, tmp_path, body)
    assert (found.right, found.caught) == (2, 0)


def test_an_example_with_a_wrong_answer_catches_nothing(course: Assignment, tmp_path: Path) -> None:
    body = "return [example(np.array([-1, -5]), size=2, expected=np.array([7, 7]))]"
    found = examples_of(course, tmp_path, body)
    assert (found.right, found.wrong, found.caught) == (0, 1, 0)
    assert found.remarks == ("Example 1 expects an answer that is not right.",)


def test_an_example_outside_the_contract_loses_nothing_else(
    course: Assignment, tmp_path: Path
) -> None:
    outside = "example(np.zeros((2, 2)), expected=np.zeros(2)), example(expected=1),"
    body = ALL_CAUGHT.replace("return [", f"return [\n        {outside}")
    exercise = of_examples(grade(hand_in(course, tmp_path, body), course))
    assert exercise.score == exercise.max_score
    assert exercise.examples is not None
    assert "Example 1 is outside the contract" in exercise.examples.remarks[0]
    assert len(exercise.examples.remarks) == 2


RIGHT = ["[-1, -1]", "(-1, -1)", "np.array([-1.0, -1.0])", "[-1.0004, -1]"]
WRONG = ["[-1, -9]", "-1", "[[-1, -1]]", "None", "'two'", "[-1.1, -1]", "ValueError", "{}"]


@pytest.mark.parametrize(("expected", "kind"), [(RIGHT, "right"), (WRONG, "wrong")])
def test_answers_count_in_any_form_and_rounded(
    course: Assignment, tmp_path: Path, expected: list[str], kind: str
) -> None:
    """Each example has another input with the same answer."""
    examples = ",".join(
        f"example(np.array([-1.0, -5.0 - {number}]), size=2, expected={each})"
        for number, each in enumerate(expected)
    )
    found = examples_of(course, tmp_path, f"return [{examples}]")
    assert getattr(found, kind) == len(expected)


REFUSED_ONE_BY_ONE = {
    "a huge array": "example(np.zeros(100_000), expected=1)",
    "many empty rows": "example(np.zeros((1_000_000, 0)), expected=1)",
    "a huge number": "example(np.array([1]), size=10**30, expected=np.array([1]))",
    "complex numbers": "example(np.array([1j]), expected=1)",
    "long text": "example('x' * 100_000, expected=1)",
    "another function": "example(np.array([1]), function='__import__', expected=1)",
    "a wrong function": "example([1], function='mistake_0_of_moving_maximum', expected=1)",
    "no dictionary": "7",
    "other keys": "{'args': [], 'kwargs': {}, 'expected': 1, 'raises': 'x', 'function': ''}",
    "a keyword that is none": "example(np.array([1]), **{'not a name': 1}, expected=1)",
    "an object": "example(object(), expected=1)",
    "a function": "example(lambda: 1, expected=1)",
}
THREE = [list(REFUSED_ONE_BY_ONE.values())[at : at + 6] for at in (0, 6)]


@pytest.mark.parametrize("hostile", THREE)
def test_a_hostile_example_costs_only_itself(
    course: Assignment, tmp_path: Path, hostile: list[str]
) -> None:
    body = ALL_CAUGHT.replace("    ]", f"        {','.join(hostile)},\n    ]")
    result = grade(hand_in(course, tmp_path, body), course)
    found = of_examples(result).examples
    assert found is not None
    assert (found.right, found.wrong, found.caught, found.given) == (2, 0, MISTAKES, 8)
    assert len(found.remarks) == 6
    assert next(each for each in result.exercises if each.name == EXERCISE).passed


DEEP = """
def deep():
    found = []
    for _ in range(200):
        found = [found]
    return found
"""


@pytest.mark.parametrize(
    "hostile",
    ["example(np.array([None], dtype=object), expected=1)", "example(deep(), expected=1)"],
)
def test_what_cannot_leave_the_sandbox_costs_the_examples_and_nothing_else(
    course: Assignment, tmp_path: Path, hostile: str
) -> None:
    body = ALL_CAUGHT.replace("    ]", f"        {hostile},\n    ]")
    result = grade(hand_in(course, tmp_path, body, DEEP), course)
    assert of_examples(result).outcome is not Outcome.GRADER_ERROR
    assert next(each for each in result.exercises if each.name == EXERCISE).passed


def test_of_ten_thousand_examples_the_first_eight_count(course: Assignment, tmp_path: Path) -> None:
    body = "return [example(np.array([n]), size=1, expected=np.array([n])) for n in range(10_000)]"
    found = examples_of(course, tmp_path, body)
    assert (found.given, found.right) == (8, 8)


@pytest.mark.parametrize("value", ["None", "7", "'abc'", "np.zeros((2, 2))", "{}", "object()"])
def test_what_is_no_list_of_examples_is_said_so(
    course: Assignment, tmp_path: Path, value: str
) -> None:
    exercise = of_examples(grade(hand_in(course, tmp_path, f"return {value}"), course))
    assert exercise.score == 0
    assert "a list of examples is asked for" in exercise.tests[0].message


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("raise NotImplementedError", Outcome.NOT_IMPLEMENTED),
        ("return 1 / 0", Outcome.ERROR),
        ("import os; os._exit(3)", Outcome.CRASHED),
        ("return []", Outcome.FAILED),
    ],
)
def test_without_examples_there_are_no_points(
    course: Assignment, tmp_path: Path, body: str, outcome: Outcome
) -> None:
    result = grade(hand_in(course, tmp_path, body), course)
    assert of_examples(result).score == 0
    assert of_examples(result).outcome is outcome
    assert next(each for each in result.exercises if each.name == EXERCISE).passed


def test_code_that_changes_the_examples_later_changes_nothing(
    course: Assignment, tmp_path: Path
) -> None:
    notebook = json.loads(course.release_notebook.read_text())
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == ASKING:
            cell["source"] = f"def {ASKING}():\n    from convgrade import example\n{ALL_CAUGHT}"
    later = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    later["source"] = f"def {ASKING}():\n    return []\n\ndef example(*a, **k):\n    return {{}}\n"
    notebook["cells"].append({**later, "id": "later"})
    path = tmp_path / "work.ipynb"
    path.write_text(json.dumps(notebook))
    found = of_examples(grade(path, course)).examples
    assert found is not None
    assert found.right == 2


def test_examples_that_change_from_call_to_call_are_asked_for_once(
    course: Assignment, tmp_path: Path
) -> None:
    body = "calls.append(1)\nreturn [example(np.array([len(calls)]), expected=[len(calls)])] * 1"
    exercise = of_examples(grade(hand_in(course, tmp_path, body, "calls = []"), course))
    assert exercise.examples is not None
    assert exercise.examples.right == 1


def test_nothing_says_which_mistakes_there_are(course: Assignment, tmp_path: Path) -> None:
    result = grade(hand_in(course, tmp_path, ALL_CAUGHT.replace("size=0", "size=-1")), course)
    for text in (result.to_json(), published.dumps([result])):
        assert "pads_with_zeros" not in text
        assert "mistake_" not in text
    released = "".join(
        path.read_text() for path in course.release_notebook.parent.rglob("*") if path.is_file()
    )
    assert "never_refuses" not in released
    assert "mistake_0" not in released


def test_two_sets_that_catch_as_many_look_alike(course: Assignment, tmp_path: Path) -> None:
    """The count of one mistake is the same text, whichever it is."""
    one = "return [example(np.array([1, 2]), size=0, expected=ValueError)]"
    other = "return [example(np.array([-3]), size=4, expected=[-3])]"
    first, second = (
        of_examples(grade(hand_in(course, tmp_path, body), course)) for body in (one, other)
    )
    assert first.examples == second.examples
    assert [(each.name, each.outcome, each.message) for each in first.tests] == [
        (each.name, each.outcome, each.message) for each in second.tests
    ]


def test_the_result_can_be_written_read_and_published(course: Assignment, tmp_path: Path) -> None:
    result = grade(hand_in(course, tmp_path, ALL_CAUGHT), course)
    assert Result.from_json(result.to_json()) == result
    document = published.document([result])
    jsonschema.validate(document, published.schema())
    assert document[0]["exercises"][0]["examples"]["caught"] == MISTAKES


def test_an_earlier_result_keeps_what_became_of_its_examples(
    course: Assignment, tmp_path: Path
) -> None:
    work = hand_in(course, tmp_path, ALL_CAUGHT)
    first = grade(work, course, b"seed")
    again = grade(work, course, b"seed", earlier=first)
    assert of_examples(again).examples == of_examples(first).examples


def test_arguments_in_another_form_catch_the_same(course: Assignment, tmp_path: Path) -> None:
    """A wrong function that takes no list would fail on it for another reason than its mistake."""
    body = ALL_CAUGHT.replace("np.array([-1, -5, -2, -9])", "(-1, -5, -2, -9)").replace(
        "size=2", "size=np.int64(2)"
    )
    assert examples_of(course, tmp_path, body).caught == MISTAKES


def test_an_input_that_no_function_is_made_for_catches_nothing(
    course: Assignment, tmp_path: Path
) -> None:
    """The right function refuses all of these, and careless functions fail on them otherwise."""
    body = """
        return [
            example(np.zeros((2, 2)), expected=ValueError),
            example(np.zeros((2, 2, 1)), size=1, expected=ValueError),
        ]
    """
    found = examples_of(course, tmp_path, body)
    assert (found.right, found.caught) == (2, 0)
    assert found.remarks[0].endswith("of an unusual kind, so that it catches nothing.")


def test_a_refused_input_catches_only_what_shows_in_refusals(
    course: Assignment, tmp_path: Path
) -> None:
    body = "return [example(np.array([1.0]), size=-n, expected=ValueError) for n in range(1, 4)]"
    assert examples_of(course, tmp_path, body).caught == 1


def test_what_is_too_much_for_the_right_function_costs_only_itself(tmp_path: Path) -> None:
    course = built_course(tmp_path / "course")
    path = course.solution_module
    path.write_text(
        path.read_text().replace(
            "    x = np.asarray(x)\n",
            "    x = np.asarray(x)\n    if len(x) == 5:\n        np.ones((1 << 40,))\n"
            "    if len(x) == 6:\n        import os; os._exit(1)\n",
        )
    )
    more = ",".join(f"example(np.ones({size}), expected=np.ones({size}))" for size in (5, 6))
    body = ALL_CAUGHT.replace("return [", f"return [{more},")
    found = examples_of(course, tmp_path, body)
    assert (found.right, found.caught) == (2, MISTAKES)
    assert [each.partition(" is ")[2] for each in found.remarks] == [
        f"too much work for {EXERCISE}."
    ] * 2


def test_solutions_without_the_function_are_a_fault_of_the_course(tmp_path: Path) -> None:
    course = built_course(tmp_path / "course")
    text = course.solution_module.read_text()
    course.solution_module.write_text(text.replace(f"def {EXERCISE}(", "def another("))
    work = tmp_path / "work.py"
    work.write_text(text)
    result = grade(work, course)
    assert result.status == "grader_error"
    assert next(each for each in result.exercises if each.name == ASKING).score is None


def test_reports_say_how_many_mistakes_are_caught(
    course: Assignment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = ALL_CAUGHT.replace("[-1, -1, -2, -2]", "[0, 0, 0, 0]")
    result = grade(hand_in(course, tmp_path, body), course)
    show_submission(result)
    for text in (capsys.readouterr().out, markdown.dumps([result]), gradescope.dumps(result)):
        assert text is not None
        assert "1 of 2 examples are right. The examples catch 1 of 4 mistakes." in text.replace(
            "\\", ""
        )
        assert "Example 1 expects an answer that is not right." in text


def test_feedback_says_it_once(course: Assignment, tmp_path: Path) -> None:
    found = of_examples(grade(hand_in(course, tmp_path, ALL_CAUGHT), course))
    for worth in (2.0, 0.0):
        shown = explained(
            replace(found, max_score=worth, score=worth),
            FeedbackVisibility(),
            CellScore(worth, worth),
        )
        assert shown.remarks == ("2 of 2 examples are right. The examples catch 4 of 4 mistakes.",)
        assert not any(test.message for test in shown.tests)
        assert bool(shown.tests) == bool(worth)
