"""What the suites of any assignment are held against, through the real engine.

Right answers in any style get full marks; every known wrong answer loses points in its own
exercise, there only, and is told its own hint; no hidden test is there for nothing. A file of tests
says in `SUITE` which assignment it holds, and has classes that inherit from those here. What builds
models or trains is slow, so that each wrong answer meets those exercises only that it could touch.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import combinations
from pathlib import Path

import jupytext
import pytest
from graders import grade

from autograder import diagnosis
from autograder.authoring import aspects
from autograder.checking.checker import Checker
from autograder.course.assignment import Assignment, load_assignment
from autograder.diagnosis import Misconception
from autograder.results import ExerciseResult, Result, TestResult

COURSE = Path(__file__).parents[2]


@dataclasses.dataclass
class Suite:
    """An assignment with its right and wrong answers."""

    name: str
    with_models: tuple[str, ...]
    """The exercises that need Keras: those that train come last, by names in `train_…`."""
    builds_on: tuple[str, ...] = ()
    """Arrays without which the exercises with models cannot be graded."""
    unfinished: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Outcomes that exercises of the release have other than `not_implemented`."""

    def __post_init__(self) -> None:
        self.assignment = load_assignment(self.name, COURSE)
        self.catalogue = diagnosis.load(self.assignment)
        self.exercises = tuple(each.name for each in self.assignment.exercises)
        self.in_arrays = tuple(name for name in self.exercises if name not in self.with_models)
        self.untrained = tuple(name for name in self.with_models if not name.startswith("train_"))
        self.seeds = tuple(f"{which} seed for {self.name}".encode() * 2 for which in ("a", "b"))

    @property
    def right_answers(self) -> list[Path]:
        """The solutions and those of other styles, but for the notebook, which is one of them."""
        others = sorted(self.assignment.right_solutions_folder.glob("[!.]*.py"))
        return [self.assignment.solution_module, *others]

    def part(self, names: Iterable[str]) -> Assignment:
        """The assignment as if it had these exercises only."""
        chosen = dataclasses.replace(self.assignment)
        if set(names) <= set(self.in_arrays):
            chosen = dataclasses.replace(self.assignment, preload=("numpy",))
        exercises = tuple(each for each in self.assignment.exercises if each.name in names)
        chosen.__dict__["exercises"] = exercises
        return chosen

    @cached_property
    def models(self) -> Assignment:
        """What is built and not trained."""
        return self.part({*self.untrained, *self.builds_on})

    def touched(self, which: Misconception) -> set[str]:
        """The exercises among which a wrong answer is graded."""
        if which.exercise in self.in_arrays:
            return set(self.in_arrays)
        if which.exercise in self.untrained:
            return {*self.untrained, *self.builds_on}
        return {which.exercise, *self.builds_on}


class RightAnswers:
    """Tests of an assignment's right answers, and of what is handed out."""

    @pytest.fixture
    def suite(self, request: pytest.FixtureRequest) -> Suite:
        return request.module.SUITE

    @staticmethod
    def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
        if "path" in metafunc.fixturenames:
            answers = metafunc.module.SUITE.right_answers
            metafunc.parametrize("path", answers, ids=lambda path: path.name)

    def test_a_right_answer_in_any_style_gets_full_marks(self, suite, path, tensorflow) -> None:
        whole = suite.assignment
        assert_full_marks(grade(path, whole, suite.seeds[0], warm_process=tensorflow), whole)

    def test_full_marks_for_arrays_do_not_depend_on_the_seed(self, suite, path, tensorflow) -> None:
        arrays = suite.part(suite.in_arrays)
        assert_full_marks(grade(path, arrays, suite.seeds[1], warm_process=tensorflow), arrays)

    def test_full_marks_for_a_model_do_not_depend_on_the_seed(self, suite, tensorflow) -> None:
        for seed in (suite.seeds[1], b"a third seed" * 3):
            result = grade(
                suite.assignment.solution_module, suite.models, seed, warm_process=tensorflow
            )
            assert_full_marks(result, suite.models)

    def test_the_notebook_among_the_right_answers_is_its_percent_text(self, suite, tensorflow):
        """Written anew by `jupytext --to notebook`; the two prove that both are read alike."""
        folder, arrays = suite.assignment.right_solutions_folder, suite.part(suite.in_arrays)
        text, notebook = (jupytext.read(folder / name) for name in ("percent.py", "notebook.ipynb"))
        assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
            (cell.cell_type, cell.source) for cell in text.cells
        ]
        result = grade(folder / "notebook.ipynb", arrays, suite.seeds[0], warm_process=tensorflow)
        assert_full_marks(result, arrays)

    def test_the_solutions_pass_every_public_check(self, suite) -> None:
        """As `autograder check` runs them, pictures included."""
        source = suite.assignment.source_notebook
        with Checker(source, suite.assignment.release_notebook, 300) as checker:
            report, _ = checker.check()
        assert report.problems == ()
        assert [(each.name, each.outcome) for each in report.exercises] == [
            (name, "passed") for name in suite.exercises
        ]

    def test_the_release_gets_nothing_anywhere(self, suite, tensorflow) -> None:
        release = suite.assignment.release_notebook
        result = grade(release, suite.assignment, suite.seeds[0], warm_process=tensorflow)
        assert (result.status, result.score) == ("graded", 0)
        outcomes = {each.name: each.outcome for each in result.exercises}
        assert outcomes == dict.fromkeys(suite.exercises, "not_implemented") | suite.unfinished


