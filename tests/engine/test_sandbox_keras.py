"""Keras inside the sandbox: it trains, its weights come out, and two runs agree exactly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sandboxes import available, sandbox

from autograder.sandbox import CallFailed, Handle, HandleMisuse, Limits, Sandbox, WarmProcess
from autograder.sandbox.protocol.arrays import shown_dtype
from autograder.suite.models import filled
from autograder.suite.student import Student

CELL = """
    import keras
    import tensorflow as tf

    def build():
        keras.utils.set_random_seed(1)
        model = keras.Sequential([
            keras.layers.Input((6, 6, 1)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(2, activation="softmax"),
        ])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    def train(model, x, y):
        model.fit(x, y, epochs=15, verbose=0)

    def pool(x):
        return tf.nn.max_pool2d(x, 2, 2, "VALID")
"""
LIMITS = Limits(call_seconds=60, submission_seconds=200)


@pytest.fixture(scope="module")
def warm_process() -> Iterator[WarmProcess]:
    with WarmProcess(preload=("numpy", "tensorflow", "keras"), isolation=available()) as warm:
        yield warm


def stripes() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Images of horizontal and vertical stripes, with noise, and which they are."""
    rng = np.random.default_rng(0)
    labels = np.arange(64) % 2
    images = np.zeros((64, 6, 6, 1), np.float32)
    images[labels == 0, ::2] = 1
    images[labels == 1, :, ::2] = 1
    return images + 0.1 * rng.standard_normal(images.shape, np.float32), labels


def trained(student: Sandbox) -> tuple[Handle, list[np.ndarray[Any, Any]]]:
    model = student.call("build").value
    student.call("train", [model, *stripes()])
    return model, student.ask(model, "get_weights").value


def test_a_model_trains_and_predicts_inside_and_its_weights_come_out(
    warm_process: WarmProcess,
) -> None:
    images, labels = stripes()
    with sandbox(warm_process, CELL, limits=LIMITS) as student:
        model, weights = trained(student)
        assert [w.shape for w in weights] == [(3, 3, 1, 4), (4,), (64, 2), (2,)]
        predicted = student.ask(model, "predict", images).value
        assert (predicted.argmax(axis=1) == labels).mean() > 0.9
        zeros = [np.zeros_like(w) for w in weights]
        student.ask(model, "set_weights", zeros)
        np.testing.assert_array_equal(student.ask(model, "predict", images[:2]).value, 0.5)
        layers = student.ask(model, "layers").value
        assert [layer["class"] for layer in layers] == ["Conv2D", "Flatten", "Dense"]
        assert layers[0]["config"]["kernel_size"] == [3, 3]
        with pytest.raises(HandleMisuse):
            model == 1  # noqa: B015


def test_two_runs_of_the_same_submission_train_to_the_same_weights(
    warm_process: WarmProcess,
) -> None:
    runs = []
    for _ in range(2):
        with sandbox(warm_process, CELL, limits=LIMITS) as student:
            runs.append(trained(student)[1])
    for one, other in zip(*runs, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_tensor_crosses_as_an_array(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, CELL, limits=LIMITS) as student:
        pooled = student.call("pool", [np.arange(16.0, dtype=np.float32).reshape(1, 4, 4, 1)]).value
    assert type(pooled) is np.ndarray
    assert pooled.dtype == np.float32
    assert pooled.ravel().tolist() == [5, 7, 13, 15]


MODELS = """
    import keras

    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.blocks = [keras.layers.Conv2D(2, 3), keras.layers.Flatten()]
            self.last = keras.layers.Dense(2)
        def call(self, x):
            for block in self.blocks:
                x = block(x)
            return self.last(x)

    def subclassed():
        return Subclassed()

    def functional():
        image = keras.Input((6, 6, 1), name="image")
        maps = keras.layers.Conv2D(2, 3, name="conv")(image)
        inner = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(2, "softmax")])
        return keras.Model(image, inner(maps))
"""


def test_models_of_any_kind_tell_their_layers_and_predict(warm_process: WarmProcess) -> None:
    images, _ = stripes()
    with sandbox(warm_process, MODELS, limits=LIMITS) as inside:
        student = Student(inside)
        subclassed = student.model(student.subclassed())
        assert subclassed.weights() == []
        assert subclassed.predict(images[:3]).shape == (3, 2)
        assert [w.shape for w in subclassed.weights()] == [(3, 3, 1, 2), (2,), (32, 2), (2,)]
        assert [each.class_name for each in subclassed.layers] == ["Conv2D", "Flatten", "Dense"]

        conv, flatten, dense = student.model(student.functional()).layers
        assert (conv.name, conv.inbound) == ("conv", ("image",))
        assert (conv.input_shape, conv.output_shape) == ((None, 6, 6, 1), (None, 4, 4, 2))
        assert conv.weight_shapes == ((3, 3, 1, 2), (2,))
        assert flatten.class_name == "Flatten"
        assert dense.config["activation"] == "softmax"


def test_a_model_of_the_suites_own_design_is_made_inside(warm_process: WarmProcess) -> None:
    images, _ = stripes()
    layers = [("Conv2D", {"filters": 2, "kernel_size": (3, 3)}), ("Flatten", {})]
    with sandbox(warm_process, "", limits=LIMITS) as inside:
        model = Student(inside).make_model((6, 6, 1), layers)
        kernel, bias = model.weights()
        model.set_weights([np.zeros_like(kernel), bias + 3])
        np.testing.assert_array_equal(model.predict(images), 3)


FILLED = """
    import keras

    def build():
        layers = keras.layers
        return keras.Sequential([
            keras.Input((6, 6, 3)),
            layers.Conv2D(4, 3),
            layers.BatchNormalization(),
            keras.Sequential([layers.Flatten(), layers.Dropout(0.5), layers.Dense(2)]),
        ])

    def unbuilt():
        return keras.Sequential([keras.layers.Dense(2)])
"""


def test_weights_are_drawn_inside_as_they_are_outside(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, FILLED, limits=LIMITS) as inside:
        model = Student(inside).model(Student(inside).build())
        shapes = model.weight_shapes()
        assert shapes == [(3, 3, 3, 4), (4,), (4,), (4,), (4,), (4,), (64, 2), (2,)]
        model.fill(5, scale=0.5)
        for got, drawn in zip(model.weights(), filled(shapes, 5, scale=0.5), strict=True):
            assert got.dtype == drawn.dtype == np.float32
            np.testing.assert_array_equal(got, drawn)


def test_a_model_that_is_not_built_has_nothing_to_fill(warm_process: WarmProcess) -> None:
    with sandbox(warm_process, FILLED, limits=LIMITS) as inside:
        student = Student(inside)
        model = student.model(student.unbuilt())
        model.fill(5)
        assert model.weight_shapes() == []
        assert model.predict(np.ones((1, 3), np.float32)).shape == (1, 2)


def test_layers_that_always_drop_units_can_be_made_to_drop_none(warm_process: WarmProcess) -> None:
    cell = """
        import keras

        class Restless(keras.layers.Dropout):
            def call(self, inputs, training=False):
                return super().call(inputs, training=True)

        def build():
            return keras.Sequential([keras.Input((50,)), Restless(0.5), keras.layers.Dense(2)])
    """
    x = np.ones((2, 50), np.float32)
    with sandbox(warm_process, cell, limits=LIMITS) as inside:
        student = Student(inside)
        model = student.model(student.build())
        model.set_weights([np.ones((50, 2), np.float32), np.zeros(2, np.float32)])
        for training in (False, True):
            np.testing.assert_allclose(model.predict(x, training=training, dropping=False), 50.0)
        assert not np.allclose(model.predict(x), 50.0)
        assert [each.shape for each in model.weights(1)] == [(50, 2)]


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "bfloat16"])
def test_a_model_of_mixed_precision_answers_in_float32(
    warm_process: WarmProcess, policy: str
) -> None:
    """One that keeps its weights in bfloat16 answers in that, and its name comes along."""
    x, _ = stripes()
    with sandbox(warm_process, CELL, limits=LIMITS) as student:
        plain = student.call("build").value
        weights = student.ask(plain, "get_weights").value
        wanted = student.ask(plain, "predict", x).value
    change = f"keras.config.set_dtype_policy({policy!r})"
    with sandbox(warm_process, CELL, change, limits=LIMITS) as student:
        model = student.call("build").value
        student.ask(model, "set_weights", weights)
        answer = student.ask(model, "predict", x).value
        assert shown_dtype(answer) == ("float32" if policy.startswith("mixed") else policy)
        if policy.startswith("mixed"):
            np.testing.assert_allclose(answer, wanted, rtol=1e-5)
        student.call("train", [model, *stripes()])
        assert student.ask(model, "predict", x).value.shape == wanted.shape


