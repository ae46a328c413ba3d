"""The numbers that a text tells, in digits, words, fractions, percent, products or roughly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from math import prod

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = {word: value for value, word in enumerate(_ONES)} | {
    word: 10 * value for value, word in enumerate(_TENS, 2)
}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 1_000_000}
_PARTS = {"half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6}
_PARTS |= {"seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "hundredth": 100, "thousandth": 1000}

_ONE_WORD, _SCALE, _PART = ("|".join(names) for names in (_VALUES, _SCALES, _PARTS))
_BELOW_100 = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES[1:10])}))?|{'|'.join(_ONES)})"
_SPELLED = (
    rf"\b(?:(?:(?:{_BELOW_100}|an?)[ -](?:(?:{_SCALE})s?\b[ -]?)+(?:and )?)+(?:{_BELOW_100}\b)?"
    rf"|{_BELOW_100}\b)"
)
_DIGITS = r"(?<![\w.])\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w|\.\d)"
_PLAIN = rf"(?:{_DIGITS}|{_SPELLED})"
_SIGN = r"(?P<sign>(?:\bminus |\bnegative |[-\u2212]))?"

_NUMBER = re.compile(rf"{_SIGN}(?P<number>{_PLAIN})(?![ -](?:{_PART}))")
_FRACTION = re.compile(
    rf"{_SIGN}(?:(?P<whole>{_PLAIN}) )?(?P<above>(?<![\w.])\d+) ?/ ?(?P<below>\d+)(?!\w|\.\d)"
)
_PARTS_IN_WORDS = re.compile(
    rf"{_SIGN}(?:(?P<whole>{_PLAIN}) and )?(?:(?P<above>{_PLAIN}|an?|one)[ -])?"
    rf"(?P<part>{_PART})s?\b"
)
_PERCENT = re.compile(rf"{_SIGN}(?P<number>{_PLAIN}) ?(?:%|percent|per cent)")
_PRODUCT = re.compile(rf"{_PLAIN}(?: times {_PLAIN})+")
_ROUGHLY = re.compile(
    rf"\b(?:about|around|roughly|approximately|nearly|almost|close to) {_SIGN}(?P<number>{_PLAIN})"
)


def numbers_in(text: str) -> Iterator[tuple[str, float]]:
    """The numbers that a text tells, each with its wording; one may be told in several ways."""
    plain = _plainly(text)
    for found in _FRACTION.finditer(plain):
        if int(found["below"]):
            part = Fraction(int(found["above"]), int(found["below"]))
            yield found[0], _signed(found, _whole(found) + float(part))
    for found in _PERCENT.finditer(plain):
        yield found[0], _signed(found, _value(found["number"]) / 100)
    for found in _PARTS_IN_WORDS.finditer(plain):
        above = found["above"] or "one"
        count = 1.0 if above in ("a", "an") else _value(above)
        yield found[0], _signed(found, _whole(found) + count / _PARTS[found["part"]])
    for found in _PRODUCT.finditer(plain):
        yield found[0], prod(map(_value, re.findall(_PLAIN, found[0])))
    for pattern in (_ROUGHLY, _NUMBER):
        for found in pattern.finditer(plain):
            yield found[0], _signed(found, _value(found["number"]))


def is_told(wording: str, told: float, wanted: float) -> bool:
    """Whether a told number is the wanted one, as exactly as it is written."""
    if told == wanted:
        return True
    if _ROUGHLY.match(wording):
        return abs(told - wanted) < 0.01 * abs(wanted) or round(wanted) == told
    if any(sign in wording for sign in ("/", "%", "per")):
        return abs(told - wanted) < 5e-3 * max(abs(wanted), 1e-9)
    if re.search("[a-df-z]", wording):
        return abs(told - wanted) < 1e-3
    decimals = len(wording.partition(".")[2])
    return bool(decimals) and round(wanted, decimals) == told


def _plainly(text: str) -> str:
    """Small letters, fractions as 1/2, products as 2 times 3, thousands without commas."""
    spread = "".join(
        f" {unicodedata.normalize('NFKC', sign).replace(chr(0x2044), '/')}"
        if unicodedata.category(sign) == "No" and "\u2044" in unicodedata.normalize("NFKC", sign)
        else sign
        for sign in text.lower()
    )
    spread = re.sub(r"(?<=\d) ?[x\u00d7*] ?(?=\d)", " times ", spread)
    return re.sub(r"(?<=\d),(?=\d{3}\b)", "", spread)


def _signed(found: re.Match[str], value: float) -> float:
    return -value if found["sign"] else value


def _whole(found: re.Match[str]) -> float:
    return _value(found["whole"]) if found["whole"] else 0.0


def _value(number: str) -> float:
    """The value of a number in digits or in words."""
    if number[0].isdigit():
        return float(number)
    total, current = 0, 0
    for word in re.findall("[a-z]+", number):
        name = word.removesuffix("s") if word.removesuffix("s") in _SCALES else word
        if name in ("thousand", "million"):
            total, current = total + max(current, 1) * _SCALES[name], 0
        elif name in _SCALES:
            current = max(current, 1) * _SCALES[name]
        else:
            current += _VALUES.get(name, 0)
    return float(total + current)
