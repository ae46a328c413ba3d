"""Summaries in Markdown, rendered in GitHub's dialect: text of students makes no markup."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lxml import html
from markdown_it import MarkdownIt
from published_results import EXAMPLE, HOSTILE, every_kind, exercise, graded, hostile, one_test

from autograder.publish import markdown

KINDS = every_kind()
RENDERER = MarkdownIt("gfm-like", {"linkify": False}).enable(["table", "strikethrough"])
TRICKS = (
    HOSTILE,
    "| a | b |\n| --- | --- |\n| c | d |",
    "</td></tr></table><img src=x onerror=alert(1)>",
    "[text]: http://evil.example\n[text]",
    "# heading\n===\n---\n> quote\n1. one\n- two\n    code",
    "```\nfence\n~~~",
    "\\*\\_\\`",
    "&lt;script&gt; &#42;b&#42;",
    "<!-- comment -->",
    "[^1] [x](javascript:alert(1)) <http://evil.example> www.evil.example a@b.example",
    "a\u2028b\u2029c\x85d\x0be",
)


def rendered(*results: Any) -> html.HtmlElement:
    return html.fromstring(f"<div>{RENDERER.render(markdown.dumps(results))}</div>")


def tags(page: html.HtmlElement) -> set[str]:
    return {str(each.tag) for each in page.iter()}


PLAIN = tags(rendered(hostile("text")))


@pytest.mark.parametrize("text", TRICKS)
def test_hostile_text_brings_no_element_that_plain_text_does_not(text: str) -> None:
    page = rendered(hostile(text))
    assert tags(page) <= PLAIN
    assert "a" not in PLAIN
    assert [each.attrib for each in page.iter() if set(each.attrib) - {"class", "style"}] == []


@pytest.mark.parametrize("text", TRICKS)
def test_hostile_text_changes_no_structure(text: str) -> None:
    for tag in ("tr", "h3", "table"):
        assert len(list(rendered(hostile(text)).iter(tag))) == len(
            list(rendered(hostile("text")).iter(tag))
        )


def test_text_is_shown_as_it_is() -> None:
    shown = rendered(graded(exercise(one_test(message="1 * 2 < 3 & `a_b` | #4"))))
    assert "1 * 2 < 3 & `a_b` | #4" in shown.text_content()


def test_the_table_has_a_row_for_each_exercise_with_its_points() -> None:
    page = rendered(graded(exercise(one_test()), replace(exercise(one_test()), name="pad_2d")))
    rows = [[cell.text_content() for cell in row] for row in page.iter("tr")]
    assert rows == [
        ["exercise", "points", "outcome"],
        ["size", "1 / 3", "failed"],
        ["pad_2d", "1 / 3", "failed"],
    ]


def test_a_class_begins_with_a_table_of_its_students() -> None:
    page = rendered(
        KINDS["advice"],
        replace(KINDS["rejected"], student="ben"),
        replace(KINDS["fault of a suite"], student="c|y"),
    )
    first = next(page.iter("table"))
    rows = [[cell.text_content() for cell in row] for row in first.iter("tr")]
    assert rows[1:] == [
        ["ada", "1 / 3", "graded"],
        ["ben", "0 / 3", "rejected"],
        ["c|y", "none", "grader error"],
    ]
    assert [each.text_content() for each in page.iter("h3")] == [
        "edges, ada",
        "edges, ben",
        "edges, c|y",
    ]


def test_code_of_a_counterexample_is_one_block() -> None:
    example = replace(EXAMPLE, code="x = '```'\n# <b>\n| a |")
    (block,) = rendered(graded(exercise(one_test(counterexample=example)))).iter("pre")
    assert block.text_content().strip() == example.code


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_result_is_rendered(kind: str) -> None:
    page = rendered(KINDS[kind])
    assert len(list(page.iter("h3"))) == 1


def test_without_limit_nothing_is_left_out() -> None:
    many = [replace(KINDS["advice"], student=f"s{number}") for number in range(40)]
    assert markdown.dumps(many).count("### ") == 40
    assert "left out" not in markdown.dumps(many)
