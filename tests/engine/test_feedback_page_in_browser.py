"""Feedback pages in a real browser: pictures, printed, by keyboard, read aloud."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from chromium import CHROMIUM
from feedback_pages import ALT, generate_feedback, made_class, made_course, page_file
from playwright.sync_api import Browser, Page
from scanning import open_all

from autograder.course.assignment import Assignment

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

STUDENTS = ("right", "wrong", "rejected", "unfinished", "hostile")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    course = made_course(tmp_path_factory.mktemp("made"))
    made_class(course)
    generate_feedback(course)
    return course


def opened(browser: Browser, path: Path, scheme: Any = "light") -> Page:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(path.as_uri())
    return page


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


def test_a_link_of_the_summary_leads_to_its_exercise_by_keyboard(
    browser: Browser, made: Assignment
) -> None:
    page = opened(browser, page_file(made, "wrong"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "triple"
    page.keyboard.press("Enter")
    assert page.url.endswith("#exercise-triple")
    page.keyboard.press("Tab")
    reached = "document.activeElement.closest('#exercise-triple') !== null"
    assert page.evaluate(reached), "Tab goes on from the exercise"
    page.context.close()


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
