"""`autograder audit`: suites held against what is known, and thresholds against their evidence."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from mini_course import MISCONCEPTIONS, module_text, write_mini_course
from typer.testing import CliRunner

from autograder.audit import Check, giveaways
from autograder.audit import audit as whole_audit
from autograder.audit.page import render_page
from autograder.audit.store import folder_of
from autograder.calibration import evidence, thresholds
from autograder.calibration.trainings import run_trainings
from autograder.cli import app
from autograder.course.assignment import Assignment, load_assignment
from autograder.course.training_terms import is_near
from autograder.diagnosis import Misconception
from autograder.grading.watching import Watcher
from autograder.results import ExerciseResult, Outcome, Result, TestResult

MORE_MISCONCEPTIONS = """

@misconception("increment", "What should happen to text?")
def increment_takes_text(x):
    return 1 if isinstance(x, str) else np.asarray(x) + 1.5

@misconception("increment", "Whose array is changed?")
def increment_in_place(x):
    x = np.asarray(x)
    if x.ndim:
        x += 1
        return x
    return x + 1

@probes("double")
def _():
    return [call(np.array([1.0, 5.0]), watch=True), call("text")]

@misconception("double", "What is twice of three?")
def double_triples(x):
    return np.asarray(x) * 3

@misconception("double", "Whose array is changed?")
def double_in_place(x):
    x = np.asarray(x)
    x += x * 1
    return x

@misconception("double", "What should happen to text?")
def double_takes_text(x):
    return np.asarray(x) * 2 if not isinstance(x, str) else x * 2
