"""`autograder audit --attack`: generated answers, and what a suite makes of them."""

from __future__ import annotations

import ast
import json
import random
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from mini_course import write_mini_course
from typer.testing import CliRunner

from autograder.attack import composed, regions, rewrites, statement_rewrites
from autograder.attack.campaign import Plan, attack, close, folder_of
from autograder.attack.candidate import Candidate, Recipe, recipes
from autograder.attack.comparing import wrong_in
from autograder.attack.figures import figures, rate
from autograder.attack.material import Material
from autograder.attack.memorised import Known, is_plain
from autograder.attack.record import Trial
from autograder.attack.target import Target
from autograder.attack.trial import Trying
from autograder.attack.wrong import WrongAnswers
from autograder.cli import app
from autograder.counterexamples.asking import right_value
from autograder.counterexamples.generators import load
from autograder.course.assignment import Assignment, load_assignment
from autograder.diagnosis.composing import compose
from autograder.errors import AutograderError, CourseError
from autograder.results import Outcome
from autograder.sandbox import CallFailed, Cell

ROOT = Path(__file__).parents[2]
GENERATORS = """
from autograder.counterexamples import call, counterexamples

@counterexamples("increment")
def _(draw):
    return call(draw.array((draw.integer(1, 9),)))
"""
OTHER_RIGHT = (
    "import numpy as np\n\ndef increment(x):\n    grown = np.add(x, 1)\n    return grown\n"
)
INPUTS = 300


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """An exercise of the miniature whose suite sees arrays of 3 by 4 and single numbers only."""
    course = write_mini_course(tmp_path / "course")
    course.counterexamples_file.parent.mkdir()
    course.counterexamples_file.write_text(GENERATORS, encoding="utf-8")
    course.right_solutions_folder.mkdir(parents=True)
    (course.right_solutions_folder / "other.py").write_text(OTHER_RIGHT, encoding="utf-8")
    return Target.of(course, "increment")


@pytest.fixture
def trying(target: Target):
    with Trying(target, seed=0, isolation="process", most=INPUTS) as trying:
        yield trying


def plan(**changes: object) -> Plan:
    return replace(Plan(most=INPUTS, jobs=1, isolation="process"), **changes)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _ended():
    yield
    close()


def judged(trying: Trying, text: str, number: int = 0) -> Trial:
    """What comes of a candidate with this code."""
    recipe = Recipe("edit", number)
    trying.candidate = lambda recipe: Candidate(recipe, "ours", "increment", "increment", text)  # type: ignore[method-assign]
    return trying.trial(recipe)


def test_what_a_suite_overlooks_is_found_measured_and_shrunk(trying):
    text = "import numpy as np\ndef increment(x):\n    return np.add(x, 1 + (np.shape(x) == (5,)))"
    found = judged(trying, text)
    assert found.failed == ()
    assert found.is_wrong
    assert found.share == pytest.approx(1 / 9, abs=0.06)
    assert "increment(x)" in found.example
    assert "np.zeros((5,))" in found.example
    assert found.text == text


def test_what_differs_nowhere_is_no_wrong_answer(trying):
    found = judged(
        trying, "def increment(x):\n    import numpy as np\n    return 1 + np.asarray(x)"
    )
    assert (found.failed, found.is_wrong, found.inputs) == ((), False, INPUTS)


def plainly(trying: Trying, candidate: Candidate) -> tuple[list[str], int, list[bool]] | None:
    """The failed tests, how many are of values, and whether it is wrong on each input.

    The whole suite runs in one process; each call of the comparison crosses alone to another.
    """
    text = trying.material.submission(candidate.function, candidate.text, candidate.name)
    with trying._sandbox([Cell("answer", text)], trying._limits()) as sandbox:
        if sandbox.reports[0].outcome != "ok":
            return None
        found = trying._judged(sandbox, trying._tests, candidate.digest.encode())
    failed = [each.result for each in found.records if each.result.outcome != Outcome.PASSED]
    wrong = []
    with trying._patient_sandbox(text) as sandbox:
        for number in range(INPUTS):
            given = trying.material.domain.input(number)
            assert given is not None
            try:
                outcome: object = sandbox.call("increment", given.example.values).value
            except CallFailed as failure:
                outcome = failure
            wrong.append(wrong_in(outcome, given) is not None)
    names = [each.name for each in failed]
    return names, sum(each.role == "values" for each in failed), wrong


