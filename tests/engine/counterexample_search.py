"""Counterexamples without a sandbox: what a function of the tests' own gets, in this process."""

from __future__ import annotations

import contextlib
import copy
import io
import re
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograder.counterexamples import Course
from autograder.counterexamples.budget import Budget
from autograder.counterexamples.searching import FailedTest, Search
from autograder.course.assignment import Assignment
from autograder.results import Counterexample
from autograder.sandbox import Answer, StudentRaised
from autograder.sandbox.translation import UNTRANSLATED, Translation
from autograder.suite.asked_calls import AskedCalls


class InProcess:
    """In place of a `Student`: functions of a module, called here."""

    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self._functions = functions
        self.calls = 0

    def translation_of(self, name: str) -> Translation:
        return UNTRANSLATED

    def ask(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], *, watch: bool
    ) -> Answer:
        self.calls += 1
        given, named = copy.deepcopy((list(args), dict(kwargs)))
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = self._functions[name](*given, **named)
        except Exception as error:
            names = tuple(each.__name__ for each in type(error).__mro__)
            raise StudentRaised(f"{name} raised", type_names=names, text=str(error)) from None
        shares = any(
            np.may_share_memory(value, each)
            for each in given
            if isinstance(each, np.ndarray) and isinstance(value, np.ndarray)
        )
        return Answer(value, tuple(given), shares)

    def generator(self, seed: int) -> np.random.Generator:
        return np.random.default_rng(seed)

    def remote_function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return function

    @contextlib.contextmanager
    def unreplaced(self) -> Iterator[None]:
        yield


def module_of(text: str) -> dict[str, Any]:
    """The functions of a plain module."""
    module = types.ModuleType("submission")
    exec(compile(text, "submission.py", "exec"), module.__dict__)
    return vars(module)


def search(
    course: Course,
    exercise: str,
    functions: Mapping[str, Any],
    tests: Sequence[str],
    *,
    asked: AskedCalls | None = None,
    seed: bytes = b"seed",
    seconds: float = 60.0,
    most: int = 1_000,
) -> dict[str, Counterexample]:
    """The first counterexamples that would be found if all of these tests had failed."""
    student = InProcess(functions)
    looking = Search(
        course,
        exercise,
        student,  # type: ignore[arg-type]
        (),
        asked or AskedCalls(),
        seed,
        Budget(seconds),
    )
    found: dict[str, Counterexample] = {}
    for test in tests:  # each with a budget of its own
        looking._budget = Budget(seconds)
        if len(found) < most:
            found |= looking.results([FailedTest(test, raised=False)])
    return found


def suite_tests(assignment: Assignment, exercise: str) -> list[str]:
    """The names of the hidden tests of an exercise, as its file defines them."""
    text = assignment.suite_file(exercise).read_text(encoding="utf-8")
    return re.findall(r"^def (test_\w+)", text, flags=re.MULTILINE)


def run(code: str, functions: Mapping[str, Any]) -> str:
    """What a cell prints if it runs after the student's functions; or the exception, as a line."""
    printed = io.StringIO()
    namespace = dict(functions)
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with np.errstate(all="ignore"):
                exec(compile(code, "cell", "exec"), namespace)
        except Exception as error:
            text = str(error)
            return f"{type(error).__name__}: {text}" if text else type(error).__name__
    return printed.getvalue().removesuffix("\n")


def right_modules(assignment: Assignment) -> list[Path]:
    """The solutions, and right answers in other styles."""
    others = sorted(assignment.right_solutions_folder.glob("[!.]*.py"))
    return [assignment.solution_module, *others]
