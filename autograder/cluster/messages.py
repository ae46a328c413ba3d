"""What coordinator and workers tell each other, beside the submissions: JSON as bytes.

Dask's own processes import this module. It imports nothing that takes time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal, Self, get_args

if TYPE_CHECKING:
    from autograder.sandbox import Isolation

AnswerKind = Literal["ready", "result", "failed", "died", "refused", "missing"]
"""ready: a grading process has started. result: a result. failed, died: the grader's own error, or
the death of two grading processes, on this submission. refused: this worker cannot grade for this
coordinator; the text is a sentence. missing: this worker has no whole copy of the bundle."""
GOES_ON: tuple[AnswerKind, ...] = ("result", "failed")
"""The answers after which the grading process takes another submission."""


@dataclass(frozen=True)
class Course:
    """What all submissions of one run are graded with: the course, and the code that grades.

    Attributes:
        bundle: the digest of the course's bundle.
        engine: a digest of the code of this package and of the student's side.
        versions: the versions of Python and of libraries.
    """

    bundle: str
    assignment: str
    dataset: str
    isolation: Isolation
    engine: str
    versions: Mapping[str, str]

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a course. What a coordinator of another version leaves out is empty."""
        document = json.loads(data)
        return cls(**{each.name: document.get(each.name, "") for each in fields(cls)})


@dataclass(frozen=True)
class Answer:
    """What a worker says; `text` is a result as JSON, or a sentence, and `worker` its address."""

    kind: AnswerKind
    text: str = ""
    worker: str = ""

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: object) -> Self:
        """Read an answer.

        Raises:
            ValueError: it is none.
        """
        if not isinstance(data, bytes):
            raise ValueError("an answer is bytes")
        document = json.loads(data)
        if not isinstance(document, dict) or document.get("kind") not in get_args(AnswerKind):
            raise ValueError("not an answer of a worker")
        return cls(document["kind"], str(document["text"]), str(document["worker"]))
