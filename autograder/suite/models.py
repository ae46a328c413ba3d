"""A student's Keras model as hidden tests see it: it stays inside and is asked across the boundary.

What it says of its layers is a claim. Its weights, and its answers to inputs and weights that the
suite chose, are values. Everything is checked here to be of the kind that was asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograder.sandbox import Handle
from autograder.sandbox.protocol import seeded_weights
from autograder.suite.expect import Mismatch, shown

MAX_LAYERS = 1000
MAX_WEIGHTS = 2000
MAX_FILLED = 100_000_000
MAX_NAME = 200
_LAYER_KEYS = {"class", "name", "config", "input_shape", "output_shape", "weights", "inbound"}

Shape = tuple[int | None, ...]
Ask = Callable[[Handle | None, str, tuple[Any, ...]], Any]
"""Asks a handle a question across the boundary: `ask(handle, question, arguments)`."""


@dataclass(frozen=True)
class LayerSummary:
    """What one layer says of itself: claims, good for feedback and for tests of little weight.

    Shapes have None for the batch, and are None themselves in a model that was never called on
    symbolic inputs, as a subclassed one. `inbound` names the layers whose outputs it takes.
    """

    class_name: str
    name: str
    config: Mapping[str, Any]
    input_shape: Shape | None
    output_shape: Shape | None
    weight_shapes: tuple[Shape, ...]
    inbound: tuple[str, ...]


class Model:
    """One model of the student's, or one that the suite had made; `handle` passes it to calls."""

    def __init__(self, handle: Handle, ask: Ask) -> None:
        self.handle = handle
        self._ask = ask

    @property
    def layers(self) -> tuple[LayerSummary, ...]:
        """Its layers in order, without inputs, those of nested models in their place: claims.

        Raises:
            CallFailed: it cannot tell.
            Mismatch: what came is not a list of layers.
        """
        said = self._ask(self.handle, "layers", ())
        if type(said) is not list or len(said) > MAX_LAYERS:
            raise Mismatch("has layers that cannot be read.", shown(said, 400))
        return tuple(map(_layer, said))

    def weights(self) -> list[NDArray[Any]]:
        """Copies of its weights, in Keras' order; none where it has not been built.

        Raises:
            CallFailed: it cannot tell.
            Mismatch: what came is not a list of arrays of numbers.
        """
        said = self._ask(self.handle, "get_weights", ())
        if type(said) is not list or len(said) > MAX_WEIGHTS or not all(map(_is_numeric, said)):
            raise Mismatch("gave weights that are not a list of arrays of numbers.", shown(said))
        return said

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Put weights into it, in Keras' order.

        Raises:
            CallFailed: they do not fit.
        """
        self._ask(self.handle, "set_weights", ([np.asarray(weight) for weight in weights],))

    def weight_shapes(self) -> list[tuple[int, ...]]:
        """The shapes of its weights, in Keras' order: a claim that `weights` would prove.

        Raises:
            CallFailed: it cannot tell.
            Mismatch: what came is not a list of shapes.
        """
        said = self._ask(self.handle, "weight_shapes", ())
        sound = type(said) is list and len(said) <= MAX_WEIGHTS and all(map(_is_shape, said))
        if not sound or any(None in shape for shape in said):
            raise Mismatch("has weights whose shapes cannot be read.", shown(said, 400))
        shapes: list[tuple[int, ...]] = said
        return shapes

    def fill(self, seed: int, scale: float = seeded_weights.HE) -> None:
        """Draw all its weights from a seed, inside; `filled` gives the same ones.

        Raises:
            CallFailed: it does not let itself be filled.
        """
        self._ask(self.handle, "fill", (int(seed), float(scale)))

    def predict(self, x: NDArray[Any], *, training: bool = False) -> NDArray[Any]:
        """Its outputs for a batch, without dropout and the like; this builds it, if need be.

        With `training` they are those that it has while it is trained, of one call for all inputs.

        Raises:
            CallFailed: it cannot take these inputs.
            Mismatch: what came is not an array of numbers.
        """
        said = self._ask(self.handle, "predict", (x, True) if training else (x,))
        if not _is_numeric(said):
            raise Mismatch("predicted something that is not an array of numbers.", shown(said))
        outputs: NDArray[Any] = said
        return outputs


def model_of(value: Any, ask: Ask) -> Model:
    """The model that a call returned.

    Raises:
        Mismatch: it returned something else.
        CallFailed: its process has ended meanwhile.
    """
    if value is None:
        raise Mismatch("returned None; does the function end with a `return`?")
    if not isinstance(value, Handle):
        raise Mismatch(f"returned a {type(value).__name__}, not a Keras model.")
    if ask(value, "is_model", ()) is not True:
        raise Mismatch(f"returned a {value.type_name[:MAX_NAME]}, not a Keras model.")
    return Model(value, ask)


def history_of(value: Any, ask: Ask) -> dict[str, list[float]]:
    """What a training function returned: a dict of lists, or a `History` of Keras.

    Raises:
        Mismatch: it returned something else.
        CallFailed: it cannot tell.
    """
    if value is None:
        raise Mismatch("returned None; does the function end with a `return`?")
    said = ask(value, "history", ()) if isinstance(value, Handle) else value
    kind = value.type_name[:MAX_NAME] if isinstance(value, Handle) else type(value).__name__
    if type(said) is not dict or not all(type(name) is str for name in said):
        raise Mismatch(f"returned a {kind}, not a dict of lists or a History.")
    history = {}
    for name, row in said.items():
        numbers = np.asarray(row) if _is_numeric(row) or _is_list_of_numbers(row) else None
        if numbers is None or numbers.ndim != 1:
            raise Mismatch(f"returned a dict whose {name[:40]!r} is not a list of numbers.")
        history[name] = [float(each) for each in numbers]
    return history


def make_model(
    input_shape: Sequence[int], layers: Sequence[tuple[str, Mapping[str, Any]]], ask: Ask
) -> Model:
    """A sequential Keras model of the suite's own design, inside: `("Dense", {"units": 10})`.

    For exercises that train a model, so that they rest on no other exercise. Give it weights with
    `set_weights`: those that it is born with are not the suite's.

    Raises:
        CallFailed: it could not be made.
    """
    plain = [(name, dict(config)) for name, config in layers]
    handle = ask(None, "make_sequential", (tuple(input_shape), plain))
    if not isinstance(handle, Handle):
        raise Mismatch("was given no model: the process that should make it answers otherwise.")
    return Model(handle, ask)


def filled(
    shapes: Sequence[Sequence[int]], seed: int, scale: float = seeded_weights.HE
) -> list[NDArray[np.float32]]:
    """The weights that `Model.fill` gives a model whose weights have these shapes, in their order.

    See `seeded_weights.weights` for how they are drawn.

    Raises:
        Mismatch: they would be too many to be held here; shapes may be what a student claims.
    """
    if sum(math.prod(max(1, size) for size in shape) for shape in shapes) > MAX_FILLED:
        raise Mismatch(f"has more than {MAX_FILLED:,} weights.")
    return list(seeded_weights.weights(shapes, seed, scale))


def _layer(said: Any) -> LayerSummary:
    if type(said) is not dict or set(said) != _LAYER_KEYS or not _is_plain(said["config"]):
        raise Mismatch("has a layer that cannot be read.", shown(said, 400))
    names, weights = said["inbound"], said["weights"]
    sound = (
        _is_name(said["class"])
        and _is_name(said["name"])
        and type(said["config"]) is dict
        and type(names) is list
        and all(map(_is_name, names))
        and type(weights) is list
        and all(map(_is_shape, weights))
        and all(
            said[end] is None or _is_shape(said[end]) for end in ("input_shape", "output_shape")
        )
    )
    if not sound:
        raise Mismatch("has a layer that cannot be read.", shown(said, 400))
    return LayerSummary(
        class_name=said["class"],
        name=said["name"],
        config=said["config"],
        input_shape=said["input_shape"],
        output_shape=said["output_shape"],
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
    """Whether it is what JSON could hold; its size and depth the wire has bounded."""
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
