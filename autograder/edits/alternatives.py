"""What is easily taken for something else: operators, functions, words.

The groups hold names of Python and NumPy only.
"""

from __future__ import annotations

import ast

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv, ast.Div),
    ast.Div: (ast.FloorDiv, ast.Mult),
    ast.FloorDiv: (ast.Div, ast.Mult, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.GtE, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.LtE, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}

_GROUPS = (
    ("max", "min", "mean", "sum", "prod", "median"),
    ("amax", "amin"),
    ("nanmax", "max"),
    ("nanmin", "min"),
    ("nanmean", "mean"),
    ("argmax", "argmin"),
    ("maximum", "minimum"),
    ("fmax", "maximum"),
    ("fmin", "minimum"),
    ("floor", "ceil", "round", "rint", "trunc"),
    ("int", "round", "float"),
    ("any", "all"),
    ("zeros", "ones", "empty"),
    ("zeros_like", "ones_like", "empty_like"),
    ("float32", "float64"),
    ("int32", "int64", "uint8"),
    ("lower", "upper"),
    ("std", "var"),
    ("append", "extend"),
    ("hstack", "vstack"),
    ("stack", "concatenate"),
    ("exp", "log"),
    ("tanh", "sinh"),
    ("abs", "square"),
    ("sqrt", "square"),
    ("flipud", "fliplr"),
    ("logical_and", "logical_or"),
    ("argsort", "sort"),
    ("dot", "multiply"),
    ("add", "subtract"),
    ("divide", "floor_divide"),
    ("rows", "columns"),
    ("height", "width"),
    ("ndim", "size"),
)

FUNCTIONS: dict[str, tuple[str, ...]] = {}
for _group in _GROUPS:
    for _name in _group:
        _others = tuple(other for other in _group if other != _name)
        FUNCTIONS[_name] = (*FUNCTIONS.get(_name, ()), *_others)

REDUCTIONS = frozenset(
    "max min mean sum prod median std var any all argmax argmin amax amin cumsum sort argsort "
    "nanmax nanmin nansum nanmean flip concatenate stack take repeat roll norm softmax".split()
)
