"""Refuses generators of counterexamples that fail, or that serve no test, with file and line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase

import numpy as np

from autograder.counterexamples import generators
from autograder.counterexamples.draws import Draw
from autograder.counterexamples.examples import Example
from autograder.counterexamples.generators import Generator
from autograder.course.assignment import Assignment
from autograder.suite.faults import author_error, author_fault

SIZES = (0, 1, 2, 4, 9, 99)
"""How far choices may be from the simplest, from call to call."""


def check_generators(
    assignment: Assignment, functions: Collection[str], tests: Mapping[str, Sequence[str]]
) -> None:
    """Let each generator draw a few calls.

    Args:
        assignment: the assignment.
        functions: the names that the cells of its source define.
        tests: the names of the hidden tests of each exercise.

    Raises:
        SuiteError: a generator fails, returns no call, or names a test that there is not.
    """
    file = assignment.counterexamples_file
    for each in generators.read(assignment, functions):
        names = tests.get(each.exercise, ())
        for pattern in each.tests:
            if not any(fnmatchcase(name, pattern) for name in names):
                what = f"{each.exercise} has no test that is called {pattern!r}."
                raise author_error(file, each.line, what)
        for size in SIZES:
            _draw(each, size, assignment)


def _draw(generator: Generator, size: int, assignment: Assignment) -> None:
    file = assignment.counterexamples_file
    rng = np.random.default_rng(size)
    try:
        example = generator.draw(Draw(rng, size) if size else Draw())
    except Exception as error:
        raise author_fault(error, file) from error
    if not isinstance(example, Example):
        raise author_error(file, generator.line, "this generator returns no call.")
