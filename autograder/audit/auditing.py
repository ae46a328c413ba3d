"""`audit`: grades what has changed since the last audit, and checks all outcomes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from autograder import diagnosis
from autograder.audit.cases import Case, cases_of
from autograder.audit.checks import Check, Known, checks
from autograder.audit.digests import catalogue_digests
from autograder.audit.disturbing import disturbance_checks
from autograder.audit.grading import graded
from autograder.audit.store import Store, folder_of
from autograder.audit.suites import Suite, suites
from autograder.audit.variants import options_of, variant_checks
from autograder.authoring import hint_figures
from autograder.authoring.aspects import matrix
from autograder.authoring.checks import check_tests
from autograder.course.assignment import Assignment
from autograder.course.locks import locked
from autograder.errors import CourseError
from autograder.grading.suite_digests import code_digest
from autograder.grading.watching import Watcher
from autograder.results import Result
from autograder.sandbox import Isolation

SEEDS = 50


@dataclass(frozen=True)
class Audited:
    """What an audit found.

    Attributes:
        assignment: what was audited.
        seeds: how many seeds were asked for.
        checks: the conditions that must hold.
        suites: the figures of each exercise.
        hint_figures: how well hints fit, in sentences.
    """

    assignment: Assignment
    seeds: int
    checks: tuple[Check, ...]
    suites: tuple[Suite, ...]
    hint_figures: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether every check holds."""
        return not any(check.failures for check in self.checks)


def audit(
    assignment: Assignment,
    *,
    seeds: int = SEEDS,
    only: Collection[str] = (),
    jobs: int | None = None,
    isolation: Isolation = "namespaces",
    fresh: bool = False,
    variants: bool = False,
    on_start: Callable[[int], None] = lambda count: None,
    on_wait: Callable[[], None] = lambda: None,
    on_unkept: Callable[[OSError], None] = lambda error: None,
    watcher: Watcher | None = None,
) -> Audited:
    """Audit an assignment. What an earlier audit has found out is not graded again.

    Args:
        assignment: what to audit.
        seeds: how many seeds right answers are graded with, over all of them.
        only: the exercises to audit; all if it is empty.
        jobs: processes at a time, by default one per processor.
        isolation: as for `grade`.
        fresh: grade everything again.
        variants: audit each option of each difference as well, if the assignment offers any.
        on_start: called with how many submissions will be graded, and again if there are more.
        on_wait: called before it waits for another audit of this assignment.
        on_unkept: called if outcomes cannot be stored, with why; the audit goes on.
        watcher: is told of each new result.

    Raises:
        CourseError: there is no such exercise.
        SuiteError: tests, generators or misconceptions have a fault that shows before grading.
        IsolationUnavailable: this machine lacks a required protection.
    """
    names = [each.name for each in assignment.exercises]
    _check_before_grading(assignment, names, only)
    catalogue = diagnosis.load(assignment)
    store = Store(folder_of(assignment), on_unkept)
    counts: list[int] = []

    def grade(own: Assignment, cases: Sequence[Case]) -> dict[Case, Result]:
        return graded(
            own,
            cases,
            store,
            jobs=jobs,
            isolation=isolation,
            fresh=fresh,
            on_start=more,
            watcher=watcher,
        )

    def more(count: int) -> None:
        counts.append(count)
        on_start(sum(counts))

    with (
        _alone(assignment, store, on_wait),
        tempfile.TemporaryDirectory(prefix="convgrade-audit-") as place,
    ):
        folder = Path(place)
        store.remove_leftovers()
        cases = cases_of(assignment, catalogue, folder, seeds=seeds, only=only)
        known = _known(grade(assignment, cases))
        further: list[Check] = []
        if not only:
            further += disturbance_checks(assignment, known.wrong, folder, grade)
        if variants and assignment.offered:
            options = options_of(assignment, catalogue, folder, only)
            further += variant_checks(options, grade(options.assignment, options.cases))
            cases += options.cases
        figures = _hint_figures(assignment, store, whole=not only)
        if not only:
            store.prune(case.name for case in cases)
    functions = [name for name in names if not assignment.asks_for_examples(name)]
    audited = [name for name in functions if not only or name in only]
    tables = [matrix(assignment, name, known.wrong) for name in audited]
    found = [*checks(assignment, catalogue, known, tables), *further]
    return Audited(
        assignment, seeds, tuple(found), suites(catalogue, known, tables), tuple(figures)
    )


def _check_before_grading(
    assignment: Assignment, names: Sequence[str], only: Collection[str]
) -> None:
    code = [cell.source for cell in assignment.source_cells if cell.cell_type == "code"]
    check_tests(assignment, names, code)
    if unknown := [name for name in only if name not in names]:
        raise CourseError(
            f"{assignment.name} has no exercise {unknown[0]!r}; it has: {', '.join(names)}."
        )


def _known(results: Mapping[Case, Result]) -> Known:
    """The results by the kind of answer that was graded."""
    runs: dict[str, list[Result]] = {}
    for case, result in results.items():
        if case.answer:
            runs.setdefault(case.answer, []).append(result)
    return Known(
        right={
            case.name.removeprefix("right answer "): result
            for case, result in results.items()
            if case.answer
        },
        release=next(result for case, result in results.items() if case.name == "release"),
        wrong={case.which: result for case, result in results.items() if case.which is not None},
        runs=runs,
    )


@contextmanager
def _alone(assignment: Assignment, store: Store, on_wait: Callable[[], None]) -> Iterator[None]:
    """Let no other audit of this assignment store outcomes meanwhile."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(assignment.root, f"audit-{assignment.name}", on_wait))
        except OSError as error:
            store.give_up(error)
        yield


def _hint_figures(assignment: Assignment, store: Store, *, whole: bool) -> list[str]:
    """How well hints fit, computed once for each state of the catalogue; none of a part of it."""
    if not whole:
        return []
    digests = sorted(catalogue_digests(assignment).items())
    key = sha256(repr([digests, code_digest(assignment.solution_module)]).encode()).hexdigest()
    known = store.text("hint_figures", key)
    if known is None:
        known = "\n".join(hint_figures.as_text(assignment))
        store.write_text("hint_figures", key, known)
    return known.splitlines()
