"""Counterexamples: what a failed test gets, and what student code can do to it (nothing)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from counterexample_search import module_of, run, search
from graders import grade
from mini_course import SUITE, module_text, write_mini_course

from autograder import counterexamples
from autograder.counterexamples import Draw
from autograder.counterexamples.asking import Asking
from autograder.counterexamples.budget import CALLS, Budget, Spent
from autograder.counterexamples.draws import Choice
from autograder.counterexamples.searching import derived
from autograder.course.assignment import Assignment
from autograder.grading.advice import ADVICE_KINDS
from autograder.grading.cache_key import advice_digest
from autograder.results import Counterexample, ExerciseResult, Result
from autograder.suite.asked_calls import AskedCalls

SEED = b"seed" * 8
GENERATORS = """
import numpy as np
from autograder.counterexamples import call, counterexamples, generator, refused
from autograder.suite import expect

def ints(draw):
    return draw.array((draw.integer(1, 3), draw.integer(1, 3)), -9, 9, np.int64)

@counterexamples("increment")
def _(draw):
    return call(ints(draw))

@counterexamples("increment", "test_argument", purity=True)
def _(draw):
    return call(ints(draw))

@counterexamples("increment", "test_refuses_*")
def _(draw):
    return refused((), draw.choice(("text", "words")))

@counterexamples("double")
def _(draw):
    return call(draw.integer(0, 40))