WIDE = """
    import keras

    def wide():
        return keras.Sequential([keras.Input((700,)), keras.layers.Dense(1500)])

    def fitted(model, x, y):
        model.compile("sgd", "mse", run_eagerly=False)
        model.fit(x, y, verbose=0)
        return model.run_eagerly
"""


def test_few_numbers_among_zeros_are_set_in_a_large_layer(warm_process: WarmProcess) -> None:
    kernel, other = np.zeros((2, 700, 1500), np.float32)
    kernel[3:5, 7:9] = [[1, 2], [3, 4]]
    other[600, 1400] = 5
    bias = np.arange(1500, dtype=np.float32)
    with sandbox(warm_process, WIDE, limits=LIMITS) as inside:
        student = Student(inside)
        with student.without_initial_weights():
            model = student.model(student.wide())
        assert not model.weights()[0].any()
        for wanted in (kernel, other, other + 1):
            model.set_weights([wanted, bias])
            for got, each in zip(model.weights(), (wanted, bias), strict=True):
                np.testing.assert_array_equal(got, each)
        assert student.model(student.wide()).weights()[0].any()  # drawn again
        with pytest.raises(CallFailed):
            model.set_weights([kernel[:-1], bias])


def test_an_eager_model_is_never_compiled(warm_process: WarmProcess) -> None:
    x, y = np.ones((4, 2), np.float32), np.ones((4, 1), np.float32)
    with sandbox(warm_process, WIDE, limits=LIMITS) as inside:
        student = Student(inside)
        for eager in (False, True):
            model = student.make_model((2,), [("Dense", {"units": 1})], eager=eager)
            before = model.weights()
            assert student.fitted(model.handle, x, y) is eager
            assert not np.array_equal(before[1], model.weights()[1])
