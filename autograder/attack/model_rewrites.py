"""Rewrites of code that builds Keras models, which should change nothing that a contract fixes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from autograder.attack import keras_calls, statement_rewrites

Change = Callable[[], None]
Place = tuple[str, Change]

_PAIRS = ("kernel_size", "pool_size", "strides")
_SAID = {
    "Conv2D": ("padding='valid'", "strides=1", "data_format='channels_last'", "dilation_rate=1"),
    "MaxPooling2D": ("padding='valid'",),
    "AveragePooling2D": ("padding='valid'",),
    "BatchNormalization": ("momentum=0.99", "epsilon=0.001", "axis=-1", "center=True"),
    "Flatten": (),
}
"""Defaults that may be written out."""
_FREE = {
    "Conv2D": ("kernel_initializer='he_normal'", "kernel_initializer='lecun_uniform'"),
    "Dense": ("kernel_initializer='he_uniform'", "dtype='float32'"),
}
"""What no contract here fixes."""
_OTHER_NAMES = {
    "MaxPooling2D": "MaxPool2D", "MaxPool2D": "MaxPooling2D",
    "AveragePooling2D": "AvgPool2D", "AvgPool2D": "AveragePooling2D",
    "Conv2D": "Convolution2D",
}  # fmt: skip


def places(tree: ast.Module) -> Iterator[Place]:
    """All rewrites that can be made here, with the names of their kinds."""
    yield from statement_rewrites.places(tree)
    for layer, call in keras_calls.calls(tree):
        yield from _of_arguments(layer, call)
    for layers in keras_calls.lists_of_layers(tree):
        yield from _activations_apart(layers)
    for parent in ast.walk(tree):
        for field, node in ast.iter_fields(parent):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
                yield from _activation_around(parent, field, node)
        block = getattr(parent, "body", None)
        if isinstance(block, list):
            for index, statement in enumerate(block):
                for name, new in _sequential_otherwise(statement):
                    yield name, _splicing(block, index, new)


def _setting(node: ast.AST, field: str, value: Any) -> Change:
    return lambda: setattr(node, field, value)


def _splicing(block: list[ast.stmt], index: int, new: list[ast.stmt]) -> Change:
    def change() -> None:
        block[index : index + 1] = new

    return change


def _expression(text: str, **parts: ast.expr) -> ast.expr:
    class Fill(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return parts.get(node.id, node)

    made: ast.expr = Fill().visit(ast.parse(text, mode="eval").body)
    return made


def _of_arguments(layer: str, call: ast.Call) -> Iterator[Place]:
    if isinstance(call.func, ast.Attribute) and call.func.attr in _OTHER_NAMES:
        other = _OTHER_NAMES[call.func.attr]
        yield "another name of a layer", _setting(call.func, "attr", other)
    if keras_calls.is_open(call):
        return
    given = keras_calls.arguments(call)
    names = keras_calls.POSITIONS[layer]
    if call.args:
        named = [ast.keyword(name, given[name]) for name in names[: len(call.args)]]
        yield (
            "arguments by name",
            _all(_setting(call, "args", []), _setting(call, "keywords", named + call.keywords)),
        )
    following = names[len(call.args) : len(call.args) + 1]
    by_name = [each for each in call.keywords if each.arg in following]
    if by_name:
        rest = [each for each in call.keywords if each is not by_name[0]]
        yield (
            "argument by position",
            _all(
                _setting(call, "args", [*call.args, by_name[0].value]),
                _setting(call, "keywords", rest),
            ),
        )
    for name, text in [*(("default written out", each) for each in _SAID.get(layer, ())),
                       *(("free choice", each) for each in _FREE.get(layer, ()))]:  # fmt: skip
        key, value = text.split("=", 1)
        if key not in given:
            added = ast.keyword(key, _expression(value))
            yield name, _setting(call, "keywords", [*call.keywords, added])
    if "pool_size" in given and "strides" not in given:
        added = ast.keyword("strides", given["pool_size"])
        yield "default written out", _setting(call, "keywords", [*call.keywords, added])
    if "name" in given:
        rest = [each for each in call.keywords if each.arg != "name"]
        yield "without a name", _setting(call, "keywords", rest)
    yield from _of_values(call)


def _of_values(call: ast.Call) -> Iterator[Place]:
    names = keras_calls.POSITIONS[keras_calls.kind(call)]
    slots: list[tuple[str, ast.expr, Callable[[ast.expr], Change]]] = [
        (name, value, lambda new, index=index: _in_list(call.args, index, new))  # type: ignore[misc]
        for index, (name, value) in enumerate(zip(names, call.args, strict=False))
    ]
    slots += [
        (each.arg or "", each.value, lambda new, each=each: _setting(each, "value", new))  # type: ignore[misc]
        for each in call.keywords
    ]
    for name, value, put in slots:
        constant = value.value if isinstance(value, ast.Constant) else None
        if name in _PAIRS and isinstance(constant, int):
            yield "number as a pair", put(ast.Tuple([value, value], ast.Load()))
        if type(constant) is int and constant > 3:
            part = constant // 3
            yield (
                "computed number",
                put(ast.BinOp(ast.Constant(part), ast.Add(), ast.Constant(constant - part))),
            )
        if name == "activation" and constant in ("tanh", "relu", "softmax"):
            yield (
                "activation as a function",
                put(_expression(f"__import__('keras').activations.{constant}")),
            )
        if name == "padding" and isinstance(constant, str):
            yield "another spelling", put(ast.Constant(constant.upper()))


def _in_list(members: list[Any], index: int, new: ast.expr) -> Change:
    def change() -> None:
        members[index] = new

    return change


def _all(*changes: Change) -> Change:
    def change() -> None:
        for each in changes:
            each()

    return change


def _apart(layer: ast.expr) -> tuple[ast.Call, ast.expr] | None:
    """A layer without its activation, and the activation as a layer."""
    if not isinstance(layer, ast.Call) or keras_calls.kind(layer) not in ("Conv2D", "Dense"):
        return None
    own = [each for each in layer.keywords if each.arg == "activation"]
    if not own or keras_calls.is_open(layer):
        return None
    rest = [each for each in layer.keywords if each is not own[0]]
    activation = _expression("__import__('keras').layers.Activation(a)", a=own[0].value)
    return ast.Call(layer.func, layer.args, rest), activation


def _activations_apart(layers: ast.List) -> Iterator[Place]:
    for index, layer in enumerate(layers.elts):
        pair = _apart(layer)
        if pair:
            new = [*layers.elts[:index], *pair, *layers.elts[index + 1 :]]
            yield "activation as a layer", _setting(layers, "elts", new)


def _activation_around(parent: ast.AST, field: str, node: ast.Call) -> Iterator[Place]:
    pair = _apart(node.func)
    if pair:
        inner = ast.Call(pair[0], node.args, node.keywords)
        yield "activation as a layer", _setting(parent, field, ast.Call(pair[1], [inner], []))


def _sequential_otherwise(statement: ast.stmt) -> Iterator[tuple[str, list[ast.stmt]]]:
    """`return Sequential([...])` with calls of `add`, and as a chain of calls."""
    match statement:
        case ast.Return(value=ast.Call(func=function, args=[ast.List(elts=[first, *others])])) if (
            keras_calls.last_name(function) == "Sequential"
        ):
            model = ast.Assign([_stored("net")], ast.Call(function, [], []))
            added = [_each(layer, "net.add(layer)") for layer in (first, *others)]
            yield "layers added one by one", [model, *added, ast.Return(_loaded("net"))]
            if isinstance(first, ast.Call) and keras_calls.last_name(first.func) == "Input":
                image = ast.Assign([_stored("image"), _stored("tensor")], first)
                chain = [_each(layer, "tensor = layer(tensor)") for layer in others]
                made = _expression("__import__('keras').Model(image, tensor)")
                yield "functional", [image, *chain, ast.Return(made)]


def _each(layer: ast.expr, text: str) -> ast.stmt:
    """A statement about a layer, or about each one of those that are unpacked."""
    if isinstance(layer, ast.Starred):
        loop = ast.parse(f"for layer in layers_of_a_part:\n    {text}").body[0]
        assert isinstance(loop, ast.For)
        loop.iter = layer.value
        return loop
    statement = ast.parse(text).body[0]
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == "layer":
                node.func = layer
            elif node.args and isinstance(node.args[0], ast.Name) and node.args[0].id == "layer":
                node.args = [layer]
            break
    return statement


def _stored(name: str) -> ast.Name:
    return ast.Name(name, ast.Store())


def _loaded(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())
