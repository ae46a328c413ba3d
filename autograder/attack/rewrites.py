"""Rewrites of right answers that should change nothing, each at one place of a syntax tree.

Which of them really change nothing depends on types that are not known here: `a + b` is no sum for
two lists. So each candidate is compared with the right function before it counts as right.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from typing import Any

from autograder.attack import statement_rewrites
from autograder.attack.candidate import Candidate, Recipe
from autograder.attack.material import Material
from autograder.attack.signatures import passed_on, positional, signature

FEWEST, MOST = 2, 6
"""How many rewrites a candidate has."""
_WRAPPED = 0.4
"""The share of candidates whose arguments pass through another form first."""
_TRIES = 20

Rewrite = Callable[[ast.expr], ast.expr | None]


class RightAnswers:
    """Makes candidates that should be right, of one exercise."""

    def __init__(self, material: Material) -> None:
        self._material = material

    def make(self, recipe: Recipe) -> Candidate | None:
        """The candidate of a recipe; None if nothing could be rewritten."""
        rng = random.Random(f"{self._material.seed} {self._material.exercise} {recipe}")
        for _ in range(_TRIES):
            base = rng.choice(self._material.bases)
            tree = ast.parse(base.text)
            done = rewrite(tree, rng, rng.randint(FEWEST, MOST))
            if not done:
                continue
            text = ast.unparse(ast.fix_missing_locations(tree))
            if rng.random() < _WRAPPED:
                arguments = self._material.parameters(base.function)
                how = rng.choice(tuple(_FORMS))
                text = _wrapped(text, base.function, arguments, _FORMS[how])
                done = [*done, how]
            origin = f"{base.origin}: {', '.join(done)}"
            return Candidate(recipe, origin, base.function, base.function, text)
        return None


Place = tuple[str, Callable[[], None]]


def rewrite(
    tree: ast.Module,
    rng: random.Random,
    count: int,
    places: Callable[[ast.Module], Iterator[Place]] | None = None,
) -> list[str]:
    """Rewrite so many places of a tree, at random; returns the names of the rewrites.

    Args:
        tree: is changed.
        rng: chooses.
        count: of the rewrites.
        places: lists what can be rewritten; by default expressions and statements of any code.
    """
    done = []
    for _ in range(count):
        found = [*(places or _places)(tree)]
        if not found:
            break
        names = sorted({name for name, _ in found})
        name = rng.choice(names)
        rng.choice([change for each, change in found if each == name])()
        ast.fix_missing_locations(tree)
        done.append(name)
    return done


def _places(tree: ast.Module) -> Iterator[Place]:
    yield from _expression_places(tree)
    yield from statement_rewrites.places(tree)


def _expression_places(tree: ast.Module) -> Iterator[Place]:
    for parent in ast.walk(tree):
        if isinstance(parent, ast.Raise | ast.JoinedStr):
            continue
        for field, value in ast.iter_fields(parent):
            members = value if isinstance(value, list) else [value]
            for index, node in enumerate(members):
                for name, kind, make in _REWRITES:
                    if isinstance(node, kind) and (new := make(node)) is not None:
                        at = index if isinstance(value, list) else None
                        yield name, _replacing(parent, field, at, new)


def _replacing(parent: ast.AST, field: str, index: int | None, new: ast.AST) -> Callable[[], None]:
    def change() -> None:
        if index is None:
            setattr(parent, field, new)
        else:
            getattr(parent, field)[index] = new

    return change


def _commuted(node: ast.BinOp) -> ast.expr | None:
    differ = ast.dump(node.left) != ast.dump(node.right)
    if isinstance(node.op, ast.Add | ast.Mult) and differ and not _is_text(node.left):
        return ast.BinOp(node.right, node.op, node.left)
    return None


def _as_sum(node: ast.BinOp) -> ast.expr | None:
    if isinstance(node.op, ast.Sub):
        return ast.BinOp(node.left, ast.Add(), ast.UnaryOp(ast.USub(), node.right))
    return None


def _by_divmod(node: ast.BinOp) -> ast.expr | None:
    part = {ast.FloorDiv: 0, ast.Mod: 1}.get(type(node.op))
    if part is None or _is_text(node.left):
        return None
    pair = ast.Call(ast.Name("divmod", ast.Load()), [node.left, node.right], [])
    return ast.Subscript(pair, ast.Constant(part), ast.Load())


def _by_floor(node: ast.BinOp) -> ast.expr | None:
    if not isinstance(node.op, ast.FloorDiv):
        return None
    floor = ast.parse("int(__import__('math').floor(a / b))", mode="eval").body
    return _filled(floor, a=node.left, b=node.right)


def _turned(node: ast.Compare) -> ast.expr | None:
    turned = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.Eq}
    other = turned.get(type(node.ops[0]))
    if len(node.ops) != 1 or other is None:
        return None
    return ast.Compare(node.comparators[0], [other()], [node.left])


def _split(node: ast.Compare) -> ast.expr | None:
    if len(node.ops) != 2:
        return None
    first = ast.Compare(node.left, node.ops[:1], node.comparators[:1])
    second = ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:])
    return ast.BoolOp(ast.And(), [first, second])


def _negated_choice(node: ast.IfExp) -> ast.expr | None:
    return ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.orelse, node.body)


_TWINS = {
    "max": "np.max", "min": "np.min", "sum": "np.sum", "mean": "np.mean", "reshape": "np.reshape",
    "astype": "", "transpose": "np.transpose",
}  # fmt: skip


def _as_function(node: ast.Call) -> ast.expr | None:
    """`x.max(axis=1)` as `np.max(x, axis=1)`."""
    function = node.func
    if not isinstance(function, ast.Attribute) or not _TWINS.get(function.attr):
        return None
    if isinstance(function.value, ast.Name) and function.value.id in ("np", "math", "tf"):
        return None
    new = ast.parse(f"__import__('numpy').{_TWINS[function.attr][3:]}", mode="eval").body
    return ast.Call(new, [function.value, *node.args], node.keywords)


def _as_method(node: ast.Call) -> ast.expr | None:
    """`np.max(x, axis=1)` as `np.asarray(x).max(axis=1)`."""
    function = node.func
    is_numpy = (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "np"
        and f"np.{function.attr}" in _TWINS.values()
    )
    if not is_numpy or not node.args or isinstance(node.args[0], ast.Starred):
        return None
    assert isinstance(function, ast.Attribute)
    array = ast.parse("np.asarray(x)", mode="eval").body
    method = ast.Attribute(_filled(array, x=node.args[0]), function.attr, ast.Load())
    return ast.Call(method, node.args[1:], node.keywords)


def _filled_by_hand(node: ast.Call) -> ast.expr | None:
    """`np.zeros(shape)` as `np.full(shape, 0.0)`."""
    if ast.unparse(node.func) != "np.zeros" or len(node.args) != 1:
        return None
    full = ast.parse("np.full", mode="eval").body
    keywords = node.keywords or [ast.keyword("dtype", ast.Name("float", ast.Load()))]
    return ast.Call(full, [node.args[0], ast.Constant(0)], keywords)


def _length_by_shape(node: ast.Call) -> ast.expr | None:
    if ast.unparse(node.func) != "len" or len(node.args) != 1:
        return None
    return _filled(ast.parse("x.shape[0]", mode="eval").body, x=node.args[0])


def _listed(node: ast.Call) -> ast.expr | None:
    if ast.unparse(node.func) != "range":
        return None
    return ast.Call(ast.Name("list", ast.Load()), [node], [])


def _pair_as_list(node: ast.Tuple) -> ast.expr | None:
    return ast.List(node.elts, node.ctx) if isinstance(node.ctx, ast.Load) else None


def _copied(node: ast.Name) -> ast.expr | None:
    """A copy of an array in another memory layout, in place of the array itself."""
    if not isinstance(node.ctx, ast.Load) or node.id not in ("x", "images", "kernel", "a"):
        return None
    return _filled(ast.parse("np.asfortranarray(x)", mode="eval").body, x=node)


_REWRITES: tuple[tuple[str, type[ast.AST], Callable[[Any], ast.expr | None]], ...] = (
    ("operands exchanged", ast.BinOp, _commuted),
    ("difference as a sum", ast.BinOp, _as_sum),
    ("divmod", ast.BinOp, _by_divmod),
    ("math.floor", ast.BinOp, _by_floor),
    ("comparison turned round", ast.Compare, _turned),
    ("comparison split", ast.Compare, _split),
    ("choice negated", ast.IfExp, _negated_choice),
    ("method as a function", ast.Call, _as_function),
    ("function as a method", ast.Call, _as_method),
    ("np.full", ast.Call, _filled_by_hand),
    ("length by the shape", ast.Call, _length_by_shape),
    ("range as a list", ast.Call, _listed),
    ("tuple as a list", ast.Tuple, _pair_as_list),
    ("another memory layout", ast.Name, _copied),
)

_FORMS = {
    "a view turned twice": "value[..., ::-1][..., ::-1]",
    "a copy": "np.array(value)",
    "columns first in memory": "np.asfortranarray(value)",
    "a part of a larger array": "np.stack([value, value], axis=-1)[..., 0]",
    "computed in long double": "value.astype(np.longdouble) if value.dtype.kind == 'f' else value",
    "computed in float64": "value.astype(np.float64) if value.dtype.kind == 'f' else value",
    "computed in int64": "value.astype(np.int64) if value.dtype.kind in 'iu' else value",
}


def _wrapped(text: str, function: str, arguments: ast.arguments, form: str) -> str:
    """The function on arrays in another form, and its answer in the dtype of the plain one."""
    return (
        f"import numpy as np\n\n{text}\n\n_own = {function}\n\n"
        "def _in_form(value):\n    if not isinstance(value, np.ndarray) or value.ndim == 0:\n"
        f"        return value\n    return {form}\n\n"
        f"def {function}({signature(arguments)}):\n"
        + "".join(f"    given_{name} = {name}\n" for name in positional(arguments))
        + "".join(f"    {name} = _in_form({name})\n" for name in positional(arguments))
        + f"    answer = _own({passed_on(arguments)})\n"
        "    arrays = [each for each in ("
        + "".join(f"given_{name}, " for name in positional(arguments))
        + ") if isinstance(each, np.ndarray)]\n"
        "    if not isinstance(answer, np.ndarray) or not arrays:\n        return answer\n"
        "    wanted = np.result_type(*arrays)\n"
        "    is_cast = answer.dtype.kind == wanted.kind and answer.dtype != wanted\n"
        "    return answer.astype(wanted) if is_cast else answer"
    )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _filled(template: ast.expr, **parts: ast.expr) -> ast.expr:
    """A template with expressions in place of names."""

    class Fill(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return parts.get(node.id, node)

    filled: ast.expr = Fill().visit(template)
    return filled
