"""Refuses hidden suites with faults that can be seen before anything is graded.

Each message is a sentence with the file and the line. The suites are read, and collected by pytest;
no test runs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from types import ModuleType

import pytest

from autograder.authoring import suite_names
from autograder.authoring.suite_requirements import tests_without_requirements
from autograder.authoring.time_limit import LOADING_SECONDS, at_most
from autograder.course.assignment import Assignment
from autograder.errors import SuiteError
from autograder.suite import collected
from autograder.suite.author_files import author_text
from autograder.suite.dependencies import exercise_of
from autograder.suite.points import MAX_PUBLIC_SHARE

TEST = "test_"
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def check_suites(
    assignment: Assignment, exercises: Sequence[str], functions: Collection[str]
) -> dict[str, list[str]]:
    """Refuse a suite that cannot be run, or that breaks the rules for suites.

    Args:
        assignment: the assignment.
        exercises: its exercises.
        functions: the names that the cells of its source define.

    Returns:
        The names of the tests of each exercise.

    Raises:
        SuiteError: there is such a suite. The message has the file and the line.
    """
    texts = {exercise: _Text(assignment, exercise) for exercise in exercises}
    for text in texts.values():
        text.refuse(_faults_of_tests(text.tree()))
    folder = assignment.suite_folder
    where = folder.relative_to(assignment.root).as_posix()
    with at_most(LOADING_SECONDS), collected.collected(folder, exercises, "") as suites:
        for exercise, fault in suites.faults.items():
            line = fault.line or texts[exercise].line_of(fault.error)
            raise SuiteError(f"{where}/{replace(fault, line=line)}")
        for item in suites.items:
            if name := _unknown_fixture(item):
                what = f"{item.name}: there is no fixture called {name!r}."
                raise SuiteError(f"{where}/{item.path.name}, line {_line(item)}: {what}")
        tests = {name: [i for i in suites.items if exercise_of(i) == name] for name in exercises}
    for exercise, text in texts.items():
        text.refuse(suite_names.unknown_names(text.tree(), text.source))
        text.refuse(suite_names.unknown_functions(text.tree(), functions))
        if module := _module_of(tests[exercise]):
            text.refuse(suite_names.unknown_attributes(text.tree(), module))
            text.refuse(suite_names.wrong_calls(text.tree(), module))
            text.refuse(tests_without_requirements(text.tree(), _tests(text.tree()), module))
        text.refuse(_faults_of_weights(tests[exercise]))
    return {exercise: [item.name for item in items] for exercise, items in tests.items()}


class _Text:
    """The text of a suite, and its name in messages."""

    def __init__(self, assignment: Assignment, exercise: str) -> None:
        file = assignment.suite_file(exercise)
        self.source = author_text(file)
        self._name = file.relative_to(assignment.root).as_posix()

    def tree(self) -> ast.Module:
        try:
            return ast.parse(self.source)
        except SyntaxError as error:
            line = error.lineno or 1
            raise SuiteError(
                f"{self._name}, line {line}: this is not Python: {error.msg}."
            ) from None

    def line_of(self, what: str) -> int:
        """The line of the test that a message names, else of the mark; 0 if it names none."""
        tests = [node for node in _tests(self.tree()) if re.search(rf"\b{node.name}\b", what)]
        if tests:
            return tests[0].lineno
        word = "parametrize" if "parametrize" in what else "builds_on"
        lines = enumerate(self.source.splitlines(), 1)
        return next((number for number, line in lines if word in line), 0)

    def refuse(self, faults: Iterator[tuple[int, str]]) -> None:
        """Raise the first fault, if there is one."""
        for line, what in faults:
            raise SuiteError(f"{self._name}, line {line}: {what}")


def _faults_of_tests(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Tests without a docstring, and names that stand twice, each with the line."""
    if not any(True for _ in _tests(tree)):
        yield 1, "there is no test: a test is a function whose name begins with test_."
    for body in _bodies(tree):
        seen: dict[str, int] = {}
        for node in _tests_in(body):
            if node.name in seen:
                yield node.lineno, f"{node.name} stands in line {seen[node.name]} already."
            seen[node.name] = node.lineno
            for name in ("weight", "seconds"):
                if sum(f"mark.{name}(" in ast.unparse(each) for each in node.decorator_list) > 1:
                    yield node.lineno, f"{node.name} has two marks called {name}."
            if isinstance(node, ast.AsyncFunctionDef):
                yield node.lineno, f"{node.name} is async: pytest does not run it."
            if not (ast.get_docstring(node) or "").strip():
                yield node.lineno, f"{node.name} needs a docstring: students read its first line."


def _tests(tree: ast.Module) -> Iterator[_Function]:
    """The tests of a suite, those of its classes too."""
    for body in _bodies(tree):
        yield from _tests_in(body)


def _bodies(tree: ast.Module) -> list[list[ast.stmt]]:
    return [tree.body, *(each.body for each in tree.body if isinstance(each, ast.ClassDef))]


def _tests_in(body: list[ast.stmt]) -> Iterator[_Function]:
    for node in body:
        if isinstance(node, _Function) and node.name.startswith(TEST):
            yield node


def _module_of(items: Sequence[pytest.Item]) -> ModuleType | None:
    found = [item.module for item in items if isinstance(item, pytest.Function)]
    return found[0] if found else None


def _unknown_fixture(item: pytest.Item) -> str:
    """The first argument of a test that nothing provides, or ""."""
    assert isinstance(item, pytest.Function)
    fixtures = item._fixtureinfo  # as the engine's own plugin does: there is no public way
    given = {"request", *fixtures.name2fixturedefs}
    given |= set(item.callspec.params) if hasattr(item, "callspec") else set()
    return next((name for name in fixtures.argnames if name not in given), "")


def _faults_of_weights(items: Sequence[pytest.Item]) -> Iterator[tuple[int, str]]:
    """How the weights of a suite break the rules."""
    weights = {item: _weight(item) for item in items}
    hidden = [item for item in items if not item.get_closest_marker("public")]
    if not any(_is_of_values(item) for item in hidden):
        yield 1, "the suite has no hidden test of values."
    whole = sum(weights.values())
    public = whole - sum(weights[item] for item in hidden)
    if public > MAX_PUBLIC_SHARE * whole + 1e-9:
        share = f"{public:g} of the weight of {whole:g}"
        yield 1, f"the public tests have {share}, which is more than a fifth."


def _weight(item: pytest.Item) -> float:
    mark = item.get_closest_marker("weight")
    return float(mark.args[0]) if mark else 1.0


def _is_of_values(item: pytest.Item) -> bool:
    return not any(map(item.get_closest_marker, ("claim", "supporting")))


def _line(item: pytest.Item) -> int:
    return (item.location[1] or 0) + 1
