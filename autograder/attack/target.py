"""What is attacked: the suite of one exercise, and the domain of its contract."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.counterexamples.generators import load
from autograder.course.assignment import Assignment
from autograder.grading.suite_digests import suite_digests
from convgrade.release import suite_file_name

GENERATION = 1
"""Of the candidates: to be raised when other ones are made of the same seed."""


@dataclass(frozen=True)
class Target:
    """The suite that is attacked.

    Attributes:
        assignment: its solutions, right answers and misconceptions are the material.
        exercise: the exercise.
        suites: the folder of hidden suites that judge.
        domain: the file that draws calls of the contract's domain; it need not exist.
    """

    assignment: Assignment
    exercise: str
    suites: Path
    domain: Path

    @classmethod
    def of(cls, assignment: Assignment, exercise: str) -> Target:
        """The assignment's own suite of an exercise."""
        return cls(assignment, exercise, assignment.suite_folder, assignment.domain_file)

    @property
    def suite_file(self) -> Path:
        """The suite."""
        return self.suites / suite_file_name(self.exercise)

    @property
    def builds_models(self) -> bool:
        """Whether the exercise is attacked as one that builds Keras models.

        Raises:
            SuiteError: the file that draws calls of builders cannot be loaded.
        """
        file = self.assignment.model_domain_file
        return file.is_file() and bool(load(self.assignment, file=file).of(self.exercise))

    def made_of(self, seed: int, most: int) -> str:
        """A digest of all that a trial depends on."""
        digest = hashlib.sha256(f"{GENERATION} {self.exercise} {seed} {most}".encode())
        digest.update(suite_digests(self.suites, [self.suite_file.name])[0].encode())
        for file in self._material():
            digest.update(file.read_bytes())
        return digest.hexdigest()[:16]

    def _material(self) -> Iterator[Path]:
        course = self.assignment
        for file in (
            course.solution_module,
            course.misconceptions_file,
            course.counterexamples_file,
            course.model_domain_file if self.builds_models else self.domain,
        ):
            if file.is_file():
                yield file
        yield from sorted(course.right_solutions_folder.glob("*.py"))
