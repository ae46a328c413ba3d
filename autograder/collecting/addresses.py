"""Where a roster says that a repository is: which addresses are used, and how they are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from autograder.errors import CourseError

SCHEMES = ("https", "http", "ssh", "git", "file")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")
_SSH = re.compile(r"[^/\s:]+:(?!/)\S+")
_PASSWORD = re.compile(r"(?<=://)[^/@\s]+@")


@dataclass(frozen=True)
class Address:
    """A repository on a server (`url`), or in a folder of this machine (`folder`)."""

    url: str
    folder: Path | None = None

    @property
    def shown(self) -> str:
        """The address without a name and password."""
        return without_password(self.url)


def without_password(text: str) -> str:
    """The text without the names and passwords in addresses."""
    return _PASSWORD.sub("", text)


def read_address(text: str, base: Path) -> Address:
    """Read an address.

    Args:
        text: a URL of https, http, ssh, git or file, `user@host:path`, or a path.
        base: the folder at which a relative path starts.

    Raises:
        CourseError: it is no address, or git would run a program for it.
    """
    shown = without_password(text)[:200]
    if not text or text.startswith("-") or not text.isprintable():
        raise CourseError(f"{shown!r} is no address of a repository")
    if _HELPER.match(text):
        raise CourseError(f"{shown!r} names a program to run: use https, ssh, git or a folder")
    if found := _SCHEME.fullmatch(text):
        scheme, rest = found.group(1).lower(), found.group(2)
        if scheme not in SCHEMES or not rest or rest.startswith("-"):
            raise CourseError(f"{shown!r} is no address of {', '.join(SCHEMES)}")
        if scheme == "file":
            path = unquote(rest.removeprefix("localhost"))
            if "\0" in path:
                raise CourseError(f"{shown!r} is no address of a repository")
            return Address(text, Path("/" + path.lstrip("/")))
        return Address(text)
    if _SSH.fullmatch(text):
        return Address(text)
    return Address(text, base / text)
