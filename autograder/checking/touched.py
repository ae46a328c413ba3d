"""Which steps the checks of one exercise need, of all that run before them.

By the names that code sets and uses: what does not set, directly or through others, a name that
the checks use is not needed. Where that cannot be told, it counts as needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.checking.names import Names


@dataclass(frozen=True)
class Part:
    """One step as `needed` sees it: its names when it is only prepared for others, and in full."""

    prepares: Names
    whole: Names


def needed(parts: Sequence[Part], target: int) -> frozenset[int]:
    """The steps before `target`, by index, without which it might come out differently."""
    return _Search(parts, target).found()


class _Search:
    def __init__(self, parts: Sequence[Part], target: int) -> None:
        self._parts = parts
        self._target = target
        self._steps: set[int] = set()
        self._seen: set[tuple[str, int, bool]] = set()
        self._open: list[tuple[str, int, bool]] = []

    def found(self) -> frozenset[int]:
        whole = self._parts[self._target].whole
        if whole.opaque or not whole.readable:
            return frozenset(range(self._target))
        for step in range(self._target):
            prepares = self._parts[step].prepares
            if prepares.opaque:
                self._steps |= set(range(step))
            if prepares.always:
                self._take(step)
        self._want(whole, self._target)
        while self._open:
            self._follow(*self._open.pop())
        for step in list(self._steps):  # those that an opaque step brought with it
            self._take(step)
        while self._open:
            self._follow(*self._open.pop())
        return frozenset(self._steps)

    def _take(self, step: int) -> None:
        self._steps.add(step)
        self._want(self._parts[step].prepares, step)

    def _want(self, names: Names, step: int) -> None:
        self._add({(name, step, False) for name in names.uses})
        self._add({(name, self._target, True) for name in names.later})

    def _add(self, wanted: set[tuple[str, int, bool]]) -> None:
        self._open += wanted - self._seen
        self._seen |= wanted

    def _follow(self, name: str, before: int, whenever: bool) -> None:
        """Take the steps that give this name its value; any of them, where it is used whenever."""
        for step in range(before - 1, -1, -1):
            names = self._parts[step].prepares
            if name not in names.changes:
                continue
            if step not in self._steps or not names.always:
                self._take(step)
            if not whenever and name in names.sets and name not in names.uses:
                return
