"""Grades what an earlier audit has not graded, and stores each outcome at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from autograder.audit.cases import Case, by_libraries
from autograder.audit.store import Store
from autograder.course.assignment import Assignment
from autograder.course.variants import Variant
from autograder.grading.cache_key import KeyMaker, Keys
from autograder.grading.reading import digest_of_file
from autograder.grading.scheduling import Task, grade_files
from autograder.grading.watching import Watcher
from autograder.results import ExerciseResult, Result
from autograder.sandbox import Isolation


def graded(
    assignment: Assignment,
    cases: Sequence[Case],
    store: Store,
    *,
    jobs: int | None = None,
    isolation: Isolation = "namespaces",
    fresh: bool = False,
    on_start: Callable[[int], None] = lambda count: None,
    watcher: Watcher | None = None,
) -> dict[Case, Result]:
    """The results of all cases; of each result only the exercises of its case.

    Args:
        assignment: what is audited.
        cases: what to grade.
        store: the outcomes of earlier audits, to which new ones are added.
        jobs: processes at a time, by default one per processor.
        isolation: as for `grade`.
        fresh: grade everything again.
        on_start: called with how many submissions there are that need grading.
        watcher: is told of each new result.

    Raises:
        IsolationUnavailable: this machine lacks a required protection.
    """
    made_now: dict[Variant | None, KeyMaker] = {}
    found: dict[Case, Result] = {}
    waiting: dict[Case, Result | None] = {}
    for case in cases:
        if case.variant not in made_now:
            made_now[case.variant] = KeyMaker(assignment.in_variant(case.variant), isolation)
        keys = made_now[case.variant].keys(digest_of_file(case.path), case.seed)
        stored = None if fresh else store.read(case.name)
        if stored is not None and _is_current(stored, case, keys):
            found[case] = _of_case(stored, case)
        else:
            waiting[case] = None if stored is None else _reusable(stored, case, keys)
    on_start(len(waiting))
    for libraries, group in by_libraries(list(waiting)).items():
        tasks = {case: _task(case, waiting[case]) for case in group}
        storing = _Storing({case.label: case for case in group}, store, watcher or Watcher())
        results = grade_files(
            replace(assignment, preload=libraries),
            list(tasks.values()),
            jobs=jobs,
            isolation=isolation,
            watcher=storing,
        )
        found.update(zip(tasks, results, strict=True))
    return {case: found[case] for case in cases}


class _Storing(Watcher):
    """Stores each result, and passes everything on."""

    def __init__(self, cases: Mapping[str, Case], store: Store, watcher: Watcher) -> None:
        self._cases = cases
        self._store = store
        self._watcher = watcher

    def started(self, student: str) -> None:
        self._watcher.started(student)

    def postponed(self, student: str) -> None:
        self._watcher.postponed(student)

    def graded(self, result: Result) -> None:
        case = self._cases[result.student]
        if result.status == "graded":
            exercises = tuple(_with_diagnosis(each, case) for each in result.exercises)
            self._store.write(case.name, replace(result, exercises=exercises))
        self._watcher.graded(result)


def _task(case: Case, earlier: Result | None) -> Task:
    return Task(
        case.label,
        case.path,
        case.seed,
        advice=case.advice,
        exercises=case.exercises,
        earlier=earlier,
    )


def _with_diagnosis(exercise: ExerciseResult, case: Case) -> ExerciseResult:
    """The exercise with what its hints depend on here, which is less than in a grading."""
    return replace(exercise, advice_key=case.diagnosis)


def _is_current(stored: Result, case: Case, keys: Keys) -> bool:
    have = {each.name: each for each in stored.exercises}
    return (
        stored.status == "graded"
        and not stored.faults
        and all(name in have and _stands(have[name], case, keys) for name in case.exercises)
    )


def _stands(exercise: ExerciseResult, case: Case, keys: Keys) -> bool:
    return exercise.tests_key == keys.tests.get(exercise.name) and (
        exercise.passed or exercise.advice_key == case.diagnosis
    )


def _reusable(stored: Result, case: Case, keys: Keys) -> Result:
    """A stored result in the form in which the grader takes over what has not changed."""
    standing = tuple(
        replace(each, advice_key=keys.advice)
        for each in _of_case(stored, case).exercises
        if _stands(each, case, keys)
    )
    return replace(stored, exercises=standing, faults=())


def _of_case(stored: Result, case: Case) -> Result:
    have = {each.name: each for each in stored.exercises}
    return replace(stored, exercises=tuple(have[n] for n in case.exercises if n in have))
