"""Hidden tests of `update_moving`."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect

pytestmark = pytest.mark.builds_on("batch_statistics")


def compare(student, calls, *which):
    """Compare the new means, the new variances, or both."""
    for (given, options), got in zip(calls, student.update_moving.each(calls), strict=True):
        members = cases.members(got, "mean", "variance")
        wanted = dict(zip(members, reference.update_moving(*given, **options), strict=True))
        for name in which:
            expect.close(members[name], wanted[name], like=(given[2],))


def olds(rng, channels):
    """Moving statistics that are far from those of any batch."""
    return rng.uniform(5, 9, channels), cases.variances(rng, channels) + 15


def calls(rng, shapes, *options):
    """A call for each of these shapes and options."""
    return [
        ((*olds(rng, shape[-1]), cases.batch(rng, shape)), each)
        for shape in shapes
        for each in options
    ]


@pytest.mark.public
@pytest.mark.weight(1.5)
def test_published_example(student):
    """The two images of the notebook."""
    given = (np.array([0.0, 10.0]), np.array([1.0, 4.0]), cases.published())
    compare(student, [(given, {"momentum": 0.75})], "mean", "variance")


@pytest.mark.weight(2)
def test_moving_mean(student, rng):
    """The moving mean, with a small and with a large momentum."""
    compare(student, calls(rng, cases.IMAGES, {"momentum": 0.2}, {"momentum": 0.9}), "mean")


@pytest.mark.weight(3)
def test_moving_variance(student, rng):
    """The moving variance, with a small and with a large momentum."""
    compare(student, calls(rng, cases.IMAGES, {"momentum": 0.2}, {"momentum": 0.9}), "variance")


@pytest.mark.weight(1)
def test_momentum_unless_given(student, rng):
    """Without the argument `momentum`, a batch counts for one hundredth."""
    shape = (2, 3, 1, 4)
    far = 1e4 + cases.batch(rng, shape) * 100
    compare(student, [((*olds(rng, 4), far), {})], "mean", "variance")


@pytest.mark.weight(0.5)
def test_momentum_zero_and_one(student, rng):
    """With 0 only the batch counts, with 1 only what was before."""
    compare(student, calls(rng, cases.IMAGES[:2], {"momentum": 0}, {"momentum": 1}), "mean")


@pytest.mark.aspect("values", "axes")
@pytest.mark.weight(1)
def test_other_numbers_of_axes(student, rng):
    """Outputs of dense layers, and batches with three and with five axes."""
    compare(student, calls(rng, cases.OTHER_RANKS, {"momentum": 0.6}), "mean", "variance")


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_half_precision_and_whole_numbers(student, rng):
    """Sums of float16 and of bytes do not overflow; the answer is float32 or float64."""
    halves = (100 + cases.quarters(rng, (4, 16, 16, 3))).astype(np.float16)
    old = olds(rng, 3)

    def answer(x):
        return student.update_moving(*old, x, momentum=0.5)

    for x in (halves, rng.integers(0, 256, (2, 5, 4, 3)).astype(np.uint8)):
        relations.same_numbers(answer, x, "floating", "floating")


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """The old moving statistics and the batch are left as they were."""
    relations.watched(student.update_moving, *olds(rng, 4), cases.batch(rng, (2, 3, 2, 4)))


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_fit(student, rng):
    """A momentum beyond 0 and 1, vectors of another length, batches without axes or values."""
    mean, variance = olds(rng, 3)
    x = cases.batch(rng, (2, 3, 1, 3))
    wrong = [((mean, variance, x), {"momentum": momentum}) for momentum in (-0.1, 1.5)]
    student.update_moving.all_raise(wrong, ValueError, naming="momentum")
    for naming, given in (
        ("moving_mean", (mean[:1], variance, x)),
        ("moving_variance", (mean, variance[:1], x)),
        ("x", (mean, variance, x[:0])),
        ("x", (mean, variance, x[0, 0, 0])),
    ):
        with student.raises(ValueError, naming=naming):
            student.update_moving(*given)


@pytest.mark.aspect("values", "axes", "dtype")
@pytest.mark.weight(0.5)
def test_batches_of_all_kinds(student, rng):
    """Batches and momenta of all kinds, drawn at random."""
    calls = drawn.moving(rng)
    for (given, options), got in zip(calls, student.update_moving.each(calls), strict=True):
        old_mean, old_variance, x = given
        found = cases.members(got, "mean", "variance")
        mean, variance = reference.update_moving(*given, **options)
        relations.close(found["mean"], mean, x, x, old_mean)
        terms = old_variance, relations.rounding(x)
        relations.close(found["variance"], variance, x, *terms)
