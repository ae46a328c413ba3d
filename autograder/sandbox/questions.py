"""The named questions that a handle answers: what the trusted side may ask of a Keras model.

Runs inside the fork; the answers are plain data, or are refused on their way out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _get_weights(model: Any) -> Any:
    return list(model.get_weights())


def _set_weights(model: Any, weights: Any) -> None:
    model.set_weights(weights)


def _predict(model: Any, inputs: Any) -> Any:
    return model.predict(inputs, verbose=0)


def _layers(model: Any) -> list[dict[str, Any]]:
    return [
        {"class": type(layer).__name__, "name": layer.name, "config": _plain(layer.get_config())}
        for layer in model.layers
    ]


def _config(model: Any) -> Any:
    return _plain(model.get_config())


def _count_params(model: Any) -> int:
    return int(model.count_params())


def _plain(value: Any) -> Any:
    """Configuration as JSON would have it; anything else by the name of its type."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return type(value).__name__


QUESTIONS: dict[str, Callable[..., Any]] = {
    "config": _config,
    "count_params": _count_params,
    "get_weights": _get_weights,
    "layers": _layers,
    "predict": _predict,
    "set_weights": _set_weights,
}
