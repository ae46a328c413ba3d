"""Makes commands start and end quickly: what Python and libraries do that no command needs."""

from __future__ import annotations

import gc
import sys

LIVING_OBJECTS = 100_000


def start_quickly() -> None:
    """Before the imports that take seconds.

    Imports make many objects that stay, which collecting garbage every 700 would walk again and
    again. And jsonschema, which nbformat imports, looks for a parser of international addresses
    that takes a second to build its grammar; no notebook's schema asks for one, and jsonschema
    does without where it is not installed.
    """
    gc.set_threshold(LIVING_OBJECTS, 50, 100)
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def end_quickly() -> None:
    """At the end: what still lives is left to the operating system."""
    gc.freeze()
