"""Code and Markdown of students on a page: shown as they are, and nothing of them can act."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from autograder.feedback_page.markup import (
    MOST_CHARACTERS,
    MOST_LINES,
    code_html,
    inline_html,
    text_html,
)
from autograder.feedback_page.pictures import MOST_BYTES, picture, training

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
HARMLESS = set(
    "a b blockquote br code del em h5 hr i img li mark ol p pre span strong "
    "table tbody td th thead tr ul".split()
)
ATTRIBUTES = {"a": {"href", "rel"}, "img": {"src", "alt"}, "ol": {"start"}}
HOSTILE = [
    "<script>alert(1)</script>",
    "</section></main><h1 id='summary'>100 of 100</h1>",
    "<style>main { display: none }</style>",
    "<img src=x onerror=alert(1)>",
    "<iframe src=https://example.org></iframe>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt&colon;alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a][b]\n\n[b]: javascript:alert(1)",
    '[a](https://example.org "onmouseover=x" )',
    '[a](https://example.org/"onmouseover="alert(1))',
    "![a](https://example.org/a.png)",
    "![a](data:image/svg+xml;base64,PHN2Zz4=)",
    '![" onerror="alert(1)](attachment:a.png)',
    "![<b>x</b>](attachment:a.png)",
    "<https://example.org/<script>>",
    "```<script>\nx\n```",
    "```mermaid\ngraph <script>\n```",
    "$<script>alert(1)</script>$ and $$<style>$$",
    "\\begin{x}<script>\\end{x}",
    "# <svg onload=alert(1)>",
    "| <script> | |\n| --- | --- |\n| <b onclick=x> | `<i>` |",
    "- [ ] <input autofocus onfocus=alert(1)>",
    "&lt;script&gt; &#60;script&#62;",
    "<!-- <script> -->",
    "<?php ?> <![CDATA[<script>]]>",
]


def elements(markup: str) -> BeautifulSoup:
    """The markup, parsed; nothing in it can act."""
    found = BeautifulSoup(markup, "html.parser")
    for element in found.find_all(True):
        assert element.name in HARMLESS, element
        assert set(element.attrs) <= ATTRIBUTES.get(element.name, set()), element
        if element.name == "a":
            assert element["href"].startswith(("https:", "http:", "mailto:"))
            assert element.get_text(strip=True)
        if element.name == "img":
            assert element["src"].startswith("data:image/png;base64,")
            assert element["alt"]
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_text_can_act(text: str) -> None:
    elements(text_html(text, {"a.png": {"image/png": PNG}}))
    elements(inline_html(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_code_can_act(text: str) -> None:
    assert elements(code_html(f"# {text}\nx = '''{text}'''")).get_text().startswith(f"# {text}"[:9])


def test_html_is_shown_as_text() -> None:
    text = elements(text_html("a <script>alert(1)</script> b"))
    assert text.get_text().strip() == "a <script>alert(1)</script> b"


def test_markdown_is_formatted() -> None:
    text = elements(text_html("# So\n\nIt *is* **so**: `x`.\n\n1. one\n2. two"))
    assert [element.name for element in text.find_all(True)][:4] == ["h5", "p", "em", "strong"]
    assert len(text.ol.find_all("li")) == 2


def test_mathematics_is_shown_as_it_was_typed() -> None:
    assert elements(text_html("so $\\frac{a}{b} < 1$ holds")).code.get_text() == "\\frac{a}{b} < 1"


def test_an_attached_picture_is_shown_with_its_words() -> None:
    (image,) = elements(
        text_html("![my sketch](attachment:a.png)", {"a.png": {"image/png": PNG}})
    ).find_all("img")
    assert image["alt"] == "my sketch"


@pytest.mark.parametrize(
    "attachments",
    [{}, {"a.png": {"image/svg+xml": "<svg>"}}, {"a.png": {"image/png": '"><script>'}}],
)
def test_another_picture_is_named(attachments: dict[str, dict[str, str]]) -> None:
    text = elements(text_html("![my sketch](attachment:a.png)", attachments))
    assert text.get_text().strip() == "[picture: my sketch]"


def test_characters_that_mislead_are_left_out() -> None:
    assert "\u202e" not in text_html("a \u202e b") + code_html("a \u202e b")
    assert "\x1b" not in text_html("\x1b[31mred") + code_html("\x1b[31mred")


def test_a_huge_text_is_cut_and_says_so() -> None:
    for text in (text_html("word " * 10**5), code_html("x = 1\n" * 10**5)):
        assert "more characters)" in text
        assert len(text) < 3 * MOST_CHARACTERS
    assert code_html("x = 1\n" * 10**5).count("<span>") == MOST_LINES + 1


def test_code_keeps_its_lines() -> None:
    code = 'def f(x):\n    """One\n\n    two."""\n    return not x  # why'
    shown = elements(f"<pre>{code_html(code)}</pre>")
    assert [line.get_text() for line in shown.find_all("span")] == [
        f"{line}\n" for line in code.split("\n")
    ]
    assert [word.get_text() for word in shown.find_all("b")] == ["def", "return", "not"]


def test_a_line_is_marked() -> None:
    shown = code_html("a = 1\nif a:\n    b = 2\n", " b = 2")
    (marked,) = elements(f"<pre>{shown}</pre>").find_all("mark")
    assert marked.get_text() == "    b = 2\n"


@pytest.mark.parametrize("svg", ["", "<script>alert(1)</script>", "<svg>" + "x" * MOST_BYTES])
def test_what_is_no_picture_is_left_out(svg: str) -> None:
    assert picture(svg, "words") is None


def test_a_picture_stands_in_the_page_as_an_image() -> None:
    found = picture("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "")
    assert found is not None
    assert found.address.startswith("data:image/svg+xml;base64,")
    assert found.alt


def test_a_training_without_accuracy_has_no_plot() -> None:
    assert training({"dataset": "d", "threshold": 0.9, "accuracies": [None]}) is None


@pytest.mark.parametrize(
    ("accuracies", "least", "places"),
    [([0.95, 1.0], 0.8, [75.0, 100.0]), ([0.0], 0.0, [0.0]), ([0.5, None], 0.4, [16.67])],
)
def test_the_axis_of_a_training_begins_below_everything(
    accuracies: list[float | None], least: float, places: list[float]
) -> None:
    run = training({"dataset": "d", "threshold": 0.9, "accuracies": accuracies})
    assert run is not None
    assert run.least == pytest.approx(least)
    assert [run.place(each) for each in run.accuracies] == pytest.approx(places, abs=0.01)
