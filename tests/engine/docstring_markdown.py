"""A name of the code as Markdown: its signature and its docstring."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any


def entry(name: str, value: Any) -> str:
    kind = value.fget if isinstance(value, property) else value
    documented = inspect.unwrap(kind) if callable(kind) else kind
    own = inspect.isclass(kind) and is_dataclass(kind) and "Attributes:" not in (kind.__doc__ or "")
    extra = "".join(
        f"* `{attribute}`: {means}\n" for attribute, _, means in attributes(kind) if own and means
    )
    signature = "" if isinstance(value, property) else _signature(documented)
    return f"### `{name}{signature}`\n\n{text_of(documented.__doc__)}\n" + (extra and f"\n{extra}")


def _signature(value: Callable[..., Any]) -> str:
    """Names and defaults; what they must be stands in the docstring."""
    found = inspect.signature(value)
    kept = [
        each.replace(annotation=inspect.Parameter.empty)
        for name, each in found.parameters.items()
        if name != "self"
    ]
    text = str(found.replace(parameters=kept, return_annotation=inspect.Signature.empty))
    text = re.sub(r"<factory>|mappingproxy\((\{.*?\})\)", r"\1", text)
    return re.sub(r"<class '[\w.]*?(\w+)'>", r"\1", text)


def attributes(kind: Any) -> Iterator[tuple[str, str, str]]:
    """The fields of a dataclass: name, default as text, and the docstring below it, or ""."""
    if not (inspect.isclass(kind) and is_dataclass(kind)):
        return
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    means = {}
    for one, following in zip(definition.body, definition.body[1:], strict=False):
        if (
            isinstance(one, ast.AnnAssign)
            and isinstance(one.target, ast.Name)
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
        ):
            means[one.target.id] = " ".join(str(following.value.value).split())
    for each in fields(kind):
        default = "" if each.default is MISSING else f"{each.default}"
        yield each.name, default, means.get(each.name, "")


def first_line(doc: str | None) -> str:
    return inspect.cleandoc(doc or "").partition("\n\n")[0]


_SECTION = re.compile(r"^(Args|Attributes|Raises|Returns|Example):$", re.MULTILINE)


def text_of(doc: str | None) -> str:
    """A docstring in Google's format as Markdown."""
    before, *rest = _SECTION.split(inspect.cleandoc(doc or ""))
    parts = [before.strip()]
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        indented, _, after = re.sub(r"\n\n(?=\S)", "\0", body).partition("\0")
        block = textwrap.dedent(indented.strip("\n"))
        items = title in ("Args", "Attributes", "Raises")
        parts.append(f"{title}:\n\n{_items(block)}" if items else f"{title}: {block.strip()}")
        if after:
            parts.append(after.strip())
    return "\n\n".join(parts)


def _items(block: str) -> str:
    """Lines "name: what it is", continued by indented ones, as a list."""
    return re.sub(
        r"^([\w*., ]+): ", lambda name: f"* `{name[1]}`: ", block, flags=re.MULTILINE
    ).replace("\n    ", "\n  ")
