"""Hidden tests of `batch_statistics`."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect


def answer(student, x):
    return tuple(cases.members(student.batch_statistics(x), "mean", "variance").values())


def compare(student, batches, *which):
    """Compare the means, the variances, or both."""
    calls = [((x,), {}) for x in batches]
    for ((x,), _), got in zip(calls, student.batch_statistics.each(calls), strict=True):
        members = cases.members(got, "mean", "variance")
        wanted = dict(zip(members, reference.batch_statistics(x), strict=True))
        for name in which:
            expect.close(members[name], wanted[name], like=(x,))


@pytest.mark.public
@pytest.mark.weight(1.5)
def test_published_example(student):
    """The two images of the notebook, together and the first alone."""
    x = cases.published()
    compare(student, (x, x[:1]), "mean", "variance")


@pytest.mark.weight(2)
def test_means(student, rng):
    """The mean of each channel, over all images, rows and columns."""
    compare(student, [cases.batch(rng, shape) for shape in cases.IMAGES], "mean")


@pytest.mark.weight(3)
def test_variances(student, rng):
    """The variance of each channel, divided by the number of its values."""
    compare(student, [cases.batch(rng, shape) for shape in cases.IMAGES], "variance")


@pytest.mark.aspect("values", "axes")
@pytest.mark.weight(1)
def test_other_numbers_of_axes(student, rng):
    """Outputs of dense layers, and batches with three and with five axes."""
    batches = [cases.batch(rng, shape) for shape in cases.OTHER_RANKS]
    compare(student, batches, "mean", "variance")


@pytest.mark.weight(0.5)
def test_one_value(student, rng):
    """A channel with a single value, and one whose values are all equal, has the variance 0."""
    x = np.tile(cases.batch(rng, (1, 1, 1, 3)), (1, 2, 3, 1))
    for some in (x[:, :1, :1], x):
        mean, variance = answer(student, some)
        expect.close(mean, x[0, 0, 0])
        expect.close(variance, np.zeros(3), atol=1e-6)


@pytest.mark.aspect("precision")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_small_variance_beside_a_large_mean(student, rng):
    """Adding the same large number to all values changes no variance."""
    x = cases.quarters(rng, (3, 2, 4, 3))

    def variance(x):
        return relations.several(student.batch_statistics(x))[1:]

    relations.unmoved(variance, x, cases.LARGE)


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_half_precision_and_whole_numbers(student, rng):
    """Sums of float16 and of bytes do not overflow; the answer is float32 or float64."""
    halves = 100 + cases.quarters(rng, (4, 16, 16, 2))
    whole = rng.integers(0, 256, (2, 5, 4, 3))
    for x in (halves.astype(np.float16), whole.astype(np.uint8), whole.astype(np.int16)):
        relations.same_numbers(student.batch_statistics, x, "floating", "floating")


@pytest.mark.aspect("nan")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_nan_spoils_its_own_channel(student, rng):
    """A NaN makes the mean and the variance of its channel NaN, and no others."""
    relations.nan_propagates(student.batch_statistics, cases.batch(rng, (2, 3, 2, 4)), 1)


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_argument_alone(student, rng):
    """The batch is left as it was."""
    relations.watched(student.batch_statistics, cases.batch(rng, (2, 3, 2, 4)))


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_has_no_channels_or_values(student, rng):
    """One axis, none, or a batch without values raises a ValueError that names x."""
    wrong = (cases.batch(rng, (3,)), np.float64(2), np.zeros((0, 2, 2, 3)), np.zeros((2, 0, 3)))
    student.batch_statistics.all_raise([((x,), {}) for x in wrong], ValueError, naming="x")


@pytest.mark.aspect("values", "axes", "dtype")
@pytest.mark.weight(0.5)
def test_batches_of_all_kinds(student, rng):
    """Batches of all kinds, drawn at random."""
    calls = drawn.statistics(rng)
    for ((x,), _), got in zip(calls, student.batch_statistics.each(calls), strict=True):
        found = cases.members(got, "mean", "variance")
        mean, variance = reference.batch_statistics(x)
        relations.close(found["mean"], mean, x, x)
        relations.close(found["variance"], variance, x, relations.rounding(x))
