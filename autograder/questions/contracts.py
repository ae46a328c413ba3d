"""Changed contracts of exercises, written by a course's authors, and what they ask for in a call.

`tests/questions/<assignment>.py` is the course's own code and runs in the grader's process. It gets
calls that the course's generators draw, and nothing that a student's process sent.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder.counterexamples.generators import Function
from autograder.course.assignment import Assignment
from autograder.errors import SuiteError
from autograder.questions.comparing import Answer, clearly_differ
from autograder.questions.drawn_calls import DrawnCall
from autograder.suite.author_files import executed

LEAST_TELLING = 3
"""Calls for which a changed contract must ask for another answer, before it is asked about."""


@dataclass(frozen=True)
class ChangedContract:
    """Another contract of an exercise.

    Attributes:
        exercise: the exercise.
        wish: what is to change, as one or more sentences; code stands between backticks.
        answer: gets the right function and the arguments of a call; returns or raises what the
            changed contract asks for.
        literals: Python expressions that a changed line may need, such as "3".
    """

    exercise: str
    wish: str
    answer: Callable[..., Any]
    literals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """What a changed contract asks for in some calls.

    Attributes:
        wish, literals: of the contract.
        answers: for each call.
        telling: the numbers of the calls for which it asks for another answer than the contract.
    """

    wish: str
    literals: tuple[str, ...]
    answers: tuple[Answer, ...]
    telling: tuple[int, ...]


_Marked = Callable[..., Any]
_MARKED: list[ChangedContract] = []
"""The contracts marked while a file is executed."""


def changed_contract(
    exercise: str, wish: str, *, literals: Sequence[str] = ()
) -> Callable[[_Marked], _Marked]:
    """Mark a function as another contract of `exercise`, about which students may be asked.

    Args:
        exercise: the exercise, whose function has the same name.
        wish: what is to change; all that it does not name stays as it is.
        literals: Python expressions that a changed line may need, such as "3" or "(0, 3, 1, 2)".

    The function gets the right function and then the arguments of a call. It returns what the
    changed contract asks for.
    """

    def mark(marked: _Marked) -> _Marked:
        _MARKED.append(ChangedContract(exercise, wish, marked, tuple(literals)))
        return marked

    return mark


def load_contracts(assignment: Assignment) -> tuple[ChangedContract, ...]:
    """The changed contracts of an assignment; none if it has no such file.

    Raises:
        SuiteError: the file cannot be executed, or names an exercise that does not exist.
    """
    file = assignment.root / "tests" / "questions" / f"{assignment.name}.py"
    if not file.is_file():
        return ()
    contracts = _contracts(file, file.read_text(encoding="utf-8"))
    known = {each.name for each in assignment.exercises}
    for each in contracts:
        if each.exercise not in known:
            raise SuiteError(f"{file.name} changes {each.exercise}, which does not exist.")
    return contracts


@lru_cache(maxsize=8)
def _contracts(file: Path, text: str) -> tuple[ChangedContract, ...]:
    _MARKED.clear()
    executed(file, text)
    return tuple(_MARKED)


def targets(
    contracts: Sequence[ChangedContract], right: Function, calls: Sequence[DrawnCall]
) -> tuple[Target, ...]:
    """What contracts ask for in calls; without contracts that hardly change an answer.

    Random functions have none, because two right ones use a generator in different ways.
    """
    if not contracts or any(each.is_random or each.is_large for each in calls):
        return ()
    before = [_answer(right, each) for each in calls]
    found = []
    for contract in contracts:
        after = tuple(_answer(contract.answer, each, right) for each in calls)
        telling = tuple(n for n in range(len(calls)) if clearly_differ(before[n], after[n]))
        if len(telling) >= LEAST_TELLING and not any(each.is_unknown for each in after):
            found.append(Target(contract.wish, contract.literals, after, telling))
    return tuple(found)


def _answer(function: Function, call: DrawnCall, *before: Function) -> Answer:
    args, kwargs = copy.deepcopy((call.args, call.kwargs))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return Answer(function(*before, *args, **kwargs))
        except ValueError:
            return Answer(error=("ValueError",))
