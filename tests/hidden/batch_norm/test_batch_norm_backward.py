"""Hidden tests of `batch_norm_backward`.

Gradients are held against numerical ones of the suite's own forward pass: see `reference`. The
student's forward pass is not asked.
"""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect

pytestmark = pytest.mark.builds_on("batch_statistics", "batch_norm")
GRADIENTS = ("dx", "dgamma", "dbeta")


def gradients(student, dy, x, gamma, **options):
    return cases.members(student.batch_norm_backward(dy, x, gamma, **options), *GRADIENTS)


def compare(student, calls, *which):
    """Compare some of the three gradients with numerical ones."""
    for (given, options), got in zip(calls, student.batch_norm_backward.each(calls), strict=True):
        members = cases.members(got, *GRADIENTS)
        wanted = dict(zip(GRADIENTS, reference.batch_norm_backward(*given, **options), strict=True))
        for name in which:
            expect.close(members[name], wanted[name], like=(given[1],))


def calls(rng, shapes, spread=1.0, **options):
    """A call for each of these shapes; the derivatives have means of their own, too."""
    return [
        (
            (
                cases.batch(rng, shape),
                cases.batch(rng, shape, spread),
                cases.factors(rng, shape[-1]),
            ),
            options,
        )
        for shape in shapes
    ]


@pytest.mark.public
@pytest.mark.weight(2)
def test_published_example(student):
    """The two images of the notebook."""
    dy = np.array([[3.0, 0.0], [0.0, 2.0], [0.0, 2.0], [1.0, 0.0]]).reshape(2, 1, 2, 2)
    given = (dy, cases.published(), np.array([3.0, 2.0]))
    compare(student, [(given, {"epsilon": 4.0})], *GRADIENTS)


@pytest.mark.weight(1)
def test_gradient_of_beta(student, rng):
    """The gradient of each channel's shift."""
    compare(student, calls(rng, cases.IMAGES), "dbeta")


@pytest.mark.weight(1.5)
def test_gradient_of_gamma(student, rng):
    """The gradient of each channel's factor."""
    compare(student, calls(rng, cases.IMAGES), "dgamma")


@pytest.mark.weight(4)
def test_gradient_of_x(student, rng):
    """The gradient of each input: straight on, by the mean and by the variance."""
    compare(student, calls(rng, cases.IMAGES), "dx")


@pytest.mark.weight(1.5)
def test_small_variances(student, rng):
    """Where variances are as small as epsilon, it matters where epsilon is added."""
    for epsilon in ({}, {"epsilon": 1e-5}, {"epsilon": 0.2}):
        spread = np.sqrt(epsilon.get("epsilon", 1e-3)) / 2
        compare(student, calls(rng, cases.IMAGES[1:3], spread, **epsilon), "dx", "dgamma")


@pytest.mark.aspect("values", "axes")
@pytest.mark.weight(1)
def test_other_numbers_of_axes(student, rng):
    """Outputs of dense layers, and batches with three and with five axes."""
    compare(student, calls(rng, cases.OTHER_RANKS), *GRADIENTS)


@pytest.mark.weight(0.5)
def test_one_value(student, rng):
    """A channel with a single value: its output is always beta, so dx is 0."""
    dy, x, gamma = calls(rng, [(1, 1, 1, 3)])[0][0]
    expect.close(gradients(student, dy, x, gamma)["dx"], np.zeros_like(x), atol=1e-6)


@pytest.mark.aspect("precision")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_large_means(student, rng):
    """Adding the same large number to all of x changes neither dx nor dgamma."""
    dy, x = cases.batch(rng, (3, 2, 4, 3)), cases.quarters(rng, (3, 2, 4, 3))
    gamma = cases.factors(rng, 3)

    def gradients_of_x_and_gamma(x):
        return relations.several(student.batch_norm_backward(dy, x, gamma))[:2]

    relations.unmoved(gradients_of_x_and_gamma, x, cases.LARGE)


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_keeps_the_dtype(student, rng):
    """dx has the dtype of x; sums of float16 do not overflow."""
    shape = (4, 16, 16, 2)
    gamma = cases.factors(rng, 2)
    for dtype in (np.float32, np.float16):
        dy = (100 + cases.quarters(rng, shape)).astype(dtype)
        relations.same_numbers(
            lambda x, dy=dy: student.batch_norm_backward(dy, x, gamma),
            cases.quarters(rng, shape).astype(dtype),
            dtype,
            "floating",
            "floating",
        )


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """The derivatives, the inputs and gamma are left as they were."""
    relations.watched(student.batch_norm_backward, *calls(rng, [(2, 3, 2, 4)])[0][0])


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_fit(student, rng):
    """dy has the shape of x, gamma a number for each channel, and x has axes and values."""
    dy, x, gamma = calls(rng, [(2, 3, 1, 3)])[0][0]
    for naming, given in (
        ("dy", (dy[:1], x, gamma)),
        ("dy", (dy[:, :, 0], x, gamma)),
        ("gamma", (dy, x, gamma[:1])),
        ("x", (dy[:0], x[:0], gamma)),
        ("x", (dy[0, 0, 0], x[0, 0, 0], gamma)),
    ):
        with student.raises(ValueError, naming=naming):
            student.batch_norm_backward(*given)


@pytest.mark.aspect("values", "axes", "dtype")
@pytest.mark.weight(0.5)
def test_batches_of_all_kinds(student, rng):
    """Batches of all kinds, drawn at random."""
    calls = drawn.gradients(rng)
    for (given, options), got in zip(calls, student.batch_norm_backward.each(calls), strict=True):
        wanted = reference.batch_norm_backward(*given, **options)
        terms = reference.terms_of_gradients(*given, **options)
        found = cases.members(got, *GRADIENTS).values()
        for mine, want, amounts in zip(found, wanted, terms, strict=True):
            relations.close(mine, want, given[1], amounts)
