"""What the suites of any assignment are held against, through the real engine.

Right answers in any style get full marks; every known wrong answer loses points in its own
exercise, there only, and gets its own hint; no hidden test is there for nothing. The rules are
those of `autograder audit`, by its functions. A file of tests says in `SUITE` which assignment it
holds, and has classes that inherit from those here.

Wrong answers that cannot change each other's results are graded together (`batches`), in the
exercises that they can touch; `audit` grades each alone, in all exercises. Most trainings by the
terms of grading, most of what builds networks and most wrong answers are marked `slow`: `make test`
leaves them out.
"""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import combinations
from pathlib import Path

import jupytext
import pytest
from batches import Batch, in_batches
from graders import grade

from autograder import diagnosis
from autograder.audit import checks as audit
from autograder.audit import giveaways
from autograder.authoring import aspects, hint_rules
from autograder.course.assignment import Assignment, load_assignment
from autograder.diagnosis import Misconception
from autograder.diagnosis.diagnosing import explained_by
from autograder.diagnosis.reactions import reactions_of
from autograder.diagnosis.right_functions import right_reactions
from autograder.results import ExerciseResult, Result, TestResult
from convgrade.checking.checker import Checker

COURSE = Path(__file__).parents[2]
EVERY_BATCH, EVERY_MODEL = 6, 14
"""Of so many batches of wrong answers, in arrays and in models, `make test` grades one."""


