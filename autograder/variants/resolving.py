"""The source of an assignment for one variant: its text with the passages of that variant.

A passage that differs stands in the source once for each option:

    ### VARIANT order = rows
    top, bottom = padding
    ### VARIANT order = columns
    left, right = padding
    ### END VARIANT

Of these passages the first stays whose conditions all hold. Several conditions are separated by
commas, several options of one difference by `|`. In Markdown cells each line begins with `# `.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from autograder.course.variants import Variant
from autograder.errors import CourseError
from autograder.variants.options import Declared, Option, reworded, wording

_MARK = re.compile(r"^\s*(?:# )?### (END VARIANT|VARIANT\b.*?)\s*$")


def resolved(text: str, variant: Variant, declared: Declared, where: str) -> str:
    """The source for a variant.

    Args:
        text: the source with the passages of all variants.
        variant: one option for each difference.
        declared: all differences and options.
        where: the name of the source in messages.

    Raises:
        CourseError: a mark is wrong, or a text to be replaced is not there; names the line.
    """
    kept: list[str] = []
    begun = 0  # the line of the passage that is read
    is_kept, is_decided = True, False
    for number, line in enumerate(text.split("\n"), 1):
        found = _MARK.match(line)
        if found is None:
            if is_kept:
                kept.append(line)
            continue
        if found[1] == "END VARIANT":
            if not begun:
                raise CourseError(f"{where}, line {number}: no VARIANT stands above this end.")
            begun, is_kept, is_decided = 0, True, False
            continue
        holds = _holds(
            found[1].removeprefix("VARIANT"), variant, declared, f"{where}, line {number}"
        )
        begun = begun or number
        is_kept = holds and not is_decided
        is_decided = is_decided or holds
    if begun:
        raise CourseError(f"{where}, line {begun}: the VARIANT has no END VARIANT.")
    text = re.sub(r"\n{4,}", "\n\n\n", "\n".join(kept))  # what stood around passages that are gone
    return reworded(text, wording(_options(variant, declared)))


def _options(variant: Variant, declared: Declared) -> list[Option]:
    return [declared[difference][option] for difference, option in variant.choice]


def _holds(conditions: str, variant: Variant, declared: Declared, where: str) -> bool:
    """Whether all conditions of a mark hold for a variant."""
    chosen: Mapping[str, str] = dict(variant.choice)
    holds = True
    for condition in conditions.split(","):
        difference, equals, options = (part.strip() for part in condition.partition("="))
        if difference not in declared or not equals:
            known = ", ".join(declared) or "none"
            raise CourseError(
                f"{where}: {condition.strip()!r} names no difference; declared are: {known}."
            )
        for option in (names := [each.strip() for each in options.split("|")]):
            if option not in declared[difference]:
                known = ", ".join(declared[difference])
                raise CourseError(
                    f"{where}: {difference} has no option {option!r}; it has {known}."
                )
        holds = holds and chosen[difference] in names
    return holds
