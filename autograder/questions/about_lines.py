"""Questions about what the lines of a function do in one call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from autograder.questions.drawn_calls import DrawnCall
from autograder.questions.observed import Observed, Seen, Spot
from autograder.questions.options import as_numbers, distinct, in_order, near, near_shapes, text_of
from autograder.questions.question import Question

MOST_RUNS = 30
ERRORS = ("ValueError", "TypeError", "IndexError", "ZeroDivisionError", "AttributeError")


class AboutLines:
    """Makes the questions of one function, all that there are, in random order of the calls.

    Args:
        observed: what is certain about the function.
        rng: decides on the order of options.
    """

    def __init__(self, observed: Observed, rng: np.random.Generator) -> None:
        self._observed = observed
        self._rng = rng
        self._shown = set(observed.watched)
        times = Counter(observed.spots)
        self._named = {
            spot
            for spot, count in times.items()
            if spot.kind in ("name", "part") and count == 1 and not self._is_loop(spot)
        }

    def all(self) -> Iterator[Question]:
        """All of them."""
        for number in self._rng.permutation(len(self._observed.calls)):
            call = self._observed.calls[number]
            seen = {
                spot: found
                for spot, found in self._observed.seen[number].items()
                if self._observed.spots[spot].definition in self._shown
            }
            if self._observed.answers[number].error:
                yield from self._error_line(int(number), call)
            else:
                yield from self._counts(call, seen)
                yield from self._values(call, seen)
                yield from self._shapes(call, seen)
                yield from self._unused(call, seen)

    def _counts(self, call: DrawnCall, seen: dict[int, Seen]) -> Iterator[Question]:
        counted: set[tuple[int, int]] = set()
        for number, found in seen.items():
            spot = self._observed.spots[number]
            where = (spot.definition, spot.line)
            if not 2 <= found.count <= MOST_RUNS or where in counted:
                continue
            if spot.kind == "line":
                counted.add(where)
                prompt = f"How often does {self._line(spot)} run in this call?"
            elif spot.kind == "part" and self._is_inner(spot, found.count, seen):
                counted.add(where)
                prompt = f"How often is `{spot.text}` in {self._line(spot)} computed in this call?"
            else:
                continue
            yield self._question("count", prompt, call, (), str(found.count), spot)

    def _is_inner(self, spot: Spot, count: int, seen: dict[int, Seen]) -> bool:
        """Whether a part of a line runs more often than the line."""
        return not any(
            each.count == count
            for number, each in seen.items()
            for other in [self._observed.spots[number]]
            if other.kind == "line"
            and (other.definition, other.line) == (spot.definition, spot.line)
        )

    def _values(self, call: DrawnCall, seen: dict[int, Seen]) -> Iterator[Question]:
        for number, found in seen.items():
            spot = self._observed.spots[number]
            if spot not in self._named or not found.values:
                continue
            value = found.values[0]
            key = text_of(value)
            if key is None or spot.text == key:
                continue
            what = f"What is the value of `{spot.text}` {self._when(spot, found.count)}?"
            what += as_numbers(value)
            if "[" not in key and "(" not in key and key.isdigit() and int(key) > 1:
                yield self._question("value", what, call, (), key, spot)
                continue
            beside = (
                text_of(each.values[0])
                for other, each in seen.items()
                if other != number and each.values and type(each.values[0]) is type(value)
            )
            like = [t for t in beside if t and t.count(",") == key.count(",")]
            self._rng.shuffle(like)
            wrong = distinct(key, [*like[:2], *map(text_of, near(value))])
            if len(wrong) == 3:
                options, letter = in_order(key, wrong, self._rng)
                yield self._question("value", what, call, options, letter, spot)

    def _shapes(self, call: DrawnCall, seen: dict[int, Seen]) -> Iterator[Question]:
        shapes = [s for each in seen.values() for s in each.shapes if s is not None]
        for number, found in seen.items():
            spot = self._observed.spots[number]
            shape = found.shapes[0] if found.shapes else None
            if not shape or (spot not in self._named and spot.kind != "answer"):
                continue
            others = [each for each in dict.fromkeys(shapes) if len(each) == len(shape)]
            self._rng.shuffle(others)
            wrong = distinct(str(shape), map(str, [*others[:2], *near_shapes(shape)]))
            if len(wrong) < 3:
                continue
            if spot.kind == "answer":
                what = f"What is the shape of the array that {self._line(spot)} returns"
                what += " the first time?" if found.count > 1 else "?"
            else:
                what = f"What is the shape of `{spot.text}` {self._when(spot, found.count)}?"
            options, letter = in_order(str(shape), wrong, self._rng)
            yield self._question("shape", what, call, options, letter, spot)

    def _unused(self, call: DrawnCall, seen: dict[int, Seen]) -> Iterator[Question]:
        spots = self._observed.spots
        entered = {spots[n].definition for n in seen}
        ran = {(spots[n].definition, spots[n].line) for n in seen}
        for definition in entered:
            lines = [
                (number, spot)
                for number, spot in enumerate(spots)
                if spot.definition == definition and spot.kind == "line"
            ]
            idle = [
                spot
                for number, spot in lines
                if (definition, spot.line) not in ran and number not in self._observed.uncertain
            ]
            busy = sorted({spot.line for number, spot in lines if number in seen})
            if len(busy) < 3:
                continue
            name = self._observed.definitions[definition].name
            for spot in idle:
                wrong = [f"line {n}" for n in self._rng.choice(busy, 3, replace=False)]
                options, letter = in_order(f"line {spot.line}", wrong, self._rng)
                prompt = f"Which of these lines of `{name}` does not run in this call?"
                yield self._question("unused", prompt, call, options, letter, spot)

    def _error_line(self, number: int, call: DrawnCall) -> Iterator[Question]:
        own = next(iter(self._observed.watched), None)
        frames = [line for n, line in self._observed.answers[number].frames if n == own]
        if own is None or not frames:
            return
        definition = self._observed.definitions[own]
        lines = {
            spot.line
            for spot in self._observed.spots
            if spot.definition == own and spot.kind == "line"
        }
        raising = [n for n in sorted(lines) if definition.line(n).startswith("raise")]
        nearby = sorted(lines, key=lambda line: (abs(line - frames[-1]), line))
        wrong = distinct(f"line {frames[-1]}", [f"line {n}" for n in (*raising, *nearby)])
        if len(wrong) == 3:
            options, letter = in_order(f"line {frames[-1]}", wrong, self._rng)
            prompt = (
                "This call ends with an error. "
                f"Which line of `{definition.name}` runs when the error comes up?"
            )
            at = Spot(own, "line", frames[-1], "")
            yield self._question("error line", prompt, call, options, letter, at)

    def _when(self, spot: Spot, count: int) -> str:
        first = " for the first time" if count > 1 else ""
        if spot.kind == "name":
            return f"after {self._line(spot)} has run{first}"
        return f"when {self._line(spot)} computes it{first}"

    def _line(self, spot: Spot) -> str:
        return f"line {spot.line} of `{self._observed.definitions[spot.definition].name}`"

    def _is_loop(self, spot: Spot) -> bool:
        """Whether a name is what a loop counts with: its first value is no question."""
        text = self._observed.definitions[spot.definition].line(spot.line)
        return spot.kind == "name" and text.startswith("for ")

    def _question(
        self,
        kind: str,
        prompt: str,
        call: DrawnCall,
        options: Sequence[str],
        key: str,
        spot: Spot,
    ) -> Question:
        return Question(
            self._observed.exercise,
            kind,
            prompt,
            call.code,
            "",
            tuple(options),
            key,
            spot.definition,
            spot.line,
        )
