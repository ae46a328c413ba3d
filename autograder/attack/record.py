"""What came of one candidate, as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from autograder.attack.candidate import Kind


@dataclass(frozen=True)
class Trial:
    """What came of one candidate.

    Attributes:
        kind: of the candidate.
        number: of its kind.
        digest: of its code; "" if there is no such candidate.
        origin: what it was made from.
        failed: the tests that it fails; only the first, if it is of a kind that should be wrong.
        failed_values: how many of those are tests of values, and no side conditions or claims.
        inputs: how many inputs it was compared on.
        differences: on how many of these it is wrong.
        wrong_in: in what it is wrong on the first of them, in one word.
        text: its code, if the suite judged it wrongly.
        example: the smallest difference that was found, as a cell, if the suite accepted it.
        function: the function of the contract that it defines.
        name: the name of the function in its code.
    """

    kind: Kind
    number: int
    digest: str = ""
    origin: str = ""
    failed: tuple[str, ...] = ()
    failed_values: int = 0
    inputs: int = 0
    differences: int = 0
    wrong_in: str = ""
    text: str = ""
    example: str = ""
    function: str = ""
    name: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether it differs from the right function somewhere."""
        return self.differences > 0

    @property
    def share(self) -> float:
        """The share of the inputs on which it is wrong."""
        return self.differences / self.inputs if self.inputs else 0.0

    def as_plain(self) -> dict[str, Any]:
        """As data for JSON."""
        return asdict(self)

    @classmethod
    def from_plain(cls, data: dict[str, Any]) -> Self:
        """From data of JSON."""
        return cls(**{**data, "failed": tuple(data["failed"])})
