"""Finds the modules that code imports by reading it as data, in bounded time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MAX_IMPORTS = 64
MAX_NAME = 100

_STATEMENT = re.compile(
    r"^[ \t]*(?:[^#\n'\"]{0,80}[:;][ \t]*)?"
    r"(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([^\n;#]+))",
    re.MULTILINE,
)
_CALL = re.compile(r"(?:import_module|__import__)[ \t]*\([ \t]*['\"]([\w.]+)['\"]")


def imported(sources: Iterable[str]) -> frozenset[str]:
    """Return the names of modules that code imports anywhere, also inside functions; at most 64.

    Names are dotted as in the code: `keras.layers`, and not only `keras`.
    """
    found: dict[str, None] = {}
    for source in sources:
        for name in _names(source):
            if len(name) <= MAX_NAME and not name.startswith("."):
                found[name] = None
            if len(found) == MAX_IMPORTS:
                return frozenset(found)
    return frozenset(found)


def _names(source: str) -> Iterator[str]:
    for match in _STATEMENT.finditer(source):
        if match.group(1):
            yield match.group(1)
            continue
        for part in match.group(2).split(","):
            words = part.split(None, 1)
            if words and re.fullmatch(r"[A-Za-z_][\w.]*", words[0]):
                yield words[0]
    for match in _CALL.finditer(source):
        yield match.group(1)
