"""Whether wrong functions disturb exercises whose texts do not name them, such as by global state.

Each wrong answer is graded in the exercises that it can reach by its name. The others take long: so
one submission calls all wrong functions beside the right ones, and must still pass them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder import diagnosis
from autograder.audit.cases import FIRST_SEEDS, Case, libraries_of
from autograder.audit.checks import Check, check
from autograder.audit.reach import Reach
from autograder.course.assignment import Assignment
from autograder.diagnosis import Misconception
from autograder.results import Outcome, Result

TOGETHER = 3
"""How many wrong functions one call of the right one calls as well; each is called once."""

_CALLING = f"""

def _beside(right, wrong):
    import copy
    import functools

    waiting = list(wrong)

    @functools.wraps(right)
    def called(*args, **kwargs):
        for function in waiting[:{TOGETHER}]:
            try:
                function(*copy.deepcopy(args), **copy.deepcopy(kwargs))
            except Exception:
                pass
        del waiting[:{TOGETHER}]
        return right(*args, **kwargs)

    return called
"""

Grade = Callable[[Assignment, Sequence[Case]], Mapping[Case, Result]]


@dataclass(frozen=True)
class Disturbances:
    """Looks for wrong functions that disturb the heavy exercises.

    Attributes:
        assignment: what is audited.
        folder: where to write submissions.
        exercises: what to grade: all whose tests do not train.
        heavy: those of them that need more than NumPy.
        grade: grades cases.
    """

    assignment: Assignment
    folder: Path
    exercises: tuple[str, ...]
    heavy: frozenset[str]
    grade: Grade

    def complaints(self, wrong: Sequence[Misconception]) -> list[tuple[str, str]]:
        """For each misconception what it disturbs, as a text, or ""."""
        told = dict.fromkeys((which.name for which in wrong), "")
        return list((told | self._found(wrong)).items())

    def _found(self, wrong: Sequence[Misconception]) -> dict[str, str]:
        """The misconceptions among these that disturb an exercise, found by halving."""
        harmed = self._harmed(wrong)
        if not harmed:
            return {}
        name = wrong[0].name if len(wrong) == 1 else f"{wrong[0].name} and others, together"
        middle = len(wrong) // 2
        halves = (wrong[:middle], wrong[middle:]) if middle else ()
        found = {key: told for half in halves for key, told in self._found(half).items()}
        return found or {name: f"disturbs {', '.join(harmed)}"}

    def _harmed(self, wrong: Sequence[Misconception]) -> list[str]:
        names = " ".join(which.name for which in wrong)
        label = f"all at once {hashlib.sha256(names.encode()).hexdigest()[:8]}"
        path = self.folder / f"{label}.py"
        path.write_text(submission(self.assignment, wrong), encoding="utf-8")
        libraries = libraries_of(self.assignment)
        case = Case(label, label, path, FIRST_SEEDS[0], self.exercises, libraries, advice=())
        result = self.grade(self.assignment, [case])[case]
        passed = {each.name for each in result.exercises if each.passed}
        return [name for name in self.exercises if name in self.heavy and name not in passed]


def disturbance_checks(
    assignment: Assignment, wrong: Mapping[Misconception, Result], folder: Path, grade: Grade
) -> list[Check]:
    """The condition that wrong functions disturb nothing; none if no exercise takes long.

    Args:
        assignment: what is audited.
        wrong: the results of all its misconceptions.
        folder: where to write submissions.
        grade: grades cases.
    """
    reach = Reach(assignment)
    quick = tuple(name for name in reach.exercises if not reach.trains(name))
    tried = _candidates(wrong, reach)
    if not tried or not reach.heavy & set(quick):
        return []
    found = Disturbances(
        assignment, folder, reach.with_dependencies(quick), reach.heavy, grade
    ).complaints(tried)
    return [check("a misconception disturbs no network that it does not name", found)]


def _candidates(wrong: Mapping[Misconception, Result], reach: Reach) -> list[Misconception]:
    """The misconceptions of exercises that need only NumPy, without those that never end."""
    return [
        which
        for which, result in wrong.items()
        if which.exercise not in reach.heavy
        and not any(
            test.outcome is Outcome.TIMEOUT for each in result.exercises for test in each.tests
        )
    ]


def submission(assignment: Assignment, wrong: Sequence[Misconception]) -> str:
    """The solutions, in which right functions call wrong ones as well and return right values."""
    parts = [assignment.solution_module.read_text(encoding="utf-8"), _CALLING]
    functions: dict[str, list[str]] = {}
    for number, which in enumerate(wrong):
        parts.append(diagnosis.as_code(which.function, f"_wrong_{number}"))
        functions.setdefault(which.replaces, []).append(f"_wrong_{number}")
    for right, names in functions.items():
        parts.append(f"\n\n{right} = _beside({right}, [{', '.join(names)}])\n")
    return "".join(parts)
