"""Two misconceptions of one function as one function that makes both mistakes.

A misconception calls the right answer with something changed: its arguments, its exchangeable parts
or its value. In the composed function the first misconception gets, in place of the right answer,
the second one; the second one gets the right answer, with the parts that the first has exchanged.
"""

from __future__ import annotations

import inspect
import types
from typing import Any

from autograder.diagnosis.catalogue import Catalogue, Function


class NotComposable(BaseException):  # no `except Exception` of a function may catch it
    """Two mistakes that cannot be made at once: both exchange the same part."""


def compose(catalogue: Catalogue, function: str, one: Function, other: Function) -> Function | None:
    """A function with both mistakes.

    Args:
        catalogue: holds the right answer.
        function: the function of the contract that both are wrong answers to.
        one: a wrong answer.
        other: another.

    Returns:
        The function, or None if neither of the two calls the right answer. Calling it raises
        NotComposable if both exchange the same part.
    """
    base = catalogue.bases.get(function)
    if base is None:
        return None
    for outer, inner in ((one, other), (other, one)):
        if calls(outer, base):
            return _nested(outer, inner, base)
    return None


def _nested(outer: Function, inner: Function, base: Function) -> Function:
    contract = _contract(base)
    (outside, around), (inside, within) = _copied(outer), _copied(inner)
    reaches_base = calls(inner, base)

    def given_to_outer(*args: Any, **kwargs: Any) -> Any:
        exchanged = {name: value for name, value in kwargs.items() if name not in contract}
        plain = {name: value for name, value in kwargs.items() if name in contract}
        if exchanged and not reaches_base:
            raise NotComposable

        def given_to_inner(*args: Any, **kwargs: Any) -> Any:
            if exchanged.keys() & kwargs.keys():
                raise NotComposable
            return base(*args, **exchanged, **kwargs)

        within[base.__name__] = given_to_inner
        return inside(*args, **plain)

    around[base.__name__] = given_to_outer
    return outside


def _contract(base: Function) -> frozenset[str]:
    parameters = inspect.signature(base).parameters.values()
    return frozenset(each.name for each in parameters if each.kind is not each.KEYWORD_ONLY)


def _copied(function: Function) -> tuple[Function, dict[str, Any]]:
    """A function that uses a copy of its globals, with copies of those it calls; and this copy."""
    copied: dict[str, Any] = dict(function.__globals__)
    for name, used in _used(function).items():
        copied[name] = _twin(used, copied)
    return _twin(function, copied), copied


def _used(function: Function) -> dict[str, types.FunctionType]:
    """The functions of its module that a function may call, itself or through others of them."""
    found: dict[str, types.FunctionType] = {}
    todo = [function.__code__]
    while todo:
        code = todo.pop()
        todo += [each for each in code.co_consts if isinstance(each, types.CodeType)]
        for name in code.co_names:
            used = function.__globals__.get(name)
            if name in found or not isinstance(used, types.FunctionType):
                continue
            if used.__globals__ is function.__globals__:
                found[name] = used
                todo.append(used.__code__)
    return found


def _twin(function: Function, namespace: dict[str, Any]) -> Function:
    twin = types.FunctionType(
        function.__code__, namespace, function.__name__, function.__defaults__, function.__closure__
    )
    twin.__kwdefaults__ = function.__kwdefaults__
    return twin


def calls(function: Function, base: Function) -> bool:
    """Whether a function calls the right answer, itself or through others of its module."""
    return base.__name__ in _used(function)
