"""A small canvas for drawn flowers: petals, discs and soft light, each painted with NumPy.

Shapes have coordinates in a frame that is turned, tilted and scaled, so the same shape can have
every size and pose. This module knows no kind of flower and no dataset.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.floating[Any]]
Colour = tuple[float, float, float]
"""Red, green and blue, from 0 to 1."""


@dataclass(frozen=True)
class Frame:
    """A place on the canvas: local (u, v) is at (x + a·u + b·v, y + c·u + d·v).

    Canvas coordinates go from -1 to 1, to the right and down.
    """

    x: float = 0.0
    y: float = 0.0
    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0

    def at(self, u: float, v: float, angle: float = 0.0, scale: float = 1.0) -> Frame:
        """A frame inside this one: moved to (u, v), turned by `angle` (radians) and scaled."""
        cos, sin = scale * math.cos(angle), scale * math.sin(angle)
        return Frame(
            *self.place(u, v),
            self.a * cos + self.b * sin,
            self.b * cos - self.a * sin,
            self.c * cos + self.d * sin,
            self.d * cos - self.c * sin,
        )

    def tilted(self, direction: float, by: float) -> Frame:
        """This frame foreshortened by the factor `by` along a direction in radians."""
        cos, sin = math.cos(direction), math.sin(direction)
        along, across = by * cos * cos + sin * sin, by * sin * sin + cos * cos
        mixed = (by - 1) * cos * sin
        return Frame(
            self.x,
            self.y,
            self.a * along + self.b * mixed,
            self.a * mixed + self.b * across,
            self.c * along + self.d * mixed,
            self.c * mixed + self.d * across,
        )

    def place(self, u: float, v: float) -> tuple[float, float]:
        """The canvas coordinates of a local point."""
        return self.x + self.a * u + self.b * v, self.y + self.c * u + self.d * v

    @property
    def scale(self) -> float:
        """The average length of a local unit on the canvas."""
        return math.sqrt(abs(self.a * self.d - self.b * self.c))


@dataclass(frozen=True)
class Petal:
    """A shape that begins at its frame's origin and points along its first axis.

    Attributes:
        length: along the first axis.
        width: half the width where it is widest.
        base: how fast it widens from the base (below 1 blunt, above 1 pointed).
        tip: how fast it narrows to the tip, likewise.
        notch: how deep it is cut at the tip.
        curl: how far it bends to one side.
        ruffle: how wavy its edge is.
    """

    length: float
    width: float
    base: float = 0.7
    tip: float = 0.5
    notch: float = 0.0
    curl: float = 0.0
    ruffle: float = 0.0


@dataclass(frozen=True)
class Paint:
    """Colours from a petal's base to its tip, and the pattern on it.

    Attributes:
        inner: the colour at the base.
        outer: the colour at the tip.
        turn: where along the petal the colours change, from 0 at the base to 1 at the tip.
        soft: how long the change of colours is, as a share of the petal.
        vein: how much darker the middle is.
        edge: how much darker the rim is.
        light: how much lighter one side is.
        spots: how many spots there are along the petal.
        squares: how many squares there are along the petal.
        ink: the colour of spots and squares.
    """

    inner: Colour
    outer: Colour
    turn: float = 0.5
    soft: float = 0.5
    vein: float = 0.12
    edge: float = 0.35
    light: float = 0.12
    spots: float = 0.0
    squares: float = 0.0
    ink: Colour = (0.25, 0.08, 0.1)


@dataclass
class Canvas:
    """Pixels (3, size, size) from 0 to 1. Each call paints over the calls before."""

    size: int
    pixels: Pixels = field(init=False)

    def __post_init__(self) -> None:
        self.pixels = np.zeros((3, self.size, self.size), np.float32)
        self._axis = ((np.arange(self.size, dtype=np.float32) + 0.5) * 2 / self.size) - 1

    def gradient(self, above: Colour, below: Colour, angle: float) -> None:
        """Fill the canvas with a gradient between two colours."""
        x, y = self._axis[None, :], self._axis[:, None]
        share = _clipped(0.5 + 0.5 * (math.sin(angle) * x + math.cos(angle) * y), 0, 1)
        self.pixels[:] = _plane(above) + share * (_plane(below) - _plane(above))

    def glow(self, places: Pixels, lights: Pixels) -> None:
        """Add soft round patches of light, like objects out of focus.

        Args:
            places: (N, 3): x, y and radius of each patch.
            lights: (N, 3): the light that it adds to each colour channel.
        """
        x, y, radius = (column[:, None] for column in places.T.astype(np.float32))
        across = np.exp(-(((self._axis - x) / radius) ** 2))
        down = np.exp(-(((self._axis - y) / radius) ** 2))
        self.pixels += (down.T * lights.T.astype(np.float32)[:, None, :]) @ across

    def petal(self, frame: Frame, shape: Petal, paint: Paint, light: float = 1.0) -> None:
        """Paint one petal, or another part of the same form, in more or less light."""
        reach = shape.width * (1 + shape.ruffle)
        across = (min(shape.curl, 0) - reach, max(shape.curl, 0) + reach)
        window = self._window(frame, (0.0, shape.length), across)
        if window is None:
            return
        rows, columns, u, v = window
        if shape.notch:
            cut = shape.notch * np.exp(-((v / (0.4 * shape.width)) ** 2))
            along = u / (shape.length * (1 - cut))
        else:
            along = u / shape.length
        t = _clipped(along, 1e-4, 1 - 1e-4)
        if shape.curl:
            v = v - shape.curl * t * t
        half = shape.width * _profile(t, shape.base, shape.tip)
        if shape.ruffle:
            half = half * (1 + shape.ruffle * np.sin(t * 17 + shape.length * 40))
        pixel = 2 / (self.size * frame.scale)
        inside = np.minimum(half - np.abs(v), np.minimum(along, 1 - along) * shape.length)
        cover = _clipped(inside / pixel + 0.5, 0, 1)
        self._lay(rows, columns, cover, _painted(paint, t, v / np.maximum(half, pixel), light))

    def disc(self, frame: Frame, radius: float, paint: Paint, seeds: float = 0.0) -> None:
        """Paint a round centre; `seeds` is the number of rings of grains on it."""
        window = self._window(frame, (-radius, radius), (-radius, radius))
        if window is None:
            return
        rows, columns, u, v = window
        r = np.sqrt(u * u + v * v) / radius
        pixel = 2 / (self.size * frame.scale)
        cover = _clipped((1 - r) * (radius / pixel) + 0.5, 0, 1)
        colour = _painted(paint, np.minimum(r, 1), _clipped((u - v) / radius, -1, 1))
        if seeds:
            grain = np.sin(u * (seeds * 3 / radius)) * np.sin(v * (seeds * 3 / radius))
            colour *= 1 + 0.35 * grain
        self._lay(rows, columns, cover, colour)

    def _lay(self, rows: slice, columns: slice, cover: Pixels, colour: Pixels) -> None:
        part = self.pixels[:, rows, columns]
        colour -= part
        colour *= cover
        part += colour

    def _window(
        self, frame: Frame, along: tuple[float, float], across: tuple[float, float]
    ) -> tuple[slice, slice, Pixels, Pixels] | None:
        """The pixels that a local box may touch, and their local coordinates; None off the edge."""
        corners = [frame.place(u, v) for u in along for v in across]
        columns = self._span([x for x, _ in corners])
        rows = self._span([y for _, y in corners])
        if columns.start >= columns.stop or rows.start >= rows.stop:
            return None
        x = (self._axis[columns] - np.float32(frame.x))[None, :]
        y = (self._axis[rows] - np.float32(frame.y))[:, None]
        area = frame.a * frame.d - frame.b * frame.c
        u: Pixels = x * np.float32(frame.d / area) - y * np.float32(frame.b / area)
        v: Pixels = y * np.float32(frame.a / area) - x * np.float32(frame.c / area)
        return rows, columns, u, v

    def _span(self, values: list[float]) -> slice:
        """The pixels from the smallest value to the largest."""
        first = math.floor((min(values) + 1) * self.size / 2)
        last = math.ceil((max(values) + 1) * self.size / 2)
        return slice(max(first, 0), min(max(last, 0), self.size))


def _profile(t: Pixels, base: float, tip: float) -> Pixels:
    """Half the width along a petal, 1 where it is widest."""
    widest = base / (base + tip)
    half: Pixels = (t / np.float32(widest)) ** np.float32(base)
    half *= ((1 - t) / np.float32(1 - widest)) ** np.float32(tip)
    return half


def _painted(paint: Paint, t: Pixels, side: Pixels, light: float = 1.0) -> Pixels:
    """The colour at each point: `t` from base to tip, `side` from -1 to 1 across."""
    share = _clipped((t - paint.turn) / paint.soft + 0.5, 0, 1)
    colour: Pixels = _plane(paint.inner) + share * (_plane(paint.outer) - _plane(paint.inner))
    squared = side * side
    shade = light - paint.edge * squared * squared + paint.light * side
    if paint.vein:
        shade -= paint.vein * np.exp(-40 * squared)
    if paint.spots:
        dots = np.sin(t * (paint.spots * math.pi)) * np.cos(side * 5)
        colour += (dots > 0.45) * (_plane(paint.ink) - colour)
    if paint.squares:
        board = np.sin(t * (paint.squares * math.pi)) * np.sin(side * 7) > 0
        colour += np.float32(0.75) * board * (_plane(paint.ink) - colour)
    colour *= shade
    return colour


@functools.lru_cache(maxsize=4096)
def _plane(colour: Colour) -> Pixels:
    """A colour as (3, 1, 1)."""
    plane: Pixels = np.array(colour, np.float32).reshape(3, 1, 1)
    plane.flags.writeable = False
    return plane


def _clipped(values: Pixels, low: float, high: float) -> Pixels:
    """Like `numpy.clip`, at half the cost for small arrays."""
    clipped: Pixels = np.minimum(np.maximum(values, np.float32(low)), np.float32(high))
    return clipped
