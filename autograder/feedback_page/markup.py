"""Turns code and Markdown into HTML in which nothing can run and nothing is loaded.

Both are written by students. HTML in them is shown as text. No element gets an id, so that none can
take the place of a part of the page.
"""

from __future__ import annotations

import html
import keyword
import re
from collections.abc import Mapping
from typing import Any

from mistune.plugins.formatting import strikethrough
from mistune.plugins.table import table
from mistune.plugins.url import url
from mistune.util import safe_entity, striptags
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from convgrade.safe_text import bounded, plain
from convgrade.submission.blocks import tokens

MOST_LINES = 300
MOST_CHARACTERS = 20_000
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")

_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_ADDRESS = re.compile(r"https?://|mailto:", re.IGNORECASE)
_KEYWORD = re.compile(rf"\b(?:{'|'.join(keyword.kwlist)})\b")


def code_html(source: str, marked: str = "") -> str:
    """Python code as one element for each line; keywords in `<b>`, texts and comments in `<i>`.

    Args:
        source: the code. What is beyond `MOST_LINES` and `MOST_CHARACTERS` is left out.
        marked: a line to mark, without its indentation; "" for none.
    """
    text = bounded(plain(source).strip("\n"), MOST_LINES, MOST_CHARACTERS)
    wanted = marked.strip()
    tags = ["mark" if wanted and line.strip() == wanted else "span" for line in text.split("\n")]
    lines = zip(tags, _marked_up(text).split("\n"), strict=True)
    return "".join(f"<{tag}>{line}\n</{tag}>" for tag, line in lines)


def text_html(source: str, attachments: Mapping[str, Any] | None = None, heading: int = 5) -> str:
    """Markdown as HTML.

    Args:
        source: the text. What is beyond `MOST_CHARACTERS` is left out.
        attachments: its pictures, as in a notebook's cell.
        heading: the level that all its headings get.
    """
    text = bounded(plain(source), MOST_CHARACTERS, MOST_CHARACTERS)
    renderer = _SafeRenderer(attachments or {}, heading)
    return str(MarkdownWithMath(renderer, plugins=[strikethrough, table, url]).render(text))


def cell_html(cell: Mapping[str, Any], heading: int = 5) -> str:
    """A cell of a notebook as HTML: code with numbered lines, or Markdown with its pictures."""
    if cell["cell_type"] == "code":
        return f'<pre class="code"><code>{code_html(cell["source"])}</code></pre>'
    return text_html(cell["source"], cell.get("attachments", {}), heading)


def inline_html(source: str) -> str:
    """One line of Markdown as HTML, without a paragraph around it."""
    return text_html(source).strip().removeprefix("<p>").removesuffix("</p>")


class _SafeRenderer(IPythonRenderer):  # type: ignore[misc]  # nbconvert is untyped
    """Shows HTML as text, links only to web and mail, and no picture but the attached ones."""

    def __init__(self, attachments: Mapping[str, Any], heading: int) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False, attachments=attachments)
        self.level = heading

    def heading(self, text: str, level: int, **_: Any) -> str:
        return f"<h{self.level}>{text or '…'}</h{self.level}>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if not _ADDRESS.match(url):
            return text or html.escape(url)
        shown = text.strip() or html.escape(url)
        return f'<a href="{html.escape(url)}" rel="nofollow noopener noreferrer">{shown}</a>'

    def image(self, text: str, url: str, title: str | None = None) -> str:
        address = _attached(self.attachments.get(url.removeprefix("attachment:"), {}))
        said = safe_entity(striptags(text)).strip()
        if not address:
            return f"[picture: {said}]" if said else "[picture]"
        return f'<img src="{address}" alt="{said or "picture in this text"}">'

    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre><code>{html.escape(code)}</code></pre>\n"

    def block_math(self, body: str) -> str:
        return f"<p><code>{html.escape(body.strip())}</code></p>\n"

    def inline_math(self, body: str) -> str:
        return f"<code>{html.escape(body.strip())}</code>"

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(body)

    def table_cell(self, text: str, align: str | None = None, head: bool = False, **_: Any) -> str:
        tag = "th" if head and text.strip() else "td"
        return f"<{tag}>{text}</{tag}>\n"


def _attached(versions: Mapping[str, Any]) -> str:
    """The address of an attached picture; "" if there is none of a known type."""
    for kind in PICTURES:
        content = versions.get(kind)
        if isinstance(content, str) and _BASE64.fullmatch(content):
            return f"data:{kind};base64,{''.join(content.split())}"
    return ""


def _marked_up(source: str) -> str:
    """Python code with its keywords in `<b>` and its texts and comments in `<i>`, line by line."""
    parts: list[str] = []
    position = 0
    for kind, start, end in tokens(source):
        if kind in ("quotes", "string", "comment"):
            parts.append(_keywords(source[position:start]))
            lines = html.escape(source[start:end], quote=False).split("\n")
            parts.append("\n".join(f"<i>{line}</i>" if line else "" for line in lines))
            position = end
    return "".join([*parts, _keywords(source[position:])])


def _keywords(code: str) -> str:
    return _KEYWORD.sub(r"<b>\g<0></b>", html.escape(code, quote=False))
