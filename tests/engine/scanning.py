"""Looks at pages as people with other needs do: with axe, narrow, enlarged, dark, by keyboard.

`scan` opens a page once and gives all that was found. What a function here returns are complaints,
sentences for who wrote the page; a page without a complaint is as it should be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import page_checks
from accessible_pages import Shown
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

# Every rule that axe has, those of the highest level and the experimental ones too.
TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa"]
TAGS += ["best-practice", "experimental"]
IN_OTHERS = [tag for tag in TAGS if tag != "wcag2aaa"]
BY_SIZE = ["color-contrast", "color-contrast-enhanced", "target-size"]
"""The rules whose answers depend on the width of the window or on its colours."""
WIDE, PHONE, NARROW = 1280, 390, 320
"""Widths in CSS pixels; 320 is a window of 1280 at 400 %."""


@dataclass
class Scan:
    """What was found on a page: axe's answers, and complaints by the name of the check."""

    name: str
    answers: list[dict[str, Any]] = field(default_factory=list)
    complaints: dict[str, list[str]] = field(default_factory=dict)

    def rules(self, kind: str) -> set[str]:
        """The ids of axe's rules with a result of this kind: `violations` or `passes`."""
        return {rule["id"] for answer in self.answers for rule in answer[kind]}


def scan(browser: Browser, shown: Shown) -> Scan:
    """Open a page and look at it: wide and narrow, light and dark, closed and unfolded."""
    context = browser.new_context(viewport={"width": WIDE, "height": 800}, bypass_csp=True)
    page = context.new_page()
    shown.open(page)
    found = Scan(shown.name)
    if shown.ours:
        found.answers.append(axe(page, IN_OTHERS, shown.ours))
        context.close()
        return found
    found.complaints["limits"] = page_checks.limits(page)
    found.answers.append(axe(page, TAGS))
    open_all(page)
    found.complaints["structure"] = page_checks.structure(page)
    found.complaints["colours alone"] = page_checks.colours_alone(page)
    found.complaints |= page_checks.tabbed(page)
    found.complaints["faint"] = page_checks.faint(page)
    found.complaints["enlarged"] = page_checks.enlarged_text(page)
    _resize(page, PHONE, "dark")
    found.complaints["faint"] += page_checks.faint(page)
    found.answers.append(axe(page, TAGS))
    found.complaints["reflow"] = page_checks.wider_than(page, PHONE)
    _resize(page, NARROW, "light")
    found.answers.append(axe(page, BY_SIZE))
    found.complaints["reflow"] += page_checks.wider_than(page, NARROW)
    found.complaints["spaced"] = page_checks.spaced_text(page)
    context.close()
    return found


def _resize(page: Page, width: int, scheme: Any) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)


def open_all(page: Page) -> None:
    """Open whatever can be opened."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def axe(page: Page, rules: Sequence[str], ours: str = "") -> dict[str, Any]:
    """All that axe says of a page, or of our elements in it, by rules of these tags or ids."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(Axe().axe_script)
    answer: dict[str, Any] = page.evaluate(
        "([ours, rules]) => axe.run(ours ? {include: [ours]} : document,"
        " {runOnly: rules, resultTypes: ['violations']})",
        [ours, list(rules)],
    )
    return answer
