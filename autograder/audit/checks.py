"""The conditions that must hold if the suites of an assignment can be trusted.

It grades nothing: it checks results.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from autograder import diagnosis
from autograder.audit import flicker, giveaways
from autograder.authoring import hint_rules
from autograder.authoring.aspects import Matrix
from autograder.calibration import evidence
from autograder.course.assignment import Assignment
from autograder.course.training_terms import TrainingTerms
from autograder.diagnosis import Catalogue, Misconception
from autograder.results import Outcome, Result

FEWEST_RUNS_OF_EVIDENCE = 100


@dataclass(frozen=True)
class Check:
    """A condition that must hold, the number of cases in which it was checked, and its failures."""

    name: str
    cases: int
    failures: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """The results that are checked, by the kind of answer that was graded.

    Attributes:
        right: by right answer and seed.
        release: what students were given.
        wrong: by misconception.
        runs: for each right answer, its results with several seeds.
    """

    right: Mapping[str, Result]
    release: Result
    wrong: Mapping[Misconception, Result]
    runs: Mapping[str, Sequence[Result]]


def checks(
    assignment: Assignment, catalogue: Catalogue, known: Known, tables: Sequence[Matrix]
) -> list[Check]:
    """All conditions, with the cases in which each was checked and their failures.

    Args:
        assignment: what is audited.
        catalogue: its misconceptions.
        known: the results.
        tables: for each audited exercise, which misconceptions fail which tests.
    """
    wrong = known.wrong
    exercises = [table.exercise for table in tables]
    return [
        check("right answers have full marks", marks_lost(known.right, assignment)),
        check("no test flickers", flicker.complaints(known.runs)),
        check("the release earns nothing", [("the release", earned(known.release))]),
        check(
            "a misconception loses points in its own exercise only",
            ((which.name, harm(which, result)) for which, result in wrong.items()),
        ),
        check(
            "a misconception gets its own hint, once",
            ((which.name, other_hints(which, result)) for which, result in wrong.items()),
        ),
        check("hints lead to the mistake in plain words", _hints(wrong)),
        check(
            "students read no expected value",
            ((which.name, giveaways.given_away(which, result)) for which, result in wrong.items()),
        ),
        check(
            "each hidden test is failed by a misconception",
            ((table.exercise, idle_tests(table)) for table in tables),
        ),
        check(
            "no test of one aspect fails for a mistake in another",
            ((which.name, strays(table, which)) for table in tables for which in table.failed),
        ),
        check(
            "probes tell misconceptions apart",
            (
                (f"{one.name}, {other.name}", alike(one, other, catalogue))
                for name in exercises
                for one, other in combinations(catalogue.of(name), 2)
            ),
        ),
        check("thresholds have their evidence", _without_evidence(assignment)),
    ]


def _hints(wrong: Iterable[Misconception]) -> Iterator[tuple[str, str]]:
    return ((which.name, hint_rules.complaint(which)) for which in wrong)


def check(name: str, cases: Iterable[tuple[str, str]]) -> Check:
    """A check of these cases. Each case has a text that says what is wrong with it, or ""."""
    tried = list(cases)
    return Check(name, len(tried), tuple(f"{case}: {wrong}" for case, wrong in tried if wrong))


def marks_lost(right: Mapping[str, Result], assignment: Assignment) -> Iterator[tuple[str, str]]:
    """For each right answer, the tests that it fails as a text, or "".

    Examples for a function need not be in it.
    """
    for name, result in right.items():
        failed = [
            f"{exercise.name}.{test.name} ({test.outcome})"
            for exercise in result.exercises
            for test in exercise.tests
            if not test.passed
            and not (
                assignment.asks_for_examples(exercise.name) and test.outcome is Outcome.MISSING
            )
        ]
        whole = result.status == "graded" and not failed
        yield name, "" if whole else result.reason or f"fails {', '.join(failed)}"


def earned(release: Result) -> str:
    """The points that the release earns as a text, or ""."""
    if release.status != "graded":
        return release.reason
    return f"earns {release.score:g} points" if release.score else ""


def harm(which: Misconception, result: Result) -> str:
    """How a misconception breaks the rule that it loses points in its own exercise only, or ""."""
    if result.status != "graded":
        return result.reason
    hurt = [each.name for each in result.exercises if each.score != each.max_score]
    if hurt == [which.exercise]:
        return ""
    others = [name for name in hurt if name != which.exercise]
    if others:
        return f"loses points in {', '.join(others)} too"
    return "has full marks"


def other_hints(which: Misconception, result: Result) -> str:
    """How the hints in the result differ from the misconception's own hint, shown once, or ""."""
    hints = [
        test.misconception
        for exercise in result.exercises
        for test in exercise.tests
        if test.misconception
    ]
    if hints == [which.name]:
        return ""
    return f"is told the hint of {', '.join(hints)}" if hints else "is told no hint"


