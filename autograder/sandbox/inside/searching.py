"""Tries many edits of a student's functions on a few calls, quickly, to find some of interest.

It runs in a sandbox, in the same process as the student's functions. What it returns are claims.
"""

from __future__ import annotations

import ast
import copy
import itertools
import random
import sys
import time
from collections.abc import Sequence
from functools import partial
from types import FrameType
from typing import Any

from autograder.edits.mistakes import Planned, mistakes
from autograder.sandbox.inside import versions
from autograder.sandbox.inside.watched_calls import quiet
from convgrade.execution import tracebacks

MOST_WORK = 700_000
"""Of all edits: slow functions and long ones have fewer edits. It is counted and not timed, so that
each machine tries the same edits."""
WORK_OF_EDIT, WORK_OF_NODE, WORK_OF_STEP = 160, 2, 4
"""To compile an edit, for each node of its syntax tree, for each step of a loop. A call that the
function makes, of Python or of C, is 1: about 0.6 microseconds."""
MOST_SECONDS, MOST_SECONDS_IN_ALL = 0.5, 4.0
"""Of computing, of one edit and of all. Only what runs wild reaches them: such an edit is left out,
and nothing is found where all together take too long."""
MOST_NUMBERS = 500  # of one answer


def search(
    texts: Sequence[str],
    calls: Sequence[Any],
    name: str,
    literals: Sequence[str],
    most: int,
    most_steps: int,
) -> dict[str, list[Any]]:
    """Make calls with each edit of a program, likely edits first.

    Args:
        texts: the definitions in order.
        calls: positional and keyword arguments; no random generators.
        name: the function to call.
        literals: Python expressions that edits put in place of others.
        most: edits to try; fewer if they are much work.
        most_steps: of loops, with one edit.

    Returns:
        "places": for each edit the numbers of the definition, of the edit in it, and of its line.
        "answers": for each edit and call a dict as `versions.run_versions` returns it.
    """
    planned = [
        (number, index, each)
        for number, text in enumerate(texts)
        for index, each in enumerate(mistakes(text, literals))
    ]
    random.Random(0).shuffle(planned)
    planned.sort(key=lambda each: each[2].rank)
    places: list[list[int]] = []
    answers: list[Any] = []
    with quiet():
        namespace = versions.loaded(texts)
        sizes = {}
        for tree in {id(each.tree): each.tree for _, _, each in planned}.values():
            versions.StepsInLoops().visit(tree)
            sizes[id(tree)] = sum(1 for _ in ast.walk(tree))
        work_of_calls = _calls_made(namespace[name], calls)
        left, end = MOST_WORK, time.process_time() + MOST_SECONDS_IN_ALL
        for number, index, each in planned[:most]:
            left -= WORK_OF_EDIT + WORK_OF_NODE * sizes[id(each.tree)] + work_of_calls
            if left < 0:
                break
            if time.process_time() > end:
                return {"places": [], "answers": []}
            steps = itertools.count()
            namespace[versions.STEP] = partial(versions.next_step, steps, most_steps)
            answers.append(_with_edit(namespace, each, calls, name))
            places.append([number, index, each.line])
            left -= WORK_OF_STEP * next(steps)
    return {"places": places, "answers": answers}


def _calls_made(function: Any, calls: Sequence[Any]) -> int:
    """How many calls, of Python and of C, the function makes in these calls of it."""
    made = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    for is_counted in (False, True):  # what is made once, at first, does not count
        for args, kwargs in copy.deepcopy(calls):
            sys.setprofile(count if is_counted else None)
            try:
                versions.called(function, args, kwargs, MOST_NUMBERS)
            finally:
                sys.setprofile(None)
    return made


def _with_edit(
    namespace: dict[str, Any], planned: Planned, calls: Sequence[Any], name: str
) -> list[dict[str, Any]]:
    """The answers with one edit, which is taken back."""
    before = namespace[planned.function]
    answers: list[dict[str, Any]] = []
    try:
        with versions.bounded(MOST_SECONDS):
            with planned.applied():
                code = compile(planned.tree, tracebacks.file_of("definition 0"), "exec")
            exec(code, namespace)
            for args, kwargs in copy.deepcopy(calls):
                answer = versions.called(namespace[name], args, kwargs, MOST_NUMBERS)
                answers.append({**answer, "spots": []})
                if not answer:
                    break  # its time may be over
    except (Exception, versions.TooMuch):  # the edit is no Python, or never ends
        answers.clear()
    finally:
        namespace[planned.function] = before
    return [*answers, *({"spots": []} for _ in calls[len(answers) :])]