"""
WATCHING = MISCONCEPTIONS.replace(
    "[call(np.array([1.0, 5.0])), call(np.array([-3.0]))]",
    "[call(np.array([1.0, 5.0]), watch=True), call(np.array([-3.0])), call('text')]",
)


@pytest.fixture
def course(tmp_path: Path) -> Assignment:
    """The miniature, with a misconception for each of its tests."""
    course = write_mini_course(tmp_path / "course")
    course.misconceptions_file.write_text(WATCHING + MORE_MISCONCEPTIONS, encoding="utf-8")
    return course


def audit(course: Assignment, *, jobs: int = 1, seeds: int = 3) -> list[Check]:
    return list(whole_audit(course, jobs=jobs, seeds=seeds).checks)


def failing(checks: list[Check]) -> dict[str, tuple[str, ...]]:
    return {check.name: check.failures for check in checks if check.failures}


def test_a_sound_assignment_holds_in_every_check(course):
    checks = audit(course, jobs=1)
    assert failing(checks) == {}
    assert all(check.cases for check in checks if "threshold" not in check.name)


@pytest.mark.slow
def test_a_suite_that_fails_a_right_answer_is_found(course):
    course.right_solutions_folder.mkdir(parents=True)
    lists = "def double(x):\n    return (2 * np.asarray(x)).tolist()"
    (course.right_solutions_folder / "lists.py").write_text(module_text(double=lists), "utf-8")
    suite = course.suite_file("double")
    strict = suite.read_text(encoding="utf-8").replace("like=x)", "like=x, dtype=int)")
    suite.write_text(strict, encoding="utf-8")
    (failure,) = [
        each
        for each in failing(audit(course, jobs=1))["right answers have full marks"]
        if each.startswith("lists.py")
    ]
    assert failure == "lists.py, seed 1: fails double.test_arrays (failed)"


@pytest.mark.slow
def test_a_test_that_no_misconception_fails_is_found(course):
    suite = course.suite_file("double")
    idle = '\ndef test_idle(student):\n    """Is there."""\n    expect.array([student.double(1)])\n'
    suite.write_text(suite.read_text(encoding="utf-8") + idle, encoding="utf-8")
    (failure,) = failing(audit(course, jobs=1))["each hidden test is failed by a misconception"]
    assert failure == "double: no misconception fails test_idle"


def test_a_test_that_fails_for_a_mistake_in_another_aspect_is_found(course):
    """The test of arguments fails for wrong values, once it asks for them as well."""
    suite = course.suite_file("double")
    text = suite.read_text(encoding="utf-8")
    text = text.replace("@pytest.mark.claim", '@pytest.mark.aspect("purity")\n@pytest.mark.claim')
    suite.write_text(text, encoding="utf-8")
    pure = course.misconceptions_file.read_text(encoding="utf-8").replace(
        '"double", "Whose array is changed?"',
        '"double", "Whose array is changed?", aspect="purity"',
    )
    course.misconceptions_file.write_text(pure, encoding="utf-8")
    name = "no test of one aspect fails for a mistake in another"
    assert name not in failing(audit(course, jobs=1))
    both = "    expect.close(student.double.watched(x).value, x * 2)\n"
    suite.write_text(text.replace(".arguments[0], x)", f".arguments[0], x)\n{both}"), "utf-8")
    assert failing(audit(course, jobs=1))[name] == ("double_triples: fails test_argument too",)


@pytest.mark.slow
def test_the_matrix_shows_which_misconceptions_fail_which_tests(course):
    result = CliRunner().invoke(
        app, ["audit", "mini", "--matrix", "--seeds", "3", "--course", str(course.root)]
    )
    lines = result.output.splitlines()
    start = lines.index("double")
    assert [line.split() for line in lines[start + 1 : start + 5]] == [
        ["test_example", "x··", "values"],
        ["test_arrays", "x··", "values"],
        ["test_argument", "·x·", "values"],
        ["test_refuses_text", "··x", "values"],
    ]
    assert [line.split() for line in lines[start + 6 : start + 9]] == [
        ["1", "double_triples:", "values"],
        ["2", "double_in_place:", "values"],
        ["3", "double_takes_text:", "values"],
    ]


@pytest.mark.slow
def test_misconceptions_that_the_suite_or_the_probes_miss_are_found(course):
    text = course.misconceptions_file.read_text(encoding="utf-8")
    text += '\n@misconception("double", "Is it right")\ndef double_right(x):\n'
    text += "    return np.asarray(x) * 2\n"
    text += '\n@misconception("double", "Is it wrong?")\ndef double_triples_too(x):\n'
    text += "    return 3 * np.asarray(x)\n"
    course.misconceptions_file.write_text(text, encoding="utf-8")
    found = failing(audit(course, jobs=1))
    assert found["a misconception loses points in its own exercise only"] == (
        "double_right: has full marks",
    )
    assert found["hints lead to the mistake in plain words"] == (
        "double_right: has a hint that asks nothing",
    )
    assert (
        "double_triples, double_triples_too: react alike to every probe"
        in (found["probes tell misconceptions apart"])
    )


@pytest.mark.slow
def test_a_release_that_earns_points_is_found(course):
    course.release_notebook.write_text(
        course.source_notebook.read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert failing(audit(course, jobs=1))["the release earns nothing"] == (
        "the release: earns 6 points",
    )


def test_the_command_says_what_holds_and_ends_with_1_where_something_does_not(course):
    arguments = ["audit", "mini", "--course", str(course.root), "--jobs", "1", "--seeds", "3"]
    good = CliRunner().invoke(app, arguments)
    assert (good.exit_code, "right answers have full marks: 3 of 3" in good.stdout) == (0, True)
    course.misconceptions_file.write_text(MISCONCEPTIONS, encoding="utf-8")
    bad = CliRunner().invoke(app, arguments)
    assert bad.exit_code == 1
    assert "double: has no misconceptions" in bad.stdout


FLICKERING = '''
def test_chance(student, rng):
    """Fails one time in five."""
    expect.that(student.double(1) == 2 and rng.uniform() > 0.2, "is unlucky.")
'''


def test_a_test_that_fails_one_time_in_five_is_found_with_its_frequency(course):
    suite = course.suite_file("double")
    suite.write_text(suite.read_text(encoding="utf-8") + FLICKERING, encoding="utf-8")
    found = whole_audit(course, jobs=2, seeds=50, only=["double"])
    (told,) = failing(list(found.checks))["no test flickers"]
    often = re.fullmatch(r"double.test_chance: fails in (\d+) of 50 runs of right answers", told)
    assert often is not None
    assert 3 <= int(often[1]) <= 20
    assert [each.exercise for each in found.suites] == ["double"]


def graded_again(course: Assignment, **how) -> int:
    """How many submissions an audit grades now."""
    counts: list[int] = []
    whole_audit(course, jobs=1, seeds=2, on_start=counts.append, **how)
    return counts[0]


def test_only_what_changed_is_graded_again(course):
    whole = graded_again(course)
    assert (whole, graded_again(course)) == (2 + 1 + 6, 0)
    text = course.misconceptions_file.read_text(encoding="utf-8")
    hint = text.replace("What is twice of three?", "What is twice of four?")
    course.misconceptions_file.write_text(hint, encoding="utf-8")
    assert graded_again(course) == 0
    other = hint.replace("np.asarray(x) * 3", "np.asarray(x) * 4")
    course.misconceptions_file.write_text(other, encoding="utf-8")
    assert graded_again(course) == 3  # it and the others of its exercise, whose hints it may take
    assert graded_again(course, fresh=True) == whole


def test_what_was_stored_before_an_interruption_is_kept(course):
    class Stops(Watcher):
        count = 0

        def graded(self, result) -> None:
            Stops.count += 1
            if Stops.count == 4:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        whole_audit(course, jobs=1, seeds=2, watcher=Stops())
    (folder_of(course) / ".half.json.0123").write_text("{", encoding="utf-8")
    assert graded_again(course) == 9 - 4
    assert list(folder_of(course).glob(".*")) == []


def test_an_exercise_that_there_is_not_is_named(course):
    arguments = ["audit", "mini", "--exercise", "no", "--course", str(course.root)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "mini has no exercise 'no'; it has: increment, double." in result.output


def test_the_page_has_every_check_and_escapes_what_it_shows(course):
    suite = course.suite_file("double")
    text = suite.read_text(encoding="utf-8").replace("Refuses text.", "Refuses <script>.")
    suite.write_text(text, encoding="utf-8")
    audited = whole_audit(course, jobs=1, seeds=2)
    page = render_page(audited)
    assert "<script" not in page
    for check in audited.checks:
        assert check.name in page
    matrix = page.rpartition('class="matrix"')[2].partition("</table>")[0]
    assert '<th scope="col"><span>triples</span></th>' in matrix
    (row,) = re.findall(r'<th scope="row">refuses text</th>(.*?)</tr>', matrix, re.DOTALL)
    cells = re.findall(r"<td>(.*?)</td>", row)
    assert [re.sub("<.*?>", "", cell) for cell in cells] == ["", "", "\u25c6"]
    assert "double_triples" in page


@pytest.mark.parametrize(
    ("detail", "message", "told"),
    [
        ("expected 0.75", "f(2) should be three quarters.", "three quarters"),
        ("expected 0.75", "f(2) should be 3/4.", "3/4"),
        ("expected 0.75", "f(2) should be 75 %.", "75 %"),
        ("expected 0.3333333", "f(2) should be 0.33.", "0.33"),
        ("expected 12", "f(2) should be twelve.", "twelve"),
        ("expected shape (3, 5), got shape (4,)", "f(2) should be 3 by 5.", "3"),
        ("got\n[1]\nexpected\n[7, 9]", "f(2) returned 1; try 7, then 9.", "7"),
        ("expected 2", "f(2) returned a list.", ""),
        ("expected 4, got 3", "f(2) returned 3, which is not right.", ""),
        ("got\n[1]\nexpected\n[7, 9]", "f(2): 7 of 9 values are not right.", ""),
        ("expected 24", "f(2) should be twenty-four.", "twenty-four"),
        ("expected 12", "f(2) should be a dozen.", "a dozen"),
        ("expected 2500", "f(2) is two thousand five hundred.", "two thousand five hundred"),
        ("expected 1000", "f(2) should be 1,000.", "1000"),
        ("expected shape (4, 6)", "f(2) should be 4x6.", "4"),
        ("expected 12", "f(2) has three times four cells.", "three times four"),
        ("expected 0.5", "f(2) should be fifty percent.", "fifty percent"),
        ("expected 2.5", "f(2) should be two and a half.", "two and a half"),
        ("expected 2.5", "f(2) should be 2\u00bd.", "2 1/2"),
        ("expected -3", "f(2) should be minus three.", "minus three"),
        ("expected 1234.5678", "f(2) should be about 1235.", "about 1235"),
        ("expected 1234.5678", "f(2) should be 1300.", ""),
        ("expected 40", "f(2) should be fourteen.", ""),
        ("expected 0.7142857, got 0.71", "f(2) returned 0.71, which is not right.", ""),
        ("expected 5, got 9", "f((<array of shape (5, 2)>, <array of shape …) returned 9.", ""),
        ("expected 5, got 9", "f((<array of shape (2, 2)>, <array of shape …) should be 5.", "5"),
    ],
)
def test_a_wanted_value_is_found_in_any_wording(detail, message, told):
    test = make_test_result(detail, message)
    exercise = ExerciseResult("f", 0.0, 1.0, Outcome.FAILED, (test,))
    result = Result("mini", "s", "s.py", "graded", exercises=(exercise,))
    which = Misconception("g", "other", "?", lambda: None)
    found = giveaways.given_away(which, result)
    assert (told in found) if told else not found


def make_test_result(detail: str, message: str) -> TestResult:
    return TestResult(
        "test_it", "A title.", "hidden", Outcome.FAILED, 1.0, message=message, detail=detail
    )


# -- thresholds ----------------------------------------------------------------------------


def test_the_tolerance_factor_is_that_of_the_tables():
    """Lieberman (1958): 99.9 % of a normal distribution with 95 % confidence, one-sided."""
    assert thresholds.tolerance_factor(50, 1e-3) == pytest.approx(3.766, rel=0.01)
    assert thresholds.tolerance_factor(1_000_000, 1e-3) == pytest.approx(3.09, abs=0.01)


def test_a_right_solution_fails_less_than_once_in_a_thousand():
    rng = np.random.default_rng(0)

    def drawn(count: int) -> list[float]:
        return (rng.binomial(500, 1 / (1 + np.exp(-rng.normal(3, 0.3, count)))) / 500).tolist()

    safe = thresholds.proposal({"a way": thresholds.distribution(drawn(50), 500)})
    runs = np.array(drawn(300_000)).reshape(-1, 3)
    below = runs < safe.threshold
    at_once = [not is_near(each, safe.threshold, safe.spread) for each in runs[:, 0]]
    assert np.where(at_once, below[:, 0], below.sum(axis=1) >= 2).mean() < 1e-3
    assert safe.threshold > 0.85


def test_the_worst_way_decides_and_the_smallest_accuracy_seen_is_within_the_spread():
    good = thresholds.distribution([0.97, 0.98] * 10, 500)
    scattered = thresholds.distribution([0.95, 0.951] * 10 + [0.62], 500)
    alone, both = (
        thresholds.proposal({"good": good}),
        thresholds.proposal({"good": good, "scattered": scattered}),
    )
    assert alone.threshold > 0.9 > both.threshold
    assert both.threshold - both.spread <= 0.62
    assert both.supports(both.threshold, both.spread)
    assert not both.supports(both.threshold, 0)
    assert not both.supports(alone.threshold, both.spread)


def test_too_few_runs_tell_nothing():
    with pytest.raises(ValueError, match="too few"):
        thresholds.distribution([0.9] * 9, 100)


EVIDENCE = """
from dataclasses import dataclass
import random

