"""Calls from the whole domain of each contract of batch normalisation.

`tests/counterexamples` draws small calls, each about one thing; these vary everything at once, and
further: from two to five axes, larger batches, every dtype, far means, small variances. The share
of these calls on which a function is wrong says how wrong it is.

Where a right answer is a difference of large numbers, it is compared as exactly as these allow.
"""

from __future__ import annotations

import numpy as np

from autograder.counterexamples import OMITTED, call, counterexamples, refused
from autograder.suite import Mismatch, expect

FLOATS = (np.float64, np.float32, np.float16)
WHOLE = (np.uint8, np.int8, np.int16, np.int32, np.int64)
COMMON = 9  # of ten calls, this many have an answer and no special numbers
EPSILONS = (OMITTED, OMITTED, 1e-5, 1e-2, 0.1, 0.5, 1.0, 4.0)
FAR = {np.float64: 2.0**27, np.float32: 2.0**12}
"""Means of which the square leaves few digits to a small variance."""
TOLERANCE, HALF = 2e-5, 4e-3


def either(draw, *ways):
    """One of the ways, of which the first is as likely as nine others together."""
    number = draw.integer(0, 10 * COMMON + 9)
    return ways[0 if number < 10 * COMMON or len(ways) == 1 else 1 + number % (len(ways) - 1)]


def shapes(draw):
    """Two to five axes, with one to some hundred values of each channel."""
    axes, channels = draw.choice((4, 4, 4, 2, 2, 3, 5)), draw.integer(1, 6)
    most = {2: 40, 3: 9, 4: 7, 5: 4}[axes]
    return (*(draw.integer(1, most) for _ in range(axes - 1)), channels)


def batches(draw, shape, dtype=None):
    """A batch with a mean of its own for each channel, and a large or small spread."""
    dtype = draw.choice((*FLOATS, *FLOATS, *WHOLE)) if dtype is None else dtype
    if np.dtype(dtype).kind != "f":
        bounds = np.iinfo(dtype)
        most = draw.choice((9, 1000))
        return draw.array(shape, max(bounds.min, -most), min(bounds.max, most), dtype)
    scale = draw.choice((4, 1, 40, 4000))
    means = draw.array(shape[-1:], -100, 100) / (40 if scale == 4000 else 1)
    return (draw.array(shape, -400, 400) / scale + means).astype(dtype)


def vectors(draw, channels, *ranges, dtypes=FLOATS[:2]):
    """A vector for each range, of quarters; all of one dtype."""
    dtype = draw.choice(dtypes)
    return [draw.array((channels,), 4 * low, 4 * high, dtype) / dtype(4) for low, high in ranges]


def with_nan(draw, x):
    for _ in range(draw.integer(1, 3)):
        draw.put(x, np.nan)
    return x


def too_few_axes(draw, channels):
    """A batch that has only the axis of its channels."""
    return draw.array((channels,), dtype=draw.choice((np.float64, np.int64)))


def without_values(draw, shape):
    place = draw.integer(0, len(shape) - 2)
    return np.zeros((*shape[:place], 0, *shape[place + 1 :]), draw.choice(FLOATS))


def misfit(draw, vector):
    """A vector with more or fewer numbers, or with an axis too many."""
    longer = np.concatenate([vector, vector[:1]])
    shorter = vector[:-1] if len(vector) > 1 else longer
    return draw.choice((longer, shorter, vector[None], vector[:, None]))


# -- comparing -------------------------------------------------------------------------------


def size_of(x):
    """The largest finite amount in an array."""
    finite = np.abs(x[np.isfinite(x)].astype(np.float64))
    return finite.max(initial=0.0)


def rounding(x):
    """How far a mean of `x` may be off: some units in its last place."""
    dtype = x.dtype if x.dtype == np.float64 else np.dtype(np.float32)
    return 8 * float(np.finfo(dtype).eps) * size_of(x)


def members(got, count):
    if not isinstance(got, tuple | list) or len(got) != count:
        raise Mismatch(f"returned {expect.shown(got)}, not {count} arrays.", kind="type")
    return got


def as_statistics(got, want, example):
    (x,) = example.values
    dtype = np.float64 if x.dtype == np.float64 else "floating"
    compare_statistics(got, want, x, dtype, size_of(x), size_of(want[1]))


def as_moved(got, want, example):
    old_mean, old_variance, x = example.values
    most = size_of(x) + size_of(old_mean), size_of(want[1]) + size_of(old_variance)
    compare_statistics(got, want, x, "floating", *most)


