"""Networks from the whole domain of `build_alexnet`, narrow ones, and of its variant."""

from __future__ import annotations

from autograder.counterexamples import call, counterexamples

COUNTS = (96, 256, 384, 4096)


def is_clear(width):
    """Whether the nearest whole number is clear for each layer, however halves are rounded."""
    return all(abs(width * count % 1 - 0.5) > 0.01 for count in COUNTS)


WIDTHS = tuple(width for n in range(5, 400) if is_clear(width := n / 4000))


def images(draw, least, most):
    return draw.integer(least, most), draw.integer(least, most), draw.integer(1, 4)


@counterexamples("build_alexnet")
def _(draw):
    shape, classes, width = images(draw, 67, 131), draw.integer(2, 40), draw.choice(WIDTHS)
    defaults = draw.integer(0, 11)
    if defaults == 0:
        return call(shape, width=width)
    if defaults == 1:
        return call(num_classes=classes, width=width)
    return call(shape, classes, width)


@counterexamples("build_alexnet_batchnorm")
def _(draw):
    if not draw.integer(0, 9):
        return call()
    return call(images(draw, 163, 227), draw.integer(2, 40))
