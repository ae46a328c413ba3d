"""The generators of a course: how they are written, loaded, and chosen for a failed test.

`tests/counterexamples/<assignment>.py` and `solutions/<assignment>.py` are the course's own code
and run in the grader's process. A right function may run here because the generators alone choose
its arguments: nothing that a student's process sent is passed to it.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.counterexamples.draws import Draw
from autograder.counterexamples.examples import Example
from autograder.course.assignment import Assignment
from autograder.suite.author_files import author_text, executed, require_name
from autograder.suite.faults import author_error

Function = Callable[..., Any]
Check = Callable[[Any, Any, Example], None]
"""Raises a `Mismatch` if an answer is wrong. It gets the answer, the right one, and the call."""


@dataclass(frozen=True)
class Generator:
    """Draws calls of one function, on which a student's function may be wrong.

    Attributes:
        exercise: the exercise.
        function: the name of the function that is called.
        draw: makes a call from choices.
        tests: patterns for the names of the tests that it serves; without them, the tests that no
            pattern of the exercise matches.
        check: compares an answer; None to compare values with those of the right function.
        purity: compare only the arguments after the call, and whether the answer shares memory
            with them.
        show: reduces an answer to what the example prints of it.
    """

    exercise: str
    function: str
    draw: Callable[[Draw], Example]
    tests: tuple[str, ...] = ()
    check: Check | None = None
    purity: bool = False
    show: Function | None = None

    @property
    def line(self) -> int:
        """The line in which its definition begins, with its mark."""
        return self.draw.__code__.co_firstlineno

    def names(self, test: str) -> bool:
        """Whether one of the patterns matches a test."""
        return any(fnmatchcase(test, pattern) for pattern in self.tests)


@dataclass(frozen=True)
class Course:
    """The generators of an assignment, and its right functions by name."""

    generators: tuple[Generator, ...] = ()
    right: Mapping[str, Function] = field(default_factory=dict)

    def of(self, exercise: str) -> tuple[Generator, ...]:
        """The generators of one exercise, in the order of the file."""
        return tuple(each for each in self.generators if each.exercise == exercise)

    def serving(self, exercise: str, test: str) -> tuple[Generator, ...]:
        """The generators to try for a failed test, in their order."""
        generators = self.of(exercise)
        named = tuple(each for each in generators if each.names(test))
        return named or tuple(each for each in generators if not each.tests)


def counterexamples(
    exercise: str,
    *tests: str,
    function: str = "",
    check: Check | None = None,
    purity: bool = False,
    show: Function | None = None,
) -> Callable[[Callable[[Draw], Example]], Callable[[Draw], Example]]:
    """Mark a function that draws calls for failed tests of `exercise`.

    Args:
        exercise: the exercise.
        tests: the tests that the calls suit, as patterns such as "test_same_*". Without any they
            are for the tests that no pattern of the exercise matches.
        function: the function to call, if its name is not that of the exercise.
        check: compares an answer: it gets the answer, the right answer and the call, and raises a
            `Mismatch`, as `autograder.suite.expect` does. Without it, values are compared within
            the tolerance of hidden tests. A random function needs one, which accepts all answers
            that may be right.
        purity: compare only what the call does to its arguments, and whether the answer shares
            memory with one of them.
        show: for large answers: a function of the answer, whose source becomes part of the
            example's code; what it returns is printed in place of the answer.
    """

    require_name("counterexamples", exercise)
    if check is not None and not callable(check):
        raise TypeError(f"check must be a function, not {check!r}")

    def mark(marked: Callable[[Draw], Example]) -> Callable[[Draw], Example]:
        made = Generator(exercise, function or exercise, marked, tests, check, purity, show)
        _MARKED.append(made)
        return marked

    return mark


_MARKED: list[Generator] = []
"""The generators marked while a file is executed."""


def load(assignment: Assignment, solutions: str | None = None, file: Path | None = None) -> Course:
    """Execute the assignment's generators and its solutions; empty if there are no generators.

    Args:
        assignment: the assignment.
        solutions: the text of the module of solutions; None for what its file holds.
        file: other generators of the same functions, in place of `counterexamples_file`.

    Raises:
        SuiteError: a file cannot be executed, or it names something that does not exist.
    """
    file = file or assignment.counterexamples_file
    if not file.is_file():
        return Course()
    module = assignment.solution_module
    right = _functions(module, module.read_text("utf-8") if solutions is None else solutions)
    return Course(read(assignment, right, file), right)


def read(
    assignment: Assignment, functions: Collection[str], file: Path | None = None
) -> tuple[Generator, ...]:
    """Execute the assignment's generators; none if it has no file of them.

    Args:
        assignment: the assignment.
        functions: the names of the functions that the solution defines.
        file: other generators, in place of `counterexamples_file`.

    Raises:
        SuiteError: the file cannot be executed, or it names something that does not exist.
    """
    file = file or assignment.counterexamples_file
    if not file.is_file():
        return ()
    generators = _generators(file, author_text(file))
    for each in generators:
        if not assignment.suite_file(each.exercise).is_file():
            raise author_error(file, each.line, f"there is no exercise {each.exercise!r}.")
        if each.function not in functions:
            raise author_error(file, each.line, f"the solution has no function {each.function!r}.")
    return generators


@lru_cache(maxsize=8)
def _generators(file: Path, text: str) -> tuple[Generator, ...]:
    _MARKED.clear()
    executed(file, text)
    return tuple(_MARKED)


@lru_cache(maxsize=8)
def _functions(file: Path, text: str) -> Mapping[str, Function]:
    module = executed(file, text)
    return {
        name: value for name, value in vars(module).items() if isinstance(value, types.FunctionType)
    }
