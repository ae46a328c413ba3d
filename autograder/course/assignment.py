"""A course on disk: its root, its assignments, and the points of each exercise.

Points come only from the source notebook. This module reads no submission.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from autograder.course import assignment_settings
from autograder.course.settings_file import SettingsFile
from autograder.course.shipped import ROOT_MARKER as ROOT_MARKER
from autograder.course.training_terms import TrainingTerms, read_terms
from autograder.course.variants import (
    Offered,
    Variant,
    folder_of,
    offered_variants,
    students_variants,
)
from autograder.errors import CourseError, UnknownAssignment
from convgrade.release import (
    EXAMPLES_PREFIX,
    GRADE_CELL_PREFIX,
    NotebookCell,
    Release,
    read_cells,
    suite_file_name,
)


@dataclass(frozen=True)
class Exercise:
    """One automatically graded exercise: a function, its grade cell and its points."""

    name: str
    points: float

    @property
    def grade_id(self) -> str:
        """nbgrader's id of the grade cell."""
        return GRADE_CELL_PREFIX + self.name


@dataclass(frozen=True)
class WrittenQuestion:
    """One written answer, marked by a person: the id of its cell and its points."""

    name: str
    points: float


@dataclass(frozen=True)
class Frozen:
    """What is not graded again, although a suite or the course has changed.

    Args:
        assignment: everybody who has a result.
        students: these students, if they have a result.
        exercises: these exercises, in work that has been graded before.
    """

    assignment: bool = False
    students: frozenset[str] = frozenset()
    exercises: frozenset[str] = frozenset()

    def holds(self, student: str) -> bool:
        """Whether the result of this student stays as it is."""
        return self.assignment or student in self.students


@dataclass(frozen=True)
class AskedExamples:
    """Which exercises ask for examples before the code, and the points for those of each."""

    exercises: tuple[str, ...] = ()
    points: float = 0.0


