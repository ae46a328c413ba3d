"""Finds wanted values in texts that students read, in whatever way they are written there.

The wanted values are those of the failing comparison. A test's detail, for the grader, has them.
"""

from __future__ import annotations

import re

from autograder.audit.told_numbers import is_told, numbers_in
from autograder.diagnosis import Misconception
from autograder.results import Result, TestResult

MOST_WANTED = 8
"""Of longer answers, a few numbers give nothing away; only their long decimals are looked for."""
_NUMBER = re.compile(r"(?<![\w.])[-\u2212]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w|\.\d)")
_PLACES = re.compile(r"\d+ of \d+ (?:values|tries|images)|at index \([^)]*\)|at \([^)]*\)")


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
    own = _values(got)
    secret = _values(wanted) - own - _values(_of_call(test.message))
    told = [each for each in numbers_in(_own_words(test.message)) if each[1] not in own]
    shown = {value: [text for text, each in told if is_told(text, each, value)] for value in secret}
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
    """The call with which a message begins: the student reads its arguments anyway.

    Arguments that were shortened, which end with "…", may lack their last parentheses.
    """
    depth = 0
    for place, sign in enumerate(message):
        depth += (sign == "(") - (sign == ")")
        if sign == ")" and depth == 0:
            return message[: place + 1]
        if sign == " " and depth == 0:
            return ""
    return "".join(message.rpartition("…)")[:2])


def _own_words(message: str) -> str:
    return _PLACES.sub(" ", message.removeprefix(_of_call(message)))
