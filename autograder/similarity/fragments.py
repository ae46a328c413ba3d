"""Fragments: short runs of tokens as numbers, a few of which stand for a whole text (winnowing)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from copydetect.utils import winnow

WINDOW = 4
"""One of so many neighbouring fragments is kept, or more."""


@dataclass(frozen=True)
class Token:
    """One token, and where in the text it or its statement begins and ends.

    `is_chosen` says that its author chose this name, so that it may differ in copied code.
    """

    text: str
    begin: int
    end: int
    is_chosen: bool = False


def all_fragments(tokens: Sequence[Token], length: int) -> list[int]:
    """Return a number for each run of `length` tokens, equal if only chosen names differ.

    Chosen names count by their order in the run, so that `a - b` is like `x - y`, unlike `x - x`.
    """
    return [_number(tokens[start : start + length]) for start in range(len(tokens) - length + 1)]


def kept_fragments(tokens: Sequence[Token], length: int) -> Mapping[int, Sequence[int]]:
    """Return some of the fragments, with their places; equal runs are kept in equal texts."""
    numbers = np.array(all_fragments(tokens, length), dtype=np.int64)
    found: dict[int, list[int]] = {}
    for number, place in zip(*winnow(numbers, WINDOW, remove_duplicates=False), strict=True):
        found.setdefault(int(number), []).append(int(place))
    return found


def _number(run: Sequence[Token]) -> int:
    """A number that is exact as a float, in which `winnow` compares."""
    text = "\0".join(_words(run)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=6).digest(), "big")


def _words(run: Sequence[Token]) -> Iterator[str]:
    order: dict[str, int] = {}
    for token in run:
        yield str(order.setdefault(token.text, len(order))) if token.is_chosen else token.text
