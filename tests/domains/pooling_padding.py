"""Calls from the whole domain of each contract of pooling and padding.

`tests/counterexamples` draws small calls, each about one thing; these vary everything at once, and
further: larger images, more channels, windows and strides, every spelling and dtype. The share of
these calls on which a function is wrong says how wrong it is.
"""

from __future__ import annotations

import numpy as np

from autograder.counterexamples import OMITTED, call, counterexamples, refused
from autograder.suite import Mismatch, expect

FLOATS = (np.float64, np.float32)
DTYPES = (*FLOATS, np.int64, np.int32, np.uint8, np.int8)
PADDINGS = (OMITTED, "valid", "same", "same", "SAME", "VALID", "Same", "Valid")
COMMON = 9  # of ten calls, this many have an answer and no special numbers


def as_agreed(*allowed):
    """The values of the right answer, and its dtype or another that is allowed."""

    def check(got, want, example):
        dtypes = allowed if allowed and example.values[0].dtype.kind != "f" else want.dtype
        like = [each for each in example.values if isinstance(each, np.ndarray)]
        expect.close(got, want, like=like, dtype=dtypes)

    return check


def either(draw, *ways):
    """One of the ways, of which the first is as likely as nine others together."""
    number = draw.integer(0, 10 * COMMON + 9)
    return ways[0 if number < 10 * COMMON or len(ways) == 1 else 1 + number % (len(ways) - 1)]


def images(draw, least=(1, 1), dtype=None):
    """Images of any size up to 13 by 13 that hold a window, of any dtype."""
    shape = (
        draw.integer(1, 4),
        draw.integer(least[0], least[0] + 10),
        draw.integer(least[1], least[1] + 10),
        draw.integer(1, 4),
    )
    return values(draw, shape, draw.choice(DTYPES) if dtype is None else dtype)


def values(draw, shape, dtype):
    """Whole numbers, quarters, or the whole range of a dtype."""
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return draw.array(shape, -400, 400, dtype) / dtype.type(draw.choice((1, 4, 40)))
    low, high = (-9, 9) if draw.integer(0, 1) else (-1000, 1000)
    least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
    return draw.array(shape, max(low, least), min(high, most), dtype)


def side(draw, most):
    return draw.integer(1, most)


def sizes(draw, most):
    """One number, or a pair of two."""
    return draw.choice((side(draw, most), (side(draw, most), side(draw, most))))


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


def is_same(padding):
    return padding is not OMITTED and padding.lower() == "same"


def pooled(draw, dtype=None):
    window = draw.choice((OMITTED, sizes(draw, 5), sizes(draw, 5)))
    strides = draw.choice((OMITTED, sizes(draw, 5), sizes(draw, 5)))
    padding = draw.choice(PADDINGS)
    least = (1, 1) if is_same(padding) else pair(2 if window is OMITTED else window)
    return images(draw, least, dtype), {
        "pool_size": window,
        "strides": strides,
        "padding": padding,
    }


def special(draw):
    """NaN and infinities among the pixels."""
    x, rest = pooled(draw, draw.choice(FLOATS))
    for _ in range(draw.integer(1, 4)):
        draw.put(x, draw.choice((np.nan, np.inf, -np.inf)))
    return call(x, **rest)


def empty(draw):
    x, rest = pooled(draw)
    return call(x[:0], **rest)


def refused_pooling(draw):
    x, rest = pooled(draw, np.float64)
    wrong = draw.choice((0, -1, (0, 2), (2, 0), (1, -3)))
    which = draw.integer(0, 4)
    if which < 2:
        name = ("pool_size", "strides")[which]
        return refused(
            (name, "window") if name == "pool_size" else name, x, **{**rest, name: wrong}
        )
    if which == 2:
        return refused("padding", x, **{**rest, "padding": draw.choice(("full", "", "sames"))})
    if which == 3:
        large = (x.shape[1] + draw.integer(1, 3), 1)
        large = draw.choice((large, (1, x.shape[2] + draw.integer(1, 3))))
        names = ("pool_size", "window", "x")
        return refused(names, x, **{**rest, "pool_size": large, "padding": "valid"})
    return refused("x", draw.choice((x[0], x[0, 0], x[None])), **rest)


