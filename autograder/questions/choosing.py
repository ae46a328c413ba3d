"""Chooses a sheet's questions, of many kinds and on many lines, other ones for each student."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograder.questions.question import KINDS, Question


class Asked:
    """The questions of a class so far, with the code that each is about."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, ...], str] = {}

    def may_ask(self, question: Question, digest: str) -> bool:
        """Whether nobody with other code has this question with this key."""
        return self._code.get(question.identity, digest) == digest

    def add(self, question: Question, digest: str) -> None:
        """Note that a student with this code is asked this."""
        self._code.setdefault(question.identity, digest)


def choose(
    candidates: Sequence[Question],
    count: int,
    asked: Asked,
    digest: str,
    rng: np.random.Generator,
) -> list[Question]:
    """At most `count` questions on one function: each kind in turn, each time on another line.

    Args:
        candidates: all that can be asked.
        count: how many.
        asked: what others of the class are asked; the chosen ones are added.
        digest: of the student's code.
        rng: decides.
    """
    by_kind: dict[str, list[Question]] = {kind: [] for kind in KINDS}
    for number in rng.permutation(len(candidates)):
        question = candidates[number]
        if asked.may_ask(question, digest):
            by_kind[question.kind].append(question)
    kinds = [kind for kind in rng.permutation(list(KINDS)).tolist() if by_kind[kind]]
    chosen: list[Question] = []
    while kinds and len(chosen) < count:
        for kind in list(kinds):
            if len(chosen) == count:
                break
            best = _another(by_kind[kind], chosen)
            if best is None:
                kinds.remove(kind)
                continue
            by_kind[kind].remove(best)
            chosen.append(best)
            asked.add(best, digest)
    return chosen


def _another(questions: Sequence[Question], chosen: Sequence[Question]) -> Question | None:
    """The first question on a line that none is about yet, else the first that is not alike."""
    places = {(each.definition, each.line) for each in chosen}
    alike = {(each.kind, each.prompt, each.change) for each in chosen}
    new = [each for each in questions if (each.kind, each.prompt, each.change) not in alike]
    elsewhere = [each for each in new if (each.definition, each.line) not in places]
    return next(iter(elsewhere or new), None)
