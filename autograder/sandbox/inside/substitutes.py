"""Opens another file in place of some, where no mount can do that.

This is for honest code only, which finds usable content. Landlock keeps the files themselves from
being read, whatever student code does to this.
"""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Sequence
from typing import Any


def open_instead(substitutes: Sequence[tuple[str, str]]) -> None:
    """From now on `open` opens the second file of each pair where the first is named."""
    others = dict(substitutes)
    plain_open = io.open

    def open_(file: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(file, str | os.PathLike):
            file = others.get(os.path.abspath(os.fspath(file)), file)
        return plain_open(file, *args, **kwargs)

    builtins.open = io.open = open_
