"""An audit as one HTML page that loads nothing and runs nothing. All texts are escaped."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment

from autograder.audit.auditing import Audited
from autograder.feedback_page.rendering import templates_of
from convgrade.safe_text import plain


def render_page(audited: Audited, made: datetime | None = None) -> str:
    """The page as one HTML document.

    Args:
        audited: what the audit found.
        made: when; now if None.
    """
    return (
        _environment()
        .get_template("audit.html.j2")
        .render(
            audited=audited,
            title=audited.assignment.title,
            made=made or datetime.now(UTC),
        )
    )


@cache
def _environment() -> Environment:
    environment = templates_of("autograder.audit")
    environment.filters["plain"] = lambda text: plain(text, lines=False)
    environment.filters["without_prefix"] = without_prefix
    return environment


def without_prefix(name: str, prefix: str) -> str:
    """The name of a test or misconception in words, without this one if it begins so."""
    return name.removeprefix(f"{prefix}_").replace("_", " ")
