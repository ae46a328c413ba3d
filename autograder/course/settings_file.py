"""A settings file as messages name it: with the line of a key."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEADER = re.compile(r"\s*\[+\s*([^\]\s]+)")


@dataclass(frozen=True)
class SettingsFile:
    """A file in TOML: its name in messages, and its text if lines are wanted."""

    name: str
    text: str = ""

    def at(self, key: str, section: str = "") -> str:
        """The place of a key, or of the section of that name: the file, and the line if found.

        Args:
            key: the key.
            section: where it stands, as in "training.digits"; "" at the top.
        """
        current = ""
        wanted = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]")
        whole = f"{section}.{key}".strip(".")
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := _HEADER.match(line):
                current = header[1]
            is_section = header and (current == whole or current.startswith(f"{whole}."))
            if is_section or (current == section and wanted.match(line)):
                return f"{self.name}, line {number}"
        return self.name
