"""The variants of all assignments: text, solutions, and what answers to other ones earn."""

from __future__ import annotations

import ast
import contextlib
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import nbformat
import pytest

from autograder import diagnosis
from autograder.audit.variant_answers import in_variant
from autograder.authoring.build import generated
from autograder.authoring.variant_releases import all_variants, count
from autograder.course.assignment import Assignment, assignment_names, load_assignment
from autograder.course.variants import Variant, table_of, table_text
from autograder.grading.grader import Grader
from autograder.results import Result
from autograder.variants.options import chosen, declared

ROOT = Path(__file__).resolve().parents[2]
DEFAULTS = {
    name: assignment
    for name in assignment_names(ROOT)
    if (assignment := load_assignment(name, ROOT)).offered
}
SLOW_EXERCISES = ("build_", "train_", "repair_")
"""They have no variants, and are left out of hand-ins: building networks takes long."""


def others(name: str) -> list[Variant]:
    """Variants that differ from the default in one option."""
    return list(all_variants(DEFAULTS[name].offered))[1:]


def far(name: str) -> Variant:
    """The variant of all last options."""
    return Variant(tuple((each, options[-1]) for each, options in DEFAULTS[name].offered.items()))


def bare(code: str) -> str:
    """Code without comments and docstrings."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.unparse(tree)


class Class:
    """A course in which the student named by a variant's code has that variant."""

    def __init__(self, root: Path, name: str) -> None:
        for each in ("assignments", "source", "solutions", "tests", "nbgrader_config.py"):
            (root / each).symlink_to(ROOT / each)
        self.assignment = load_assignment(name, root)
        self._grader = Grader(self.assignment)
        self._file = root / "work.py"
        self._written: dict[Variant, dict[str, str]] = {}
        self.solutions = cache(self._solutions)
        variants = {variant.code: variant for variant in (*others(name), far(name))}
        table = table_of(root, name)
        table.parent.mkdir(parents=True)
        table.write_text(table_text(variants, list(self.assignment.offered)), encoding="utf-8")

    def _solutions(self, variant: Variant) -> str:
        """The right functions of a variant, after its release was written."""
        own = self.assignment.in_variant(variant)
        made = generated(own)
        own.variant_folder.mkdir(parents=True, exist_ok=True)
        own.release_notebook.write_bytes(made.release[own.release_notebook.name])
        source = nbformat.reads(made.source, as_version=4)
        self._written[variant] = {
            str(cell.metadata.get("nbgrader", {}).get("grade_id")): cell.source
            for cell in source.cells
        }
        return made.solutions

    def changed(self, variant: Variant) -> set[str]:
        """The functions with another contract, unless the same code fulfils both."""
        names = {name for each in chosen(self.assignment, variant) for name in each.contracts}
        default = {str(cell.grade_id): cell.source for cell in self.assignment.source_cells}
        own = self._written[variant]
        return {name for name in names if name not in own or bare(own[name]) != bare(default[name])}

    def earned(self, code: str, variant: Variant) -> dict[str, float]:
        """The share of points of each exercise but the slow ones."""
        return shares(self.grade(code, variant))

    def grade(self, code: str, variant: Variant) -> Result:
        for word in SLOW_EXERCISES:
            code = code.replace(f"def {word}", f"def left_out_{word}")
        self._file.write_text(code, encoding="utf-8")
        return self._grader.grade(self._file, bytes(32), student=variant.code, advice=())

    def close(self) -> None:
        self._grader.close()


def shares(result: Result) -> dict[str, float]:
    assert result.status == "graded", result.reason
    assert not result.observed.failed_cells
    return {
        each.name: (each.score or 0.0) / each.max_score
        for each in result.exercises
        if not each.name.startswith(SLOW_EXERCISES)
    }


@pytest.fixture(scope="module", params=DEFAULTS)
def students(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Class]:
    made = Class(tmp_path_factory.mktemp("class"), request.param)
    yield made
    made.close()


def default_solutions(assignment: Assignment) -> str:
    return assignment.solution_module.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DEFAULTS)
def test_there_are_a_thousand_releases_and_all_declared_options_are_offered(name: str) -> None:
    assignment = DEFAULTS[name]
    assert count(assignment.offered) >= 1000
    known = {each: tuple(options) for each, options in declared(assignment).items()}
    assert known == dict(assignment.offered)


def test_only_an_answer_to_the_own_variant_earns_points(students: Class) -> None:
    variant = far(students.assignment.name)
    own = students.earned(students.solutions(variant), variant)
    assert set(own.values()) == {1.0}
    changed = students.changed(variant)
    copied = students.earned(default_solutions(students.assignment), variant)
    assert {name: share for name, share in copied.items() if name in changed and share > 0.3} == {}


def test_misconceptions_lose_points_in_a_variant(students: Class) -> None:
    variant = far(students.assignment.name)
    changed = {name for each in chosen(students.assignment, variant) for name in each.contracts}
    known = diagnosis.load(students.assignment).misconceptions
    known = tuple(each for each in known if each.replaces in changed and each.matches is None)
    code = students.solutions(variant)
    for which in Random(3).sample(known, 3):
        earned = students.earned(in_variant(which, students.assignment, variant, code), variant)
        assert earned[which.exercise] < 1, which.name


@pytest.mark.parametrize("number", [-1, 0, 8])
def test_public_examples_are_right(students: Class, number: int) -> None:
    name = students.assignment.name
    variant = far(name) if number < 0 else others(name)[number]
    namespace: dict[str, object] = {"__name__": "solutions"}
    exec(students.solutions(variant), namespace)
    for cell in students.assignment.in_variant(variant).release_cells:
        word = str(cell.grade_id).removeprefix("test_")
        if cell.cell_type != "code" or cell.is_solution or word.startswith(SLOW_EXERCISES):
            continue
        if cell.grade_id is not None or name == "pooling_padding":
            with contextlib.redirect_stdout(io.StringIO()):
                exec(cell.source, namespace)


@pytest.mark.slow
def test_each_option_is_right_and_differs(students: Class) -> None:
    assignment = students.assignment
    for variant in others(assignment.name):
        own = students.earned(students.solutions(variant), variant)
        assert set(own.values()) == {1.0}, variant
        changed = students.changed(variant)
        assert changed
        copied = students.earned(default_solutions(assignment), variant)
        found = {name: share for name, share in copied.items() if name in changed and share > 0.3}
        assert found == {}, variant
