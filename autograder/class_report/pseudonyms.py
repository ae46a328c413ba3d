"""Takes everything out of a class's records that says who a student is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from autograder.class_report.records import ClassData, Student
from autograder.course.assignment import Assignment
from autograder.grading.seeds import course_secret, seed_for
from autograder.results import ExerciseResult, Fault, Observed, Result
from autograder.similarity.records import SimilarPair

LEFT_OUT = "The sentence is left out, because it may name the student."


def pseudonyms(assignment: Assignment, students: Iterable[str]) -> dict[str, str]:
    """A number for each student, in an order that is drawn from the course's secret.

    The same class has the same numbers every time.
    """
    secret = course_secret(assignment.root, create=False)
    drawn = sorted(students, key=lambda each: seed_for(secret, assignment.name, each, "pseudonym"))
    width = len(str(len(drawn)))
    return {name: f"student {number:0{width}}" for number, name in enumerate(drawn, 1)}


def without_names(data: ClassData, names: Mapping[str, str]) -> ClassData:
    """The same class with pseudonyms, sorted by them, and without any text of a student."""
    students = (_student(each, names[each.name]) for each in data.students)
    return replace(
        data, students=tuple(sorted(students, key=lambda each: each.name)), has_names=False
    )


def pairs_without_names(
    pairs: Iterable[SimilarPair], names: Mapping[str, str], assignment: Assignment
) -> list[SimilarPair]:
    """The same pairs with pseudonyms, and without any text of a student."""
    known = {each.name for each in assignment.exercises}
    known |= {each.name for each in assignment.written}
    return [
        replace(
            pair,
            first=names[pair.first],
            second=names[pair.second],
            where=pair.where if known.issuperset(pair.where.split(", ")) else "",
            passages=(),
            traces=(),
        )
        for pair in pairs
        if pair.first in names and pair.second in names
    ]


def _student(student: Student, name: str) -> Student:
    result = student.result and _result(student.result, name)
    return replace(student, name=name, result=result)


def _result(result: Result, name: str) -> Result:
    observed = result.observed
    return replace(
        result,
        student=name,
        submission="",
        reason=LEFT_OUT if result.reason else "",
        exercises=tuple(_exercise(each) for each in result.exercises),
        observed=Observed(
            attention=(LEFT_OUT,) * len(observed.attention),
            violations=(LEFT_OUT,) * len(observed.violations),
            cpu_seconds=observed.cpu_seconds,
        ),
        faults=tuple(_fault(each) for each in result.faults),
        seed="",
        key="",
    )


def _exercise(exercise: ExerciseResult) -> ExerciseResult:
    tests = (replace(test, message="", detail="", counterexample=None) for test in exercise.tests)
    return replace(exercise, tests=tuple(tests), suspect=None, tests_key="", advice_key="")


def _fault(fault: Fault) -> Fault:
    return replace(fault, error="the grader failed", detail="")
