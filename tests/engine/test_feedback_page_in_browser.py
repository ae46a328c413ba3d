"""Feedback pages in a real browser: for phones, in the dark, printed, by keyboard, read aloud."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import CHROMIUM
from feedback_pages import ALT, generate_feedback, made_class, made_course, page_file
from playwright.sync_api import Browser, Page

from autograder.course.assignment import Assignment

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

STUDENTS = ("right", "wrong", "rejected", "unfinished", "hostile")
WIDE, NARROW = 1280, 390
# Every rule that axe has, those of the highest level and the experimental ones too.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa"]}
RULES["runOnly"] += ["best-practice", "experimental"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    course = made_course(tmp_path_factory.mktemp("made"))
    made_class(course)
    generate_feedback(course)
    return course


def opened(browser: Browser, path: Path, width: int = WIDE, scheme: Any = "light") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(path.as_uri())
    return page


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
@pytest.mark.parametrize("student", STUDENTS)
def test_axe_finds_nothing(
    browser: Browser, made: Assignment, student: str, width: int, scheme: str
) -> None:
    page = opened(browser, page_file(made, student), width, scheme)
    closed = Axe().run(page, options=RULES).response["violations"]
    open_all(page)
    unfolded = Axe().run(page, options=RULES).response["violations"]
    page.context.close()
    found = [(each["id"], each["nodes"][0]["html"]) for each in closed + unfolded]
    assert found == []


@pytest.mark.parametrize("student", STUDENTS)
def test_nothing_is_wider_than_a_phone(browser: Browser, made: Assignment, student: str) -> None:
    page = opened(browser, page_file(made, student), NARROW)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('main *')]"
        ".map(each => parseFloat(getComputedStyle(each).fontSize)))"
    )
    page.context.close()
    assert smallest >= 11


def test_a_page_asks_no_network_and_runs_no_script(browser: Browser, made: Assignment) -> None:
    for student in STUDENTS:
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(page_file(made, student).as_uri())
        open_all(page)
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
        assert page.title() == "Feedback: Doubling"
        assert page.get_by_role("main").is_visible()
        page.close()


def test_pictures_are_drawn(browser: Browser, made: Assignment) -> None:
    page = opened(browser, page_file(made, "wrong"))
    picture = page.get_by_role("img", name=ALT)
    assert picture.is_visible()
    assert picture.evaluate("each => each.naturalWidth") > 0
    page.context.close()


def test_hints_open_by_keyboard_one_after_the_other(browser: Browser, made: Assignment) -> None:
    page = opened(browser, page_file(made, "wrong"))
    first = page.get_by_text("Hint 1 of 3")
    second = page.get_by_text("Hint 2 of 3")
    assert not second.is_visible()
    first.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("Look at the sign.").is_visible()
    page.keyboard.press("Tab")
    assert second.evaluate("each => each === document.activeElement")
    page.keyboard.press("Space")
    assert page.get_by_text("What is three times two?").is_visible()
    assert not page.get_by_text("It adds 3.").is_visible()
    page.context.close()


def test_what_a_keyboard_reaches_shows_that_it_is_reached(
    browser: Browser, made: Assignment
) -> None:
    page = opened(browser, page_file(made, "wrong"))
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "[document.activeElement.textContent,"
                " getComputedStyle(document.activeElement).outlineStyle]"
            )
        )
    page.context.close()
    assert reached == [[name, "solid"] for name in ("triple", "double", "triple", "train")]


def test_a_screen_reader_hears_headings_in_order(browser: Browser, made: Assignment) -> None:
    page = opened(browser, page_file(made, "wrong"))
    said = page.locator("body").aria_snapshot()
    page.context.close()
    levels = [int(line.split("[level=")[1][0]) for line in said.splitlines() if "[level=" in line]
    assert levels[:3] == [1, 2, 3]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert 'navigation "Exercises and written answers"' in said
    assert 'region "triple"' in said


def test_a_printed_page_is_light_and_leaves_closed_hints_closed(
    browser: Browser, made: Assignment
) -> None:
    page = opened(browser, page_file(made, "wrong"), scheme="dark")
    page.emulate_media(media="print")
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    assert page.get_by_text("Numbers are tripled.").is_visible()
    assert not page.get_by_text("Look at the sign.").is_visible()
    assert not page.get_by_text("Back to the summary").first.is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.context.close()
