"""Checks the sections, keys and values of an `assignment.toml`, and refuses unknown ones by name.

A misspelt limit would silently not apply, so every key must be known.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from autograder.errors import CourseError

KNOWN = ("title", "preload", "limits", "feedback", "training", "frozen", "variants", "examples")
SECTIONS = ("limits", "feedback", "training", "frozen", "variants", "examples")
FROZEN = ("assignment", "students", "exercises")
EXAMPLES = ("exercises", "points")
FEEDBACK: Mapping[str, tuple[str | int, ...]] = {
    "hidden_tests": ("messages", "titles", "none"),
    "counterexamples": ("answer", "full", "none"),
    "hint_steps": (1, 2, 3),
    "rubric": ("marked", "none"),
}
"""The keys of `[feedback]` with their values."""


def check(settings: Mapping[str, Any], where: str) -> None:
    """Refuse unknown keys and values of a wrong type. `[training]` is checked where it is read.

    Args:
        settings: the whole file.
        where: the name of the file in messages.

    Raises:
        CourseError: something cannot be used; the message says what, and lists what is known.
    """
    shown = {name: f"[{name}]" if name in SECTIONS else name for name in KNOWN}
    for name, value in settings.items():
        if name not in KNOWN:
            what = f"[{name}]" if isinstance(value, Mapping) else name
            raise CourseError(f"{where}: there is no {what}{_known(name, KNOWN, shown)}.")
        if name in SECTIONS and not isinstance(value, Mapping):
            raise CourseError(f"{where}: {name} must be a section, [{name}], not {value!r}.")
    title = settings.get("title", "")
    if not isinstance(title, str):
        raise CourseError(f"{where}: title must be text, not {title!r}.")
    preload = settings.get("preload", [])
    if not isinstance(preload, list) or not all(map(_is_module, preload)):
        raise CourseError(
            f'{where}: preload must be a list of modules, such as ["numpy"], not {preload!r}.'
        )
    _check_limits(settings.get("limits", {}), where)
    _check_feedback(settings.get("feedback", {}), where)
    _check_frozen(settings.get("frozen", {}), where)
    _check_examples(settings.get("examples", {}), bool(settings.get("variants")), where)


def _check_limits(section: Mapping[str, Any], where: str) -> None:
    from autograder.sandbox.limits import Limits  # it imports libraries that only grading needs

    known = {each.name: each for each in fields(Limits)}
    for name, value in section.items():
        if name not in known:
            raise CourseError(f"{where}: [limits] has no {name}{_known(name, known)}.")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or value <= 0:
            raise CourseError(f"{where}: {name} of [limits] must be above zero, not {value!r}.")
        if "int" in str(known[name].type) and not isinstance(value, int):
            raise CourseError(f"{where}: {name} of [limits] must be a whole number, not {value!r}.")


def _check_feedback(section: Mapping[str, Any], where: str) -> None:
    for name, value in section.items():
        if name not in FEEDBACK:
            raise CourseError(f"{where}: [feedback] has no {name}{_known(name, FEEDBACK)}.")
        if value not in FEEDBACK[name] or isinstance(value, bool):
            choices = ", ".join(
                f'"{choice}"' if isinstance(choice, str) else str(choice)
                for choice in FEEDBACK[name]
            )
            raise CourseError(
                f"{where}: {name} of [feedback] must be one of {choices}, not {value!r}."
            )


def _check_frozen(section: Mapping[str, Any], where: str) -> None:
    for name, value in section.items():
        if name not in FROZEN:
            raise CourseError(f"{where}: [frozen] has no {name}{_known(name, FROZEN)}.")
        if name == "assignment":
            if not isinstance(value, bool):
                raise CourseError(f"{where}: assignment of [frozen] must be true or false.")
        elif not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise CourseError(f'{where}: {name} of [frozen] must be a list of names, as in ["x"].')


def _check_examples(section: Mapping[str, Any], has_variants: bool, where: str) -> None:
    for name in section:
        if name not in EXAMPLES:
            raise CourseError(f"{where}: [examples] has no {name}{_known(name, EXAMPLES)}.")
    names = section.get("exercises", [])
    if names and has_variants:
        raise CourseError(
            f"{where}: [examples] and [variants] cannot be used together: examples are judged by "
            "the default contract."
        )
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise CourseError(f'{where}: exercises of [examples] must be a list of names, as in ["x"].')
    points = section.get("points", 0)
    number = isinstance(points, int | float) and not isinstance(points, bool)
    if not number or not math.isfinite(points) or points < 0:
        raise CourseError(
            f"{where}: points of [examples] must be a number of at least 0, not {points!r}."
        )


def _is_module(name: object) -> bool:
    return isinstance(name, str) and all(part.isidentifier() for part in name.split("."))


def _known(name: str, names: Iterable[str], shown: Mapping[str, str] | None = None) -> str:
    """The closest known name, and all known names, as the end of a sentence."""
    written = {each: (shown or {}).get(each, each) for each in names}
    close = difflib.get_close_matches(name, list(written), 1)
    known = ", ".join(written.values())
    meant = f"; did you mean {written[close[0]]}? Known are" if close else ". Known are"
    return f"{meant} {known}"
