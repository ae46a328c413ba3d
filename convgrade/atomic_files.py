"""Replaces files in one step: a reader sees the old content or the new content, never a part."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from convgrade.os_errors import naming


@contextmanager
def replacing(path: Path, mode: int | None = None) -> Iterator[BinaryIO]:
    """Provide a new file, which replaces `path` after it has been written without an error.

    Missing folders are created. An OSError names `path`.

    Args:
        path: the file to replace.
        mode: its permissions; None for the usual ones of a new file.
    """
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}")
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                yield file
            if mode is not None:
                temporary.chmod(mode)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def write_text(path: Path, text: str, mode: int | None = None) -> None:
    """Replace a file by a text in UTF-8. Lone surrogates are written as escapes.

    Args:
        path: the file to replace.
        text: its new content.
        mode: its permissions; None for the usual ones of a new file.
    """
    with replacing(path, mode) as file:
        file.write(text.encode("utf-8", "backslashreplace"))