def test_verdicts_are_those_of_the_plain_way(trying):
    groups = set()
    for recipe in [*recipes(30, 3), Recipe("edit", 0)]:
        found, candidate = trying.trial(recipe), trying.candidate(recipe)
        plain = plainly(trying, candidate) if candidate is not None else None
        if plain is None:
            assert found.digest == ""
            continue
        failed, of_values, wrong = plain
        groups.add((bool(failed), any(wrong)))
        assert (found.digest, found.origin) == (candidate.digest, candidate.origin)
        assert set(found.failed) <= set(failed)
        assert bool(found.failed) == bool(failed)
        assert bool(found.failed_values) == bool(of_values)
        assert found.is_wrong == any(wrong)
        assert found.differences == sum(wrong[: found.inputs])
    assert groups >= {(True, True), (False, True), (False, False)}


def test_the_same_code_is_tried_once(trying, monkeypatch):
    text = "def increment(x):\n    return x"
    first = judged(trying, text)
    monkeypatch.setattr(trying, "_tried_anew", lambda candidate: pytest.fail("again"))
    assert judged(trying, text, 7) == replace(first, number=7)


@pytest.mark.parametrize(
    "body", ["while True: pass", "raise SystemExit", "return x.nothing", "import os; os.abort()"]
)
def test_a_candidate_that_hangs_or_ends_is_wrong_and_stops_nothing(trying, body):
    found = judged(trying, f"def increment(x):\n    {body}")
    assert found.failed
    assert found.is_wrong
    assert judged(trying, "import numpy as np\ndef increment(x):\n    return np.add(x, 1)").inputs


def test_candidates_do_not_depend_on_what_was_tried_before(target):
    with Trying(target, 3, "process", INPUTS) as one, Trying(target, 3, "process", INPUTS) as other:
        todo = recipes(12, 4)
        made = [one.candidate(each) for each in todo]
        again = [other.candidate(each) for each in reversed(todo)]
    assert made == again[::-1]
    assert len({each.text for each in made if each}) > 6


def test_an_attack_goes_on_where_it_stopped(target):
    todo = recipes(4, 1)
    first = attack(target, todo[:41], plan())
    path = folder_of(target) / "increment.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + '{"made_of": "torn', encoding="utf-8")
    tried: list[Trial] = []
    whole = attack(target, todo, plan(), on_trial=tried.append)
    assert len(first) == 41
    assert len(tried) == len(todo) - 41
    assert attack(target, todo, plan(), on_trial=lambda trial: pytest.fail("again")) == whole


def test_a_changed_suite_is_attacked_anew(target):
    attack(target, recipes(2, 0), plan())
    text = target.suite_file.read_text(encoding="utf-8")
    target.suite_file.write_text(text.replace("size=(3, 4)", "size=(2, 4)"), encoding="utf-8")
    tried: list[Trial] = []
    attack(target, recipes(2, 0), plan(), on_trial=tried.append)
    assert len(tried) == 2


def test_two_at_once_do_not_disturb_each_other(target):
    from autograder.course.locks import locked

    busy = locked(target.assignment.root, "attack increment")
    with busy, pytest.raises(CourseError, match="Another process attacks increment"):
        attack(target, recipes(1, 0), plan())


def test_no_time_means_no_candidate(target):
    assert attack(target, recipes(9, 9), plan(until=0.0)) == []


def test_a_right_answer_of_the_course_that_is_not_right_is_told_and_not_built_on(target):
    folder = target.assignment.right_solutions_folder
    text = (
        "import numpy as np\ndef increment(x):\n    return np.add(x, 1) + (np.shape(x) == (4,))\n"
    )
    (folder / "not_right.py").write_text(text, encoding="utf-8")
    with Trying(target, 0, "process", INPUTS) as trying:
        known = [trying.trial(Recipe("known", number)) for number in range(4)]
        assert {each.origin for each in trying.material.bases} == {"mini.py", "other.py"}
    assert [(each.origin, each.is_wrong) for each in known] == [
        ("mini.py", False),
        ("not_right.py", True),
        ("other.py", False),
        ("", False),
    ]


