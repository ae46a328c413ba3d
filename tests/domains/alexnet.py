"""Calls from the whole domain of each contract of AlexNet's array functions.

`tests/counterexamples` draws small calls, each about one thing; these vary everything at once, and
further: larger images, more channels, every dtype and spelling. An answer that depends on a random
generator is wrong if no generator can give it, or only with a probability below `CHANCE`.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy import stats

from autograder.counterexamples import OMITTED, call, counterexamples, generator, refused
from autograder.suite import Mismatch, expect

FLOATS = (np.float64, np.float32)
WHOLES = (np.int64, np.int32, np.int16, np.int8, np.uint8, np.uint16)
DTYPES = (*FLOATS, *FLOATS, *WHOLES)
COMMON = 9  # of ten calls, this many have an answer and no special numbers
CHANCE = 1e-9


def either(draw, *ways):
    """A call made in one of the ways, of which the first is as likely as nine others together."""
    number = draw.integer(0, 10 * COMMON + 9)
    chosen = 0 if number < 10 * COMMON or len(ways) == 1 else 1 + number % (len(ways) - 1)
    return ways[chosen](draw)


def dice(draw):
    return generator(draw.integer(0, 10_000))


def values(draw, shape, dtype, signs=(-1, 1)):
    """Whole numbers, quarters or fractions, within the range of a dtype."""
    dtype = np.dtype(dtype)
    most = draw.choice((9, 100, 400, 1000))
    low, high = signs[0] * most, signs[1] * most
    if dtype.kind == "f":
        divisor = dtype.type(draw.choice((1, 4, 40)))
        return np.asarray(draw.array(shape, low, high, dtype) / divisor)
    bounds = np.iinfo(dtype)
    return np.asarray(draw.array(shape, max(low, bounds.min), min(high, bounds.max), dtype))


def images(draw, dtype=None, channels=OMITTED, least=1):
    """Up to four images of up to 12 by 12 pixels, of any dtype."""
    shape = draw.integer(1, 4), draw.integer(least, 12), draw.integer(least, 12)
    last = draw.integer(1, 5) if channels is OMITTED else channels
    return values(draw, (*shape, last), draw.choice(DTYPES) if dtype is None else dtype)


def marked(draw, x, *marks):
    """The same array with some of these numbers in it."""
    for _ in range(draw.integer(1, 4)):
        draw.put(x, draw.choice(marks))
    return x


def of_another_rank(draw, x):
    return draw.choice((x[0], x[0, 0], x[None]))


def floating(x):
    """The dtypes that an answer may have that is floating, and like the argument if that is."""
    return x.dtype if x.dtype.kind == "f" else FLOATS


def kept(got, want, example):
    """The values of the right answer, and the dtype of the first array."""
    arrays = [each for each in example.values if isinstance(each, np.ndarray)]
    expect.close(got, want, like=arrays, dtype=arrays[0].dtype)


def floating_kept(got, want, example):
    """The values of the right answer, and a floating dtype."""
    x = example.values[0]
    expect.close(got, want, like=x, dtype=floating(x))


def of_shape(got, want, dtype):
    """An answer as an array that has the shape of the right one, and one of these dtypes."""
    came = expect.array(got)
    expect.close(np.zeros(came.shape, came.dtype), np.zeros(np.shape(want)), dtype=dtype)
    return came


def chosen_by_chance(counts, n, p):
    """Whether numbers of successes among n, each with probability p, may well be."""
    tails = np.minimum(stats.binom.cdf(counts, n, p), stats.binom.sf(np.subtract(counts, 1), n, p))
    return bool((tails > CHANCE / 2 / np.size(counts)).all())


# -- relu ------------------------------------------------------------------------------------

REAL = (*DTYPES, np.float16, np.uint32)


def rectified(draw, dtype=None):
    shape = tuple(draw.integer(1, 6) for _ in range(draw.integer(0, 5)))
    return values(draw, shape, draw.choice(REAL) if dtype is None else dtype)


@counterexamples("relu", check=kept)
def _(draw):
    return either(
        draw,
        lambda draw: call(rectified(draw)),
        lambda draw: call(
            marked(draw, rectified(draw, draw.choice(FLOATS)), np.nan, np.inf, -np.inf, 1e30, -1e30)
        ),
        lambda draw: call(rectified(draw)[None][:0]),
    )


@counterexamples("relu", purity=True)
def _(draw):
    return call(rectified(draw))


# -- local_response_norm ---------------------------------------------------------------------


def constants(draw):
    """The arguments after x, some by name and some left out."""
    return {
        "depth_radius": draw.choice((OMITTED, OMITTED, *range(7), 20)),
        "bias": draw.choice((OMITTED, OMITTED, 1, 0.5, 2.5, 30.0, 1e-2)),
        "alpha": draw.choice((OMITTED, OMITTED, 0, 1e-5, 1e-3, 0.02, 1)),
        "beta": draw.choice((OMITTED, OMITTED, 0, 0.5, 1, 1.25, 2)),
    }


def maps(draw, dtype=None):
    shape = draw.integer(1, 4), draw.integer(1, 6), draw.integer(1, 6), draw.integer(1, 14)
    return values(draw, shape, draw.choice(DTYPES) if dtype is None else dtype)


def spelled(draw, x, rest):
    """The same call with the first arguments after x by position, as many as are given."""
    given = list(itertools.takewhile(lambda each: each is not OMITTED, rest.values()))
    count = draw.integer(0, len(given))
    return call(x, *given[:count], **dict(list(rest.items())[count:]))


def refused_norm(draw):
    x, rest = maps(draw, np.float64), constants(draw)
    if draw.integer(0, 1):
        return refused("depth_radius", x, **{**rest, "depth_radius": draw.integer(-5, -1)})
    return refused("x", of_another_rank(draw, x), **rest)


def normalised(got, want, example):
    """The values of the right answer; where a channel is NaN, further ones there may be NaN."""
    x = example.values[0]
    came = of_shape(got, want, floating(x))
    free = np.isnan(x).any(axis=3, keepdims=True) & np.isnan(came)
    expect.close(np.where(free, want, came), want, like=(x, came))


@counterexamples("local_response_norm", check=normalised)
def _(draw):
    return either(
        draw,
        lambda draw: spelled(draw, maps(draw), constants(draw)),
        lambda draw: call(
            marked(draw, maps(draw, draw.choice(FLOATS)), np.nan), **{**constants(draw), "beta": 1}
        ),
        lambda draw: call(maps(draw)[:0], **constants(draw)),
        refused_norm,
    )


@counterexamples("local_response_norm", purity=True)
def _(draw):
    return call(maps(draw), draw.integer(0, 4))


# -- dropout ---------------------------------------------------------------------------------

RATES = (0.5, 0.5, 0.2, 0.75, 0.1, 0.9, 0.0, 1.0, 0, 1)


def dropped_or_scaled(got, want, example):
    """Each element is 0 or x / (1 - rate), as many as chance may drop; or nothing is done."""
    x, rate, training = example.values[:3]
    came = of_shape(got, want, floating(x))
    if not training or rate in (0, 1):
        expect.close(got, x * (rate < 1 or not training), like=(x, came))
        return
    zeros = came == 0
    expect.close(got, np.where(zeros, 0, x / (1 - rate)), like=(x, came))
    dropped, size = int(zeros[x != 0].sum()), int(((x != 0) & ~np.isnan(x)).sum())
    expect.that(chosen_by_chance(dropped, size, rate), f"dropped {dropped} of {size} elements.")
    if min(x.shape, default=0) > 9 and np.all(x != 0) and 0.05 < rate < 0.95:
        for axis in range(x.ndim):
            same = (zeros == zeros.take([0], axis)).all()
            expect.that(not same, f"dropped the same all along axis {axis}.")


def dropping(draw, dtype=None, rates=RATES):
    shape = tuple(draw.integer(1, 7) for _ in range(draw.integer(1, 4)))
    dtype = draw.choice(DTYPES) if dtype is None else dtype
    x, rate = values(draw, shape, dtype), draw.choice(rates)
    training = draw.integer(0, 3) > 0
    if x.dtype.kind != "f" and (not training or rate == 1):
        # Whether whole numbers become floating where nothing is scaled, the suite does not ask.
        x = x.astype(np.float64)
    return x, rate, training, dice(draw) if training else draw.choice((dice(draw), None))


def dropping_many(draw):
    x = 1 + values(draw, (draw.integer(10, 90), draw.integer(10, 90)), draw.choice(FLOATS), (0, 1))
    return call(x, draw.choice(RATES[:6]), True, dice(draw))


def dropping_nan(draw):
    x, *rest = dropping(draw, draw.choice(FLOATS), RATES[:6])
    return call(marked(draw, x, np.nan), *rest)


def refused_rate(draw):
    x, _, *rest = dropping(draw)
    return refused("rate", x, draw.choice((1.5, -0.5, 50, -1, 1.0001, -1e-6, 2)), *rest)


@counterexamples("dropout", check=dropped_or_scaled)
def _(draw):
    return either(
        draw,
        lambda draw: call(*dropping(draw)) if draw.integer(0, 4) else dropping_many(draw),
        dropping_nan,
        lambda draw: call((made := dropping(draw))[0][:0], *made[1:]),
        refused_rate,
    )


@counterexamples("dropout", purity=True)
def _(draw):
    return call(*dropping(draw))


# -- crops -----------------------------------------------------------------------------------

PIXELS = (*DTYPES, np.float16)


def sized(draw, x):
    """A side of squares that fit."""
    return draw.integer(1, min(x.shape[1:3]))


def numbered(draw):
    """Images of which every pixel is another number, up to 600 of them."""
    count = draw.choice((1, 3, 60, 600))
    height, width = draw.integer(1, 7), draw.integer(1, 7)
    one = np.arange(1, 1 + height * width).reshape(1, height, width, 1)
    return np.tile(one, (count, 1, 1, 1)).astype(draw.choice(PIXELS))


def pictures(draw):
    return images(draw, draw.choice(PIXELS)) if draw.integer(0, 1) else numbered(draw)


def cut_out_of_its_image(got, want, example):
    """Each square is a part of its own image; of many, each place is as likely as any other."""
    x, size = example.values[0], np.shape(want)[1]
    came = of_shape(got, want, x.dtype)
    places = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))
    found = (np.moveaxis(places, 3, -1) == came[:, None, None]).all(axis=(3, 4, 5))
    expect.that(found.any(axis=(1, 2)).all(), "returned squares that are no parts of the images.")
    if len(x) > 9:
        counts = found.sum(axis=0)
        even = chosen_by_chance(counts, len(x), 1 / counts.size)
        expect.that(even, "chose some places too often or too rarely.")


def refused_crop(draw, *more):
    x = images(draw)
    too_large = min(x.shape[1:3]) + draw.integer(1, 3)
    if draw.integer(0, 2):
        return refused("size", x, draw.choice((0, -1, too_large, too_large)), *more)
    return refused("images", of_another_rank(draw, x), 1, *more)


@counterexamples("random_crop", check=cut_out_of_its_image)
def _(draw):
    return either(
        draw,
        lambda draw: call(x := pictures(draw), sized(draw, x), dice(draw)),
        lambda draw: call((x := images(draw))[:0], sized(draw, x), dice(draw)),
        lambda draw: refused_crop(draw, dice(draw)),
    )


def as_it_was_or_mirrored(got, want, example):
    """Each image is as it was or mirrored; of those that show it, half are, but for chance."""
    x = example.values[0]
    came = of_shape(got, want, x.dtype)
    mirrored = x[:, :, ::-1]
    same, flipped = ((came == each).all(axis=(1, 2, 3)) for each in (x, mirrored))
    expect.that((same | flipped).all(), "returned images that are neither as they were nor so.")
    shows = (x != mirrored).any(axis=(1, 2, 3))
    count, total = int(flipped[shows].sum()), int(shows.sum())
    expect.that(chosen_by_chance(count, total, 0.5), f"mirrored {count} of {total} images.")


@counterexamples("random_crop", function="random_flip", check=as_it_was_or_mirrored)
def _(draw):
    return either(
        draw,
        lambda draw: call(pictures(draw), dice(draw)),
        lambda draw: call(images(draw)[:0], dice(draw)),
        lambda draw: refused("images", of_another_rank(draw, images(draw)), dice(draw)),
    )


@counterexamples("random_crop", purity=True)
def _(draw):
    return call(x := pictures(draw), sized(draw, x), dice(draw))


@counterexamples("random_crop", function="random_flip", purity=True)
def _(draw):
    return call(pictures(draw), dice(draw))


@counterexamples("ten_crop", check=kept)
def _(draw):
    return either(
        draw,
        lambda draw: call(x := images(draw, draw.choice(PIXELS)), sized(draw, x)),
        lambda draw: call(x := images(draw), size=sized(draw, x)),
        lambda draw: call(
            marked(draw, x := images(draw, draw.choice(FLOATS)), np.nan, np.inf), sized(draw, x)
        ),
        lambda draw: call((x := images(draw))[:0], sized(draw, x)),
        refused_crop,
    )


@counterexamples("ten_crop", purity=True)
def _(draw):
    return call(x := images(draw), sized(draw, x))


# -- ten_crop_predict ------------------------------------------------------------------------


def network(classes, dtype, one_of):
    """What a network says of crops; each class weighs the numbers of a crop otherwise.

    Its answers add up to 1 if one class is right, and each is a probability of its own otherwise.
    """

    def predict(crops):
        shape = np.shape(crops)
        is_batch = len(shape) == 4 and shape[0] == 10 and shape[1] == shape[2] and min(shape) > 0
        expect.that(is_batch, f"called predict with crops of shape {shape}.")
        numbers = np.asarray(crops, np.float64).reshape(10, -1)
        angles = np.outer(np.arange(1, 1 + numbers.shape[1]), np.arange(1, 1 + classes))
        raised = np.exp(3 * np.sin(numbers @ np.cos(angles) / 30))
        others = raised.sum(axis=1, keepdims=True) if one_of else 1 + raised
        return (raised / others).astype(dtype)

    return predict


def predicting(draw):
    image = images(draw)[0]
    classes = draw.integer(1, 20)
    predict = network(classes, draw.choice(FLOATS), bool(draw.integer(0, 3)))
    return predict, image, draw.integer(1, min(image.shape[:2]))


def mean_of_answers(got, want, example):
    expect.close(got, want, like=np.float32(0), rtol=1e-4)


def refused_prediction(draw):
    predict, image, _ = predicting(draw)
    too_large = min(image.shape[:2]) + draw.integer(1, 3)
    if draw.integer(0, 2):
        return refused("size", predict, image, draw.choice((0, -1, too_large, too_large)))
    return refused("image", predict, draw.choice((image[0], image[None])), 1)


@counterexamples("ten_crop_predict", check=mean_of_answers)
def _(draw):
    return either(draw, lambda draw: call(*predicting(draw)), refused_prediction)


@counterexamples("ten_crop_predict", purity=True)
def _(draw):
    return call(*predicting(draw))


# -- pca_color_augment -----------------------------------------------------------------------

SIGMAS = (OMITTED, OMITTED, 0.0, 1e-3, 0.02, 0.5, 1, 2.0)


def turned(draw):
    """Orthonormal columns in any direction."""
    made, _ = np.linalg.qr(draw.array((3, 3), -9, 9) + 20 * np.eye(3))
    return made[:, draw.choice(([0, 1, 2], [1, 2, 0], [2, 0, 1], [1, 0, 2]))]


def shifting(draw, x):
    most = draw.choice((5, 40, 400))
    eigenvalues = draw.array((3,), 0, most, draw.choice(FLOATS)) / 4
    return call(x, eigenvalues, turned(draw), dice(draw), sigma=draw.choice(SIGMAS))


def colours(draw):
    if draw.integer(0, 2):
        return images(draw, channels=3)
    shape = draw.choice((60, 500)), draw.integer(1, 2), draw.integer(1, 2), 3
    return values(draw, shape, draw.choice(DTYPES))


def one_normal_shift(got, want, example):
    """To each image one colour is added, of normal numbers along the eigenvectors."""
    x, eigenvalues, vectors = (np.asarray(each, np.float64) for each in example.values[:3])
    came = of_shape(got, want, floating(example.values[0])).astype(np.float64)
    if not len(x):
        return
    shifts = (came - x).mean(axis=(1, 2))
    single = np.float32 in (example.values[0].dtype, expect.array(got).dtype)
    slack = (2e-6 if single else 1e-12) * (1 + np.abs(came).max() + np.abs(x).max())
    uneven = np.abs(came - x - shifts[:, None, None]).max()
    expect.that(uneven <= slack, "added different colours to pixels of one image.")
    scales = example.kwargs.get("sigma", 0.1) * eigenvalues
    slack += 1e-6 * scales.max()  # of who takes the root of a covariance
    along = shifts @ vectors
    silent = scales <= 100 * slack
    far = np.abs(along) > 7 * scales + 3 * slack
    expect.that(not far.any(), "shifted colours too far along some component.")
    require_normal(along[:, ~silent] / scales[~silent])


def require_normal(numbers):
    """Numbers of one normal distribution each, drawn by themselves: by their squares and signs."""
    count = len(numbers)
    for column in numbers.T:
        squares = float((column**2).sum())
        tails = stats.chi2.cdf(squares, count), stats.chi2.sf(squares, count)
        expect.that(min(tails) > CHANCE, "shifts colours by too much or too little.")
        within = int((np.abs(column) < 1).sum())
        expect.that(chosen_by_chance(within, count, 0.68269), "draws no normal numbers.")
        fair = chosen_by_chance(int((column > 0).sum()), count, 0.5)
        expect.that(fair, "shifts colours to one side too often.")
    for one, other in itertools.combinations(numbers.T > 0, 2):
        fair = chosen_by_chance(int((one == other).sum()), count, 0.5)
        expect.that(fair, "shifts colours along two components together.")


def without_colours(draw):
    return draw.choice((images(draw, channels=draw.choice((1, 2, 4))), images(draw, channels=3)[0]))


@counterexamples("pca_color_augment", check=one_normal_shift)
def _(draw):
    return either(
        draw,
        lambda draw: shifting(draw, colours(draw)),
        lambda draw: shifting(draw, images(draw, channels=3)[:0]),
        lambda draw: refused(
            "images", without_colours(draw), draw.array((3,), 0, 9), turned(draw), dice(draw)
        ),
    )


@counterexamples("pca_color_augment", purity=True)
def _(draw):
    return shifting(draw, images(draw, channels=3))


def principal_components(got, want, example):
    """Eigenvalues of the covariance over n or n - 1, and vectors that are no other's too."""
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Mismatch("did not return a pair of eigenvalues and eigenvectors.", kind="type")
    numbers, vectors = expect.array(got[0]), of_shape(got[1], want[1], FLOATS)
    count = example.values[0].size // 3
    slack = 1e-9 * float(np.abs(example.values[0].astype(np.float64)).max()) ** 2
    over = count if np.abs(numbers.sum() - want[0].sum()) < 1e-5 * want[0].sum() else count - 1
    expect.close(numbers, want[0] * count / over, rtol=2e-5, atol=slack + 1e-5 * want[0][0])
    lengths = (np.asarray(vectors, np.float64) ** 2).sum(axis=0)
    expect.that(np.allclose(lengths, 1, atol=1e-4), "returned vectors that have not the length 1.")
    gaps = -np.diff(want[0], prepend=np.inf, append=-np.inf)
    apart = np.minimum(gaps[:-1], gaps[1:]) > 0.02 * want[0][0] + 1e4 * slack
    same = np.abs((vectors * want[1]).sum(axis=0))
    expect.that(np.allclose(same[apart], 1, atol=1e-3), "returned a wrong eigenvector.")


