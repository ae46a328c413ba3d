"""Who counts in which figure of a report: absent, rejected, partly graded and overruled work."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from feedback_pages import FAILED, PASSED, RIGHT, UNFINISHED, WRONG, made_course, result_of
from report_classes import TERMS, class_of_size

from autograder.class_report.attention import Case, Concern, concerns
from autograder.class_report.comparison import last_changes
from autograder.class_report.items import (
    figures_of_exercises,
    figures_of_mistakes,
    figures_of_questions,
    figures_of_tests,
)
from autograder.class_report.records import ClassData, State, Student
from autograder.class_report.report import graded, report_on
from autograder.course.assignment import Assignment, Exercise
from autograder.gradebook.changes import CellState
from autograder.results import ExerciseResult, Outcome, Result, ScoreChange

NOW = datetime(2026, 3, 1, 12)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return made_course(tmp_path_factory.mktemp("figures") / "course")


def judged(name: str, exercises: tuple[ExerciseResult, ...], **values: object) -> Student:
    result = result_of(name, exercises)
    fields = {"state": State.GRADED, "total": result.score, **values}
    return Student(name, result=result, **fields)  # type: ignore[arg-type]


def of_state(name: str, state: State) -> Student:
    result = None
    if state is State.REJECTED:
        zeros = tuple(replace(each, score=0.0, tests=(), outcome=Outcome.MISSING) for each in RIGHT)
        result = result_of(name, zeros, status="rejected", reason="The file is empty.")
    return Student(name, state, result, 0.0 if result else None)


def partly(name: str) -> Student:
    failed = replace(RIGHT[1], score=None, outcome=Outcome.GRADER_ERROR, tests=())
    result = result_of(name, (RIGHT[0], failed, RIGHT[2]), status="grader_error")
    return Student(name, State.PARTLY, result)


def concern(data: ClassData, name: str) -> Concern:
    (found,) = [each for each in concerns(data) if each.name == name]
    return found


def test_absent_and_rejected_work_is_in_no_figure(course: Assignment) -> None:
    others = [
        of_state(state.value, state) for state in State if state.name not in ("GRADED", "PARTLY")
    ]
    data = ClassData(course, (judged("ann", RIGHT), judged("bob", WRONG), *others))
    report = report_on(data, NOW)
    assert report.marks is not None
    assert (report.marks.n, report.marks.mean) == (2, (10 + 4.25) / 2)
    assert [item.n for item in report.exercises] == [2, 2, 2]
    assert {test.n for test in report.tests} <= {1, 2}
    assert report.handed_in == 4
    assert [data.count(state) for state in State] == [2, 0, 1, 1, 1]


def test_a_partly_graded_student_counts_where_there_are_points(course: Assignment) -> None:
    data = ClassData(course, (judged("ann", RIGHT), partly("bob")))
    assert [item.n for item in figures_of_exercises(data)] == [2, 1, 2]
    by_exercise = {test.exercise: test.n for test in figures_of_tests(data)}
    assert by_exercise == {"double": 2, "triple": 1, "train": 2}
    assert [each.name for each in graded(data)] == ["ann"]


def test_points_of_a_person_count_and_the_verdict_of_tests_stays(course: Assignment) -> None:
    cells = {"test_triple": CellState(1.25, 4.0, False)}
    data = ClassData(course, (judged("ann", WRONG, cells=cells),))
    triple = figures_of_exercises(data)[1]
    assert (triple.mean, triple.part) == (4.0, 1)
    assert {t.name: t.passed for t in figures_of_tests(data) if t.exercise == "triple"} == {
        "test_example": 1, "test_values": 0, "test_text": 0,
    }  # fmt: skip


def test_a_person_may_give_points_where_the_grader_failed(course: Assignment) -> None:
    student = replace(partly("bob"), cells={"test_triple": CellState(None, 5.0, False)})
    assert [item.n for item in figures_of_exercises(ClassData(course, (student,)))] == [1, 1, 1]


def test_what_is_not_written_is_told_from_what_is_wrong(course: Assignment) -> None:
    data = ClassData(
        course, (judged("ann", RIGHT), judged("bob", WRONG), judged("cleo", UNFINISHED))
    )
    double, triple, train = figures_of_exercises(data)
    assert (double.full, double.part, double.none, double.unwritten) == (2, 0, 0, 1)
    assert (triple.full, triple.part, triple.none, triple.unwritten) == (1, 1, 0, 1)
    assert (train.full, train.part, train.none, train.unwritten) == (1, 0, 1, 1)
    example = next(
        t for t in figures_of_tests(data) if (t.exercise, t.name) == ("double", "test_arrays")
    )
    assert (example.n, example.written, example.passed) == (3, 2, 2)
    assert example.nobody_fails
    assert not example.nobody_passes


def test_an_exercise_that_was_dropped_has_no_negative_counts(course: Assignment) -> None:
    dropped = replace(RIGHT[0], score=0.0, max_score=0.0)
    unwritten = replace(UNFINISHED[0], max_score=0.0)
    data = ClassData(course, (judged("ann", (dropped,)), judged("bob", (unwritten,))))
    course.__dict__["exercises"] = (Exercise("double", 0.0),)
    try:
        (item,) = figures_of_exercises(data)
    finally:
        del course.__dict__["exercises"]
    assert (item.full, item.part, item.none, item.unwritten) == (1, 0, 0, 1)


def test_tests_that_nobody_passes(course: Assignment) -> None:
    data = ClassData(course, (judged("ann", WRONG), judged("bob", WRONG)))
    assert [t.name for t in figures_of_tests(data) if t.nobody_passes] == [
        "test_values", "test_text", "test_trains",
    ]  # fmt: skip
    unwritten = ClassData(course, (judged("ann", UNFINISHED),))
    assert not any(t.nobody_passes or t.nobody_fails for t in figures_of_tests(unwritten))


def test_an_item_is_compared_with_the_other_exercises_alone(course: Assignment) -> None:
    """If the own points were in the rest, an exercise would always agree with itself."""

    def student(number: int) -> Student:
        right = number % 2 == 0
        one = ExerciseResult(
            "double", 3.0 * right, 3.0, "failed", (PASSED[1] if right else FAILED,)
        )
        other = replace(RIGHT[1], score=float(number % 3))
        return judged(f"student {number}", (one, other, replace(RIGHT[2], score=0.0)))

    data = ClassData(course, tuple(student(number) for number in range(12)))
    double = figures_of_exercises(data)[0]
    assert double.discrimination is not None
    assert double.discrimination.value == pytest.approx(0.0)
    assert double.discrimination.n == 12


def test_mistakes_are_counted_once_a_student_and_the_most_frequent_come_first(
    course: Assignment,
) -> None:
    twice = replace(WRONG[1], hints=(*WRONG[1].hints, WRONG[1].hints[0]))
    rare = replace(WRONG[1], hints=(WRONG[1].hints[0],))
    data = ClassData(
        course,
        (judged("ann", (RIGHT[0], twice)), judged("bob", (RIGHT[0], rare)), judged("cleo", RIGHT)),
    )
    found = [(each.name, each.students, each.n) for each in figures_of_mistakes(data)]
    assert found == [("adds", 2, 3), ("casts", 1, 3)]
    assert figures_of_mistakes(data)[0].steps[-1] == "It adds 3."


def test_written_questions_that_wait_are_no_zeros(course: Assignment) -> None:
    def cells(points: float | None, *, waits: bool = False) -> dict[str, CellState]:
        return {"why": CellState(None, points, waits)}

    students = (
        judged("ann", RIGHT, cells=cells(3.0)),
        judged("bob", RIGHT, cells=cells(None, waits=True)),
        judged("cleo", RIGHT, cells={"why": CellState(0.0, None, False)}),
        judged("dan", RIGHT, cells=cells(1.0, waits=True)),
    )
    why = figures_of_questions(ClassData(course, students))[0]
    assert (why.marked, why.waiting, why.unanswered, why.mean) == (1, 2, 1, 3.0)
    assert concern(ClassData(course, students), "to mark").students == 2


# -- what needs a person -----------------------------------------------------------------------


def test_a_training_near_its_threshold_is_named_passed_or_not(course: Assignment) -> None:
    course = replace(course, training={"digits": TERMS})

    def trained(name: str, counted: float) -> Student:
        passed = counted >= TERMS.threshold  # type: ignore[operator]
        record = {"threshold": TERMS.threshold, "counted": counted, "accuracies": [counted]}
        test = replace(RIGHT[2].tests[0], outcome="passed" if passed else "failed", training=record)
        result = result_of(name, (replace(RIGHT[2], tests=(test,)),), dataset="digits")
        return Student(name, State.GRADED, result, 1.0)

    data = ClassData(
        course,
        (trained("ann", 0.891), trained("bob", 0.906), trained("cleo", 0.95), trained("dan", 0.7)),
    )
    assert concern(data, "near threshold").cases == (
        Case("ann", "train: 89.1%, and 90.0% is asked for; not passed"),
        Case("bob", "train: 90.6%, and 90.0% is asked for; passed"),
    )


def test_every_kind_of_concern_names_its_students(course: Assignment) -> None:
    data = class_of_size(course, 40)
    found = {each.name: each for each in concerns(data)}
    assert found["rejected"].cases == (Case("student-039", "The file is cut off."),)
    assert [case.student for case in found["absent"].cases] == ["student-037"]
    assert [case.student for case in found["not graded"].cases] == ["student-038"]
    assert found["faults"].students == 1
    assert "NameError: x" in found["faults"].cases[0].what
    assert [case.student for case in found["violations"].cases] == ["student-006", "student-023"]
    assert found["to mark"].command == "autograder mark doubling"
    assert "not in the gradebook" not in found


def test_a_graded_student_without_points_in_the_gradebook_is_named(course: Assignment) -> None:
    lost = judged("ann", RIGHT, total=None)
    assert concern(ClassData(course, (lost,)), "not in the gradebook").students == 1
    without_book = ClassData(course, (lost,), has_gradebook=False)
    assert [each.name for each in concerns(without_book)] == []


def test_the_last_regrades_are_listed_with_their_tests(course: Assignment) -> None:
    change = ScoreChange("triple", 1.0, 5.0, 5.0, 5.0, passes=("Numbers are tripled.",))
    result: Result = replace(result_of("ann", RIGHT), changes=(change,))
    (found,) = last_changes(ClassData(course, (Student("ann", State.GRADED, result, 10.0),)))
    assert (found.student, found.before, found.after) == ("ann", 1.0, 5.0)
    assert "Numbers are tripled" in found.why


def test_a_class_of_nobody_has_no_figures(course: Assignment) -> None:
    report = report_on(ClassData(course, ()), NOW)
    assert (report.marks, report.tests, report.concerns, report.mistakes) == (None, (), (), ())
    assert [item.mean for item in report.exercises] == [None, None, None]