def compare_statistics(got, want, x, dtype, largest_mean, largest_variance):
    mean, variance = members(got, 2)
    expect.close(mean, want[0], dtype=dtype, atol=TOLERANCE * largest_mean)
    atol = TOLERANCE * largest_variance + rounding(x) ** 2
    expect.close(variance, want[1], dtype=dtype, atol=atol)


def as_normalised(got, want, example):
    """As exact as the terms of the answer are, which may cancel each other."""
    x, gamma, beta, mean, variance = example.values
    is_training = example.kwargs.get("training", False)
    if is_training:
        mean, variance = moments(x)
    root = np.sqrt(variance.astype(np.float64) + example.kwargs.get("epsilon", 1e-3))
    terms = np.abs(gamma) * (np.abs(x.astype(np.float64)) + np.abs(mean)) / root + np.abs(beta)
    rounded = HALF * size_of(want) if x.dtype == np.float16 else 0.0
    expect.close(
        got,
        want,
        dtype="kept" if x.dtype.kind == "f" else "floating",
        like=x,
        atol=TOLERANCE * size_of(terms) + rounded,
    )


def as_gradients(got, want, example):
    """As exact as the terms of each sum are."""
    dy, x, gamma = example.values
    mean, variance = moments(x)
    root = np.sqrt(variance + example.kwargs.get("epsilon", 1e-3))
    slopes = np.abs(dy.astype(np.float64))
    axes = tuple(range(x.ndim - 1))
    far = np.abs(x - mean) / root
    amounts = (
        size_of(np.abs(gamma) / root * (slopes + slopes.mean(axis=axes))),
        size_of((slopes * far).sum(axis=axes)),
        size_of(slopes.sum(axis=axes)),
    )
    halves = (HALF * size_of(want[0]) if x.dtype == np.float16 else 0.0, 0.0, 0.0)
    dtypes = ("kept", "floating", "floating")
    for mine, right, dtype, amount, half in zip(
        members(got, 3), want, dtypes, amounts, halves, strict=True
    ):
        expect.close(mine, right, dtype=dtype, like=x, atol=TOLERANCE * amount + half)


def moments(x):
    x = x.astype(np.float64)
    axes = tuple(range(x.ndim - 1))
    return x.mean(axis=axes), x.var(axis=axes)


# -- batch_statistics ------------------------------------------------------------------------


def far_away(draw):
    """A small variance beside a large mean; all sums of these numbers are exact."""
    dtype = draw.choice(tuple(FAR))
    x = draw.array(shapes(draw), -32, 32, dtype) / dtype(4)
    return call(x + dtype(FAR[dtype]))


def refused_batch(draw):
    shape = shapes(draw)
    x = too_few_axes(draw, shape[-1]) if draw.integer(0, 1) else without_values(draw, shape)
    return refused("x", x)


@counterexamples("batch_statistics", check=as_statistics)
def _(draw):
    return either(
        draw,
        lambda: call(batches(draw, shapes(draw))),
        lambda: far_away(draw),
        lambda: call(with_nan(draw, batches(draw, shapes(draw), draw.choice(FLOATS)))),
        lambda: refused_batch(draw),
    )()


@counterexamples("batch_statistics", purity=True)
def _(draw):
    return call(batches(draw, shapes(draw)))


# -- batch_norm ------------------------------------------------------------------------------

MODES = (OMITTED, True, False, True)
SCALES = ((-3, 3), (-5, 5), (-50, 50), (0, 20))
"""Of gamma, beta, the moving mean and the moving variance."""


def normalised(draw, dtype=None, modes=MODES):
    shape = shapes(draw)
    x = batches(draw, shape, dtype)
    given = vectors(draw, shape[-1], *SCALES)
    if x.dtype == np.float16:
        given[3] = given[3] + 4  # nothing is larger than float16 can be
    return x, given, {"training": draw.choice(modes), "epsilon": draw.choice(EPSILONS)}


def normalised_nan(draw):
    x, given, rest = normalised(draw, draw.choice(FLOATS))
    return call(with_nan(draw, x), *given, **rest)


def normalised_empty(draw):
    x, given, rest = normalised(draw, modes=(OMITTED, False))
    return call(x[:0], *given, **rest)