def clouds(draw):
    """Colours of two pixels or more, of which some vary little around large numbers."""
    shape = draw.integer(1, 4), draw.integer(1, 9), draw.integer(2, 9), 3
    if draw.integer(0, 5):
        return values(draw, shape, draw.choice(DTYPES)) * np.asarray(
            draw.choice(((1, 1, 1), (1, 0, 1), (1, 1, 0))), np.int8
        ).astype(bool)
    far = draw.choice((1000, 4000)) + draw.array(shape, -99, 99) / 256
    return far.astype(draw.choice(FLOATS))


@counterexamples(
    "pca_color_augment", function="rgb_principal_components", check=principal_components
)
def _(draw):
    return either(
        draw,
        lambda draw: call(clouds(draw)),
        lambda draw: refused("images", without_colours(draw)),
        lambda draw: refused("images", images(draw, channels=3)[:0]),
    )


@counterexamples("pca_color_augment", function="rgb_principal_components", purity=True)
def _(draw):
    return call(clouds(draw))


# -- alexnet_table ---------------------------------------------------------------------------

FIELDS = ("name", "shape", "parameters", "multiply_accumulates")


def rows(got, want, example):
    """The rows of the right table; where ints are asked for, they are ints."""
    if not isinstance(got, list | tuple) or not all(isinstance(row, dict) for row in got):
        raise Mismatch("did not return a list of dicts.", kind="type")
    expect.that(len(got) == len(want), f"returned {len(got)} rows.")
    for mine, row in zip(got, want, strict=True):
        for field in FIELDS:
            value = mine.get(field)
            listed = list(value) if isinstance(value, list | tuple) else value
            right = list(row[field]) if field == "shape" else row[field]
            numbers = listed if isinstance(listed, list) else [listed]
            whole = field == "name" or all(isinstance(each, int | np.integer) for each in numbers)
            wrong = f"returned a row {row['name']} whose {field!r} is not right."
            expect.that(whole and listed == right, wrong)


