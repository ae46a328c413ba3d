"""What needs a person: what the tests did not decide, and what they could not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from autograder.class_report.records import ClassData, State, Student
from autograder.course.training_terms import TrainingTerms, is_near
from autograder.results import ExerciseResult
from convgrade.safe_text import sentences, shortened

MOST_SENTENCES = 3
LONGEST = 240


@dataclass(frozen=True)
class Case:
    """One thing to look at: whose it is ("" if nobody's alone), and what, in a sentence."""

    student: str
    what: str


@dataclass(frozen=True)
class Concern:
    """Things of one kind that need a person.

    Attributes:
        name: a word for programs.
        heading: what it is.
        advice: what to do, in a sentence.
        cases: each of them.
        students: how many students it is about.
        command: the command that helps; "" if there is none.
    """

    name: str
    heading: str
    advice: str
    cases: tuple[Case, ...]
    students: int
    command: str = ""


def concerns(data: ClassData) -> tuple[Concern, ...]:
    """Everything that needs a person, what concerns marks most first; nothing without cases."""
    name = data.assignment.name
    found = (
        _concern(
            "faults",
            "The grader failed",
            "Correct the suite or the machine, and grade again. Nobody loses points for it.",
            _faults(data.students),
            f"autograder grade {name}",
            students=data.count(State.PARTLY),
        ),
        _concern(
            "not graded",
            "Not graded yet",
            "There is a hand-in, and no result that can be read.",
            _in_state(data, State.NOT_GRADED, "was handed in"),
            f"autograder grade {name}",
        ),
        _concern(
            "rejected",
            "Rejected hand-ins",
            "Ask for a file that can be read, or give points by hand.",
            _rejected(data.students),
        ),
        _concern(
            "violations",
            "Interfered with the grading",
            "An answer came in a form that no function returns. The tests gave no points for it.",
            _observed(data.judged, "violations"),
        ),
        _concern(
            "near threshold",
            "Trained to an accuracy near the threshold",
            "Another training of the same code may end on the other side.",
            _near_threshold(data),
        ),
        _concern(
            "remarks",
            "Chosen, repaired or not used",
            "Read whether the right work was graded.",
            _observed(data.judged, "attention"),
        ),
        _concern(
            "not in the gradebook",
            "Graded, but not in the gradebook",
            "Write the gradebook again.",
            _not_in_gradebook(data),
            f"autograder grade {name}",
        ),
        _concern(
            "absent",
            "Nothing handed in",
            "They are in no figure of this report.",
            _in_state(data, State.ABSENT, "has handed in nothing"),
        ),
    )
    waiting = _waiting(data)
    return tuple(each for each in (*waiting, *found) if each.cases)


def _concern(
    name: str,
    heading: str,
    advice: str,
    cases: Iterable[Case],
    command: str = "",
    students: int | None = None,
) -> Concern:
    listed = tuple(cases)
    count = len({case.student for case in listed}) if students is None else students
    return Concern(name, heading, advice, listed, count, command)


def _waiting(data: ClassData) -> Iterator[Concern]:
    """Written answers, by question, and cells of tests that a person must look at again."""
    names = {each.grade_id: each.name for each in data.assignment.exercises}
    tests = set(names)
    names |= {each.name: each.name for each in data.assignment.written}
    waiting: dict[str, list[str]] = {cell: [] for cell in names}
    for student in data.students:
        for cell, state in student.cells.items():
            if state.needs_marking and not (cell in tests and student.state is State.PARTLY):
                waiting.setdefault(cell, []).append(student.name)
    cases = [
        Case("", f"{names.get(cell, cell)}: {_answers(len(students))}")
        for cell, students in waiting.items()
        if students
    ]
    yield _concern(
        "to mark",
        "Waits for a mark",
        "Totals are not final until a person has marked these.",
        cases,
        f"autograder mark {data.assignment.name}",
        students=len({student for students in waiting.values() for student in students}),
    )


def _answers(count: int) -> str:
    return "1 answer" if count == 1 else f"{count} answers"


def _faults(students: Iterable[Student]) -> Iterator[Case]:
    """Each fault once, with how many hand-ins it leaves ungraded."""
    found: dict[str, int] = {}
    for student in students:
        for fault in student.result.faults if student.result else ():
            what = f"{fault.exercise}: {fault}" if fault.exercise else str(fault)
            found[what] = found.get(what, 0) + 1
    for student in students:
        if student.result and student.state is State.PARTLY and not student.result.faults:
            yield Case(student.name, shortened(student.result.reason, LONGEST))
    for what, count in found.items():
        who = "1 hand-in" if count == 1 else f"{count} hand-ins"
        yield Case("", f"{shortened(what, LONGEST)} ({who})")


def _in_state(data: ClassData, state: State, what: str) -> Iterator[Case]:
    return (Case(each.name, what) for each in data.students if each.state is state)


def _rejected(students: Iterable[Student]) -> Iterator[Case]:
    for student in students:
        if student.state is State.REJECTED and student.result:
            yield Case(student.name, shortened(student.result.reason, LONGEST))


def _observed(students: Iterable[Student], what: str) -> Iterator[Case]:
    for student in students:
        if student.result:
            found = getattr(student.result.observed, what)
            for sentence in sentences(tuple(dict.fromkeys(found)), MOST_SENTENCES):
                yield Case(student.name, shortened(sentence, LONGEST))


def _near_threshold(data: ClassData) -> Iterator[Case]:
    for student in data.judged:
        terms = data.assignment.training.get(student.result.dataset if student.result else "")
        for exercise in student.exercises.values():
            for what in _near(exercise, terms):
                yield Case(student.name, f"{exercise.name}: {what}")


def _near(exercise: ExerciseResult, terms: TrainingTerms | None) -> Iterator[str]:
    """What each training of an exercise reached, if it was near its threshold."""
    for test in exercise.tests:
        record: Mapping[str, object] = test.training or {}
        counted, threshold = record.get("counted"), record.get("threshold")
        if not isinstance(counted, float | int) or not isinstance(threshold, float | int):
            continue
        if terms is not None and is_near(counted, threshold, terms.spread):
            verdict = "passed" if test.passed else "not passed"
            yield f"{counted:.1%}, and {threshold:.1%} is asked for; {verdict}"


def _not_in_gradebook(data: ClassData) -> Iterator[Case]:
    if data.has_gradebook:
        for student in data.students:
            if student.state is State.GRADED and student.total is None:
                yield Case(student.name, "has a result, and no points in the gradebook")
