"""Turns a page into HTML with the templates of this folder. All texts are escaped there."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.feedback_page.views import Page, plain_number

_PACKAGE = "autograder.feedback_page"
_CODE = re.compile(r"`([^`\n]+)`")


def render_page(page: Page) -> str:
    """Return the page as one HTML document that loads nothing and runs nothing."""
    return render("page.html.j2", page=page)


def render(template: str, **values: Any) -> str:
    """Return a template of this folder with these values."""
    return _environment().get_template(template).render(**values)


def templates_of(package: str) -> Environment:
    """Return the templates of a package's folder, which may use those of this folder.

    What they fill in is escaped, and must be there.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(_PACKAGE)]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["number"] = plain_number
    environment.filters["code_spans"] = code_spans
    return environment


@cache
def _environment() -> Environment:
    return templates_of(_PACKAGE)


def code_spans(text: str) -> Markup:
    """A text, escaped, in which code between backticks is marked up as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))
