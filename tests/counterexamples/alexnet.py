"""Calls on which functions of AlexNet may be wrong, each within the contract.

An answer that depends on a random generator is only called wrong if it is wrong whatever was drawn,
or if drawing it by chance has a probability below 1e-9.
"""

from __future__ import annotations

import numpy as np

from autograder.counterexamples import OMITTED, built, call, counterexamples, generator, refused
from autograder.suite import Mismatch, expect

FLOATS = (np.float32, np.float64)
WHOLES = (np.int32, np.uint8)


def dice(draw):
    return generator(draw.integer(0, 99))


def of_dtype(*allowed):
    """Whatever the values: the dtype of the right answer, or another that is allowed."""

    def check(got, want, example):
        expect.close(got, expect.array(got), dtype=allowed or want.dtype)

    return check


def floating_as_the_first(got, want, example):
    """The dtype of the first argument if that is floating, else any floating dtype."""
    dtype = np.asarray(example.values[0]).dtype
    allowed = (dtype,) if dtype.kind == "f" else FLOATS
    expect.close(got, expect.array(got), dtype=allowed)


# -- relu ------------------------------------------------------------------------------------


@counterexamples("relu")
def _(draw):
    return call(draw.array((draw.integer(1, 4),)))


@counterexamples("relu", "test_nan_stays", "test_infinities")
def _(draw):
    return call(np.array([draw.choice((np.nan, np.inf, -np.inf)), draw.integer(0, 3)]))


@counterexamples("relu", "test_dtype_is_kept", check=of_dtype())
def _(draw):
    return call(
        draw.array((draw.integer(1, 2),), 0, dtype=draw.choice((*FLOATS, *WHOLES, np.int8)))
    )


@counterexamples("relu", "test_any_shape")
def _(draw):
    shapes = ((1,), (1, 1), (2, 2), (1, 2, 1), (0,), (2, 0), (1, 2, 1, 2), ())
    return call(draw.array(draw.choice(shapes)))


@counterexamples("relu", "test_a_fresh_array", purity=True)
def _(draw):
    return call(draw.array((draw.integer(1, 3),)))


# -- local_response_norm ---------------------------------------------------------------------


def normalized(draw, *, channels=7, low=-200, high=200, dtype=np.float64, **options):
    sides = draw.integer(1, 2), draw.integer(1, 2), draw.integer(1, 2)
    return call(draw.array((*sides, draw.integer(1, channels)), low, high, dtype), **options)


@counterexamples("local_response_norm")
def _(draw):
    return normalized(draw)


@counterexamples("local_response_norm", "test_small_responses")
def _(draw):
    return normalized(draw, low=-1, high=1)


@counterexamples("local_response_norm", "test_other_radii")
def _(draw):
    return normalized(draw, depth_radius=draw.choice((1, 0, 3, 9)))


@counterexamples("local_response_norm", "test_bias")
def _(draw):
    return normalized(draw, bias=draw.choice((1.0, 0.5, 30.0)))


@counterexamples("local_response_norm", "test_alpha_and_beta", "test_example")
def _(draw):
    alpha, beta = draw.choice((OMITTED, 1e-3, 0.02)), draw.choice((OMITTED, 1.0, 0.5, 2.0))
    return normalized(draw, alpha=alpha, beta=beta)


@counterexamples(
    "local_response_norm",
    "test_whole_numbers",
    "test_single_precision",
    check=floating_as_the_first,
)
def _(draw):
    return normalized(draw, channels=2, low=0, dtype=draw.choice((np.float32, *WHOLES)), high=100)


@counterexamples("local_response_norm", "test_whole_numbers", "test_single_precision")
def _(draw):
    return normalized(draw, channels=3, low=0, dtype=draw.choice((np.float32, *WHOLES)))


@counterexamples("local_response_norm", "test_nan")
def _(draw):
    x = draw.array((1, 1, 1, draw.integer(1, 3)))  # all are neighbours
    draw.put(x, np.nan)
    return call(x)


