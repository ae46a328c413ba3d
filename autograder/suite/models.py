"""A student's Keras model for hidden tests: it stays in the worker process and answers queries.

What the model says about its layers is a claim. Its weights are values, and so are its outputs for
inputs and weights that the suite chose. This module checks the type of every answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.sandbox import Handle
from autograder.sandbox.protocol import seeded_weights, sparse_arrays
from autograder.suite.expect import Mismatch, shown

MAX_LAYERS = 1000
MAX_WEIGHTS = 2000
MAX_FILLED = 100_000_000
MAX_NAME = 200
_LAYER_KEYS = {"class", "name", "config", "input_shape", "output_shape", "weights", "inbound"}

Shape = tuple[int | None, ...]
Ask = Callable[[Handle | None, str, tuple[Any, ...]], Any]
"""Sends a query about a handle across the boundary: `ask(handle, question, arguments)`."""


@dataclass(frozen=True)
class LayerSummary:
    """What one layer says about itself: claims, for feedback and for tests of little weight.

    Shapes have None for the batch size. A shape is None in a model that was never called on
    symbolic inputs, such as a subclassed model. `inbound` names the layers whose outputs this layer
    takes.
    """

    class_name: str
    name: str
    config: Mapping[str, Any]
    input_shape: Shape | None
    output_shape: Shape | None
    weight_shapes: tuple[Shape, ...]
    inbound: tuple[str, ...]


class Model:
    """A Keras model of the student or of the suite. Pass its `handle` to calls."""

    def __init__(self, handle: Handle, ask: Ask) -> None:
        self.handle = handle
        self._ask = ask

    @property
    def layers(self) -> tuple[LayerSummary, ...]:
        """The layers in order: claims. Input layers are left out, nested models are expanded.

        Raises:
            CallFailed: the model cannot answer.
            Mismatch: the answer is not a list of layers.
        """
        answer = self._ask(self.handle, "layers", ())
        if type(answer) is not list or len(answer) > MAX_LAYERS:
            raise Mismatch("has layers that cannot be read.", shown(answer, 400))
        return tuple(map(_layer, answer))

    def weights(self, count: int | None = None) -> list[NDArray[Any]]:
        """Copies of the weights, in Keras' order; an empty list if the model has not been built.

        Args:
            count: how many of the arrays, from the first one on; by default all.

        Raises:
            CallFailed: the model cannot answer.
            Mismatch: the answer is not a list of arrays of numbers.
        """
        answer = self._ask(self.handle, "get_weights", () if count is None else (count,))
        if (
            type(answer) is not list
            or len(answer) > MAX_WEIGHTS
            or not all(map(_is_numeric, answer))
        ):
            raise Mismatch("gave weights that are not a list of arrays of numbers.", shown(answer))
        return answer

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Set the weights, in Keras' order.

        Raises:
            CallFailed: the weights do not fit.
        """
        packed = [sparse_arrays.packed(np.asarray(weight)) for weight in weights]
        self._ask(self.handle, "set_weights", (packed,))

    def weight_shapes(self) -> list[tuple[int, ...]]:
        """The shapes of the weights, in Keras' order: a claim, which `weights` would prove.

        Raises:
            CallFailed: the model cannot answer.
            Mismatch: the answer is not a list of shapes.
        """
        answer = self._ask(self.handle, "weight_shapes", ())
        sound = type(answer) is list and len(answer) <= MAX_WEIGHTS and all(map(_is_shape, answer))
        if not sound or any(None in shape for shape in answer):
            raise Mismatch("has weights whose shapes cannot be read.", shown(answer, 400))
        shapes: list[tuple[int, ...]] = answer
        return shapes

    def fill(self, seed: int, scale: float = seeded_weights.HE) -> None:
        """Set all weights to values drawn from a seed, inside. `filled` returns the same values.

        Raises:
            CallFailed: the weights cannot be set.
        """
        self._ask(self.handle, "fill", (int(seed), float(scale)))

    def predict(
        self, x: NDArray[Any], *, training: bool = False, dropping: bool = True
    ) -> NDArray[Any]:
        """The outputs for a batch, without dropout and similar layers. Builds the model if needed.

        Args:
            x: the inputs, with the batch as the first axis.
            training: compute the outputs in training mode, in one call for all inputs.
            dropping: whether Keras' layers of dropout do what they do; else they drop nothing.

        Raises:
            CallFailed: the model cannot take these inputs.
            Mismatch: the answer is not an array of numbers.
        """
        options = (training, dropping) if not dropping else (True,) if training else ()
        answer = self._ask(self.handle, "predict", (x, *options))
        if not _is_numeric(answer):
            raise Mismatch("predicted something that is not an array of numbers.", shown(answer))
        outputs: NDArray[Any] = answer
        return outputs


