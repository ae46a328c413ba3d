"""Hidden tests of `random_crop` and `random_flip`.

What they may return is exact: each pixel of the suite's images is its own index, so that the place
of a square can be read off it. Which places they choose is by chance.CHANCE.
"""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
from chance import CHANCE, is_binomial

from autograder.suite import expect

NOT_CUT = "returned something else than squares cut out of the images, each out of its own"


def places(student, images, size, generator):
    """The top row and left column of each square, which has to be one out of its own image."""
    count, height, width, channels = images.shape
    got = cases.array_of(
        student.random_crop(images, size, generator), (count, size, size, channels)
    )
    first = got[:, 0, 0, 0].astype(np.float64)
    expect.that(np.isin(first, images[..., 0]).all(), NOT_CUT)
    pixel = (first - images[:, 0, 0, 0]).astype(int) // channels  # in its image, row by row
    tops, lefts = pixel // width, pixel % width
    within = (pixel >= 0) & (tops <= height - size) & (lefts <= width - size)
    expect.that(within.all(), NOT_CUT)
    squares = [
        image[top : top + size, left : left + size]
        for image, top, left in zip(images, tops, lefts, strict=True)
    ]
    expect.that((got == np.array(squares)).all(), NOT_CUT)
    return tops, lefts


def squares_of_their_images(student, images, size, generator):
    """Require squares that are parts of their own images, which may have any numbers."""
    count, channels = len(images), images.shape[3]
    got = cases.array_of(
        student.random_crop(images, size, generator), (count, size, size, channels)
    )
    parts = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    found = np.moveaxis(parts, 3, -1) == got[:, np.newaxis, np.newaxis]
    expect.that(found.all(axis=(3, 4, 5)).any(axis=(1, 2)).all(), NOT_CUT)


def mirrored(student, images, generator):
    """Which images came back mirrored; the others have to be as they were."""
    got = cases.array_of(student.random_flip(images, generator), images.shape)
    flipped = (got == images[:, :, ::-1]).all(axis=(1, 2, 3))
    same = (got == images).all(axis=(1, 2, 3))
    expect.that(
        (flipped | same).all(),
        "random_flip returned something else than images, as they were or mirrored left-right",
    )
    return flipped


@pytest.mark.public
@pytest.mark.weight(1)
def test_example(student):
    """Five squares of 3 out of images of 3 rows and 4 columns, as in the notebook."""
    images = np.repeat(cases.numbered((1, 3, 4, 1)), 5, axis=0)
    got = cases.array_of(student.random_crop(images, 3, student.generator(5)), (5, 3, 3, 1))
    cut = [(got == images[:, :, left : left + 3]).all(axis=(1, 2, 3)) for left in (0, 1)]
    expect.that((cut[0] | cut[1]).all(), NOT_CUT)


@pytest.mark.weight(1.5)
def test_squares_of_each_image(student, rng):
    """Each square is a part of its own image, with all of its channels, as it was."""
    generator = student.generator(cases.seed(rng))
    for shape, size in (((4, 6, 9, 3), 4), ((5, 9, 5, 2), 3), ((7, 8, 8, 1), 1)):
        for _ in range(3):
            places(student, cases.numbered(shape), size, generator)


@pytest.mark.weight(0.5)
def test_squares_as_large_as_the_image(student, rng):
    """A square as high or as wide as the image has one place in that direction."""
    generator = student.generator(cases.seed(rng))
    for shape, size in (((6, 4, 7, 3), 4), ((6, 7, 5, 2), 5), ((3, 4, 4, 2), 4)):
        places(student, cases.numbered(shape), size, generator)


@pytest.mark.weight(2)
def test_each_place_is_equally_likely(student, rng):
    """Each place is reached, the first and the last ones too, and equally often.

    There are 3 * 5 places; how often each is chosen for 2,400 images is binomial (2400, 1/15), and
    the bounds of all 15 together have a chance of chance.CHANCE: they are some 50 % of 160 away
    from it. A row or column that is never reached, or half as often at the ends, is beyond them.
    """
    count, size, rows, columns = 2400, 3, 3, 5
    images = cases.numbered((count, rows + size - 1, columns + size - 1, 1))
    tops, lefts = places(student, images, size, student.generator(cases.seed(rng)))
    found = np.bincount(tops * columns + lefts, minlength=rows * columns)
    unlikely = [
        int(n) for n in found if not is_binomial(int(n), count, 1 / 15, CHANCE / found.size)
    ]
    expect.that(not unlikely, "chose some places too rarely or too often", detail=found)


@pytest.mark.weight(2)
def test_each_image_has_its_own_place(student, rng):
    """The images of a batch are cut at different places, row and column each by itself.

    All 60 images have the same row, or column, or one of each by the other, with a probability of
    at most 12**-59.
    """
    images = cases.numbered((60, 15, 15, 1))
    tops, lefts = places(student, images, 4, student.generator(cases.seed(rng)))
    for chosen, what in ((tops, "in the same row"), (lefts, "in the same column")):
        expect.that(len(set(chosen.tolist())) > 1, f"cut all images of a batch {what}")
    expect.that((tops != lefts).any(), "cut squares on the diagonal only")


@pytest.mark.weight(0.5)
def test_other_calls_cut_elsewhere(student, rng):
    """Another call, with the same generator or another, cuts at other places.

    The places of 30 images are the same twice with a probability of 100**-30.
    """
    images = cases.numbered((30, 13, 13, 1))
    one, other = (student.generator(cases.seed(rng)) for _ in range(2))
    found = [places(student, images, 4, generator) for generator in (one, one, other)]
    for second in (1, 2):
        expect.that(
            not np.array_equal(found[0], found[second]), "cut at the same places in two calls"
        )


