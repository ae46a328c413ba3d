"""The queries about a handle, by name: what the trusted side may ask about a Keras model.

They run inside the worker process. Their answers are claims: plain data, or refused by the codec.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from autograder.sandbox.protocol import seeded_weights, sparse_arrays

MAX_LAYERS = 1000
DEPTH = 8  # of models in models
AT_ONCE = 256  # for so many inputs, calling the model is cheaper than compiling `predict`


def _fill(model: Any, seed: int, scale: float) -> None:
    """Set weights drawn from a seed, one array at a time: two copies of all never exist."""
    shapes = (tuple(weight.shape) for weight in model.weights)
    for weight, drawn in zip(
        model.weights, seeded_weights.weights(shapes, seed, scale), strict=True
    ):
        weight.assign(drawn)


def _weight_shapes(model: Any) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in model.weights]


def _is_model(value: Any) -> bool:
    methods = ("get_weights", "set_weights", "predict")
    return all(callable(getattr(value, name, None)) for name in methods)


def _get_weights(model: Any, count: int | None = None) -> Any:
    if count is None:
        return list(model.get_weights())
    return [weight.numpy() for weight in model.weights[:count]]


def _set_weights(model: Any, weights: Any) -> None:
    if any(isinstance(weight, dict) for weight in weights):
        for variable, weight in zip(model.weights, weights, strict=True):
            _assign(variable, weight)
    else:
        model.set_weights(weights)


def _assign(variable: Any, weight: Any) -> None:
    """Set a variable. Few numbers among many zeros are put into one that is zero, in place."""
    import keras

    update = getattr(variable.value, "scatter_nd_update", None)
    is_sparse = isinstance(weight, dict) and not weight["base"].any()
    is_same = is_sparse and weight["shape"] == tuple(variable.shape)
    if update and is_same and not bool(keras.ops.any(variable)):
        places = np.stack(np.unravel_index(weight["places"], weight["shape"]), axis=1)
        update(places, weight["values"])
    else:
        variable.assign(sparse_arrays.unpacked(weight))


def _predict(model: Any, inputs: Any, training: bool = False, dropping: bool = True) -> Any:
    keras = sys.modules.get("keras")
    is_keras = keras is not None and isinstance(model, keras.Model)
    with ExitStack() as changed:
        if is_keras:
            changed.enter_context(_in_float32(model, keras))
        if is_keras and not dropping:
            changed.enter_context(_without_dropout(model))
        if training:
            return model(inputs, training=True)
        if is_keras and len(inputs) <= AT_ONCE:
            return model(inputs, training=False)
        return model.predict(inputs, verbose=0)


@contextmanager
def _in_float32(model: Any, keras: Any) -> Iterator[None]:
    """Let layers of mixed precision compute in float32, as their weights are stored.

    Mixed precision makes training faster. It does not change which network this is, but it hides
    small differences.
    """
    halved = [
        (layer, layer.dtype_policy)
        for layer in model._flatten_layers()
        if layer.dtype_policy.compute_dtype in ("float16", "bfloat16")
        and layer.dtype_policy.variable_dtype == "float32"
    ]
    _set_policies(model, [(layer, keras.DTypePolicy("float32")) for layer, _ in halved])
    try:
        yield
    finally:
        _set_policies(model, halved)


@contextmanager
def _without_dropout(model: Any) -> Iterator[None]:
    """Let layers of dropout pass on what they get, those too that drop outside of training."""
    rates = [
        (layer, layer.rate)
        for layer in model._flatten_layers()
        if any("Dropout" in kind.__name__ for kind in type(layer).__mro__)
        and isinstance(getattr(layer, "rate", None), int | float)
    ]
    for layer, _ in rates:
        layer.rate = 0.0
    model.predict_function = None
    try:
        yield
    finally:
        for layer, rate in rates:
            layer.rate = rate
        model.predict_function = None


def _set_policies(model: Any, policies: list[tuple[Any, Any]]) -> None:
    for layer, policy in policies:
        layer.dtype_policy = policy
    if policies:
        model.predict_function = None  # the compiled function has the other precision


def _layers(model: Any) -> list[dict[str, Any]]:
    return [
        {
            "class": type(layer).__name__,
            "name": layer.name,
            "config": _config_of(layer),
            "input_shape": _shape(layer, "input"),
            "output_shape": _shape(layer, "output"),
            "weights": [tuple(weight.shape) for weight in layer.weights],
            "inbound": _inbound(layer),
        }
        for layer in itertools.islice(_leaves(model, DEPTH), MAX_LAYERS)
    ]


def _leaves(model: Any, depth: int) -> Iterator[Any]:
    """The layers of a model in order; a nested model is replaced by its layers."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            if depth:
                yield from _leaves(layer, depth - 1)
        elif type(layer).__name__ != "InputLayer":
            yield layer


