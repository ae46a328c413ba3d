"""Calls from the whole domain of each contract of LeNet-5 that is about arrays and numbers.

`tests/counterexamples` draws small calls, each about one thing; these vary everything at once, and
further: more maps and classes, every spelling and dtype, NaN, empty batches, calls to be refused.

What contracts leave open, or say only in passing, is not drawn: no groups, classes below 0, a
network without images, whole numbers beside floats in distances, half precision, whole numbers in
kernels, sums of whole numbers beyond 64 bits, distances of bytes, class numbers that do not exist.
Where several answers are right, as for two codes equally near, each of them counts.
"""

from __future__ import annotations

import numpy as np

from autograder.counterexamples import OMITTED, built, call, counterexamples, refused
from autograder.suite import expect

FLOATS = (np.float64, np.float32)
WHOLES = (np.int64, np.int32, np.uint8, np.int8)
COUNTS = (np.int64, np.int32, np.int16, np.uint8, np.int8, np.uint16, np.uint64)
RTOL = 2e-5
COMMON = 9  # of ten calls, this many have an answer and no special numbers


def either(draw, *ways):
    """One of the ways, of which the first is as likely as nine others together."""
    number = draw.integer(0, 10 * COMMON + 9)
    return ways[0 if number < 10 * COMMON or len(ways) == 1 else 1 + number % (len(ways) - 1)]


def numbers(draw, shape, dtype, most=None):
    """Quarters for floats, else whole numbers; small or large."""
    dtype = np.dtype(dtype)
    most = draw.choice((9, 9, 100)) if most is None else most
    if dtype.kind == "f":
        return draw.array(shape, -4 * most, 4 * most, dtype) / dtype.type(4)
    bounds = np.iinfo(dtype)
    return draw.array(shape, max(-most, bounds.min), min(most, bounds.max), dtype)


def is_whole(value):
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def floating(got, want, example):
    """The values of the right answer, in any floating dtype."""
    expect.close(got, want, dtype="floating")


# -- conv_parameters -------------------------------------------------------------------------


def whole(got, want, example):
    expect.that(is_whole(got), f"returned {expect.shown(got)}, and an int is asked for.")
    expect.close(got, want)


def side_or_sides(draw, most=12):
    return draw.choice((draw.integer(1, most), (draw.integer(1, most), draw.integer(1, most))))


def counted(draw):
    groups = draw.choice((OMITTED, 1, draw.integer(2, 32)))
    of_group = 1 if groups is OMITTED else groups
    most = draw.choice((4, 40, 400) if of_group == 1 else (4, 40))
    channels = of_group * draw.integer(1, most), of_group * draw.integer(1, most)
    bias = draw.choice((OMITTED, True, False))
    if draw.integer(0, 3) == 3 and OMITTED not in (bias, groups):
        return call(side_or_sides(draw), *channels, bias, groups)
    return call(side_or_sides(draw), *channels, bias=bias, groups=groups)


def refused_count(draw):
    good = {"kernel_size": side_or_sides(draw), "in_channels": 6, "out_channels": 12}
    low, fine = draw.integer(-4, 0), draw.integer(1, 5)
    wrong = draw.choice(
        (
            {"kernel_size": low},
            {"kernel_size": draw.choice(((low, fine), (fine, low)))},
            {"in_channels": low},
            {"out_channels": low},
            {"groups": 4},
            {"groups": 12},
            {"out_channels": 9, "groups": 2},
        )
    )
    return refused(tuple(wrong)[-1], **{**good, **wrong})


@counterexamples("conv_parameters", check=whole)
def _(draw):
    return either(draw, lambda: counted(draw), lambda: refused_count(draw))()


# -- lenet5_table ----------------------------------------------------------------------------


def rows(got, want, example):
    """Seven rows in their order, each with the right names and ints."""
    expect.that(isinstance(got, list | tuple), "did not return a list of dicts.")
    expect.that(len(got) == len(want), f"returned {len(got)} rows.")
    for number, (one, other) in enumerate(zip(got, want, strict=True)):
        for field, value in other.items():
            mine = one.get(field) if isinstance(one, dict) else None
            same = type(mine) is str if field == "name" else is_whole(mine)
            wrong = f"returned a row {number} whose {field!r} is not right."
            expect.that(same and bool(mine == value), wrong)


def table(draw):
    size = draw.integer(32, draw.choice((60, 400, 5000)))
    return draw.choice((call(size), call(size), call(input_size=size), call(OMITTED)))


