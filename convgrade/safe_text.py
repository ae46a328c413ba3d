"""Makes text from a student safe to show, in any output."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

ANSI_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\n]*?(?:\x07|\x1b\\|(?=\n)|\Z)|[@-_]|[ -/]+[0-~])"
)
"""One that is not closed ends with its line: it must not hide what follows."""
MOST_LINES = 20
MOST_CHARACTERS = 2000
MOST_SENTENCES = 10
LONGEST_SENTENCE = 400


def plain(text: str, *, lines: bool = True) -> str:
    """`text` without terminal sequences and without control, formatting and surrogate characters.

    Newlines and tabs are kept, or become spaces if `lines` is false.
    """
    text = ANSI_SEQUENCE.sub("", text.replace("\r\n", "\n"))
    kept = text if _is_printable(text) else "".join(filter(_is_kept, text))
    return kept if lines else " ".join(kept.split())


def _is_printable(text: str) -> bool:
    """Whether Python calls all but newlines and tabs printable, which includes that all is kept."""
    return text.replace("\n", "").replace("\t", "").isprintable()


def _is_kept(character: str) -> bool:
    return character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs")


def shortened(text: str, width: int) -> str:
    """One plain line of at most `width` characters."""
    line = plain(text[: 4 * width + 400], lines=False)
    if len(line) <= width:
        return line
    return line[: max(width - 1, 0)].rstrip() + "…"


def bounded(text: str, lines: int = MOST_LINES, characters: int = MOST_CHARACTERS) -> str:
    """The beginning of a text, and how much is left out, so that no submission fills a log."""
    kept = text[:characters].splitlines()[:lines]
    beginning = "\n".join(kept)
    left = len(text) - len(beginning)
    return beginning if left <= len(kept) else f"{beginning}\n… ({left} more characters)"


def sentences(found: Sequence[str], most: int = MOST_SENTENCES) -> list[str]:
    """The first `most` sentences, each in one line, and how many more there are."""
    shown = [shortened(each, LONGEST_SENTENCE) for each in found[:most]]
    return shown if len(found) <= most else [*shown, f"And {len(found) - most} more."]


def log_safe(text: str) -> str:
    """Plain text that no CI service reads as a command in its log, even if lines are wrapped."""
    text = re.sub(r":(?=:)", ": ", plain(text))
    return re.sub(r"#(?=#)", "# ", text)


def json_log_safe(document: str) -> str:
    """A JSON document of the same content that contains no CI command if it is printed to a log."""
    document = re.sub(r":(?=:)", r"\\u003a", document)
    return re.sub(r"#(?=#)", r"\\u0023", document)


def xml_log_safe(document: str) -> str:
    """An XML document of the same content that contains no CI command if it is printed to a log."""
    document = re.sub(r":(?=:)", "&#58;", document)
    return re.sub(r"#(?=#)", "&#35;", document)
