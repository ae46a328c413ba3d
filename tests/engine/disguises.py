"""Copies of Python code, disguised as people disguise them; each still does what the original does.

A `strength` from 0 to 1 is the share of the places that are changed.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from random import Random

Disguise = Callable[[str, float, Random], str]

_COMMENTS = (
    "work out the size first",
    "this part took a while",
    "now the loop over the windows",
    "check the arguments",
    "see the lecture notes",
)
_WORDS = "thing part really number image make small then value better often same".split()
_IDLE = (
    "unused = 0",
    "if False:\n    print('never')",
    "notes = []",
    "for _ in ():\n    pass",
    "seen = None if False else True",
    "limit = 10 ** 6",
)


def renamed(code: str, strength: float, random: Random) -> str:
    """Other names for variables, private functions and their arguments."""
    tree = ast.parse(code)
    kept = {name for node in tree.body for name in _public_names(node)} | set(dir(builtins))
    names = sorted(_bound(tree) - kept)
    chosen = random.sample(names, round(strength * len(names)))
    return ast.unparse(
        _Renaming({name: f"my_{number}" for number, name in enumerate(chosen)}).visit(tree)
    )


def reformatted(code: str, strength: float, random: Random) -> str:
    """Without comments, docstrings and type hints; lines as Python itself would write them."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            if ast.get_docstring(node) is not None and len(node.body) > 1:
                del node.body[0]
        elif isinstance(node, ast.arg):
            node.annotation = None
    return ast.unparse(tree)


def commented(code: str, strength: float, random: Random) -> str:
    """With comments above statements and behind them."""
    lines = []
    for line in ast.unparse(ast.parse(code)).split("\n"):
        if line.strip() and random.random() < strength:
            indent = line[: len(line) - len(line.lstrip())]
            lines.append(f"{indent}# {random.choice(_COMMENTS)}")
        lines.append(line)
    return "\n".join(lines)


def reordered(code: str, strength: float, random: Random) -> str:
    """With its functions in another order."""
    tree = ast.parse(code)
    places = [n for n, node in enumerate(tree.body) if isinstance(node, ast.FunctionDef)]
    moving = random.sample(places, round(strength * len(places)))
    nodes = list(tree.body)
    for place, other in zip(moving, random.sample(moving, len(moving)), strict=True):
        nodes[place] = tree.body[other]
    return ast.unparse(ast.Module(nodes, []))


def padded(code: str, strength: float, random: Random) -> str:
    """With statements that do nothing before others."""
    return _each_body(code, lambda statement: _with_idle(statement, strength, random))


def unrolled(code: str, strength: float, random: Random) -> str:
    """With `while` in place of loops over a range."""
    return _each_body(code, lambda statement: _as_while(statement, strength, random))


def stepwise(code: str, strength: float, random: Random) -> str:
    """With a variable for what was an argument of a call, or was returned at once."""
    return _each_body(code, lambda statement: _in_steps(statement, strength, random))


def reworded(text: str, strength: float, random: Random) -> str:
    """A written answer with other words for some, its sentences in another order, and one more."""
    sentences = [each for each in " ".join(text.split()).rstrip(".").split(". ") if each]
    random.shuffle(sentences)
    words = " ".join([f"{each}." for each in sentences]).split(" ")
    for place in random.sample(range(len(words)), round(strength * len(words))):
        end = "." if words[place].endswith(".") else ""
        words[place] = random.choice(_WORDS) + end
    return " ".join([*words, "This is what I learned from it."])


def everything(code: str, strength: float, random: Random) -> str:
    """All of these, one after the other."""
    return reduce(lambda text, disguise: disguise(text, strength, random), SINGLE.values(), code)


SINGLE: Mapping[str, Disguise] = {
    "renamed": renamed,
    "reformatted": reformatted,
    "reordered": reordered,
    "loops as while": unrolled,
    "in steps": stepwise,
    "idle statements": padded,
    "commented": commented,
}
DISGUISES: Mapping[str, Disguise] = {**SINGLE, "all of them": everything}


class _Renaming(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self.names.get(node.arg, node.arg)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self.names.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        return self.generic_visit(node)


def _public_names(node: ast.stmt) -> Iterator[str]:
    """What others use by name: public functions with their arguments, and imports."""
    if isinstance(node, ast.FunctionDef) and node.args.defaults:
        yield node.name
        yield from (each.arg for each in node.args.args)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)


def _bound(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef):
            names |= {node.name, *(each.arg for each in node.args.args)}
    return names


def _each_body(code: str, change: Callable[[ast.stmt], list[ast.stmt]]) -> str:
    """Replace each statement inside a function."""
    tree = ast.parse(code)
    for node in list(ast.walk(tree)):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if (
                isinstance(block, list)
                and block
                and not isinstance(node, ast.Module | ast.ClassDef)
            ):
                setattr(node, name, [new for each in block for new in change(each)])
    return ast.unparse(ast.fix_missing_locations(tree))


def _with_idle(statement: ast.stmt, strength: float, random: Random) -> list[ast.stmt]:
    if random.random() >= strength:
        return [statement]
    return [*ast.parse(random.choice(_IDLE)).body, statement]


def _as_while(statement: ast.stmt, strength: float, random: Random) -> list[ast.stmt]:
    match statement:
        case ast.For(ast.Name(name), ast.Call(ast.Name("range"), [stop]), body) if (
            random.random() < strength and not _continues(statement)
        ):
            begin, after = ast.parse(f"{name} = 0\n{name} += 1").body
            test = ast.Compare(ast.Name(name, ast.Load()), [ast.Lt()], [stop])
            return [begin, ast.While(test, [*body, after], [])]
    return [statement]


def _continues(loop: ast.stmt) -> bool:
    return any(isinstance(node, ast.Continue) for node in ast.walk(loop))


def _in_steps(statement: ast.stmt, strength: float, random: Random) -> list[ast.stmt]:
    match statement:
        case ast.Return(ast.expr() as value) if random.random() < strength:
            return [_stored("outcome", value), ast.Return(ast.Name("outcome", ast.Load()))]
        case ast.Assign(value=ast.Call(args=[ast.Call() as inner, *_]) as call) if (
            random.random() < strength
        ):
            call.args[0] = ast.Name("step", ast.Load())
            return [_stored("step", inner), statement]
    return [statement]


def _stored(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)