def test_limits_are_exact():
    assert rate(0, 300).high == pytest.approx(1 - 0.025 ** (1 / 300))
    assert (rate(0, 0).low, rate(0, 0).high) == (0, 1)
    assert rate(3, 3).high == 1


def trial(number: int, **values: object) -> Trial:
    return Trial("edit", number, digest=str(number), inputs=1000, **values)  # type: ignore[arg-type]


def test_figures_count_each_code_once_and_tell_often_from_seldom():
    found = figures(
        "increment",
        [
            trial(1, differences=500),
            trial(2, differences=2),
            trial(3, differences=300, failed=("test_a",), failed_values=1),
            replace(trial(3, differences=300, failed=("test_a",)), number=9),
            trial(4),
            trial(5, failed=("test_b",)),
            replace(trial(6, failed=("test_b",)), kind="rewrite"),
            replace(trial(7), kind="rewrite"),
            Trial("edit", 8),
        ],
    )
    assert (found.tried, found.set_aside, found.doubtful) == (7, 2, 1)
    assert (found.accepted.count, found.accepted.n) == (2, 3)
    assert (found.often.count, found.often.n) == (1, 2)
    assert (found.refused.count, found.refused.n) == (1, 2)


CODE = '''
def sums(rows, least=0):
    """Sums of rows."""
    found = []
    for row in rows:
        found.append(row + 1)
    squares = [each * each for each in rows if each > least]
    total = 0
    factor = 2
    for i in range(4):
        total += i * factor - 1
    if total > 3:
        total = total // 2
    else:
        total = total % 2
    return [found, squares, total if 0 <= total < 5 else -total]
'''


def value_of(text: str) -> object:
    space: dict[str, object] = {}
    exec(compile(text, "sums", "exec"), space)
    sums = space["sums"]
    assert callable(sums)
    return sums([3, 1, -2]), sums([], 5)


def test_every_rewrite_changes_the_text_and_no_answer():
    done: set[str] = set()
    plain = ast.unparse(ast.parse(CODE))
    for seed in range(60):
        tree = ast.parse(CODE)
        names = rewrites.rewrite(tree, random.Random(seed), 1)
        text = ast.unparse(tree)
        assert text != plain
        assert value_of(text) == value_of(CODE), names
        done.update(names)
    assert {
        "variable renamed", "loop as a comprehension", "comprehension as a loop", "for as while",
        "branches exchanged", "operands exchanged", "divmod", "comparison split",
    } <= done  # fmt: skip


def test_statements_that_need_each_other_keep_their_order():
    tree = ast.parse("def f(a):\n    b = a + 1\n    c = b * 2\n    d = a\n    return b, c, d")
    moved = [change for name, change in statement_rewrites.places(tree) if "order" in name]
    assert len(moved) == 1
    moved[0]()
    assert ast.unparse(tree).index("d = a") < ast.unparse(tree).index("c = b * 2")


def course() -> Assignment:
    return load_assignment("pooling_padding", ROOT)


def test_a_region_holds_the_call_that_it_was_drawn_from():
    material = Material(Target.of(course(), "output_size"), 0)
    base = next(each for each in material.bases if each.origin == "pooling_padding.py")
    arguments = material.parameters("output_size")
    for number in range(40):
        given = material.domain.input(number)
        assert given is not None
        region = regions.drawn(random.Random(number), arguments, given)
        assert region is not None
        space: dict[str, object] = {}
        exec(regions.written(base.text, arguments, "output_size", region), space)
        spoiled = space["output_size"]
        assert callable(spoiled)
        assert right_value(spoiled, given.example) != given.want


