"""`autograder mark` by keyboard, and what it says when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from by_keyboard import enter
from feedback_pages import NAME
from marking_server import STUDENTS, first_answer, graded_class, opened, served
from playwright.sync_api import Browser

from autograder.course.assignment import Assignment, load_assignment
from autograder.gradebook.written_marks import marks


@pytest.fixture
def course(tmp_path: Path) -> Assignment:
    return load_assignment(NAME, graded_class(tmp_path / "course"))


def test_a_question_is_marked_by_keyboard_to_the_end(browser: Browser, course: Assignment) -> None:
    with served(course) as server:
        page = opened(browser, server.address)
        keys = page.keyboard
        keys.press("Tab")
        keys.press("Enter")
        page.wait_for_url("**/1/*")
        for place in range(len(STUDENTS)):
            assert page.get_by_text(f"Answer {place + 1} of 4").is_visible()
            keys.press("Tab")
            assert page.evaluate("document.activeElement.textContent") == "Skip to the mark"
            keys.press("Enter")
            keys.press("Tab")
            keys.press("Space")
            keys.press("ArrowRight")  # from 0 to 0.5 of the first item
            for _ in range(3):  # the second item, the points, the comment
                keys.press("Tab")
            keys.type(f"By keyboard, {place}.")
            with page.expect_navigation():
                enter(page, page.get_by_role("button", name="Save and go on"))
            if place < 3:
                said = page.get_by_role("status").inner_text()
                assert said == "Saved: 0.5 of 4 points for that answer."
        assert page.get_by_text("4 of 4 answers marked: all done.").is_visible()
        page.context.close()
    found = marks(course, "why").values()
    assert {mark.points for mark in found} == {0.5}
    assert {mark.comment for mark in found} == {f"By keyboard, {place}." for place in range(4)}


def test_a_refused_mark_is_named_in_words_and_at_its_field(
    browser: Browser, course: Assignment
) -> None:
    with served(course) as server:
        page = opened(browser, server.address)
        first_answer(page)
        field = page.get_by_label("Points, from 0 to 4")
        assert field.get_attribute("aria-invalid") is None
        field.fill("five")
        page.get_by_label("Comment for the student").fill("Mine.")
        page.get_by_role("button", name="Save and go on").click()
        assert page.title().startswith("Not saved: Question 1")
        message = "Nothing is saved: 'five' is no number from 0 to 4."
        assert page.get_by_role("alert").inner_text() == message
        assert field.get_attribute("aria-invalid") == "true"
        described = field.evaluate(
            "each => each.getAttribute('aria-describedby').split(' ')"
            ".map(id => document.getElementById(id).innerText.trim())"
        )
        assert described == [message, "Leave it empty to take the sum of the rubric."]
        assert field.input_value() == "five"
        field.fill("4")
        page.get_by_role("button", name="Save and go on").click()
        assert page.title().startswith("Saved. Next: Question 1")
        assert page.get_by_role("status").is_visible()
        page.context.close()


def test_the_printed_address_lets_in_and_no_other_way_is_offered(
    browser: Browser, course: Assignment
) -> None:
    with served(course) as server:
        page = opened(browser, f"http://127.0.0.1:{server.port}/")
        assert page.get_by_role("main").inner_text() == (
            "Open the address that autograder mark printed: it has a token in it."
        )
        page.goto(server.address)
        assert page.get_by_role("textbox").count() == 0
        assert page.get_by_role("link", name="Mark Question 1").is_visible()
        page.context.close()