@dataclasses.dataclass
class Suite:
    """An assignment with its right and wrong answers."""

    name: str
    with_models: tuple[str, ...] = ()
    """The exercises that need Keras: those that train come last, by names in `train_…`."""
    unfinished: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Outcomes that exercises of the release have other than `not_implemented`."""

    def __post_init__(self) -> None:
        self.assignment = load_assignment(self.name, COURSE)
        self.catalogue = diagnosis.load(self.assignment)
        self.exercises = tuple(each.name for each in self.assignment.exercises)
        self.in_arrays = tuple(name for name in self.exercises if name not in self.with_models)
        self.trained = tuple(name for name in self.with_models if name.startswith("train_"))
        self.seeds = tuple(f"{which} seed for {self.name}".encode() * 2 for which in ("a", "b"))

    @property
    def right_answers(self) -> list[Path]:
        """The solutions and those of other styles, but for the notebook, which is one of them."""
        others = sorted(self.assignment.right_solutions_folder.glob("[!.]*.py"))
        return [self.assignment.solution_module, *others]

    def part(self, names: Iterable[str]) -> Assignment:
        """The assignment as if it had these exercises only, and all that they build on."""
        chosen = dataclasses.replace(self.assignment)
        wanted = self.with_what_they_build_on(names)
        if wanted <= set(self.in_arrays):
            chosen = dataclasses.replace(self.assignment, preload=("numpy",))
        exercises = tuple(each for each in self.assignment.exercises if each.name in wanted)
        chosen.__dict__["exercises"] = exercises
        return chosen

    @cached_property
    def models(self) -> Assignment:
        """What is built and not trained."""
        return self.part(name for name in self.with_models if name not in self.trained)

    @cached_property
    def builds_on(self) -> dict[str, set[str]]:
        """What the hidden suite of each exercise says that it builds on."""
        return {
            exercise: {
                str(ast.literal_eval(argument))
                for node in ast.walk(_parsed(self.assignment.suite_file(exercise)))
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.builds_on"
                for argument in node.args
            }
            for exercise in self.exercises
        }

    @cached_property
    def names_used(self) -> dict[str, set[str]]:
        """The names that each function of the solutions uses."""
        return {
            node.name: {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
            for node in _parsed(self.assignment.solution_module).body
            if isinstance(node, ast.FunctionDef)
        }

    @cached_property
    def batch_of(self) -> dict[Misconception, Batch]:
        """The wrong answers that are graded together with each; those that train are alone.

        Those in arrays are apart from those in models: they need no Keras.
        """
        known = self.catalogue.misconceptions
        found = {which: (which,) for which in known if which.exercise in self.trained}
        for exercises in (self.in_arrays, self.with_models):
            chosen = [
                which for which in known if which not in found and which.exercise in exercises
            ]
            found |= in_batches({which: self.touched(which) for which in chosen})
        return found

    @cached_property
    def seldom(self) -> set[Misconception]:
        """The wrong answers that `make test-all` alone grades: most, and all that train."""
        batches = dict.fromkeys(self.batch_of.values())
        built = [batch for batch in batches if batch[0].exercise not in self.trained]
        in_models = [batch for batch in built if batch[0].exercise in self.with_models]
        in_arrays = [batch for batch in built if batch not in in_models]
        often = {*in_arrays[::EVERY_BATCH], *in_models[::EVERY_MODEL]}
        return {which for batch in batches if batch not in often for which in batch}

    def touched(self, *wrong_answers: Misconception) -> set[str]:
        """The exercises in which one of these answers, among the solutions, could cost points.

        Its own, those whose functions use the wrong one, and those that build on such. What is in
        arrays is not tried on models.
        """
        return set().union(*map(self._touched, wrong_answers))

    def _touched(self, which: Misconception) -> set[str]:
        wrong, known = {which.replaces, which.exercise}, 0
        while len(wrong) > known:
            known = len(wrong)
            wrong |= {name for name, used in self.names_used.items() if used & wrong}
            wrong |= {name for name, others in self.builds_on.items() if others & wrong}
        whole = self.in_arrays if which.exercise in self.in_arrays else self.with_models
        return wrong & set(whole)

    def with_what_they_build_on(self, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        todo = list(names)
        while todo:
            if (name := todo.pop()) not in found:
                found.add(name)
                todo.extend(self.builds_on[name])
        return found


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def slow(value: object, is_slow: bool) -> object:
    """A parameter of a test, marked where `make test` leaves it out."""
    return pytest.param(value, marks=pytest.mark.slow) if is_slow else value


class RightAnswers:
    """Tests of an assignment's right answers, and of what is handed out."""

    @pytest.fixture
    def suite(self, request: pytest.FixtureRequest) -> Suite:
        return request.module.SUITE

    @staticmethod
    def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
        suite = metafunc.module.SUITE
        if "path" in metafunc.fixturenames:
            metafunc.parametrize("path", suite.right_answers, ids=lambda path: path.name)
        if "seed" in metafunc.fixturenames:
            seeds = [slow(seed, number > 0) for number, seed in enumerate(suite.seeds)]
            metafunc.parametrize("seed", seeds, ids=("a seed", "another"))
        if "builds" in metafunc.fixturenames:
            _, *others = suite.right_answers
            built = others if suite.with_models else []
            answers = [slow(path, number > 0) for number, path in enumerate(built)]
            metafunc.parametrize("builds", answers, ids=lambda path: path.name)
        if "trains" in metafunc.fixturenames:
            _, *others = suite.right_answers  # the solutions are graded whole
            metafunc.parametrize(
                "trains", others if suite.trained else [], ids=lambda path: path.name
            )

    def test_the_solutions_get_full_marks(self, suite, tensorflow) -> None:
        whole = suite.assignment
        result = grade(whole.solution_module, whole, suite.seeds[0], warm_process=tensorflow)
        assert_full_marks(result, whole)

    def test_arrays_in_any_style_get_full_marks(self, suite, path, seed, tensorflow) -> None:
        arrays = suite.part(suite.in_arrays)
        assert_full_marks(grade(path, arrays, seed, warm_process=tensorflow), arrays)

    def test_models_in_any_style_get_full_marks(self, suite, builds, tensorflow) -> None:
        result = grade(builds, suite.models, suite.seeds[0], warm_process=tensorflow)
        assert_full_marks(result, suite.models)

    @pytest.mark.slow
    def test_a_right_answer_in_any_style_trains_well(self, suite, trains, tensorflow) -> None:
        part = suite.part(suite.trained)
        assert_full_marks(grade(trains, part, suite.seeds[0], warm_process=tensorflow), part)

    @pytest.mark.slow
    def test_full_marks_for_a_model_do_not_depend_on_the_seed(self, suite, tensorflow) -> None:
        if not suite.with_models:
            pytest.skip("this assignment builds no network")
        path = suite.assignment.solution_module
        result = grade(path, suite.models, suite.seeds[1], warm_process=tensorflow)
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

    @pytest.mark.slow
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
        assert audit.earned(result) == ""
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
            which = [slow(each, each in suite.seldom) for each in suite.catalogue.misconceptions]
            batch_of = suite.batch_of
            metafunc.parametrize(
                "which", which, ids=lambda which: f"{which.name}@{batch_of[which][0].name}"
            )
        if "any_of" in metafunc.fixturenames:
            any_of = []
            for name in suite.exercises:
                ready = [each for each in suite.catalogue.of(name) if each not in suite.seldom]
                any_of.append(slow((ready or suite.catalogue.of(name))[0], not ready))
            batch_of = suite.batch_of
            metafunc.parametrize(
                "any_of", any_of, ids=lambda which: f"{which.exercise}@{batch_of[which][0].name}"
            )
        if "table" in metafunc.fixturenames:
            metafunc.parametrize("table", suite.exercises, indirect=True)
        if "in_arrays" in metafunc.fixturenames:
            metafunc.parametrize("in_arrays", suite.in_arrays)

    @pytest.fixture
    def table(self, suite, graded, request: pytest.FixtureRequest) -> aspects.Matrix:
        """Which misconceptions of an exercise fail which of its tests."""
        exercise = request.param
        wrong = {which: graded(which) for which in suite.catalogue.of(exercise)}
        return aspects.matrix(suite.assignment, exercise, wrong)

    def test_a_misconception_loses_points_in_its_own_exercise_only(self, graded, which) -> None:
        result = graded(which)
        assert audit.harm(which, result) == ""
        assert {name for name, _ in failures_of(result)} == {which.exercise}

    def test_a_misconception_is_told_its_own_hint_once(self, graded, which) -> None:
        result = graded(which)
        assert audit.other_hints(which, result) == ""
        assert [test.hint for _, test in failures_of(result) if test.hint] == [which.hint]
        (hint,) = exercise_of(result, which.exercise).hints
        assert (hint.misconception, hint.steps) == (which.name, which.steps)

    def test_what_a_student_reads_holds_no_expected_value(self, graded, which) -> None:
        assert giveaways.given_away(which, graded(which)) == ""

    def test_hints_lead_to_the_mistake_in_plain_words(self, suite) -> None:
        for which in suite.catalogue.misconceptions:
            assert hint_rules.complaint(which) == "", which.name

    @pytest.mark.slow
    def test_each_hidden_test_is_failed_by_some_misconception(self, table) -> None:
        assert audit.idle_tests(table) == ""

    @pytest.mark.slow
    def test_a_test_of_one_aspect_fails_for_no_mistake_in_another(self, table) -> None:
        found = {which.name: audit.strays(table, which) for which in table.failed}
        assert {name: tests for name, tests in found.items() if tests} == {}

    def test_public_examples_weigh_a_fifth_at_most(self, graded, any_of) -> None:
        tests = exercise_of(graded(any_of), any_of.exercise).tests
        public = sum(test.weight for test in tests if test.visibility == "public")
        assert public <= sum(test.weight for test in tests) / 5

    def test_the_probes_tell_misconceptions_from_each_other(self, suite, in_arrays) -> None:
        for one, other in combinations(suite.catalogue.of(in_arrays), 2):
            assert audit.alike(one, other, suite.catalogue) == "", (one.name, other.name)

    def test_the_probes_tell_misconceptions_from_the_solution(self, suite, in_arrays) -> None:
        for which in suite.catalogue.of(in_arrays):
            right = right_reactions(suite.catalogue, which.replaces)
            assert not alike(diagnosis.reactions(which, suite.catalogue), right), which.name

    def test_what_misconceptions_change_is_right(self, suite, in_arrays) -> None:
        """So that two of them, composed, make their two mistakes and no third."""
        for function in {which.replaces for which in suite.catalogue.of(in_arrays)}:
            if function in suite.catalogue.bases:
                base = suite.catalogue.bases[function]
                given = reactions_of(base, function, suite.catalogue)
                assert alike(given, right_reactions(suite.catalogue, function)), function

    def test_a_variant_gets_the_hint_of_its_misconception(self, suite, in_arrays) -> None:
        for which in suite.catalogue.of(in_arrays):
            for variant in which.variants:
                given = reactions_of(variant, which.replaces, suite.catalogue)
                found = explained_by(suite.catalogue, which.replaces, given)
                assert which in found, variant.__name__


def exercise_of(result: Result, name: str) -> ExerciseResult:
    return next(each for each in result.exercises if each.name == name)


def failures_of(result: Result) -> Iterator[tuple[str, TestResult]]:
    for exercise in result.exercises:
        for test in exercise.tests:
            if test.outcome != "passed":
                yield exercise.name, test


def assert_full_marks(result: Result, assignment: Assignment) -> None:
    wrong = [(name, test.name, test.message, test.detail) for name, test in failures_of(result)]
    assert dict(audit.marks_lost({"it": result}, assignment)) == {"it": ""}, wrong
    assert result.score == result.max_score == assignment.max_score > 0


def alike(some, others) -> bool:
    return all(diagnosis.agree(a, b) for a, b in zip(some, others, strict=True))