@pytest.mark.parametrize("name", ["pooling_padding", "lenet5", "alexnet", "batch_norm", "backward"])
def test_candidates_can_be_made_for_every_array_exercise(name):
    """Whatever its function takes: images, rows of a table, another function, or nothing at all."""
    assignment = load_assignment(name, ROOT)
    generators = load(assignment)
    for exercise in {each.exercise for each in generators.generators}:
        target = Target.of(assignment, exercise)
        if target.builds_models:
            continue
        material = Material(target, 0)
        drawn = [given for number in range(20) if (given := material.domain.input(number))]
        calls = [
            Known(exercise, given.example.args, given.example.kwargs, given.want)
            for given in drawn
            if given.generator.function == exercise and given.want is not None
        ]
        maker = WrongAnswers(material, list(filter(is_plain, calls))[:1])
        for kind in ("region", "two misconceptions", "memoriser"):
            for number in range(6):
                made = maker.make(Recipe(kind, number))
                assert made is None or ast.parse(made.text)


def test_composed_misconceptions_are_those_of_the_diagnosis():
    material = Material(Target.of(course(), "same_padding"), 0)
    known = material.catalogue.of("same_padding")
    inputs = [given for n in range(40) if (given := material.domain.input(n))]
    compared = 0
    for one, other in list(combinations(known, 2))[:60]:
        made = composed.composed(material, one, other)
        if made is None:
            continue
        together = compose(material.catalogue, "same_padding", one.function, other.function)
        assert together is not None
        space: dict[str, object] = {}
        exec(compile(made[1], "composed", "exec"), space)
        for given in inputs:
            assert outcome(space[made[0]], given) == outcome(together, given)
        compared += 1
    assert compared > 10


def outcome(function: object, given: object) -> object:
    assert callable(function)
    try:
        return right_value(function, given.example)  # type: ignore[attr-defined]
    except Exception as error:
        return type(error)


WHOLE_NETWORKS = ("lenet5_1998_forward",)
"""Exercises whose calls take long."""


def attacked() -> list[object]:
    """The exercises of two assignments of which `tests/domains` draws calls."""
    known = [load_assignment(name, ROOT) for name in ("pooling_padding", "lenet5")]
    return [
        pytest.param(
            each.name,
            exercise.name,
            marks=[pytest.mark.slow] if exercise.name in WHOLE_NETWORKS else [],
        )
        for each in known
        for exercise in each.exercises
        if load(each, file=each.domain_file).of(exercise.name)
    ]


@pytest.mark.parametrize(("name", "exercise"), attacked())
def test_right_answers_are_right_in_the_whole_domain(name, exercise):
    target = Target.of(load_assignment(name, ROOT), exercise)
    known = Material(target, 7).bases
    with Trying(target, 7, "process", most=60) as trying:
        assert trying.material.bases == known
        assert sum(trying.material.domain.input(number) is None for number in range(60)) < 4


def test_the_command_prints_a_table_and_offers_misconceptions(target):
    command = ["audit", "mini", "--attack", "--wrong", "12", "--right", "2", "--inputs", "300"]
    course = str(target.assignment.root)
    result = CliRunner().invoke(
        app, [*command, "--jobs", "1", "--isolation", "process", "--course", course]
    )
    assert result.exit_code in (0, 1), result.output
    assert "increment" in result.stdout
    assert "double" not in result.stdout
    folder = folder_of(target)
    found = json.loads((folder / "figures.json").read_text(encoding="utf-8"))["increment"]
    assert found["accepted"]["n"] > 3
    assert (folder / "figures.md").read_text(encoding="utf-8").startswith("| exercise |")
    ast.parse((folder / "increment.misconceptions.py").read_text(encoding="utf-8"))
    if found["often"]["count"]:
        assert result.exit_code == 1


@pytest.mark.parametrize("name", ["double", "nothing", "../increment", "\x1b[31m"])
def test_an_exercise_that_cannot_be_attacked_is_a_sentence(target, name):
    command = ["audit", "mini", "--attack", "--exercise", name, "--isolation", "process"]
    result = CliRunner().invoke(app, [*command, "--course", str(target.assignment.root)])
    assert result.exit_code == 2
    assert "increment" in result.stderr
    assert "\x1b[31m" not in result.stderr
    assert "Traceback" not in result.stderr


def test_an_attack_on_a_wrong_solution_is_refused(target):
    module = target.assignment.solution_module
    text = module.read_text(encoding="utf-8").replace("+ 1", "+ 2")
    module.write_text(text, encoding="utf-8")
    with pytest.raises(AutograderError, match="The solutions fail"):
        Trying(target, 0, "process", INPUTS)
