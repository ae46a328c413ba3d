"""Grades one file from a cold start: the libraries of both sides are loaded at the same time.

The warm process imports what student code needs while this process imports what grading needs. So
this module must not import the grader before it is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.assignment import Assignment
from autograder.grading.environment import require_usable
from autograder.grading.reading import read_or_none
from autograder.grading.warm_processes import WarmProcesses
from autograder.sandbox import Isolation
from convgrade.submission import Submission

if TYPE_CHECKING:
    from autograder.results import Result


def grade_one_file(
    file: Path,
    assignment: Assignment,
    *,
    student: str | None = None,
    isolation: Isolation = "namespaces",
    beside: Sequence[Path] = (),
) -> Result:
    """Grade one hand-in; arguments, result and errors are those of `grader.grade`."""
    require_usable()
    hand_in = read_or_none(file, assignment, student or file.stem, beside)
    with (
        closing(WarmProcesses(assignment, isolation)) as own,
        ThreadPoolExecutor(1, "warm process") as starter,
    ):
        imports = hand_in.imports if isinstance(hand_in, Submission) else ()
        starting = starter.submit(own.address, imports)

        from autograder.grading.grader import Grader

        def address(submission: Submission) -> str:
            starting.result()
            return own.address(submission.imports)

        with Grader(assignment, isolation=isolation, warm_process=address) as grader:
            return grader.grade(hand_in or file, student=student, beside=beside)