@dataclass(frozen=True)
class Assignment:
    """One assignment: where its parts are and how it is graded.

    `limits` holds keyword arguments of `autograder.sandbox.Limits` that differ from the default.
    `preload` are the modules that the warm process imports before it forks. `dataset` is the one of
    `training` that grades training; "" if nothing is trained. `offered` are the variants from which
    a release can be drawn; `variant` is the one that students were given, None for the default.
    """

    name: str
    root: Path
    title: str
    preload: tuple[str, ...]
    limits: Mapping[str, float]
    feedback: Mapping[str, Any]
    dataset: str = ""
    training: Mapping[str, TrainingTerms] = field(default_factory=dict)
    frozen: Frozen = Frozen()
    examples: AskedExamples = AskedExamples()
    offered: Offered = field(default_factory=dict)
    variant: Variant | None = None

    def of_student(self, student: str) -> Self:
        """Return the same assignment as this student was given it.

        Raises:
            CourseError: the table of variants cannot be used.
        """
        if not self.offered:
            return self
        known = students_variants(self.root, self.name, self.offered)
        return self.in_variant(known.get(student))

    def in_variant(self, variant: Variant | None) -> Self:
        """Return the same assignment in a variant; None for the default release."""
        return self if variant == self.variant else replace(self, variant=variant)

    def on(self, dataset: str) -> Self:
        """Return the same assignment with another dataset for training.

        Raises:
            CourseError: the assignment has no terms for that dataset.
        """
        if dataset == self.dataset:
            return self
        if dataset not in self.training:
            known = ", ".join(self.training) or "none, for nothing is trained in it"
            raise CourseError(
                f"The assignment.toml of {self.name} has no [training.{dataset}]; it has {known}."
            )
        return replace(self, dataset=dataset)

    def with_exercises(self, names: Collection[str]) -> Self:
        """Return the same assignment as if it had these exercises only, in its own order."""
        chosen = replace(self)
        chosen.__dict__["exercises"] = tuple(each for each in self.exercises if each.name in names)
        return chosen

    @property
    def training_terms(self) -> TrainingTerms | None:
        """How training on the chosen dataset is judged; None if nothing is trained."""
        return self.training.get(self.dataset)

    @property
    def source_notebook(self) -> Path:
        """The source notebook: solutions, checks and points."""
        return self.root / "source" / self.name / f"{self.name}.ipynb"

    @property
    def source_text(self) -> Path:
        """The text that the source notebook is generated from."""
        return self.source_notebook.with_suffix(".py")

    @property
    def release_notebook(self) -> Path:
        """The notebook that students are given."""
        if self.variant is not None:
            return self.variant_folder / f"{self.name}.ipynb"
        return self.root / "assignments" / self.name / f"{self.name}.ipynb"

    @property
    def variant_folder(self) -> Path:
        """The folder of the variant's release."""
        code = "default" if self.variant is None else self.variant.code
        return folder_of(self.root, self.name) / "releases" / code

    @property
    def variant_staff_folder(self) -> Path:
        """The folder of the variant's solutions, and of its source with model answers."""
        return self.variant_folder.parents[1] / "staff" / self.variant_folder.name

    @property
    def variants_file(self) -> Path:
        """The module that declares how variants differ; there may be none."""
        return self.source_notebook.with_name("variants.py")

    @property
    def standalone_notebook(self) -> Path:
        """The same with its checks and pictures in it; there is none if it needs none of them."""
        return standalone_of(self.release_notebook)

    @property
    def solution_module(self) -> Path:
        """The generated module of right functions."""
        return self.root / "solutions" / f"{self.name}.py"

    @property
    def suite_folder(self) -> Path:
        """The folder of the hidden suites."""
        return self.root / "tests" / "hidden" / self.name

    @property
    def misconceptions_file(self) -> Path:
        """The module of known wrong answers."""
        return self.root / "tests" / "misconceptions" / f"{self.name}.py"

    @property
    def hints_file(self) -> Path:
        """The hints for these wrong answers, in steps; there may be none."""
        return self.misconceptions_file.parent / "hints" / f"{self.name}.md"

    @property
    def counterexamples_file(self) -> Path:
        """The module that draws calls on which a student's function may be wrong."""
        return self.root / "tests" / "counterexamples" / f"{self.name}.py"

    @property
    def domain_file(self) -> Path:
        """The module that draws calls of the whole domain of each contract; there may be none."""
        return self.root / "tests" / "domains" / f"{self.name}.py"

    @property
    def model_domain_file(self) -> Path:
        """The same for functions that build Keras models; there may be none."""
        return self.domain_file.parent / "models" / self.domain_file.name

    @property
    def right_solutions_folder(self) -> Path:
        """The folder of right answers that are written in different ways."""
        return self.root / "tests" / "right" / self.name

    @property
    def evidence_module(self) -> Path:
        """The course's recipes for training, from which thresholds are computed."""
        return self.root / "tests" / "evidence" / f"{self.name}.py"

    def asks_for_examples(self, exercise: str) -> bool:
        """Whether this is no function to write, but the examples for one."""
        return exercise in (EXAMPLES_PREFIX + name for name in self.examples.exercises)

    def suite_file(self, exercise: str) -> Path:
        """The hidden suite of an exercise."""
        return self.suite_folder / suite_file_name(exercise)

    @cached_property
    def source_cells(self) -> tuple[NotebookCell, ...]:
        """The cells of the source notebook, in order."""
        return read_cells(self.source_notebook)

    @cached_property
    def release_cells(self) -> tuple[NotebookCell, ...]:
        """What students were given, in order: stubs, locked cells, empty written answers."""
        return self.release.cells

    @cached_property
    def release(self) -> Release:
        """What students were given, in the form that reading a submission needs."""
        return Release(self.name, read_cells(self.release_notebook))

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        """The automatically graded exercises, in order."""
        return tuple(
            Exercise(
                str(cell.grade_id).removeprefix(GRADE_CELL_PREFIX), float(cell.nbgrader["points"])
            )
            for cell in self.source_cells
            if cell.is_grade and not cell.is_solution
        )

    @cached_property
    def written(self) -> tuple[WrittenQuestion, ...]:
        """The written questions, in order."""
        return tuple(
            WrittenQuestion(str(cell.grade_id), float(cell.nbgrader["points"]))
            for cell in self.source_cells
            if cell.is_grade and cell.is_solution
        )

    @cached_property
    def model_answers(self) -> Mapping[str, str]:
        """What the source says for each written question: model answer and rubric, by cell id."""
        return {
            str(cell.grade_id): cell.source
            for cell in self._cells_with_answers
            if cell.nbgrader.get("task") or (cell.is_grade and cell.is_solution)
        }

    @property
    def _cells_with_answers(self) -> tuple[NotebookCell, ...]:
        """The cells of the source in the assignment's variant."""
        if self.variant is None:
            return self.source_cells
        return read_cells(self.variant_staff_folder / self.source_notebook.name)

    @property
    def max_score(self) -> float:
        """The points of all automatically graded exercises."""
        return sum(exercise.points for exercise in self.exercises)


