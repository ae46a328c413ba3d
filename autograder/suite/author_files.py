"""Executes files of a course's authors, in the grader's process: they are the course's own code."""

from __future__ import annotations

import types
from pathlib import Path

from autograder.suite.faults import author_fault


def executed(file: Path, text: str) -> types.ModuleType:
    """The module of a file of the course's authors.

    Args:
        file: the file, by which errors are named.
        text: what it holds.

    Raises:
        SuiteError: it cannot be executed; names the file and the line.
    """
    module = types.ModuleType(f"{file.parent.name}_{file.stem}")
    module.__file__ = str(file)
    try:
        exec(compile(text, str(file), "exec"), module.__dict__)
    except Exception as error:
        raise author_fault(error, file) from error
    return module