for pooling, allowed in (("max_pool2d", ()), ("min_pool2d", ()), ("avg_pool2d", FLOATS)):

    @counterexamples(pooling, check=as_agreed(*allowed))
    def _(draw):
        return either(
            draw,
            lambda: call((made := pooled(draw))[0], **made[1]),
            lambda: special(draw),
            lambda: empty(draw),
            lambda: refused_pooling(draw),
        )()

    @counterexamples(pooling, purity=True)
    def _(draw):
        x, rest = pooled(draw)
        return call(x, *rest.values())


# -- sizes -----------------------------------------------------------------------------------


def whole(got, want, example):
    """Ints, and those of the right answer."""
    members = got if isinstance(got, tuple | list) else [got]
    of_right = want if isinstance(want, tuple) else [want]
    if len(members) != len(of_right):
        raise Mismatch(f"returned {expect.shown(got)}, not {len(of_right)} numbers.", kind="shape")
    for member in members:
        is_whole = isinstance(member, int | np.integer) and not isinstance(member, bool)
        expect.that(is_whole, f"returned {expect.shown(got)}, and whole numbers are asked for.")
    expect.close(list(members), list(of_right), rtol=1e-9)


def counted(draw):
    window, dilation = draw.integer(1, 12), draw.choice((OMITTED, draw.integer(1, 6)))
    stride = draw.choice((OMITTED, draw.integer(1, 12)))
    padding = draw.choice((*PADDINGS, draw.integer(0, 9), draw.integer(0, 9), draw.integer(0, 9)))
    reach = (window - 1) * (1 if dilation is OMITTED else dilation) + 1
    added = 2 * padding if isinstance(padding, int) else 0
    least = 1 if isinstance(padding, str) and is_same(padding) else max(1, reach - added)
    size = draw.integer(least, least + draw.choice((12, 60, 400)))
    return call(size, window, stride=stride, padding=padding, dilation=dilation)


def refused_count(draw):
    size, window = draw.integer(1, 40), draw.integer(1, 9)
    name, rest = draw.choice(
        (
            ("window", {"window": draw.integer(-3, 0)}),
            ("stride", {"stride": draw.integer(-3, 0)}),
            ("padding", {"padding": draw.choice(("full", "sames"))}),
            (("window", "size"), {"window": size + draw.integer(1, 9)}),
        )
    )
    return refused(name, size, **{"window": window, **rest})


@counterexamples("output_size", check=whole)
def _(draw):
    return either(draw, lambda: counted(draw), lambda: refused_count(draw))()


def amounts(draw):
    size = draw.integer(1, draw.choice((12, 60, 400)))
    return call(size, draw.integer(1, 15), stride=draw.choice((OMITTED, draw.integer(1, 12))))


def refused_amounts(draw):
    size = draw.integer(1, 40)
    if draw.integer(0, 1):
        return refused("window", size, draw.integer(-3, 0), draw.integer(1, 5))
    return refused("stride", size, draw.integer(1, 5), draw.integer(-3, 0))


@counterexamples("same_padding", check=whole)
def _(draw):
    return either(draw, lambda: amounts(draw), lambda: refused_amounts(draw))()


# -- zero_pad2d ------------------------------------------------------------------------------


def padded(draw):
    """Images of a dtype that Keras' own layer takes: it refuses int8."""
    return images(draw, dtype=draw.choice(DTYPES[:5]))


def margins(draw):
    a, b, c, d = (draw.integer(0, 6) for _ in range(4))
    return draw.choice((a, (a, b), ((a, b), (c, d)), [a, b], [[a, b], [c, d]]))


