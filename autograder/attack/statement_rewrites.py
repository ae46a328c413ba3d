"""Rewrites of statements that should change nothing: names, order, loops, branches."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

Change = Callable[[], None]
_OLD_NAME = "_renamed"


def places(tree: ast.Module) -> Iterator[tuple[str, Change]]:
    """All changes that can be made, with the names of their kinds."""
    for definition in ast.walk(tree):
        if isinstance(definition, ast.FunctionDef):
            yield from _renamings(definition)
    for parent in ast.walk(tree):
        for field in ("body", "orelse"):
            block = getattr(parent, field, None)
            if isinstance(block, list) and not isinstance(parent, ast.Module | ast.ClassDef):
                for index, node in enumerate(block):
                    for name, new in _replacements(node):
                        yield name, _splicing(block, index, 1, new)
                    for name, count, new in _with_the_next(block, index):
                        yield name, _splicing(block, index, count, new)


def _splicing(block: list[ast.stmt], index: int, count: int, new: Sequence[ast.stmt]) -> Change:
    def change() -> None:
        block[index : index + count] = new

    return change


def _renamings(definition: ast.FunctionDef) -> Iterator[tuple[str, Change]]:
    """Each local variable of a function under another name."""
    nodes = list(ast.walk(definition))
    if any(isinstance(node, ast.Global | ast.Nonlocal) for node in nodes):
        return
    parameters = {node.arg for node in nodes if isinstance(node, ast.arg)}
    names = [node for node in nodes if isinstance(node, ast.Name)]
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    for name in sorted(own - parameters):
        if not name.startswith("_"):
            same = [node for node in names if node.id == name]
            yield "variable renamed", _renaming(same, f"the_{name}")


def _renaming(nodes: Sequence[ast.Name], name: str) -> Change:
    def change() -> None:
        for node in nodes:
            node.id = name

    return change


def _replacements(node: ast.stmt) -> Iterator[tuple[str, list[ast.stmt]]]:
    match node:
        case ast.If(orelse=[_, *_]):
            yield (
                "branches exchanged",
                [ast.If(ast.UnaryOp(ast.Not(), node.test), node.orelse, node.body)],
            )
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Name):
            kept = ast.Assign([ast.Name("found", ast.Store())], value)
            yield "answer in a variable", [kept, ast.Return(ast.Name("found", ast.Load()))]
        case ast.AugAssign(target=ast.Name() as target):
            read = ast.Name(target.id, ast.Load())
            yield (
                "assignment written out",
                [ast.Assign([target], ast.BinOp(read, node.op, node.value))],
            )
        case ast.Assign(targets=[ast.Name() as target], value=ast.ListComp() as comprehension):
            yield "comprehension as a loop", _as_loop(target, comprehension)
        case ast.For(iter=ast.Call(func=ast.Name(id="range"), args=[stop]), target=ast.Name()):
            if not any(isinstance(each, ast.Continue | ast.Break) for each in ast.walk(node)):
                yield "for as while", _as_while(node, stop)


def _as_loop(target: ast.Name, comprehension: ast.ListComp) -> list[ast.stmt]:
    collected = ast.Name("collected", ast.Load())
    added = ast.Attribute(collected, "append", ast.Load())
    body: list[ast.stmt] = [ast.Expr(ast.Call(added, [comprehension.elt], []))]
    for each in reversed(comprehension.generators):
        for test in reversed(each.ifs):
            body = [ast.If(test, body, [])]
        body = [ast.For(each.target, each.iter, body, [])]
    empty = ast.Assign([ast.Name("collected", ast.Store())], ast.List([], ast.Load()))
    return [empty, *body, ast.Assign([target], collected)]


def _as_while(node: ast.For, stop: ast.expr) -> list[ast.stmt]:
    assert isinstance(node.target, ast.Name)
    name = f"next_{node.target.id}"
    before = ast.Assign([ast.Name(name, ast.Store())], ast.Constant(0))
    test = ast.Compare(ast.Name(name, ast.Load()), [ast.Lt()], [stop])
    taken = ast.Assign([node.target], ast.Name(name, ast.Load()))
    step = ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), ast.Constant(1))
    return [before, ast.While(test, [taken, step, *node.body], [])]


def _with_the_next(block: list[ast.stmt], index: int) -> Iterator[tuple[str, int, list[ast.stmt]]]:
    """What can be made of a statement and the one that follows it."""
    if index + 1 >= len(block):
        return
    one, other = block[index], block[index + 1]
    if _are_independent(one, other):
        yield "statements in another order", 2, [other, one]
    comprehension = _as_comprehension(one, other)
    if comprehension is not None:
        yield "loop as a comprehension", 2, [comprehension]


def _are_independent(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether two assignments to variables read and write nothing of each other."""
    if not (isinstance(one, ast.Assign) and isinstance(other, ast.Assign)):
        return False
    if not all(isinstance(each, ast.Name) for each in (*one.targets, *other.targets)):
        return False
    first, second = _names(one), _names(other)
    return not (_written(one) & second or _written(other) & first)


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _written(node: ast.AST) -> set[str]:
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
    return {each.id for each in names if isinstance(each.ctx, ast.Store)}


def _as_comprehension(one: ast.stmt, other: ast.stmt) -> ast.stmt | None:
    """`y = []` and a loop that only appends to y, as one comprehension."""
    match one, other:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=[])),
            ast.For(
                body=[ast.Expr(ast.Call(ast.Attribute(ast.Name(id=to), "append"), [added], []))],
                orelse=[],
            ),
        ) if name == to and isinstance(one, ast.Assign) and isinstance(other, ast.For):
            each = ast.comprehension(other.target, other.iter, [], 0)
            return ast.Assign(one.targets, ast.ListComp(added, [each]))
    return None
