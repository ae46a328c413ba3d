"""What an audit grades: right answers with many seeds, the release, and every wrong answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder import diagnosis
from autograder.audit.digests import catalogue_digests, diagnosis_digests
from autograder.audit.reach import Reach
from autograder.course.assignment import Assignment
from autograder.course.variants import Variant
from autograder.diagnosis import Misconception
from autograder.grading.advice import AdviceKind

FIRST_SEEDS = (b"one seed of the audit", b"another of the audit", b"a third of the audit")
_REQUIRES = re.compile(r"^# requires: (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """One submission to grade.

    Attributes:
        name: what it is, unlike any other of the audit.
        label: a name as students have it, for the grader.
        path: the file.
        seed: the seed of its inputs.
        exercises: the exercises to grade.
        libraries: the modules to load before.
        answer: the right answer that it is; "" for others.
        which: the misconception that it is, if it is one.
        diagnosis: a digest of what its hints depend on; "" if it may have none.
        variant: the variant of the assignment that it answers; None for the default.
        advice: what to search for where points were lost.
    """

    name: str
    label: str
    path: Path
    seed: bytes
    exercises: tuple[str, ...]
    libraries: tuple[str, ...]
    answer: str = ""
    which: Misconception | None = None
    diagnosis: str = ""
    variant: Variant | None = None
    advice: tuple[AdviceKind, ...] = ("hints",)


def cases_of(
    assignment: Assignment,
    catalogue: diagnosis.Catalogue,
    folder: Path,
    *,
    seeds: int,
    only: Collection[str] = (),
) -> list[Case]:
    """All submissions of an audit.

    Args:
        assignment: what is audited.
        catalogue: its misconceptions.
        folder: where to write the wrong answers.
        seeds: how many seeds right answers get, over all of them; each gets one at least.
        only: the exercises to audit; all if it is empty.
    """
    reach = Reach(assignment)
    wanted = reach.with_dependencies(only or reach.exercises)
    quick = reach.with_dependencies(name for name in wanted if not reach.trains(name))
    right = list(_right(assignment, wanted, quick, seeds))
    release = assignment.release_notebook
    stub = Case("release", "the release", release, FIRST_SEEDS[0], wanted, libraries_of(assignment))
    by_looks, by_probes = diagnosis_digests(assignment), catalogue_digests(assignment)
    wrong = [
        Case(
            f"misconception {which.name}",
            which.name,
            _written(assignment, which, folder),
            FIRST_SEEDS[0],
            reach.to_grade(which.exercise, which.replaces),
            libraries_of(assignment),
            which=which,
            diagnosis=(by_looks if which.matches else by_probes)[which.exercise],
        )
        for which in catalogue.misconceptions
        if not only or which.exercise in only
    ]
    return [*right, stub, *sorted(wrong, key=lambda case: -len(case.exercises))]


def seed_of(number: int) -> bytes:
    """The seed with this number, from 1."""
    known = dict(enumerate(FIRST_SEEDS, 1))
    return known.get(number, hashlib.sha256(f"seed {number} of the audit".encode()).digest())


def _right(
    assignment: Assignment, exercises: tuple[str, ...], quick: tuple[str, ...], seeds: int
) -> Iterator[Case]:
    """Each right answer with the first seed, then one after the other with the next seeds.

    Only the first time are all `exercises` graded, then the `quick` ones: how often a right
    training fails is known better from the evidence of its threshold.
    """
    answers = right_answers(assignment)
    for number in range(1, max(seeds, len(answers)) + 1):
        turn, place = divmod(number - 1, len(answers))
        if turn and not quick:
            return
        path = answers[place]
        answer = "the solutions" if place == 0 else path.name
        yield Case(
            f"right answer {answer}, seed {number if turn else 1}",
            f"{path.stem} {number}",
            path,
            seed_of(number if turn else 1),
            quick if turn else exercises,
            libraries_of(assignment, path),
            answer=answer,
        )


def right_answers(assignment: Assignment) -> list[Path]:
    """The solutions, and the right answers in other styles."""
    folder = assignment.right_solutions_folder
    others = sorted(folder.iterdir()) if folder.is_dir() else []
    return [
        assignment.solution_module,
        *(
            path
            for path in others
            if path.suffix in (".py", ".ipynb") and not path.name.startswith(".")
        ),
    ]


def by_libraries(cases: Sequence[Case]) -> dict[tuple[str, ...], list[Case]]:
    """The cases by the libraries that they need."""
    groups: dict[tuple[str, ...], list[Case]] = {}
    for case in cases:
        groups.setdefault(case.libraries, []).append(case)
    return groups


def libraries_of(assignment: Assignment, path: Path | None = None) -> tuple[str, ...]:
    """The assignment's libraries, and those of a right answer that says `# requires: keras`."""
    required = _REQUIRES.search(path.read_text(encoding="utf-8")) if path else None
    more = re.split(r"[,\s]+", required[1].strip()) if required else []
    return tuple(dict.fromkeys([*assignment.preload, *more]))


def _written(assignment: Assignment, which: Misconception, folder: Path) -> Path:
    path = folder / f"{which.name}.py"
    path.write_text(diagnosis.as_submission(assignment, which.function), encoding="utf-8")
    return path