@counterexamples("lenet5_table", check=rows)
def _(draw):
    small = draw.choice((draw.integer(0, 31), draw.integer(-40, 31)))
    return either(draw, lambda: table(draw), lambda: refused("input_size", small))()


# -- c3_connection_table ---------------------------------------------------------------------


def truth_values(got, want, example):
    expect.close(got, want, dtype=np.bool_)


@counterexamples("c3_connection_table", check=truth_values)
def _(draw):
    return call()


# -- sparse_conv2d ---------------------------------------------------------------------------


def convolved(got, want, example):
    """Right but for what is lost where numbers cancel out; of the precision of all arguments."""
    x, kernel, bias, _ = example.values
    dtypes = {each.dtype for each in (x, kernel, bias)}
    largest = (float(np.nanmax(np.abs(each), initial=0)) for each in (x, kernel))
    scale = RTOL * float(np.prod(list(largest))) if x.size else 0.0
    expect.close(got, want, dtype=tuple(dtypes) if len(dtypes) == 1 else FLOATS, atol=scale)


def sparse(draw, of_x=(*FLOATS, *FLOATS, *WHOLES)):
    """Images, kernel, bias and table that fit."""
    height, width = draw.integer(1, 5), draw.integer(1, 5)
    most = draw.choice((4, 8, 17))
    inputs, outputs = draw.integer(1, most), draw.integer(1, most)
    shape = draw.integer(1, 4), height + draw.integer(0, 9), width + draw.integer(0, 9), inputs
    one, other, third = draw.choice(FLOATS), draw.choice(FLOATS), draw.choice(FLOATS)
    all_alike = draw.integer(0, 1)
    x = numbers(draw, shape, one if all_alike else draw.choice(of_x))
    kernel = numbers(draw, (height, width, inputs, outputs), one if all_alike else other, 9)
    bias = numbers(draw, (outputs,), one if all_alike else third)
    some = draw.array((inputs, outputs), 0, draw.choice((1, 1, 3)), np.int64) > 0
    connected = draw.choice((some, some, ~some, np.ones((inputs, outputs), bool)))
    return x, kernel, bias, connected


def unseen(draw):
    """NaN or infinite weights where nothing is connected."""
    x, kernel, bias, connected = sparse(draw)
    value = draw.choice((np.nan, np.inf, -np.inf))
    return call(x, np.where(connected, kernel, kernel.dtype.type(value)), bias, connected)


def seen(draw):
    """NaN in a bias, or in a weight of a table that connects everything."""
    x, kernel, bias, connected = sparse(draw)
    draw.put(draw.choice((kernel, bias)), np.nan)
    return call(x, kernel, bias, np.ones_like(connected))


def refused_sparse(draw):
    """Arrays of which one does not fit the others."""
    x, kernel, bias, connected = sparse(draw, FLOATS)
    inputs, outputs = connected.shape
    sides = draw.choice(((x.shape[1] + 1, 1), (1, x.shape[2] + 1)))
    more = {"kernel": np.ones((1, 1, inputs + 1, outputs)), "table": np.ones((inputs + 1, outputs))}
    names, change = draw.choice(
        (
            ("x", {"x": draw.choice((x[0], x[None], x[0, 0]))}),
            ("kernel", {"kernel": draw.choice((kernel[0], kernel[None], kernel[0, 0]))}),
            (("kernel", "x"), {"kernel": more["kernel"], "table": more["table"] > 0}),
            (("kernel", "x"), {"kernel": np.ones((*sides, inputs, outputs))}),
            ("bias", {"bias": draw.choice((np.append(bias, 1), bias[None], bias[:0]))}),
            ("table", {"table": draw.choice((connected[0], more["table"] > 0, connected[:, :0]))}),
        )
    )
    given = {"x": x, "kernel": kernel, "bias": bias, "table": connected, **change}
    return refused(names, *given.values())


@counterexamples("sparse_conv2d", check=convolved)
def _(draw):
    return either(
        draw,
        lambda: call(*sparse(draw)),
        lambda: unseen(draw),
        lambda: seen(draw),
        lambda: call((made := sparse(draw))[0][:0], *made[1:]),
        lambda: refused_sparse(draw),
    )()


@counterexamples("sparse_conv2d", purity=True)
def _(draw):
    return call(*sparse(draw))


# -- scaled_tanh -----------------------------------------------------------------------------


def squashed(got, want, example):
    """As precise as an array of floats; numbers and whole numbers become floating."""
    a = example.args[0]
    kept = isinstance(a, np.ndarray) and a.dtype.kind == "f"
    expect.close(got, want, like=[a] if kept else (), dtype=want.dtype if kept else "floating")


