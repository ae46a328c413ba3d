"""Two misconceptions of a builder as one, where both change what one helper is called with."""

from __future__ import annotations

import ast
from functools import lru_cache

from autograder.diagnosis import Misconception
from autograder.diagnosis.catalogue import carried_code


def together(one: Misconception, other: Misconception) -> str | None:
    """Code that defines the first one with both mistakes; None if they cannot be made at once.

    Both must end in a call of the same helper, and change different arguments of it.
    """
    tree, further = (ast.parse(_code(each)) for each in (one, other))
    outer, inner = _defined(tree, one.name), _defined(further, other.name)
    first, second = _returned(outer), _returned(inner)
    if first is None or second is None:
        return None
    call = _merged(first, second, [each.arg for each in outer.args.args])
    if call is None:
        return None
    outer.body[:] = [*outer.body[:-1], *inner.body[:-1], ast.Return(call)]
    merged = _united(further, tree, {one.name, other.name})
    return ast.unparse(ast.fix_missing_locations(merged))


@lru_cache(maxsize=256)
def _code(misconception: Misconception) -> str:
    return carried_code(misconception.function)


def _defined(tree: ast.Module, name: str) -> ast.FunctionDef:
    return next(
        each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == name
    )


def _returned(definition: ast.FunctionDef) -> ast.Call | None:
    match definition.body[-1]:
        case ast.Return(value=ast.Call(func=ast.Name()) as call):
            return call
    return None


def _merged(one: ast.Call, other: ast.Call, plain: list[str]) -> ast.Call | None:
    """A call with the changes of both; `plain` are the arguments that none has changed."""
    if ast.dump(one.func) != ast.dump(other.func) or len(one.args) != len(other.args):
        return None
    keywords = {each.arg: each.value for each in one.keywords}
    if None in keywords or keywords.keys() & {each.arg for each in other.keywords}:
        return None
    args = []
    for own, its in zip(one.args, other.args, strict=True):
        if not {_name(own), _name(its)} & set(plain):
            return None  # both have changed it
        args.append(its if _name(own) in plain else own)
    return ast.Call(one.func, args, [*one.keywords, *other.keywords])


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _united(first: ast.Module, second: ast.Module, own: set[str]) -> ast.Module:
    """The definitions of both modules, each once; those in `own` from the second one only."""
    found: dict[str, ast.stmt] = {}
    for tree in (first, second):
        for node in tree.body:
            name = node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else ""
            if tree is second or name not in own:
                found[name or ast.dump(node)] = node
    return ast.Module(list(found.values()), [])
