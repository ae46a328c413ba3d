"""Checks the sections, keys and values of an `assignment.toml`, and refuses unknown ones by name.

A misspelt limit would silently not apply, so every key must be known.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from autograder.course.settings_file import SettingsFile
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
LEAST: Mapping[str, float] = {"memory_mb": 64, "answer_mb": 1}
"""Less is a mistaken unit: a batch of images, or the reply to a cell, would not fit."""


def check(settings: Mapping[str, Any], file: SettingsFile) -> None:
    """Refuse unknown keys and values of a wrong type. `[training]` is checked where it is read.

    Args:
        settings: the whole file.
        file: the file, for messages.

    Raises:
        CourseError: something cannot be used; the message says what, and lists what is known.
    """
    shown = {name: f"[{name}]" if name in SECTIONS else name for name in KNOWN}
    for name, value in settings.items():
        if name not in KNOWN:
            what = f"[{name}]" if isinstance(value, Mapping) else name
            raise CourseError(f"{file.at(name)}: there is no {what}{_known(name, KNOWN, shown)}.")
        if name in SECTIONS and not isinstance(value, Mapping):
            raise CourseError(
                f"{file.at(name)}: {name} must be a section, [{name}], not {value!r}."
            )
    title = settings.get("title", "")
    if not isinstance(title, str):
        raise CourseError(f"{file.at('title')}: title must be text, not {title!r}.")
    preload = settings.get("preload", [])
    if not isinstance(preload, list) or not all(map(_is_module, preload)):
        raise CourseError(
            f'{file.at("preload")}: preload must be a list of modules, such as ["numpy"], '
            f"not {preload!r}."
        )
    _check_limits(settings.get("limits", {}), file)
    _check_feedback(settings.get("feedback", {}), file)
    _check_frozen(settings.get("frozen", {}), file)
    _check_examples(settings.get("examples", {}), file)


def _check_limits(section: Mapping[str, Any], file: SettingsFile) -> None:
    from autograder.sandbox.limits import Limits  # it imports libraries that only grading needs

    known = {each.name: each for each in fields(Limits)}
    for name, value in section.items():
        place = file.at(name, "limits")
        if name not in known:
            raise CourseError(f"{place}: [limits] has no {name}{_known(name, known)}.")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or value <= 0:
            raise CourseError(f"{place}: {name} of [limits] must be above zero, not {value!r}.")
        if "int" in str(known[name].type) and not isinstance(value, int):
            raise CourseError(f"{place}: {name} of [limits] must be a whole number, not {value!r}.")
        if value < LEAST.get(name, 0):
            raise CourseError(f"{place}: {name} of [limits] must be at least {LEAST[name]}.")
    limits = Limits(**section)
    if limits.call_seconds > limits.submission_seconds:
        raise CourseError(
            f"{file.at('call_seconds', 'limits')}: one call may not have more time "
            f"({limits.call_seconds:g}) than the whole submission ({limits.submission_seconds:g})."
        )


def _check_feedback(section: Mapping[str, Any], file: SettingsFile) -> None:
    for name, value in section.items():
        place = file.at(name, "feedback")
        if name not in FEEDBACK:
            raise CourseError(f"{place}: [feedback] has no {name}{_known(name, FEEDBACK)}.")
        if value not in FEEDBACK[name] or isinstance(value, bool):
            choices = ", ".join(
                f'"{choice}"' if isinstance(choice, str) else str(choice)
                for choice in FEEDBACK[name]
            )
            raise CourseError(
                f"{place}: {name} of [feedback] must be one of {choices}, not {value!r}."
            )


def _check_frozen(section: Mapping[str, Any], file: SettingsFile) -> None:
    for name, value in section.items():
        place = file.at(name, "frozen")
        if name not in FROZEN:
            raise CourseError(f"{place}: [frozen] has no {name}{_known(name, FROZEN)}.")
        if name == "assignment":
            if not isinstance(value, bool):
                raise CourseError(f"{place}: assignment of [frozen] must be true or false.")
        elif not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise CourseError(f'{place}: {name} of [frozen] must be a list of names, as in ["x"].')


def _check_examples(section: Mapping[str, Any], file: SettingsFile) -> None:
    for name in section:
        place = file.at(name, "examples")
        if name not in EXAMPLES:
            raise CourseError(f"{place}: [examples] has no {name}{_known(name, EXAMPLES)}.")
    names = section.get("exercises", [])
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        place = file.at("exercises", "examples")
        raise CourseError(f'{place}: exercises of [examples] must be a list of names, as in ["x"].')
    for name in names:
        if names.count(name) > 1:
            place = file.at("exercises", "examples")
            raise CourseError(f"{place}: exercises of [examples] names {name!r} twice.")
    points = section.get("points", 0)
    number = isinstance(points, int | float) and not isinstance(points, bool)
    if not number or not math.isfinite(points) or points < 0:
        place = file.at("points", "examples")
        raise CourseError(
            f"{place}: points of [examples] must be a number of at least 0, not {points!r}."
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