def network_of(draw):
    return {
        "input_size": draw.choice((OMITTED, draw.integer(67, 130), draw.integer(67, 600))),
        "num_classes": draw.choice((OMITTED, draw.integer(1, 30), draw.integer(1, 3000))),
        "groups": draw.choice((OMITTED, 1, 2, 4, 8, 16, 32)),
    }


def refused_table(draw):
    wrong = (
        ("input_size", draw.integer(-5, 66)),
        ("num_classes", draw.integer(-5, 0)),
        ("groups", draw.choice((0, 3, 5, 6, 7, 12, 24, 64, -1, -2))),
    )
    name, value = draw.choice(wrong)
    return refused(name, **{**network_of(draw), name: value})


@counterexamples("alexnet_table", check=rows)
def _(draw):
    return either(
        draw,
        lambda draw: (
            call(*network_of(draw).values()) if draw.integer(0, 1) else call(**network_of(draw))
        ),
        refused_table,
    )


# -- prepare_flowers -------------------------------------------------------------------------


def photographs(draw, count):
    shape = count, draw.integer(1, 6), draw.integer(1, 6), 3
    x = draw.array(shape, 0, draw.choice((255, 255, 40)), np.uint8)
    classes = draw.choice((OMITTED, draw.integer(1, 9), draw.integer(1, 100)))
    most = 16 if classes is OMITTED else classes - 1
    labels = draw.array((count,), 0, most, draw.choice((np.int64, np.int32, np.uint8)))
    seed = draw.choice((draw.integer(0, 9), draw.integer(0, 2**31 - 1)))
    return x, labels, seed, classes


