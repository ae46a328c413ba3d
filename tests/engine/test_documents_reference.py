"""The examples of docs/authors-reference.md: each is run, with what it takes from its context."""

from __future__ import annotations

import ast
import runpy
import sys
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from documents import ROOT, read
from network_models import FakeModel, claims_of
from sandboxes import available, sandbox

from autograder import diagnosis
from autograder.authoring.hint_rules import complaint
from autograder.calibration import recipes
from autograder.counterexamples import generators
from autograder.counterexamples.draws import Draw
from autograder.course.settings_file import SettingsFile
from autograder.course.training_terms import read_terms
from autograder.nbgrader_bridge.author_stubs import with_stub, without_stub
from autograder.sandbox import WarmProcess
from autograder.suite import Mismatch, expect
from autograder.suite.networks import Network, forward
from autograder.suite.student import Student
from autograder.suite.training import Attempt, Training

DOCUMENT = read(ROOT / "docs" / "authors-reference.md")
HIDDEN = ROOT / "tests" / "hidden" / "pooling_padding"
EXAMPLES = {
    "The source and what is built from it": 1,
    "Windows in public checks": 1,
    "Hidden suites": 1,
    "Many calls": 1,
    "Generators and functions as arguments": 1,
    "Exercises that build on each other": 1,
    "Models": 2,
    "Training": 4,
    "Counterexamples": 1,
    "Misconceptions": 1,
    "Two mistakes at once": 2,
    "Random answers, functions, several functions": 1,
    "Misconceptions about models": 1,
    "Hints in steps": 1,
    "Examples before code": 1,
}
"""How many blocks stand below each heading. With a new one goes a test."""


def block(heading: str, number: int = 0) -> str:
    """The text of a block below a heading."""
    assert number < EXAMPLES[heading]
    found = [each.text for each in DOCUMENT.blocks if each.heading == heading]
    return found[number]


def ran(heading: str, number: int = 0, **given: Any) -> dict[str, Any]:
    """The names of a block of Python after it has run, with some names given."""
    names = {"np": np, "pytest": pytest, "expect": expect, **given}
    exec(compile(block(heading, number), f"{heading} {number}", "exec"), names)
    return names


def student(**functions: Any) -> SimpleNamespace:
    """A student whose functions are right here; it takes generators and functions as they are."""
    return SimpleNamespace(
        generator=np.random.default_rng,
        remote_function=lambda function, **_: function,
        once=lambda ask, *given: ask(SimpleNamespace(model=lambda made: made, **functions), *given),
        model=lambda made: made,
        **functions,
    )


@pytest.fixture(scope="module", autouse=True)
def marks(request: pytest.FixtureRequest) -> None:
    """The marks that suites know."""
    for name in ("weight", "builds_on"):
        request.config.addinivalue_line("markers", f"{name}: a mark of hidden suites")


@pytest.fixture(scope="module")
def right() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "solutions" / "pooling_padding.py"))


def test_a_stub_of_the_author() -> None:
    cell = f"def f(x):\n{block('The source and what is built from it')}"
    assert "return right(x)" in without_stub(cell)
    assert "wrong" not in without_stub(cell)
    assert "    return wrong(x)" in with_stub(cell, "raise NotImplementedError()").splitlines()


def test_a_window_in_a_public_check(right: dict[str, Any]) -> None:
    from convgrade import Window, check

    image = -np.arange(1.0, 7.0).reshape(1, 2, 3, 1)
    maxima = np.array([-1.0]).reshape(1, 1, 1, 1)

    def checked(function: Any) -> None:
        ran(
            "Windows in public checks",
            check=check,
            Window=Window,
            max_pool2d=function,
            image=image,
            maxima=maxima,
        )

    checked(right["max_pool2d"])
    with pytest.raises(AssertionError, match=r"\[ *-1"):
        checked(lambda x: maxima * 0)


def test_a_hidden_suite(right: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HIDDEN))
    sys.modules.pop("reference", None)
    names = ran("Hidden suites")
    test, rng = names["test_negative_numbers"], np.random.default_rng(1)
    assert test.pytestmark[0].args == (2,)
    test(student(max_pool2d=right["max_pool2d"]), rng)
    with pytest.raises(Mismatch):
        test(student(max_pool2d=lambda x, **how: np.maximum(right["max_pool2d"](x, **how), 0)), rng)