def _config_of(layer: Any) -> Any:
    """Its configuration; empty if the student's own class does not provide one."""
    try:
        return _plain(layer.get_config())
    except Exception:  # that class may raise anything
        return {}


def _shape(layer: Any, end: str) -> tuple[Any, ...] | None:
    """The shape of the input or output tensor of a layer; None unless there is exactly one."""
    try:
        return tuple(getattr(layer, end).shape)
    except (AttributeError, TypeError, ValueError):
        return None


def _inbound(layer: Any) -> list[str]:
    """Names of the layers on whose outputs it was called when the model was built."""
    nodes = getattr(layer, "_inbound_nodes", ())
    names = [
        history.operation.name
        for node in nodes
        for tensor in node.input_tensors
        if (history := getattr(tensor, "_keras_history", None)) is not None
    ]
    return list(dict.fromkeys(names))


def _history(value: Any) -> Any:
    """The record of a Keras `History`: a list of numbers for each quantity."""
    return {name: [float(each) for each in row] for name, row in value.history.items()}


def _config(model: Any) -> Any:
    return _plain(model.get_config())


def _count_params(model: Any) -> int:
    return int(model.count_params())


def _make_sequential(_: None, input_shape: Any, layers: Any, eager: bool = False) -> Any:
    """A plain Keras model that the suite describes, for exercises that train one.

    An eager one computes each step as Python says, whatever `compile` is told: a few steps take
    less time than compiling one.
    """
    import keras

    made = [getattr(keras.layers, name)(**config) for name, config in layers]
    kind = type("Sequential", (keras.Sequential,), _EAGER) if eager else keras.Sequential
    return kind([keras.Input(tuple(input_shape)), *made])


_EAGER = {"run_eagerly": property(lambda model: True, lambda model, value: None)}


def _draw_initial_weights(_: None, wanted: bool) -> None:
    """Let Keras draw the initial weights of models, or let it leave those of large layers at zero.

    Drawing millions of them takes long, for a model whose weights the suite sets.
    """
    import keras

    for name in ("RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling"):
        kind = getattr(keras.initializers, name)
        draw = _INITIALIZERS.setdefault(name, kind.__call__)
        kind.__call__ = draw if wanted else _zeros_where_large(draw, keras)


_INITIALIZERS: dict[str, Callable[..., Any]] = {}
"""How Keras' initializers draw, by their names."""
LARGE = 1_000_000


def _zeros_where_large(draw: Callable[..., Any], keras: Any) -> Callable[..., Any]:
    def called(initializer: Any, shape: Any, dtype: Any = None) -> Any:
        if math.prod(shape) < LARGE:
            return draw(initializer, shape, dtype)
        return keras.ops.zeros(shape, dtype or keras.config.floatx())

    return called


def _make_generator(_: None, seed: int) -> Any:
    return np.random.default_rng(seed)


def _plain(value: Any) -> Any:
    """Configuration as JSON types; anything else becomes its own name or that of its type."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(getattr(value, "__name__", type(value).__name__))


MODEL_QUERIES: dict[str, Callable[..., Any]] = {
    "config": _config,
    "count_params": _count_params,
    "draw_initial_weights": _draw_initial_weights,
    "fill": _fill,
    "get_weights": _get_weights,
    "history": _history,
    "is_model": _is_model,
    "layers": _layers,
    "make_generator": _make_generator,
    "make_sequential": _make_sequential,
    "predict": _predict,
    "set_weights": _set_weights,
    "weight_shapes": _weight_shapes,
}
"""By name; the first argument is the object of the handle."""
