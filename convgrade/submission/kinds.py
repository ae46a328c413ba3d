"""Determines what kind of file something is by its content, and decodes its text."""

from __future__ import annotations

import codecs
import re

from convgrade.errors import SubmissionRejected

_SIGNATURES = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\xd0\xcf\x11\xe0", "an old Microsoft Office document"),
    (b"{\\rtf", "a rich-text document (RTF)"),
    (b"SQLite format 3", "a database (SQLite)"),
    (b"\x00\x05\x16\x07", "a file in which macOS keeps a file's attributes"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"bplist", "a property list of macOS"),
    (b"\x93NUMPY", "an array of NumPy"),
    (b"\x89HDF", "data (HDF5)"),
)
_INSIDE_ZIP = (
    (b"word/", "a Word document"),
    (b"xl/", "an Excel table"),
    (b"ppt/", "a PowerPoint presentation"),
    (b"vnd.oasis.opendocument", "an OpenDocument file"),
)
_TEXTS = (
    (re.compile(r"\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE), "an HTML page"),
    (re.compile(r"\s*<\?xml"), "an XML document"),
    (re.compile(r"version https://git-lfs\.github\.com/spec"), "a git-lfs pointer"),
    (re.compile(r"\[InternetShortcut\]|\s*\{\s*\"(?:url|doc_id)\"\s*:"), "a link to a document"),
)
_CONFLICT = re.compile(r"^<{7}(?: |$)", re.MULTILINE)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def foreign(start: bytes) -> str:
    """Name a file that is no notebook, no Python and no zip of them; "" for the others.

    Args:
        start: the first bytes of the file.
    """
    for signature, name in _SIGNATURES:
        if start.startswith(signature):
            return name
    if is_zip(start):
        return next((name for part, name in _INSIDE_ZIP if part in start), "")
    text = start[:1000].decode("utf-8", "replace").lstrip("\ufeff")
    return next((name for pattern, name in _TEXTS if pattern.match(text)), "")


def is_zip(start: bytes) -> bool:
    """Whether these first bytes are those of a zip archive."""
    return start.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def require_known_kind(start: bytes) -> None:
    """Refuse a file of another kind, and name that kind.

    Args:
        start: the first bytes of the file.

    Raises:
        SubmissionRejected: the file is of another kind.
    """
    if name := foreign(start):
        advice = "open it in JupyterLab and hand in the notebook (.ipynb) itself"
        if name == "a git-lfs pointer":
            advice = "run `git lfs pull` and hand in the notebook itself"
        if "archive" in name:
            advice = "hand in the notebook itself, or a zip"
        raise SubmissionRejected(f"The file is {name} and not a notebook: {advice}.")


def decoded(raw: bytes) -> tuple[str, str]:
    """Decode bytes to text.

    Returns:
        The text with line feeds as line ends, and the name of its encoding if it is not UTF-8.

    Raises:
        SubmissionRejected: the bytes are not text.
    """
    text, encoding = _decoded(raw)
    if _NOT_TEXT.search(text):
        raise SubmissionRejected("The file is not UTF-8 text; it holds bytes that no text has.")
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def _decoded(raw: bytes) -> tuple[str, str]:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if raw.startswith(mark):
            try:
                return raw.decode(encoding), "" if encoding == "utf-8-sig" else "UTF-16"
            except UnicodeDecodeError:
                break
    if raw[1:40:2].count(0) > len(raw[1:40:2]) * 0.8:
        return raw.decode("utf-16-le", "replace"), "UTF-16"
    if raw[:40:2].count(0) > len(raw[:40:2]) * 0.8:
        return raw.decode("utf-16-be", "replace"), "UTF-16"
    try:
        return raw.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        if b"\x00" in raw:
            raise SubmissionRejected(
                f"The file is not UTF-8 text (at byte {error.start})."
            ) from None
        try:
            return raw.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError:
            return raw.decode("latin-1"), "Latin-1"


def conflict_line(text: str) -> int:
    """Return the number of the first line with a conflict marker of Git; 0 if there is none."""
    match = _CONFLICT.search(text)
    return 0 if match is None else 1 + text.count("\n", 0, match.start())


def looks_like_json(text: str) -> bool:
    """Whether a text begins like a JSON object or list."""
    return text.lstrip()[:1] in ("{", "[")
