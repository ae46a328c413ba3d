"""What is known of a class and one assignment: a record per student. It reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from autograder.course.assignment import Assignment
from autograder.gradebook.changes import CellState
from autograder.results import ExerciseResult, Result


class State(StrEnum):
    """How far a student's work is. Each member is the word that people read."""

    GRADED = "graded"
    PARTLY = "partly graded"
    REJECTED = "rejected"
    NOT_GRADED = "not graded yet"
    ABSENT = "nothing handed in"


@dataclass(frozen=True)
class Student:
    """One student and the work that was handed in.

    Attributes:
        name: the student's name, or a pseudonym.
        state: how far the work is.
        result: what the tests found; None if there is no result.
        total: points in the gradebook with late penalties subtracted. Without a gradebook, the
            points of the tests. None if the work is not graded as a whole.
        late_penalty: the points that were subtracted.
        cells: the gradebook's grade cells, by their id in the notebook.
    """

    name: str
    state: State
    result: Result | None = None
    total: float | None = None
    late_penalty: float = 0.0
    cells: Mapping[str, CellState] = field(default_factory=dict)

    @property
    def is_in_figures(self) -> bool:
        """Whether the tests have judged this work, at least in part."""
        return self.state in (State.GRADED, State.PARTLY)

    @property
    def exercises(self) -> dict[str, ExerciseResult]:
        """What the tests found in each exercise; empty if they judged nothing."""
        if self.result is None or not self.is_in_figures:
            return {}
        return {each.name: each for each in self.result.exercises}

    @property
    def to_mark(self) -> int:
        """How many cells wait for a person."""
        return sum(cell.needs_marking for cell in self.cells.values())

    def points(self, exercise: str, grade_id: str) -> float | None:
        """The points of an exercise that count: a person's, else those of the tests.

        None if there are none, which is not a score of zero.
        """
        cell = self.cells.get(grade_id)
        if cell is not None and cell.manual is not None:
            return cell.manual
        found = self.exercises.get(exercise)
        return None if found is None else found.score


@dataclass(frozen=True)
class ClassData:
    """A class: everybody who is known, sorted by name.

    `has_gradebook` is false if the course has none: then nothing is known of late penalties and
    of what a person has decided. `has_names` is false if the names are pseudonyms.
    """

    assignment: Assignment
    students: tuple[Student, ...]
    has_gradebook: bool = True
    has_names: bool = True

    @property
    def worth(self) -> float:
        """The points that a student's total is out of."""
        automatic = self.assignment.max_score
        if not self.has_gradebook:
            return automatic
        return automatic + sum(each.points for each in self.assignment.written)

    @property
    def judged(self) -> tuple[Student, ...]:
        """The students whose work the tests have judged, at least in part."""
        return tuple(each for each in self.students if each.is_in_figures)

    def count(self, *states: State) -> int:
        """How many students are in one of these states."""
        return sum(each.state in states for each in self.students)
