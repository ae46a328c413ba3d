"""Keeps functions as they were when their exercise was finished.

A notebook goes on after an exercise: a later cell may define the function again, or call a list
`list` and a total `sum`. For the duration of a call, names get their earlier values back. The copy
is shallow: values that were changed in place stay changed. This helps honest notebooks and protects
nothing.
"""

from __future__ import annotations

import builtins
import dis
import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FunctionType, MethodType
from typing import Any

MOST_VISITED = 5_000
_ABSENT = object()
_BUILTINS = {name: value for name, value in vars(builtins).items() if name[0] != "_"}


@dataclass(frozen=True)
class Rebinding:
    """A name to which a later cell gave another meaning after an exercise was finished.

    If `name` is that of the exercise, its function was defined again.
    """

    exercise: str
    name: str
    cell: str
    settled: str
    """The cell after which the exercise's function counts."""


@dataclass
class _Taken:
    """A function and all names of the namespace, as they were after one cell."""

    function: Any
    names: Mapping[str, Any]
    cell: str
    _reach: tuple[dict[CodeType, bool], frozenset[str]] | None = field(default=None, repr=False)


class Settled:
    """The functions of one namespace, as they count."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._taken: dict[str, _Taken] = {}
        self._lost: dict[str, Any] = {}
        self._before: dict[str, Any] = {}

    def settle(self, names: tuple[str, ...], cell: str) -> None:
        """Keep the functions of these names as they are now, if they are written."""
        wanted = {name: self._namespace.get(name) for name in names}
        written = {name: value for name, value in wanted.items() if _is_written(value)}
        if written:
            now = dict(self._namespace)
            for name, value in written.items():
                self._taken[name] = _Taken(value, now, cell)
            self._before = now

    def watch(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the callables among names that a statement is about to bind; for `lose`."""
        found = ((name, self._namespace.get(name)) for name in names)
        return {name: value for name, value in found if callable(value)}

    def lose(self, before: Mapping[str, Any]) -> None:
        """Remember the values in `before` whose names are not callable any more."""
        for name, value in before.items():
            if not callable(self._namespace.get(name)):
                self._lost[name] = value

    def cell_done(self, cell: str) -> list[Rebinding]:
        """Return what the finished cell changed for functions that were settled before it."""
        if not self._taken:
            return []
        before, self._before = self._before, dict(self._namespace)
        changed = {
            name
            for name, value in self._before.items()
            if value is not before.get(name, _BUILTINS.get(name, value))
        } | (before.keys() - self._before.keys())
        if not changed:
            return []
        return [
            Rebinding(exercise, name, cell, taken.cell)
            for exercise, taken in self._taken.items()
            for name in sorted(changed & (self._mentions(taken) | {exercise}))
            if self._means_another(name, exercise, taken)
        ]

    @contextmanager
    def as_it_stood(self, name: str) -> Iterator[Callable[..., Any] | None]:
        """Provide the function of that name as it counts, with the earlier meaning of the names it
        uses.

        It is None if there is no such function.
        """
        taken = self._taken.get(name)
        function = taken.function if taken else self._namespace.get(name)
        if not taken and not callable(function):
            function = self._lost.get(name)
        if not callable(function):
            yield None
            return
        taken = taken or _Taken(function, {}, "")
        put = {}
        for other in self._mentions(taken):
            value = self._meant(other, taken)
            if value is not self._namespace.get(other, _ABSENT):
                put[other] = value
        if not put:
            yield function
            return
        stored = _stored(self._codes(taken))
        put = {other: value for other, value in put.items() if other not in stored}
        today = {other: self._namespace.get(other, _ABSENT) for other in put}
        self._bind(put)
        try:
            yield function
        finally:
            self._bind(
                {
                    other: value
                    for other, value in today.items()
                    if self._namespace.get(other, _ABSENT) is put[other]
                }
            )

    def _bind(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if value is _ABSENT:
                self._namespace.pop(name, None)
            else:
                self._namespace[name] = value

    def _meant(self, name: str, taken: _Taken) -> Any:
        """The value of a name during a call of the function."""
        if name in taken.names:
            return taken.names[name]
        today = self._namespace.get(name, _ABSENT)
        if today is _ABSENT or (not taken.names and callable(today)):
            return today
        if name in _BUILTINS:
            return _ABSENT
        return today if taken.names else self._lost.get(name, today)

    def _means_another(self, name: str, exercise: str, taken: _Taken) -> bool:
        then = taken.function if name == exercise else self._meant(name, taken)
        if then is _ABSENT:
            then = _BUILTINS.get(name)
        return not _alike(then, self._namespace.get(name, _ABSENT))

    def _mentions(self, taken: _Taken) -> frozenset[str]:
        return self._reach(taken)[1]

    def _codes(self, taken: _Taken) -> Mapping[CodeType, bool]:
        return self._reach(taken)[0]

    def _reach(self, taken: _Taken) -> tuple[dict[CodeType, bool], frozenset[str]]:
        """The code that a function can reach, and every name that this code mentions.

        Of code that was defined later, only the names of builtins are included.
        """
        if taken._reach is None:
            codes: dict[CodeType, bool] = {}
            names: set[str] = set()
            waiting: list[tuple[Any, bool]] = [(taken.function, False)]
            seen: set[int] = set()
            while waiting and len(seen) < MOST_VISITED:
                value, later = waiting.pop()
                if id(value) in seen:
                    continue
                seen.add(id(value))
                for code in _codes_of(value, self._namespace):
                    if code in codes:
                        continue
                    codes[code] = later
                    names.update(n for n in code.co_names if not later or n in _BUILTINS)
                    for name in code.co_names:
                        known = self._meant(name, taken)
                        if known is not _ABSENT:
                            waiting.append((known, later or name not in taken.names))
                waiting.extend((part, later) for part in _parts_of(value, self._namespace))
            taken._reach = codes, frozenset(names)
        return taken._reach


def _is_written(value: Any) -> bool:
    """Whether a value is callable and no stub, which only imports and raises an error."""
    if not isinstance(value, FunctionType):
        return callable(value)
    steps = list(dis.get_instructions(value.__code__))
    imported = {step.argval for step in steps if step.opname.startswith("IMPORT")}
    named = set(value.__code__.co_names) - imported
    return named != {"NotImplementedError"} or any(
        step.opname.startswith("RETURN") for step in steps
    )


def _codes_of(value: Any, namespace: dict[str, Any]) -> Iterator[CodeType]:
    """Yield the code of a function of that namespace, with all nested code."""
    if not isinstance(value, FunctionType) or value.__globals__ is not namespace:
        return
    waiting = [value.__code__]
    while waiting:
        code = waiting.pop()
        yield code
        waiting.extend(each for each in code.co_consts if isinstance(each, CodeType))


def _parts_of(value: Any, namespace: dict[str, Any]) -> Iterator[Any]:
    """Yield other places of functions: wrappers, classes, instances and containers."""
    if isinstance(value, FunctionType):
        yield getattr(value, "__wrapped__", None)
        yield from value.__defaults__ or ()
        for cell in value.__closure__ or ():
            try:
                yield cell.cell_contents
            except ValueError:  # not bound yet
                continue
    elif isinstance(value, MethodType):
        yield from (value.__func__, value.__self__)
    elif isinstance(value, staticmethod | classmethod):
        yield value.__func__
    elif isinstance(value, property):
        yield from (value.fget, value.fset)
    elif isinstance(value, functools.partial):
        yield from (value.func, *value.args, *value.keywords.values())
    elif isinstance(value, type):
        if type.__getattribute__(value, "__module__") == namespace.get("__name__"):
            yield from (*type.__getattribute__(value, "__mro__"), *vars(value).values())
    elif type(value) in (list, tuple):
        yield from value[:100]
    elif type(value) is dict:
        yield from list(value.values())[:100]
    else:
        yield type(value)
        kept = _attributes(value)
        yield from [each for each in kept.values() if isinstance(each, _CALLABLE)][:100]


_CALLABLE = (FunctionType, MethodType, functools.partial)


def _attributes(value: Any) -> dict[str, Any]:
    try:
        kept = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return kept if type(kept) is dict else {}


def _stored(codes: Mapping[CodeType, bool]) -> frozenset[str]:
    """Names that this code binds in the namespace itself, by `global`."""
    return frozenset(
        str(each.argval)
        for code in codes
        for each in dis.get_instructions(code)
        if each.opname in ("STORE_GLOBAL", "DELETE_GLOBAL")
    )


def _alike(one: Any, other: Any) -> bool:
    """Whether two values mean the same: the same object, the same code, or equal plain values."""
    if one is other:
        return True
    if isinstance(one, FunctionType) and isinstance(other, FunctionType):
        return _same_code(one.__code__, other.__code__)
    plain = (bool, int, float, str, bytes, type(None))
    return type(one) is type(other) and type(one) in plain and one == other


def _same_code(one: CodeType, other: CodeType) -> bool:
    if (one.co_code, one.co_names, one.co_varnames) != (
        other.co_code, other.co_names, other.co_varnames
    ) or len(one.co_consts) != len(other.co_consts):  # fmt: skip
        return False
    return all(
        _same_code(a, b) if isinstance(a, CodeType) and isinstance(b, CodeType) else a == b
        for a, b in zip(one.co_consts, other.co_consts, strict=True)
    )
