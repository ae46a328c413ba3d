"""Finds wanted values in texts that students read, in whatever way they are written there.

The wanted values are those of the failing comparison. A test's detail, for the grader, has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from autograder.diagnosis import Misconception
from autograder.results import Result, TestResult

MOST_WANTED = 8
"""Of longer answers, a few numbers give nothing away; only their long decimals are looked for."""
_NUMBER = re.compile(r"(?<![\w.])[-\u2212]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w|\.\d)")
_FRACTION = re.compile(r"(?<![\w.])(-?\d+) ?/ ?(\d+)(?!\w|\.\d)")
_PERCENT = re.compile(r"(-?\d+(?:\.\d+)?) ?(?:%|percent|per cent)")
_PLACES = re.compile(r"\d+ of \d+ (?:values|tries|images)|at index \([^)]*\)|at \([^)]*\)")
_CARDINALS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_WORD_FRACTION = re.compile(rf"\b(?:(\w+)[ -])?({'|'.join(_PARTS)})s?\b")
_WORD = re.compile(rf"\b({'|'.join(_CARDINALS)})\b(?![ -](?:{'|'.join(_PARTS)}))")


def given_away(which: Misconception, result: Result) -> str:
    """The wanted values that a student with this mistake reads, as a text, or "".

    The hint is that of the catalogue, which may have another text since the result was made.
    """
    hint = " ".join(which.steps)
    for exercise in result.exercises:
        for test in exercise.tests:
            if found := _told(test, hint if exercise.name == which.exercise else ""):
                return f"{exercise.name}.{test.name} tells {', '.join(sorted(found))}"
    return ""


def _told(test: TestResult, hint: str) -> set[str]:
    got, wanted = _parts(test.detail)
    read = f"{test.title} {test.message} {hint}"
    found = (_long_decimals(wanted) - _long_decimals(got)) & _long_decimals(read)
    if len(_values(wanted)) > MOST_WANTED:
        return found
    secret = _values(wanted) - _values(got) - _values(_of_call(test.message))
    told = list(numbers_in(_own_words(test.message)))
    shown = {value: [text for text, each in told if _is(each, text, value)] for value in secret}
    if secret and all(shown.values()):
        found |= {texts[0] for texts in shown.values()}
    return found


def _parts(detail: str) -> tuple[str, str]:
    """What the student's code returned and what was wanted, of a detail in either order."""
    before, _, after = detail.partition("expected")
    wanted, _, later = after.partition("got")
    return f"{before} {later}", wanted


def _long_decimals(text: str) -> set[str]:
    return {number for number in re.findall(r"\d+\.\d{2,}", text) if len(number) > 4}


def _values(text: str) -> set[float]:
    return {float(found.replace("\u2212", "-")) for found in _NUMBER.findall(text)}


def _of_call(message: str) -> str:
    """The call with which a message begins: the student reads its arguments anyway."""
    depth = 0
    for place, sign in enumerate(message):
        depth += (sign == "(") - (sign == ")")
        if sign == ")" and depth == 0:
            return message[: place + 1]
        if sign == " " and depth == 0:
            break
    return ""


def _own_words(message: str) -> str:
    return _PLACES.sub(" ", message.removeprefix(_of_call(message)))


def numbers_in(text: str) -> Iterator[tuple[str, float]]:
    """The numbers that a text tells, each with its wording: digits, words, fractions, percent."""
    for found in _FRACTION.finditer(text):
        if int(found[2]):
            yield found[0], float(Fraction(int(found[1]), int(found[2])))
    for found in _PERCENT.finditer(text):
        yield found[0], float(found[1]) / 100
    for found in _NUMBER.finditer(text):
        yield found[0], float(found[0].replace("\u2212", "-"))
    lower = text.lower()
    for found in _WORD_FRACTION.finditer(lower):
        count = _CARDINALS.index(found[1]) if found[1] in _CARDINALS else 1
        yield found[0], count / _PARTS[found[2]]
    for found in _WORD.finditer(lower):
        yield found[0], float(_CARDINALS.index(found[0]))


def _is(told: float, text: str, wanted: float) -> bool:
    """Whether a number is the wanted one, as exactly as it is written."""
    if told == wanted or (text[:1].isalpha() and abs(told - wanted) < 1e-3):
        return True
    if "/" in text or "%" in text or "per" in text:
        return abs(told - wanted) < 5e-3 * max(abs(wanted), 1e-9)
    decimals = len(text.partition(".")[2])
    return bool(decimals) and round(wanted, decimals) == told