@counterexamples("local_response_norm", "test_no_images")
def _(draw):
    return call(np.zeros((0, draw.integer(1, 2), draw.integer(1, 2), draw.integer(1, 3))))


@counterexamples("local_response_norm", "test_leaves_*", purity=True)
def _(draw):
    return normalized(draw, channels=3)


@counterexamples("local_response_norm", "test_refuses_*")
def _(draw):
    shape = draw.choice(((1, 1, 1), (1, 1), (1, 1, 1, 1, 1)))
    if draw.integer(0, 1):
        return refused("depth_radius", draw.array((1, 1, 1, 1)), -1)
    return refused("x", draw.array(shape))


# -- dropout ---------------------------------------------------------------------------------


def dropped_or_scaled(got, want, example):
    """Each element is 0, or what it is divided by 1 - rate."""
    x, rate = example.values[:2]
    came = expect.array(got)
    kept = x if rate in (0, 1) else x / (1 - rate)
    expect.close(got, np.where((came == 0) & (rate > 0) if came.shape == x.shape else 1, 0, kept))


def dropping(draw, rates):
    x = draw.array((draw.integer(1, 4), draw.integer(1, 3)), 1, 9)
    return call(x, draw.choice(rates), True, dice(draw))


@counterexamples("dropout", check=dropped_or_scaled)
def _(draw):
    return dropping(draw, (0.5, 0.2, 0.75))


def ones(rows, columns):
    """Ones, so that what is dropped can be counted."""
    return np.ones((rows, columns))


def share_of_zeros(answer):
    """How much was dropped."""
    return float((np.asarray(answer) == 0).mean())


def as_many_as_the_rate(got, want, example):
    """The share of 10,000 elements is less than 8 standard deviations away from the rate."""
    share, rate = share_of_zeros(expect.array(got)), example.values[1]
    sentence = f"dropped {share:.1%} of 10000 elements, for a rate of {rate}."
    expect.that(abs(share - rate) < 8 * np.sqrt(rate * (1 - rate) / 10_000), sentence)


@counterexamples(
    "dropout", "test_share_*", "test_a_number_*", check=as_many_as_the_rate, show=share_of_zeros
)
def _(draw):
    return call(built(ones, 100, 100), draw.choice((0.2, 0.5, 0.75)), True, dice(draw))


def patterns_of_rows(answer):
    """How many rows, and how many columns, differ from each other."""
    zeros = np.asarray(answer) == 0
    return len(np.unique(zeros, axis=0)), len(np.unique(zeros, axis=1).T)


def rows_and_columns_differ(got, want, example):
    """Of 40 rows, and of 40 columns, no two should be dropped alike."""
    came = expect.array(got)
    expect.that(came.shape == (40, 40), "returned another shape.")
    rows, columns = patterns_of_rows(came)
    for count, what in ((rows, "row"), (columns, "column")):
        expect.that(count > 1, f"dropped the same in every {what} of 40 rows and columns.")


@counterexamples(
    "dropout",
    "test_each_element_*",
    "test_share_*",
    check=rows_and_columns_differ,
    show=patterns_of_rows,
)
def _(draw):
    return call(built(ones, 40, 40), 0.5, True, dice(draw))


@counterexamples("dropout", "test_nothing_happens_*", "test_example")
def _(draw):
    x = draw.array((draw.integer(1, 4),), 1, 9)
    rng = draw.choice((dice(draw), None))
    return call(x, draw.choice((0.5, 0.2, 0.0, 1.0)), False, rng)


@counterexamples(
    "dropout",
    "test_zero_or_*",
    "test_share_*",
    "test_each_element_*",
    "test_a_number_*",
    "test_other_calls_*",
    check=dropped_or_scaled,
)
def _(draw):
    return dropping(draw, (0.5, 0.2, 0.75))


@counterexamples("dropout", "test_nothing_and_*")
def _(draw):
    return dropping(draw, (0.0, 1.0))


