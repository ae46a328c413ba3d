"""Questions about which changed line makes a function fulfil another contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from autograder.questions.comparing import agree, clearly_differ
from autograder.questions.contracts import Target
from autograder.questions.observed import Edited, Observed
from autograder.questions.options import distinct, in_order
from autograder.questions.question import Question


class AboutContracts:
    """Makes the questions of one function, at most one for each changed contract.

    Args:
        observed: what is certain about the function.
        targets: what changed contracts ask for in its calls, and in the further ones.
        rng: decides on the order.
    """

    def __init__(
        self, observed: Observed, targets: Sequence[Target], rng: np.random.Generator
    ) -> None:
        self._observed = observed
        self._targets = targets
        self._rng = rng

    def all(self) -> Iterator[Question]:
        """All of them."""
        shown = set(self._observed.watched)
        for target in self._targets:
            edits = [each for each in self._observed.edits if each.definition in shown]
            self._rng.shuffle(edits)
            right = next((each for each in edits if _fulfils(each, target)), None)
            if right is not None:
                yield from self._question(target, right, edits)

    def _question(
        self, target: Target, right: Edited, edits: Sequence[Edited]
    ) -> Iterator[Question]:
        fails = [each for each in edits if self._clearly_fails(each, target)]
        fails.sort(key=lambda each: -self._agreeing(each, target))
        elsewhere = [each for each in fails if _place(each) != _place(right)]
        lines = list({_place(each): each for each in reversed(elsewhere)}.values())[::-1]
        wrong = distinct(self._option(right), map(self._option, [*lines, *fails]))
        if len(wrong) == 3:
            options, letter = in_order(self._option(right), wrong, self._rng)
            name = self._observed.exercise
            prompt = (
                f"`{name}` is to have another contract: {target.wish} All else is to stay as it "
                "is. Which one of these changes, each of one line, does that?"
            )
            yield Question(
                name, "contract", prompt, "", "", options, letter, right.definition, right.line
            )

    def _clearly_fails(self, edit: Edited, target: Target) -> bool:
        """Whether it changes some value, and some answer is not what the contract asks for."""
        known = [
            (before, after, want)
            for before, after, want in zip(
                self._observed.answers, edit.answers, target.answers, strict=False
            )
            if after is not None
        ]
        is_change = any(
            clearly_differ(before, after) for before, after, _ in known if not before.error
        )
        return is_change and any(clearly_differ(after, want) for _, after, want in known)

    def _agreeing(self, edit: Edited, target: Target) -> int:
        return sum(
            after is not None and agree(want, after)
            for after, want in zip(edit.answers, target.answers, strict=False)
        )

    def _option(self, edit: Edited) -> str:
        name = self._observed.definitions[edit.definition].name
        return f"line {edit.line} of {name}: {edit.after}"


def _fulfils(edit: Edited, target: Target) -> bool:
    """Whether an edit gives what a changed contract asks for, in all calls."""
    answers = (*edit.answers, *edit.more)
    return len(answers) == len(target.answers) and all(
        after is not None and agree(want, after)
        for after, want in zip(answers, target.answers, strict=True)
    )


def _place(edit: Edited) -> tuple[int, int]:
    return edit.definition, edit.line
