"""Keeps plain pictures in a student's text, and makes references to other pictures harmless.

A reference without its picture would stop nbgrader's feedback. A picture is kept only if its first
bytes confirm its type, and never if it could contain a script.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from urllib.parse import unquote

MAX_PICTURES = 20
MAX_PICTURE = 4 * 2**20
MAX_TOTAL = 12 * 2**20

_REFERENCE = re.compile(
    r"attachment(?:\\*:|&colon;)((?:[^\s()\"'<>\\]|\([^\s()]{0,80}\))*)", re.IGNORECASE
)
_INVISIBLE = "\u200b"
_SIGNATURES = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}


def kept(
    text: str, attachments: Mapping[str, Mapping[str, str]]
) -> tuple[str, dict[str, dict[str, str]]]:
    """Return a Markdown text and the pictures that it shows, under names that every program can
    read.
    """
    found: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}
    total = 0

    def named(match: re.Match[str]) -> str:
        nonlocal total
        said = match.group(1)
        name = next((n for n in (said, unquote(said)) if n in attachments), None)
        if name is not None and name not in names and len(found) < MAX_PICTURES:
            picture = _picture(attachments[name])
            size = sum(map(len, picture.values()))
            if picture and total + size <= MAX_TOTAL * 4 // 3:
                total += size
                is_plain = re.fullmatch(r"[\w.-]{1,80}", name)
                names[name] = name if is_plain else _plain_name(picture, found)
                found[names[name]] = picture
        if name in names:
            return f"attachment:{names[name]}"
        return f"{match.group()[:10]}{_INVISIBLE}{match.group()[10:]}"

    return _REFERENCE.sub(named, text), found


def _plain_name(picture: Mapping[str, str], taken: Mapping[str, object]) -> str:
    suffix = next(iter(picture)).removeprefix("image/")
    return f"picture-{len(taken) + 1}.{suffix}"


def _picture(versions: Mapping[str, str]) -> dict[str, str]:
    """The first valid version of a picture; empty if there is none."""
    for kind, signature in _SIGNATURES.items():
        content = versions.get(kind)
        if content is None or len(content) > MAX_PICTURE * 3 // 2:
            continue
        try:
            raw = base64.b64decode("".join(content.split()), validate=True)
        except (binascii.Error, ValueError):
            continue
        if raw.startswith(signature) and len(raw) <= MAX_PICTURE:
            return {kind: base64.b64encode(raw).decode()}
    return {}
