"""Faults of authors: `autograder build` says each in a sentence with file and line, and stops."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from documents import ROOT
from typer.testing import CliRunner

from autograder.audit import audit
from autograder.authoring.build import build
from autograder.cli import app
from autograder.course.assignment import load_assignment
from autograder.errors import AutograderError
from autograder.starting.new_assignment import new_assignment

NAME = "maxima"
SOURCE = f"source/{NAME}/{NAME}.py"
SETTINGS = f"source/{NAME}/assignment.toml"
SUITE = f"tests/hidden/{NAME}/test_moving_maximum.py"
MISTAKES = f"tests/misconceptions/{NAME}.py"
HINTS = f"tests/misconceptions/hints/{NAME}.md"
GENERATORS = f"tests/counterexamples/{NAME}.py"

# What is replaced, by what, the line that the message names, and what it says.
Fault = tuple[str, str, str, int, str]
IN_SOURCE: dict[str, Fault] = {
    "an unknown key": (SOURCE, '"grade": true, "lo', '"graed": true, "lo', 27, "did you mean 'grade'"),
    "another key": (SOURCE, '"solution": true}\ndef', '"soluton": true}\ndef', 15, "no 'soluton'"),
    "a misspelt key of points": (SOURCE, '"points": 4', '"point": 4', 27, "mean 'points'"),
    "points as text": (SOURCE, '"points": 4', '"points": "4"', 27, "needs points"),
    "points that are no number": (SOURCE, '"points": 4', '"points": NaN', 27, "needs points"),
    "negative points": (SOURCE, '"points": 4', '"points": -1', 27, "at least 0"),
    "no points": (SOURCE, ', "points": 4', "", 27, "needs points"),
    "points without a grade": (
        SOURCE, '"grade": true, "locked": true, "points": 4', '"locked": true, "points": 4',
        27, "has points, but not",
    ),
    "a flag that is text": (SOURCE, '"grade": true, "lo', '"grade": "yes", "lo', 27, "true or false"),
    "a list for a table": (SOURCE, '{"grade_id": "setup", "locked": true}', '["x"]', 4, "a table"),
    "a bracket that is missing": (SOURCE, '"solution": true}\ndef', '"solution": true\ndef', 15, "bracket"),
    "an id that is no name": (SOURCE, '"grade_id": "borders"', '"grade_id": "a-b"', 36, "needs a grade_id"),
    "an id that stands twice": (SOURCE, '"grade_id": "borders"', '"grade_id": "setup"', 36, "twice"),
    "an id without its beginning": (SOURCE, '"test_moving_maximum"', '"moving"', 27, "begins with 'test_'"),
    "an exercise that is not defined": (
        SOURCE, '"test_moving_maximum"', '"test_moving_maxmum"', 27, "which no cell defines",
    ),
    "a solution cell that is none": (SOURCE, ', "solution": true}\ndef', "}\ndef", 15, 'needs "solution"'),
    "a region that is not closed": (SOURCE, "    ### END SOLUTION\n", "", 21, "there is no 'END SOLUTION'"),
    "a region that is not opened": (SOURCE, "    ### BEGIN SOLUTION\n", "", 23, "there is no 'BEGIN SOLUTION'"),
    "a misspelt region": (SOURCE, "BEGIN SOLUTION", "BEGIN SOLUTIN", 21, "did you mean 'BEGIN SOLUTION'"),
    "a rubric with too few points": (SOURCE, "1 point: gives", "gives", 36, "gives 1 points, but the question 2"),
    "a rubric with too many points": (SOURCE, "1 point: gives", "2 points: gives", 36, "gives 3 points"),
    "a solution that is no Python": (SOURCE, "np.asarray(x)\n", "np.asarray(x\n", 22, "not Python"),
}  # fmt: skip
IN_SETTINGS: dict[str, Fault] = {
    "no TOML": (SETTINGS, '"Maxima"', "Maxima", 1, "cannot be read"),
    "a key that is not known": (SETTINGS, "title", "titel", 1, "did you mean title?"),
    "a limit that is not known": (SETTINGS, "call_seconds", "call_second", 5, "did you mean call_seconds?"),
    "a limit that is text": (SETTINGS, "call_seconds = 2", 'call_seconds = "2"', 5, "above zero"),
    "a library that is not there": (SETTINGS, '"numpy"', '"nunpy"', 2, "no module called 'nunpy'"),
}  # fmt: skip
IN_SUITES: dict[str, Fault] = {
    "no Python": (SUITE, "4, 3])\n", "4, 3]\n", 14, "'(' was never closed"),
    "an unknown name": (SUITE, "right(x, 4)", "wright(x, 4)", 30, "nothing is called 'wright'"),
    "an unknown name at the top": (SUITE, "def right", "LIMIT = limit\n\n\ndef right", 7, "'limit'"),
    "an import of nothing": (SUITE, "import expect", "import expext", 4, "cannot import name 'expext'"),
    "an unknown function": (SUITE, "student.moving_maximum(x, size=4)", "student.moving(x)", 30, "no cell of the source defines 'moving'"),
    "no docstring": (SUITE, '    """The example of the notebook."""\n', "", 12, "needs a docstring"),
    "an empty docstring": (SUITE, '"""The example of the notebook."""', '""" """', 12, "needs a docstring"),
    "a weight of 0": (SUITE, "weight(3)", "weight(0)", 18, "weight must have one number above 0"),
    "a negative weight": (SUITE, "weight(3)", "weight(-1)", 18, "above 0"),
    "a weight that is no number": (SUITE, "weight(3)", 'weight(float("nan"))', 18, "above 0"),
    "an infinite weight": (SUITE, "weight(3)", 'weight(float("inf"))', 18, "above 0"),
    "a weight that is text": (SUITE, "weight(3)", 'weight("3")', 18, "above 0"),
    "a weight without a number": (SUITE, "weight(3)", "weight", 18, "above 0"),
    "a misspelt mark": (SUITE, "mark.weight(3)", "mark.wieght(3)", 18, "'wieght' not found"),
    "an unknown fixture": (SUITE, "numbers(student, rng)", "numbers(student, rgn)", 26, "no fixture called 'rgn'"),
    "a name that stands twice": (SUITE, "test_negative_numbers", "test_windows_of_all_sizes", 27, "in line 19 already"),
    "no test": (SUITE, "def test_", "def check_", 1, "there is no test"),
    "no hidden test": (SUITE, "@pytest.mark.weight", "@pytest.mark.public\n@pytest.mark.weight", 1, "no hidden test"),
    "public tests of great weight": (SUITE, "weight(3)", "weight(1)", 1, "more than a fifth"),
}  # fmt: skip
IN_OTHERS: dict[str, Fault] = {
    "misconceptions that are no Python": (MISTAKES, "zeros(x, size=3):", "zeros(x, size=3)", 15, "expected ':'"),
    "an unknown name in misconceptions": (MISTAKES, "@probes", "@probe", 6, "name 'probe' is not defined"),
    "a probe that raises": (MISTAKES, "call(np.array([-3.0", "call(1 / 0, np.array([-3.0", 10, "ZeroDivisionError"),
    "a misconception for no exercise": (MISTAKES, 'tion("moving_maximum")', 'tion("moving")', 14, "no exercise 'moving'"),
    "probes for no exercise": (MISTAKES, 'probes("moving_maximum")', 'probes("moving")', 6, "no exercise 'moving'"),
    "a misconception of no function": (
        MISTAKES, 'tion("moving_maximum")', 'tion("moving_maximum", function="f")', 14, "no function 'f'",
    ),
    "a name of two misconceptions": (
        MISTAKES, "maximum_takes_one_number_too_many", "maximum_pads_with_zeros", 20, "above already",
    ),
    "a misconception without a hint": (MISTAKES, ', "How many numbers does a window of three hold?"', "", 20, "has no hint"),
    "hints for nothing": (HINTS, "## moving_maximum_pads", "## moving_maximum_fills", 1, "there is no misconception"),
    "a hint that is code": (HINTS, "A zero wins", "Say `x[i + 1]`. A zero wins", 7, "has code: x[i + 1]"),
    "a hint that has a value": (HINTS, "A zero wins", "It is 3.1415. A zero wins", 7, "expected value: 3.1415"),
    "a generator that is no Python": (GENERATORS, "return call(", "return call((", 6, "SyntaxError"),
    "a generator that raises": (GENERATORS, "draw.array(", "draw.list(", 6, "no attribute 'list'"),
    "a generator that returns nothing": (GENERATORS, "return call", "call", 4, "returns no call"),
    "a generator for no exercise": (GENERATORS, '"moving_maximum"', '"moving"', 4, "no exercise 'moving'"),
    "a generator of no function": (
        GENERATORS, '"moving_maximum"', '"moving_maximum", function="f"', 4, "no function 'f'",
    ),
    "a generator for no test": (GENERATORS, '"moving_maximum"', '"moving_maximum", "test_x*"', 4, "no test that is called 'test_x*'"),
}  # fmt: skip
FAULTS = IN_SOURCE | IN_SETTINGS | IN_SUITES | IN_OTHERS


@pytest.fixture
def course(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    new_assignment(NAME, tmp_path)
    return tmp_path


def break_file(course: Path, fault: Fault) -> None:
    file, old, new, *_ = fault
    text = (course / file).read_text(encoding="utf-8")
    assert old in text, old
    (course / file).write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_a_sentence_with_file_and_line(kind: str, course: Path) -> None:
    file, _, _, line, said = FAULTS[kind]
    break_file(course, FAULTS[kind])
    with pytest.raises(AutograderError) as caught:
        build(NAME, course)
    message = str(caught.value)
    assert said in message, message
    assert f"line {line}" in message, message
    assert message.startswith(file), message
    assert "\n" not in message
    assert not (course / "assignments").exists(), "a refused build must change nothing"


@pytest.mark.parametrize(
    "kind", ["a weight of 0", "a generator that raises", "a hint that is code"]
)
def test_the_audit_says_the_same_before_it_grades(kind: str, course: Path) -> None:
    build(NAME, course)
    break_file(course, FAULTS[kind])
    with pytest.raises(AutograderError) as caught:
        audit(
            load_assignment(NAME, course),
            jobs=1,
            on_start=lambda count: pytest.fail(f"{count} are graded"),
        )
    assert FAULTS[kind][4] in str(caught.value)


@pytest.mark.parametrize(
    "kind", ["no Python", "a misspelt mark", "no test", "a weight without a number"]
)
def test_grading_says_which_suite_of_a_single_exercise_is_at_fault(kind: str, course: Path) -> None:
    build(NAME, course)
    break_file(course, FAULTS[kind])
    work = str(course / "solutions" / f"{NAME}.py")
    done = CliRunner().invoke(app, ["grade", NAME, work, "--course", str(course)])
    said = " ".join((done.output + done.stderr).split())
    assert done.exit_code == 1
    assert SUITE in said, said
    assert "Traceback" not in said


def test_the_command_ends_with_the_sentence(course: Path) -> None:
    break_file(course, FAULTS["no docstring"])
    done = CliRunner().invoke(app, ["build", NAME, "--course", str(course)])
    assert done.exit_code == 2
    assert done.stderr == (
        f"autograder: {SUITE}, line 12: test_published_example needs a docstring: students read "
        "its first line.\n"
    )