@pytest.mark.weight(1.5)
def test_flips_left_and_right(student, rng):
    """random_flip leaves an image as it was or mirrors all of it left-right; colours stay.

    None of 82 images is mirrored with a probability of 2**-82.
    """
    generator = student.generator(cases.seed(rng))
    some = False
    for shape in ((12, 4, 7, 3), (9, 6, 5, 2), (20, 3, 4, 1)):
        for _ in range(2):
            some |= bool(mirrored(student, cases.numbered(shape), generator).any())
    expect.that(some, "random_flip mirrored none of the images")


@pytest.mark.weight(1.5)
def test_flips_half_of_the_images(student, rng):
    """random_flip mirrors with probability one half: the number is binomial (2000, 1/2).

    The bounds of chance.py are 7 % of 2000 away from the half.
    """
    images = cases.numbered((2000, 2, 3, 1))
    flipped = mirrored(student, images, student.generator(cases.seed(rng)))
    expect.that(
        is_binomial(int(flipped.sum()), len(images), 0.5),
        f"random_flip mirrored {flipped.mean():.1%} of the images",
    )


@pytest.mark.weight(1.5)
def test_flips_each_image_by_itself(student, rng):
    """random_flip decides for each image, not for the batch, and not for exactly half of it.

    All 40 images of a batch are treated alike with a probability of 2**-39, and the numbers of ten
    batches are all alike with one of 7.7e-9 at most: see chance.all_equal_chance.
    """
    generator = student.generator(cases.seed(rng))
    images = cases.numbered((40, 2, 3, 2))
    numbers = [int(mirrored(student, images, generator).sum()) for _ in range(10)]
    expect.that(
        all(0 < number < len(images) for number in numbers),
        "random_flip mirrored all images of a batch, or none of them",
    )
    expect.that(len(set(numbers)) > 1, "random_flip mirrored the same number in each of ten calls")


@pytest.mark.aspect("dtype")
@pytest.mark.weight(0.5)
def test_dtype_is_kept(student, rng):
    """Bytes stay bytes and float32 stays float32, in both."""
    generator = student.generator(cases.seed(rng))
    for dtype in (np.uint8, np.float32):
        images = cases.numbered((3, 5, 7, 2), dtype)
        for got in (
            student.random_crop(images, 4, generator),
            student.random_flip(images, generator),
        ):
            got_dtype = expect.array(got).dtype
            expect.that(got_dtype == dtype, f"returned {got_dtype} for images of {images.dtype}")


@pytest.mark.aspect("empty")
@pytest.mark.weight(0.25)
def test_no_images(student):
    """An empty batch gives an empty batch, in both."""
    images = np.zeros((0, 6, 8, 3))
    expect.close(student.random_crop(images, 4, student.generator(6)), np.zeros((0, 4, 4, 3)))
    expect.close(student.random_flip(images, student.generator(6)), images)


@pytest.mark.aspect("generator")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_the_generator_decides(student, rng):
    """The same generator in the same state gives the same, in both: nothing else is random."""
    images = cases.numbered((20, 9, 9, 1))
    seed = cases.seed(rng)
    for function, args, shape in (
        (student.random_crop, (4,), (20, 4, 4, 1)),
        (student.random_flip, (), images.shape),
    ):
        one, other = (function(images, *args, student.generator(seed)) for _ in range(2))
        expect.that(
            cases.unchanged([cases.array_of(one, shape)], [other]),
            "gave two answers with generators of the same seed",
        )


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_argument_alone(student):
    """The images are left as they were, by both."""
    images = cases.numbered((30, 5, 7, 2))
    for seen in (
        student.random_crop.watched(images, 4, student.generator(7)),
        student.random_flip.watched(images, student.generator(7)),
    ):
        expect.that(cases.unchanged([images], seen.arguments), "changed its argument")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_fit(student, rng):
    """A wrong number of axes, or a square that does not fit, raises a ValueError that names it."""
    images = cases.numbered((2, 6, 8, 3))
    generator = student.generator(8)
    for wrong in (images[0], images[0, 0], images[np.newaxis]):
        with student.raises(ValueError, naming="images"):
            student.random_crop(wrong, 1, generator)
        with student.raises(ValueError, naming="images"):
            student.random_flip(wrong, generator)
    for wrong, size in ((images, 7), (images.transpose(0, 2, 1, 3), 7), (images, 0), (images, -1)):
        with student.raises(ValueError, naming="size"):
            student.random_crop(wrong, size, generator)
    for wrong in drawn.not_images(rng):
        with student.raises(ValueError, naming="images"):
            student.random_crop(wrong, 1, generator)
    for too_small, size in drawn.too_large(rng):
        with student.raises(ValueError, naming="size"):
            student.random_crop(too_small, size, generator)


@pytest.mark.aspect("values", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images and squares of all kinds, drawn at random, in both."""
    generator = student.generator(cases.seed(rng))
    for _ in range(drawn.BY_CHANCE):
        images = drawn.numbered(rng)
        places(student, images, drawn.side(rng, images.shape[1:3]), generator)
        mirrored(student, images, generator)
        images = drawn.images(rng)
        squares_of_their_images(student, images, drawn.side(rng, images.shape[1:3]), generator)
        mirrored(student, images, generator)
