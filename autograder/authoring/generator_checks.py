"""Refuses generators of counterexamples that fail, or that serve no test, with file and line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from inspect import Signature

import numpy as np

from autograder.authoring.time_limit import LOADING_SECONDS, at_most
from autograder.counterexamples import generators
from autograder.counterexamples.draws import Draw
from autograder.counterexamples.examples import Example
from autograder.counterexamples.generators import Generator
from autograder.course.assignment import Assignment
from autograder.suite.author_files import author_text
from autograder.suite.faults import author_error, author_fault

SIZES = (0, 1, 2, 4, 9, 99)
"""How far choices may be from the simplest, from call to call."""
DRAWING_SECONDS = 5


def check_generators(
    assignment: Assignment,
    functions: Collection[str],
    contracts: Mapping[str, Signature],
    tests: Mapping[str, Sequence[str]],
) -> None:
    """Let each generator draw a few calls.

    Args:
        assignment: the assignment.
        functions: the names that the cells of its source define.
        contracts: the parameters of those that are functions.
        tests: the names of the hidden tests of each exercise.

    Raises:
        SuiteError: a generator fails, returns no call, or names a test that there is not.
    """
    file = assignment.counterexamples_file
    with at_most(LOADING_SECONDS):
        read = generators.read(assignment, functions)
    for each in read:
        names = tests.get(each.exercise, ())
        for pattern in each.tests:
            if not any(fnmatchcase(name, pattern) for name in names):
                what = f"{each.exercise} has no test that is called {pattern!r}."
                raise author_error(file, each.line, what)
        for size in SIZES:
            example = _drawn(each, size, assignment)
            if asked := contracts.get(each.function):
                try:
                    asked.bind(*example.args, **example.kwargs)
                except TypeError as error:
                    raise author_error(file, each.line, f"this call: {error}.") from None
    if not read and file.is_file() and "def " in author_text(file):
        raise author_error(file, 1, "no function is marked with @counterexamples.")


def _drawn(generator: Generator, size: int, assignment: Assignment) -> Example:
    file = assignment.counterexamples_file
    rng = np.random.default_rng(size)
    try:
        with at_most(DRAWING_SECONDS):
            example = generator.draw(Draw(rng, size) if size else Draw())
    except (Exception, SystemExit) as error:
        raise author_fault(error, file, generator.line) from error
    if not isinstance(example, Example):
        raise author_error(file, generator.line, "this generator returns no call.")
    return example