def idle_tests(table: Matrix) -> str:
    """The tests of an exercise that no misconception fails, or ""."""
    if not table.failed:
        return "has no misconceptions"
    return f"no misconception fails {', '.join(table.idle())}" if table.idle() else ""


def strays(table: Matrix, which: Misconception) -> str:
    """The tests that a misconception fails although they measure another aspect, or ""."""
    found = table.strays(which)
    return f"fails {', '.join(found)} too" if found else ""


def alike(one: Misconception, other: Misconception, catalogue: Catalogue) -> str:
    """A complaint if no probe distinguishes two misconceptions of one function, or ""."""
    if one.replaces != other.replaces or one.matches or other.matches:
        return ""
    pairs = zip(
        diagnosis.reactions(one, catalogue), diagnosis.reactions(other, catalogue), strict=True
    )
    return "react alike to every probe" if all(diagnosis.agree(*pair) for pair in pairs) else ""


def _without_evidence(assignment: Assignment) -> Iterator[tuple[str, str]]:
    for dataset, terms in assignment.training.items():
        trained = assignment.on(dataset)
        found = evidence.read(evidence.evidence_file(trained), trained)
        yield dataset, _unsupported(trained, terms, found)
        broken = evidence.read(evidence.evidence_file(trained, "broken"), trained)
        yield f"{dataset}, broken", _lets_through(terms.threshold, broken)


def _lets_through(threshold: float | None, broken: evidence.Evidence | None) -> str:
    if threshold is None or broken is None:
        return "no broken training was tried"
    passed = {run.recipe for run in broken.runs if run.accuracy >= threshold}
    return f"the threshold lets through: {', '.join(sorted(passed))}" if passed else ""


def _unsupported(
    assignment: Assignment, terms: TrainingTerms, found: evidence.Evidence | None
) -> str:
    command = f"run `autograder audit {assignment.name} --training --dataset {assignment.dataset}`"
    if terms.threshold is None:
        return f"there is no threshold; {command}"
    if found is None:
        return f"there is no evidence for the threshold; {command}"
    if not evidence.is_current(assignment, found):
        return f"the evidence is of other ways to train or other terms; {command}"
    if found.counted < FEWEST_RUNS_OF_EVIDENCE:
        return f"{found.counted} runs are fewer than {FEWEST_RUNS_OF_EVIDENCE}; {command}"
    if fallen := [recipe for recipe, each in found.tried().items() if min(each) < terms.threshold]:
        return f"below the threshold ended: {', '.join(sorted(fallen))}; {command}"
    try:
        safe = found.proposal()
    except ValueError as error:
        return f"{error}; {command}"
    if safe.supports(terms.threshold, terms.spread):
        return ""
    return (
        f"threshold {terms.threshold:g} with spread {terms.spread:g} is more than the evidence "
        f"supports: {safe.threshold:g} with {safe.spread:g}"
    )
