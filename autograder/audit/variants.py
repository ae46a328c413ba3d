"""Whether the variants of an assignment can be trusted: each option of each difference, alone.

Suites and misconceptions speak the default contract. Here they are graded as a student of a variant
hands them in, in a copy of the course in which each of these students has one variant.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.audit.cases import FIRST_SEEDS, Case
from autograder.audit.checks import Check, check, earned, marks_lost
from autograder.audit.reach import Reach
from autograder.audit.variant_answers import in_variant
from autograder.authoring.build import Generated, generated, replace_file
from autograder.authoring.variant_releases import all_variants, require_offered
from autograder.course.assignment import Assignment, load_assignment
from autograder.course.variants import Variant, table_of, table_text
from autograder.diagnosis import Catalogue
from autograder.results import Result
from autograder.variants.options import chosen
from convgrade.release import NotebookCell, read_cells

SHARED = ("assignments", "source", "solutions", "tests", "nbgrader_config.py")
SEEDS = FIRST_SEEDS[:2]


@dataclass(frozen=True)
class Options:
    """What to grade of the options, and what is known without grading.

    Attributes:
        assignment: the assignment in the copy of the course.
        cases: right solutions, releases and misconceptions, each of one option.
        examples: for each option, the public examples that do not hold, as a text, or "".
    """

    assignment: Assignment
    cases: tuple[Case, ...]
    examples: tuple[tuple[str, str], ...]


def copied_course(assignment: Assignment, root: Path) -> Assignment:
    """The assignment in a course of links, to which variants can be added.

    Args:
        assignment: the assignment, which must offer variants.
        root: an empty folder.
    """
    for name in SHARED:
        if (assignment.root / name).exists():
            (root / name).symlink_to(assignment.root / name)
    require_offered(assignment)
    return load_assignment(assignment.name, root)


def options_of(
    assignment: Assignment, catalogue: Catalogue, folder: Path, only: Collection[str] = ()
) -> Options:
    """All options of all differences but the default ones.

    Args:
        assignment: what is audited; it must offer variants.
        catalogue: its misconceptions.
        folder: an empty folder, which must stay until all is graded.
        only: the exercises to audit; all if it is empty.
    """
    root, answers = folder / "course", folder / "answers"
    root.mkdir()
    answers.mkdir()
    copy = copied_course(assignment, root)
    reach = Reach(assignment)
    cases: list[Case] = []
    examples = []
    for variant in list(all_variants(copy.offered))[1:]:
        changed = _changed(copy, variant, reach, only)
        if changed:
            made = _generated(copy.in_variant(variant))
            examples.append((_name(variant, copy), "; ".join(wrong_public_examples(made, changed))))
            cases += _cases(copy, catalogue, variant, made, reach, changed, answers)
    table = table_of(root, copy.name)
    table.parent.mkdir(parents=True, exist_ok=True)
    students = {case.label: case.variant for case in cases if case.variant is not None}
    table.write_text(table_text(students, list(copy.offered)), encoding="utf-8")
    return Options(copy, tuple(cases), tuple(examples))


def variant_checks(options: Options, results: Mapping[Case, Result]) -> list[Check]:
    """The conditions that must hold for each option."""
    right = {case.name: result for case, result in results.items() if case.answer}
    wrong = {case: result for case, result in results.items() if case.which is not None}
    releases = [case for case in results if not case.answer and case.which is None]
    return [
        check("right answers of variants have full marks", marks_lost(right, options.assignment)),
        check(
            "the releases of variants earn nothing",
            ((case.name, earned(results[case])) for case in releases),
        ),
        check("public examples of variants are right", options.examples),
        check(
            "misconceptions lose points in variants",
            ((case.name, _kept(case, result)) for case, result in wrong.items()),
        ),
    ]


def wrong_public_examples(made: Generated, exercises: Collection[str] | None = None) -> list[str]:
    """What fails when the solutions of a release run through its notebook.

    It runs the course's own code in this process.

    Args:
        made: what was generated for the release.
        exercises: run only the graded cells of these exercises; None runs all cells.
    """
    namespace: dict[str, object] = {"__name__": "solutions"}
    exec(made.solutions, namespace)
    failed = []
    for cell in cells_of(made):
        if cell.cell_type != "code" or cell.is_solution:
            continue
        if exercises is not None and not _tests_one_of(cell, exercises):
            continue
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                exec(cell.source, namespace)
            except Exception as error:
                failed.append(str(error).split("\n")[0].removeprefix("✗ "))
    return failed


def cells_of(made: Generated) -> tuple[NotebookCell, ...]:
    """The cells of a release's source, with solutions."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "source.ipynb"
        file.write_text(made.source, encoding="utf-8")
        return read_cells(file)


def _tests_one_of(cell: NotebookCell, exercises: Collection[str]) -> bool:
    return str(cell.grade_id).removeprefix("test_") in exercises


def _changed(
    assignment: Assignment, variant: Variant, reach: Reach, only: Collection[str]
) -> tuple[str, ...]:
    """The audited exercises in whose contracts a variant differs from the default."""
    contracts = {name for option in chosen(assignment, variant) for name in option.contracts}
    return tuple(
        name for name in reach.exercises if name in contracts and (not only or name in only)
    )


def _generated(assignment: Assignment) -> Generated:
    made = generated(assignment)
    for name, content in made.release.items():
        replace_file(assignment.variant_folder / name, content)
    return made


def _name(variant: Variant, assignment: Assignment) -> str:
    """The options that are not the default ones."""
    return ", ".join(
        f"{name}={option}"
        for name, option in variant.choice
        if option != assignment.offered[name][0]
    )


def _cases(
    assignment: Assignment,
    catalogue: Catalogue,
    variant: Variant,
    made: Generated,
    reach: Reach,
    changed: Sequence[str],
    folder: Path,
) -> Iterator[Case]:
    """The right solution with some seeds, the release, and the misconceptions that apply."""
    option = _name(variant, assignment)

    def case(what: str, code: str, number: int, exercises: Sequence[str], **more: object) -> Case:
        label = f"{variant.code} {number}"
        path = folder / f"{label}.py"
        path.write_text(code, encoding="utf-8")
        return Case(
            f"{option}, {what}",
            label,
            path,
            exercises=reach.with_dependencies(exercises),
            libraries=tuple(assignment.preload),
            variant=variant,
            advice=(),
            **{"seed": SEEDS[0], **more},  # type: ignore[arg-type]
        )

    for number, seed in enumerate(SEEDS):
        what = f"the solutions, seed {number + 1}"
        yield case(what, made.solutions, number, changed, seed=seed, answer=option)
    release = made.release[f"{assignment.name}.py"].decode()
    yield case("the release", release, len(SEEDS), changed)
    fitting = [each for each in catalogue.misconceptions if each.exercise in changed]
    for number, which in enumerate(fitting, len(SEEDS) + 1):
        code = in_variant(which, assignment, variant, made.solutions)
        yield case(which.name, code, number, [which.exercise], which=which)


def _kept(case: Case, result: Result) -> str:
    """A complaint if a misconception loses no points in its exercise, or ""."""
    if result.status != "graded":
        return result.reason
    own = [each for each in result.exercises if case.which and each.name == case.which.exercise]
    return "has full marks" if any(each.passed for each in own) else ""
