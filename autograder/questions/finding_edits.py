"""Finds edits of a student's function that fulfil a changed contract, and some that nearly do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.questions.comparing import Answer, agree, read_answers
from autograder.questions.contracts import Target
from autograder.questions.drawn_calls import DrawnCall
from autograder.sandbox import CallFailed, Sandbox, Violated

MOST_TRIED = 700
STEPS = 5_000  # of loops, with one edit
TELLING, OTHERS = 1, 1
"""Calls for each changed contract with which edits are tried: those that it changes, and others."""
MOST_HITS, MOST_NEAR = 2, 4
"""Edits for each contract."""
MOST_CONTRACTS = 2  # of one student's function


class FindingEdits:
    """Finds edits for changed contracts.

    Args:
        planner: a sandbox in which no student code runs, with `make_edits`.
        runner: a sandbox with `search`.
    """

    def __init__(self, planner: Sandbox, runner: Sandbox) -> None:
        self._planner = planner
        self._runner = runner

    def find(
        self,
        exercise: str,
        plan: Mapping[str, Any],
        targets: Sequence[Target],
        calls: Sequence[DrawnCall],
        rng: np.random.Generator,
    ) -> list[dict[str, Any]]:
        """Edits as `plan` has them, each of another text.

        Args:
            exercise: the exercise.
            plan: its definitions and edits.
            targets: what the changed contracts ask for in these calls.
            calls: the calls.
            rng: decides between edits and between calls.

        Raises:
            Violated: the student's code interfered.
            CallFailed: the planner's process ended or takes too long.
        """
        if not targets:
            return []
        texts = [each["text"] for each in plan["definitions"]]
        literals = list(dict.fromkeys(each for target in targets for each in target.literals))
        tried = list(dict.fromkeys(n for target in targets for n in _tried(target, rng)))
        pairs = [[calls[n].args, calls[n].kwargs] for n in tried]
        arguments = [texts, pairs, exercise, literals, MOST_TRIED, STEPS]
        try:
            found_inside = self._runner.call("search", arguments).value
        except Violated:
            raise
        except CallFailed:
            return []  # an edit ended the process, as a stride of 0 does in native code
        places, answers = _read(found_inside, len(tried))
        chosen: dict[int, None] = {}
        left = MOST_CONTRACTS
        for target in rng.permutation(np.array(targets, object)):
            found = _chosen(places, answers, [target.answers[n] for n in tried], rng)
            if found and left:
                left -= 1
                chosen |= dict.fromkeys(found)
        made = self._planner.call(
            "make_edits", [texts, [places[n][:2] for n in chosen], literals]
        ).value
        known = {each["text"] for each in plan["edits"]}
        return list({e["text"]: e for e in made if e and e["text"] not in known}.values())


def _tried(target: Target, rng: np.random.Generator) -> Iterator[int]:
    """The numbers of a few calls that tell a changed contract from others."""
    others = sorted(set(range(len(target.answers))) - set(target.telling))
    for numbers, most in ((target.telling, TELLING), (others, OTHERS)):
        yield from rng.permutation(numbers)[:most].tolist()


def _chosen(
    places: Sequence[Sequence[int]],
    answers: Sequence[Sequence[Answer]],
    want: Sequence[Answer],
    rng: np.random.Generator,
) -> list[int]:
    """Edits that give the wanted answers; and if there are any, edits that give some of them."""
    agreeing = {n: sum(map(agree, want, each)) for n, each in enumerate(answers)}
    mixed = rng.permutation(len(answers)).tolist()
    hits = [n for n in mixed if agreeing[n] == len(want)]
    known = [n for n in mixed if not any(each.is_unknown or each.error for each in answers[n])]
    near = sorted((n for n in known if n not in hits), key=lambda n: -agreeing[n])
    if not hits:
        return []
    return [*_on_other_lines(places, hits, MOST_HITS), *_on_other_lines(places, near, MOST_NEAR)]


def _on_other_lines(
    places: Sequence[Sequence[int]], numbers: Sequence[int], most: int
) -> list[int]:
    """The first edit of each line, at most so many."""
    found: dict[tuple[int, int], int] = {}
    for number in numbers:
        definition, _, line = places[number]
        found.setdefault((definition, line), number)
    return list(found.values())[:most]


def _read(value: Any, calls: int) -> tuple[list[list[int]], list[list[Answer]]]:
    """What `search` returned, after its form was checked."""
    try:
        places = [[int(number) for number in each] for each in value["places"]]
        answers = read_answers(value["answers"], len(places), calls)
    except (TypeError, ValueError, KeyError):
        raise Violated("The answers of the edited function have another form.") from None
    if any(len(each) != 3 or min(each) < 0 for each in places):
        raise Violated("The answers of the edited function have another form.")
    return places, [each or [] for each in answers]
