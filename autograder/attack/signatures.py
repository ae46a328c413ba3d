"""The parameters of a function of the contract, as text for functions with the same ones."""

from __future__ import annotations

import ast


def positional(arguments: ast.arguments) -> list[str]:
    """The names of the parameters, in their order."""
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def signature(arguments: ast.arguments) -> str:
    """What stands between the brackets of the definition."""
    return ast.unparse(arguments)


def passed_on(arguments: ast.arguments) -> str:
    """What stands between the brackets of a call that passes all of them on."""
    given = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    return ", ".join([*given, *(f"{each.arg}={each.arg}" for each in arguments.kwonlyargs)])
