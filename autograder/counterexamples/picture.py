"""Draws the input images of a counterexample, with the window of the wrong number outlined.

The picture holds numbers of the grader's own input and nothing of a student. It has a light
background of its own, so that it can be read on any page. The window is marked by a thick line and
bold numbers, not by colour alone.
"""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

CELL = 44
MARGIN = 10
CAPTION = 22
MOST_PLANES = 4
_STYLE = 'font-family="sans-serif" font-size="15"'


def picture(
    name: str, images: np.ndarray[Any, Any], cells: np.ndarray[Any, Any], index: tuple[int, ...]
) -> tuple[str, str]:
    """The SVG and the same in words; both empty if there is too much to draw.

    Args:
        name: the argument.
        images: shape (batch, height, width, channels).
        cells: booleans of the same shape: the window.
        index: of the wrong number in the answer.
    """
    planes = [
        (image, channel)
        for image in range(images.shape[0])
        for channel in range(images.shape[3])
        if cells[image, :, :, channel].any()
    ]
    if not planes or len(planes) > MOST_PLANES:
        return "", ""
    height, width = images.shape[1:3]
    parts, sentences = [], []
    top = MARGIN
    for image, channel in planes:
        caption = _caption(images, name, image, channel)
        values, window = images[image, :, :, channel], cells[image, :, :, channel]
        parts.append(f'<text x="{MARGIN}" y="{top + 14}" fill="#1a1a1a">{escape(caption)}</text>')
        parts += _plane(values, window, top + CAPTION)
        sentences.append(_words(caption, values, window))
        top += CAPTION + height * CELL + MARGIN
    alt = " ".join(
        [*sentences, f"The number at index {index} of the answer comes from this window."]
    )
    total_width = max(width * CELL, 7 * len(_caption(images, name, 0, 0)) + 20) + 2 * MARGIN
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {total_width} {top}" '
        f'width="{total_width}" height="{top}" {_STYLE}><title>{escape(alt)}</title>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'
    )
    return svg, alt


def _caption(images: np.ndarray[Any, Any], name: str, image: int, channel: int) -> str:
    parts = [name]
    if images.shape[0] > 1:
        parts.append(f"image {image}")
    if images.shape[3] > 1:
        parts.append(f"channel {channel}")
    return ", ".join(parts)


def _plane(values: np.ndarray[Any, Any], window: np.ndarray[Any, Any], top: int) -> list[str]:
    parts = []
    for (row, column), value in np.ndenumerate(values):
        x, y = MARGIN + column * CELL, top + row * CELL
        inside = bool(window[row, column])
        fill, weight = ("#fff0c2", "bold") if inside else ("#ffffff", "normal")
        parts.append(
            f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{fill}" '
            'stroke="#767676"/>'
            f'<text x="{x + CELL // 2}" y="{y + CELL // 2 + 5}" text-anchor="middle" '
            f'font-weight="{weight}" fill="#1a1a1a">{_text(value)}</text>'
        )
    parts.append(
        f'<path d="{_outline(window, top)}" fill="none" stroke="#1a1a1a" stroke-width="4"/>'
    )
    return parts


def _outline(window: np.ndarray[Any, Any], top: int) -> str:
    """The edges between cells of the window and others."""
    padded = np.pad(window, 1)
    edges = []
    for row, column in np.argwhere(window):
        x, y = MARGIN + column * CELL, top + row * CELL
        for other, edge in (
            ((row, column + 1), f"M{x} {y}h{CELL}"),
            ((row + 2, column + 1), f"M{x} {y + CELL}h{CELL}"),
            ((row + 1, column), f"M{x} {y}v{CELL}"),
            ((row + 1, column + 2), f"M{x + CELL} {y}v{CELL}"),
        ):
            if not padded[other]:
                edges.append(edge)
    return "".join(edges)


def _words(caption: str, values: np.ndarray[Any, Any], window: np.ndarray[Any, Any]) -> str:
    rows = "; ".join(", ".join(_text(value) for value in row) for row in values)
    places = np.argwhere(window)
    (first, left), (last, right) = places.min(axis=0), places.max(axis=0)
    covers = (last - first + 1) * (right - left + 1)
    spans = f"{_span('row', first, last)} and {_span('column', left, right)}"
    which = "The window" if covers == len(places) else f"The window ({len(places)} cells)"
    return f"{caption}, row by row: {rows}. {which} lies in {spans}."


def _span(what: str, first: int, last: int) -> str:
    return f"{what} {first}" if first == last else f"{what}s {first} to {last}"


def _text(value: Any) -> str:
    number = value.item()
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    return f"{number:g}" if isinstance(number, float) else str(number)