def sums(draw):
    """Arrays of any shape, and numbers. Twice a whole number still fits its dtype."""
    shape = draw.choice(((), (draw.integer(0, 40),), tuple(draw.integer(1, 5) for _ in range(4))))
    shape = draw.choice((shape, tuple(draw.integer(1, 6) for _ in range(draw.integer(1, 4)))))
    dtype = draw.choice((*FLOATS, *FLOATS, *WHOLES))
    a = numbers(draw, shape, dtype, draw.choice((3, 9, 60)))
    if np.dtype(dtype).kind == "f":
        a = np.asarray(a * dtype(draw.choice((1, 1, 1, 0.1, 0.001, 1e6))))
    return draw.choice((a, a, a, draw.integer(-60, 60), draw.integer(-400, 400) / 40))


def special_sums(draw):
    a = numbers(draw, (draw.integer(1, 9), draw.integer(1, 9)), draw.choice(FLOATS))
    for _ in range(draw.integer(1, 4)):
        draw.put(a, draw.choice((np.nan, np.inf, -np.inf, -0.0)))
    return a


@counterexamples("scaled_tanh", check=squashed)
def _(draw):
    return call(either(draw, lambda: sums(draw), lambda: special_sums(draw))())


@counterexamples("scaled_tanh", purity=True)
def _(draw):
    return call(numbers(draw, (draw.integer(1, 9), draw.integer(1, 9)), draw.choice(FLOATS)))


# -- trainable_subsampling -------------------------------------------------------------------


def subsampled(draw, dtypes=(*FLOATS, *FLOATS, *WHOLES)):
    """Images, and weights under which few sums saturate."""
    shape = draw.integer(1, 4), draw.integer(2, 13), draw.integer(2, 13), draw.integer(1, 17)
    dtype = np.dtype(draw.choice(dtypes))
    large = {"int64": 10**6, "int32": 2**31 - 1, "uint8": 255, "int8": 127}
    most = draw.choice((9, 100, large.get(dtype.name, 1000)))
    weight, bias = (numbers(draw, shape[3:], draw.choice(FLOATS)) for _ in range(2))
    return numbers(draw, shape, dtype, most), weight / weight.dtype.type(9 * most), bias / 9


def special_subsampling(draw):
    """NaN in an image, a weight or a bias; an infinite pixel."""
    x, weight, bias = subsampled(draw, FLOATS)
    weight = np.where(weight == 0, 1, weight)
    array, value = draw.choice(((x, np.nan), (weight, np.nan), (bias, np.nan), (x, np.inf)))
    draw.put(array, value)
    return call(x, weight, bias)


def refused_subsampling(draw):
    x, weight, bias = subsampled(draw)
    wrong = draw.choice((np.append(bias, 1), bias[:-1], np.ones(len(bias) + 5)))
    which = draw.integer(0, 2)
    if which == 0:
        return refused("x", draw.choice((x[0], x[None], x[0, 0])), weight, bias)
    if which == 1:
        return refused(("weight", "x"), x, wrong, bias)
    return refused(("bias", "x"), x, weight, wrong)


@counterexamples("trainable_subsampling", check=floating)
def _(draw):
    return either(
        draw,
        lambda: call(*subsampled(draw)),
        lambda: special_subsampling(draw),
        lambda: call((made := subsampled(draw))[0][:0], *made[1:]),
        lambda: refused_subsampling(draw),
    )()


@counterexamples("trainable_subsampling", purity=True)
def _(draw):
    return call(*subsampled(draw))


# -- rbf_output and rbf_predict --------------------------------------------------------------


def features(draw):
    """Examples and codes, often of signs, often as many of both."""
    count, classes = draw.integer(1, 12), draw.integer(1, 12)
    count = draw.choice((count, count, classes))
    shape = draw.choice((draw.integer(1, 9), draw.integer(1, 100), 84))
    dtypes = draw.choice((FLOATS, FLOATS, (np.int64, np.int32)))
    x = numbers(draw, (count, shape), draw.choice(dtypes))
    codes = numbers(draw, (classes, shape), draw.choice(dtypes))
    return x, draw.choice((codes, np.where(codes < 0, -1, 1).astype(codes.dtype)))


def special_features(draw):
    """NaN in an example or a code."""
    x, codes = (each.astype(draw.choice(FLOATS)) for each in features(draw))
    draw.put(draw.choice((x, codes)), np.nan)
    return call(x, codes)


def refused_features(draw):
    x, codes = features(draw)
    one_more = np.concatenate((x, x[:, :1]), axis=1)
    forms = ((x[0], codes), (x[None], codes), (x, codes[0]), (x, codes[None]), (one_more, codes))
    return refused(("x", "codes"), *draw.choice(forms))


