"""Where a name stands in files: searched as bytes, in the ways in which formats write it."""

from __future__ import annotations

import html
import json
import mmap
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

LEFT_OUT = frozenset({".git", ".venv", "__pycache__", "node_modules"})
"""Folders that are not searched: history, libraries."""


def pattern(name: str) -> re.Pattern[bytes]:
    """A pattern that finds a name as a whole word, also as JSON, HTML or an address write it."""
    forms = {unicodedata.normalize(form, name) for form in ("NFC", "NFD")} | {name}
    written = {
        text
        for form in forms
        for text in (form, json.dumps(form)[1:-1], html.escape(form), quote(form))
    }
    words = b"|".join(re.escape(text.encode("utf-8", "surrogatepass")) for text in sorted(written))
    return re.compile(rb"(?<![A-Za-z0-9_\x80-\xff])(?:" + words + rb")(?![A-Za-z0-9_\x80-\xff])")


def mentioning(root: Path, name: str) -> Iterator[Path]:
    """Yield the plain files and folders below `root` whose name or content has this name.

    Compressed files are not looked into. What cannot be read is left out.
    """
    wanted = pattern(name)
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - LEFT_OUT)
        for each in folders:
            if wanted.search(os.fsencode(each)):
                yield Path(folder, each)
        for each in sorted(files):
            path = Path(folder, each)
            if wanted.search(os.fsencode(each)) or _holds(path, wanted):
                yield path


def _holds(path: Path, wanted: re.Pattern[bytes]) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return wanted.search(data) is not None
    except (OSError, ValueError):  # an empty file cannot be mapped
        return False
