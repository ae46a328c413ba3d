"""Makes commands start and end quickly, by skipping work that no command needs."""

from __future__ import annotations

import gc
import sys

LIVING_OBJECTS = 100_000


def start_quickly() -> None:
    """Prepare for the imports that take seconds.

    Imports create many lasting objects, and garbage collection after every 700 of them would scan
    them again and again. In addition jsonschema, which nbformat imports, looks for a parser of
    international addresses that takes a second to build its grammar. No notebook's schema needs it,
    and jsonschema works without it.
    """
    gc.set_threshold(LIVING_OBJECTS, 50, 100)
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def end_quickly() -> None:
    """Leave living objects to the operating system at the end."""
    gc.freeze()
