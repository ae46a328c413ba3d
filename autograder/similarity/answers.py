"""Finds pairs of written answers with uncommon sentences in common."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz, process

from autograder.similarity.fragments import Token, all_fragments
from autograder.similarity.rarity import Rarity
from autograder.similarity.records import Passages, SimilarPair

LENGTH = 3
"""The words of a fragment."""
LEAST_WORDS = 20
"""An answer is worth a look if at least so many words stand in sentences that are alike…"""
LEAST_SHARE = 0.3
"""… and if these are at least this share of one of the two answers."""
LIKENESS = 65
"""From here, of 100, two sentences are alike."""

_LEAST_COMMON = 6.0
_MAX_CHARACTERS = 20_000
_MAX_SENTENCES = 400
_SHORTEST_SENTENCE = 5
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=[ \t]*(?:[-*+#>|]|\d+[.)]))")
_SENTENCE = re.compile(r"[^.!?\u3002]+(?:[.!?](?!\s|$)[^.!?\u3002]*)*[.!?\u3002]*")


@dataclass(frozen=True)
class Answer:
    """A written answer as sentences."""

    text: str

    @cached_property
    def sentences(self) -> Sequence[str]:
        """Sentences that are long enough to be somebody's own, wherever their lines end."""
        paragraphs = _PARAGRAPH.split(self.text[:_MAX_CHARACTERS])
        joined = (" ".join(each.split()) for each in paragraphs)
        found = (each.strip() for text in joined for each in _SENTENCE.findall(text))
        return [each for each in found if len(_words(each)) >= _SHORTEST_SENTENCE][:_MAX_SENTENCES]

    @cached_property
    def fragments(self) -> Set[int]:
        """All runs of `LENGTH` words."""
        return set(
            all_fragments(
                [Token(word, 0, 0) for word in _words(self.text[:_MAX_CHARACTERS])], LENGTH
            )
        )


def similar_answers(
    question: str, answers: Mapping[str, str], usual: Iterable[str]
) -> Iterator[SimilarPair]:
    """Yield the pairs of answers to one question that are worth a look.

    Args:
        question: its name.
        answers: each student's answer.
        usual: texts whose sentences count nothing: the question, the model answer.
    """
    given = Answer("\n".join(usual))
    read = {student: Answer(text) for student, text in answers.items()}
    rarity = Rarity({student: each.fragments for student, each in read.items()}, given.fragments)
    for first, second in rarity.pairs(_LEAST_COMMON):
        alike = _alike(_own(read[first], rarity), _own(read[second], rarity))
        words = sum(len(_words(one)) for one, _ in alike)
        whole = min(_length(read[first]), _length(read[second]))
        if words >= LEAST_WORDS and words >= LEAST_SHARE * whole:
            share = min(1.0, words / whole)
            yield SimilarPair(first, second, "answer", question, share, alike, evidence=words)


def _own(answer: Answer, rarity: Rarity) -> Sequence[str]:
    """The sentences in which not everything is usual."""
    return [each for each in answer.sentences if rarity.total(Answer(each).fragments) > 0]


def _alike(first: Sequence[str], second: Sequence[str]) -> Passages:
    """Return each sentence with the one that is most like it, if that is like enough."""
    if not first or not second:
        return ()
    scores = process.cdist(
        [_sorted(each) for each in first],
        [_sorted(each) for each in second],
        scorer=fuzz.ratio,
        score_cutoff=LIKENESS,
    )
    best = np.argmax(scores, axis=1)
    return tuple(
        (sentence, second[place])
        for number, (sentence, place) in enumerate(zip(first, best, strict=True))
        if scores[number, place]
    )


def _length(answer: Answer) -> int:
    return sum(len(_words(each)) for each in answer.sentences)


def _sorted(sentence: str) -> str:
    return " ".join(sorted(_words(sentence)))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