def test_many_calls() -> None:
    def right(x: Any, size: int) -> Any:
        return np.sort(x)[-size:]

    code = """
        import numpy as np
        def moving_maximum(x, size, padding="same"):
            if size < 1:
                raise ValueError("size must be positive")
            return np.sort(x)[-size:]
        """
    given = {"x": np.arange(6.0), "right": right}
    with WarmProcess(isolation=available()) as warm:
        with sandbox(warm, code) as entered:
            ran("Many calls", student=Student(entered), **given)
        wrong = code.replace("-size:", "-2:")
        with sandbox(warm, wrong) as entered, pytest.raises(Mismatch):
            ran("Many calls", student=Student(entered), **given)
        careless = code.replace("size < 1", "size < 0")
        with sandbox(warm, careless) as entered, pytest.raises(Mismatch, match="ValueError"):
            ran("Many calls", student=Student(entered), **given)


def test_generators_and_functions_as_arguments() -> None:
    table = np.random.default_rng(2).random((10, 3))
    names = ran("Generators and functions as arguments", table=table, image=np.zeros((10, 10, 3)))

    def drop(x: Any, share: float, generator: Any) -> Any:
        return x * (generator.random(x.shape) >= share)

    def mean_of_crops(predict: Any, image: Any, size: int) -> Any:
        return predict(np.zeros((10, size, size, image.shape[2]))).mean(axis=0)

    names["test_masks"](student(drop=drop))
    names["test_mean"](student(mean_of_crops=mean_of_crops), np.random.default_rng(1))
    one = student(mean_of_crops=lambda predict, image, size: predict(np.zeros((1, 8, 8, 3))))
    with pytest.raises(Mismatch, match="else than ten crops"):
        names["test_mean"](one, np.random.default_rng(1))


def test_exercises_that_build_on_each_other() -> None:
    mark = ran("Exercises that build on each other")["pytestmark"]
    assert (mark.name, mark.args) == ("builds_on", ("sparse_layer", "activation"))


@pytest.fixture(scope="module")
def network() -> dict[str, Any]:
    """The names of the example with a network."""
    return ran("Models", 1)


def made(network: Network) -> FakeModel:
    return FakeModel(network, claims_of(network), (28, 28, 1))


def test_a_model_with_the_weights_of_the_suite(network: dict[str, Any]) -> None:
    rng = np.random.default_rng(1)
    model = made(network["RIGHT"])
    weights = [rng.normal(size=shape) for shape in model.weight_shapes()]
    x = rng.normal(size=(2, 28, 28, 1))

    def ours(x: Any, weights: Any) -> Any:
        return forward(x, dict(zip(model._names, weights, strict=True)), network["RIGHT"])

    ran(
        "Models",
        student=student(build=lambda: made(network["RIGHT"])),
        weights=weights,
        x=x,
        forward=ours,
    )


def test_a_network_is_identified(network: dict[str, Any]) -> None:
    test, rng = network["test_activations"], np.random.default_rng(1)
    test(student(build=lambda: made(network["RIGHT"])), rng)
    layers = dict(network["RIGHT"].layers)
    wrong = Network({**layers, "conv": replace(layers["conv"], activation="relu")})
    with pytest.raises(Mismatch, match="ReLU in conv"):
        test(student(build=lambda: made(wrong)), rng)


def test_training() -> None:
    default, terms = read_terms(
        tomllib.loads(block("Training"))["training"], SettingsFile("the reference")
    )
    training = Training(terms[default], b"seed")
    labels = np.arange(20) % 4
    data = SimpleNamespace(classes=4, held_out=(np.zeros((20, 2)), labels))

    def judged(share: float) -> None:
        names = ran(
            "Training",
            1,
            x=np.zeros((20, 2)),
            y=labels,
            one_hot=lambda y: np.eye(4)[y],
            forward=lambda images, weights: len(images),
            accuracy=lambda answers, expected: share,
            Attempt=Attempt,
        )
        model = SimpleNamespace(handle=None, weights=list)
        trains = student(
            make_model=lambda how: model,
            train=lambda *_: {"loss": [1.0]},
            history=lambda returned: returned,
        )
        names["test_learns"](trains, data, training, np.random.default_rng(1))

    judged(0.99)
    with pytest.raises(Mismatch, match=r"asked for: at least 85"):
        judged(0.5)


