"""A question about a student's own code, with its key; and the sheet of one student."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

FORMAT = 1
LETTERS = "abcd"
KINDS = {
    "count": "how often a line runs",
    "value": "what a line computes",
    "shape": "the shape of a variable",
    "unused": "which line does not run",
    "result": "what a call returns",
    "changed": "what a changed line returns",
    "input": "which input shows a changed line",
    "same": "which change leaves all answers as they are",
    "contract": "which changed line fulfils another contract",
    "error line": "where an error comes up",
    "error type": "which error a changed line raises",
}
"""The kinds of questions, in the words of the examiner's page."""


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        exercise: the exercise.
        kind: one of `KINDS`.
        prompt: what is asked; code stands between backticks.
        call: the code of a call that it is about; empty if it is about none.
        change: a changed line; empty if it is about none.
        options: what there is to choose from; empty if the answer is a whole number.
        key: the right option's letter, or the number.
        definition: the number of the definition that it is about; -1 for the whole function.
        line: the line in it; 0 for the whole function.
    """

    exercise: str
    kind: str
    prompt: str
    call: str
    change: str
    options: tuple[str, ...]
    key: str
    definition: int = -1
    line: int = 0

    @property
    def answer(self) -> str:
        """The right answer in words."""
        return self.options[LETTERS.index(self.key)] if self.options else self.key

    @property
    def identity(self) -> tuple[str, ...]:
        """Two questions with the same one are the same question with the same key."""
        return self.kind, self.prompt, self.call, self.change, self.answer

    def is_right(self, given: str) -> bool:
        """Whether an answer is the key: a letter in either case, or the number."""
        return given.strip().strip(".)").lower() == self.key


@dataclass(frozen=True)
class ShownLines:
    """A definition as a sheet shows it: its number, its name, its lines with their numbers.

    `is_value` is whether it only gives a name a value.
    """

    definition: int
    name: str
    lines: tuple[tuple[int, str], ...]
    is_value: bool = False


@dataclass(frozen=True)
class Part:
    """The part of a sheet on one exercise.

    Attributes:
        exercise: its name.
        digest: of the code that its questions are about.
        shown: the definitions that they are about, without those that an earlier part shows.
        above: the names of the latter.
        questions: the questions in order.
        silent: why there is none; empty if there is one.
    """

    exercise: str
    digest: str
    shown: tuple[ShownLines, ...]
    questions: tuple[Question, ...]
    above: tuple[str, ...] = ()
    silent: str = ""


@dataclass(frozen=True)
class Sheet:
    """The questions of one student.

    Attributes:
        assignment, title, student: whose sheet it is, and of what.
        parts: one for each exercise.
        made_of: a digest of the hand-in and of what was asked for; another one makes another sheet.
    """

    assignment: str
    title: str
    student: str
    parts: tuple[Part, ...]
    made_of: str

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions in order; question 1 is the first."""
        return tuple(question for part in self.parts for question in part.questions)

    @property
    def number(self) -> str:
        """Tells sheets apart: the notebook has it too, so that answers meet their own keys."""
        text = json.dumps([self.student, *(each.identity for each in self.questions)])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def to_json(self) -> str:
        """The whole sheet with its keys."""
        return json.dumps({"format": FORMAT, "number": self.number, **asdict(self)}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ValueError if it is something else."""
        try:
            found = json.loads(text)
            if found["format"] != FORMAT:
                raise ValueError("another format")
            parts = tuple(map(_part, found["parts"]))
            names = [found[each] for each in ("assignment", "title", "student")]
            return cls(names[0], names[1], names[2], parts, found["made_of"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no sheet of questions: {error!r}") from None


def _part(found: Any) -> Part:
    return Part(
        found["exercise"],
        found["digest"],
        tuple(map(_shown, found["shown"])),
        tuple(map(_question, found["questions"])),
        tuple(found["above"]),
        found["silent"],
    )


def _shown(found: Any) -> ShownLines:
    lines = tuple((number, text) for number, text in found["lines"])
    return ShownLines(found["definition"], found["name"], lines, found["is_value"])


def _question(found: Any) -> Question:
    return Question(**{**found, "options": tuple(found["options"])})


def digest_of(texts: Sequence[str]) -> str:
    """A digest of a student's code."""
    joined = "\0".join(texts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()