def model_of(value: Any, ask: Ask) -> Model:
    """The model that a call returned.

    Raises:
        Mismatch: the call did not return a model.
        CallFailed: the worker process has ended.
    """
    if value is None:
        raise Mismatch("returned None; does the function end with a `return`?")
    if not isinstance(value, Handle):
        raise Mismatch(f"returned a {type(value).__name__}, not a Keras model.")
    if ask(value, "is_model", ()) is not True:
        raise Mismatch(f"returned a {value.type_name[:MAX_NAME]}, not a Keras model.")
    return Model(value, ask)


def history_of(value: Any, ask: Ask) -> dict[str, list[float]]:
    """The training history that a call returned: a dict of lists, or Keras' `History`.

    Raises:
        Mismatch: the call returned something else.
        CallFailed: the worker process cannot answer.
    """
    if value is None:
        raise Mismatch("returned None; does the function end with a `return`?")
    answer = ask(value, "history", ()) if isinstance(value, Handle) else value
    kind = value.type_name[:MAX_NAME] if isinstance(value, Handle) else type(value).__name__
    if type(answer) is not dict or not all(type(name) is str for name in answer):
        raise Mismatch(f"returned a {kind}, not a dict of lists or a History.")
    history = {}
    for name, row in answer.items():
        numbers = np.asarray(row) if _is_numeric(row) or _is_list_of_numbers(row) else None
        if numbers is None or numbers.ndim != 1:
            raise Mismatch(f"returned a dict whose {name[:40]!r} is not a list of numbers.")
        history[name] = [float(each) for each in numbers]
    return history


def make_model(
    input_shape: Sequence[int],
    layers: Sequence[tuple[str, Mapping[str, Any]]],
    ask: Ask,
    *,
    eager: bool = False,
) -> Model:
    """Make a sequential Keras model inside; see `Student.make_model`.

    Args:
        input_shape: of one input.
        layers: class names and arguments of Keras' layers, in order.
        ask: sends queries across the boundary.
        eager: whether `fit` computes without compiling.

    Raises:
        CallFailed: the model could not be made.
        Mismatch: the answer is not a model.
    """
    plain = [(name, dict(config)) for name, config in layers]
    options = (True,) if eager else ()
    handle = ask(None, "make_sequential", (tuple(input_shape), plain, *options))
    if not isinstance(handle, Handle):
        raise Mismatch("was given no model: the process that should make it answers otherwise.")
    return Model(handle, ask)


def filled(
    shapes: Sequence[Sequence[int]], seed: int, scale: float = seeded_weights.HE
) -> list[NDArray[np.float32]]:
    """The weights that `Model.fill` sets in a model whose weights have these shapes.

    They come in the order of the shapes. See `seeded_weights.weights` for how they are drawn.

    Raises:
        Mismatch: the weights would need too much memory here. The shapes may be a student's claim.
    """
    if sum(math.prod(max(1, size) for size in shape) for shape in shapes) > MAX_FILLED:
        raise Mismatch(f"has more than {MAX_FILLED:,} weights.")
    return list(seeded_weights.weights(shapes, seed, scale))


def _layer(answer: Any) -> LayerSummary:
    if type(answer) is not dict or set(answer) != _LAYER_KEYS or not _is_plain(answer["config"]):
        raise Mismatch("has a layer that cannot be read.", shown(answer, 400))
    names, weights = answer["inbound"], answer["weights"]
    sound = (
        _is_name(answer["class"])
        and _is_name(answer["name"])
        and type(answer["config"]) is dict
        and type(names) is list
        and all(map(_is_name, names))
        and type(weights) is list
        and all(map(_is_shape, weights))
        and all(
            answer[end] is None or _is_shape(answer[end]) for end in ("input_shape", "output_shape")
        )
    )
    if not sound:
        raise Mismatch("has a layer that cannot be read.", shown(answer, 400))
    return LayerSummary(
        class_name=answer["class"],
        name=answer["name"],
        config=answer["config"],
        input_shape=answer["input_shape"],
        output_shape=answer["output_shape"],
        weight_shapes=tuple(weights),
        inbound=tuple(names),
    )


def _is_name(value: Any) -> bool:
    return type(value) is str and len(value) <= MAX_NAME


def _is_shape(value: Any) -> bool:
    return (
        type(value) is tuple
        and len(value) <= 32
        and all(size is None or (type(size) is int and 0 <= size < 1 << 63) for size in value)
    )


def _is_plain(value: Any) -> bool:
    """Whether JSON can express the value. The codec has limited its size and depth already."""
    if type(value) is dict:
        return all(type(key) is str and _is_plain(item) for key, item in value.items())
    if type(value) is list:
        return all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, float, str)


def _is_list_of_numbers(value: Any) -> bool:
    return type(value) in (list, tuple) and all(
        isinstance(each, float | np.floating | np.integer)
        or (type(each) is int and abs(each) < 1 << 63)
        or (_is_numeric(each) and each.ndim == 0)
        for each in value
    )


def _is_numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
