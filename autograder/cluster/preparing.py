"""Reads a hand-in on the coordinator, in a process of its own, and makes the message to a worker.

The seed is derived here, so that the course secret stays on this machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from autograder.cluster.work import Work
from autograder.course.assignment import load_assignment
from autograder.grading.batch import Task, without_files
from autograder.grading.cache_key import default_seed, keys
from autograder.grading.graded import Graded
from autograder.grading.grader import Grader
from autograder.grading.reading import given_to, read_or_none
from autograder.results import Result
from autograder.sandbox import Isolation
from convgrade.submission import HandIn, Submission


@dataclass(frozen=True)
class Prepared:
    """A submission that is ready for a worker, and what its result must say of itself.

    Attributes:
        work: a `Work` as bytes.
        hand_in: the hand-in without its accompanying files.
        key: the key of a result that is graded with this machine's course and code.
        seed: the seed in hexadecimal digits.
    """

    work: bytes = field(repr=False)
    hand_in: HandIn = field(repr=False)
    student: str
    seed: str
    key: str

    def is_answered_by(self, result: Result) -> bool:
        """Whether a result is of this submission, graded with the course and code of here."""
        return (result.student, result.seed) == (self.student, self.seed) and (
            result.status == "grader_error" or result.key == self.key
        )


def prepare(which: tuple[str, Path, str], task: Task, isolation: Isolation) -> Prepared | Graded:
    """Read a hand-in. One that cannot be read is graded here: nothing of it has to run."""
    name, root, dataset = which
    assignment = load_assignment(name, root).on(dataset)
    hand_in = task.hand_in or read_or_none(task.path, assignment, task.student, task.beside)
    if not isinstance(hand_in, Submission):
        with Grader(assignment, isolation=isolation) as grader:
            place = task.path if hand_in is None else hand_in
            return Graded(grader.grade(place, task.seed, student=task.student), hand_in)
    seed = task.seed or default_seed(hand_in.digest, assignment, task.student)
    work = Work(task.student, seed, task.advice, hand_in, task.earlier)
    return Prepared(
        work.to_bytes(),
        without_files(hand_in) or hand_in,
        task.student,
        seed.hex(),
        keys(hand_in.digest, given_to(assignment, task.student, hand_in), seed, isolation).whole,
    )
