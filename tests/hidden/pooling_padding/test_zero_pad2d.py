"""Hidden tests of `zero_pad2d`: a border of zeros around every image."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.sandbox import StudentRaised
from autograder.suite import expect


def shape_of(rng: np.random.Generator) -> cases.Shape:
    height, width = rng.permutation([2, 3, 4, 5])[:2]
    return cases.batch(rng, int(height), int(width))


def compare(student, calls):
    answers = student.zero_pad2d.each([(arguments, {}) for arguments in calls])
    for (x, padding), got in zip(calls, answers, strict=True):
        expect.close(got, reference.zero_pad2d(x, padding), like=(x,))


@pytest.mark.public
@pytest.mark.weight(1)
def test_published_example(student):
    """The image of the notebook's example, another number of cells on each side."""
    x, padding = np.array([[5, 6, 7], [8, 9, 4]]).reshape(1, 2, 3, 1), ((1, 0), (1, 2))
    expect.close(student.zero_pad2d(x, padding), reference.zero_pad2d(x, padding), like=(x,))


@pytest.mark.weight(1.5)
def test_one_number(student, rng):
    """One number pads all four sides of every image and channel."""
    compare(student, [(cases.mixed(rng, shape_of(rng)), padding) for padding in (1, 2, 3)])


@pytest.mark.weight(1)
def test_a_pair(student, rng):
    """A pair of numbers: rows first, then columns."""
    paddings = ((1, 2), (3, 1), (2, 4))
    compare(student, [(cases.mixed(rng, shape_of(rng)), padding) for padding in paddings])


@pytest.mark.weight(1.5)
def test_two_pairs(student, rng):
    """Two pairs: top and bottom, then left and right, all four different."""
    calls = []
    for _ in range(3):
        top, bottom, left, right = (int(n) for n in rng.permutation([1, 2, 3, 4]))
        calls.append((cases.mixed(rng, shape_of(rng)), ((top, bottom), (left, right))))
    compare(student, calls)


@pytest.mark.weight(1)
def test_nothing_on_some_sides(student, rng):
    """Sides may get nothing at all: an amount of 0 is an amount."""
    paddings = (0, (0, 2), (1, 0), ((0, 1), (2, 0)), ((1, 0), (0, 0)))
    compare(student, [(cases.mixed(rng, shape_of(rng)), padding) for padding in paddings])


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_keeps_the_dtype(student, rng):
    """The dtype of the images is kept, of whole numbers too."""
    x = cases.whole(rng, shape_of(rng), np.uint8)
    dtypes = (np.float32, np.float64, np.uint8, np.int32)
    answers = student.zero_pad2d.each(
        [((x.astype(dtype), 1), {}) for dtype in (np.float64, *dtypes)]
    )
    want = relations.numbers(next(answers))
    for dtype, got in zip(dtypes, answers, strict=True):
        expect.close(got, want, dtype=dtype)


@pytest.mark.aspect("nan")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_keeps_nan_and_infinity(student, rng):
    """Cells that are no ordinary numbers are copied like any others."""
    mark = np.float32(relations.BIG)
    values, calls = (np.nan, np.inf, -np.inf), []
    for value in values:
        x = cases.mixed(rng, shape_of(rng))
        cells = relations.some_cells(rng, x.shape, one_in=7)
        calls += [((np.where(cells, each, x), 2), {}) for each in (mark, np.float32(value))]
    answers = student.zero_pad2d.each(calls)
    for value in values:
        want = relations.numbers(next(answers))
        expect.close(next(answers), np.where(want == mark, value, want), like=(mark,))


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_empty_batch(student, rng):
    """A batch of no images gives a batch of no, larger, images."""
    layer = relations.Layer(student.zero_pad2d, lambda x, _: ((x, 1), {}))
    relations.empty_batch(layer, cases.mixed(rng, (2, 3, 4, 2)))


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_gives_a_fresh_array(student, rng):
    """The images are left as they were; the answer is an array of its own, padded or not."""
    for padding in (1, 0, ((0, 0), (0, 0))):
        x = cases.mixed(rng, shape_of(rng))
        try:
            seen = student.zero_pad2d.watched(x, padding)
        except StudentRaised:
            if padding == 1:
                raise
            continue  # an amount of 0 that fails is paid for in its own test
        expect.that(
            cases.unchanged([x], seen.arguments),
            "zero_pad2d must not change the images it is given",
        )
        expect.that(
            not seen.shares_memory,
            "what zero_pad2d returns must be a new array: writing to it must not write to x",
        )


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_negative_padding(student, rng):
    """A negative amount raises a ValueError that names the padding."""
    x = cases.mixed(rng, (1, 4, 5, 2))
    paddings = (-1, (1, -1), ((0, 1), (-1, 0)), ((-2, 3), (1, 1)))
    calls = [((x, padding), {}) for padding in paddings]
    student.zero_pad2d.all_raise(calls, ValueError, naming="padding")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.25)
def test_refuses_what_is_not_a_batch_of_images(student, rng):
    """An array without the four axes images, height, width and channels raises a ValueError."""
    shapes = ((4, 5), (4, 5, 2), (1, 2, 4, 5, 2))
    calls = [((cases.mixed(rng, shape), 1), {}) for shape in shapes]
    student.zero_pad2d.all_raise(calls, ValueError, naming="x")


@pytest.mark.aspect("values", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images and paddings of all kinds, drawn at random."""
    compare(student, drawn.paddings(rng))
