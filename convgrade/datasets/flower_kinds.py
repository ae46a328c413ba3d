"""The 17 kinds of drawn flowers: how each is built from petals, and in which colours.

A kind is recognized by its form. Its colours vary, and most are shared with other kinds. Names are
descriptions and not species, because these are drawings. This module knows no dataset.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from convgrade.datasets.painting import Canvas, Colour, Frame, Paint, Petal

WHITE: Colour = (0.96, 0.95, 0.93)
CREAM: Colour = (0.97, 0.93, 0.72)
YELLOW: Colour = (0.98, 0.83, 0.12)
ORANGE: Colour = (0.96, 0.52, 0.10)
RED: Colour = (0.84, 0.12, 0.13)
PINK: Colour = (0.95, 0.52, 0.68)
MAROON: Colour = (0.52, 0.12, 0.27)
VIOLET: Colour = (0.48, 0.25, 0.72)
LILAC: Colour = (0.74, 0.62, 0.90)
BLUE: Colour = (0.30, 0.38, 0.86)
GREEN: Colour = (0.32, 0.55, 0.20)
BROWN: Colour = (0.33, 0.20, 0.10)
BLACK: Colour = (0.12, 0.09, 0.12)
UP = -math.pi / 2
DOWN = math.pi / 2

Draw = Callable[[Canvas, Frame, Colour, np.random.Generator], None]


@dataclass(frozen=True)
class Kind:
    """One kind of flower; `draw` paints a flower with a radius of about 1 around a frame's origin.

    `upright` kinds are seen from the side and lean only a little. The others are seen from above
    and may be turned and tilted.
    """

    name: str
    colours: tuple[Colour, ...]
    draw: Draw
    upright: bool = False


def whorl(
    canvas: Canvas,
    frame: Frame,
    count: int,
    shape: Petal,
    paint: Paint,
    rng: np.random.Generator,
    turn: float = 0.0,
    start: float = 0.05,
    light: float = 1.0,
) -> None:
    """Paint similar petals all around the centre, each a little different."""
    jitter = rng.normal(0, 1, (count, 3)).tolist()
    for number, (angle, length, shade) in enumerate(jitter):
        around = turn + (number + 0.08 * angle) * 2 * math.pi / count
        grown = 1 + 0.06 * length
        place = frame.at(start * math.cos(around), start * math.sin(around), around, grown)
        canvas.petal(place, shape, paint, light * (1 + 0.05 * shade))


def dyed(colour: Colour, by: float) -> Colour:
    """A colour made lighter or darker."""
    return colour[0] * by, colour[1] * by, colour[2] * by


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """A colour between two."""
    red, green, blue = (a + share * (b - a) for a, b in zip(one, other, strict=True))
    return red, green, blue


def plain(colour: Colour, edge: float = 0.35, vein: float = 0.12) -> Paint:
    """Paint of one colour."""
    return Paint(dyed(colour, 0.85), colour, edge=edge, vein=vein)


def stamens(
    canvas: Canvas, frame: Frame, count: int, length: float, thread: Colour, head: Colour
) -> None:
    """Threads with heads, around the centre."""
    for number in range(count):
        around = 0.3 + number * 2 * math.pi / count
        place = frame.at(0, 0, around)
        canvas.petal(place, Petal(length, 0.025, 0.1, 0.1), plain(thread, edge=0, vein=0))
        canvas.disc(place.at(length, 0), 0.07, plain(head, vein=0))


def stem(canvas: Canvas, frame: Frame, colour: Colour = GREEN) -> None:
    """A stalk that goes down from the origin and off the canvas."""
    canvas.petal(frame.at(0, 0, DOWN), Petal(3, 0.06, 0.05, 0.05), plain(colour, vein=0))


def daisy(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    whorl(canvas, frame, 17, Petal(0.95, 0.13, 0.35, 0.3), plain(colour, edge=0.5), rng)
    canvas.disc(frame, 0.33, Paint(YELLOW, dyed(ORANGE, 0.9), turn=0.8), seeds=4)


def sunflower(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    paint = Paint(mixed(colour, RED, 0.25), colour)
    shape = Petal(0.6, 0.15, 0.6, 1.1)
    whorl(canvas, frame, 15, shape, paint, rng, turn=0.2, start=0.45, light=0.85)
    whorl(canvas, frame, 15, shape, paint, rng, start=0.4)
    canvas.disc(frame, 0.56, Paint(BLACK, dyed(BROWN, 1.4), turn=0.6), seeds=5)


def buttercup(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    whorl(canvas, frame, 5, Petal(0.92, 0.52, 0.6, 0.3), plain(colour, edge=0.45), rng)
    stamens(canvas, frame, 9, 0.26, mixed(YELLOW, GREEN, 0.3), YELLOW)
    canvas.disc(frame, 0.14, plain(mixed(GREEN, YELLOW, 0.3)))


def trumpet(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    whorl(canvas, frame, 6, Petal(0.98, 0.27, 0.5, 0.75), plain(colour, edge=0.4), rng)
    tube = mixed(ORANGE, YELLOW, rng.uniform(0, 0.7))
    whorl(canvas, frame, 12, Petal(0.46, 0.15, 0.6, 0.15, ruffle=0.1), plain(tube, edge=0.6), rng)
    canvas.disc(frame, 0.26, Paint(dyed(tube, 0.45), dyed(tube, 0.8), turn=0.7))


def cup(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    stem(canvas, frame)
    for lean, length, shade in ((-0.35, 1.25, 0.7), (0.35, 1.25, 0.7), (0, 1.3, 0.65)):
        canvas.petal(
            frame.at(0, 0.55, UP + lean), Petal(length, 0.36, 0.5, 0.6), plain(dyed(colour, shade))
        )
    for lean, curl in ((-0.42, 0.12), (0.42, -0.12), (0.05, 0)):
        canvas.petal(
            frame.at(0, 0.6, UP + lean + 0.05 * rng.normal()),
            Petal(1.2, 0.4, 0.45, 0.7, curl=curl),
            Paint(mixed(colour, YELLOW, 0.35), colour, turn=0.15, edge=0.4),
        )


def drops(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    canvas.petal(frame.at(-0.1, -0.75, 2.0), Petal(2.8, 0.05, 0.05, 0.05), plain(GREEN))
    canvas.petal(frame.at(-0.14, -0.8, 0.5), Petal(0.3, 0.06, 0.3, 0.3), plain(GREEN))
    for lean in (0.62, -0.62, 0.05):
        canvas.petal(
            frame.at(0.05, -0.55, DOWN + lean + 0.06 * rng.normal()),
            Petal(1.35, 0.27, 1.2, 0.45),
            Paint(colour, colour, edge=0.4, light=0.15, vein=0.05),
        )
    canvas.petal(frame.at(0.05, 0.3, DOWN), Petal(0.4, 0.14, 0.5, 0.3), plain(GREEN))
    canvas.disc(frame.at(0.05, -0.57), 0.17, plain(GREEN))


def bells(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    canvas.petal(frame.at(0, -1, DOWN), Petal(4, 0.05, 0.05, 0.05), plain(dyed(GREEN, 0.9)))
    for number in range(8):
        side = 1 if number % 2 else -1
        height, size = -0.95 + 0.22 * number, 0.65 + 0.05 * number
        place = frame.at(0.05 * side, height, DOWN - side * (0.75 + 0.1 * rng.normal()), size)
        canvas.petal(place, Petal(0.62, 0.2, 0.35, 0.12), Paint(dyed(colour, 0.75), colour))
        for lean in (-0.5, 0.5):
            canvas.petal(place.at(0.5, 0.2 * lean, lean), Petal(0.25, 0.1), plain(colour))


def rosette(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    for ring in range(5):
        length, count = 0.98 - 0.19 * ring, 8 - ring
        shape = Petal(length, 0.38 * length + 0.05, 0.6, 0.28)
        paint = Paint(dyed(colour, 0.45), dyed(colour, 0.86 + 0.035 * ring), turn=0.45, edge=0.55)
        whorl(canvas, frame, count, shape, paint, rng, turn=ring * 0.5)
    canvas.disc(frame, 0.1, plain(dyed(colour, 0.6)))


def spotted(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    shape = Petal(1.1, 0.19, 0.55, 1.0, curl=0.22)
    paint = Paint(dyed(colour, 0.75), colour, spots=9, vein=0.2)
    whorl(canvas, frame, 6, shape, paint, rng)
    stamens(canvas, frame, 6, 0.62, mixed(colour, GREEN, 0.5), dyed(BROWN, 0.8))


def face(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    upper = mixed(colour, VIOLET, 0.55) if rng.random() < 0.6 else dyed(colour, 0.8)
    for angle, length in ((UP - 0.5, 0.95), (UP + 0.5, 0.95)):
        canvas.petal(frame.at(0, 0, angle), Petal(length, 0.5, 0.7, 0.3), plain(upper, edge=0.5))
    blotched = Paint(BLACK, colour, turn=0.52, soft=0.12, edge=0.45)
    for angle, length, width in ((math.pi - 0.15, 0.9, 0.44), (0.15, 0.9, 0.44), (DOWN, 0.95, 0.6)):
        canvas.petal(frame.at(0, 0, angle), Petal(length, width, 0.7, 0.28, notch=0.1), blotched)
    canvas.disc(frame.at(0, 0.05), 0.11, plain(YELLOW, vein=0))


def flag(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    stem(canvas, frame)
    for lean in (-0.5, 0.5, 0.0):
        canvas.petal(
            frame.at(0, 0.1, UP + lean + 0.05 * rng.normal()),
            Petal(1.05, 0.3, 0.8, 0.35, curl=-0.25 * lean, ruffle=0.06),
            Paint(dyed(colour, 0.7), mixed(colour, WHITE, 0.25), edge=0.5),
        )
    tongue = Paint(YELLOW, dyed(colour, 0.9), turn=0.45, soft=0.2, vein=-0.3, edge=0.4)
    for lean in (1.15, -1.15, 0.0):
        canvas.petal(
            frame.at(0, 0, DOWN + lean + 0.05 * rng.normal()),
            Petal(1.0, 0.3, 1.2, 0.3, curl=-0.3 * lean, ruffle=0.05),
            tongue,
        )


def pompom(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    for ring, count in enumerate((19, 14, 9)):
        shape = Petal(0.95 - 0.27 * ring, 0.08, 0.3, 0.25)
        paint = Paint(dyed(colour, 0.6), dyed(colour, 0.88 + 0.05 * ring), edge=0.5)
        whorl(canvas, frame, count, shape, paint, rng, turn=0.3 * ring)


def umbel(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    heads = [(0.62 * math.cos(k * 1.047), 0.62 * math.sin(k * 1.047)) for k in range(6)]
    for x, y in (*heads, (0.0, 0.0)):
        canvas.petal(
            frame.at(x, y, math.atan2(1.7 - y, -x)), Petal(1.6, 0.03, 0.1, 0.1), plain(GREEN)
        )
    for x, y in (*heads, (0.0, 0.0)):
        place = frame.at(x + 0.05 * rng.normal(), y + 0.05 * rng.normal(), rng.uniform(0, 6), 0.34)
        whorl(canvas, place, 5, Petal(0.95, 0.34, 0.6, 0.35), plain(colour, edge=0.5), rng)
        canvas.disc(place, 0.28, plain(mixed(colour, YELLOW, 0.7), vein=0))


def chequered(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    canvas.petal(frame.at(0, -0.75, 2.3), Petal(3, 0.05, 0.05, 0.05), plain(GREEN))
    board = Paint(
        mixed(colour, WHITE, 0.3), colour, squares=7, ink=dyed(colour, 0.4), vein=0, edge=0.3
    )
    for lean in (0.42, -0.42, 0.0):
        canvas.petal(
            frame.at(0, -0.75, DOWN + lean + 0.04 * rng.normal()),
            Petal(1.6, 0.46, 0.35, 0.35, curl=-0.3 * lean),
            board,
        )


def pinwheel(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    shape = Petal(1.0, 0.3, 1.0, 0.22, curl=0.42)
    paint = Paint(WHITE, colour, turn=0.22, soft=0.12, edge=0.5, light=0.3)
    whorl(canvas, frame, 5, shape, paint, rng)
    canvas.disc(frame, 0.09, plain(YELLOW))


def hearts(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    shape = Petal(1.0, 0.5, 1.2, 0.25, notch=0.26)
    paint = Paint(mixed(YELLOW, ORANGE, 0.3), colour, turn=0.32, soft=0.1, edge=0.45)
    whorl(canvas, frame, 5, shape, paint, rng)
    canvas.disc(frame, 0.08, plain(GREEN))


def poppy(canvas: Canvas, frame: Frame, colour: Colour, rng: np.random.Generator) -> None:
    shape = Petal(1.0, 0.68, 0.5, 0.22, ruffle=0.05)
    paint = Paint(BLACK, colour, turn=0.3, soft=0.12, edge=0.5, vein=0.05)
    whorl(canvas, frame, 2, shape, paint, rng, light=0.82)
    whorl(canvas, frame, 2, shape, paint, rng, turn=math.pi / 2)
    stamens(canvas, frame, 14, 0.3, BLACK, BLACK)
    canvas.disc(frame, 0.17, plain(mixed(GREEN, WHITE, 0.3)))


KINDS = (
    Kind("many-rayed star", (WHITE, WHITE, PINK), daisy),
    Kind("dark-hearted sun", (YELLOW, YELLOW, ORANGE), sunflower),
    Kind("round five-petal bowl", (YELLOW, WHITE), buttercup),
    Kind("six-petal trumpet", (CREAM, YELLOW, WHITE), trumpet),
    Kind("upright cup", (RED, YELLOW, PINK, VIOLET), cup, upright=True),
    Kind("hanging drops", (WHITE, CREAM), drops, upright=True),
    Kind("stalk of bells", (BLUE, VIOLET, PINK), bells, upright=True),
    Kind("layered rosette", (PINK, RED, CREAM), rosette),
    Kind("spotted curling star", (ORANGE, YELLOW, PINK), spotted),
    Kind("dark-eyed face", (YELLOW, LILAC, ORANGE, BLUE), face, upright=True),
    Kind("flag with falls", (VIOLET, BLUE, YELLOW), flag, upright=True),
    Kind("pompom", (YELLOW, ORANGE, RED), pompom),
    Kind("cluster of small flowers", (WHITE, PINK, LILAC), umbel),
    Kind("chequered bell", (MAROON, VIOLET, PINK), chequered, upright=True),
    Kind("five-bladed pinwheel", (BLUE, LILAC, PINK), pinwheel),
    Kind("ring of hearts", (PINK, CREAM, LILAC), hearts),
    Kind("four-petal blot", (RED, ORANGE, PINK), poppy),
)
