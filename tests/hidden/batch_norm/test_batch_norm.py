"""Hidden tests of `batch_norm`."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect

pytestmark = pytest.mark.builds_on("batch_statistics")


def compare(student, calls):
    for (arguments, options), got in zip(calls, student.batch_norm.each(calls), strict=True):
        want = reference.batch_norm(*arguments, **options)
        expect.close(got, want, like=(arguments[0],))


def calls(rng, shapes, spread=1.0, **options):
    """A call for each of these shapes, with arguments that are all different."""
    return [
        ((cases.batch(rng, shape, spread), *cases.arguments(rng, shape[-1])), options)
        for shape in shapes
    ]


def applied(student, rng, channels, **options):
    """The student's function of a batch alone, the other arguments fixed."""
    given = cases.arguments(rng, channels)
    return lambda x: student.batch_norm(x, *given, **options)


@pytest.mark.public
@pytest.mark.weight(1.5)
def test_published_example(student):
    """The two images of the notebook, in training and at inference."""
    vectors = [np.array(each) for each in ([3.0, 2.0], [10.0, -1.0], [1.0, 2.0], [12.0, 60.0])]
    given = (cases.published(), *vectors)
    modes = ({"training": True, "epsilon": 4.0}, {"epsilon": 4.0})
    compare(student, [(given, mode) for mode in modes])


@pytest.mark.weight(3)
def test_training(student, rng):
    """In training, the mean and the variance of the batch count."""
    compare(student, calls(rng, cases.IMAGES, training=True))


@pytest.mark.weight(2)
def test_inference(student, rng):
    """At inference, the moving mean and the moving variance count."""
    compare(student, calls(rng, cases.IMAGES, training=False))


@pytest.mark.weight(0.5)
def test_inference_unless_training_is_given(student, rng):
    """Without the argument `training`, the moving mean and variance count."""
    compare(student, calls(rng, cases.IMAGES[:2]))


@pytest.mark.weight(1.5)
def test_small_variances(student, rng):
    """Where variances are as small as epsilon, it matters where epsilon is added."""
    for epsilon in ({}, {"epsilon": 1e-5}, {"epsilon": 0.2}):
        spread = np.sqrt(epsilon.get("epsilon", 1e-3)) / 2
        compare(student, calls(rng, cases.IMAGES[1:3], spread, training=True, **epsilon))
        x, gamma, beta, mean, variance = calls(rng, cases.IMAGES[:1])[0][0]
        small = variance * spread**2
        compare(student, [((x * spread, gamma, beta, mean, small), epsilon)])


@pytest.mark.weight(0.5)
def test_one_value_in_training(student, rng):
    """A channel of equal values, even of a single one, gives beta."""
    x = np.tile(cases.batch(rng, (1, 1, 1, 3)), (2, 3, 1, 1))
    given = cases.arguments(rng, 3)
    compare(student, [((some, *given), {"training": True}) for some in (x, x[:1, :1])])


@pytest.mark.aspect("values", "axes")
@pytest.mark.weight(1)
def test_other_numbers_of_axes(student, rng):
    """Outputs of dense layers, and batches with three and with five axes."""
    for training in (True, False):
        compare(student, calls(rng, cases.OTHER_RANKS, training=training))


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_keeps_the_dtype(student, rng):
    """float16 and float32 are kept, whatever the dtype of gamma; sums do not overflow."""
    x = 100 + cases.quarters(rng, (4, 16, 16, 2))
    for training in (True, False):
        function = applied(student, rng, 2, training=training)
        for dtype in (np.float16, np.float32):
            relations.same_numbers(function, x.astype(dtype), dtype)


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_whole_numbers(student, rng):
    """Whole numbers give float32 or float64, and are not rounded."""
    x = rng.integers(0, 256, (2, 4, 3, 3))
    for training in (True, False):
        function = applied(student, rng, 3, training=training)
        for dtype in (np.uint8, np.int32):
            relations.same_numbers(function, x.astype(dtype), "floating")


@pytest.mark.aspect("nan")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_nan_spoils_its_own_channel(student, rng):
    """In training, a NaN makes its channel NaN, and no others."""
    function = applied(student, rng, 4, training=True)
    relations.nan_propagates(function, cases.batch(rng, (2, 3, 2, 4)), 2)


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_empty_batch_at_inference(student, rng):
    """At inference, a batch of no images gives a batch of no images."""
    x = np.zeros((0, 3, 2, 4))
    expect.close(student.batch_norm(x, *cases.arguments(rng, 4), training=False), x)


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """The batch, gamma, beta and the moving statistics are left as they were."""
    for training in (True, False):
        given = (cases.batch(rng, (2, 3, 2, 4)), *cases.arguments(rng, 4))
        relations.watched(student.batch_norm, *given, training=training)


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_vectors_of_other_lengths(student, rng):
    """gamma, beta and the moving statistics have one number for each channel."""
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    for number, name in enumerate(names):
        given = list(cases.arguments(rng, 3))
        wrong = [(*given[:number], each, *given[number + 1 :]) for each in (given[number][:1],)]
        x = cases.batch(rng, (2, 3, 1, 3))
        student.batch_norm.all_raise([((x, *each), {}) for each in wrong], ValueError, name)


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_batches_without_channels_or_values(student, rng):
    """One axis, or a batch without values in training, raises a ValueError that names x."""
    given = cases.arguments(rng, 3)
    with student.raises(ValueError, naming="x"):
        student.batch_norm(cases.batch(rng, (3,)), *given)
    with student.raises(ValueError, naming="x"):
        student.batch_norm(np.zeros((0, 2, 2, 3)), *given, training=True)


@pytest.mark.aspect("values", "axes", "dtype")
@pytest.mark.weight(0.5)
def test_batches_of_all_kinds(student, rng):
    """Batches of all kinds in both modes, drawn at random."""
    calls = drawn.normalising(rng)
    for (given, options), got in zip(calls, student.batch_norm.each(calls), strict=True):
        terms = reference.terms_of_batch_norm(*given, **options)
        relations.close(got, reference.batch_norm(*given, **options), given[0], terms)
