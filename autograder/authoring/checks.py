"""Refuses faults of authors in what an assignment has below `tests/`, before anything is graded."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from importlib.util import find_spec

from autograder.authoring.contracts import signatures
from autograder.authoring.generator_checks import check_generators
from autograder.authoring.hint_rules import check_hints
from autograder.authoring.misconception_checks import check_misconceptions
from autograder.authoring.suite_checks import check_suites
from autograder.course.assignment import Assignment, settings_of
from autograder.errors import CourseError
from autograder.suite.author_files import author_text
from autograder.suite.faults import author_error
from convgrade import datasets
from convgrade.release import EXAMPLES_PREFIX


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
    check_datasets(assignment)
    check_frozen(assignment, exercises)
    cells = list(code)
    functions, contracts = _defined("\n".join(cells)), signatures(cells)
    tests = check_suites(assignment, exercises, functions)
    check_generators(assignment, functions, contracts, tests)
    check_misconceptions(assignment, functions, contracts)
    check_hints(assignment)
    check_right_answers(assignment)


def check_preload(assignment: Assignment) -> None:
    """Refuse libraries to preload that are not installed here.

    Raises:
        CourseError: there is such a library.
    """
    for name in assignment.preload:
        if not _is_installed(name):
            place = settings_of(assignment.root, assignment.name).at("preload")
            raise CourseError(f"{place}: there is no module called {name!r} on this machine.")


def _is_installed(name: str) -> bool:
    """Whether a module is here. Of a module with dots, the packages above it are imported."""
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # what stands above it is not there, or is no package
        return False


def check_datasets(assignment: Assignment) -> None:
    """Refuse terms of training on datasets that there are not.

    Raises:
        CourseError: there is such a dataset.
    """
    for name in assignment.training:
        if name not in datasets.names():
            place = settings_of(assignment.root, assignment.name).at(f"training.{name}")
            known = ", ".join(datasets.names())
            raise CourseError(f"{place}: there is no dataset {name!r}. Known are {known}.")


def check_right_answers(assignment: Assignment) -> None:
    """Refuse right answers that are not Python.

    Raises:
        SuiteError: there is one.
    """
    for file in sorted(assignment.right_solutions_folder.glob("*.py")):
        try:
            ast.parse(author_text(file))
        except SyntaxError as error:
            what = f"this is not Python: {error.msg}."
            raise author_error(file, error.lineno or 1, what) from None


def check_frozen(assignment: Assignment, exercises: Sequence[str]) -> None:
    """Refuse frozen exercises that there are not: they would not be held back.

    Raises:
        CourseError: there is such a name.
    """
    for name in sorted(assignment.frozen.exercises):
        if name.removeprefix(EXAMPLES_PREFIX) not in exercises:
            place = settings_of(assignment.root, assignment.name).at("exercises", "frozen")
            raise CourseError(f"{place}: [frozen] names {name!r}, which is no exercise.")


def _defined(code: str) -> set[str]:
    """The functions, classes and values that code defines. It may have magics of Jupyter."""
    defined = re.findall(r"^(?:def|class) (\w+)", code, re.MULTILINE)
    return {*defined, *re.findall(r"^(\w+)(?:: .+)? = ", code, re.MULTILINE)}
