"""Calls on which functions for batch normalisation may be wrong, each within the contract.

The numbers are small integers. Each generator varies what its tests are about and leaves the rest
at its simplest, so that an example shows the mistake that a test is about.
"""

from __future__ import annotations

import numpy as np

from autograder.counterexamples import OMITTED, call, counterexamples, refused
from autograder.suite import expect

SHAPES = ((2, 1, 1, 1), (2, 1, 2, 1), (3, 1, 1, 1), (2, 2, 1, 2), (2, 1, 3, 2), (3, 2, 2, 2))
OTHER_RANKS = ((2, 1), (3, 1), (3, 2), (2, 2, 1), (2, 3, 2))
NARROW = (np.float32, np.float16)
MODES = (False, True)


def numbers(draw, shape, low=-9, high=9):
    return draw.array(shape, low, high, np.float64)


def vectors(draw, channels):
    """gamma, beta, moving mean and moving variance."""
    gamma, beta = numbers(draw, (channels,), 1, 4), numbers(draw, (channels,), 0, 4)
    return gamma, beta, numbers(draw, (channels,), 0, 4), numbers(draw, (channels,), 1, 9)


def as_asked(got, want, example):
    """Whatever the values: the dtypes of the right answers; float32 and float64 are alike."""
    several = isinstance(want, tuple)
    for mine, right in zip(got, want, strict=True) if several else [(got, want)]:
        wide = several and right.dtype == np.float64
        expect.close(mine, expect.array(mine), dtype="floating" if wide else right.dtype)


# -- batch_statistics ------------------------------------------------------------------------


@counterexamples("batch_statistics")
def _(draw):
    return call(numbers(draw, draw.choice(SHAPES)))


@counterexamples("batch_statistics", "test_other_numbers_of_axes")
def _(draw):
    return call(numbers(draw, draw.choice(OTHER_RANKS)))


@counterexamples("batch_statistics", "test_one_value")
def _(draw):
    return call(numbers(draw, (1, 1, 1, draw.integer(1, 2))))


@counterexamples("batch_statistics", "test_small_variance_beside_a_large_mean")
def _(draw):
    return call(2.0**30 + numbers(draw, (draw.integer(2, 4), 1, 1, 1)))


@counterexamples("batch_statistics", "test_half_precision_and_whole_numbers")
def _(draw):
    if draw.integer(0, 1):
        return call(30_000 + 16 * draw.array((draw.integer(2, 4), 1), 0, 4, np.float16))
    return call(draw.array((draw.integer(2, 3), 1), 0, 9, draw.choice((np.uint8, np.int32))))


@counterexamples("batch_statistics", "test_nan_spoils_its_own_channel")
def _(draw):
    x = numbers(draw, (2, 1, 1, draw.integer(1, 2)))
    draw.put(x, np.nan)
    return call(x)


@counterexamples("batch_statistics", "test_leaves_its_argument_alone", purity=True)
def _(draw):
    return call(numbers(draw, (2, 1, 1, 1)))


@counterexamples("batch_statistics", "test_refuses_what_has_no_channels_or_values")
def _(draw):
    return refused("x", draw.choice((np.zeros((0, 1)), np.zeros(2), np.zeros((0, 1, 1, 2)))))


# -- batch_norm ------------------------------------------------------------------------------


def normalised(draw, shape, training, low=-9, high=9, **options):
    x = numbers(draw, shape, low, high)
    return call(x, *vectors(draw, shape[-1]), training=training, **options)


@counterexamples("batch_norm")
def _(draw):
    return normalised(draw, draw.choice(SHAPES), draw.choice(MODES), epsilon=1.0)


@counterexamples("batch_norm", "test_training")
def _(draw):
    return normalised(draw, draw.choice(SHAPES), True)


@counterexamples("batch_norm", "test_inference")
def _(draw):
    return normalised(draw, draw.choice(SHAPES), False)


@counterexamples("batch_norm", "test_inference_unless_training_is_given")
def _(draw):
    return normalised(draw, draw.choice(SHAPES[:3]), OMITTED)


@counterexamples("batch_norm", "test_small_variances")
def _(draw):
    epsilon = draw.choice((OMITTED, 1.0, 0.25))
    x = numbers(draw, (draw.integer(2, 3), 1), 0, 3) / (10 if epsilon is OMITTED else 1)
    gamma, beta, mean, variance = vectors(draw, 1)
    small = variance / (1000 if epsilon is OMITTED else 1)
    return call(x, gamma, beta, mean, small, training=draw.choice(MODES), epsilon=epsilon)


@counterexamples("batch_norm", "test_one_value_in_training")
def _(draw):
    return normalised(draw, (1, 1, 1, draw.integer(1, 2)), True)


@counterexamples("batch_norm", "test_other_numbers_of_axes")
def _(draw):
    return normalised(draw, draw.choice(OTHER_RANKS), draw.choice(MODES))


@counterexamples("batch_norm", "test_keeps_the_dtype", check=as_asked)
def _(draw):
    x = draw.array((2, 1, 1, 1), 0, 9, draw.choice(NARROW))
    return call(x, *vectors(draw, 1), training=draw.choice(MODES))


@counterexamples("batch_norm", "test_whole_numbers")
def _(draw):
    x = draw.array((2, 1, 1, 1), 0, 9, draw.choice((np.int32, np.uint8)))
    return call(x, *vectors(draw, 1), training=draw.choice(MODES))