@counterexamples("rbf_output")
def _(draw):
    return either(
        draw,
        lambda: call(*features(draw)),
        lambda: special_features(draw),
        lambda: call((made := features(draw))[0][:0], made[1]),
        lambda: refused_features(draw),
    )()


@counterexamples("rbf_output", purity=True)
def _(draw):
    return call(*features(draw))


def nearest(got, want, example):
    """Class numbers; of codes that are as near as the nearest, any."""
    x, codes = (each.astype(np.float64) for each in example.values)
    chosen = expect.array(got)
    expect.close(np.zeros(chosen.shape), np.zeros(want.shape))  # the shape alone
    if not len(x):
        return
    expect.that(chosen.dtype.kind in "iu", "returned classes that are not ints.")
    expect.that(0 <= chosen.min() <= chosen.max() < len(codes), "returned a class without a code.")
    distances = ((x[:, np.newaxis] - codes) ** 2).sum(axis=2)
    mine, least = distances[np.arange(len(x)), chosen], distances.min(axis=1)
    expect.that(
        (mine <= least + RTOL * distances.max()).all(), "returned a class that is not right."
    )


def near_a_code(draw):
    """Examples that are codes moved a little, as F6 gives them after training."""
    x, codes = features(draw)
    signs = np.where(codes < 0, -1, 1)
    own = signs[draw.array((len(x),), 0, len(codes) - 1, np.int64)]
    moved = numbers(draw, own.shape, draw.choice(FLOATS), 3) / 4
    return own.astype(moved.dtype) + moved, signs.astype(codes.dtype)


@counterexamples("rbf_output", function="rbf_predict", check=nearest)
def _(draw):
    if draw.integer(0, 60) == 60:
        return call((made := features(draw))[0][:0], made[1])
    return call(*draw.choice((features(draw), near_a_code(draw))))


@counterexamples("rbf_output", function="rbf_predict", purity=True)
def _(draw):
    return call(*features(draw))


# -- lenet5_1998_forward ---------------------------------------------------------------------


def pictures(seed, count, dtype, size, nan):
    """Images by chance; `nan` of their pixels are NaN."""
    rng = np.random.default_rng(seed)
    images = (size * rng.normal(size=(count, 32, 32, 1))).astype(dtype)
    images.reshape(-1)[rng.integers(0, max(images.size, 1), nan)] = np.nan
    return images


def layers(seed, classes, dtype, loud, gain):
    """Weights by chance in a dict in any order; those of one layer are larger or smaller."""
    rng = np.random.default_rng(seed)
    spreads = {
        "c1_kernel": ((5, 5, 1, 6), 0.2), "c1_bias": ((6,), 0.3),
        "s2_weight": ((6,), 0.5), "s2_bias": ((6,), 0.3),
        "c3_kernel": ((5, 5, 6, 16), 0.12), "c3_bias": ((16,), 0.3),
        "s4_weight": ((16,), 0.5), "s4_bias": ((16,), 0.3),
        "c5_kernel": ((5, 5, 16, 120), 0.06), "c5_bias": ((120,), 0.3),
        "f6_kernel": ((120, 84), 0.1), "f6_bias": ((84,), 0.3),
        "codes": ((classes, 84), 1.0),
    }  # fmt: skip
    weights = {}
    for name in rng.permutation(list(spreads)):
        shape, spread = spreads[str(name)]
        scale = spread * (gain if str(name)[:2] == loud else 1)
        weights[str(name)] = (scale * rng.normal(size=shape)).astype(dtype)
    if seed % 2:
        weights["codes"] = np.sign(weights["codes"])
    return weights


def network(draw, count, nan=0):
    """Images and weights as functions of a few numbers."""
    of_images, of_weights = draw.choice(("float32", "float64")), draw.choice(("float32", "float64"))
    size = draw.choice((1.0, 0.1, 4.0))
    images = built(pictures, draw.integer(0, 9999), count, of_images, size, nan)
    loud = draw.choice(("", "c1", "s2", "c3", "s4", "c5", "f6", "co"))
    gain = draw.choice((0.0, 0.1, 3.0))
    classes = draw.choice((10, draw.integer(1, 26)))
    return call(images, built(layers, draw.integer(0, 9999), classes, of_weights, loud, gain))


def outputs(got, want, example):
    expect.close(got, want, rtol=1e-4)


