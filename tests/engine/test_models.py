"""A student's model behind a handle: asked across the boundary, its answers never trusted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sandboxes import sandbox

from autograder.sandbox import CallFailed, Sandbox, StudentRaised, WarmProcess
from autograder.suite import Mismatch
from autograder.suite.student import Student, describe_call

CELL = """
    import numpy as np

    class Layer:
        def __init__(self, name):
            self.name = name
            self.weights = [np.zeros((2, 3))]
        def get_config(self):
            return {"units": 3, "activation": np.tanh, "sizes": (1, 2)}

    class Model:
        def __init__(self, layers):
            self.layers = layers
            self.kept = [np.ones((2, 3), np.float32), np.zeros(3, np.float32)]
        def get_weights(self):
            return self.kept
        def set_weights(self, weights):
            if len(weights) != 2:
                raise ValueError("two, please")
            self.kept = weights
        def predict(self, x, verbose):
            return x @ self.kept[0] + self.kept[1]
        def __call__(self, x, training):
            return -x if training else x

    class Secretive(Layer):
        def get_config(self):
            raise RuntimeError("not telling")

    class Liar(Model):
        def get_weights(self):
            return self.answer
        predict = lambda self, x, verbose: self.answer

    def build():
        return Model([Layer("first"), Model([Layer("inner"), Secretive("secret")])])

    def lying(answer):
        model = Liar(answer)
        model.answer = answer
        return model

    def lying_with_objects():
        return lying([object()])

    def endless():
        model = build()
        model.layers.append(model)
        return model

    def something():
        return object()

    class History:
        history = {"loss": [np.float32(2), 1], "accuracy": np.array([0.5, 1.0])}

    def history_():
        return History()

    def identity(value):
        return value

    def number():
        return 5

    def nothing():
        pass
"""


@pytest.fixture
def student(warm_process: WarmProcess) -> Iterator[Student]:
    with sandbox(warm_process, CELL) as inside:
        yield Student(inside)


def test_weights_go_in_and_out_and_predictions_follow_them(student: Student) -> None:
    model = student.model(student.build())
    assert [weight.shape for weight in model.weights()] == [(2, 3), (3,)]
    model.set_weights([np.eye(2, 3), np.arange(3.0)])
    np.testing.assert_array_equal(model.predict(np.array([[5.0, 7.0]])), [[5, 8, 2]])


def test_what_is_asked_once_is_shared_by_later_tests(student: Student) -> None:
    asked = []

    def ask(student: Student, value: int) -> int:
        asked.append(value)
        return student.identity(value) + 1

    assert [student.once(ask, 5), student.once(ask, 6)] == [6, 6]
    assert asked == [5]


def test_what_failed_once_fails_alike_in_later_tests(student: Student) -> None:
    def ask(student: Student) -> None:
        student.missing(5)

    told = []
    for _ in range(2):
        student.begin({}, None)
        with pytest.raises(CallFailed) as failed:
            student.once(ask)
        told.append((failed.value.message, student.last_call))
    assert told[0] == told[1]
    assert "missing(5)" in told[0][1]


def test_layers_of_nested_models_stand_in_their_place(student: Student) -> None:
    layers = student.model(student.build()).layers
    assert [layer.name for layer in layers] == ["first", "inner", "secret"]
    assert layers[0].class_name == "Layer"
    assert layers[0].config == {"units": 3, "activation": "tanh", "sizes": [1, 2]}
    assert layers[0].weight_shapes == ((2, 3),)
    assert (layers[0].output_shape, layers[0].inbound) == (None, ())


def test_a_layer_that_does_not_tell_its_configuration_has_none(student: Student) -> None:
    assert student.model(student.build()).layers[2].config == {}


def test_a_model_that_contains_itself_ends(student: Student) -> None:
    assert student.model(student.endless()).layers


def test_a_failure_tells_which_question_was_asked(student: Student) -> None:
    model = student.model(student.build())
    with pytest.raises(StudentRaised) as failure:
        model.set_weights([np.zeros(1)])
    told = student.as_called(failure.value.message)
    assert told.startswith("model.set_weights([<float64 array of shape (1,)>]) raised ValueError")


def test_predictions_may_be_those_of_training(student: Student) -> None:
    model = student.model(student.build())
    np.testing.assert_array_equal(model.predict(np.ones((1, 2)), training=True), [[-1, -1]])
    assert student.as_called("predict raised") == (
        "model(<float64 array of shape (1, 2)>, training=True) raised"
    )


@pytest.mark.parametrize("name", ["something", "number", "nothing"])
def test_what_is_no_model_is_refused(student: Student, name: str) -> None:
    with pytest.raises(Mismatch, match=r"not a Keras model|returned None"):
        student.model(getattr(student, name)())


LIES = [5, "text", [1.0], [np.array(["a"])], [np.array([1j])], {"a": 1}, None, [[np.zeros(2)]]]


@pytest.mark.parametrize("lie", LIES, ids=repr)
def test_answers_of_another_kind_fail(student: Student, lie: object) -> None:
    model = student.model(student.lying(lie))
    for question in (model.weights, lambda: model.predict(np.zeros((1, 2)))):
        with pytest.raises((Mismatch, StudentRaised)):
            question()


def test_an_object_among_the_weights_is_a_mismatch(student: Student) -> None:
    with pytest.raises(Mismatch):
        student.model(student.lying_with_objects()).weights()


@pytest.mark.parametrize("lie", LIES, ids=repr)
def test_layers_of_another_kind_fail_and_never_raise_otherwise(
    student: Student, lie: object
) -> None:
    model = student.model(student.lying(lie))
    with pytest.raises((Mismatch, CallFailed)):
        _ = model.layers


# -- histories -----------------------------------------------------------------------------


def test_a_history_is_read_as_its_dict(student: Student) -> None:
    assert student.history(student.history_()) == {"loss": [2, 1], "accuracy": [0.5, 1]}


def test_a_dict_of_lists_is_read(student: Student) -> None:
    returned = student.identity({"loss": [np.float32(0.5), 2], "accuracy": np.ones(2)})
    assert student.history(returned) == {"loss": [0.5, 2], "accuracy": [1, 1]}


@pytest.mark.parametrize(
    "value",
    [None, 5, [1.0], {1: [1.0]}, {"a": 5}, {"a": ["b"]}, {"a": [10**400]}, {"a": np.ones((2, 2))}],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_history_is_refused(student: Student, value: object) -> None:
    with pytest.raises(Mismatch):
        student.history(student.identity(value))


def test_an_object_without_a_history_fails(student: Student) -> None:
    with pytest.raises(CallFailed):
        student.history(student.something())


# -- forged answers ------------------------------------------------------------------------

FORGED = """
    from autograder.sandbox.protocol import model_queries
    answer = None
    model_queries.MODEL_QUERIES["layers"] = lambda model: answer
    model_queries.MODEL_QUERIES["is_model"] = lambda model: True
    def say(value):
        global answer
        answer = value
    def build():
        return object()
