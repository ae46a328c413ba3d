"""What a coordinator sends to grading processes: the course of a run, and one submission of it.

It is JSON as bytes. Dask pickles these bytes, and so never an object that a student's text is part
of.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Self

from autograder.cluster import hand_in_json
from autograder.cluster.messages import Course
from autograder.course.assignment import Assignment
from autograder.grading.advice import AdviceKind
from autograder.grading.cache_key import engine_digest, versions
from autograder.results import Result
from autograder.sandbox import Isolation
from convgrade.submission import Submission


def course_of(assignment: Assignment, isolation: Isolation, bundle: str) -> Course:
    """The course of a run, as this process would grade it."""
    name, dataset = assignment.name, assignment.dataset
    return Course(bundle, name, dataset, isolation, engine_digest(), versions())


@dataclass(frozen=True)
class Work:
    """One submission to grade; `earlier` is an earlier result of the student."""

    student: str
    seed: bytes
    advice: tuple[AdviceKind, ...]
    submission: Submission
    earlier: Result | None = None

    def to_bytes(self) -> bytes:
        document = {
            "student": self.student,
            "seed": self.seed.hex(),
            "advice": self.advice,
            "submission": hand_in_json.as_json(self.submission),
            "earlier": None if self.earlier is None else self.earlier.to_json(),
        }
        return json.dumps(document).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        document: dict[str, Any] = json.loads(data)
        earlier = document["earlier"]
        return cls(
            document["student"],
            bytes.fromhex(document["seed"]),
            tuple(document["advice"]),
            hand_in_json.from_json(document["submission"]),
            None if earlier is None else Result.from_json(earlier),
        )
