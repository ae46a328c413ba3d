"""The criteria of WCAG 2.2, what docs/accessibility.md claims of them, and what refutes a claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

HOLDS, IN_PART, NOT_APPLICABLE = "holds", "holds in part", "does not apply"
BY_READING = "by reading"
CRITERIA = """
1.1.1 A Non-text Content
1.2.1 A Audio-only and Video-only (Prerecorded)
1.2.2 A Captions (Prerecorded)
1.2.3 A Audio Description or Media Alternative (Prerecorded)
1.2.4 AA Captions (Live)
1.2.5 AA Audio Description (Prerecorded)
1.3.1 A Info and Relationships
1.3.2 A Meaningful Sequence
1.3.3 A Sensory Characteristics
1.3.4 AA Orientation
1.3.5 AA Identify Input Purpose
1.4.1 A Use of Color
1.4.2 A Audio Control
1.4.3 AA Contrast (Minimum)
1.4.4 AA Resize Text
1.4.5 AA Images of Text
1.4.10 AA Reflow
1.4.11 AA Non-text Contrast
1.4.12 AA Text Spacing
1.4.13 AA Content on Hover or Focus
2.1.1 A Keyboard
2.1.2 A No Keyboard Trap
2.1.4 A Character Key Shortcuts
2.2.1 A Timing Adjustable
2.2.2 A Pause, Stop, Hide
2.3.1 A Three Flashes or Below Threshold
2.4.1 A Bypass Blocks
2.4.2 A Page Titled
2.4.3 A Focus Order
2.4.4 A Link Purpose (In Context)
2.4.5 AA Multiple Ways
2.4.6 AA Headings and Labels
2.4.7 AA Focus Visible
2.4.11 AA Focus Not Obscured (Minimum)
2.5.1 A Pointer Gestures
2.5.2 A Pointer Cancellation
2.5.3 A Label in Name
2.5.4 A Motion Actuation
2.5.7 AA Dragging Movements
2.5.8 AA Target Size (Minimum)
3.1.1 A Language of Page
3.1.2 AA Language of Parts
3.2.1 A On Focus
3.2.2 A On Input
3.2.3 AA Consistent Navigation
3.2.4 AA Consistent Identification
3.2.6 A Consistent Help
3.3.1 A Error Identification
3.3.2 A Labels or Instructions
3.3.3 AA Error Suggestion
3.3.4 AA Error Prevention (Legal, Financial, Data)
3.3.7 A Redundant Entry
3.3.8 AA Accessible Authentication (Minimum)
4.1.2 A Name, Role, Value
4.1.3 AA Status Messages
"""
"""All of levels A and AA. 4.1.1 Parsing is obsolete and no longer one of them."""
NAMES = dict(line.split(" ", 1) for line in CRITERIA.strip().splitlines())

_ROW = re.compile(r"\| (\d\.\d\.\d+) ([^|]+) \| (A{1,2}) \| ([^|]+) \| ([^|]+) \|")
_TAG = re.compile(r"wcag(\d)(\d)(\d+)")
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Claim:
    """One row of the table: a criterion, whether it holds, and how that is checked."""

    criterion: str
    name: str
    verdict: str
    how: str

    @property
    def checks(self) -> list[str]:
        """The tests and the rules of axe that the row names."""
        return _CODE.findall(self.how)


def claims(document: str) -> list[Claim]:
    """The rows of the document's table."""
    return [
        Claim(number, f"{level} {name}", verdict.strip(), how)
        for number, name, level, verdict, how in _ROW.findall(document)
    ]


def criteria_of(rule: Mapping[str, Any]) -> set[str]:
    """The criteria that a rule of axe is about, by its tags."""
    return {".".join(found.groups()) for tag in rule["tags"] if (found := _TAG.fullmatch(tag))}


def refuted(
    document: str, pages: Mapping[str, list[dict[str, Any]]], tests: Iterable[str]
) -> Iterator[str]:
    """What is wrong with the table, in sentences.

    Args:
        document: the text with the table.
        pages: axe's answers to each page.
        tests: the names of all tests.
    """
    found = claims(document)
    numbers = [claim.criterion for claim in found]
    yield from (f"{number} is missing" for number in NAMES if number not in numbers)
    yield from (f"{number} is there twice" for number in set(numbers) if numbers.count(number) > 1)
    rules: dict[str, set[str]] = {}
    broken: dict[str, str] = {}
    applied: dict[str, str] = {}
    for page, answers in pages.items():
        for kind in ("violations", "incomplete", "passes", "inapplicable"):
            for rule in (each for answer in answers for each in answer[kind]):
                rules[rule["id"]] = criteria_of(rule)
                for criterion in rules[rule["id"]]:
                    if kind == "violations":
                        broken.setdefault(criterion, f"{rule['id']} on {page}")
                    if kind in ("violations", "passes"):
                        applied.setdefault(criterion, f"{rule['id']} on {page}")
    known = set(tests)
    for claim in found:
        yield from _of_one(claim, rules, broken, applied, known)


def _of_one(
    claim: Claim,
    rules: Mapping[str, set[str]],
    broken: Mapping[str, str],
    applied: Mapping[str, str],
    tests: set[str],
) -> Iterator[str]:
    number = claim.criterion
    if NAMES.get(number) != claim.name:
        yield f"{number} is not {claim.name}"
    if claim.verdict not in (HOLDS, IN_PART, NOT_APPLICABLE):
        yield f"{number}: {claim.verdict!r} is no verdict"
    if claim.verdict == HOLDS and number in broken:
        yield f"{number} does not hold: {broken[number]}"
    if claim.verdict == NOT_APPLICABLE and number in applied:
        yield f"{number} does apply: {applied[number]}"
    if claim.verdict == HOLDS and not claim.checks and BY_READING not in claim.how:
        yield f"{number}: nothing says how it is checked"
    for check in claim.checks:
        if check.startswith("test_"):
            if check not in tests:
                yield f"{number}: there is no {check}"
        elif check not in rules:
            yield f"{number}: axe has no rule {check}"
        elif number not in rules[check]:
            yield f"{number}: {check} says nothing about it"
