"""The report as one HTML page that loads nothing and runs nothing. All texts are escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment

from autograder.class_report import plots
from autograder.class_report.attention import Case
from autograder.class_report.estimates import (
    FEWEST_FOR_CORRELATION,
    LEAST_USEFUL,
    Estimate,
    Separation,
)
from autograder.class_report.items import TestItem
from autograder.class_report.plots import Plot
from autograder.class_report.records import State
from autograder.class_report.report import Report
from autograder.feedback_page.rendering import templates_of
from convgrade.safe_text import bounded, plain, shortened

SHOWN_AT_ONCE = 6
"""How many rows of a list are seen before the rest is unfolded."""
MOST_CHANGES = 200
LONGEST_TRACE = 80


def render_page(report: Report) -> str:
    """Return the page as one HTML document."""
    template = _environment().get_template("report.html.j2")
    return template.render(
        report=report,
        data=report.data,
        plots=_plots(report),
        ranges=plots.ranges(report.totals, report.data.worth) if _has_marks(report) else [],
        tests=_by_exercise(report.tests),
        notable=_notable(report.tests),
        states=State,
        separation=Separation,
        fewest=FEWEST_FOR_CORRELATION,
        least_useful=LEAST_USEFUL,
        at_once=SHOWN_AT_ONCE,
        most_changes=MOST_CHANGES,
    )


def _has_marks(report: Report) -> bool:
    return report.marks is not None and report.data.worth > 0


def _plots(report: Report) -> Mapping[str, Plot]:
    """The plots that there is something for."""
    found = {}
    if report.marks is not None and _has_marks(report):
        found["marks"] = plots.marks(report.totals, report.data.worth, report.marks.median)
    written = [each for each in report.exercises if each.n]
    if written:
        found["exercises"] = plots.exercises(written)
    known = [each for each in report.tests if each.visibility == "hidden" and each.discrimination]
    if known:
        found["difficulty"] = plots.difficulty(known)
    return found


def _by_exercise(tests: Iterable[TestItem]) -> dict[str, list[TestItem]]:
    found: dict[str, list[TestItem]] = {}
    for test in tests:
        found.setdefault(test.exercise, []).append(test)
    return found


def _notable(tests: Iterable[TestItem]) -> list[tuple[str, list[TestItem], str]]:
    """The hidden tests that say little: a heading, the tests, and a sentence if there are none."""
    hidden = [each for each in tests if each.visibility == "hidden"]
    kinds = [
        (
            "Nobody passes",
            [each for each in hidden if each.nobody_passes],
            "Each test is passed by somebody.",
        ),
        (
            "Nobody fails who wrote the exercise",
            [each for each in hidden if each.nobody_fails],
            "Each test is failed by somebody who wrote its exercise.",
        ),
    ]
    for verdict in (Separation.REVERSED, Separation.POOR):
        found = [each for each in hidden if each.separation is verdict]
        if found:
            kinds.append((verdict.value.capitalize(), found, ""))
    return kinds


def _together(cases: Iterable[Case]) -> list[tuple[str, str]]:
    """The cases with the names of all whom the same sentence is about."""
    names: dict[str, list[str]] = {}
    for case in cases:
        names.setdefault(case.what, []).append(case.student)
    return [(", ".join(filter(None, who)), what) for what, who in names.items()]


def _counted(count: int, noun: str) -> str:
    """A number with its noun: 1 student, 2 students."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _interval(found: Estimate, *, percent: bool = False) -> str:
    if percent:
        return f"{100 * found.low:.0f} to {100 * found.high:.0f} %"
    return f"{found.low:.2f} to {found.high:.2f}"


def _seconds(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _words(name: str) -> str:
    return plain(name, lines=False).replace("_", " ")


@cache
def _environment() -> Environment:
    environment = templates_of("autograder.class_report")
    filters: Mapping[str, Any] = {
        "plain": lambda text: plain(text, lines=False),
        "shortened": lambda text: shortened(text, LONGEST_TRACE),
        "passage": lambda text: bounded(plain(text)),
        "together": _together,
        "counted": _counted,
        "percent": _percent,
        "interval": _interval,
        "seconds": _seconds,
        "words": _words,
    }
    environment.filters.update(filters)
    return environment
