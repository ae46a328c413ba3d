"""Attacks on exercises that build Keras models: their candidates, and how models are compared."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mini_course import write_mini_course

from autograder.attack import model_edits, model_pairs, model_rewrites, rewrites
from autograder.attack.candidate import Candidate, Recipe, recipes
from autograder.attack.exercise_kinds import ModelExercise, kind_of
from autograder.attack.material import Material
from autograder.attack.model_checks import require_alike
from autograder.attack.model_domain import model_domain_of
from autograder.attack.record import Trial
from autograder.attack.target import Target
from autograder.attack.targets import attackable
from autograder.attack.trial import Trying
from autograder.course.assignment import load_assignment
from autograder.suite.expect import Mismatch

ROOT = Path(__file__).parents[2]
BUILDERS = {
    "build_lenet5": "lenet5",
    "build_alexnet": "alexnet",
    "build_alexnet_batchnorm": "alexnet",
    "build_batch_norm_net": "batch_norm",
}
SOLUTION = '''import numpy as np

def increment(input_shape=(4, 4, 1), num_classes=3):
    """Contract."""
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(2, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(num_classes, activation="softmax"),
        ]
    )
'''
SUITE = '''
from autograder.suite import expect

def test_answers(student):
    """A number for each class."""
    model = student.model(student.increment((4, 4, 1), 3))
    expect.that(len(model.weight_shapes()) == 8, "has other weights.")
'''
DOMAIN = """
from autograder.counterexamples import call, counterexamples

@counterexamples("increment")
def _(draw):
    return call((draw.integer(4, 7), 5, draw.integer(1, 2)), draw.integer(2, 5))
"""
OTHER_RIGHT = """
import keras

class Net(keras.Model):
    def __init__(self, classes):
        super().__init__()
        self.last = keras.layers.Dense(classes)
        self.drop = keras.layers.Dropout(0.5)
        self.norm = keras.layers.BatchNormalization()
        self.conv = keras.layers.Conv2D(2, 3, padding="same")

    def call(self, x, training=None):
        x = self.norm(keras.ops.relu(self.conv(x)), training=training)
        x = self.drop(x, training=training)
        return keras.ops.softmax(self.last(keras.ops.reshape(x, (len(x), -1))))

def increment(input_shape=(4, 4, 1), num_classes=3):
    return Net(num_classes)