class WrongAnswers:
    """Tests of an assignment's misconceptions, and of the hidden tests that they meet."""

    @pytest.fixture
    def suite(self, request: pytest.FixtureRequest) -> Suite:
        return request.module.SUITE

    @staticmethod
    def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
        suite = metafunc.module.SUITE
        if "which" in metafunc.fixturenames:
            misconceptions = suite.catalogue.misconceptions
            metafunc.parametrize("which", misconceptions, ids=lambda which: which.name)
        if "exercise" in metafunc.fixturenames:
            metafunc.parametrize("exercise", suite.exercises)
        if "in_arrays" in metafunc.fixturenames:
            metafunc.parametrize("in_arrays", suite.in_arrays)

    def test_a_misconception_loses_points_in_its_own_exercise_only(self, graded, which) -> None:
        result = graded(which)
        assert (result.status, result.reason) == ("graded", "")
        own = exercise_of(result, which.exercise)
        assert own.score < own.max_score
        assert {name for name, _ in failures_of(result)} == {which.exercise}

    def test_a_misconception_is_told_its_own_hint_once(self, graded, which) -> None:
        told = [
            (test.misconception, test.hint)
            for _, test in failures_of(graded(which))
            if test.hint or test.misconception
        ]
        assert told == [(which.name, which.hint)]

    def test_what_a_student_reads_holds_no_expected_value(self, graded, which) -> None:
        for _, test in failures_of(graded(which)):
            told = f"{test.title} {test.message} {test.hint or ''}"
            assert not expected_numbers(test.detail) & numbers(told), told

    def test_hints_ask_questions(self, suite) -> None:
        for which in suite.catalogue.misconceptions:
            assert "?" in which.hint, which.name

    def test_each_hidden_test_is_failed_by_some_misconception(self, suite, graded, exercise):
        results = [exercise_of(graded(which), exercise) for which in suite.catalogue.of(exercise)]
        unfailed = {test.name for test in results[0].tests}
        for result in results:
            unfailed -= {test.name for test in result.tests if test.outcome != "passed"}
        assert not unfailed

    def test_a_test_of_one_aspect_fails_for_no_mistake_in_another(self, suite, graded, exercise):
        wrong = {which: graded(which) for which in suite.catalogue.of(exercise)}
        table = aspects.matrix(suite.assignment, exercise, wrong)
        assert {which.name: table.strays(which) for which in wrong if table.strays(which)} == {}

    def test_public_examples_weigh_a_fifth_at_most(self, suite, graded, exercise) -> None:
        tests = exercise_of(graded(suite.catalogue.of(exercise)[0]), exercise).tests
        public = sum(test.weight for test in tests if test.visibility == "public")
        assert public <= sum(test.weight for test in tests) / 5

    def test_the_probes_tell_misconceptions_from_each_other(self, suite, in_arrays) -> None:
        for one, other in combinations(suite.catalogue.of(in_arrays), 2):
            if one.replaces == other.replaces:
                reactions = (diagnosis.reactions(each, suite.catalogue) for each in (one, other))
                assert not alike(*reactions), (one.name, other.name)

    def test_the_probes_tell_misconceptions_from_the_solution(self, suite, in_arrays) -> None:
        solution: dict[str, Callable] = {}
        text = suite.assignment.solution_module.read_text(encoding="utf-8")
        exec(compile(text, "solution", "exec"), solution)
        for which in suite.catalogue.of(in_arrays):
            probes = suite.catalogue.probes[which.replaces]
            right = [diagnosis.react(solution[which.replaces], probe) for probe in probes]
            assert not alike(diagnosis.reactions(which, suite.catalogue), right), which.name


def exercise_of(result: Result, name: str) -> ExerciseResult:
    return next(each for each in result.exercises if each.name == name)


def failures_of(result: Result) -> Iterator[tuple[str, TestResult]]:
    for exercise in result.exercises:
        for test in exercise.tests:
            if test.outcome != "passed":
                yield exercise.name, test


def assert_full_marks(result: Result, assignment: Assignment) -> None:
    wrong = [(name, test.name, test.message, test.detail) for name, test in failures_of(result)]
    assert (result.status, result.reason, wrong) == ("graded", "", [])
    assert result.score == result.max_score == assignment.max_score > 0


def numbers(text: str) -> set[str]:
    """The numbers of a text that are long enough to give something away."""
    return {number for number in re.findall(r"\d+\.\d{2,}", text) if len(number) > 4}


def expected_numbers(detail: str) -> set[str]:
    """Numbers that the grader's story tells of the right answer and not of the student's."""
    got, _, expected = detail.partition("expected")
    return numbers(expected) - numbers(got)


def alike(some, others) -> bool:
    return all(diagnosis.agree(a, b) for a, b in zip(some, others, strict=True))
