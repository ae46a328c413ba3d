"""Refuses misconceptions and probes that cannot do what they are for, with file and line."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Collection, Iterator, Mapping
from inspect import Parameter, Signature
from pathlib import Path

from autograder import diagnosis
from autograder.authoring.aspects import VALUES, declared_in
from autograder.authoring.suite_names import unknown_names
from autograder.authoring.time_limit import LOADING_SECONDS, at_most
from autograder.course.assignment import Assignment
from autograder.diagnosis import Misconception
from autograder.diagnosis.probes import Call
from autograder.suite.author_files import author_text
from autograder.suite.faults import author_error


def check_misconceptions(
    assignment: Assignment, functions: Collection[str], contracts: Mapping[str, Signature]
) -> None:
    """Refuse misconceptions of other functions, with other parameters or aspects; wrong probes.

    Args:
        assignment: the assignment.
        functions: the names that the cells of its source define.
        contracts: the parameters of those that are functions.

    Raises:
        SuiteError: there is such a misconception or probe, or they cannot be loaded.
    """
    with at_most(LOADING_SECONDS):
        catalogue = diagnosis.load(assignment)
    file = assignment.misconceptions_file
    for which in catalogue.misconceptions:
        for what in _faults(which, assignment, functions, contracts):
            raise author_error(file, which.function.__code__.co_firstlineno, what)
    for function, made in catalogue.probes.items():
        for what in _faults_of_calls(function, made, contracts):
            raise author_error(file, _line_of_probes(function, file), what)
    if file.is_file():
        text = author_text(file)
        for line, what in unknown_names(ast.parse(text), text, functions):
            raise author_error(file, line, what)


def _faults(
    which: Misconception,
    assignment: Assignment,
    functions: Collection[str],
    contracts: Mapping[str, Signature],
) -> Iterator[str]:
    name = which.replaces
    if name not in functions:
        yield f"the source has no function {name!r}."
    mine, asked = inspect.signature(which.function).parameters, contracts.get(name)
    if asked is not None and list(mine) != list(asked.parameters) and not _takes_all(mine):
        listed = ", ".join(asked.parameters)
        yield f"{which.name} has other parameters than {name}({listed})."
    measured = declared_in(assignment.suite_file(which.exercise)).values()
    for aspect in which.aspects - VALUES.union(*measured):
        yield f"no hidden test of {which.exercise} has the aspect {aspect!r}."


def _takes_all(parameters: Mapping[str, Parameter]) -> bool:
    kinds = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return any(each.kind in kinds for each in parameters.values())


def _faults_of_calls(
    function: str, made: Collection[diagnosis.Probe], contracts: Mapping[str, Signature]
) -> Iterator[str]:
    """Probes that do not suit the parameters of their function."""
    for number, probe in enumerate(made, 1):
        for each in (probe,) if isinstance(probe, Call) else probe.calls:
            if (asked := contracts.get(function)) is None:
                continue
            try:
                asked.bind(*each.args, **each.kwargs)
            except TypeError as error:
                yield f"probe {number} of {function}: {error}."


def _line_of_probes(function: str, file: Path) -> int:
    lines = enumerate(author_text(file).splitlines(), 1)
    return next((n for n, line in lines if "probes(" in line and function in line), 0)
