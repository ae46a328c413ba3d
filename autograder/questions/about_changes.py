"""Questions about answers of a function, and about what one changed line does to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from autograder.questions.about_lines import ERRORS
from autograder.questions.comparing import Answer, clearly_differ, same
from autograder.questions.observed import Edited, Observed
from autograder.questions.options import as_numbers, distinct, in_order, near, text_of
from autograder.questions.question import Question

LONGEST_OPTION = 5  # lines of a call among four to choose from
LEAST_RUNS = 3  # calls that reach a line of which a question says that its change has no effect


class AboutChanges:
    """Makes the questions of one function, all that there are, in random order.

    Args:
        observed: what is certain about the function.
        rng: decides on the order.
    """

    def __init__(self, observed: Observed, rng: np.random.Generator) -> None:
        self._observed = observed
        self._rng = rng
        shown = set(observed.watched)
        self._edits = [each for each in observed.edits if each.definition in shown]

    def all(self) -> Iterator[Question]:
        """All of them."""
        for number in self._rng.permutation(len(self._observed.calls)):
            yield from self._result(int(number))
        for number in self._rng.permutation(len(self._edits)):
            edit = self._edits[number]
            yield from self._changed(edit)
            yield from self._input(edit)
            yield from self._same(edit)

    def _result(self, number: int) -> Iterator[Question]:
        answer = self._observed.answers[number]
        key = _text(answer)
        if key is None:
            return
        wrong = distinct(key, [*self._others(number), *map(text_of, near(answer.value))])
        if len(wrong) == 3:
            options, letter = in_order(key, wrong, self._rng)
            prompt = f"What does this call return?{as_numbers(answer.value)}"
            call = self._observed.calls[number].code
            yield Question(self._observed.exercise, "result", prompt, call, "", options, letter)

    def _others(self, number: int) -> list[str]:
        """What the call returns after one edit or another."""
        found = [each.answers[number] for each in self._edits]
        texts = [text for each in found if each and (text := _text(each))]
        self._rng.shuffle(texts)
        return texts

    def _changed(self, edit: Edited) -> Iterator[Question]:
        for number in self._rng.permutation(len(edit.answers)):
            before, after = self._observed.answers[number], edit.answers[number]
            if after is None or before.error or not clearly_differ(before, after):
                continue
            prompt, call = self._asked(edit), self._observed.calls[number].code
            if after.error:
                yield from self._error_type(edit, after, call)
                continue
            key = _text(after)
            if key is None:
                continue
            wrong = distinct(
                key, [_text(before), *self._others(int(number)), *map(text_of, near(after.value))]
            )
            if len(wrong) == 3:
                options, letter = in_order(key, wrong, self._rng)
                prompt += f" What does this call return then?{as_numbers(after.value)}"
                yield self._question("changed", prompt, call, edit, options, letter)

    def _error_type(self, edit: Edited, after: Answer, call: str) -> Iterator[Question]:
        name = after.error[0]
        if name not in ERRORS:
            return
        wrong = distinct(name, self._rng.permutation(ERRORS).tolist(), 2)
        options, letter = in_order(name, [*wrong, "no error"], self._rng)
        prompt = f"{self._asked(edit)} With which error does this call end then?"
        yield self._question("error type", prompt, call, edit, options, letter)

    def _input(self, edit: Edited) -> Iterator[Question]:
        """Which of four calls gives another answer, or which alone does not."""
        codes = [each.code for each in self._observed.calls]
        short = [n for n, code in enumerate(codes) if code.count("\n") < LONGEST_OPTION]
        changed, kept = [], []
        for number in self._rng.permutation(short).tolist():
            before, after = self._observed.answers[number], edit.answers[number]
            if before.error:
                continue
            if after is not None and clearly_differ(before, after):
                changed.append(codes[number])
            elif after is not None and same(before, after):
                kept.append(codes[number])
        if changed and len(kept) >= 3:
            ask, key, wrong = "give another answer", changed[0], kept[:3]
        elif kept and len(changed) >= 3:
            ask, key, wrong = "still give the same answer", kept[0], changed[:3]
        else:
            return
        options, letter = in_order(key, wrong, self._rng)
        prompt = f"{self._asked(edit)} Which one of these calls does then {ask}?"
        yield self._question("input", prompt, "", edit, options, letter)

    def _same(self, edit: Edited) -> Iterator[Question]:
        """Which of four changes leaves all answers as they are."""
        if not self._leaves_all(edit):
            return
        others = [
            each
            for each in self._edits
            if each.definition == edit.definition and self._changes_some(each)
        ]
        self._rng.shuffle(others)
        others.sort(key=lambda each: abs(each.line - edit.line))
        wrong = distinct(_option(edit), map(_option, others))
        if len(wrong) == 3:
            options, letter = in_order(_option(edit), wrong, self._rng)
            name = self._observed.definitions[edit.definition].name
            prompt = (
                f"Each option changes one line of `{name}`. Three of them change some answer of "
                f"`{self._observed.exercise}`. Which one leaves every answer as it is?"
            )
            yield self._question("same", prompt, "", edit, options, letter, change="")

    def _leaves_all(self, edit: Edited) -> bool:
        if not edit.leaves_all:
            return False
        spots = [
            number
            for number, spot in enumerate(self._observed.spots)
            if (spot.definition, spot.line) == (edit.definition, edit.line)
        ]
        runs = sum(any(n in seen for n in spots) for seen in self._observed.seen)
        return runs >= LEAST_RUNS

    def _changes_some(self, edit: Edited) -> bool:
        return any(
            after is not None and clearly_differ(before, after)
            for before, after in zip(self._observed.answers, edit.answers, strict=True)
        )

    def _asked(self, edit: Edited) -> str:
        name = self._observed.definitions[edit.definition].name
        return f"Somebody changes line {edit.line} of `{name}` as below."

    def _question(
        self,
        kind: str,
        prompt: str,
        call: str,
        edit: Edited,
        options: Sequence[str],
        key: str,
        change: str | None = None,
    ) -> Question:
        return Question(
            self._observed.exercise,
            kind,
            prompt,
            call,
            edit.after if change is None else change,
            tuple(options),
            key,
            edit.definition,
            edit.line,
        )


def _option(edit: Edited) -> str:
    return f"line {edit.line}: {edit.after}"


def _text(answer: Answer) -> str | None:
    return None if answer.error or answer.is_unknown else text_of(answer.value)