def test_the_check_cell_of_a_training() -> None:
    from convgrade import check_learned, train_as_graded

    labels = np.arange(20) % 4

    def answers(share: int) -> Any:
        right = np.where(np.arange(20) < share, labels, (labels + 1) % 4)
        return SimpleNamespace(predict=lambda x, **_: np.eye(4)[right])

    def checked(share: int) -> None:
        ran(
            "Training",
            2,
            train=lambda model, x, y, epochs, batch_size, seed: {"loss": [1.0], "accuracy": [1.0]},
            new_model=lambda seed: answers(share),
            x=np.zeros((20, 2)),
            y=np.eye(4)[labels],
            unseen=np.zeros((20, 2)),
            labels=labels,
            train_as_graded=train_as_graded,
            check_learned=check_learned,
        )

    checked(20)
    with pytest.raises(AssertionError):
        checked(5)


def test_recipes(tmp_path: Path) -> None:
    file = tmp_path / "evidence.py"
    file.write_text(block("Training", 3), encoding="utf-8")
    found = recipes.load(file)
    assert found.names("right", "digits") == ("Adam", "SGD with momentum")
    assert found.names("unsuited", "digits") == ("SGD 0.01",)
    assert found.names("broken", "digits") == ("labels not matched",)


def test_counterexamples(right: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "counterexamples.py"
    file.write_text(block("Counterexamples"), encoding="utf-8")
    course = generators.load(
        SimpleNamespace(  # type: ignore[arg-type]
            counterexamples_file=file,
            solution_module=ROOT / "solutions" / "pooling_padding.py",
            suite_file=lambda name: HIDDEN / f"test_{name}.py",
        )
    )
    tests = [
        name
        for name in functions_in(HIDDEN / "test_max_pool2d.py")
        if name.startswith("test_same") or name == "test_names_the_argument_that_is_wrong"
    ]
    for test in tests:
        assert course.serving("max_pool2d", test), test
    assert "test_names_the_argument_that_is_wrong" in tests
    same, refusing = course.generators
    drawn = same.draw(Draw(np.random.default_rng(1)))
    right["max_pool2d"](*drawn.args, **drawn.kwargs)
    drawn = refusing.draw(Draw(np.random.default_rng(1)))
    with pytest.raises(ValueError, match="pool_size"):
        right["max_pool2d"](*drawn.args, **drawn.kwargs)


def functions_in(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [each.name for each in tree.body if isinstance(each, ast.FunctionDef)]


PRELUDE = """
from pathlib import Path
import numpy as np
from autograder.diagnosis import (
    call, generator, inspect_answer, look, misconception, probes, right_answer, suite_module,
    summarize, variant,
)
_spans = _spans_odd_cell_first = None
x = np.zeros((1, 4, 5, 2))
"""
HINTS = (
    ("Misconceptions", 0),
    ("Two mistakes at once", 0),
    ("Two mistakes at once", 1),
    ("Random answers, functions, several functions", 0),
    ("Misconceptions about models", 0),
)


def test_misconceptions_and_their_hints(network: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "tests" / "misconceptions" / "all.py"
    suite = tmp_path / "tests" / "hidden" / "nets" / "test_build_net.py"
    for folder in (file.parent / "hints", suite.parent):
        folder.mkdir(parents=True)
    suite.write_text(block("Models", 1), encoding="utf-8")
    file.write_text(
        PRELUDE + "\n\n".join(block(heading, number) for heading, number in HINTS), "utf-8"
    )
    hints = file.parent / "hints" / "all.md"
    hints.write_text(block("Hints in steps"), encoding="utf-8")
    catalogue = diagnosis.load(
        SimpleNamespace(  # type: ignore[arg-type]
            misconceptions_file=file,
            hints_file=hints,
            solution_module=ROOT / "solutions" / "pooling_padding.py",
            suite_file=lambda name: file,
        )
    )
    by_name = {each.name: each for each in catalogue.misconceptions}
    assert len(by_name) == 4
    zeros = by_name["max_pool2d_pads_with_zeros"]
    assert len(zeros.steps) == 3
    assert complaint(zeros) == ""
    assert set(catalogue.bases) == {"max_pool2d"}
    assert set(catalogue.probes) == {"max_pool2d", "dropout"}
    relu = by_name["build_net_with_relu"]
    layers = dict(network["RIGHT"].layers)
    for activation in ("tanh", "relu"):
        net = Network({**layers, "conv": replace(layers["conv"], activation=activation)})
        seen = catalogue.inspections["build_net"](
            student(build_net=lambda shape, net=net: made(net), build=lambda net=net: made(net))
        )
        assert relu.matches
        assert relu.matches(seen) is (activation == "relu")


def test_every_example_is_tested() -> None:
    """The blocks that there are; `block` refuses those that `EXAMPLES` does not count."""
    assert Counter(each.heading for each in DOCUMENT.blocks) == EXAMPLES
