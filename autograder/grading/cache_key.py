"""Digests of everything that a result depends on: the course's suites, the engine, the libraries.

Equal keys mean that grading again would change nothing. This makes a run resumable.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from functools import lru_cache
from pathlib import Path

import convgrade
from autograder.course.assignment import Assignment
from autograder.grading import seeds
from autograder.results import FORMAT_VERSION
from convgrade.submission import HandIn

NAMED_LIBRARIES = ("convgrade", "numpy", "keras", "tensorflow", "ipython", "pytest")


def cache_key(
    hand_in: HandIn,
    assignment: Assignment,
    seed: bytes,
    isolation: str,
) -> str:
    """One hash of all that a result depends on; equal keys: grading again would change nothing."""
    parts = [
        FORMAT_VERSION,
        assignment.name,
        hand_in.digest,
        fingerprint(assignment),
        engine_digest(),
        seed.hex(),
        isolation,
        assignment.dataset,
        versions(),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def default_seed(hand_in: HandIn, assignment: Assignment, student: str) -> bytes:
    """The seed derived from the course secret, this student and this exact hand-in."""
    secret = seeds.course_secret(assignment.root)
    return seeds.seed_for(secret, assignment.name, student, hand_in.digest)


def fingerprint(assignment: Assignment) -> str:
    """A digest of all files of the course that decide a score, a hint or a counterexample."""
    files = [
        *sorted(assignment.suite_folder.glob("*.py")),
        assignment.misconceptions_file,
        assignment.counterexamples_file,
        assignment.hints_file,
        assignment.solution_module,
        assignment.source_notebook,
        assignment.release_notebook,
        assignment.source_notebook.parent / "assignment.toml",
    ]
    return _digest_of(tuple((file, _modified(file)) for file in files))


def engine_digest() -> str:
    """A digest of the engine's own code, and of the student's side."""
    packages = (Path(__file__).parents[1], Path(convgrade.__file__).parent)
    files = [file for package in packages for file in sorted(package.rglob("*.py"))]
    return _digest_of(tuple((file, _modified(file)) for file in files))


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
