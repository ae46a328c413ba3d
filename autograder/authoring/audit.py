"""Checks an assignment's suites with right answers, wrong answers and several seeds.

It grades them in parallel as in a real grading, then checks the results. It changes nothing.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from autograder import diagnosis
from autograder.authoring import hint_rules
from autograder.authoring.aspects import Matrix, matrix
from autograder.authoring.checks import check_tests
from autograder.calibration import evidence
from autograder.course.assignment import Assignment
from autograder.course.training_terms import TrainingTerms
from autograder.diagnosis import Catalogue, Misconception
from autograder.grading.scheduling import Task, grade_files
from autograder.grading.watching import Watcher
from autograder.results import Outcome, Result
from autograder.sandbox import Isolation

SEEDS = (b"one seed of the audit", b"another of the audit", b"a third of the audit")
FEWEST_RUNS_OF_EVIDENCE = 100
_REQUIRES = re.compile(r"^# requires: (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Check:
    """A condition that must hold, the number of cases in which it was checked, and its failures."""

    name: str
    cases: int
    failures: tuple[str, ...]


@dataclass(frozen=True)
class Graded:
    """The results that are checked, by the kind of answer that was graded."""

    right: dict[str, Result]
    release: Result
    wrong: dict[Misconception, Result]


def audit(
    assignment: Assignment,
    *,
    jobs: int | None = None,
    isolation: Isolation = "namespaces",
    on_start: Callable[[int], None] = lambda count: None,
    watcher: Watcher | None = None,
    on_matrix: Callable[[Matrix], None] = lambda table: None,
) -> list[Check]:
    """Grade all known right and wrong answers of an assignment, and check the results.

    Args:
        assignment: what to audit.
        jobs: processes at a time, by default one per processor.
        isolation: as for `grade`.
        on_start: called with how many submissions will be graded.
        watcher: is told of each result.
        on_matrix: called for each exercise with which misconceptions fail which tests.

    Returns:
        The checks, with the failures of each.

    Raises:
        SuiteError: tests, generators or misconceptions have a fault that shows before grading.
        IsolationUnavailable: this machine lacks a required protection.
    """
    code = [cell.source for cell in assignment.source_cells if cell.cell_type == "code"]
    check_tests(assignment, [each.name for each in assignment.exercises], code)
    catalogue = diagnosis.load(assignment)
    with tempfile.TemporaryDirectory(prefix="convgrade-audit-") as folder:
        right = _right_answers(assignment)
        wrong = {
            which: _task(_written(assignment, which, Path(folder)), SEEDS[0])
            for which in catalogue.misconceptions
        }
        release = Task("release", assignment.release_notebook, SEEDS[0])
        groups = _by_libraries([*right.values(), release, *wrong.values()], assignment)
        on_start(sum(map(len, groups.values())))
        results: dict[Task, Result] = {}
        for libraries, tasks in groups.items():
            graded = grade_files(
                replace(assignment, preload=libraries),
                tasks,
                jobs=jobs,
                isolation=isolation,
                watcher=watcher,
            )
            results.update(zip(tasks, graded, strict=True))
    known = Graded(
        right={name: results[task] for name, task in right.items()},
        release=results[release],
        wrong={which: results[task] for which, task in wrong.items()},
    )
    for name in _functions(assignment):
        on_matrix(matrix(assignment, name, known.wrong))
    return checks(assignment, catalogue, known)


def _functions(assignment: Assignment) -> list[str]:
    """The exercises in which a function is written; misconceptions exist for no others."""
    names = (exercise.name for exercise in assignment.exercises)
    return [name for name in names if not assignment.asks_for_examples(name)]


def _right_answers(assignment: Assignment) -> dict[str, Task]:
    """The solutions with every seed, and each other right answer with one seed."""
    module = assignment.solution_module
    tasks = {f"the solutions, seed {n}": _task(module, seed, n) for n, seed in enumerate(SEEDS, 1)}
    folder = assignment.right_solutions_folder
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix in (".py", ".ipynb") and not path.name.startswith("."):
            tasks[path.name] = _task(path, SEEDS[0])
    return tasks


def _task(path: Path, seed: bytes, number: int = 1) -> Task:
    student = path.stem if number == 1 else f"{path.stem} {number}"
    return Task(student, path, seed, advice=("hints",))


def _written(assignment: Assignment, which: Misconception, folder: Path) -> Path:
    path = folder / f"{which.name}.py"
    path.write_text(diagnosis.as_submission(assignment, which.function), encoding="utf-8")
    return path


def _by_libraries(
    tasks: Sequence[Task], assignment: Assignment
) -> dict[tuple[str, ...], list[Task]]:
    """Tasks by the libraries to preload: a right answer may say `# requires: tensorflow`."""
    groups: dict[tuple[str, ...], list[Task]] = {}
    for task in tasks:
        required = _REQUIRES.search(task.path.read_text(encoding="utf-8"))
        more = re.split(r"[,\s]+", required[1].strip()) if required else []
        needed = tuple(dict.fromkeys([*assignment.preload, *more]))
        groups.setdefault(needed, []).append(task)
    return groups


def checks(assignment: Assignment, catalogue: Catalogue, graded: Graded) -> list[Check]:
    """All conditions that must hold if the suites of an assignment can be trusted."""
    wrong = graded.wrong
    exercises = _functions(assignment)
    tables = [matrix(assignment, name, wrong) for name in exercises]
    return [
        _check("right answers have full marks", marks_lost(graded.right, assignment)),
        _check("the release earns nothing", [("the release", earned(graded.release))]),
        _check(
            "a misconception loses points in its own exercise only",
            ((which.name, harm(which, result)) for which, result in wrong.items()),
        ),
        _check(
            "a misconception gets its own hint, once",
            ((which.name, other_hints(which, result)) for which, result in wrong.items()),
        ),
        _check("hints lead to the mistake in plain words", _hints(wrong)),
        _check(
            "students read no expected value",
            ((which.name, given_away(result)) for which, result in wrong.items()),
        ),
        _check(
            "each hidden test is failed by a misconception",
            ((table.exercise, idle_tests(table)) for table in tables),
        ),
        _check(
            "no test of one aspect fails for a mistake in another",
            ((which.name, strays(table, which)) for table in tables for which in table.failed),
        ),
        _check(
            "probes tell misconceptions apart",
            (
                (f"{one.name}, {other.name}", alike(one, other, catalogue))
                for name in exercises
                for one, other in combinations(catalogue.of(name), 2)
            ),
        ),
        _check("thresholds have their evidence", _without_evidence(assignment)),
    ]


def _hints(wrong: Iterable[Misconception]) -> Iterator[tuple[str, str]]:
    return ((which.name, hint_rules.complaint(which)) for which in wrong)


def _check(name: str, cases: Iterable[tuple[str, str]]) -> Check:
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


def given_away(result: Result) -> str:
    """Long decimals that occur in a test's expected values and in a text that students read."""
    for exercise in result.exercises:
        steps = " ".join(step for hint in exercise.hints for step in hint.steps)
        for test in exercise.tests:
            got, _, expected = test.detail.partition("expected")
            text = f"{test.title} {test.message} {test.hint or ''} {steps}"
            found = (_decimals(expected) - _decimals(got)) & _decimals(text)
            if found:
                return f"{exercise.name}.{test.name} tells {', '.join(sorted(found))}"
    return ""


def _decimals(text: str) -> set[str]:
    return {number for number in re.findall(r"\d+\.\d{2,}", text) if len(number) > 4}


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
