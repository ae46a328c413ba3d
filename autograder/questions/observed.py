"""What is certain about one function of a submission, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.edits.recorded import SpotKind
from autograder.questions.comparing import Answer
from autograder.questions.drawn_calls import DrawnCall


@dataclass(frozen=True)
class Definition:
    """A definition of the student's: its name, text, and the lines of its docstring.

    `is_value` is whether it gives a name a value, and is neither a function nor a class.
    """

    name: str
    text: str
    is_value: bool = False
    documentation: tuple[int, int] = (0, 0)

    def line(self, number: int) -> str:
        """The text of a line, from 1."""
        lines = self.text.split("\n")
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""


@dataclass(frozen=True)
class Spot:
    """A place of which something was recorded: which definition, its line, from 1, and the text."""

    definition: int
    kind: SpotKind
    line: int
    text: str


@dataclass(frozen=True)
class Seen:
    """How often a spot was reached in a call; the first values there, and their shapes."""

    count: int
    values: tuple[Any, ...] = ()
    shapes: tuple[tuple[int, ...] | None, ...] = ()


@dataclass(frozen=True)
class Edited:
    """An edit of one line, and what the calls return with it; None where that is not certain.

    `leaves_all` is whether all calls, and many more, return what they return without it. `more`
    has the answers of the latter, if they are known.
    """

    definition: int
    line: int
    after: str
    answers: tuple[Answer | None, ...]
    leaves_all: bool = False
    more: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Observed:
    """What is certain about one function of a submission.

    `seen` has, for each call, what was recorded at spots. A spot that is missing was not reached,
    or is not certain: `uncertain` has the lines of the latter. `steady` says of each spot whether
    it was observed at all.
    """

    exercise: str
    definitions: tuple[Definition, ...]
    calls: tuple[DrawnCall, ...]
    answers: tuple[Answer, ...]
    spots: tuple[Spot, ...]
    seen: tuple[Mapping[int, Seen], ...]
    edits: tuple[Edited, ...]
    uncertain: frozenset[int] = field(default_factory=frozenset)

    @property
    def watched(self) -> tuple[int, ...]:
        """The numbers of the definitions in which lines ran, that of the exercise first."""
        ran = {self.spots[spot].definition for seen in self.seen for spot in seen}
        own = [n for n, each in enumerate(self.definitions) if each.name == self.exercise]
        return (*own, *sorted(ran - set(own)))

    @property
    def shown(self) -> tuple[int, ...]:
        """The same, and before the others the definitions of values."""
        first, others = self.watched[:1], self.watched[1:]
        values = [n for n, each in enumerate(self.definitions) if each.is_value and n not in first]
        return (*first, *values, *(n for n in others if n not in values))