def special_padding(draw):
    x = images(draw, dtype=draw.choice(FLOATS))
    draw.put(x, draw.choice((np.nan, np.inf, -np.inf)))
    return call(x, margins(draw))


def refused_padding(draw):
    x, amount = images(draw, dtype=np.float64), draw.integer(1, 4)
    if draw.integer(0, 3) == 3:
        return refused("x", draw.choice((x[0], x[0, 0], x[None])), amount)
    forms = (-amount, (0, -amount), (-amount, 1), ((0, 0), (1, -amount)), ((-amount, 2), (0, 0)))
    return refused("padding", x, draw.choice(forms))


@counterexamples("zero_pad2d", check=as_agreed())
def _(draw):
    return either(
        draw,
        lambda: call(padded(draw), margins(draw)),
        lambda: special_padding(draw),
        lambda: call(padded(draw)[:0], margins(draw)),
        lambda: refused_padding(draw),
    )()


@counterexamples("zero_pad2d", purity=True)
def _(draw):
    return call(padded(draw), margins(draw))


# -- conv2d ----------------------------------------------------------------------------------

NUMBERS = (*FLOATS, *FLOATS, np.int64, np.int32)


def convolved(draw, dtype=None):
    window = side(draw, 5), side(draw, 5)
    padding, strides = draw.choice(PADDINGS), draw.choice((OMITTED, sizes(draw, 5), sizes(draw, 5)))
    of_kernel = draw.choice(NUMBERS) if dtype is None else dtype
    of_images = draw.choice(NUMBERS) if dtype is None else dtype
    x = images(draw, (1, 1) if is_same(padding) else window, of_images)
    outputs = draw.integer(1, 5)
    kernel = values(draw, (*window, x.shape[3], outputs), of_kernel)
    of_bias = draw.choice(FLOATS if of_kernel in FLOATS else NUMBERS)
    bias = draw.choice((OMITTED, values(draw, (outputs,), of_bias)))
    return x, kernel, {"bias": bias, "strides": strides, "padding": padding}


def special_convolution(draw):
    x, kernel, rest = convolved(draw, draw.choice(FLOATS))
    draw.put(x, np.nan)
    return call(x, np.where(kernel == 0, 1, kernel), **rest)


def empty_convolution(draw):
    x, kernel, rest = convolved(draw)
    return call(x[:0], kernel, **rest)


def refused_convolution(draw):
    x, kernel, rest = convolved(draw, np.float64)
    wrong = draw.choice((0, -1, (0, 2), (2, 0), (1, -3)))
    which = draw.integer(0, 4)
    if which == 0:
        return refused("strides", x, kernel, **{**rest, "strides": wrong})
    if which == 1:
        return refused("padding", x, kernel, **{**rest, "padding": draw.choice(("full", "sames"))})
    if which == 2:
        return refused("x", draw.choice((x[0], x[None])), kernel, **rest)
    if which == 3:
        return refused("kernel", x, draw.choice((kernel[0], kernel[0, 0])), **rest)
    height, width = kernel.shape[:2]
    cut = draw.choice((x[:, : height - 1], x[:, :, : width - 1]))
    cut = cut if cut.size else x[:, : draw.integer(1, 1)][:, :, :1]
    fits = cut.shape[1] >= height and cut.shape[2] >= width
    names = ("kernel", "window", "x")
    given = {**rest, "padding": "valid"}
    return call(cut, kernel, **given) if fits else refused(names, cut, kernel, **given)


@counterexamples("conv2d", check=as_agreed())
def _(draw):
    return either(
        draw,
        lambda: call((made := convolved(draw))[0], made[1], **made[2]),
        lambda: special_convolution(draw),
        lambda: empty_convolution(draw),
        lambda: refused_convolution(draw),
    )()


@counterexamples("conv2d", purity=True)
def _(draw):
    x, kernel, rest = convolved(draw)
    given = (x, kernel, *(value for value in rest.values() if value is not OMITTED))
    return call(*given[:2], **{key: each for key, each in rest.items() if each is not OMITTED})
