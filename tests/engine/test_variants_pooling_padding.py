"""The variants of pooling and padding: text, solutions, and what answers to other ones earn."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
from variant_mistakes import in_variant

from autograder import diagnosis
from autograder.authoring.build import generated
from autograder.authoring.variant_releases import all_variants, count
from autograder.course.assignment import load_assignment
from autograder.course.variants import Variant, table_of, table_text
from autograder.grading.grader import Grader
from autograder.results import Result
from autograder.variants.options import chosen, declared, reworded, translations, wording

NAME = "pooling_padding"
ROOT = Path(__file__).resolve().parents[2]
DEFAULT = load_assignment(NAME, ROOT)
OTHERS = list(all_variants(DEFAULT.offered))[1:]
FAR = Variant(tuple((name, options[-1]) for name, options in DEFAULT.offered.items()))


class Class:
    """A course in which the student named by a variant's code has that variant."""

    def __init__(self, root: Path) -> None:
        for each in ("assignments", "source", "solutions", "tests", "nbgrader_config.py"):
            (root / each).symlink_to(ROOT / each)
        self.assignment = load_assignment(NAME, root)
        self._grader = Grader(self.assignment)
        self._file = root / "work.py"
        variants = {variant.code: variant for variant in (*OTHERS, FAR)}
        table = table_of(root, NAME)
        table.parent.mkdir(parents=True)
        table.write_text(table_text(variants, list(self.assignment.offered)), encoding="utf-8")

    def solutions(self, variant: Variant) -> str:
        """The right functions of a variant, after its release was written."""
        own = self.assignment.in_variant(variant)
        made = generated(own)
        own.variant_folder.mkdir(parents=True, exist_ok=True)
        own.release_notebook.write_bytes(made.release[own.release_notebook.name])
        return made.solutions

    def grade(self, code: str, variant: Variant) -> Result:
        self._file.write_text(code, encoding="utf-8")
        return self._grader.grade(self._file, bytes(32), student=variant.code, advice=())

    def close(self) -> None:
        self._grader.close()


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    made = Class(tmp_path_factory.mktemp("class"))
    yield made
    made.close()


def shares(result: Result) -> dict[str, float]:
    assert result.status == "graded", result.reason
    return {each.name: (each.score or 0.0) / each.max_score for each in result.exercises}


def test_there_are_a_thousand_releases_and_all_offered_options_are_declared() -> None:
    assert count(DEFAULT.offered) >= 1000
    assert {name: tuple(options) for name, options in declared(DEFAULT).items()} == dict(
        DEFAULT.offered
    )


def test_only_an_answer_to_the_own_variant_earns_points(students: Class) -> None:
    code = students.solutions(FAR)
    assert students.grade(code, FAR).score == DEFAULT.max_score
    default = DEFAULT.solution_module.read_text(encoding="utf-8")
    assert max(shares(students.grade(default, FAR)).values()) <= 0.3


@pytest.mark.slow
@pytest.mark.parametrize("variant", OTHERS, ids=str)
def test_each_option_is_right_and_differs(students: Class, variant: Variant) -> None:
    code = students.solutions(variant)
    assert students.grade(code, variant).score == DEFAULT.max_score
    earned = shares(students.grade(DEFAULT.solution_module.read_text(encoding="utf-8"), variant))
    changed = {name for option in chosen(DEFAULT, variant) for name in option.contracts}
    assert changed
    assert max(earned[name] for name in changed) <= 0.3


def test_misconceptions_lose_points_in_a_variant(students: Class) -> None:
    code = students.solutions(FAR)
    known = diagnosis.load(DEFAULT).misconceptions
    for which in Random(3).sample(list(known), 4):
        wrong = in_variant(which, DEFAULT, FAR, code)
        result = students.grade(wrong, FAR)
        assert not result.observed.failed_cells
        earned = shares(result)
        assert earned.pop(which.exercise) < 1, which.name
        assert set(earned.values()) == {1.0}, which.name


@pytest.mark.parametrize("variant", [FAR, OTHERS[8], OTHERS[-3]], ids=str)
def test_public_examples_and_pictures_are_right(students: Class, variant: Variant) -> None:
    text = students.solutions(variant)
    namespace: dict[str, object] = {"__name__": "solutions"}
    exec(text, namespace)
    for cell in students.assignment.in_variant(variant).release_cells:
        if cell.cell_type == "code" and not cell.is_solution:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(cell.source, namespace)


def test_a_border_in_all_is_that_of_its_sides_and_back() -> None:
    border = Variant((*((n, o[0]) for n, o in DEFAULT.offered.items()),))
    variant = Variant(
        tuple((name, "total" if name == "border" else option) for name, option in border.choice)
    )
    translation = translations(DEFAULT, variant)["zero_pad2d"]
    x = np.zeros((1, 2, 3, 1))
    for given, want, back in (
        (1, 2, 1),
        ((1, 2), (2, 4), (1, 2)),
        (((1, 0), (1, 2)), ((1, 1), (3, 1)), ((1, 0), (1, 2))),
        (-1, -2, -1),
    ):
        assert translation.call_to([x, given], {})[0][1] == want
        assert translation.call_from([x, want], {})[0][1] == back


def test_hints_and_titles_of_a_far_variant_say_nothing_false(students: Class) -> None:
    words = wording(chosen(DEFAULT, FAR))
    hints = [
        step for each in diagnosis.load(DEFAULT).misconceptions for step in each.steps
    ]  # fmt: skip
    for old in ("In Keras", "two axes in the middle", "channels come last", "does Keras"):
        assert any(old in hint for hint in hints)
    for hint in hints:
        new = reworded(hint, words)
        for old in ("In Keras", "two axes in the middle", "channels come last", "does Keras"):
            assert old not in new