def in_any_order(got, want, example):
    """The right images with their labels, in an order that chance may give."""
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Mismatch("did not return a pair of images and labels.", kind="type")
    x = of_shape(got[0], want[0], np.float32)
    y = expect.array(got[1])
    expect.that(y.dtype.kind in "biuf", f"returned labels of dtype {y.dtype}.")
    expect.close(np.zeros(y.shape), np.zeros(np.shape(want[1])))
    if not len(x):
        return
    one, other = (
        np.concatenate([np.rint(255 * np.asarray(x, np.float64)).reshape(len(x), -1), y], axis=1)
        for x, y in ((x, y), want)
    )
    expect.close(255 * x.astype(np.float64), np.rint(255 * x.astype(np.float64)), atol=1e-2)
    same = np.array_equal(one[np.lexsort(one.T)], other[np.lexsort(other.T)])
    expect.that(same, "returned images and labels that are not those of the input, in any order.")
    require_shuffled(one, np.asarray(example.values[0]).reshape(len(one), -1))


def require_shuffled(after, before):
    """Few images stay beside those that they came with.

    Of images that all differ, k pairs of neighbours or more do with a probability of at most
    2**k / k!: for k = 20 that is 4e-13.
    """
    if len(np.unique(before, axis=0)) < len(before):
        return
    place = {tuple(image): number for number, image in enumerate(before.tolist())}
    order = [place[tuple(image)] for image in after[:, : before.shape[1]].tolist()]
    stayed = int((np.abs(np.diff(order)) == 1).sum())
    expect.that(stayed < 20, "left the images beside those that they came with.")


