"""Which misconceptions fail which hidden tests, and whether each test measures one thing only.

Tests and misconceptions have aspects, such as "dtype": what the test measures and what the
misconception gets wrong. A test must not fail because of a mistake in another aspect. This module
grades nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.diagnosis import Misconception
from autograder.results import Result

VALUES = frozenset({"values"})
"""The aspect of a test or a misconception that declares none."""


@dataclass(frozen=True)
class Matrix:
    """The hidden tests of an exercise, its misconceptions, and which of them fails which test."""

    exercise: str
    tests: Mapping[str, frozenset[str]]
    """The aspects of each test."""
    failed: Mapping[Misconception, frozenset[str]]
    """For each misconception, the tests that it fails."""

    def strays(self, which: Misconception) -> list[str]:
        """The tests that a misconception fails although they measure another aspect."""
        wrong = which.aspects or VALUES
        return [name for name in self._failed_by(which) if not self.tests[name] & wrong]

    def idle(self) -> list[str]:
        """The tests that no misconception fails."""
        failures = frozenset[str]().union(*self.failed.values())
        return [name for name in self.tests if name not in failures]

    def _failed_by(self, which: Misconception) -> Iterator[str]:
        return (name for name in self.tests if name in self.failed[which])


def matrix(assignment: Assignment, exercise: str, wrong: Mapping[Misconception, Result]) -> Matrix:
    """The matrix of one exercise, from the results of misconceptions of any exercises."""
    declared = declared_in(assignment.suite_file(exercise))
    tests: dict[str, frozenset[str]] = {}
    failed = {}
    for which, result in wrong.items():
        for each in result.exercises:
            if which.exercise == exercise == each.name:
                names = [test.name for test in each.tests]
                tests.update({name: declared.get(name.partition("[")[0], VALUES) for name in names})
                failed[which] = frozenset(test.name for test in each.tests if not test.passed)
    return Matrix(exercise, tests, failed)


def declared_in(suite: Path) -> dict[str, frozenset[str]]:
    """The aspects that each test of a suite declares by `@pytest.mark.aspect(...)`, by its name.

    They are read from the text of the suite, because pytest's items do not exist after the run.
    """
    return {
        node.name: frozenset(aspects)
        for node in ast.parse(suite.read_text(encoding="utf-8-sig")).body
        if isinstance(node, ast.FunctionDef)
        and (aspects := [each for mark in node.decorator_list for each in _aspects(mark)])
    }


def _aspects(mark: ast.expr) -> Iterator[str]:
    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.aspect":
        for argument in mark.args:
            yield str(ast.literal_eval(argument))


def as_text(table: Matrix) -> str:
    """The matrix as lines: a row for each test, a column for each misconception.

    An x marks a test that the misconception fails. An ! marks one that measures another aspect.
    """
    rows = []
    width = max(map(len, table.tests), default=0)
    strays = {which: set(table.strays(which)) for which in table.failed}
    for name, aspects in table.tests.items():
        marks = (
            "!" if name in strays[which] else "x" if name in failed else "·"
            for which, failed in table.failed.items()
        )
        rows.append(f"{name:{width}}  {''.join(marks)}  {', '.join(sorted(aspects))}")
    legend = [
        f"{number:>4}  {which.name}: {', '.join(sorted(which.aspects or VALUES))}"
        for number, which in enumerate(table.failed, 1)
    ]
    return "\n".join([table.exercise, *rows, "columns, from left to right:", *legend])