@counterexamples("lenet5_1998_forward", check=outputs)
def _(draw):
    return either(
        draw,
        lambda: network(draw, draw.integer(1, 3)),
        lambda: network(draw, draw.choice((draw.integer(4, 8), 10, 16))),
        lambda: network(draw, draw.integer(1, 3), nan=1),
    )()


@counterexamples("lenet5_1998_forward", purity=True)
def _(draw):
    return network(draw, 1)


# -- prepare_digits --------------------------------------------------------------------------


def prepared(got, want, example):
    """A pair of images, float32, and of labels, floats or ints."""
    expect.that(isinstance(got, list | tuple) and len(got) == 2, "did not return a pair.")
    expect.close(got[0], want[0], dtype=np.float32)
    kind = expect.array(got[1]).dtype.kind
    expect.that(kind in "iuf", "returned labels that are neither floats nor ints.")
    expect.close(got[1], want[1])


def digits(draw, least=0):
    """Images, labels and classes that fit; few images as a rule."""
    count = draw.choice((draw.integer(1, 5), draw.integer(1, 5), draw.integer(6, 12)))
    count = max(least, either(draw, count, count, 0, 28, 32))
    most = draw.choice((255, 255, 85, 1, 0))
    images = draw.array((count, 28, 28), 0, most, np.uint8)
    images = draw.choice((images, images, 255 - images, np.minimum(3 * images, 255)))
    classes = draw.choice((OMITTED, OMITTED, 10, draw.integer(1, 40)))
    known = 10 if classes is OMITTED else classes
    dtype = draw.choice((np.int64, np.int64, np.int32, np.uint8, np.int8))
    labels = draw.array((count,), 0, draw.choice((known, known, max(1, known // 2))) - 1, dtype)
    return images, labels, classes


def spelled(draw, *args):
    """A call whose last argument has a name, or has not."""
    if draw.integer(0, 1):
        return call(*args)
    return call(*args[:-1], num_classes=args[-1])


def refused_digits(draw):
    images, labels, classes = digits(draw, 2)
    known = 10 if classes is OMITTED else classes
    which, rest = draw.integer(0, 2), {"num_classes": classes}
    if which == 0:
        forms = (images[0], images[..., None], images[:, :-1], images[:, :, 1:], images[0, 0])
        return refused("images", draw.choice(forms), labels, **rest)
    if which == 1:
        return refused("labels", images, draw.choice((labels[:-1], labels[:0])), **rest)
    wrong = labels.astype(np.int64)
    draw.put(wrong, known + draw.integer(0, 3))
    return refused(("labels", "num_classes"), images, wrong, **rest)


@counterexamples("prepare_digits", check=prepared)
def _(draw):
    return either(draw, lambda: spelled(draw, *digits(draw)), lambda: refused_digits(draw))()


@counterexamples("prepare_digits", purity=True)
def _(draw):
    return spelled(draw, *digits(draw, 1))


# -- confusion_matrix and accuracy -----------------------------------------------------------


def counts(got, want, example):
    kind = expect.array(got).dtype.kind
    expect.that(kind in "iu", "returned counts that are not ints.")
    expect.close(got, want)


def guesses(draw, least=0):
    """Labels and predictions of any dtype, of which many are right, and how many classes exist."""
    count = draw.integer(least, draw.choice((8, 60, 60, 400)))
    classes = draw.choice((draw.integer(1, 12), draw.integer(1, 12), draw.integer(13, 40)))
    known = draw.choice((classes, classes, draw.integer(1, classes)))
    true, other = (draw.array((count,), 0, known - 1, np.int64) for _ in range(2))
    guessed = np.where(draw.array((count,), 0, draw.choice((0, 1, 3)), np.int64) > 0, true, other)
    one, another = draw.choice(COUNTS), draw.choice(COUNTS)
    return true.astype(one), guessed.astype(draw.choice((one, another))), classes


def refused_guesses(draw, *rest):
    labels, predictions, classes = guesses(draw, 2)
    names, cut = ("predictions", "labels"), draw.integer(0, len(labels) - 1)
    given = draw.choice(((labels[:cut], predictions), (labels, predictions[:cut])))
    return refused(names, *given, *([classes] if rest else []))


@counterexamples("confusion_matrix", check=counts)
def _(draw):
    way = either(draw, lambda: spelled(draw, *guesses(draw)), lambda: refused_guesses(draw, True))
    return way()


@counterexamples("confusion_matrix", function="accuracy")
def _(draw):
    return either(draw, lambda: call(*guesses(draw, 1)[:2]), lambda: refused_guesses(draw))()


@counterexamples("confusion_matrix", purity=True)
def _(draw):
    return call(*guesses(draw, 1))
