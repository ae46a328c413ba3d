"""Refuses faults of authors in what an assignment has below `tests/`, before anything is graded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from importlib.util import find_spec

from autograder import diagnosis
from autograder.authoring.generator_checks import check_generators
from autograder.authoring.hint_rules import check_hints
from autograder.authoring.suite_checks import check_suites
from autograder.course.assignment import Assignment
from autograder.course.settings_file import SettingsFile
from autograder.errors import CourseError
from autograder.suite.faults import author_error


def check_tests(assignment: Assignment, exercises: Sequence[str], code: Iterable[str]) -> None:
    """Refuse hidden suites, generators, misconceptions and hints that have a fault.

    Args:
        assignment: the assignment.
        exercises: its exercises.
        code: the code cells of its source.

    Raises:
        SuiteError: there is a fault. The message is a sentence with the file and the line.
    """
    check_preload(assignment)
    functions = _defined("\n".join(code))
    tests = check_suites(assignment, exercises, functions)
    check_generators(assignment, functions, tests)
    check_misconceptions(assignment, functions)
    check_hints(assignment)


def check_preload(assignment: Assignment) -> None:
    """Refuse libraries to preload that are not installed here.

    Raises:
        CourseError: there is such a library.
    """
    path = assignment.source_text.with_name("assignment.toml")
    where = path.relative_to(assignment.root).as_posix()
    for name in assignment.preload:
        if find_spec(name.partition(".")[0]) is None:
            place = SettingsFile(where, path.read_text(encoding="utf-8")).at("preload")
            raise CourseError(f"{place}: there is no module called {name!r} on this machine.")


def check_misconceptions(assignment: Assignment, functions: Collection[str]) -> None:
    """Refuse misconceptions of functions that the source does not define.

    Raises:
        SuiteError: there is such a misconception, or they cannot be loaded.
    """
    for which in diagnosis.load(assignment).misconceptions:
        if which.replaces not in functions:
            line = which.function.__code__.co_firstlineno
            what = f"the source has no function {which.replaces!r}."
            raise author_error(assignment.misconceptions_file, line, what)


def _defined(code: str) -> set[str]:
    """The functions, classes and values that code defines. It may have magics of Jupyter."""
    defined = re.findall(r"^(?:def|class) (\w+)", code, re.MULTILINE)
    return {*defined, *re.findall(r"^(\w+)(?:: .+)? = ", code, re.MULTILINE)}
