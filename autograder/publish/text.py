"""Makes text that came from a student safe to show; knows nothing of where it is shown."""

from __future__ import annotations

import re
import unicodedata

ANSI_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\|$)|[@-_]|[ -/]+[0-~])", re.DOTALL
)


def plain(text: str, *, lines: bool = True) -> str:
    """`text` without terminal sequences, control, formatting and surrogate characters.

    Newlines and tabs are kept, or become spaces where `lines` is false.
    """
    text = ANSI_SEQUENCE.sub("", text.replace("\r\n", "\n"))
    kept = "".join(
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )
    return kept if lines else " ".join(kept.split())


def shortened(text: str, width: int) -> str:
    """One plain line of at most `width` characters."""
    line = plain(text, lines=False)
    if len(line) <= width:
        return line
    return line[: max(width - 1, 0)].rstrip() + "…"


def log_safe(text: str) -> str:
    """Plain text that no CI service takes for a command in its log, however lines are wrapped."""
    text = re.sub(r":(?=:)", ": ", plain(text))
    return re.sub(r"#(?=#\[|#vso\[)", "# ", text)
