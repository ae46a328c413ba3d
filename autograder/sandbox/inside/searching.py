"""Tries many edits of a student's functions on a few calls, quickly, to find some of interest.

It runs in a sandbox, in the same process as the student's functions. What it returns are claims.
"""

from __future__ import annotations

import copy
import itertools
import random
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

from autograder.edits.mistakes import Planned, mistakes
from autograder.sandbox.inside import versions
from autograder.sandbox.inside.watched_calls import quiet
from convgrade.execution import tracebacks

MOST_SECONDS = 0.05  # of computing, of one edit
MOST_SECONDS_IN_ALL = 0.6  # of computing: slow functions have fewer edits
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
        most: edits to try.
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
        for tree in {id(each.tree): each.tree for _, _, each in planned}.values():
            versions.StepsInLoops().visit(tree)
        end = time.process_time() + MOST_SECONDS_IN_ALL
        for number, index, each in planned[:most]:
            if time.process_time() > end:
                break
            namespace[versions.STEP] = partial(versions.next_step, itertools.count(), most_steps)
            answers.append(_with_edit(namespace, each, calls, name))
            places.append([number, index, each.line])
    return {"places": places, "answers": answers}


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
