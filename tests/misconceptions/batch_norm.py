"""Known wrong answers to batch normalisation, each with the question that leads out of it.

Each is a whole function with one mistake. What is right in several of them stands once, in the
private functions at the top, with parts that a mistake may exchange. Keras is imported inside the
functions that need it; those are never run in the grader's process.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from autograder.diagnosis import (
    call,
    inspect_answer,
    look,
    misconception,
    probes,
    right_answer,
    suite_module,
    variant,
)

# -- what they share, and do right ---------------------------------------------------------------


def _require_batch(x, values=True):
    if np.ndim(x) < 2 or (values and not np.size(x)):
        raise ValueError("x must have channels, and values")


def _require_vectors(x, **vectors):
    for name, vector in vectors.items():
        if np.shape(vector) != np.shape(x)[-1:]:
            raise ValueError(f"{name} must have one number for each channel")


def _require_momentum(momentum):
    if not 0 <= momentum <= 1:
        raise ValueError("momentum must lie between 0 and 1")


def _working(x):
    x = np.asarray(x)
    return x.astype(np.result_type(x, np.float32) if x.dtype.kind == "f" else np.float64)


def _all_but_last(x):
    return tuple(range(x.ndim - 1))


def _like(y, x):
    return y.astype(x.dtype) if x.dtype.kind == "f" else y


def _squared_distances(x, mean, axes):
    return np.square(x - mean).mean(axis=axes)


def _only_four(x):
    """The axes that all but the last are in images; other batches have not so many."""
    return 0, 1, 2


def _two_axes_less(x, axis):
    """The axes but one, where there are so many."""
    return tuple(each for each in range(x.ndim) if each != axis)


def _unbiased(x, mean, axes):
    count = np.prod([x.shape[axis] for axis in axes])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.square(x - mean).sum(axis=axes) / (count - 1)


# -- batch_statistics ----------------------------------------------------------------------------


@right_answer("batch_statistics")
def _statistics(
    x, *, check=_require_batch, working=_working, axes=_all_but_last, average=np.mean,
    spread=_squared_distances, finish=lambda mean, variance: (mean, variance),
):  # fmt: skip
    check(x)
    x = working(x)
    mean = average(x, axis=axes(x))
    return finish(mean, spread(x, mean, axes(x)))


def _batches():
    rng = np.random.default_rng(5)
    return (
        rng.normal(2, 3, (3, 2, 4, 5)),
        rng.normal(-3, 2, (2, 3, 2, 3)),
        rng.normal(1, 2, (4, 3)),
    )


@probes("batch_statistics")
def _():
    x, other, flat = _batches()
    quarters = np.round(4 * other) / 4
    broken = x.copy()
    broken[0, 1, 2, 3] = np.nan
    halves = np.tile(quarters, (60, 1, 4, 1)) + 100
    return [
        call(x, watch=True),
        call(other),
        call(other[:1, :2, :1]),
        call(flat),
        call(quarters + 2.0**27),
        call(broken),
        call(halves.astype(np.float16)),
        call(np.abs(20 * other).astype(np.uint8)),
        call(flat[0]),
        call(flat[:0]),
    ]


@misconception("batch_statistics")
def batch_statistics_divides_by_one_less(x):
    return _statistics(x, spread=_unbiased)


@misconception("batch_statistics")
def batch_statistics_returns_deviations(x):
    return _statistics(x, finish=lambda mean, variance: (mean, np.sqrt(variance)))


@misconception("batch_statistics")
def batch_statistics_averages_images_only(x):
    return _statistics(x, axes=lambda x: (0,))


@misconception("batch_statistics")
def batch_statistics_keeps_images_apart(x):
    def apart(x, mean, axes):
        return np.square(x - mean.reshape(len(x), *(1,) * len(axes), -1)).mean(axis=axes)

    return _statistics(x, axes=lambda x: tuple(range(1, x.ndim - 1)), spread=apart)


@misconception("batch_statistics")
def batch_statistics_takes_the_second_axis(x):
    def spread(x, mean, axes):
        return np.square(np.moveaxis(x, 1, -1) - mean).mean(axis=_all_but_last(x))

    return _statistics(x, axes=lambda x: _two_axes_less(x, 1), spread=spread)


@misconception("batch_statistics")
def batch_statistics_mixes_channels(x):
    return _statistics(x, axes=lambda x: None)


@variant(batch_statistics_mixes_channels)
def _batch_statistics_repeats_one_number(x):
    def repeated(mean, variance):
        return tuple(np.full(x.shape[-1], each) for each in (mean, variance))

    return _statistics(x, axes=lambda x: None, finish=repeated)


@misconception("batch_statistics")
def batch_statistics_keeps_all_axes(x):
    def kept(mean, variance):
        return tuple(each.reshape(*(1,) * (x.ndim - 1), -1) for each in (mean, variance))

    return _statistics(x, finish=kept)


@misconception("batch_statistics")
def batch_statistics_forgets_the_mean(x):
    return _statistics(x, spread=lambda x, mean, axes: np.square(x).mean(axis=axes))


@misconception("batch_statistics")
def batch_statistics_averages_amounts(x):
    return _statistics(x, spread=lambda x, mean, axes: np.abs(x - mean).mean(axis=axes))


@misconception("batch_statistics")
def batch_statistics_swaps_its_answers(x):
    return _statistics(x, finish=lambda mean, variance: (variance, mean))


@misconception("batch_statistics")
def batch_statistics_adds_squares_up(x):
    return _statistics(x, spread=lambda x, mean, axes: np.square(x - mean).sum(axis=axes))


@misconception("batch_statistics")
def batch_statistics_divides_by_the_images(x):
    def average(x, axis):
        return x.sum(axis=axis) / len(x)

    return _statistics(
        x,
        average=average,
        spread=lambda x, mean, axes: average(np.square(x - x.mean(axis=axes)), axes),
    )


@misconception("batch_statistics")
def batch_statistics_averages_variances_of_images(x):
    def within(x, mean, axes):
        return np.stack([each.var(axis=_all_but_last(each)) for each in x]).mean(axis=0)

    return _statistics(x, spread=within)


@misconception("batch_statistics")
def batch_statistics_takes_the_median(x):
    return _statistics(
        x,
        average=np.median,
        spread=lambda x, mean, axes: _squared_distances(x, x.mean(axis=axes), axes),
    )


@misconception("batch_statistics")
def batch_statistics_returns_the_mean_only(x):
    return _statistics(x, finish=lambda mean, variance: mean)


@misconception("batch_statistics", aspect="precision")
def batch_statistics_subtracts_huge_numbers(x):
    return _statistics(
        x, spread=lambda x, mean, axes: np.square(x).mean(axis=axes) - np.square(mean)
    )


@misconception("batch_statistics", aspect="axes")
def batch_statistics_needs_images(x):
    return _statistics(x, axes=_only_four)


@misconception("batch_statistics", aspect="dtype")
def batch_statistics_overflows(x):
    def average(x, axis):
        with np.errstate(over="ignore", invalid="ignore"):
            total = x.sum(axis=axis, dtype=x.dtype)
        return total / x.dtype.type(np.prod([x.shape[each] for each in axis]))

    def spread(x, mean, axes):
        with np.errstate(over="ignore", invalid="ignore"):
            return average(np.square(x - mean), axes)

    def narrow(x):
        return x if x.dtype == np.float16 else _working(x)

    return _statistics(x, working=narrow, average=average, spread=spread)


@misconception("batch_statistics", aspect="dtype")
def batch_statistics_rounds(x):
    return _statistics(x, finish=lambda *found: tuple(each.astype(x.dtype) for each in found))


@misconception("batch_statistics", aspect="nan")
def batch_statistics_skips_nan(x):
    return _statistics(
        x,
        average=np.nanmean,
        spread=lambda x, mean, axes: np.nanmean(np.square(x - mean), axis=axes),
    )


@misconception("batch_statistics", aspect="purity")
def batch_statistics_centres_in_place(x):
    _require_batch(x)
    found = _statistics(x)
    if x.dtype == np.float64:
        x -= found[0]
    return found


@misconception("batch_statistics", aspect="errors")
def batch_statistics_takes_anything(x):
    with np.errstate(invalid="ignore", divide="ignore"):
        return _statistics(
            np.asarray(x), check=lambda x: None, average=lambda x, axis: x.sum(axis=axis) / _n(x),
            spread=lambda x, mean, axes: np.square(x - mean).sum(axis=axes) / _n(x),
        )  # fmt: skip


def _n(x):
    return np.prod(x.shape[:-1])


# -- batch_norm ----------------------------------------------------------------------------------


def _of_mode(x, moving_mean, moving_variance, training):
    return _statistics(x) if training else (moving_mean, moving_variance)


def _check_batch_norm(x, gamma, beta, moving_mean, moving_variance, training):
    _require_batch(x, values=training)
    _require_vectors(
        x, gamma=gamma, beta=beta, moving_mean=moving_mean, moving_variance=moving_variance
    )


def _divided(x, mean, variance, epsilon):
    return (x - mean) / np.sqrt(variance + epsilon)


@right_answer("batch_norm")
def _normalised(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3, *,
    check=_check_batch_norm, of_mode=_of_mode, divide=_divided,
    learned=lambda h, gamma, beta: gamma * h + beta, finish=_like,
):  # fmt: skip
    check(x, gamma, beta, moving_mean, moving_variance, training)
    mean, variance = of_mode(_working(x), moving_mean, moving_variance, training)
    return finish(learned(divide(_working(x), mean, variance, epsilon), gamma, beta), x)


_GAMMA, _BETA = np.array([2.0, -1.5, 3.0]), np.array([3.0, 4.0, -2.5])
_MEAN, _VARIANCE = np.array([5.0, -4.0, 2.0]), np.array([0.3, 4.0, 2.5])


@probes("batch_norm")
def _():
    _, x, flat = _batches()
    given = _GAMMA, _BETA, _MEAN, _VARIANCE
    broken = x.copy()
    broken[0, 1, 1, 1] = np.nan
    return [
        call(x, *given, training=True, watch=True),
        call(x, *given, training=False, watch=True),
        call(x, *given),
        call(0.02 * x, *given, training=True),
        call(0.02 * x, *given, training=True, epsilon=1e-5),
        call(x, *given[:3], 1e-3 * _VARIANCE),
        call(x, *given[:3], 1e-3 * _VARIANCE, epsilon=0.1),
        call(x[:1, :1, :1], *given, training=True),
        call(flat, *given, training=True),
        call(flat, *given),
        call(broken, *given, training=True),
        call(x[:0], *given, training=False),
        call(x.astype(np.float32), *given),
        call((100 + np.tile(np.round(x), (40, 1, 4, 1))).astype(np.float16), *given, training=True),
        call(np.abs(20 * x).astype(np.uint8), *given, training=True),
        call(x, _GAMMA[:1], *given[1:]),
        call(x, _GAMMA, _BETA[:1], _MEAN, _VARIANCE),
        call(flat[0], *given),
    ]


@misconception("batch_norm")
def batch_norm_adds_epsilon_to_the_root(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def divide(x, mean, variance, epsilon):
        return (x - mean) / (np.sqrt(variance) + epsilon)

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, divide=divide
    )


@misconception("batch_norm")
def batch_norm_forgets_epsilon(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def divide(x, mean, variance, epsilon):
        with np.errstate(invalid="ignore", divide="ignore"):
            return (x - mean) / np.sqrt(variance)

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, divide=divide
    )


@misconception("batch_norm")
def batch_norm_divides_by_the_variance(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def divide(x, mean, variance, epsilon):
        return (x - mean) / (variance + epsilon)

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, divide=divide
    )


@misconception("batch_norm")
def batch_norm_multiplies_by_the_deviation(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def divide(x, mean, variance, epsilon):
        return (x - mean) * np.sqrt(variance + epsilon)

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, divide=divide
    )


@misconception("batch_norm")
def batch_norm_does_not_centre(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def divide(x, mean, variance, epsilon):
        return x / np.sqrt(variance + epsilon)

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, divide=divide
    )


@misconception("batch_norm")
def batch_norm_has_its_own_epsilon(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    return _normalised(x, gamma, beta, moving_mean, moving_variance, training)


@misconception("batch_norm")
def batch_norm_has_another_default(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-5
):
    return _normalised(x, gamma, beta, moving_mean, moving_variance, training, epsilon)


@misconception("batch_norm")
def batch_norm_always_takes_the_batch(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    if not len(x):
        return _normalised(x, gamma, beta, moving_mean, moving_variance, training, epsilon)
    return _normalised(x, gamma, beta, moving_mean, moving_variance, True, epsilon)


@misconception("batch_norm")
def batch_norm_always_takes_the_moving_ones(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    _require_batch(x, values=training)
    return _normalised(x, gamma, beta, moving_mean, moving_variance, False, epsilon)


@misconception("batch_norm")
def batch_norm_swaps_the_modes(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    _require_batch(x, values=training)
    if not len(x):
        return _normalised(x, gamma, beta, moving_mean, moving_variance, training, epsilon)
    return _normalised(x, gamma, beta, moving_mean, moving_variance, not training, epsilon)


@misconception("batch_norm")
def batch_norm_trains_by_default(
    x, gamma, beta, moving_mean, moving_variance, training=True, epsilon=1e-3
):
    return _normalised(x, gamma, beta, moving_mean, moving_variance, training, epsilon)


@misconception("batch_norm")
def batch_norm_mixes_the_modes(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def of_mode(x, moving_mean, moving_variance, training):
        return (_statistics(x)[0] if training else moving_mean), moving_variance

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, of_mode=of_mode
    )


@misconception("batch_norm")
def batch_norm_swaps_gamma_and_beta(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def learned(h, gamma, beta):
        return beta * h + gamma

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, learned=learned
    )


@misconception("batch_norm")
def batch_norm_multiplies_beta_too(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def learned(h, gamma, beta):
        return gamma * (h + beta)

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, learned=learned
    )


@misconception("batch_norm")
def batch_norm_forgets_gamma(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def learned(h, gamma, beta):
        return h + beta

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, learned=learned
    )


@misconception("batch_norm")
def batch_norm_forgets_beta(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def learned(h, gamma, beta):
        return gamma * h

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, learned=learned
    )


@misconception("batch_norm")
def batch_norm_divides_by_one_less(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def of_mode(x, moving_mean, moving_variance, training):
        return _statistics(x, spread=_unbiased) if training else (moving_mean, moving_variance)

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, of_mode=of_mode
    )


def _over(axes):
    """Statistics over other axes, in training."""

    def of_mode(x, moving_mean, moving_variance, training):
        if not training:
            return moving_mean, moving_variance
        return x.mean(axis=axes(x), keepdims=True), x.var(axis=axes(x), keepdims=True)

    return of_mode


@misconception("batch_norm")
def batch_norm_normalises_each_image(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    of_mode = _over(lambda x: tuple(range(1, x.ndim - 1)))
    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, of_mode=of_mode
    )


@misconception("batch_norm")
def batch_norm_normalises_each_pixel(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    of_mode = _over(lambda x: 0)
    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, of_mode=of_mode
    )


@misconception("batch_norm")
def batch_norm_normalises_over_channels(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    of_mode = _over(lambda x: -1)
    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, of_mode=of_mode
    )


@misconception("batch_norm")
def batch_norm_normalises_all_together(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    of_mode = _over(lambda x: None)
    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, of_mode=of_mode
    )


@misconception("batch_norm", aspect="axes")
def batch_norm_needs_images(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def of_mode(x, moving_mean, moving_variance, training):
        if training:
            return _statistics(x, axes=_only_four)
        _images, _rows, _columns, _channels = x.shape
        return moving_mean, moving_variance

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, of_mode=of_mode
    )


@misconception("batch_norm", aspect="dtype")
def batch_norm_makes_float64(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, finish=lambda y, x: y
    )


@misconception("batch_norm", aspect="dtype")
def batch_norm_rounds(x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3):
    def finish(y, x):
        with np.errstate(invalid="ignore"):
            return y.astype(x.dtype)

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, finish=finish
    )


@misconception("batch_norm", aspect="nan")
def batch_norm_skips_nan(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def of_mode(x, moving_mean, moving_variance, training):
        if not training:
            return moving_mean, moving_variance
        return np.nanmean(x, axis=_all_but_last(x)), np.nanvar(x, axis=_all_but_last(x))

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon, of_mode=of_mode
    )


@misconception("batch_norm", aspect="empty")
def batch_norm_needs_an_image(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    _require_batch(x)
    return _normalised(x, gamma, beta, moving_mean, moving_variance, training, epsilon)


@misconception("batch_norm", aspect="purity")
def batch_norm_normalises_in_place(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    y = _normalised(x, gamma, beta, moving_mean, moving_variance, training, epsilon)
    if x.dtype != np.float64:
        return y
    x[...] = y
    return x


@misconception("batch_norm", aspect="errors")
def batch_norm_takes_anything(
    x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3
):
    def of_mode(x, moving_mean, moving_variance, training):
        if not training:
            return moving_mean, moving_variance
        if not x.size:
            return np.zeros(x.shape[-1]), np.zeros(x.shape[-1])
        return _statistics(x, check=lambda x: None)

    return _normalised(
        x, gamma, beta, moving_mean, moving_variance, training, epsilon,
        check=lambda *given: None, of_mode=of_mode,
    )  # fmt: skip


# -- update_moving -------------------------------------------------------------------------------


def _check_update(moving_mean, moving_variance, x, momentum):
    _require_batch(x)
    _require_momentum(momentum)
    _require_vectors(x, moving_mean=moving_mean, moving_variance=moving_variance)


def _weighted(old, new, momentum):
    return momentum * old + (1 - momentum) * new


@right_answer("update_moving")
def _updated(
    moving_mean, moving_variance, x, momentum=0.99, *, check=_check_update, statistics=_statistics,
    weighted=_weighted, finish=lambda mean, variance: (mean, variance),
):  # fmt: skip
    check(moving_mean, moving_variance, x, momentum)
    mean, variance = statistics(x)
    return finish(
        weighted(moving_mean, mean, momentum), weighted(moving_variance, variance, momentum)
    )


@probes("update_moving")
def _():
    _, x, flat = _batches()
    quarters = np.round(4 * x) / 4
    halves = np.tile(quarters, (60, 1, 4, 1)) + 100
    return [
        call(_MEAN, _VARIANCE, x, momentum=0.25, watch=True),
        call(_MEAN, _VARIANCE, x, momentum=0.9, watch=True),
        call(_MEAN, _VARIANCE, 100 * x),
        call(_MEAN, _VARIANCE, x, momentum=0),
        call(_MEAN, _VARIANCE, x, momentum=1),
        call(_MEAN, _VARIANCE, flat, momentum=0.6),
        call(_MEAN, _VARIANCE, halves.astype(np.float16), momentum=0.5),
        call(_MEAN, _VARIANCE, x, momentum=1.5),
        call(_MEAN[:1], _VARIANCE, x),
        call(_MEAN, _VARIANCE, x[:0]),
    ]


@misconception("update_moving")
def update_moving_swaps_the_shares(moving_mean, moving_variance, x, momentum=0.99):
    _require_momentum(momentum)
    return _updated(
        moving_mean, moving_variance, x, momentum,
        weighted=lambda old, new, momentum: _weighted(new, old, momentum),
    )  # fmt: skip


@misconception("update_moving")
def update_moving_has_another_default(moving_mean, moving_variance, x, momentum=0.9):
    return _updated(moving_mean, moving_variance, x, momentum)


@misconception("update_moving")
def update_moving_has_its_own_momentum(moving_mean, moving_variance, x, momentum=0.99):
    _require_momentum(momentum)
    return _updated(moving_mean, moving_variance, x)


@misconception("update_moving")
def update_moving_divides_by_one_less(moving_mean, moving_variance, x, momentum=0.99):
    return _updated(
        moving_mean, moving_variance, x, momentum,
        statistics=lambda x: _statistics(x, spread=_unbiased),
    )  # fmt: skip


@misconception("update_moving")
def update_moving_leaves_the_variance(moving_mean, moving_variance, x, momentum=0.99):
    def finish(mean, variance):
        return mean, np.array(moving_variance)

    return _updated(moving_mean, moving_variance, x, momentum, finish=finish)


@misconception("update_moving")
def update_moving_leaves_the_mean(moving_mean, moving_variance, x, momentum=0.99):
    def finish(mean, variance):
        return np.array(moving_mean), variance

    return _updated(moving_mean, moving_variance, x, momentum, finish=finish)


@misconception("update_moving")
def update_moving_forgets_the_past(moving_mean, moving_variance, x, momentum=0.99):
    return _updated(
        moving_mean, moving_variance, x, momentum, weighted=lambda old, new, momentum: new
    )


@misconception("update_moving")
def update_moving_swaps_its_answers(moving_mean, moving_variance, x, momentum=0.99):
    return _updated(
        moving_mean, moving_variance, x, momentum, finish=lambda mean, variance: (variance, mean)
    )


@misconception("update_moving")
def update_moving_adds_the_whole_batch(moving_mean, moving_variance, x, momentum=0.99):
    return _updated(
        moving_mean, moving_variance, x, momentum,
        weighted=lambda old, new, momentum: momentum * old + new,
    )  # fmt: skip


@misconception("update_moving")
def update_moving_keeps_all_of_the_past(moving_mean, moving_variance, x, momentum=0.99):
    return _updated(
        moving_mean, moving_variance, x, momentum,
        weighted=lambda old, new, momentum: old + (1 - momentum) * new,
    )  # fmt: skip


@misconception("update_moving")
def update_moving_averages_deviations(moving_mean, moving_variance, x, momentum=0.99):
    _check_update(moving_mean, moving_variance, x, momentum)
    mean, variance = _statistics(x)
    deviation = _weighted(np.sqrt(moving_variance), np.sqrt(variance), momentum)
    return _weighted(moving_mean, mean, momentum), deviation**2


@misconception("update_moving")
def update_moving_stores_deviations(moving_mean, moving_variance, x, momentum=0.99):
    def statistics(x):
        mean, variance = _statistics(x)
        return mean, np.sqrt(variance)

    return _updated(moving_mean, moving_variance, x, momentum, statistics=statistics)


@misconception("update_moving")
def update_moving_measures_from_the_moving_mean(moving_mean, moving_variance, x, momentum=0.99):
    def statistics(x):
        far = np.square(_working(x) - moving_mean)
        return _statistics(x)[0], far.mean(axis=_all_but_last(x))

    return _updated(moving_mean, moving_variance, x, momentum, statistics=statistics)


@misconception("update_moving")
def update_moving_adds_the_distance_of_the_means(moving_mean, moving_variance, x, momentum=0.99):
    def statistics(x):
        mean, variance = _statistics(x)
        return mean, variance + momentum * np.square(mean - moving_mean)

    return _updated(moving_mean, moving_variance, x, momentum, statistics=statistics)


@misconception("update_moving")
def update_moving_moves_once_for_each_image(moving_mean, moving_variance, x, momentum=0.99):
    _check_update(moving_mean, moving_variance, x, momentum)
    mean, variance = np.array(moving_mean), np.array(moving_variance)
    for image in x:
        mean, variance = _updated(mean, variance, image[np.newaxis], momentum)
    return mean, variance


@misconception("update_moving")
def update_moving_takes_half_of_each(moving_mean, moving_variance, x, momentum=0.99):
    return _updated(
        moving_mean, moving_variance, x, momentum,
        weighted=lambda old, new, momentum: (old + new) / 2,
    )  # fmt: skip


@misconception("update_moving")
def update_moving_keeps_pixels_apart(moving_mean, moving_variance, x, momentum=0.99):
    return _updated(
        moving_mean, moving_variance, x, momentum,
        statistics=lambda x: _statistics(x, axes=lambda x: (0,)),
    )  # fmt: skip


@misconception("update_moving", aspect="axes")
def update_moving_needs_images(moving_mean, moving_variance, x, momentum=0.99):
    return _updated(
        moving_mean, moving_variance, x, momentum,
        statistics=lambda x: _statistics(x, axes=_only_four),
    )  # fmt: skip


@misconception("update_moving", aspect="dtype")
def update_moving_overflows(moving_mean, moving_variance, x, momentum=0.99):
    return _updated(
        moving_mean, moving_variance, x, momentum, statistics=batch_statistics_overflows
    )


@misconception("update_moving", aspect="purity")
def update_moving_writes_into_the_old_ones(moving_mean, moving_variance, x, momentum=0.99):
    mean, variance = _updated(moving_mean, moving_variance, x, momentum)
    moving_mean[...], moving_variance[...] = mean, variance
    return moving_mean, moving_variance


@misconception("update_moving", aspect="errors")
def update_moving_takes_anything(moving_mean, moving_variance, x, momentum=0.99):
    def statistics(x):
        return _statistics(x) if x.size else (np.zeros(x.shape[-1]),) * 2

    return _updated(
        moving_mean, moving_variance, x, momentum,
        check=lambda *given: None, statistics=statistics,
    )  # fmt: skip


# -- batch_norm_backward -------------------------------------------------------------------------


def _check_backward(dy, x, gamma):
    _require_batch(x)
    if dy.shape != x.shape:
        raise ValueError("dy must have the shape of x")
    _require_vectors(x, gamma=gamma)


def _deviation(variance, epsilon):
    return np.sqrt(variance + epsilon)


def _count(x):
    return x.size // x.shape[-1]


def _three_ways(dh, h, root, count, axes, x):
    """dx: straight on, by the mean and by the variance."""
    by_mean = dh.sum(axis=axes) / count
    by_variance = h * ((dh * h).sum(axis=axes) / count)
    return (dh - by_mean - by_variance) / root


def _gradient_of_gamma(dy, h, axes, x):
    return (dy * h).sum(axis=axes)


def _gradient_of_beta(dy, axes, gamma):
    return dy.sum(axis=axes)


@right_answer("batch_norm_backward")
def _backward(
    dy, x, gamma, epsilon=1e-3, *, check=_check_backward, statistics=_statistics,
    axes=_all_but_last, deviation=_deviation, factor=lambda dy, gamma: dy * gamma, ways=_three_ways,
    of_gamma=_gradient_of_gamma, of_beta=_gradient_of_beta, finish=_like,
    order=lambda dx, dgamma, dbeta: (dx, dgamma, dbeta),
):  # fmt: skip
    check(dy, x, gamma)
    wide, dy = _working(x), _working(dy)
    mean, variance = statistics(wide)
    root = deviation(variance, epsilon)
    with np.errstate(invalid="ignore", divide="ignore"):
        h = (wide - mean) / root
        dx = ways(factor(dy, gamma), h, root, _count(wide), axes(wide), wide)
    dgamma, dbeta = of_gamma(dy, h, axes(wide), wide), of_beta(dy, axes(wide), gamma)
    return order(finish(dx, x), dgamma, dbeta)


@probes("batch_norm_backward")
def _():
    _, x, flat = _batches()
    rng = np.random.default_rng(6)
    dy, dflat = rng.normal(1, 2, x.shape), rng.normal(1, 2, flat.shape)
    large = np.tile(np.round(x), (40, 1, 4, 1)).astype(np.float16)
    slopes = 100 + rng.integers(-8, 9, large.shape).astype(np.float16)
    return [
        call(dy, x, _GAMMA, watch=True),
        call(dy, x, _GAMMA, epsilon=0.5, watch=True),
        call(dy, 0.02 * x, _GAMMA),
        call(dy[:1, :1, :1], x[:1, :1, :1], _GAMMA),
        call(dflat, flat, _GAMMA),
        call(dy, np.round(4 * x) / 4 + 2.0**27, _GAMMA),
        call(dy.astype(np.float32), x.astype(np.float32), _GAMMA),
        call(slopes, large, _GAMMA),
        call(dy[:1], x, _GAMMA),
        call(dy, x, _GAMMA[:1]),
        call(dy[:0], x[:0], _GAMMA),
    ]


@misconception("batch_norm_backward")
def batch_norm_backward_forgets_the_mean(dy, x, gamma, epsilon=1e-3):
    def ways(dh, h, root, count, axes, x):
        return (dh - h * ((dh * h).sum(axis=axes) / count)) / root

    return _backward(dy, x, gamma, epsilon, ways=ways)


@misconception("batch_norm_backward")
def batch_norm_backward_forgets_the_variance(dy, x, gamma, epsilon=1e-3):
    def ways(dh, h, root, count, axes, x):
        return (dh - dh.sum(axis=axes) / count) / root

    return _backward(dy, x, gamma, epsilon, ways=ways)


@misconception("batch_norm_backward")
def batch_norm_backward_goes_straight_on_only(dy, x, gamma, epsilon=1e-3):
    return _backward(dy, x, gamma, epsilon, ways=lambda dh, h, root, count, axes, x: dh / root)


@misconception("batch_norm_backward")
def batch_norm_backward_adds_the_way_by_the_mean(dy, x, gamma, epsilon=1e-3):
    def ways(dh, h, root, count, axes, x):
        return _three_ways(dh, h, root, count, axes, x) + 2 * dh.sum(axis=axes) / count / root

    return _backward(dy, x, gamma, epsilon, ways=ways)


@misconception("batch_norm_backward")
def batch_norm_backward_adds_the_way_by_the_variance(dy, x, gamma, epsilon=1e-3):
    def ways(dh, h, root, count, axes, x):
        more = 2 * h * ((dh * h).sum(axis=axes) / count) / root
        return _three_ways(dh, h, root, count, axes, x) + more

    return _backward(dy, x, gamma, epsilon, ways=ways)


@misconception("batch_norm_backward")
def batch_norm_backward_counts_the_variance_twice(dy, x, gamma, epsilon=1e-3):
    def ways(dh, h, root, count, axes, x):
        more = h * ((dh * h).sum(axis=axes) / count) / root
        return _three_ways(dh, h, root, count, axes, x) - more

    return _backward(dy, x, gamma, epsilon, ways=ways)


@misconception("batch_norm_backward")
def batch_norm_backward_halves_the_variance(dy, x, gamma, epsilon=1e-3):
    def ways(dh, h, root, count, axes, x):
        less = h * ((dh * h).sum(axis=axes) / count) / root / 2
        return _three_ways(dh, h, root, count, axes, x) + less

    return _backward(dy, x, gamma, epsilon, ways=ways)


@misconception("batch_norm_backward")
def batch_norm_backward_takes_another_power(dy, x, gamma, epsilon=1e-3):
    def ways(dh, h, root, count, axes, x):
        by_mean = dh.sum(axis=axes) / count
        by_variance = h * root**2 * ((dh * h).sum(axis=axes) / count)
        return (dh - by_mean - by_variance) / root

    return _backward(dy, x, gamma, epsilon, ways=ways)


@misconception("batch_norm_backward")
def batch_norm_backward_counts_images(dy, x, gamma, epsilon=1e-3):
    def ways(dh, h, root, count, axes, x):
        return _three_ways(dh, h, root, len(x), axes, x)

    return _backward(dy, x, gamma, epsilon, ways=ways)


# its gradients are so large that they may overflow in float16
@misconception("batch_norm_backward", aspect=("values", "dtype"))
def batch_norm_backward_does_not_divide_by_the_count(dy, x, gamma, epsilon=1e-3):
    def ways(dh, h, root, count, axes, x):
        return _three_ways(dh, h, root, 1, axes, x)

    return _backward(dy, x, gamma, epsilon, ways=ways)


@misconception("batch_norm_backward")
def batch_norm_backward_multiplies_by_the_count(dy, x, gamma, epsilon=1e-3):
    def ways(dh, h, root, count, axes, x):
        return count * _three_ways(dh, h, root, count, axes, x)

    return _backward(dy, x, gamma, epsilon, ways=ways)


@misconception("batch_norm_backward")
def batch_norm_backward_forgets_gamma(dy, x, gamma, epsilon=1e-3):
    return _backward(dy, x, gamma, epsilon, factor=lambda dy, gamma: dy)


@misconception("batch_norm_backward")
def batch_norm_backward_multiplies_by_the_deviation(dy, x, gamma, epsilon=1e-3):
    def ways(dh, h, root, count, axes, x):
        return _three_ways(dh, h, root, count, axes, x) * root**2

    return _backward(dy, x, gamma, epsilon, ways=ways)


@misconception("batch_norm_backward")
def batch_norm_backward_divides_by_the_variance(dy, x, gamma, epsilon=1e-3):
    def ways(dh, h, root, count, axes, x):
        return _three_ways(dh, h, root, count, axes, x) / root

    return _backward(dy, x, gamma, epsilon, ways=ways)


@misconception("batch_norm_backward")
def batch_norm_backward_adds_epsilon_to_the_root(dy, x, gamma, epsilon=1e-3):
    return _backward(
        dy, x, gamma, epsilon, deviation=lambda variance, epsilon: np.sqrt(variance) + epsilon
    )


@misconception("batch_norm_backward")
def batch_norm_backward_forgets_epsilon(dy, x, gamma, epsilon=1e-3):
    return _backward(dy, x, gamma, epsilon, deviation=lambda variance, epsilon: np.sqrt(variance))


@misconception("batch_norm_backward")
def batch_norm_backward_has_its_own_epsilon(dy, x, gamma, epsilon=1e-3):
    return _backward(dy, x, gamma)


@misconception("batch_norm_backward")
def batch_norm_backward_divides_by_one_less(dy, x, gamma, epsilon=1e-3):
    return _backward(dy, x, gamma, epsilon, statistics=lambda x: _statistics(x, spread=_unbiased))


@misconception("batch_norm_backward")
def batch_norm_backward_multiplies_by_x(dy, x, gamma, epsilon=1e-3):
    return _backward(dy, x, gamma, epsilon, of_gamma=lambda dy, h, axes, x: (dy * x).sum(axis=axes))


@misconception("batch_norm_backward")
def batch_norm_backward_only_centres_x(dy, x, gamma, epsilon=1e-3):
    def of_gamma(dy, h, axes, x):
        return (dy * (x - x.mean(axis=axes))).sum(axis=axes)

    return _backward(dy, x, gamma, epsilon, of_gamma=of_gamma)


@misconception("batch_norm_backward")
def batch_norm_backward_averages_gradients(dy, x, gamma, epsilon=1e-3):
    return _backward(
        dy, x, gamma, epsilon,
        of_gamma=lambda dy, h, axes, x: (dy * h).mean(axis=axes),
        of_beta=lambda dy, axes, gamma: dy.mean(axis=axes),
    )  # fmt: skip


@misconception("batch_norm_backward")
def batch_norm_backward_multiplies_dbeta_by_gamma(dy, x, gamma, epsilon=1e-3):
    return _backward(
        dy, x, gamma, epsilon, of_beta=lambda dy, axes, gamma: (dy * gamma).sum(axis=axes)
    )


@misconception("batch_norm_backward")
def batch_norm_backward_adds_up_images_only(dy, x, gamma, epsilon=1e-3):
    return _backward(
        dy, x, gamma, epsilon,
        of_gamma=lambda dy, h, axes, x: (dy * h).sum(axis=0),
        of_beta=lambda dy, axes, gamma: dy.sum(axis=0),
    )  # fmt: skip


@misconception("batch_norm_backward")
def batch_norm_backward_adds_up_all_channels(dy, x, gamma, epsilon=1e-3):
    return _backward(
        dy, x, gamma, epsilon,
        of_gamma=lambda dy, h, axes, x: (dy * h).sum(),
        of_beta=lambda dy, axes, gamma: dy.sum(),
    )  # fmt: skip


@misconception("batch_norm_backward")
def batch_norm_backward_swaps_its_answers(dy, x, gamma, epsilon=1e-3):
    return _backward(dy, x, gamma, epsilon, order=lambda dx, dgamma, dbeta: (dx, dbeta, dgamma))


@misconception("batch_norm_backward", aspect="axes")
def batch_norm_backward_needs_images(dy, x, gamma, epsilon=1e-3):
    return _backward(dy, x, gamma, epsilon, axes=_only_four)


@misconception("batch_norm_backward", aspect="precision")
def batch_norm_backward_subtracts_huge_numbers(dy, x, gamma, epsilon=1e-3):
    def statistics(x):
        axes = _all_but_last(x)
        mean = x.mean(axis=axes)
        return mean, np.maximum(np.square(x).mean(axis=axes) - np.square(mean), 0)

    return _backward(dy, x, gamma, epsilon, statistics=statistics)


@misconception("batch_norm_backward", aspect="dtype")
def batch_norm_backward_makes_float64(dy, x, gamma, epsilon=1e-3):
    return _backward(dy, x, gamma, epsilon, finish=lambda dx, x: dx.astype(np.float64))


@misconception("batch_norm_backward", aspect="purity")
def batch_norm_backward_writes_into_dy(dy, x, gamma, epsilon=1e-3):
    dx, dgamma, dbeta = _backward(dy, x, gamma, epsilon)
    if dy.dtype != dx.dtype:
        return dx, dgamma, dbeta
    dy[...] = dx
    return dy, dgamma, dbeta


@misconception("batch_norm_backward", aspect="errors")
def batch_norm_backward_takes_anything(dy, x, gamma, epsilon=1e-3):
    if not x.size:
        return np.zeros(x.shape), np.zeros(x.shape[-1]), np.zeros(x.shape[-1])
    dy = np.broadcast_to(dy, x.shape) if dy.ndim == x.ndim else np.resize(dy, x.shape)
    return _backward(dy, x, gamma, epsilon, check=lambda *given: None)


# -- build_batch_norm_net ------------------------------------------------------------------------


@inspect_answer("build_batch_norm_net")
def _(student):
    suite = suite_module(
        Path(__file__).parents[1] / "hidden" / "batch_norm", "test_build_batch_norm_net"
    )
    rng = np.random.default_rng(7)
    return look(
        wrong=lambda: _seen(student.once(suite.identify, rng).differences),
        shapes=lambda: student.model(
            student.build_batch_norm_net((8, 24, 1), 3, (3, 5, 2))
        ).weight_shapes(),
        moving=lambda: _moved(suite, student.once(suite.trained_once, rng)),
    )


def _seen(found):
    """What is wrong, as (layer, what, value)."""
    return {(each.layer, each.what, each.value) for each in found}


def _moved(suite, trained):
    """By which share a batch has moved the moving mean: the nearest hundredth."""
    (old, _), (new, _), maps = trained
    mean, _ = suite.reference.batch_statistics(maps)
    return round(float(np.median((new - old) / (mean - old))), 2)


def _wrong(what, *values, layers=()):
    """Whether a layer differs in this, with one of these values if there are any."""

    def matches(seen):
        return any(
            each == what and (not values or value in values) and (not layers or layer in layers)
            for layer, each, value in seen["wrong"]
        )

    return matches


def _in_its_place(seen):
    """Whether the normalisation follows the convolution, so that its statistics are known."""
    return not any(what in ("normalisation", "order") for _, what, _ in seen["wrong"])


def _net(
    input_shape, num_classes, filters, *, order="nrp", bias=False, activation="relu",
    padding="same", side=3, pool=None, end="softmax", hidden=0, flatten=None, last=None,
    normalisation=None, **settings,
):  # fmt: skip
    """The network, with parts that a misconception may exchange."""
    import keras

    layers = keras.layers
    pool = pool or layers.MaxPooling2D(2)
    made = [keras.Input(input_shape)]
    for number, count in enumerate(filters, 1):
        made.append(layers.Conv2D(count, side, padding=padding, use_bias=bias))
        for step in last if last is not None and number == len(filters) else order:
            if step == "n":
                made.append((normalisation or layers.BatchNormalization)(**settings))
            elif step == "r":
                made.append(layers.Activation(activation))
            else:
                made.append(type(pool).from_config({**pool.get_config(), "name": None}))
    made.append(flatten or layers.Flatten())
    if hidden:
        made.append(layers.Dense(hidden, activation="relu"))
    return keras.Sequential([*made, layers.Dense(num_classes, activation=end)])


@misconception(
    "build_batch_norm_net",
    "What becomes of a bias when the mean of its channel is subtracted right after it?",
    matches=_wrong("bias", True),
)
def build_batch_norm_net_keeps_the_bias(input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)):
    return _net(input_shape, num_classes, filters, bias=True)


@misconception(
    "build_batch_norm_net",
    "In which order do the layers of a block follow each other: is ReLU before the normalisation, "
    "or after it?",
    matches=_wrong("order", ("activation", "normalisation")),
)
def build_batch_norm_net_normalises_after_relu(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, filters, order="rnp")


@misconception(
    "build_batch_norm_net",
    "Is a block normalised before its maps are pooled, or after it?",
    matches=lambda seen: (
        _wrong("order", ("pooling", "normalisation"))(seen)
        and not _wrong("order", ("activation", "normalisation"))(seen)
    ),
)
def build_batch_norm_net_pools_first(input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)):
    return _net(input_shape, num_classes, filters, order="pnr")


@misconception(
    "build_batch_norm_net",
    "Which layer of a block keeps the numbers in a small range? Is there one in each block?",
    matches=_wrong("normalisation", "missing"),
)
def build_batch_norm_net_does_not_normalise(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, filters, order="rp")


@misconception(
    "build_batch_norm_net",
    "How many normalisations has a block, and where does the only one stand?",
    matches=_wrong("normalisation", "twice"),
)
def build_batch_norm_net_normalises_twice(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, filters, order="nrpn")


@misconception(
    "build_batch_norm_net",
    "Which four numbers has a batch normalisation for each channel? How many has yours?",
    matches=_wrong("moments"),
)
def build_batch_norm_net_without_a_factor(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, filters, scale=False)


@misconception(
    "build_batch_norm_net",
    "By which share does a batch move the moving mean, with Keras' own settings?",
    matches=lambda seen: _in_its_place(seen) and seen["moving"] not in (0.0, 0.01),
)
def build_batch_norm_net_with_another_momentum(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, filters, momentum=0.9)


@misconception(
    "build_batch_norm_net",
    "No gradient changes the moving mean, so need it be frozen? What becomes of a normalisation "
    "whose `trainable` is False, in training?",
    matches=lambda seen: _in_its_place(seen) and seen["moving"] == 0,
)
def build_batch_norm_net_freezes_the_normalisation(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, filters, trainable=False)


@misconception(
    "build_batch_norm_net",
    "Do the outputs for an image add up to 1?",
    matches=_wrong("activation", "linear", layers=("output",)),
)
def build_batch_norm_net_answers_with_logits(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, filters, end=None)


@misconception(
    "build_batch_norm_net",
    "An image belongs to one class. Which function makes shares of the outputs that add up to 1?",
    matches=_wrong("activation", "sigmoid", layers=("output",)),
)
def build_batch_norm_net_answers_with_sigmoids(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, filters, end="sigmoid")


@misconception(
    "build_batch_norm_net",
    "What does pooling take of each window here: its mean, or its greatest number?",
    matches=_wrong("pool kind", "average"),
)
def build_batch_norm_net_takes_the_mean(input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)):
    import keras

    return _net(input_shape, num_classes, filters, pool=keras.layers.AveragePooling2D(2))


@misconception(
    "build_batch_norm_net",
    "Does each block pool its maps, the last one too?",
    matches=_wrong("pooling", "missing"),
)
def build_batch_norm_net_does_not_pool_the_last(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, filters, last="nr")


@misconception(
    "build_batch_norm_net",
    "How large are the windows of pooling?",
    matches=lambda seen: _wrong("pool window")(seen) or _wrong("pool strides")(seen),
)
def build_batch_norm_net_pools_larger_windows(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    import keras

    return _net(input_shape, num_classes, filters, pool=keras.layers.MaxPooling2D(3, 2))


@misconception(
    "build_batch_norm_net",
    "How large are the maps after a convolution: as large as before, or smaller?",
    matches=_wrong("padding", "valid"),
)
def build_batch_norm_net_does_not_pad(input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)):
    return _net(input_shape, num_classes, filters, padding="valid")


@misconception(
    "build_batch_norm_net",
    "How large are the kernels of the convolutions?",
    matches=_wrong("side"),
)
def build_batch_norm_net_with_kernels_of_five(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, filters, side=5)


@misconception(
    "build_batch_norm_net",
    "Which activation has each block, and has it one at all?",
    matches=_wrong("activation", "linear", "tanh", "sigmoid", layers=("conv1", "conv2")),
)
def build_batch_norm_net_without_relu(input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)):
    return _net(input_shape, num_classes, filters, order="np")


@misconception(
    "build_batch_norm_net",
    "Which layers come after the last block: is there a dense one before the output?",
    matches=_wrong("extra", "dense layer"),
)
def build_batch_norm_net_with_a_hidden_layer(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, filters, hidden=64)


@misconception(
    "build_batch_norm_net",
    "How many numbers does the dense layer see of each map: all of them, or a mean?",
    matches=_wrong("mean"),
)
def build_batch_norm_net_averages_whole_maps(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    import keras

    flatten = keras.layers.GlobalAveragePooling2D()
    return _net(input_shape, num_classes, filters, flatten=flatten)


@misconception(
    "build_batch_norm_net",
    "How many blocks are there if `filters` holds three numbers?",
    matches=lambda seen: sum(len(shape) == 4 for shape in seen["shapes"]) == 2,
)
def build_batch_norm_net_always_of_two_blocks(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, filters[:2])


@misconception(
    "build_batch_norm_net",
    "How many units has the last layer when there are four classes?",
    matches=lambda seen: _wrong("count", 10, layers=("output",))(seen),
)
def build_batch_norm_net_always_of_ten_classes(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, 10, filters)


@misconception(
    "build_batch_norm_net",
    "Where do you use the numbers in `filters`?",
    matches=lambda seen: _wrong("count", layers=("conv1", "conv2"))(seen),
)
def build_batch_norm_net_has_its_own_filters(
    input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)
):
    return _net(input_shape, num_classes, (16, 32, 64)[: len(filters)])