"""
SOUND = {
    "class": "Dense",
    "name": "dense",
    "config": {"units": 10},
    "input_shape": (None, 84),
    "output_shape": (None, 10),
    "weights": [(84, 10), (10,)],
    "inbound": [],
}


@pytest.fixture(scope="module")
def forger(warm_process: WarmProcess) -> Iterator[Sandbox]:
    with sandbox(warm_process, FORGED) as inside:
        yield inside


def test_a_sound_summary_is_read(forger: Sandbox) -> None:
    student = Student(forger)
    student.say([SOUND])
    (layer,) = student.model(student.build()).layers
    assert (layer.class_name, layer.output_shape) == ("Dense", (None, 10))


@pytest.mark.parametrize(
    "wrong",
    [
        {"class": 5},
        {"name": "n" * 300},
        {"config": {"units": np.zeros(3)}},
        {"config": [1]},
        {"config": {1: 2}},
        {"output_shape": (-1,)},
        {"output_shape": (1.5,)},
        {"output_shape": (True,)},
        {"output_shape": [1]},
        {"weights": [5]},
        {"inbound": [None]},
        {"more": 1},
    ],
    ids=repr,
)
def test_a_forged_summary_is_a_mismatch(forger: Sandbox, wrong: dict[str, object]) -> None:
    student = Student(forger)
    student.say([{**SOUND, **wrong}])
    with pytest.raises(Mismatch):
        _ = student.model(student.build()).layers


def test_a_call_with_arrays_in_containers_is_told_by_their_shapes() -> None:
    told = describe_call("f", ({"a": np.zeros((100, 2))}, [np.zeros(3)], [1, (2, 3)]), {})
    assert told == (
        "f({'a': <float64 array of shape (100, 2)>}, [<float64 array of shape (3,)>], [1, (2, 3)])"
    )
