"""Writes plain data as Python with NumPy."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np

WIDTH = 88


def inline(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return literal(value)
    if isinstance(value, list | tuple):
        inner = ", ".join(map(inline, value))
        comma = "," if len(value) == 1 else ""
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{comma})"
    if isinstance(value, float | np.floating):
        return _number(float(value))
    return repr(value.item() if isinstance(value, np.generic) else value)


def literal(array: np.ndarray[Any, Any]) -> str:
    """An array as NumPy code, which gives the same values, shape and dtype."""
    dtype = _dtype(array)
    if array.size != 1 and (array.size == 0 or not np.any(array)):
        of = "" if array.dtype == np.float64 else f", {_dtype_name(array)}"
        return f"np.zeros({array.shape}{of})"
    core = [length for length in array.shape if length != 1] or [1]
    if array.ndim <= 1 or len(core) == array.ndim:
        core = list(array.shape)
    text = f"np.array({_nested(array.reshape(core))}{dtype})"
    return text if tuple(core) == array.shape else f"{text}.reshape{inline(array.shape)}"


def _nested(array: np.ndarray[Any, Any]) -> str:
    if array.ndim == 0:
        return _number(array.item())
    if array.ndim == 1:
        return f"[{', '.join(_number(each) for each in array.tolist())}]"
    rows = [_nested(row) for row in array]
    joined = ", ".join(rows)
    if len(joined) < WIDTH // 2:
        return f"[{joined}]"
    return "[\n" + "".join(f"{textwrap.indent(row, '    ')},\n" for row in rows) + "]"


def _number(value: Any) -> str:
    if isinstance(value, float):
        if np.isnan(value):
            return "np.nan"
        if np.isinf(value):
            return "np.inf" if value > 0 else "-np.inf"
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return repr(value)


def _dtype(array: np.ndarray[Any, Any]) -> str:
    if array.dtype in (np.dtype(np.int64), np.dtype(bool)):
        return ""
    if array.dtype == np.float64 and not (array == np.round(array)).all():  # some have a point
        return ""
    return f", dtype={_dtype_name(array)}"


def _dtype_name(array: np.ndarray[Any, Any]) -> str:
    name = array.dtype.name
    return {"float64": "float", "bool": "bool"}.get(name, f"np.{name}")