@counterexamples("dropout", "test_dtypes", check=floating_as_the_first)
def _(draw):
    x = draw.array((draw.integer(1, 3),), 1, dtype=draw.choice((np.float32, np.int64)))
    return call(x, 0.5, draw.choice((False, True)), dice(draw))


@counterexamples("dropout", "test_leaves_*", purity=True)
def _(draw):
    x = draw.array((draw.integer(1, 3),), 1)
    return call(x, 0.5, draw.choice((False, True)), dice(draw))


@counterexamples("dropout", "test_refuses_*")
def _(draw):
    rate = draw.choice((1.5, -0.5, 50))
    return refused("rate", draw.array((1,), 1), rate, True, dice(draw))


# -- random_crop and random_flip -------------------------------------------------------------


def numbered(draw, least=1, dtype=np.float64):
    """Images of which every pixel is another number."""
    shape = draw.integer(1, 2), draw.integer(least, 4), draw.integer(least, 4), draw.integer(1, 2)
    return np.arange(1, 1 + np.prod(shape)).reshape(shape).astype(dtype)


def cut_out_of_its_image(got, want, example):
    images, size = example.values[:2]
    expect.close(got, expect.array(got))
    came = expect.array(got)
    expect.close(np.zeros(came.shape), np.zeros(want.shape))  # the shape alone
    for number, (square, image) in enumerate(zip(came, images, strict=True)):
        places = np.lib.stride_tricks.sliding_window_view(image, (size, size), axis=(0, 1))
        places = np.moveaxis(places, 2, -1).reshape(-1, *square.shape)
        found = (places == square).all(axis=(1, 2, 3)).any()
        expect.that(found, f"returned a square {number} that is no part of image {number}.")


def cropping(draw, dtype=np.float64):
    images = numbered(draw, dtype=dtype)
    size = draw.integer(1, min(images.shape[1:3]))
    return call(images, size, dice(draw))


@counterexamples("random_crop", "test_squares_*", "test_example", check=cut_out_of_its_image)
def _(draw):
    return cropping(draw)


def many(count, height, width):
    """Images of which every pixel is another number from 0, row by row."""
    return np.tile(np.arange(height * width).reshape(1, height, width, 1), (count, 1, 1, 1))