"""
PLAIN = SOLUTION.partition("\n\n")[2]


def write_target(folder: Path) -> Target:
    """The miniature, whose first function builds a network; its suite looks at its weights only."""
    course = write_mini_course(folder)
    settings = course.source_notebook.with_name("assignment.toml")
    settings.write_text('title = "Miniature"\npreload = ["numpy", "keras", "tensorflow"]\n')
    course.solution_module.write_text(SOLUTION, encoding="utf-8")
    (course.suite_folder / "test_increment.py").write_text(SUITE, encoding="utf-8")
    course.misconceptions_file.write_text("", encoding="utf-8")
    course.right_solutions_folder.mkdir(parents=True)
    (course.right_solutions_folder / "own.py").write_text(OTHER_RIGHT, encoding="utf-8")
    course.model_domain_file.parent.mkdir(parents=True)
    course.model_domain_file.write_text(DOMAIN, encoding="utf-8")
    return Target.of(load_assignment("mini", course.root), "increment")


@pytest.fixture(scope="module")
def trying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trying]:
    target = write_target(tmp_path_factory.mktemp("course"))
    with Trying(target, seed=0, isolation="process", most=1200) as trying:
        yield trying


def judged(trying: Trying, text: str) -> Trial:
    """What comes of a candidate with this code."""
    recipe = Recipe("edit", 0)
    trying.candidate = lambda recipe: Candidate(recipe, "ours", "increment", "increment", text)  # type: ignore[method-assign]
    return trying.trial(recipe)


def test_right_answers_in_another_form_are_right(trying):
    assert [base.origin for base in trying.material.bases] == ["mini.py", "own.py"]
    assert not judged(trying, OTHER_RIGHT).is_wrong


@pytest.mark.parametrize(
    ("change", "wrong_in"),
    [
        (("0.5", "0.4"), "training"),
        (('"relu"', '"tanh"'), "answer"),
        (("(2, 3, padding", "(2, 3, trainable=False, padding"), "trained"),
        (("BatchNormalization()", "BatchNormalization(momentum=0.9)"), "moved"),
        (("Dense(num_classes,", "Dense(num_classes, kernel_initializer='zeros',"), "start"),
        (("Dense(num_classes", "Dense(num_classes if num_classes != 4 else 5"), "weights"),
        (('    import keras\n', '    import keras\n    keras.utils.set_random_seed(1)\n'), "start"),
        (("num_classes, activation", "num_classes.size, activation"), "raised AttributeError"),
    ],
)  # fmt: skip
def test_what_the_contract_fixes_is_compared(trying, change, wrong_in):
    text = PLAIN.replace(*change)
    assert text != PLAIN
    assert judged(trying, text).wrong_in == wrong_in


def test_what_a_suite_overlooks_has_the_simplest_call_as_its_example(trying):
    found = judged(trying, PLAIN.replace("0.5", "0.4"))
    assert found.failed == ()
    assert found.differences == found.inputs == 3
    assert found.example.startswith("increment((")
    assert found.example.endswith("# differs: training")


@pytest.mark.parametrize("body", ["raise SystemExit", "import os; os.abort()"])
def test_a_builder_that_ends_its_process_is_wrong_and_stops_nothing(trying, body):
    found = judged(trying, f"def increment(*args):\n    {body}")
    assert found.failed
    assert found.is_wrong


# -- candidates, as texts ------------------------------------------------------------------


def target_of(exercise: str) -> Target:
    return Target.of(load_assignment(BUILDERS[exercise], ROOT), exercise)


def made(exercise: str, wrong: int, right: int) -> list[Candidate]:
    target = target_of(exercise)
    kind = kind_of(target, Material(target, 0))
    assert isinstance(kind, ModelExercise)
    right_maker, wrong_maker = kind.makers(())
    found = [
        (right_maker if recipe.kind == "rewrite" else wrong_maker).make(recipe)
        for recipe in recipes(wrong, right)
        if recipe.kind != "known"
    ]
    return [each for each in found if each is not None]


@pytest.mark.parametrize("exercise", BUILDERS)
def test_enough_candidates_can_be_made_of_each_builder(exercise):
    assert exercise in attackable(target_of(exercise).assignment)
    found = made(exercise, 40, 10)
    assert {each.recipe.kind for each in found} >= {
        "edit", "two edits", "region", "two misconceptions", "rewrite",
    }  # fmt: skip
    assert len({each.digest for each in found}) > 35
    for each in found:
        compile(each.text, each.origin, "exec")
    assert found == made(exercise, 40, 10)


def changes(places: Callable[[ast.Module], Iterator[tuple[str, Callable[[], None]]]]) -> set[str]:
    """The kinds of all changes of the solution, each of which changes its text."""
    plain = ast.unparse(ast.parse(SOLUTION))
    kinds = set()
    for index, (name, _) in enumerate(list(places(ast.parse(SOLUTION)))):
        tree = ast.parse(SOLUTION)
        list(places(tree))[index][1]()
        text = ast.unparse(ast.fix_missing_locations(tree))
        assert text != plain, name
        ast.parse(text)
        kinds.add(name)
    return kinds


def test_mistakes_are_those_that_are_made_with_layers():
    assert changes(model_edits.places) >= {
        "layer missing", "layer twice", "layers in another order", "ignores num_classes",
        "relu as tanh", "same as valid", "Conv2D without padding", "Dense with use_bias=False",
        "Conv2D with trainable=False", "BatchNormalization with momentum=0.9",
        "Flatten as GlobalAveragePooling2D", "Dense without activation",
    }  # fmt: skip


def test_rewrites_are_other_forms_of_the_same_network():
    assert changes(model_rewrites.places) >= {
        "functional", "layers added one by one", "activation as a layer", "arguments by name",
        "argument by position", "number as a pair", "activation as a function",
        "default written out", "free choice", "another spelling",
    }  # fmt: skip


def test_rewritten_networks_are_the_same(trying):
    for seed in range(6):
        tree = ast.parse(PLAIN)
        done = rewrites.rewrite(tree, random.Random(seed), 4, model_rewrites.places)
        found = judged(trying, ast.unparse(ast.fix_missing_locations(tree)))
        assert (found.failed, found.wrong_in) == ((), ""), (done, ast.unparse(tree))


def test_two_misconceptions_change_two_arguments_of_one_helper():
    known = {
        each.name: each
        for each in Material(target_of("build_alexnet"), 0).catalogue.of("build_alexnet")
    }
    tanh, no_drops = known["build_alexnet_with_tanh"], known["build_alexnet_without_dropout"]
    text = model_pairs.together(tanh, no_drops)
    assert text is not None
    assert "width, activation='tanh', drops=(0, 0))" in text
    assert model_pairs.together(tanh, tanh) is None
    classes = known["build_alexnet_has_a_thousand_classes"]
    text = model_pairs.together(classes, no_drops)
    assert text is not None
    assert "(input_shape, 1000, width, drops=(0, 0))" in text


# -- what is compared ----------------------------------------------------------------------


def observed(**changes: Any) -> dict[str, Any]:
    answer = np.array([[0.2, 0.8], [0.6, 0.4]], np.float32)
    plain = {
        "weights": [("kernel", (3, 2), True)], "like": True, "another": False, "start": "",
        "answer": answer, "training": answer, "moved": [],
    }  # fmt: skip
    return {**plain, **changes}


@pytest.mark.parametrize(
    "answer",
    [
        np.array([[0.2, 0.8]]),
        np.array([[np.nan, 0.8], [0.6, 0.4]]),
        np.array([[-0.2, 1.2], [0.6, 0.4]]),
        np.array([[0.201, 0.799], [0.6, 0.4]]),
    ],
)
def test_other_answers_are_told_apart(answer):
    require_alike(observed(), observed())
    with pytest.raises(Mismatch):
        require_alike(observed(answer=answer), observed())


def test_c5_may_cover_s4_of_the_papers_images_only():
    (generator,) = model_domain_of(target_of("build_lenet5"), 0).course.of("build_lenet5")
    assert generator.check is not None
    inputs = [model_domain_of(target_of("build_lenet5"), 0).input(n) for n in range(20)]
    other = next(each.example for each in inputs if each.image_shape[:2] != (32, 32))
    same = replace(other, args=((32, 32, 1), 10))
    as_convolution = observed(weights=[("kernel", (5, 5, 16, 120), True)], like=False)
    generator.check(as_convolution, observed(), other)
    with pytest.raises(Mismatch):
        generator.check(as_convolution, observed(), same)