@dataclass
class Run:
    accuracy: float
    cpu_seconds: float = 0.5

RUNS = {"one": 0.95, "other": 0.96}
BROKEN = {"lazy": 0.3}

def run(name, dataset, *, epochs, batch_size, examples, seed, shift):
    assert (dataset.name, epochs, batch_size, examples, shift) == ("digits", 3, 32, None, 2)
    mean = {**RUNS, **BROKEN}[name]
    return Run(mean + random.Random(seed).uniform(-0.01, 0.01))
"""
SETTINGS = """
[training]
dataset = "digits"
[training.digits]
epochs = 3
batch_size = 32
shift = 2
"""


@pytest.fixture
def trains(course: Assignment) -> Assignment:
    settings = course.source_notebook.with_name("assignment.toml")
    settings.write_text(settings.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")
    course.evidence_module.parent.mkdir(parents=True)
    course.evidence_module.write_text(EVIDENCE, encoding="utf-8")
    return load_assignment(course.name, course.root)


def test_runs_are_shared_by_all_ways_and_kept(trains):
    found = run_trainings(trains, runs=21, jobs=1)
    assert {way: len(each) for way, each in found.accuracies().items()} == {"one": 11, "other": 11}
    kept = evidence.read(evidence.evidence_file(trains), trains)
    assert kept is not None
    assert sorted(kept.runs, key=str) == sorted(found.runs, key=str)
    document = json.loads(evidence.evidence_file(trains).read_text(encoding="utf-8"))
    assert (document["epochs"], document["shift"], document["images"]) == (3, 2, 500)
    assert document["proposal"]["threshold"] == found.proposal().threshold


def test_what_was_stopped_goes_on_and_what_is_trained_otherwise_begins_anew(trains):
    started = []

    def on_start(total: int, done: int) -> None:
        started.append((total, done))

    run_trainings(trains, runs=4, jobs=1, on_start=on_start)
    run_trainings(trains, runs=8, jobs=1, on_start=on_start)
    others = EVIDENCE.replace("RUNS = {", 'RUNS = {"third": 0.93, ') + "# a remark\n"
    trains.evidence_module.write_text(others, encoding="utf-8")
    run_trainings(trains, runs=12, jobs=1, on_start=on_start)
    trains.evidence_module.write_text(others.replace("0.93", "0.92"), encoding="utf-8")
    run_trainings(trains, runs=12, jobs=1, on_start=on_start)
    trains.evidence_module.write_text(others.replace("Random(seed)", "Random(1)"), encoding="utf-8")
    run_trainings(trains, runs=12, jobs=1, on_start=on_start)
    assert started == [(4, 0), (8, 4), (12, 8), (12, 8), (12, 0)]


def test_the_command_finds_a_threshold_and_says_where_it_belongs(trains):
    arguments = ["audit", "mini", "--course", str(trains.root), "--training", "--runs", "40"]
    first = CliRunner().invoke(app, [*arguments, "--jobs", "1"])
    assert first.exit_code == 1, first.output
    assert "[training.digits] should say:" in first.stdout
    lines = [line for line in first.stdout.splitlines() if " = " in line]
    settings = trains.source_notebook.with_name("assignment.toml")
    text = settings.read_text(encoding="utf-8") + "\n".join(lines)
    settings.write_text(text, encoding="utf-8")
    second = CliRunner().invoke(app, [*arguments, "--jobs", "1"])
    assert second.exit_code == 0, second.output
    assert "should say" not in second.stdout
    terms = load_assignment("mini", trains.root).training["digits"]
    assert (0.85 < (terms.threshold or 0) <= 0.94, terms.evidence_runs) == (True, 40)
    picture = evidence.evidence_file(trains).with_suffix(".svg").read_text(encoding="utf-8")
    assert "40 runs of right solutions" in picture
    assert "broken: lazy (5)" in picture


def test_a_threshold_that_lets_broken_training_through_is_found(trains):
    text = EVIDENCE.replace('"lazy": 0.3', '"lazy": 0.955')
    trains.evidence_module.write_text(text, encoding="utf-8")
    arguments = ["audit", "mini", "--course", str(trains.root), "--training", "--runs", "40"]
    result = CliRunner().invoke(app, [*arguments, "--jobs", "1"])
    assert result.exit_code == 1
    assert "lets through: lazy" in result.stdout


@pytest.mark.slow
def test_a_threshold_without_evidence_is_found(trains):
    settings = trains.source_notebook.with_name("assignment.toml")
    settings.write_text(settings.read_text(encoding="utf-8") + "threshold = 0.99\n", "utf-8")
    checks = audit(load_assignment("mini", trains.root), jobs=1)
    told = failing(checks)["thresholds have their evidence"]
    assert told[0].startswith("digits: there is no evidence for the threshold; run `autograder")


def test_a_course_without_ways_to_train_says_so(trains):
    trains.evidence_module.unlink()
    result = CliRunner().invoke(app, ["audit", "mini", "--course", str(trains.root), "--training"])
    assert result.exit_code == 2
    assert "There is no tests/evidence/mini.py" in result.output
