"""Faults of authors: `autograder build` says each in a sentence with file and line, and stops."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from documents import ROOT
from typer.testing import CliRunner

from autograder.audit import audit
from autograder.authoring import generator_checks, public_checks, public_hints, suite_checks
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
RIGHT = f"tests/right/{NAME}/shifted.py"

# What is replaced, by what, the line that the message names, and what it says.
Fault = tuple[str, str, str, int, str]
REGION = """\
    ### BEGIN SOLUTION
    x = np.asarray(x)
    return np.array([x[max(0, i - size + 1) : i + 1].max() for i in range(len(x))])
    ### END SOLUTION
"""
TWICE = """\
# %% nbgrader={"grade_id": "again", "solution": true}
def moving_maximum(x, size=3):
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION


"""
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
    "a setup that is not locked": (SOURCE, '"setup", "locked": true', '"setup"', 4, 'must have "locked": true'),
    "a check that is no Python": (SOURCE, "4, 4]))", "4, 4])", 28, "not Python: '(' was never closed"),
    "a check that the solution fails": (SOURCE, "4, 4]))", "4, 5]))", 28, "the solution fails this check: ✗ moving_maximum"),
    "an unknown name in a check": (SOURCE, "check(moving_maximum, np.array([2", "check(moving, np.array([2", 28, "'moving' is not defined"),
    "a setup that raises": (SOURCE, "import numpy", "import numpi", 5, "cannot be run: ModuleNotFoundError"),
    "a solution that raises": (SOURCE, "np.asarray", "np.asaray", 28, "no attribute 'asaray'"),
    "a solution without its region": (SOURCE, REGION, "    return x\n", 15, "would not get the first line of 'moving_maximum'"),
    "a function that stands twice": (
        SOURCE, '# %% nbgrader={"grade_id": "test_', f'{TWICE}# %% nbgrader={{"grade_id": "test_', 27, "in another cell already",
    ),
    "a misspelt rubric": (SOURCE, "**Rubric**", "**Rubrik**", 39, "'Rubrik' begins no rubric"),
    "a graded cell that is Markdown": (SOURCE, '# %% nbgrader={"grade_id": "test_', '# %% [markdown] nbgrader={"grade_id": "test_', 27, "must be a code cell"),
    "a cell without an id": (SOURCE, '"grade_id": "moving_maximum", ', "", 15, "needs a grade_id"),
    "an id that is a number": (SOURCE, '"grade_id": "borders"', '"grade_id": 5', 36, "needs a grade_id"),
}  # fmt: skip
TRAINING = '[training]\ndataset = "digits"\n[training.digits]\n'
IN_SETTINGS: dict[str, Fault] = {
    "no TOML": (SETTINGS, '"Maxima"', "Maxima", 1, "cannot be read"),
    "a key that is not known": (SETTINGS, "title", "titel", 1, "did you mean title?"),
    "a limit that is not known": (SETTINGS, "call_seconds", "call_second", 5, "did you mean call_seconds?"),
    "a limit that is text": (SETTINGS, "call_seconds = 2", 'call_seconds = "2"', 5, "above zero"),
    "a comma that is missing": (SETTINGS, '["numpy"]', '["numpy" "keras"]', 2, "Unclosed array"),
    "a key that stands twice": (SETTINGS, "[limits]", "[limits]\ncall_seconds = 1", 6, "Cannot overwrite"),
    "a limit below zero": (SETTINGS, "call_seconds = 2", "call_seconds = -2", 5, "above zero, not -2"),
    "a call with more time than all": (SETTINGS, "call_seconds = 2", "call_seconds = 200", 5, "than the whole submission (60)"),
    "examples for no exercise": (SETTINGS, "[limits]", '[examples]\nexercises = ["moving"]\n[limits]', 5, "names 'moving', which is no exercise"),
    "examples that stand twice": (SETTINGS, "[limits]", '[examples]\nexercises = ["x", "x"]\n[limits]', 5, "names 'x' twice"),
    "a frozen exercise that is none": (SETTINGS, "[limits]", '[frozen]\nexercises = ["moving"]\n[limits]', 5, "names 'moving', which is no exercise"),
    "a training of no epochs": (SETTINGS, "[limits]", f"{TRAINING}epochs = 0\n[limits]", 7, "epochs must be at least 1"),
    "a threshold that is no number": (SETTINGS, "[limits]", f"{TRAINING}epochs = 2\nthreshold = nan\n[limits]", 8, "not negative"),
    "too little memory": (SETTINGS, "call_seconds = 2", "memory_mb = 1", 5, "memory_mb of [limits] must be at least 64"),
    "too small an answer": (SETTINGS, "call_seconds = 2", "answer_mb = 0.001", 5, "answer_mb of [limits] must be at least 1"),
    "a part of a library that is not there": (SETTINGS, '"numpy"', '"numpy.nothing"', 2, "no module called 'numpy.nothing'"),
    "a part of a module that has none": (SETTINGS, '"numpy"', '"math.nothing"', 2, "no module called 'math.nothing'"),
    "a dataset that there is not": (SETTINGS, "[limits]", '[training]\ndataset = "digit"\n[training.digit]\nepochs = 1\nbatch_size = 8\n[limits]', 6, "there is no dataset 'digit'"),
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
    "a wrong indentation": (SUITE, "    x = np.array([2, 7", "      x = np.array([2, 7", 14, "unexpected indent"),
    "tabs among spaces": (SUITE, "    x = np.array([2, 7", "\tx = np.array([2, 7", 14, "inconsistent use of tabs"),
    "a misspelt way to call": (SUITE, "maximum(x, size=4)", "maximum.watchd(x)", 30, "did you mean 'watched'?"),
    "a misspelt comparison": (SUITE, "expect.close(student.moving_maximum(x, size=4)", "expect.clos(student.moving_maximum(x)", 30, "did you mean 'close'?"),
    "an option that there is not": (SUITE, "right(x, 4), like=", "right(x, 4), lik=", 30, "expect.close: got an unexpected keyword argument 'lik'"),
    "a helper that is called wrongly": (SUITE, "right(x, 4)", "right(x)", 30, "right: missing a required argument: 'size'"),
    "a misspelt method of rng": (SUITE, "-rng.uniform", "-rng.unifrom", 29, "did you mean 'uniform'?"),
    "a test that compares nothing": (SUITE, "    expect.close(student.moving_maximum(x, size=4), right(x, 4), like=(x,))", "    student.moving_maximum(x, size=4)", 27, "requires nothing"),
    "an aspect without a name": (SUITE, "@pytest.mark.weight(2)", "@pytest.mark.aspect", 26, "aspect must have a name"),
    "a time limit that is text": (SUITE, "@pytest.mark.weight(2)", '@pytest.mark.seconds("2")', 26, "seconds must have one number"),
    "two weights": (SUITE, "@pytest.mark.weight(2)", "@pytest.mark.weight(2)\n@pytest.mark.weight(4)", 28, "two marks called weight"),
    "an exercise to build on that is none": (SUITE, "def right", 'pytestmark = pytest.mark.builds_on("moving")\n\n\ndef right', 7, "builds on 'moving'"),
    "a test that is async": (SUITE, "def test_negative", "async def test_negative", 27, "is async"),
    "a test that yields": (SUITE, "    expect.close(student.moving_maximum(x, size=4)", "    yield expect.close(student.moving_maximum(x, size=4)", 27, "'yield' keyword"),
    "parameters that no test takes": (SUITE, "@pytest.mark.weight(2)", '@pytest.mark.parametrize("k", [1])', 27, "no argument 'k'"),
    "a suite that ends the program": (SUITE, "def right", "raise SystemExit(3)\n\n\ndef right", 7, "SystemExit: 3"),
    "a module that is not there": (SUITE, "import pytest", "import pytest\nimport referenz", 3, "No module named 'referenz'"),
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
    "a misconception with other parameters": (MISTAKES, "too_many(x, size=3)", "too_many(x)", 20, "other parameters than moving_maximum(x, size)"),
    "an unknown name in a misconception": (MISTAKES, "max(0, i - size)", "most(0, i - size)", 22, "nothing is called 'most'"),
    "an aspect that no test has": (MISTAKES, 'window of three hold?"', 'window of three hold?", aspect="purty"', 20, "has the aspect 'purty'"),
    "a misspelt way to compare": (MISTAKES, 'window of three hold?"', 'window of three hold?", by="cell"', 20, 'must be "values" or "cells"'),
    "a mark without its name": (MISTAKES, '@probes("moving_maximum")', "@probes", 6, "@probes needs a name in brackets"),
    "a misconception without its name": (MISTAKES, '@misconception("moving_maximum")', "@misconception", 14, "@misconception needs a name"),
    "probes that return nothing": (MISTAKES, "return [\n", "[\n", 6, "must return a list"),
    "a probe that is no call": (MISTAKES, "call(np.array([3.0, 9.0, 4.0, 6.0, 5.0]), size=2)", "np.zeros(3)", 6, "must return a list"),
    "a probe with another argument": (MISTAKES, "5.0]), size=2)", "5.0]), sizes=2)", 6, "unexpected keyword argument 'sizes'"),
    "a misconception that ends the program": (MISTAKES, "@probes", "raise SystemExit\n\n\n@probes", 6, "SystemExit"),
    "a step with the wrong number": (HINTS, "2. If", "3. If", 5, "has the number 3, not 2"),
    "a generator with another argument": (GENERATORS, "size=", "sizes=", 4, "unexpected keyword argument 'sizes'"),
    "a generator without its name": (GENERATORS, '("moving_maximum")', "", 4, "@counterexamples needs a name"),
    "a generator that takes nothing": (GENERATORS, "_(draw)", "_()", 4, "takes 0 positional arguments"),
    "a generator without its mark": (GENERATORS, '@counterexamples("moving_maximum")', "", 1, "no function is marked"),
    "a right answer that is no Python": (RIGHT, "size=3):", "size=3)", 4, "this is not Python: expected ':'"),
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


@pytest.mark.parametrize("file", [SOURCE, SETTINGS, SUITE, MISTAKES, HINTS, GENERATORS, RIGHT])
def test_another_encoding_is_a_sentence_with_file_and_line(file: str, course: Path) -> None:
    text = (course / file).read_bytes()
    (course / file).write_bytes(text + b"\n# gr\xf6\xdfte\n")
    line = text.count(b"\n") + 2
    with pytest.raises(AutograderError, match=f"^{file}, line {line}: this is not UTF-8"):
        build(NAME, course)


def test_marks_of_windows_editors_change_nothing(course: Path) -> None:
    build(NAME, course)
    for file in (SOURCE, SETTINGS, SUITE, MISTAKES, HINTS, GENERATORS):
        text = (course / file).read_bytes()
        (course / file).write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert build(NAME, course) == []


ENDLESS = "    while True:\n        pass\n"


@pytest.mark.parametrize(
    ("file", "before", "line"),
    [
        (GENERATORS, "    return call", "[67]"),
        (MISTAKES, "    return np.array([x[max", "20"),
        (SUITE, "    return np.array", "[89]"),
    ],
)
def test_code_that_never_ends_is_ended(
    file: str, before: str, line: str, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (generator_checks, public_checks, suite_checks, public_hints):
        for name in ("DRAWING_SECONDS", "LOADING_SECONDS", "CHECK_SECONDS"):
            monkeypatch.setattr(module, name, 0.5, raising=False)
    text = (course / file).read_text(encoding="utf-8").replace(before, ENDLESS + before)
    if file == SUITE:  # it is called while the suite is loaded
        text += "\n\nLOADED = right(np.zeros(3), 1)\n"
    (course / file).write_text(text, encoding="utf-8")
    with pytest.raises(AutograderError, match=f"^{file}, line {line}.*not ended") as caught:
        build(NAME, course)
    assert "\n" not in str(caught.value)


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