@counterexamples("batch_norm", "test_nan_spoils_its_own_channel")
def _(draw):
    x = numbers(draw, (2, 1, 1, draw.integer(1, 2)))
    draw.put(x, np.nan)
    return call(x, *vectors(draw, x.shape[-1]), training=True)


@counterexamples("batch_norm", "test_empty_batch_at_inference")
def _(draw):
    shape = 0, draw.integer(1, 2), 1, draw.integer(1, 2)
    return call(np.zeros(shape), *vectors(draw, shape[-1]), training=False)


@counterexamples("batch_norm", "test_leaves_its_arguments_alone", purity=True)
def _(draw):
    return normalised(draw, (2, 1, 1, 1), draw.choice(MODES))


@counterexamples("batch_norm", "test_refuses_vectors_of_other_lengths")
def _(draw):
    given = list(vectors(draw, 2))
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    number = draw.integer(0, 3)
    given[number] = given[number][:1]
    return refused(names[number], numbers(draw, (2, 2)), *given)


@counterexamples("batch_norm", "test_refuses_batches_without_channels_or_values")
def _(draw):
    given = vectors(draw, 2)
    if draw.integer(0, 1):
        return refused("x", np.zeros((0, 2)), *given, training=True)
    return refused("x", np.zeros(2), *given)


# -- update_moving ---------------------------------------------------------------------------


def updated(draw, shape, momentum):
    mean, variance = numbers(draw, shape[-1:], 0, 9), numbers(draw, shape[-1:], 1, 9)
    return call(mean, variance, numbers(draw, shape), momentum=momentum)


@counterexamples("update_moving")
def _(draw):
    return updated(draw, draw.choice(SHAPES), draw.choice((0.5, 0.75, 0.25)))


@counterexamples("update_moving", "test_momentum_unless_given")
def _(draw):
    mean, variance = numbers(draw, (1,), 0, 9), numbers(draw, (1,), 1, 9)
    return call(mean, variance, 100 * numbers(draw, (draw.integer(1, 3), 1)))


@counterexamples("update_moving", "test_momentum_zero_and_one")
def _(draw):
    return updated(draw, draw.choice(SHAPES[:3]), draw.choice((0, 1)))


@counterexamples("update_moving", "test_other_numbers_of_axes")
def _(draw):
    return updated(draw, draw.choice(OTHER_RANKS), 0.5)


@counterexamples("update_moving", "test_half_precision_and_whole_numbers")
def _(draw):
    x = 30_000 + 16 * draw.array((draw.integer(2, 4), 1), 0, 4, np.float16)
    return call(np.zeros(1), np.ones(1), x, momentum=0.5)


@counterexamples("update_moving", "test_leaves_its_arguments_alone", purity=True)
def _(draw):
    return updated(draw, (2, 1, 1, 1), 0.5)


@counterexamples("update_moving", "test_refuses_what_does_not_fit")
def _(draw):
    x, two, one = numbers(draw, (2, 2)), np.ones(2), np.ones(1)
    names, *given = draw.choice(
        (
            ("momentum", two, two, x, 1.5),
            ("moving_mean", one, two, x),
            ("moving_variance", two, one, x),
            ("x", two, two, x[:0]),
            ("momentum", two, two, x, -0.5),
        )
    )
    return refused(names, *given)


# -- batch_norm_backward ---------------------------------------------------------------------


def backward(draw, shape, **options):
    dy, x = numbers(draw, shape, -4, 4), numbers(draw, shape)
    return call(dy, x, numbers(draw, shape[-1:], 1, 4), **options)


@counterexamples("batch_norm_backward")
def _(draw):
    return backward(draw, draw.choice(SHAPES), epsilon=draw.choice((OMITTED, 1.0)))


@counterexamples("batch_norm_backward", "test_small_variances")
def _(draw):
    shape = draw.integer(2, 3), 1
    dy, x = numbers(draw, shape, -4, 4), numbers(draw, shape, 0, 3)
    epsilon = draw.choice((OMITTED, 1.0, 0.25))
    return call(dy, x / (10 if epsilon is OMITTED else 1), np.ones(1), epsilon=epsilon)


@counterexamples("batch_norm_backward", "test_other_numbers_of_axes")
def _(draw):
    return backward(draw, draw.choice(OTHER_RANKS))


@counterexamples("batch_norm_backward", "test_one_value")
def _(draw):
    return backward(draw, (1, 1, 1, draw.integer(1, 2)))


@counterexamples("batch_norm_backward", "test_large_means")
def _(draw):
    shape = draw.integer(2, 4), 1
    dy, x = numbers(draw, shape, -4, 4), 2.0**30 + numbers(draw, shape)
    return call(dy, x, np.ones(1))


@counterexamples("batch_norm_backward", "test_keeps_the_dtype", check=as_asked)
def _(draw):
    dtype = draw.choice(NARROW)
    x, dy = draw.array((2, 1), 0, 9, dtype), draw.array((2, 1), -4, 4, dtype)
    return call(dy, x, np.ones(1))


@counterexamples("batch_norm_backward", "test_leaves_its_arguments_alone", purity=True)
def _(draw):
    return backward(draw, (2, 1, 1, 1))


@counterexamples("batch_norm_backward", "test_refuses_what_does_not_fit")
def _(draw):
    x, gamma = numbers(draw, (2, 2)), np.ones(2)
    names, *given = draw.choice(
        (
            ("dy", x[:1], x, gamma),
            ("gamma", x, x, gamma[:1]),
            ("x", x[:0], x[:0], gamma),
        )
    )
    return refused(names, *given)
