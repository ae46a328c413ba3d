"""How hard an English text is to read: its words, and the Flesch-Kincaid grade.

The grade is the school year in which a text can be understood. 14-year-olds are in grade 9.
Source: Kincaid, Fishburne, Rogers, Chissom, Derivation of new readability formulas (1975).
"""

from __future__ import annotations

import re

_CODE = re.compile(r"`[^`]*`")
_WORD = re.compile(r"\w+(?:'\w+)*")
_END_OF_SENTENCE = re.compile(r"[.?!]+(?=[\s\"')]|$)")
_VOWELS = re.compile(r"[aeiou]+|(?<=[^aeiou])y")
# two vowels that are spoken apart ("area", "radius", "science"), and some of them that are not
_APART = re.compile(r"ea$|eate|ia|io|iu|eo(?!ple)|[iu]e[tn]|ua|[aeou]ing$")
_TOGETHER = re.compile(r"[cst]ia|[cgst]io|(?:ll|n)ion|(?<!s)cie[tn]|[ao]ui|[aeiou][^aeiou]ely$")


def words(text: str) -> list[str]:
    """The words of a text. What stands in backticks is one word."""
    return _WORD.findall(_CODE.sub(" x ", text))


def reading_grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text; 0 if it has no words.

    Names in backticks, names with underscores and words with digits count as one syllable.
    """
    plain = _CODE.sub(" x ", text)
    found = words(text)
    if not found:
        return 0.0
    sentences = max(len(_END_OF_SENTENCE.findall(plain)), 1)
    total = sum(map(syllables, found))
    return 0.39 * len(found) / sentences + 11.8 * total / len(found) - 15.59


def syllables(word: str) -> int:
    """An estimate of the number of syllables of an English word."""
    plain = re.sub(r"'.*", "", word.lower())
    if not plain.isalpha():
        return 1
    plain = re.sub(r"[qg]u(?=[aeio])", "q", plain)
    count = len(_VOWELS.findall(plain))
    count += len(_APART.findall(plain)) - len(_TOGETHER.findall(plain))
    return max(count - _ends_in_silent_e(plain), 1)


def _ends_in_silent_e(word: str) -> bool:
    if re.search(r"[^aeiouyl]le[sd]?$", word):  # "table", "tables", "doubled"
        return False
    if word.endswith("es"):
        return not re.search(r"(?:[aeiouyscgxz]|ch|sh)es$", word)
    if word.endswith("ed"):
        return not re.search(r"[aeioutd]ed$", word)
    return bool(re.search(r"[^aeiou]e$", word))
