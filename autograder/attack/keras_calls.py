"""Calls of Keras' layers in syntax trees: where they stand, and which arguments they have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

POSITIONS = {
    "Conv2D": ("filters", "kernel_size", "strides", "padding"),
    "Dense": ("units", "activation"),
    "MaxPooling2D": ("pool_size", "strides", "padding"),
    "AveragePooling2D": ("pool_size", "strides", "padding"),
    "Dropout": ("rate",),
    "Activation": ("activation",),
    "BatchNormalization": (),
    "Flatten": (),
    "ReLU": (),
    "Softmax": (),
    "Reshape": ("target_shape",),
}
"""The layers that are known here, with the names of their arguments by position."""
_OTHER_NAMES = {"MaxPool2D": "MaxPooling2D", "AvgPool2D": "AveragePooling2D"}


def kind(node: ast.AST) -> str:
    """The layer that a call makes, as `POSITIONS` names it; "" if it makes none of them."""
    if not isinstance(node, ast.Call):
        return ""
    name = last_name(node.func)
    name = _OTHER_NAMES.get(name, name)
    return name if name in POSITIONS else ""


def last_name(function: ast.expr) -> str:
    """The last part of a name with dots; "" if it is none."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """All calls that make layers, with what they make."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and kind(node):
            yield kind(node), node


def arguments(node: ast.Call) -> dict[str, ast.expr]:
    """The arguments of a call that makes a layer, by name, as far as they can be read."""
    names = POSITIONS[kind(node)]
    given = dict(zip(names, node.args, strict=False))
    return given | {each.arg: each.value for each in node.keywords if each.arg}


def is_open(node: ast.Call) -> bool:
    """Whether a call unpacks arguments that cannot be seen."""
    return any(each.arg is None for each in node.keywords) or any(
        isinstance(each, ast.Starred) for each in node.args
    )


def lists_of_layers(tree: ast.AST) -> Iterator[ast.List]:
    """Lists written out, of which at least two members are calls."""
    for node in ast.walk(tree):
        members = node.elts if isinstance(node, ast.List) else []
        if isinstance(node, ast.List) and sum(isinstance(each, ast.Call) for each in members) > 1:
            yield node
