"""Finds the statements that a piece of code needs, among all that run before it.

It compares the names that code binds and uses. A statement is not needed if it binds, directly or
through others, no name that is used. If this cannot be determined, the statement counts as needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from convgrade.checking.names import Names


def needed(before: Sequence[Names], target: Names) -> frozenset[int]:
    """Return the indices of the statements in `before` that can change the result of `target`."""
    return _Search(before, target).found()


class _Search:
    def __init__(self, before: Sequence[Names], target: Names) -> None:
        self._before = before
        self._target = target
        self._taken: set[int] = set()
        self._seen: set[tuple[str, int, bool]] = set()
        self._open: list[tuple[str, int, bool]] = []

    def found(self) -> frozenset[int]:
        count = len(self._before)
        if self._target.opaque:
            return frozenset(range(count))
        for place in reversed(range(count)):
            if self._before[place].opaque:  # it may use everything before it
                self._taken = set(range(place + 1))
                for each in self._taken:
                    self._want(self._before[each], each)
                break
        for place in range(count):
            if self._before[place].always:
                self._take(place)
        self._want(self._target, count)
        while self._open:
            self._follow(*self._open.pop())
        return frozenset(self._taken)

    def _take(self, place: int) -> None:
        if place not in self._taken:
            self._taken.add(place)
            self._want(self._before[place], place)

    def _want(self, names: Names, place: int) -> None:
        self._add({(name, place, False) for name in names.uses})
        self._add({(name, len(self._before), True) for name in names.later})

    def _add(self, wanted: set[tuple[str, int, bool]]) -> None:
        self._open += wanted - self._seen
        self._seen |= wanted

    def _follow(self, name: str, end: int, whenever: bool) -> None:
        """Take the last statement before `end` that binds this name, or all if it is used later."""
        for place in range(end - 1, -1, -1):
            names = self._before[place]
            if name in names.changes:
                self._take(place)
                if not whenever and name in names.sets and name not in names.uses:
                    return
