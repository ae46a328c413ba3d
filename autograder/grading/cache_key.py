"""Digests of everything that a result, and each exercise in it, depends on.

Equal keys mean that grading again would change nothing. This makes a run resumable, and after a
change in one suite only its exercise is graded again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import convgrade
from autograder.course.assignment import Assignment
from autograder.grading import seeds
from autograder.grading.suite_digests import code_digest, digest_with_named, suite_digests
from autograder.results import FORMAT_VERSION

NAMED_LIBRARIES = ("convgrade", "numpy", "keras", "tensorflow", "ipython", "pytest")
NOT_GRADED_ANEW = ("points", "checksum")
"""nbgrader's metadata that decide no outcome of a test."""
ROOMS_BESIDE_GRADING = frozenset(
    {
        "attack",
        "audit",
        "authoring",
        "calibration",
        "ci",
        "class_report",
        "cli",
        "collecting",
        "demo",
        "feedback_page",
        "forgetting",
        "gradebook",
        "marking",
        "nbgrader_bridge",
        "publish",
        "questions",
        "similarity",
        "starting",
    }
)
"""Rooms of the engine that grading does not import: a change in them changes no result."""


@dataclass(frozen=True)
class Keys:
    """The digests for one submission.

    Attributes:
        whole: of all that the result depends on, points too.
        suites: by exercise, of its hidden suite and of what that depends on in the course; it is
            equal for all submissions.
        tests: by exercise, of all that the outcomes of its tests depend on, but the outcomes of
            the exercises that it builds on.
        advice: of what its hints and counterexamples depend on beyond that.
        seed: the seed of the submission's inputs, in hexadecimal digits.
    """

    whole: str
    suites: Mapping[str, str]
    tests: Mapping[str, str]
    advice: str
    seed: str


class KeyMaker:
    """Makes the keys of many submissions to an assignment, as the course is now.

    Args:
        assignment: the assignment, with the dataset that grades it.
        isolation: the isolation that grading uses.
    """

    def __init__(self, assignment: Assignment, isolation: str) -> None:
        exercises = assignment.exercises
        suites = [assignment.suite_file(each.name).name for each in exercises]
        digests = suite_digests(assignment.suite_folder, suites)
        names = (each.name for each in exercises)
        course = course_digest(assignment)
        self.suites = {
            name: _hash([course, digest]) for name, digest in zip(names, digests, strict=True)
        }
        self._advice = advice_digest(assignment)
        self._points = [[each.name, each.points] for each in exercises]
        self._points += [[each.name, each.points] for each in assignment.written]
        self._common = _hash(
            [
                FORMAT_VERSION,
                assignment.name,
                engine_digest(),
                isolation,
                assignment.dataset,
                versions(),
            ]
        )

    def keys(self, digest: str, seed: bytes) -> Keys:
        """The keys of the hand-in with this digest, graded with this seed."""
        tests = {
            exercise: _hash([self._common, digest, seed.hex(), exercise, suite])
            for exercise, suite in self.suites.items()
        }
        whole = _hash([tests, self._advice, self._points])
        return Keys(whole, self.suites, tests, self._advice, seed.hex())


def keys(digest: str, assignment: Assignment, seed: bytes, isolation: str) -> Keys:
    """The keys of the hand-in with this digest, graded with this seed and isolation."""
    return KeyMaker(assignment, isolation).keys(digest, seed)


def default_seed(digest: str, assignment: Assignment, student: str) -> bytes:
    """The seed derived from the course secret, this student and the hand-in's digest."""
    secret = seeds.course_secret(assignment.root)
    return seeds.seed_for(secret, assignment.name, student, digest)


def course_digest(assignment: Assignment) -> str:
    """A digest of what every exercise depends on: the release, the solutions and the settings."""
    release = [
        [cell.cell_type, cell.source, _of_tests(cell.nbgrader)] for cell in assignment.release_cells
    ]
    terms = assignment.training_terms
    return _hash(
        [
            release,
            code_digest(assignment.solution_module),
            assignment.preload,
            dict(assignment.limits),
            None if terms is None else repr(dataclasses.astuple(terms)),
            *variant_parts(assignment),
        ]
    )


def variant_parts(assignment: Assignment) -> list[str]:
    """What the variant of an assignment adds to a digest; nothing for the default release."""
    if assignment.variant is None:
        return []
    return [str(assignment.variant), code_digest(assignment.variants_file)]


def advice_digest(assignment: Assignment) -> str:
    """A digest of the course's misconceptions, their hints and the generators."""
    hints, folder = assignment.hints_file, assignment.suite_folder
    return _hash(
        [
            digest_with_named(assignment.misconceptions_file, folder),
            digest_with_named(assignment.counterexamples_file, folder),
            hints.read_text(encoding="utf-8") if hints.is_file() else "",
        ]
    )


def suites_digest(assignment: Assignment) -> str:
    """A digest of all files in the folder of the hidden suites."""
    files = sorted(assignment.suite_folder.glob("*.py"))
    return _digest_of(tuple((file, _modified(file)) for file in files))


@lru_cache(maxsize=1)
def engine_digest() -> str:
    """A digest of the engine's code that grades, and of the student's side.

    It is of the code as this process found it.
    """
    engine = Path(__file__).parents[1]
    students_side = sorted(Path(convgrade.__file__).parent.rglob("*.py"))
    files = [*files_that_grade(engine), *students_side]
    return _digest_of(tuple((file, _modified(file)) for file in files))


def files_that_grade(engine: Path) -> list[Path]:
    """The Python files of the engine, without those of rooms beside grading."""
    return [
        file
        for file in sorted(engine.rglob("*.py"))
        if file.relative_to(engine).parts[0] not in ROOMS_BESIDE_GRADING
    ]


def _of_tests(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in metadata.items() if name not in NOT_GRADED_ANEW}


def _hash(parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _modified(file: Path) -> int:
    return file.stat().st_mtime_ns if file.is_file() else 0


@lru_cache(maxsize=32)
def _digest_of(files: tuple[tuple[Path, int], ...]) -> str:
    """A digest of contents; the modification times only decide when it is computed again."""
    total = hashlib.sha256()
    for file, modified in files:
        content = file.read_bytes() if modified else b""
        total.update(f"{file.name}:{len(content)}:".encode() + content)
    return total.hexdigest()


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """The versions of Python and of libraries with which a result was made."""
    found = {"python": platform.python_version()}
    for name in NAMED_LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
