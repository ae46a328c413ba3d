"""The report on a class as data: every figure, once. The page and the JSON document show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from autograder.class_report.attention import Concern, concerns
from autograder.class_report.comparison import (
    Change,
    Comparison,
    Earlier,
    compared,
    last_changes,
)
from autograder.class_report.estimates import Distribution, distribution
from autograder.class_report.items import (
    ExerciseItem,
    MistakeItem,
    QuestionItem,
    TestItem,
    figures_of_exercises,
    figures_of_mistakes,
    figures_of_questions,
    figures_of_tests,
)
from autograder.class_report.pseudonyms import (
    pairs_without_names,
    pseudonyms,
    without_names,
)
from autograder.class_report.records import ClassData, State, Student
from autograder.similarity.records import SimilarPair

SLOWEST = 3


@dataclass(frozen=True)
class Grading:
    """How long grading took, in seconds: each hand-in by the clock, and all by the processor.

    `slowest` has those that took longest.
    """

    each: Distribution | None
    total: float
    processor: float
    slowest: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Report:
    """The report on a class.

    Attributes:
        data: the class.
        made: when the report was made.
        marks: the totals of those who are graded as a whole.
        waiting: how many of these totals are not final, because answers wait for a mark.
        comparison: what changed since an earlier document; None without one.
    """

    data: ClassData
    made: datetime
    marks: Distribution | None
    waiting: int
    exercises: tuple[ExerciseItem, ...]
    tests: tuple[TestItem, ...]
    questions: tuple[QuestionItem, ...]
    mistakes: tuple[MistakeItem, ...]
    grading: Grading
    concerns: tuple[Concern, ...]
    pairs: tuple[SimilarPair, ...]
    changes: tuple[Change, ...]
    comparison: Comparison | None = None

    @property
    def totals(self) -> list[float]:
        """The totals behind `marks`."""
        return [each.total for each in graded(self.data) if each.total is not None]

    @property
    def handed_in(self) -> int:
        """How many students have handed in something."""
        return len(self.data.students) - self.data.count(State.ABSENT)


def report_on(
    data: ClassData,
    made: datetime,
    pairs: Iterable[SimilarPair] = (),
    earlier: tuple[str, Earlier] | None = None,
    *,
    names: bool = True,
) -> Report:
    """Compute the report on a class.

    Args:
        data: the class, with names.
        made: the time of the report.
        pairs: pairs of hand-ins that are alike, the most remarkable first.
        earlier: an earlier document to compare with, and how it is called.
        names: without them, every student has a pseudonym, and no text of a student is there.

    Raises:
        AutograderError: the earlier document is of another assignment.
    """
    marks = distribution([each.total for each in graded(data) if each.total is not None])
    tests = figures_of_tests(data)
    exercises, questions = figures_of_exercises(data), figures_of_questions(data)
    comparison = compared(data, tests, earlier[1], earlier[0]) if earlier else None
    if not names:
        known = pseudonyms(data.assignment, (each.name for each in data.students))
        data = without_names(data, known)
        pairs = pairs_without_names(pairs, known, data.assignment)
        comparison = comparison and _without_names(comparison, known)
    return Report(
        data=data,
        made=made,
        marks=marks,
        waiting=sum(each.to_mark > 0 for each in graded(data)),
        exercises=exercises,
        tests=tests,
        questions=questions,
        mistakes=figures_of_mistakes(data),
        grading=_grading(data.students),
        concerns=concerns(data),
        pairs=tuple(pairs),
        changes=last_changes(data),
        comparison=comparison,
    )


def graded(data: ClassData) -> list[Student]:
    """The students who are graded as a whole and have a total."""
    return [each for each in data.students if each.state is State.GRADED and each.total is not None]


def _grading(students: Sequence[Student]) -> Grading:
    results = [each.result for each in students if each.result]
    seconds = {each.student: each.seconds for each in results}
    slowest = sorted(seconds.items(), key=lambda item: -item[1])[:SLOWEST]
    return Grading(
        each=distribution(list(seconds.values())),
        total=sum(seconds.values()),
        processor=sum(each.observed.cpu_seconds for each in results),
        slowest=tuple(slowest),
    )


def _without_names(comparison: Comparison, names: Mapping[str, str]) -> Comparison:
    """The comparison with pseudonyms. Who is gone has none, and is only counted."""
    changes = (replace(each, student=names[each.student]) for each in comparison.changes)
    new, gone = comparison.new, comparison.gone
    return replace(
        comparison,
        source="an earlier document",
        changes=tuple(sorted(changes, key=lambda each: each.student)),
        new=None if new is None else tuple(sorted(names[each] for each in new)),
        gone=None if gone is None else tuple("a student" for _ in gone),
    )
