"""Mistakes in code that builds Keras models, each at one place of a syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from autograder.attack import keras_calls

Change = Callable[[], None]
Place = tuple[str, Change]

_TEXTS = (
    ("tanh", "relu", "sigmoid", "softmax", "linear", "elu"),
    ("valid", "same"),
)  # fmt: skip
_CLASSES = (
    ("MaxPooling2D", "AveragePooling2D"),
    ("MaxPool2D", "AvgPool2D"),
    ("Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D"),
    ("BatchNormalization", "LayerNormalization"),
    ("Dropout", "AlphaDropout", "GaussianDropout"),
    ("ReLU", "LeakyReLU", "ELU"),
)  # fmt: skip
_WEIGHTS = ("use_bias=False", "trainable=False", "kernel_initializer='zeros'")
_ADDED = {
    "Conv2D": (*_WEIGHTS, "strides=2", "dilation_rate=2", "padding='same'", "activation='relu'"),
    "Dense": (*_WEIGHTS, "activation='relu'"),
    "MaxPooling2D": ("padding='same'", "strides=1"),
    "AveragePooling2D": ("padding='same'", "strides=1"),
    "BatchNormalization": (
        "scale=False", "center=False", "momentum=0.9", "epsilon=1e-5", "axis=1", "trainable=False",
    ),
}  # fmt: skip
"""Arguments that are not the default, for each layer."""


def places(tree: ast.Module) -> Iterator[Place]:
    """All mistakes that can be made here, with the names of their kinds."""
    for layers in keras_calls.lists_of_layers(tree):
        yield from _in_a_list(layers)
    for layer, call in keras_calls.calls(tree):
        yield from _of_arguments(layer, call)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for text in _others(node.value.lower(), _TEXTS):
                yield f"{node.value} as {text}", _setting(node, "value", text)
        elif isinstance(node, ast.Attribute):
            for name in _others(node.attr, (*_TEXTS, *_CLASSES)):
                yield f"{node.attr} as {name}", _setting(node, "attr", name)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from _of_a_name(node)
    for definition in ast.walk(tree):
        if isinstance(definition, ast.FunctionDef):
            yield from _defaults_for_arguments(definition)


def _others(name: str, groups: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    for group in groups:
        if name in group:
            yield from (each for each in group if each != name)


def _setting(node: ast.AST, field: str, value: Any) -> Change:
    return lambda: setattr(node, field, value)


def _in_a_list(layers: ast.List) -> Iterator[Place]:
    for index, layer in enumerate(layers.elts):
        others = [each for place, each in enumerate(layers.elts) if place != index]
        yield "layer missing", _setting(layers, "elts", others)
        named = isinstance(layer, ast.Call) and "name" in [each.arg for each in layer.keywords]
        if not named:
            twice = [*layers.elts[:index], layer, *layers.elts[index:]]
            yield "layer twice", _setting(layers, "elts", twice)
        if index + 1 < len(layers.elts):
            turned = [*layers.elts[:index], layers.elts[index + 1], layer]
            yield (
                "layers in another order",
                _setting(layers, "elts", turned + layers.elts[index + 2 :]),
            )


def _of_arguments(layer: str, call: ast.Call) -> Iterator[Place]:
    for keyword in call.keywords:
        if keyword.arg not in ("name", None):
            rest = [each for each in call.keywords if each is not keyword]
            yield f"{layer} without {keyword.arg}", _setting(call, "keywords", rest)
    given = keras_calls.arguments(call)
    for text in _ADDED.get(layer, ()):
        (added,) = _keywords(text)
        if added.arg not in given and not keras_calls.is_open(call):
            yield f"{layer} with {text}", _setting(call, "keywords", [*call.keywords, added])


def _keywords(text: str) -> list[ast.keyword]:
    made = ast.parse(f"f({text})", mode="eval").body
    assert isinstance(made, ast.Call)
    return made.keywords


def _of_a_name(call: ast.Call) -> Iterator[Place]:
    """Another class of layers, where a name without dots is called."""
    assert isinstance(call.func, ast.Name)
    for name in _others(call.func.id, _CLASSES):
        other = ast.parse(f"__import__('keras').layers.{name}", mode="eval").body
        yield f"{call.func.id} as {name}", _setting(call, "func", other)


def _defaults_for_arguments(definition: ast.FunctionDef) -> Iterator[Place]:
    """The default of a parameter where its value should stand."""
    arguments = definition.args
    first = len(arguments.args) - len(arguments.defaults)
    for parameter, default in zip(arguments.args[first:], arguments.defaults, strict=True):
        for parent in ast.walk(definition):
            for field, value in ast.iter_fields(parent):
                members = value if isinstance(value, list) else [value]
                for index, node in enumerate(members):
                    if not isinstance(node, ast.Name) or node.id != parameter.arg:
                        continue
                    new: Any = default
                    if isinstance(value, list):
                        new = [*value[:index], default, *value[index + 1 :]]
                    yield f"ignores {parameter.arg}", _setting(parent, field, new)
