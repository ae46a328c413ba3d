"""Splits reactions into parts that are compared on their own, each with the aspect it belongs to.

An answer can have the wrong dtype and the right values. If the two were compared as one, a wrong
dtype would hide what is right, and what is wrong, with the values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from autograder.diagnosis.reactions import Reaction
from autograder.sandbox import Handle
from convgrade.notebook.tolerance import nearly_equal, relative_tolerance

Aspect = Literal["values", "types", "purity", "refusals"]
ASPECTS: tuple[Aspect, ...] = ("values", "types", "purity", "refusals")
"""What mistakes are about, the gravest first: numbers and shapes, dtypes and kinds of container,
changed arguments, and arguments that should have been refused."""
MOST_LEAVES = 100
"""Of longer sequences the parts are not compared on their own."""

_UNREADABLE = object()


@dataclass(frozen=True)
class Part:
    """A part of the right function's reaction to one probe.

    Attributes:
        aspect: what it belongs to.
        path: where it is in the value: indices and keys.
        expected: what is there in the right reaction.
        weight: the values of a probe weigh one together; so do its types; and so on.
    """

    aspect: Aspect
    path: tuple[Any, ...]
    expected: Any
    weight: float = 1.0


@dataclass(frozen=True)
class Refusal:
    """How a function refuses arguments, in the terms in which mistakes differ."""

    kind: str


REFUSES = Refusal("refuses an argument")
"""A ValueError that names an argument, where the right function returns a value."""


@dataclass(frozen=True, eq=False)
class OtherStructure:
    """A value in which the path of a part leads nowhere."""

    value: Any


def parts(right: Reaction) -> list[Part]:
    """The parts of a right reaction."""
    if right.raised is not None:
        return [Part("refusals", (), refusal(right, right))]
    leaves = list(_leaves(right.value))
    found = []
    for path, leaf in leaves:
        found.append(Part("values", path, leaf, 1 / len(leaves)))
        found.append(Part("types", path, _type_of(leaf), 1 / len(leaves)))
    if right.shares_memory is not None:
        found.append(Part("purity", (), (right.arguments, right.shares_memory)))
    return found


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, dict) and 0 < len(value) <= MOST_LEAVES:
        for key, member in value.items():
            yield from _leaves(member, (*path, key))
    elif isinstance(value, list | tuple) and 0 < len(value) <= MOST_LEAVES:
        for index, member in enumerate(value):
            yield from _leaves(member, (*path, index))
    else:
        yield path, value


def take(part: Part, reaction: Reaction, right: Reaction) -> Any:
    """What a reaction has in the place of a part of the right one.

    Returns:
        The value there; a `Refusal` if the function raised; `None` if this reaction cannot show the
        part, such as the dtype of an answer that there is not. (A value that is None is of type
        NoneType, so it differs from what cannot be shown only in its type.)
    """
    if part.aspect == "refusals":
        return refusal(reaction, right)
    if reaction.raised is not None:
        if part.aspect != "values":
            return None
        return REFUSES if is_refusal(reaction) else Refusal(reaction.raised)
    if part.aspect == "purity":
        return (reaction.arguments, reaction.shares_memory)
    value = _UNREADABLE if reaction.unreadable else _at(reaction.value, part.path, right.value)
    if part.aspect == "types":
        hidden = value is _UNREADABLE or isinstance(value, OtherStructure)
        return None if hidden else _type_of(value)
    return value


def _at(value: Any, path: Sequence[Any], like: Any) -> Any:
    """The member of `value` at a path, if `value` has the structure of `like` up to there."""
    member = value
    for step in path:
        if isinstance(like, dict):
            if not isinstance(member, dict) or step not in member:
                return OtherStructure(value)
        elif not isinstance(member, list | tuple) or len(member) != len(like):
            return OtherStructure(value)
        member, like = member[step], like[step]
    return member


def is_refusal(reaction: Reaction) -> bool:
    """Whether the function raised a ValueError that names an argument."""
    return reaction.raised == "ValueError" and reaction.names_an_argument


def refusal(reaction: Reaction, right: Reaction) -> Refusal:
    """How a reaction differs from a refusal that is right."""
    if reaction.raised is None:
        return Refusal("does not raise")
    if reaction.raised == right.raised:
        named = reaction.names_an_argument or not right.names_an_argument
        return Refusal("right" if named else "names nothing")
    return Refusal("asserts" if reaction.raised == "AssertionError" else "raises something else")


def checks_nothing(some: Refusal) -> bool:
    """Whether a function went on with arguments that it should have refused."""
    return some.kind in ("does not raise", "raises something else")


def differ_alike(mine: Refusal, known: Refusal, is_careless: bool) -> bool:
    """Whether a student's wrong refusal may come of the same mistake as that of a misconception.

    A function that checks nothing returns something, or fails somewhere else. Where it fails it may
    happen to raise a ValueError, so that counts too if the function is careless elsewhere.
    """
    if mine == known:
        return True
    by_accident = is_careless and mine.kind == "names nothing"
    return checks_nothing(known) and (checks_nothing(mine) or by_accident)


def wrong_in_the_same_cells(mine: Any, known: Any, expected: Any) -> bool:
    """Whether two arrays differ from the right one in the same cells, and not in all of them."""
    if not all(isinstance(each, np.ndarray) for each in (mine, known, expected)):
        return False
    if not mine.shape == known.shape == expected.shape:
        return False
    if not {mine.dtype.kind, known.dtype.kind, expected.dtype.kind} <= set("biuf"):
        return False
    wrong_mine, wrong_known = (
        ~nearly_equal(each, expected, relative_tolerance(each.dtype, expected.dtype))
        for each in (mine, known)
    )
    return not wrong_known.all() and bool((wrong_mine == wrong_known).all())


def equal(one: Any, other: Any) -> bool:
    """Whether two parts are the same. Numbers are compared within their precision."""
    if isinstance(one, Refusal) or isinstance(other, Refusal):
        return type(one) is type(other) and bool(one == other)
    if isinstance(one, OtherStructure) and isinstance(other, OtherStructure):
        return equal(one.value, other.value)
    if any(each is _UNREADABLE or isinstance(each, Handle) for each in (one, other)):
        return False
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in other)
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return _equal_arrays(one, other)
    if isinstance(one, int | float | np.generic) and isinstance(other, int | float | np.generic):
        return _equal_arrays(one, other)
    return type(one) is type(other) and bool(one == other)


def _equal_arrays(one: Any, other: Any) -> bool:
    try:
        a, b = np.asarray(one), np.asarray(other)
    except ValueError:  # a ragged list
        return False
    if a.shape != b.shape or not {a.dtype.kind, b.dtype.kind} <= set("biufc"):
        return False
    if a.dtype.kind in "biu" and b.dtype.kind in "biu":
        return bool(np.array_equal(a, b))
    if a.dtype == b.dtype and a.tobytes() == b.tobytes():
        return True
    return bool(nearly_equal(a, b, relative_tolerance(a.dtype, b.dtype)).all())


def _type_of(value: Any) -> str:
    """The dtype of an array, or the kind of another value. NumPy's scalars are plain numbers."""
    if isinstance(value, np.ndarray):
        return f"array of {value.dtype}"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list | tuple):
        return "sequence"
    return type(value).__name__
