"""Reports in a real browser: wide and narrow, light and dark, printed, with a hostile class."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import CHROMIUM
from feedback_pages import made_course
from page_checks import wider_than
from playwright.sync_api import Browser, Page
from report_classes import class_of_size, hostile_report, made_report
from scanning import open_all

from autograder.class_report.page import render_page
from autograder.class_report.report import report_on
from autograder.course.assignment import Assignment

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

SIZES = (0, 1, 2, 40, 400)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return made_course(tmp_path_factory.mktemp("browser") / "course")


@pytest.fixture(scope="module")
def pages(course: Assignment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    texts = {str(size): render_page(made_report(course, size)) for size in SIZES}
    texts["hostile"] = hostile_report(course, names=True)
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", [*map(str, SIZES), "hostile"])
def test_a_report_asks_no_network_and_nothing_scrolls_sideways(
    page: Page, pages: dict[str, Path], name: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(pages[name].as_uri())
    open_all(page)
    assert [url for url in asked if not url.startswith("file:")] == []
    assert page.title() == "Report: Doubling"
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert wider_than(page, width) == []
    assert page.get_by_role("main").is_visible()


def test_a_hostile_class_changes_nothing_of_the_page(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["hostile"].as_uri())
    open_all(page)
    assert page.get_by_role("heading", level=1).all_inner_texts() == ["Doubling"]
    assert page.locator("main img, main iframe, main script").count() == 0
    assert page.get_by_text('<script>document.title = "forged"</script>').first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_a_plot_is_inside_it_and_readable(
    page: Page, pages: dict[str, Path], scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(pages["40"].as_uri())
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        outside = page.evaluate(
            """[...document.querySelectorAll('.plot svg')].flatMap(svg => {
              const frame = svg.getBoundingClientRect()
              return [...svg.querySelectorAll('text')].filter(each => {
                const box = each.getBoundingClientRect()
                return box.left < frame.left - 1 || box.right > frame.right + 1
                  || box.top < frame.top - 1 || box.bottom > frame.bottom + 1 || box.height < 9
              }).map(each => each.textContent)
            })"""
        )
        assert outside == []


def test_plots_differ_in_light_and_dark(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["40"].as_uri())
    inks = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        text = page.locator(".plot text").first
        inks.add(text.evaluate("each => getComputedStyle(each).fill"))
    assert len(inks) == 2


def test_a_table_stays_a_table_for_screen_readers_on_a_phone(
    page: Page, pages: dict[str, Path]
) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(pages["40"].as_uri())
    table = page.get_by_role("table", name="Points per exercise")
    assert table.get_by_role("row").count() == 4
    assert table.get_by_role("columnheader").all_inner_texts()[:2] == ["Exercise", "Mean"]
    assert table.get_by_role("rowheader").all_inner_texts() == ["double", "triple", "train"]
    first = table.get_by_role("cell").first
    assert first.evaluate("each => getComputedStyle(each, '::before').content").startswith('"Mean')


def test_links_lead_to_the_parts(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["40"].as_uri())
    for link in page.get_by_role("navigation").get_by_role("link").all():
        link.click()
        target = page.locator(":target")
        assert target.inner_text() == link.inner_text()


def test_all_is_printed_what_is_folded_too(page: Page, pages: dict[str, Path]) -> None:
    page.goto(pages["2"].as_uri())
    row = page.get_by_role("rowheader", name="student-001", include_hidden=True)
    assert not row.is_visible()
    page.emulate_media(media="print")
    assert row.is_visible()
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", printed)) < 12


def test_the_page_of_a_large_class_is_small(course: Assignment) -> None:
    text = render_page(report_on(class_of_size(course, 400), made_report(course, 0).made))
    assert len(text) < 500_000