def tops(answer):
    """The rows in which the squares begin, without repeats, of images 12 pixels wide."""
    return np.unique(np.asarray(answer)[:, 0, 0, 0] // 12)


def lefts(answer):
    """The columns in which the squares begin, without repeats, of images 12 pixels wide."""
    return np.unique(np.asarray(answer)[:, 0, 0, 0] % 12)


def every(of, what, side):
    """All places occur among 600: one is missing with a probability below 1e-20."""

    def check(got, want, example):
        came = expect.array(got)
        expect.close(np.zeros(came.shape), np.zeros(want.shape))
        size = example.values[1]
        found = len(of(came))
        sentence = f"cut 600 squares that begin in {found} different {what}s; all are possible."
        expect.that(found == side + 1 - size, sentence)

    return check


def places(answer):
    """How many different places the squares begin at, in images 12 pixels wide."""
    return len(np.unique(np.asarray(answer)[:, 0, 0, 0]))


def rows_and_columns_apart(got, want, example):
    """Of all places, half are missing among 600 with a probability far below 1e-20."""
    came = expect.array(got)
    expect.close(np.zeros(came.shape), np.zeros(want.shape))
    found = places(came)
    sentence = f"cut 600 squares at {found} different places; there are many more."
    size = example.values[1]
    expect.that(found > (10 - size) * (13 - size) / 2, sentence)


PLACES = ("test_each_place_*", "test_each_image_*", "test_other_calls_*")
for show, check in (
    (tops, every(tops, "row", 9)),
    (lefts, every(lefts, "column", 12)),
    (places, rows_and_columns_apart),
):

    @counterexamples("random_crop", *PLACES, check=check, show=show)
    def _(draw):
        return call(built(many, 600, 9, 12), draw.integer(4, 6), dice(draw))


@counterexamples("random_crop", *PLACES, check=cut_out_of_its_image)
def _(draw):
    return cropping(draw)


def as_it_was_or_mirrored(got, want, example):
    images = example.values[0]
    came = expect.array(got)
    expect.close(np.zeros(came.shape), np.zeros(want.shape))
    for number, (one, image) in enumerate(zip(came, images, strict=True)):
        found = np.array_equal(one, image) or np.array_equal(one, image[:, ::-1])
        expect.that(found, f"returned an image {number} that is neither as it was nor mirrored.")


def mirrored(answer):
    """The share of the images that are mirrored."""
    return float((np.asarray(answer)[:, 0, 0, 0] != 0).mean())


def about_half(got, want, example):
    share = mirrored(expect.array(got))
    sentence = f"mirrored {share:.1%} of 2000 images; each should be mirrored as often as not."
    expect.that(abs(share - 0.5) < 0.09, sentence)  # 8 standard deviations


for patterns in (("test_flips_left_*",), ("test_flips_half_*", "test_flips_each_*")):

    @counterexamples("random_crop", *patterns, function="random_flip", check=as_it_was_or_mirrored)
    def _(draw):
        return call(numbered(draw), dice(draw))


@counterexamples(
    "random_crop", "test_flips_*", function="random_flip", check=about_half, show=mirrored
)
def _(draw):
    return call(built(many, 2000, 2, draw.integer(2, 3)), dice(draw))


@counterexamples("random_crop", "test_dtype_is_kept", check=of_dtype())
def _(draw):
    return cropping(draw, draw.choice((np.uint8, np.float32)))


@counterexamples("random_crop", "test_dtype_is_kept", function="random_flip", check=of_dtype())
def _(draw):
    return call(numbered(draw, dtype=draw.choice((np.uint8, np.float32))), dice(draw))


@counterexamples("random_crop", "test_no_images")
def _(draw):
    return call(np.zeros((0, draw.integer(1, 3), 2, 1)), 1, dice(draw))


@counterexamples("random_crop", "test_no_images", function="random_flip")
def _(draw):
    return call(np.zeros((0, draw.integer(1, 3), 2, 1)), dice(draw))


@counterexamples("random_crop", "test_leaves_*", purity=True)
def _(draw):
    return cropping(draw)


@counterexamples("random_crop", "test_leaves_*", function="random_flip", purity=True)
def _(draw):
    return call(numbered(draw), dice(draw))


@counterexamples("random_crop", "test_refuses_*")
def _(draw):
    images = draw.array((1, 2, 2, 1))
    wrong = (("size", images, 3), ("size", images, 0), ("images", images[0], 1))
    names, *arguments = draw.choice(wrong)
    return refused(names, *arguments, dice(draw))


@counterexamples("random_crop", "test_refuses_*", function="random_flip")
def _(draw):
    return refused("images", draw.array((2, 2, 1)), dice(draw))


# -- pca_color_augment -----------------------------------------------------------------------


def coloured(draw, low=0, high=9, dtype=np.float64):
    shape = draw.integer(1, 2), draw.integer(1, 2), draw.integer(1, 2), 3
    return draw.array(shape, low, high, dtype)


def one_shift_along_vectors(got, want, example):
    """To each image one colour is added, along the vectors whose values are not zero."""
    images, values, vectors = example.values[:3]
    came = expect.array(got)
    expect.close(np.zeros(came.shape), np.zeros(want.shape))
    shifts = came.astype(np.float64) - images
    first = shifts[:, :1, :1]
    expect.that(
        np.allclose(shifts, first, atol=1e-4), "added different colours to pixels of one image."
    )
    along = first[:, 0, 0] @ vectors
    expect.that(
        np.allclose(along[:, values == 0], 0, atol=1e-4),
        "shifted colours along a vector whose eigenvalue is 0.",
    )


def shifting(draw, sigma=OMITTED, dtype=np.float64, high=9):
    vectors = np.eye(3)[:, draw.choice(([0, 1, 2], [1, 2, 0], [2, 0, 1]))]
    values = draw.array((3,), 0, 4, np.float64)
    return call(coloured(draw, 0, high, dtype), values, vectors, dice(draw), sigma=sigma)


@counterexamples("pca_color_augment", "test_example", "test_same_*", check=one_shift_along_vectors)
def _(draw):
    return shifting(draw)


@counterexamples("pca_color_augment", "test_not_clipped", check=one_shift_along_vectors)
def _(draw):
    return shifting(draw, dtype=draw.choice((np.float64, np.uint8)), high=255)


@counterexamples("pca_color_augment", "test_sigma")
def _(draw):
    return shifting(draw, sigma=0.0)


def grey(count):
    """Images of one grey pixel."""
    return np.full((count, 1, 1, 3), 0.5)


def spread(answer):
    """How far the first colour of the images is spread: its standard deviation."""
    return float(np.asarray(answer, float)[:, 0, 0, 0].std())


def as_spread_as_sigma(got, want, example):
    """The spread of 4,000 draws is less than 8 of its standard deviations away."""
    values, sigma = example.values[1], example.kwargs.get("sigma", 0.1)
    came, asked = spread(expect.array(got)), sigma * values[0]
    sentence = f"shifts 4000 images by colours that have a standard deviation of {came:.3g}."
    expect.that(abs(came - asked) < 8 * asked / np.sqrt(2 * 4_000), sentence)


@counterexamples(
    "pca_color_augment",
    "test_sigma",
    "test_normal_*",
    "test_along_*",
    check=as_spread_as_sigma,
    show=spread,
)
def _(draw):
    values = np.array([draw.integer(1, 5), 0.0, 0.0])
    sigma = draw.choice((OMITTED, 0.2, 1.0))
    return call(built(grey, 4000), values, np.eye(3), dice(draw), sigma=sigma)


def shifts(answer):
    """How many different colours were added to the channels of an image, at most."""
    return max(len(np.unique(each)) for each in np.asarray(answer)[:, 0, 0])


def not_all_alike(got, want, example):
    came = expect.array(got)
    expect.close(np.zeros(came.shape), np.zeros(want.shape))
    sentence = "shifted red, green and blue alike in all of 40 images."
    expect.that(shifts(came) > 1, sentence)


@counterexamples("pca_color_augment", "test_each_component_*", check=not_all_alike, show=shifts)
def _(draw):
    return call(built(grey, 40), np.ones(3), np.eye(3), dice(draw))


@counterexamples(
    "pca_color_augment",
    "test_along_*",
    "test_sigma",
    "test_normal_*",
    "test_each_component_*",
    check=one_shift_along_vectors,
)
def _(draw):
    return shifting(draw)


@counterexamples("pca_color_augment", "test_bytes_*", check=floating_as_the_first)
def _(draw):
    return shifting(draw, dtype=draw.choice((np.uint8, np.float32)))


def principal_components(got, want, example):
    """The eigenvalues of the covariance over n or n - 1, falling, and vectors of either sign."""
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Mismatch("did not return a pair of eigenvalues and eigenvectors.", kind="type")
    values, vectors = expect.array(got[0]), expect.array(got[1])
    pixels = example.values[0].reshape(-1, 3)
    count = len(pixels)
    other = want[0] * count / max(count - 1, 1)
    expect.close(np.zeros(values.shape), np.zeros(3))
    fits = any(np.allclose(values, each, rtol=1e-4, atol=1e-6) for each in (want[0], other))
    expect.that(fits, f"returned eigenvalues that are not right: {expect.shown(values)}.")
    expect.close(np.zeros(vectors.shape), np.zeros((3, 3)))
    gaps = -np.diff(want[0])
    if want[0][0] and (gaps > 0.01 * want[0][0]).all():  # else other vectors are right too
        same = np.abs((vectors * want[1]).sum(axis=0))
        expect.that(
            np.allclose(same, 1, atol=1e-3),
            f"returned an eigenvector {int(np.argmin(same))} (a column) that is not right.",
        )


@counterexamples(
    "pca_color_augment",
    "test_example",
    "test_eigen*",
    "test_components_*",
    function="rgb_principal_components",
    check=principal_components,
)
def _(draw):
    pixels = draw.integer(2, 5)
    dtype = draw.choice((np.float64, np.float32, np.uint8))
    return call(draw.array((1, 1, pixels, 3), 0, 9, dtype))


def two_dtypes(answer):
    return tuple(str(np.asarray(each).dtype) for each in answer)


def in_double_precision(got, want, example):
    for name in two_dtypes((expect.array(got[0]), expect.array(got[1]))):
        expect.that(name == "float64", f"returned an array of dtype {name}, not of float64.")


@counterexamples(
    "pca_color_augment",
    "test_components_in_*",
    function="rgb_principal_components",
    check=in_double_precision,
    show=two_dtypes,
)
def _(draw):
    return call(draw.array((1, 1, draw.integer(2, 4), 3), 0, 9, np.float32))


@counterexamples("pca_color_augment", "test_no_images")
def _(draw):
    shape = 0, draw.integer(1, 2), draw.integer(1, 2), 3
    return call(np.zeros(shape), np.ones(3), np.eye(3), dice(draw))


@counterexamples("pca_color_augment", "test_leaves_*", purity=True)
def _(draw):
    return shifting(draw)


@counterexamples(
    "pca_color_augment", "test_leaves_*", function="rgb_principal_components", purity=True
)
def _(draw):
    return call(draw.array((1, 1, draw.integer(2, 4), 3), 0, 9))


@counterexamples("pca_color_augment", "test_refuses_*")
def _(draw):
    shape = draw.choice(((1, 1, 1, 1), (1, 1, 3)))
    return refused("images", draw.array(shape), np.ones(3), np.eye(3), dice(draw))


@counterexamples("pca_color_augment", "test_refuses_*", function="rgb_principal_components")
def _(draw):
    return refused("images", draw.array(draw.choice(((1, 1, 2, 1), (1, 2, 3), (0, 1, 1, 3)))))


# -- ten_crop --------------------------------------------------------------------------------


def ten(draw, images=2):
    shape = draw.integer(1, images), draw.integer(1, 4), draw.integer(1, 4), draw.integer(1, 2)
    x = draw.array(shape, 0, 9)
    return call(x, draw.integer(1, min(shape[1:3])))


@counterexamples("ten_crop")
def _(draw):
    return ten(draw)


@counterexamples("ten_crop", "test_dtype_is_kept", check=of_dtype())
def _(draw):
    return call(draw.array((1, 1, 2, 1), 0, dtype=draw.choice((np.uint8, np.float32))), 1)


@counterexamples("ten_crop", "test_no_images")
def _(draw):
    return call(np.zeros((0, draw.integer(1, 3), draw.integer(1, 3), 1)), 1)


@counterexamples("ten_crop", "test_leaves_*", purity=True)
def _(draw):
    return ten(draw)


@counterexamples("ten_crop", "test_refuses_*")
def _(draw):
    images = draw.array((1, 2, 2, 1))
    names, *arguments = draw.choice(
        (("size", images, 3), ("size", images, 0), ("images", images[0], 1))
    )
    return refused(names, *arguments)


# -- ten_crop_predict ------------------------------------------------------------------------


def predict(crops):
    """Two classes, by the square of the first number of each crop, and by its last one."""
    numbers = np.asarray(crops, float).reshape(len(crops), -1)
    return np.stack([numbers[:, 0] ** 2, numbers[:, -1]], axis=1)


@counterexamples("ten_crop_predict")
def _(draw):
    shape = draw.integer(1, 4), draw.integer(1, 4), draw.integer(1, 2)
    image = draw.array(shape, 0, 9)
    return call(predict, image, draw.integer(1, min(shape[:2])))


@counterexamples("ten_crop_predict", "test_bytes_*")
def _(draw):
    image = draw.array((draw.integer(1, 2), draw.integer(1, 2), 1), 0, 9, np.uint8)
    return call(predict, image, 1)


@counterexamples("ten_crop_predict", "test_leaves_*", purity=True)
def _(draw):
    image = draw.array((draw.integer(1, 2), draw.integer(1, 2), 1), 0, 9)
    return call(predict, image, 1)


@counterexamples("ten_crop_predict", "test_refuses_*")
def _(draw):
    image = draw.array((2, 2, 1))
    names, *arguments = draw.choice(
        (("size", image, 3), ("size", image, 0), ("image", image[0], 1), ("image", image[None], 1))
    )
    return refused(names, predict, *arguments)


# -- alexnet_table ---------------------------------------------------------------------------

CONVOLUTIONS = ("conv1", "conv2", "conv3", "conv4", "conv5")
POOLINGS, DENSE = ("pool1", "pool2", "pool5"), ("fc6", "fc7", "fc8")
WORK = "multiply_accumulates"


def column(*fields, rows=CONVOLUTIONS + POOLINGS + DENSE):
    """Compares some fields of some rows; a row is found by its name."""

    def check(got, want, example):
        expect.that(isinstance(got, list | tuple), "did not return a list of dicts.")
        for row in want:
            if row["name"] not in rows:
                continue
            mine = [each for each in got if each.get("name") == row["name"]]
            expect.that(len(mine) == 1, f"returned {len(mine)} rows with the name {row['name']!r}.")
            for field in fields:
                value = mine[0].get(field)
                listed = tuple(value) if isinstance(value, list) else value
                wrong = f"returned a row {row['name']} whose {field!r} is not right: "
                expect.that(listed == row[field], wrong + expect.shown(value))

    return check


def table(draw):
    return call(draw.integer(67, 130))


for tests, check in (
    (("test_first_*",), column("shape", "parameters", WORK, rows=("conv1", "pool1"))),
    (("test_shapes_*",), column("shape")),
    (("test_parameters_of_convolutions",), column("parameters", rows=CONVOLUTIONS)),
    (("test_parameters_of_dense_*",), column("parameters", rows=DENSE)),
    (("test_parameters_elsewhere",), column("parameters")),
    (("test_work_of_convolutions",), column(WORK, rows=CONVOLUTIONS)),
    (("test_work_of_dense_*",), column(WORK, rows=POOLINGS + DENSE)),
    (("test_work_elsewhere",), column(WORK)),
):
    counterexamples("alexnet_table", *tests, check=check)(table)


@counterexamples("alexnet_table", "test_classes", check=column("shape", "parameters", WORK))
def _(draw):
    return call(draw.integer(67, 130), draw.integer(2, 99))


@counterexamples("alexnet_table", "*_groups*", check=column("shape", "parameters", WORK))
def _(draw):
    return call(draw.integer(67, 130), groups=draw.choice((2, 4, 8, 32)))


@counterexamples("alexnet_table", "test_refuses_*")
def _(draw):
    name, value = draw.choice(
        (("input_size", 66), ("num_classes", 0), ("groups", 3), ("groups", 0), ("input_size", 1))
    )
    return refused(name, **{name: value})


# -- prepare_flowers -------------------------------------------------------------------------


def photographs(draw, dtype=np.uint8):
    count = draw.integer(1, 3)
    images = draw.array((count, 1, draw.integer(1, 2), 3), 0, 255, dtype)
    classes = draw.choice((OMITTED, 3, 5))
    most = 16 if classes is OMITTED else classes - 1
    labels = draw.array((count,), 0, most, np.int64)
    return call(images, labels, draw.integer(0, 9), num_classes=classes)


def pairs_in_any_order(got, want, example):
    """The same images with the same labels, in any order."""
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise Mismatch("did not return a pair of images and labels.", kind="type")
    for name, came, right in zip(("images", "labels"), got, want, strict=True):
        shape = expect.array(came).shape
        expect.that(shape == right.shape, f"returned {name} of shape {shape}, which is not right.")
    one, other = (
        np.concatenate([np.asarray(x, float).reshape(len(x), -1), np.asarray(y, float)], axis=1)
        for x, y in (got, want)
    )
    expect.that(
        np.allclose(_sorted(one), _sorted(other), atol=1e-4),
        "returned images and labels that are not those of the input, in any order.",
    )


def _sorted(rows):
    return rows[np.lexsort(np.round(rows, 4).T)]


@counterexamples("prepare_flowers", check=pairs_in_any_order)
def _(draw):
    return photographs(draw)


def dtype_of_images(answer):
    return str(np.asarray(answer[0]).dtype)


def images_in_float32(got, want, example):
    name = dtype_of_images((expect.array(got[0]),))
    expect.that(name == "float32", f"returned images of dtype {name}, not of float32.")


@counterexamples("prepare_flowers", "test_float32", check=images_in_float32, show=dtype_of_images)
def _(draw):
    return photographs(draw)


@counterexamples("prepare_flowers", "test_no_images")
def _(draw):
    return call(np.zeros((0, draw.integer(1, 2), 1, 3), np.uint8), np.zeros(0, int), 0)


def one_of_each(count):
    """As many images as classes, each with its own grey."""
    return np.arange(count, dtype=np.uint8).reshape(count, 1, 1, 1).repeat(3, axis=3)


def classes(count):
    return np.arange(count)


def is_shuffled(answer):
    """Whether the labels came back in another order than they were given."""
    labels = np.asarray(answer[1]).argmax(axis=1)
    return bool((labels != np.arange(len(labels))).any())


def shuffled(got, want, example):
    """The order of 17 images stays by chance with a probability of 3e-15."""
    expect.close(np.zeros(expect.array(got[1]).shape), np.zeros(want[1].shape))
    expect.that(is_shuffled(got), "returned 17 images in the order in which they were given.")


@counterexamples(
    "prepare_flowers", "test_random_order", "test_no_class_*", check=shuffled, show=is_shuffled
)
def _(draw):
    return call(built(one_of_each, 17), built(classes, 17), draw.integer(0, 99))


@counterexamples("prepare_flowers", "test_leaves_*", purity=True)
def _(draw):
    return photographs(draw)


@counterexamples("prepare_flowers", "test_refuses_*")
def _(draw):
    images, labels = np.zeros((1, 1, 1, 3), np.uint8), np.zeros(1, int)
    names, *arguments = draw.choice(
        (
            ("images", images[0], labels),
            ("images", images[..., :1], labels),
            (("labels", "images"), images, np.zeros(2, int)),
            ("labels", images, np.array([17])),
            ("labels", images, np.array([-1])),
        )
    )
    return refused(names, *arguments, 0)


# -- top_k_accuracy --------------------------------------------------------------------------


def guessed(draw, high=9, guesses=3):
    count, classes = draw.integer(1, 3), draw.integer(1, 4)
    probabilities = draw.array((count, classes), 0, high) / 10
    labels = draw.array((count,), 0, classes - 1, np.int64)
    return call(probabilities, labels, draw.integer(1, min(classes, guesses)))


@counterexamples("top_k_accuracy")
def _(draw):
    return guessed(draw)


@counterexamples("top_k_accuracy", "test_one_guess")
def _(draw):
    return guessed(draw, guesses=1)


@counterexamples("top_k_accuracy", "test_ties", "test_always_*")
def _(draw):
    return guessed(draw, high=1)


@counterexamples("top_k_accuracy", "test_leaves_*", purity=True)
def _(draw):
    return guessed(draw)


@counterexamples("top_k_accuracy", "test_refuses_*")
def _(draw):
    probabilities, labels = draw.array((2, 2)), np.zeros(2, int)
    names, *arguments = draw.choice(
        (
            ("k", probabilities, labels, 3),
            ("k", probabilities, labels, 0),
            ("probabilities", probabilities[0], labels, 1),
            (("labels", "probabilities"), probabilities, np.zeros(1, int), 1),
        )
    )
    return refused(names, *arguments)
