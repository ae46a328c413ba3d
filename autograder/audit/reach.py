"""Which exercises a wrong function could cost points, as the texts of a course say.

An exercise is *heavy* if its solution or its suite needs more than NumPy, or trains. All others
take hundredths of a second: they are graded with every wrong answer, whatever the texts say.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from autograder.course.assignment import Assignment

LIGHT_LIBRARIES = frozenset({"numpy"})


class Reach:
    """What the exercises of an assignment have to do with each other.

    Args:
        assignment: the assignment; the texts of its solutions and suites are read once.
    """

    def __init__(self, assignment: Assignment) -> None:
        self.exercises = tuple(each.name for each in assignment.exercises)
        self._suites = {name: _texts_of(assignment.suite_file(name)) for name in self.exercises}
        self._solution = ast.parse(assignment.solution_module.read_text(encoding="utf-8"))
        self._libraries = set(assignment.preload) - LIGHT_LIBRARIES

    @cached_property
    def builds_on(self) -> Mapping[str, frozenset[str]]:
        """For each exercise, the names in the `builds_on` marks of its suite."""
        return {name: frozenset(_built_on(trees[0])) for name, trees in self._suites.items()}

    @cached_property
    def heavy(self) -> frozenset[str]:
        """The exercises that need more than NumPy."""
        names = _bound_by_imports(self._solution, self._libraries)
        return frozenset(
            name for name in self.exercises if self.trains(name) or self._used_by(name) & names
        )

    def trains(self, exercise: str) -> bool:
        """Whether a test of the exercise has the fixture `training`."""
        return any(
            argument.arg == "training"
            for node in self._suites[exercise][0].body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
            for argument in node.args.args
        )

    def touched(self, functions: Collection[str]) -> set[str]:
        """The exercises in which a wrong function among right ones could cost points.

        These are its own, those whose functions or suites name it, and those that build on such.
        """
        wrong, known = set(functions), 0
        while len(wrong) > known:
            known = len(wrong)
            for used in (self._names_used, self._asked, self.builds_on):
                wrong |= {name for name, others in used.items() if others & wrong}
        return wrong & set(self.exercises)

    def with_dependencies(self, exercises: Iterable[str]) -> tuple[str, ...]:
        """These exercises and all that they build on, in the order of the assignment."""
        found: set[str] = set()
        todo = [name for name in exercises if name in self.exercises]
        while todo:
            if (name := todo.pop()) not in found:
                found.add(name)
                todo += [each for each in self.builds_on[name] if each in self.exercises]
        return tuple(name for name in self.exercises if name in found)

    def to_grade(self, exercise: str, function: str) -> tuple[str, ...]:
        """The exercises to grade with a wrong function: the light ones, and all that it touches."""
        if self.trains(exercise):
            return self.exercises
        touched = self.touched({exercise, function})
        return self.with_dependencies({*self.exercises} - (self.heavy - touched))

    @cached_property
    def _names_used(self) -> Mapping[str, set[str]]:
        """For each function of the solutions, the names that its text uses."""
        return {
            node.name: _names_in([node])
            for node in self._solution.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }

    @cached_property
    def _asked(self) -> Mapping[str, set[str]]:
        """For each exercise, the functions of the solutions that its suite names."""
        functions = set(self._names_used)
        return {name: functions & _asked_in(trees) for name, trees in self._suites.items()}

    def _used_by(self, exercise: str) -> set[str]:
        """All names that the function of an exercise uses, directly or by other functions."""
        found, todo = set[str](), [exercise]
        while todo:
            for name in self._names_used.get(todo.pop(), ()):
                if name not in found:
                    found.add(name)
                    todo.append(name)
        return found


def _texts_of(suite: Path) -> list[ast.Module]:
    """A suite, followed by the modules of its folder that it imports, directly or not."""
    found: dict[Path, ast.Module] = {}
    todo = [suite]
    while todo:
        file = todo.pop()
        if file not in found and file.is_file():
            found[file] = ast.parse(file.read_text(encoding="utf-8-sig"))
            todo += [file.with_name(f"{name}.py") for name in _imported(found[file])]
    return list(found.values()) or [ast.Module([], [])]


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def _bound_by_imports(tree: ast.Module, libraries: Collection[str]) -> set[str]:
    """The names that a module's imports from these libraries define."""
    return {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (getattr(node, "module", None) or alias.name).partition(".")[0] in libraries
    }


def _built_on(suite: ast.Module) -> Iterator[str]:
    for node in ast.walk(suite):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.builds_on":
            yield from (str(ast.literal_eval(argument)) for argument in node.args)


def _names_in(trees: Iterable[ast.AST]) -> set[str]:
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _asked_in(trees: Iterable[ast.AST]) -> set[str]:
    """The attributes of `student`; where a suite computes their names, also all its texts."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    asked = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and "student" in _names_in([node.value])
    }
    if any(isinstance(node, ast.Call) and _computes_name(node) for node in nodes):
        asked |= {
            node.value
            for node in nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return asked


def _computes_name(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Name)
        and call.func.id == "getattr"
        and bool(call.args and "student" in _names_in([call.args[0]]))
    )