def standalone_of(release: Path) -> Path:
    """The place of the notebook that brings the checks and pictures of a release along."""
    return release.parent / "standalone" / release.name


def find_root(start: Path | None = None) -> Path:
    """Find the nearest folder at or above `start` that contains `nbgrader_config.py`.

    Args:
        start: where to begin; the working folder if None.

    Raises:
        CourseError: there is no such folder.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / ROOT_MARKER).is_file():
            return folder
    raise CourseError(
        f"No {ROOT_MARKER} in {here} or above it: run this inside a course folder, "
        "name one with --course, or make one with `autograder init FOLDER`."
    )


def assignment_names(root: Path) -> list[str]:
    """The names of a course's assignments, sorted."""
    return sorted(path.parent.name for path in root.glob("source/*/assignment.toml"))


def settings_of(root: Path, name: str) -> SettingsFile:
    """The `assignment.toml` of an assignment, as text.

    Raises:
        CourseError: it cannot be read.
    """
    path = root / "source" / name / "assignment.toml"
    where = os.path.relpath(path, root)
    try:
        return SettingsFile(where, path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        line = path.read_bytes().count(b"\n", 0, error.start) + 1
        raise CourseError(
            f"{where}, line {line}: this is not UTF-8: save the file as UTF-8."
        ) from None
    except OSError as error:
        raise CourseError(f"{where} cannot be read: {error}.") from None


def load_assignment(name: str, root: Path | None = None) -> Assignment:
    """Load an assignment from `source/<name>/assignment.toml`.

    Args:
        name: the assignment.
        root: the course folder; found from the working folder if None.

    Raises:
        UnknownAssignment: there is no such assignment; the message lists the known ones.
        CourseError: its configuration cannot be used.
    """
    root = find_root() if root is None else root.resolve()
    known = assignment_names(root)
    if name not in known:
        listed = ", ".join(known) if known else "none (no source/*/assignment.toml)"
        raise UnknownAssignment(f"There is no assignment {name!r}; the known ones are: {listed}.")
    file = settings_of(root, name)
    where = file.name
    try:
        settings = tomllib.loads(file.text)
    except ValueError as error:
        raise CourseError(f"{where} cannot be read: {error}.") from None
    assignment_settings.check(settings, file)
    frozen = settings.get("frozen", {})
    examples = settings.get("examples", {})
    dataset, training = read_terms(settings.get("training", {}), file)
    return Assignment(
        name=name,
        root=root,
        title=str(settings.get("title", name)),
        preload=tuple(settings.get("preload", ("numpy",))),
        limits=dict(settings.get("limits", {})),
        feedback=dict(settings.get("feedback", {})),
        dataset=dataset,
        training=training,
        frozen=Frozen(
            frozen.get("assignment", False),
            frozenset(frozen.get("students", ())),
            frozenset(frozen.get("exercises", ())),
        ),
        offered=offered_variants(settings.get("variants", {}), where),
        examples=AskedExamples(
            tuple(dict.fromkeys(examples.get("exercises", ()))), float(examples.get("points", 0))
        ),
    )
