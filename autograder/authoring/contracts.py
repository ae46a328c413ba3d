"""The parameters of the functions that a source defines, without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from inspect import Parameter, Signature


def signatures(code: Iterable[str]) -> dict[str, Signature]:
    """The parameters of each function at the top of some code cells; all defaults are None.

    A cell that is not plain Python, such as one with magics of Jupyter, is left out.
    """
    found: dict[str, Signature] = {}
    for text in code:
        try:
            body = ast.parse(text).body
        except SyntaxError:
            continue
        found |= {each.name: _signature(each) for each in body if isinstance(each, ast.FunctionDef)}
    return found


def _signature(function: ast.FunctionDef) -> Signature:
    given = function.args
    by_place = [*given.posonlyargs, *given.args]
    required = len(by_place) - len(given.defaults)
    found = [
        Parameter(
            each.arg,
            Parameter.POSITIONAL_OR_KEYWORD
            if number >= len(given.posonlyargs)
            else Parameter.POSITIONAL_ONLY,
            default=None if number >= required else Parameter.empty,
        )
        for number, each in enumerate(by_place)
    ]
    if given.vararg:
        found.append(Parameter(given.vararg.arg, Parameter.VAR_POSITIONAL))
    for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        empty = Parameter.empty if default is None else None
        found.append(Parameter(each.arg, Parameter.KEYWORD_ONLY, default=empty))
    if given.kwarg:
        found.append(Parameter(given.kwarg.arg, Parameter.VAR_KEYWORD))
    return Signature(found)
