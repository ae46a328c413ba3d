"""Every page of ours is accessible, and docs/accessibility.md claims nothing that is refuted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from accessible_pages import (
    Shown,
    audit_pages,
    feedback_pages,
    in_formgrader,
    marking_pages,
    notebook_pages,
    report_pages,
)
from playwright.sync_api import Browser, Page
from scanning import TAGS, Scan, axe, scan
from wcag import NAMES, claims, criteria_of, refuted

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "accessibility.md"
TESTS = {
    name
    for file in Path(__file__).parent.glob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
}
AT_AA = {"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"}
FAULTY = """
<!DOCTYPE html><title>Page</title>
<style>
  .good { color: green; transition: color 1s } a { outline: none; font-size: 10px }
  textarea { border: 1px solid #eeeeee } p { width: 100vw; height: 1em; overflow: hidden }
</style>
<h1>A page</h1><h3>Too low</h3><b class="good">✓</b><textarea></textarea>
<p><a href="#x" tabindex="2">last</a></p><p><a href="#y" tabindex="1">first</a></p>
<p style="width: 2000px">A text that is wider than any window, and that is cut off below.</p>
<button onkeydown="event.preventDefault()">A trap</button><button>Never reached</button>
"""
"""A page on which each check of `scan` has something to say."""


@pytest.fixture(scope="module")
def scans(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> list[Scan]:
    """What was found on every page of ours. This is the list of them."""
    folder = tmp_path_factory.mktemp("pages")
    with marking_pages(folder) as marking:
        pages = [
            *feedback_pages(folder),
            *report_pages(folder),
            *audit_pages(folder),
            *marking,
            in_formgrader(folder),
            *notebook_pages(folder),
        ]
        return [scan(browser, shown) for shown in pages]


def complaints(scans: list[Scan], check: str) -> list[str]:
    return [
        f"{scan.name}: {each}" for scan in scans for each in dict.fromkeys(scan.complaints[check])
    ]


@pytest.fixture(scope="module")
def whole(scans: list[Scan]) -> list[Scan]:
    """The pages that are ours from the first element to the last."""
    return [scan for scan in scans if scan.complaints]


def answers(scans: list[Scan]) -> dict[str, list[dict[str, Any]]]:
    return {scan.name: scan.answers for scan in scans}


# -- the pages -------------------------------------------------------------------------------


def test_axe_finds_nothing_on_any_page(scans: list[Scan]) -> None:
    found = [
        (scan.name, rule["id"], rule["nodes"][0]["html"])
        for scan in scans
        for answer in scan.answers
        for rule in answer["violations"]
    ]
    assert found == []


def test_axe_has_looked_at_every_page(scans: list[Scan]) -> None:
    assert [scan.name for scan in scans if not any(each["passes"] for each in scan.answers)] == []
    assert len({scan.name for scan in scans}) == len(scans)


def test_nothing_scrolls_sideways_on_a_phone_or_enlarged_four_times(whole: list[Scan]) -> None:
    assert complaints(whole, "reflow") == []


def test_nothing_is_lost_with_text_twice_as_large(whole: list[Scan]) -> None:
    assert complaints(whole, "enlarged") == []


def test_nothing_is_lost_with_wide_spacing(whole: list[Scan]) -> None:
    assert complaints(whole, "spaced") == []


def test_tab_reaches_everything_and_leaves_the_page(whole: list[Scan]) -> None:
    assert complaints(whole, "keyboard") == []


def test_tab_goes_in_the_order_of_the_page(whole: list[Scan]) -> None:
    assert complaints(whole, "order") == []


def test_what_tab_reaches_is_in_view_with_a_line_around_it(whole: list[Scan]) -> None:
    assert complaints(whole, "focus") == []


def test_targets_are_24_pixels_or_stand_in_a_sentence(whole: list[Scan]) -> None:
    assert complaints(whole, "targets") == []


def test_pages_have_language_title_main_part_and_headings_in_order(whole: list[Scan]) -> None:
    assert complaints(whole, "structure") == []


def test_pages_have_no_script_no_media_no_movement_and_no_shortcut(whole: list[Scan]) -> None:
    assert complaints(whole, "limits") == []


def test_no_colour_says_what_no_word_says(whole: list[Scan]) -> None:
    assert complaints(whole, "colours alone") == []


def test_edges_bars_and_plots_stand_out(whole: list[Scan]) -> None:
    assert complaints(whole, "faint") == []


def test_each_of_these_checks_can_fail(browser: Browser) -> None:
    found = scan(browser, Shown("faulty", lambda page: page.set_content(FAULTY)))
    assert [check for check, said in found.complaints.items() if not said] == []


# -- the document ----------------------------------------------------------------------------


def test_the_document_claims_nothing_that_axe_refutes(scans: list[Scan]) -> None:
    found = refuted(DOCUMENT.read_text(encoding="utf-8"), answers(scans), TESTS)
    assert list(found) == []


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.mark.parametrize(
    ("fault", "criteria"),
    [
        ('<p style="color: #aaaaaa; background: #ffffff">Hardly to be seen.</p>', {"1.4.3"}),
        ('<input name="points">', {"4.1.2"}),
        ('<img src="data:,">', {"1.1.1"}),
    ],
)
def test_a_planted_fault_refutes_the_document(
    page: Page, scans: list[Scan], fault: str, criteria: set[str]
) -> None:
    page.set_content(f'<html lang="en"><title>Planted</title><main><h1>x</h1>{fault}</main>')
    document = DOCUMENT.read_text(encoding="utf-8")
    pages = {**answers(scans), "planted": [axe(page, TAGS)]}
    found = list(refuted(document, pages, TESTS))
    assert {each.split()[0] for each in found} == criteria
    assert all("does not hold" in each and "on planted" in each for each in found)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (r"\| 2\.4\.7 .*\n", "", "2.4.7 is missing"),
        (r"\| 2\.4\.7 ", "| 2.4.77 ", "2.4.77 is not AA Focus Visible"),
        (r"\| 2\.4\.7 ([^|]*)\| AA ", r"| 2.4.7 \1| A ", "2.4.7 is not A Focus Visible"),
        (r"(\| 2\.4\.7 .*\n)", r"\1\1", "2.4.7 is there twice"),
        (r"(\| 1\.4\.3 [^|]*\| AA \|) holds ", r"\1 does not apply ", "1.4.3 does apply"),
        (r"(\| 1\.4\.3 [^|]*\| AA \|) holds ", r"\1 nearly ", "1.4.3: 'nearly' is no verdict"),
        (r"`test_what_tab_reaches\w*`", "`test_nothing_of_it`", "there is no test_nothing_of_it"),
        (r"`color-contrast`", "`colour-contrast`", "axe has no rule colour-contrast"),
        (r"`color-contrast`", "`image-alt`", "1.4.3: image-alt says nothing about it"),
        (r"`link-name`; by reading", "by eye", "2.4.4: nothing says how it is checked"),
    ],
)
def test_a_wrong_row_is_refused(scans: list[Scan], old: str, new: str, said: str) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    changed = re.sub(old, new, document)
    assert changed != document
    assert any(said in each for each in refuted(changed, answers(scans), TESTS))


def test_there_are_55_criteria(scans: list[Scan]) -> None:
    levels = [name.split()[0] for name in NAMES.values()]
    assert (levels.count("A"), levels.count("AA")) == (31, 24)
    rules = [rule for answer in scans[0].answers for rule in answer["passes"]]
    known = [criteria_of(rule) for rule in rules if AT_AA & set(rule["tags"])]
    assert set().union(*known) <= set(NAMES)
    assert len(claims(DOCUMENT.read_text(encoding="utf-8"))) == len(NAMES)
