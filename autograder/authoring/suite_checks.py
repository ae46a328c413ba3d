"""Refuses hidden suites with faults that can be seen before anything is graded.

Each message is a sentence with the file and the line. The suites are read, and collected by pytest;
no test runs.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Collection, Iterator, Sequence

import pytest

from autograder.course.assignment import Assignment
from autograder.errors import SuiteError
from autograder.suite import collected
from autograder.suite.dependencies import exercise_of
from autograder.suite.points import MAX_PUBLIC_SHARE
from autograder.suite.student import Student

TEST = "test_"
_OF_MODULES = {"__file__", "__name__", "__doc__", *dir(builtins)}


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
    with collected.collected(folder, exercises, "") as suites:
        for fault in suites.faults.values():
            raise SuiteError(f"{where}/{fault}")
        for item in suites.items:
            if name := _unknown_fixture(item):
                what = f"{item.name}: there is no fixture called {name!r}."
                raise SuiteError(f"{where}/{item.path.name}, line {_line(item)}: {what}")
        tests = {name: [i for i in suites.items if exercise_of(i) == name] for name in exercises}
    for exercise, text in texts.items():
        text.refuse(_unknown_names(text.tree(), text.source))
        text.refuse(_unknown_functions(text.tree(), functions))
        text.refuse(_faults_of_weights(tests[exercise]))
    return {exercise: [item.name for item in items] for exercise, items in tests.items()}


class _Text:
    """The text of a suite, and its name in messages."""

    def __init__(self, assignment: Assignment, exercise: str) -> None:
        file = assignment.suite_file(exercise)
        self.source = file.read_text(encoding="utf-8")
        self._name = file.relative_to(assignment.root).as_posix()

    def tree(self) -> ast.Module:
        try:
            return ast.parse(self.source)
        except SyntaxError as error:
            line = error.lineno or 1
            raise SuiteError(
                f"{self._name}, line {line}: this is not Python: {error.msg}."
            ) from None

    def refuse(self, faults: Iterator[tuple[int, str]]) -> None:
        """Raise the first fault, if there is one."""
        for line, what in faults:
            raise SuiteError(f"{self._name}, line {line}: {what}")


def _faults_of_tests(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Tests without a docstring, and names that stand twice, each with the line."""
    seen: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith(TEST):
            if node.name in seen:
                yield node.lineno, f"{node.name} stands in line {seen[node.name]} already."
            seen[node.name] = node.lineno
            if not (ast.get_docstring(node) or "").strip():
                yield node.lineno, f"{node.name} needs a docstring: students read its first line."
    if not seen:
        yield 1, "there is no test: a test is a function whose name begins with test_."


def _unknown_names(tree: ast.Module, source: str) -> Iterator[tuple[int, str]]:
    """Names that a function uses, and that nothing defines."""
    module = symtable.symtable(source, "suite", "exec")
    if any(
        isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(tree)
    ):
        return
    defined = {each.get_name() for each in module.get_symbols() if _is_set(each)} | _OF_MODULES
    unknown = {name for name in _global_names(module) if name not in defined}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in unknown:
            yield node.lineno, f"nothing is called {node.id!r}."


def _is_set(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def _global_names(table: symtable.SymbolTable) -> Iterator[str]:
    """The names that this scope, or one inside it, looks up in the module."""
    at_top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (at_top or symbol.is_global()):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _global_names(inner)


def _unknown_functions(tree: ast.Module, functions: Collection[str]) -> Iterator[tuple[int, str]]:
    """Functions of students that a test calls, and that the source does not define."""
    known = {*functions, *dir(Student)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "student"
            and node.attr not in known
        ):
            yield node.lineno, f"student.{node.attr}: no cell of the source defines {node.attr!r}."


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