"""
RIGHT = "    return np.asarray(x) + 1\n"


@pytest.fixture
def course(tmp_path: Path) -> Assignment:
    return with_generators(write_mini_course(tmp_path / "course"), GENERATORS)


def with_generators(assignment: Assignment, text: str) -> Assignment:
    assignment.counterexamples_file.parent.mkdir(exist_ok=True)
    assignment.counterexamples_file.write_text(text, encoding="utf-8")
    return assignment


def graded(course: Assignment, tmp_path: Path, seed: bytes = SEED, **bodies: str) -> Result:
    path = tmp_path / "submission.py"
    path.write_text(module_text(**bodies), encoding="utf-8")
    return grade(path, course, seed, advice=ADVICE_KINDS)


def exercise(result: Result, name: str = "increment") -> ExerciseResult:
    return next(each for each in result.exercises if each.name == name)


def examples(result: Result, name: str = "increment") -> dict[str, Counterexample]:
    tests = exercise(result, name).tests
    return {test.name: test.counterexample for test in tests if test.counterexample}


# -- what a failed test gets -----------------------------------------------------------------


def test_a_failed_test_gets_the_smallest_call_that_goes_wrong(course, tmp_path):
    body = "def increment(x):\n    x = np.asarray(x)\n    return np.where(x < 0, x, x + 1)"
    found = examples(graded(course, tmp_path, increment=body))
    assert set(found) == {"test_arrays"}
    example = found["test_arrays"]
    assert example.code == (
        "import numpy as np\n\nx = np.array([-1]).reshape(1, 1)\nprint(increment(x))"
    )
    assert (example.answer, example.expected, example.numbers) == ("[[-1]]", "[[0]]", 1)
    assert example.wrong == (
        "increment returned the right shape, but no value is right; at index (0, 0) yours is -1."
    )


def test_an_exception_is_named_with_its_type(course, tmp_path):
    body = "def increment(x):\n    if np.size(x) > 1:\n        raise KeyError('k')\n" + RIGHT
    example = examples(graded(course, tmp_path, increment=body))["test_arrays"]
    assert example.wrong == "increment raised KeyError, but there is an answer for this input."
    assert example.answer == "KeyError: 'k'"


def test_a_changed_argument_is_shown(course, tmp_path):
    body = (
        "def increment(x):\n    if isinstance(x, np.ndarray):\n        x += 1\n        return x\n"
    )
    example = examples(graded(course, tmp_path, increment=body + RIGHT))["test_argument"]
    assert example.wrong == "increment changed its argument x."
    assert example.code.endswith("increment(x)\nprint(x)")
    assert example.answer == "[[1]]"


def test_what_must_be_refused_is_shown(course, tmp_path):
    body = "def increment(x):\n    if isinstance(x, str):\n        return 1\n" + RIGHT
    with_generators(course, GENERATORS.replace("refused((), ", "call("))
    assert examples(graded(course, tmp_path, increment=body)) == {}  # outside the contract
    with_generators(course, GENERATORS)
    solutions = course.solution_module.read_text("utf-8")
    refusing = '    if isinstance(x, str):\n        raise ValueError("text")\n' + RIGHT.rstrip()
    course.solution_module.write_text(solutions.replace(RIGHT.rstrip(), refusing), "utf-8")
    example = examples(graded(course, tmp_path, increment=body))["test_refuses_text"]
    assert example.wrong == "increment returned a value, but a ValueError is asked for."
    assert example.code.endswith("print(increment('words'))")  # a suite asked about "text"


def test_a_right_answer_gets_none(course, tmp_path):
    result = graded(course, tmp_path)
    assert (examples(result), examples(result, "double")) == ({}, {})


def test_within_the_tolerance_nothing_is_claimed(course, tmp_path):
    body = "def increment(x):\n    y = np.asarray(x) + 1\n    return y * (1 + 1e-7)"
    result = graded(course, tmp_path, increment=body)
    assert exercise(result).passed
    functions = module_of(module_text(increment=body))
    assert search(counterexamples.load(course), "increment", functions, ["test_arrays"]) == {}


def test_the_right_answer_is_in_one_field_only(course, tmp_path):
    body = "def increment(x):\n    return np.asarray(x) + 0.125"
    for example in examples(graded(course, tmp_path, increment=body)).values():
        assert example.expected
        assert example.expected not in example.wrong + example.code


def test_a_function_that_was_replaced_is_named(course, tmp_path):
    suite = course.suite_file("double")
    marked = SUITE.format(name="double", one=2, rule="x * 2")
    marked += '\npytestmark = pytest.mark.builds_on("increment")\n'
    suite.write_text(marked, encoding="utf-8")
    wrong = "def increment(x):\n    return np.asarray(x) + 2"
    body = "def double(x):\n    return increment(np.asarray(x) * 2)"
    result = graded(course, tmp_path, increment=wrong, double=body)
    assert exercise(result, "double").replaced == ("increment",)
    found = examples(result, "double")["test_arrays"]
    assert found.code.startswith("# This was graded with the right increment in place of yours.")
    alone = "def double(x):\n    increment(x)\n    return np.asarray(x) * 3"
    result = graded(course, tmp_path, increment=wrong, double=alone)
    assert examples(result, "double")["test_arrays"].code.startswith("import")


# -- inputs of the student's own --------------------------------------------------------------


def test_the_same_seed_draws_the_same_and_another_exercise_or_student_has_another(course, tmp_path):
    body = "def increment(x):\n    return np.asarray(x) * 2"
    first, second = (examples(graded(course, tmp_path, increment=body)) for _ in range(2))
    assert first == second != {}
    seeds = {derived(SEED, "increment", 0), derived(SEED, "increment", 1), SEED}
    seeds |= {derived(b"other" * 8, "increment", 0), derived(SEED, "double", 0)}
    assert len(seeds) == 5


def test_no_call_of_a_suite_is_made_again(course):
    """Of 41 possible calls the suites made 40, each written in another way."""
    asked = AskedCalls()
    for number in range(40):
        value = [number, float(number), np.int64(number)][number % 3]
        asked.add("double", *(((value,), {}) if number % 2 else ((), {"x": value})))
    course_of = counterexamples.load(course)
    wrong = module_of(module_text(double="def double(x):\n    return -1"))
    found = search(course_of, "double", wrong, ["test_arrays"], asked=asked)
    assert [each.code.splitlines()[-1] for each in found.values()] == ["print(double(40))"]


def test_ten_thousand_draws_meet_no_call_of_a_suite(course):
    asked = AskedCalls()
    for number in range(0, 40, 2):
        asked.add("double", (number,), {})
    (generator,) = counterexamples.load(course).of("double")
    seen = []

    class Listening:
        def ask(self, name, args, kwargs, *, watch):
            seen.append(args[0])
            raise Spent

    right = counterexamples.load(course).right["double"]
    rng = np.random.default_rng(1)
    for _ in range(10_000):
        budget = Budget(1e9)
        asking = Asking(generator, right, Listening(), asked, budget)  # type: ignore[arg-type]
        try:
            asking.look(Draw(rng, 40))
        except Spent:
            continue
    assert len(seen) > 1_000
    assert not any(number % 2 == 0 and number < 40 for number in seen)


# -- choices ------------------------------------------------------------------------------------


def drawn(draw: Draw) -> tuple[int, str, np.ndarray]:
    side = draw.integer(1, 4)
    return side, draw.choice(("a", "b", "c")), draw.array((side, side), 2, 9)


def test_repeated_choices_make_the_same_and_none_the_simplest():
    draw = Draw(np.random.default_rng(5), size=9)
    first = drawn(draw)
    again = drawn(Draw(choices=draw.choices))
    assert (first[0], first[1], first[2].tolist()) == (again[0], again[1], again[2].tolist())
    side, letter, array = drawn(Draw())
    assert (side, letter, array.tolist()) == (1, "a", [[2]])


@pytest.mark.parametrize("choices", [[99, 99, 99], [-5, np.zeros((9, 9), np.int64)], [np.ones(2)]])
def test_choices_out_of_bounds_become_the_nearest(choices: list[Choice]):
    side, letter, array = drawn(Draw(choices=choices))
    assert 1 <= side <= 4
    assert letter in "abc"
    assert ((array >= 2) & (array <= 9)).all()


def test_size_bounds_how_far_a_choice_is_from_the_simplest():
    rng = np.random.default_rng(2)
    assert {Draw(rng, 1).integer(3, 9) for _ in range(50)} == {3, 4}


# -- what student code cannot do ----------------------------------------------------------------

COUNTED = "calls = [0]\n\ndef increment(x):\n    calls[0] += 1\n"
ATTACKS = {
    "answers by the number of the call": "    return calls[0]",
    "is right as soon as it is looked at": (
        "    return np.asarray(x) + 1 if calls[0] > 4 else np.asarray(x)"
    ),
    "is right every other time": "    return np.asarray(x) + calls[0] % 2",
    "is slow as soon as it is looked at": (
        "    while calls[0] > 6:\n        pass\n    return np.asarray(x)"
    ),
    "waits as soon as it is looked at": (
        "    if calls[0] > 6:\n        __import__('time').sleep(60)\n    return np.asarray(x)"
    ),
    "ends its process as soon as it is looked at": (
        "    if calls[0] > 6:\n        __import__('os')._exit(3)\n    return np.asarray(x)"
    ),
    "breaks the protocol as soon as it is looked at": (
        "    if calls[0] > 6:\n"
        "        import os\n"
        "        for number in range(3, 99):\n"
        "            try:\n"
        "                os.write(number, bytes(64))\n"
        "            except OSError:\n"
        "                pass\n"
        "    return np.asarray(x)"
    ),
    "returns much": "    return np.zeros(6_000_000) if calls[0] > 6 else np.asarray(x)",
    "returns a long text": "    return 'x' * 30_000_000 if calls[0] > 6 else np.asarray(x)",
    "returns a large number": "    return 10 ** 100_000 if calls[0] > 6 else np.asarray(x)",
    "returns what stays inside": "    return iter([1]) if calls[0] > 6 else np.asarray(x)",
    "returns odd data": (
        "    return [{'a': [np.zeros((0, 7)), (None, 1j)]}, b'x', np.str_('s'), float('nan')]"
    ),
    "returns nested lists": ("    y = []\n    for _ in range(40):\n        y = [y]\n    return y"),
    "raises a long text": "    raise ValueError('\\x1b[31m' * 100_000)",
    "raises an odd type": "    raise type('\\x1b[31m<b>', (Exception,), {})('<script>')",
    "is wrong on large inputs only": (
        "    return np.asarray(x) + 1 if np.size(x) < 12 else np.asarray(x)"
    ),
}


@pytest.mark.parametrize("body", [pytest.param(each, id=name) for name, each in ATTACKS.items()])
def test_student_code_can_only_lose_its_counterexample(course, tmp_path, body):
    """Outcomes, points and what was observed are those without any generators."""
    code = COUNTED + body
    result = graded(course, tmp_path, increment=code)
    course.counterexamples_file.unlink()
    plain = graded(course, tmp_path, increment=code)
    assert result.faults == ()
    assert result.status == plain.status == "graded"
    assert _judged(result) == _judged(plain)
    for example in examples(result).values():
        assert len(example.answer) < 2_000
        assert len(example.wrong) < 2_000


def _judged(result: Result) -> object:
    tests = [
        [(test.name, test.outcome, test.message) for test in each.tests]
        for each in result.exercises
    ]
    seen = replace(result.observed, cpu_seconds=0.0, seconds_factor=1.0, notes=())
    return result.score, tests, seen


def test_an_answer_that_changes_is_not_claimed(course, tmp_path):
    body = COUNTED + ATTACKS["answers by the number of the call"]
    assert "test_arrays" not in examples(graded(course, tmp_path, increment=body))


def test_a_process_that_ends_costs_no_other_exercise_its_counterexample(course, tmp_path):
    body = COUNTED + ATTACKS["ends its process as soon as it is looked at"]
    result = graded(course, tmp_path, increment=body, double="def double(x):\n    return x")
    assert examples(result, "double")


def test_calls_are_bounded(course):
    functions = module_of(module_text(increment="def increment(x):\n    return np.asarray(x)"))
    budget = Budget(1e9)
    for _ in range(CALLS):
        budget.spend()
    with pytest.raises(Spent):
        budget.spend()
    found = search(counterexamples.load(course), "increment", functions, ["test_arrays"], seconds=0)
    assert found == {}


# -- faults of a course -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "syntax error",
        GENERATORS.replace("draw.integer(0, 40)", "draw.nothing()"),
        GENERATORS.replace("draw.integer(0, 40)", "'text', 1, 2"),
        GENERATORS.replace('counterexamples("double")', 'counterexamples("triple")'),
    ],
)
def test_a_faulty_generator_costs_no_points(course, tmp_path, text):
    with_generators(course, text)
    result = graded(course, tmp_path, double="def double(x):\n    return x")
    assert result.status == "graded"
    assert [fault.file for fault in result.faults] == ["tests/counterexamples/mini.py"]
    assert exercise(result).score == 4


FUSSY = """
def fussy(got, want, example):
    expect.that(len(got) > len(want))

@counterexamples("increment", check=fussy)
"""


@pytest.mark.parametrize("name", ["fussy", "undefined"])
def test_a_check_that_refuses_the_right_answer_is_a_fault(course, tmp_path, name):
    fussy = FUSSY.replace("check=fussy", f"check={name}")
    with_generators(course, GENERATORS.replace('@counterexamples("increment")\n', fussy))
    result = graded(course, tmp_path, increment="def increment(x):\n    return 3")
    assert result.status == "graded"
    assert [fault.file for fault in result.faults] == ["tests/counterexamples/mini.py"]


def test_a_generator_is_part_of_the_key(course):
    before = advice_digest(course)
    with_generators(course, GENERATORS + "\nMORE = 1\n")
    assert advice_digest(course) != before


def test_without_generators_there_are_none(mini_course, tmp_path):
    result = graded(mini_course, tmp_path, increment="def increment(x):\n    return x")
    assert (examples(result), result.faults) == ({}, ())


def test_the_code_runs_with_numpy_alone(course, tmp_path):
    body = "def increment(x):\n    return np.asarray(x) + 2"
    functions = module_of(module_text(increment=body))
    for example in examples(graded(course, tmp_path, increment=body)).values():
        assert run(example.code, functions) == example.answer