def refused_normalising(draw):
    x, given, rest = normalised(draw, np.float64)
    which = draw.integer(0, 5)
    if which == 4:
        return refused("x", too_few_axes(draw, x.shape[-1]), *given, **rest)
    if which == 5:
        return refused("x", without_values(draw, x.shape), *given, **{**rest, "training": True})
    given[which] = misfit(draw, given[which])
    name = ("gamma", "beta", "moving_mean", "moving_variance")[which]
    return refused(name, x, *given, **rest)


@counterexamples("batch_norm", check=as_normalised)
def _(draw):
    return either(
        draw,
        lambda: call((made := normalised(draw))[0], *made[1], **made[2]),
        lambda: normalised_nan(draw),
        lambda: normalised_empty(draw),
        lambda: refused_normalising(draw),
    )()


@counterexamples("batch_norm", purity=True)
def _(draw):
    x, given, rest = normalised(draw)
    return call(x, *given, **rest)


# -- update_moving ---------------------------------------------------------------------------

MOMENTA = (OMITTED, 0.9, 0.5, 0.999, 0.25, 0.125, 0, 1, 0.0, 1.0)


def moved(draw, dtype=None, momenta=MOMENTA):
    shape = shapes(draw)
    olds = vectors(draw, shape[-1], (-100, 100), (0, 200))
    return olds, batches(draw, shape, dtype), {"momentum": draw.choice(momenta)}


def moved_by_nan(draw):
    olds, x, rest = moved(draw, draw.choice(FLOATS), MOMENTA[:6])
    return call(*olds, with_nan(draw, x), **rest)


def refused_moving(draw):
    olds, x, rest = moved(draw, np.float64)
    which = draw.integer(0, 4)
    if which == 0:
        return refused("momentum", *olds, x, momentum=draw.choice((-0.1, 1.5, -1, 2, 99)))
    if which == 1:
        return refused("moving_mean", misfit(draw, olds[0]), olds[1], x, **rest)
    if which == 2:
        return refused("moving_variance", olds[0], misfit(draw, olds[1]), x, **rest)
    bad = too_few_axes(draw, x.shape[-1]) if which == 3 else without_values(draw, x.shape)
    return refused("x", *olds, bad, **rest)


@counterexamples("update_moving", check=as_moved)
def _(draw):
    return either(
        draw,
        lambda: call(*(made := moved(draw))[0], made[1], **made[2]),
        lambda: moved_by_nan(draw),
        lambda: refused_moving(draw),
    )()


@counterexamples("update_moving", purity=True)
def _(draw):
    olds, x, rest = moved(draw)
    return call(*olds, x, **rest)


# -- batch_norm_backward ---------------------------------------------------------------------


def sent_back(draw, dtype=None):
    """dy, x, gamma and epsilon; dy may have another dtype than x."""
    shape = shapes(draw)
    x = batches(draw, shape, draw.choice(FLOATS) if dtype is None else dtype)
    dy = draw.array(shape, -40, 40) / draw.choice((4, 1, 10)) + draw.integer(0, 3)
    of_dy = draw.choice((x.dtype, x.dtype, *FLOATS))
    (gamma,) = vectors(draw, shape[-1], (-3, 3))
    return dy.astype(of_dy), x, gamma, {"epsilon": draw.choice(EPSILONS)}


def back_with_nan(draw):
    dy, x, gamma, rest = sent_back(draw)
    return call(with_nan(draw, dy), x, gamma, **rest)


def refused_gradients(draw):
    dy, x, gamma, rest = sent_back(draw, np.float64)
    which = draw.integer(0, 3)
    if which == 0:
        more = np.concatenate([dy, dy[:1]])
        return refused("dy", draw.choice((more, dy[..., None], dy[None], dy[0])), x, gamma, **rest)
    if which == 1:
        return refused("gamma", dy, x, misfit(draw, gamma), **rest)
    bad = too_few_axes(draw, x.shape[-1]) if which == 2 else without_values(draw, x.shape)
    bad = bad.astype(np.float64)
    return refused("x", bad, bad, gamma, **rest)


@counterexamples("batch_norm_backward", check=as_gradients)
def _(draw):
    return either(
        draw,
        lambda: call(*(made := sent_back(draw))[:3], **made[3]),
        lambda: back_with_nan(draw),
        lambda: refused_gradients(draw),
    )()


@counterexamples("batch_norm_backward", purity=True)
def _(draw):
    dy, x, gamma, rest = sent_back(draw)
    return call(dy, x, gamma, **rest)