def refused_flowers(draw):
    x, labels, seed, classes = photographs(draw, draw.integer(1, 12))
    most = 17 if classes is OMITTED else classes
    which = draw.integer(0, 4)
    if which == 0:
        return refused("images", of_another_rank(draw, x), labels, seed, classes)
    if which == 1:
        return refused("images", x[..., : draw.integer(1, 2)], labels, seed, classes)
    if which == 2:
        others = draw.choice((labels[:-1], np.append(labels, labels[0]), labels[None]))
        return refused(("labels", "images"), x, others, seed, classes)
    wrong = draw.choice((-1, most, most + draw.integer(1, 9)))
    labels = labels.astype(np.int64)
    draw.put(labels, wrong)
    return refused(("labels", "num_classes"), x, labels, seed, classes)


@counterexamples("prepare_flowers", check=in_any_order)
def _(draw):
    return either(
        draw,
        lambda draw: call(*photographs(draw, draw.choice((draw.integer(1, 9), 20, 50)))),
        lambda draw: call(*photographs(draw, 0)),
        refused_flowers,
    )


@counterexamples("prepare_flowers", purity=True)
def _(draw):
    return call(*photographs(draw, draw.integer(1, 9)))


# -- top_k_accuracy --------------------------------------------------------------------------


def guesses(draw):
    """Probabilities, many of them alike, and labels."""
    count, classes = draw.choice((draw.integer(1, 9), draw.integer(1, 80))), draw.integer(1, 24)
    weights = 1 + draw.array((count, classes), 0, draw.choice((1, 3, 1000)))
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    labels = draw.array((count,), 0, classes - 1, draw.choice((np.int64, np.int32, np.uint8)))
    return probabilities.astype(draw.choice(FLOATS)), labels, draw.integer(1, classes)


def refused_guesses(draw):
    probabilities, labels, k = guesses(draw)
    which = draw.integer(0, 2)
    if which == 0:
        return refused("k", probabilities, labels, draw.choice((0, -1, probabilities.shape[1] + 1)))
    if which == 1:
        others = draw.choice((labels[:-1], np.append(labels, labels[0])))
        return refused(("labels", "probabilities"), probabilities, others, k)
    wrong = draw.choice((probabilities[0], probabilities[None]))
    return refused("probabilities", wrong, labels, k)


@counterexamples("top_k_accuracy")
def _(draw):
    return either(draw, lambda draw: call(*guesses(draw)), refused_guesses)


@counterexamples("top_k_accuracy", purity=True)
def _(draw):
    return call(*guesses(draw))
