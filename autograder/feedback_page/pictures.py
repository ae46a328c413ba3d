"""Pictures of a page: those of counterexamples, and the numbers of a training's plot.

A picture stands in the page as an `<img>` with a `data:` address. Browsers run no script in such a
picture and load nothing for it.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Mapping
from typing import Any

from autograder.feedback_page.views import Picture, Training
from convgrade.safe_text import plain

MOST_BYTES = 200_000
_SVG = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<svg[\s>]")
AXIS_STEP = 0.1
"""The axis of a training's plot begins at a multiple of this share."""


def picture(svg: str, alt: str) -> Picture | None:
    """An SVG as a picture of the page; None if there is none, or it is not one, or too large."""
    content = svg.encode("utf-8", "replace")
    if not _SVG.match(svg) or len(content) > MOST_BYTES:
        return None
    address = "data:image/svg+xml;base64," + base64.b64encode(content).decode()
    return Picture(address, plain(alt, lines=False) or "The input, as a picture.")


def training(record: Mapping[str, Any]) -> Training | None:
    """The plot of a test's training, with its sentence; None if no run has an accuracy."""
    accuracies = tuple(
        float(each) for each in record["accuracies"] if each is not None and math.isfinite(each)
    )
    threshold = float(record["threshold"])
    if not accuracies:
        return None
    lowest = min(*accuracies, threshold)
    least = max(0.0, math.floor((lowest - 0.02) / AXIS_STEP) * AXIS_STEP)
    return Training(_words(record["dataset"], accuracies, threshold), accuracies, threshold, least)


def _words(dataset: str, accuracies: tuple[float, ...], threshold: float) -> str:
    runs = ", ".join(f"{each:.1%}" for each in accuracies)
    middle = " (the middle one counts)" if len(accuracies) > 1 else ""
    return (
        f"Trained on {dataset}: {runs} of unseen images right{middle}; "
        f"asked for: at least {threshold:.1%}."
    )
