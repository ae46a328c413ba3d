"""Watches one exercise of one submission: what its lines do, and what its edits change.

Each fact is observed in two processes, with other seeds, in another order of calls, and once with a
debugger's trace. The plain submission is called too. What differs is no fact; if an answer of the
function differs, nothing about the function is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from autograder.questions.agreeing import agreed, by_number, certain_answers, certain_spots
from autograder.questions.comparing import Answer, read_answers, same
from autograder.questions.drawn_calls import DrawnCall
from autograder.questions.observed import Definition, Edited, Observed, Spot
from autograder.sandbox import Sandbox
from autograder.suite.student import Student

EDITS = 24
EDITS_IF_LARGE = 6
STEPS, STEPS_IF_LARGE = 5_000, 200_000
"""Of loops, in one call."""
_FIRST_SEED, _OTHER_SEEDS = 0, (101, 7_001)


class Watching:
    """Watches one exercise.

    Args:
        planner: a sandbox in which no student code runs, with `plan`.
        submission: the student's submission.
        runners: two sandboxes with `run_versions`.
    """

    def __init__(self, planner: Sandbox, submission: Sandbox, runners: Sequence[Sandbox]) -> None:
        self._planner = planner
        self._submission = submission
        self._first, self._second = runners

    def plan(self, cells: Sequence[str], exercise: str, edits: int, seed: int) -> dict[str, Any]:
        """The definitions, spots and edits of an exercise. Raises CallFailed."""
        found = self._planner.call("plan", [list(cells), exercise, edits, seed]).value
        assert isinstance(found, dict)
        return found

    def observe(
        self,
        exercise: str,
        plan: Mapping[str, Any],
        calls: Sequence[DrawnCall],
        more: Sequence[DrawnCall],
        found: Sequence[Mapping[str, Any]] = (),
    ) -> Observed:
        """What is certain about the function of an exercise.

        Args:
            exercise: the exercise.
            plan: what `plan` returned.
            calls: the calls that questions may be about.
            more: further calls, which an edit without an effect must leave as they are too.
            found: edits beside those of `plan`, whose answers to the further calls are wanted.

        Raises:
            Uncertain: the function answers otherwise when it is watched or called again.
            CallFailed: a process of the student ended or takes too long.
        """
        definitions = tuple(
            Definition(
                each["name"], each["text"], each["kind"] == "value", tuple(each["documentation"])
            )
            for each in plan["definitions"]
        )
        spots = tuple(Spot(n, kind, line, text) for n, _, kind, line, text in plan["spots"])
        numbers = {(n, index): k for k, (n, index, *_) in enumerate(plan["spots"])}
        is_large = any(each.is_large for each in calls)
        edits = [*found, *plan["edits"]][: EDITS_IF_LARGE if is_large else EDITS]
        texts = [each.text for each in definitions]
        watched, *changed = self._runs(exercise, texts, edits, calls)
        answers = certain_answers(calls, self._plain(exercise, calls), watched)
        may_differ = any("empty" in each for each in texts)
        by_run = [by_number(run, numbers) for run in watched]
        seen, uncertain = certain_spots(calls, by_run, may_differ)
        after = [agreed(runs, len(calls)) for runs in changed]
        without_effect = {n for n, each in enumerate(after) if _are_same(answers, each)}
        wanted = sorted(without_effect | {n for n in range(len(found)) if None not in after[n]})
        plain, further = self._further(exercise, texts, edits, wanted, more)
        edited = tuple(
            Edited(
                each["definition"],
                each["line"],
                each["after"],
                after[n],
                n in without_effect and n in further and _are_same(plain, further[n]),
                further.get(n, ()),
            )
            for n, each in enumerate(edits)
        )
        return Observed(
            exercise, definitions, tuple(calls), answers, spots, seen, edited, uncertain
        )

    def _runs(
        self,
        exercise: str,
        texts: Sequence[str],
        edits: Sequence[Mapping[str, Any]],
        calls: Sequence[DrawnCall],
    ) -> list[list[list[Answer] | None]]:
        """The answers of all runs: first of the watched program, then of each edit."""
        watched = {"texts": list(texts), "recorded": list(range(len(texts)))}
        versions = [watched, *(_version(texts, each) for each in edits)]
        is_random = any(each.is_random for each in calls)
        runs = [self._run(self._first, versions, calls, exercise, _FIRST_SEED, False)]
        for seed in _OTHER_SEEDS[: 2 if is_random else 1]:
            run = self._run(self._second, versions[::-1], calls, exercise, seed, True)
            runs.append(run[::-1])
        return [list(each) for each in zip(*runs, strict=True)]

    def _further(
        self,
        exercise: str,
        texts: Sequence[str],
        edits: Sequence[Mapping[str, Any]],
        numbers: Sequence[int],
        more: Sequence[DrawnCall],
    ) -> tuple[tuple[Answer, ...], dict[int, tuple[Answer, ...]]]:
        """The answers to many more calls, without an edit and with each of these."""
        if not numbers or not more:
            return (), {}
        plain = {"texts": list(texts), "recorded": []}
        versions = [plain, *(_version(texts, edits[n]) for n in numbers)]
        before, *after = self._run(self._second, versions, more, exercise, _FIRST_SEED, False)
        if not before:
            return (), {}
        pairs = zip(numbers, after, strict=True)
        return tuple(before), {n: tuple(each) for n, each in pairs if each}

    def _run(
        self,
        sandbox: Sandbox,
        versions: Sequence[Mapping[str, Any]],
        calls: Sequence[DrawnCall],
        exercise: str,
        seed: int,
        is_other: bool,
    ) -> list[list[Answer] | None]:
        order = list(calls)[::-1] if is_other else list(calls)
        steps = STEPS_IF_LARGE if any(each.is_large for each in calls) else STEPS
        pairs = [[each.args, each.kwargs] for each in order]
        value = sandbox.call(
            "run_versions", [list(versions), pairs, exercise, seed, steps, is_other]
        ).value
        found = read_answers(value, len(versions), len(calls))
        return [each[::-1] if each is not None and is_other else each for each in found]

    def _plain(self, exercise: str, calls: Sequence[DrawnCall]) -> list[Answer]:
        """What the submission itself answers, with nothing of this in its process."""
        student = Student(self._submission)
        student.begin({}, None)
        found = []
        for call in calls:
            args = [
                student.generator(each["generator"]) if _is_generator(each) else each
                for each in call.args
            ]
            ask = partial(student.ask, exercise, args, call.kwargs, watch=False)
            found.append(Answer.of_call(ask))
        return found


def _version(texts: Sequence[str], edit: Mapping[str, Any]) -> dict[str, Any]:
    """The definitions with an edit of one of them."""
    number = edit["definition"]
    return {"texts": [*texts[:number], edit["text"], *texts[number + 1 :]], "recorded": []}


def _are_same(before: Sequence[Answer], after: Sequence[Answer | None]) -> bool:
    pairs = zip(before, after, strict=True)
    return all(b is not None and not a.is_unknown and same(a, b) for a, b in pairs)


def _is_generator(argument: Any) -> bool:
    return isinstance(argument, dict) and set(argument) == {"generator"}
