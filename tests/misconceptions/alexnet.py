"""Known wrong answers to AlexNet, each with the question that leads out of it.

Each is a whole function with one mistake. What is right in several of them stands once, in the
private functions at the top. Two answers that are random differ even where both make the same
mistake: they are compared by what is said of them below, in `_seen_…`. Keras is imported inside
the functions that need it; those are never run in the grader's process.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from autograder.diagnosis import (
    call,
    generator,
    inspect_answer,
    look,
    look_into,
    misconception,
    probes,
    right_answer,
    suite_module,
    summarize,
    variant,
)
from autograder.sandbox import CallFailed, StudentRaised

# -- what they share, and do right ---------------------------------------------------------------


def _floating(x):
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _require_maps(x, depth_radius):
    if x.ndim != 4:
        raise ValueError("x must have 4 axes")
    if depth_radius < 0:
        raise ValueError("depth_radius must not be negative")


def _channels_around(x, first, last):
    """The sum of the squares of channels c + first to c + last, those that exist."""
    squares = np.zeros_like(x)
    for channel in range(x.shape[3]):
        chosen = x[..., max(0, channel + first) : max(0, channel + last + 1)]
        squares[..., channel] = (chosen**2).sum(axis=3)
    return squares


def _require_rate(rate):
    if not 0 <= rate <= 1:
        raise ValueError("rate must lie between 0 and 1")


def _scaled(x, kept, rate):
    if rate == 1:
        return np.zeros_like(x)
    return np.where(kept, x / (1 - rate), np.zeros((), x.dtype))


def _require_images(images):
    if images.ndim != 4:
        raise ValueError("images must have 4 axes")


def _require_fit(images, size):
    _require_images(images)
    if not 1 <= size <= min(images.shape[1:3]):
        raise ValueError("size must lie between 1 and the sides of the images")


def _cut(images, size, tops, lefts):
    squares = np.empty((len(images), size, size, images.shape[3]), images.dtype)
    for number, (top, left) in enumerate(zip(tops, lefts, strict=True)):
        squares[number] = images[number, top : top + size, left : left + size]
    return squares


def _free(images, size):
    """How many places there are for a square, from top to bottom and from left to right."""
    return images.shape[1] - size + 1, images.shape[2] - size + 1


def _by_chance(images, size, rng):
    rows, columns = _free(images, size)
    return rng.integers(rows, size=len(images)), rng.integers(columns, size=len(images))


def _require_colours(images):
    if images.ndim != 4 or images.shape[3] != 3:
        raise ValueError("images must have 4 axes, and 3 channels on the last")


def _shifted(images, shifts):
    """Images with a colour of its own added to each."""
    images = _floating(images)
    return images + np.asarray(shifts)[:, None, None, :].astype(images.dtype)


def _pixels(images):
    _require_colours(images)
    if not images.size:
        raise ValueError("images hold no pixel")
    return images.reshape(-1, 3).astype(np.float64)


def _falling(covariance):
    values, vectors = np.linalg.eigh(covariance)
    return values[::-1], vectors[:, ::-1]


def _corners(images, size):
    bottom, right = images.shape[1] - size, images.shape[2] - size
    return [(0, 0), (0, right), (bottom, 0), (bottom, right)]


def _five(images, size, centre=None, corners=None):
    """The crops before they are mirrored."""
    bottom, right = images.shape[1] - size, images.shape[2] - size
    starts = _corners(images, size) if corners is None else corners
    starts = [*starts, (bottom // 2, right // 2) if centre is None else centre]
    return [images[:, top : top + size, left : left + size] for top, left in starts]


def _ten(images, size):
    crops = _five(images, size)
    return np.stack(crops + [crop[:, :, ::-1] for crop in crops], axis=1)


def _require_network(input_size, num_classes, groups):
    if input_size < 67:
        raise ValueError("input_size must be at least 67")
    if num_classes < 1:
        raise ValueError("num_classes must be at least 1")
    if groups < 1 or 32 % groups:
        raise ValueError("groups must divide the numbers of channels")


def _layers(
    input_size, num_classes, groups, *, first=lambda n: (n - 11) // 4 + 1,
    pool=lambda n: (n - 3) // 2 + 1, second=lambda n: n, third=lambda n: n,
    grouped=("conv2", "conv4", "conv5"),
):  # fmt: skip
    """Name, shape, weights of a filter or unit, filters or units, for each layer."""
    _require_network(input_size, num_classes, groups)
    side, channels = input_size, 3
    layers = []
    for name, kernel, filters, pooled in (
        ("conv1", 11, 96, "pool1"),
        ("conv2", 5, 256, "pool2"),
        ("conv3", 3, 384, ""),
        ("conv4", 3, 384, ""),
        ("conv5", 3, 256, "pool5"),
    ):
        side = {"conv1": first, "conv2": second}.get(name, third)(side)
        seen = channels // groups if name in grouped else channels
        layers.append((name, (side, side, filters), kernel * kernel * seen, filters))
        channels = filters
        if pooled:
            side = pool(side)
            layers.append((pooled, (side, side, channels), 0, 0))
    inputs = int(side * side) * channels
    for name, units in (("fc6", 4096), ("fc7", 4096), ("fc8", num_classes)):
        layers.append((name, (units,), inputs, units))
        inputs = units
    return layers


def _places(shape):
    return shape[0] * shape[1] if len(shape) == 3 else 1


def _row(name, shape, parameters, multiply_accumulates):
    return {
        "name": name,
        "shape": shape,
        "parameters": parameters,
        "multiply_accumulates": multiply_accumulates,
    }


def _rows(layers):
    return [
        _row(name, shape, (weights + 1) * count, weights * count * _places(shape))
        for name, shape, weights, count in layers
    ]


def _require_flowers(images, labels, num_classes):
    _require_colours(images)
    if labels.shape != images.shape[:1]:
        raise ValueError("labels must have one class for each image")
    if len(labels) and not 0 <= labels.min() <= labels.max() < num_classes:
        raise ValueError("labels must be below num_classes")


def _order(images, seed):
    return np.random.default_rng(seed).permutation(len(images))


def _scale(images):
    return images.astype(np.float32) / np.float32(255)


def _one_hot(labels, num_classes):
    return np.eye(num_classes, dtype=np.float32)[labels]


def _require_guesses(probabilities, labels, k):
    if probabilities.ndim != 2:
        raise ValueError("probabilities must have 2 axes")
    if labels.shape != probabilities.shape[:1]:
        raise ValueError("labels must have one class for each example")
    if not 1 <= k <= probabilities.shape[1]:
        raise ValueError("k must lie between 1 and the number of classes")


def _best_first(probabilities):
    return np.argsort(-probabilities, axis=1, kind="stable")


def _share_found(guesses, labels):
    return float((guesses == labels[:, None]).any(axis=1).mean())


def _crops_of(image, size):
    if image.ndim != 3:
        raise ValueError("image must have 3 axes")
    _require_fit(image[None], size)
    return _ten(image[None], size)[0]


# -- relu ----------------------------------------------------------------------------------------


@right_answer("relu")
def _rectified(x, *, lowest=0):
    return np.maximum(x, lowest)


@probes("relu")
def _():
    return [
        call(np.array([[-3.0, -0.5, 0.0], [0.25, 2.0, 40.0]]), watch=True),
        call(np.array([0.5, 2.0, 40.0]), watch=True),
        call(np.array([-np.inf, np.nan, np.inf])),
        call(np.array([-3, 2, 40])),
    ]


@misconception("relu", "What becomes of -3: 0, or something that is still about the size of it?")
def relu_takes_the_amount(x):
    return np.abs(x)


@misconception("relu", "Is the gradient of a ReLU at -3 small, or nothing at all?")
def relu_leaks(x):
    return np.where(x < 0, x / 100, x).astype(np.asarray(x).dtype)


@misconception(
    "relu",
    "The caller still has the array that you were given: may it change?",
    aspect="purity",
)
def relu_writes_into_its_argument(x):
    x[x < 0] = 0
    return x


@misconception(
    "relu", "Is NaN > 0, and what does your function therefore make of NaN?", aspect="nan"
)
def relu_loses_nan(x):
    return np.where(x > 0, _rectified(x), np.zeros((), x.dtype))


@misconception("relu", "What is minus infinity multiplied by 0?", aspect="infinity")
def relu_multiplies_by_a_mask(x):
    return x * (x > 0)


@misconception("relu", "How large may the output of a ReLU be?")
def relu_ends_at_six(x):
    return np.minimum(_rectified(x), 6)


@misconception("relu", "Which dtype has the maximum of an array of ints and 0.0?", aspect="dtype")
def relu_makes_floats(x):
    return _rectified(x, lowest=0.0)


@misconception(
    "relu",
    "Python's max compares two things: which is larger, 0 or a whole array?",
    aspect=("values", "nan", "infinity", "dtype", "shape", "purity"),
)
def relu_compares_the_whole_array(x):
    return max(0, x)


@misconception(
    "relu",
    "Where nothing is negative, is what you return a new array, or the same?",
    aspect="purity",
)
def relu_returns_its_argument(x):
    return _rectified(x) if (x < 0).any() else x


# -- local_response_norm -------------------------------------------------------------------------


def _neighbours(x, radius):
    return _channels_around(x, -radius, radius)


def _divided(x, squares, bias, alpha, beta):
    return x / (bias + alpha * squares) ** beta


@right_answer("local_response_norm")
def _normalised(
    x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75, *,
    check=_require_maps, around=_neighbours, divide=_divided,
):  # fmt: skip
    x = _floating(x)
    check(x, depth_radius)
    return divide(x, around(x, depth_radius), bias, alpha, beta)


@probes("local_response_norm")
def _():
    rng = np.random.default_rng(0)
    x = rng.normal(scale=300, size=(2, 3, 4, 8))
    broken = x.copy()
    broken[0, 0, 0, 2] = broken[1, 1, 1, 6] = np.nan
    return [
        call(x, watch=True),
        call(x, 1, 1.0, 1e-3, 0.5),
        call(x, beta=1.0),
        call(x, 9),
        call(x.astype(np.float32)),
        call(np.abs(x).astype(np.uint8)),
        call(broken),
        call(x[:0]),
        call(x[0]),
        call(x, -1),
    ]


@misconception(
    "local_response_norm", "Does the formula divide alpha by the number of channels, as Caffe does?"
)
def local_response_norm_averages_the_squares(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    channels = max(2 * depth_radius + 1, 1)
    return _normalised(x, depth_radius, bias, alpha / channels, beta)


@misconception(
    "local_response_norm", "Which default arguments has TensorFlow, and which the paper?"
)
def local_response_norm_has_tensorflows_defaults(x, depth_radius=5, bias=1.0, alpha=1.0, beta=0.5):
    return _normalised(x, depth_radius, bias, alpha, beta)


@misconception("local_response_norm", "Which axis do the neighbours lie along: places or channels?")
def local_response_norm_looks_at_other_places(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def around(x, radius):
        return np.swapaxes(_neighbours(np.swapaxes(x, 1, 3), radius), 1, 3)

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@misconception("local_response_norm", "Is the last channel a neighbour of the first?")
def local_response_norm_wraps_around(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def around(x, radius):
        offsets = range(-radius, radius + 1)
        return sum(np.roll(x**2, offset, axis=3) for offset in offsets)

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@misconception("local_response_norm", "What is added for a neighbour that does not exist?")
def local_response_norm_repeats_the_last_channel(
    x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75
):
    def around(x, radius):
        squares = np.pad(x**2, [(0, 0), (0, 0), (0, 0), (radius, radius)], mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(squares, 2 * radius + 1, axis=3)
        return windows.sum(axis=-1)

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@misconception(
    "local_response_norm", "Is depth_radius the width of the window, or how far it reaches?"
)
def local_response_norm_takes_the_radius_for_a_width(
    x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75
):
    def around(x, radius):
        return _neighbours(x, radius // 2)

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@misconception("local_response_norm", "Does a slice hold the index that it ends with?")
def local_response_norm_ends_one_early(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def around(x, radius):
        return _channels_around(x, -radius, radius - 1)

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@misconception("local_response_norm", "Does a channel's own response belong to the sum?")
def local_response_norm_leaves_itself_out(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def around(x, radius):
        return _neighbours(x, radius) - x**2

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@misconception("local_response_norm", "What is raised to the power of beta: the sum, or all of it?")
def local_response_norm_raises_the_sum_only(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def divide(x, squares, bias, alpha, beta):
        return x / (bias + (alpha * squares) ** beta)

    return _normalised(x, depth_radius, bias, alpha, beta, divide=divide)


@misconception("local_response_norm", "The sum is of squares: what do you add?")
def local_response_norm_adds_amounts(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def around(x, radius):
        return _neighbours(np.sqrt(np.abs(x)), radius)

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@misconception("local_response_norm", "What if I call it with another radius, bias, alpha or beta?")
def local_response_norm_knows_one_set_of_constants(
    x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75
):
    _require_maps(_floating(x), depth_radius)
    return _normalised(x)


@misconception(
    "local_response_norm", "What is the square of 20 in an array of uint8?", aspect="dtype"
)
def local_response_norm_squares_bytes(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    _require_maps(x, depth_radius)
    beyond = [(0, 0), (0, 0), (0, 0), (depth_radius, depth_radius)]
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(x**2, beyond), 2 * depth_radius + 1, axis=3
    )
    return _floating(x) / (bias + alpha * windows.sum(axis=-1)) ** beta


@misconception(
    "local_response_norm", "Which dtype has the answer for an array of float32?", aspect="dtype"
)
def local_response_norm_makes_float64(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    return _normalised(np.asarray(x, np.float64), depth_radius, bias, alpha, beta)


@misconception("local_response_norm", "What is the sum of a number and NaN?", aspect="nan")
def local_response_norm_leaves_nan_out(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def around(x, radius):
        return _neighbours(np.nan_to_num(x), radius)

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@misconception(
    "local_response_norm",
    "If you put images together one by one, what if there is none?",
    aspect="empty",
)
def local_response_norm_needs_an_image(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    if not len(x):
        raise ValueError("x must hold an image")
    return _normalised(x, depth_radius, bias, alpha, beta)


@misconception(
    "local_response_norm", "`x /= …` divides the caller's array: is that yours?", aspect="purity"
)
def local_response_norm_divides_in_place(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    y = _normalised(x.copy(), depth_radius, bias, alpha, beta)
    if x.dtype.kind != "f":
        return y
    x[...] = y
    return x


@misconception(
    "local_response_norm", "What does it do with three axes, or a radius of -1?", aspect="errors"
)
def local_response_norm_takes_anything(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    x = _floating(x)
    squares = np.zeros_like(x)
    for channel in range(x.shape[-1]):
        first, last = max(0, channel - depth_radius), max(0, channel + depth_radius + 1)
        squares[..., channel] = (x[..., first:last] ** 2).sum(axis=-1)
    return x / (bias + alpha * squares) ** beta


@variant(local_response_norm_averages_the_squares)
def _local_response_norm_averages_those_that_exist(
    x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75
):
    def around(x, radius):
        return _neighbours(x, radius) / _neighbours(np.ones_like(x), radius)

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@variant(local_response_norm_raises_the_sum_only)
def _local_response_norm_raises_the_squares_only(
    x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75
):
    def divide(x, squares, bias, alpha, beta):
        return x / (bias + alpha * squares**beta)

    return _normalised(x, depth_radius, bias, alpha, beta, divide=divide)


@misconception("local_response_norm", "Is a response divided by the power, or multiplied by it?")
def local_response_norm_multiplies(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def divide(x, squares, bias, alpha, beta):
        return x * (bias + alpha * squares) ** beta

    return _normalised(x, depth_radius, bias, alpha, beta, divide=divide)


@misconception("local_response_norm", "What is beta for?")
def local_response_norm_forgets_the_power(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def divide(x, squares, bias, alpha, beta):
        return x / (bias + alpha * squares)

    return _normalised(x, depth_radius, bias, alpha, beta, divide=divide)


@misconception("local_response_norm", "On which sides of a channel do its neighbours lie?")
def local_response_norm_looks_to_one_side(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def around(x, radius):
        return _channels_around(x, -radius, 0)

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@variant(local_response_norm_looks_to_one_side)
def _local_response_norm_looks_to_the_other_side(
    x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75
):
    def around(x, radius):
        return _channels_around(x, 0, radius)

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@misconception("local_response_norm", "How many neighbours has a channel on its left?")
def local_response_norm_begins_one_late(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def around(x, radius):
        return _channels_around(x, 1 - radius, radius)

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


def _sums_around(x, radius):
    sums = np.zeros_like(x)
    for channel in range(x.shape[3]):
        sums[..., channel] = x[..., max(0, channel - radius) : channel + radius + 1].sum(axis=3)
    return sums


@misconception("local_response_norm", "What happens to a response before it is added to the sum?")
def local_response_norm_forgets_the_squares(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def divide(x, sums, bias, alpha, beta):
        with np.errstate(invalid="ignore"):
            return x / (bias + alpha * sums) ** beta

    return _normalised(x, depth_radius, bias, alpha, beta, around=_sums_around, divide=divide)


@misconception("local_response_norm", "What comes first: squaring the responses, or adding them?")
def local_response_norm_squares_the_sum(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def around(x, radius):
        return _sums_around(x, radius) ** 2

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@misconception("local_response_norm", "How many channels are neighbours of a channel?")
def local_response_norm_adds_all_channels(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def around(x, radius):
        return np.broadcast_to((x**2).sum(axis=3, keepdims=True), x.shape)

    return _normalised(x, depth_radius, bias, alpha, beta, around=around)


@misconception("local_response_norm", "Which responses are in the sum: those of x, or of y?")
def local_response_norm_adds_what_is_normalised(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    def divide(x, squares, bias, alpha, beta):
        y = x.copy()
        for channel in range(x.shape[3]):
            near = y[..., max(0, channel - depth_radius) : channel + depth_radius + 1]
            y[..., channel] /= (bias + alpha * (near**2).sum(axis=3)) ** beta
        return y

    return _normalised(x, depth_radius, bias, alpha, beta, divide=divide)


# -- dropout -------------------------------------------------------------------------------------

_ONES = np.ones((400, 50))
_NUMBERS = np.random.default_rng(1).uniform(1, 2, (40, 40)).astype(np.float32)


def _seen_factors(answer):
    """The dtype, and by what elements were multiplied."""
    if answer.shape != _NUMBERS.shape:
        return answer.shape
    return str(answer.dtype), sorted(set(np.round(answer / _NUMBERS, 3).ravel().tolist()))


def _seen_at_work(watched):
    """Whether numbers are as they were, or are all scaled, and whether they are the same array."""
    answer = watched.value
    if answer.shape != _NUMBERS.shape:
        return answer.shape
    factors = answer / _NUMBERS
    scaled = float(f"{factors.mean():.3f}") if np.allclose(factors, factors.mean()) else None
    return scaled, watched.shares_memory, bool(np.array_equal(watched.arguments[0], _NUMBERS))


def _seen_shares(answer):
    """Whether rows or columns are dropped together, or a fixed number of elements in each row.

    Otherwise about which share of 20,000 elements was dropped, with a rate of 0.3.
    """
    if answer.shape != _ONES.shape:
        return answer.shape
    dropped = answer == 0
    if (dropped == dropped[:1]).all():
        return "rows"
    if (dropped == dropped[:, :1]).all():
        return "columns"
    fixed = len(set(dropped.sum(axis=1).tolist())) == 1
    known = (0.0, 0.3, 0.38, 0.5, 0.62, 0.7, 1.0)
    return fixed, min(known, key=lambda each: abs(each - dropped.mean()))


def _seen_repetition(one, again, other, elsewhere):
    """Whether a seed decides, and whether the state of a generator and its seed matter."""
    return [np.array_equal(one == 0, each == 0) for each in (again, other, elsewhere)]


def _seen_numbers(*answers):
    """Whether always as many elements are dropped."""
    return len({int((answer == 0).sum()) for answer in answers}) > 1


def _refused(*arguments):
    """A probe of what should be refused: of an answer the shape is all that is compared."""
    return summarize(call(*arguments), key=lambda answer: answer.shape)


def _kept(x, rate, rng):
    return rng.random(x.shape) >= rate


@right_answer("dropout")
def _dropped(
    x, rate, training, rng, *,
    check=_require_rate, kept=_kept, scale=_scaled, at_work=lambda x, rate: x.copy(),
):  # fmt: skip
    check(rate)
    x = _floating(x)
    return scale(x, kept(x, rate, rng), rate) if training else at_work(x, rate)


@probes("dropout")
def _():
    first, same_seed = generator(1), generator(1)
    whole = np.array([3, 4, 5])
    return [
        summarize(call(_NUMBERS, 0.3, False, generator(1), watch=True), key=_seen_at_work),
        _refused(_NUMBERS, 0.3, False, None),
        summarize(call(_NUMBERS, 0.3, True, generator(2)), key=_seen_factors),
        summarize(call(_ONES, 0.3, True, generator(3)), key=_seen_shares),
        summarize(
            call(_ONES, 0.5, True, first),
            call(_ONES, 0.5, True, same_seed),
            call(_ONES, 0.5, True, first),
            call(_ONES, 0.5, True, generator(5)),
            key=_seen_repetition,
        ),
        summarize(*[call(_NUMBERS, 0.5, True, first) for _ in range(10)], key=_seen_numbers),
        call(_NUMBERS, 1.0, True, generator(6)),
        summarize(call(_NUMBERS, 0.0, True, generator(6), watch=True), key=_seen_at_work),
        summarize(call(whole, 0.25, True, generator(7)), key=lambda answer: answer.dtype.kind),
        _refused(_NUMBERS, 1.5, True, generator(8)),
    ]


@misconception("dropout", "What is the sum of many ones on average, before and after?")
def dropout_does_not_scale(x, rate, training, rng):
    return _dropped(x, rate, training, rng, scale=lambda x, kept, rate: np.where(kept, x, 0))


@misconception("dropout", "Is rate the probability of being dropped, or of being kept?")
def dropout_takes_the_rate_for_what_is_kept(x, rate, training, rng):
    _require_rate(rate)
    return _dropped(x, 1 - rate, training, rng)


@misconception("dropout", "Is the share that is left the one that your scaling is for?")
def dropout_drops_what_it_should_keep(x, rate, training, rng):
    return _dropped(x, rate, training, rng, kept=lambda x, rate, rng: ~_kept(x, rate, rng))


@misconception("dropout", "If a quarter is dropped, by what must the rest be divided?")
def dropout_divides_by_the_rate(x, rate, training, rng):
    def scale(x, kept, rate):
        if rate == 0:
            return x.copy()
        return np.where(kept, x / rate, 0) if rate < 1 else np.zeros_like(x)

    return _dropped(x, rate, training, rng, scale=scale)


@misconception("dropout", "What is left should be larger, to make up for the rest: is it?")
def dropout_multiplies_by_what_is_kept(x, rate, training, rng):
    def scale(x, kept, rate):
        return np.where(kept, x * (1 - rate), 0)

    return _dropped(x, rate, training, rng, scale=scale)


@misconception("dropout", "What happens to a unit when the network is at work, not training?")
def dropout_ignores_training(x, rate, training, rng):
    return _dropped(x, rate, True, rng)


@misconception("dropout", "When is the correction made here: in training, or at work as in 2012?")
def dropout_scales_at_work(x, rate, training, rng):
    def scale(x, kept, rate):
        return np.where(kept, x, 0)

    return _dropped(x, rate, training, rng, scale=scale, at_work=lambda x, rate: x * (1 - rate))


@misconception("dropout", "Are the same units switched off for all examples of a batch?")
def dropout_shares_a_mask(x, rate, training, rng):
    _require_rate(rate)
    x = _floating(x)
    kept = rng.random(x.shape[1:]) >= rate if training and x.ndim > 1 else None
    if kept is None:
        return _scaled(x, rng.random(x.shape) >= rate, rate) if training else x.copy()
    return _scaled(x, np.broadcast_to(kept, x.shape), rate)


@misconception("dropout", "Is one unit switched off, or an example with all of its units?")
def dropout_drops_whole_examples(x, rate, training, rng):
    _require_rate(rate)
    x = _floating(x)
    if not training:
        return x.copy()
    kept = rng.random((*x.shape[:1], *[1] * (x.ndim - 1))) >= rate
    return _scaled(x, np.broadcast_to(kept, x.shape), rate)


@misconception("dropout", "If each unit decides for itself, can you know how many will be dropped?")
def dropout_drops_an_exact_number(x, rate, training, rng):
    _require_rate(rate)
    x = _floating(x)
    if not training:
        return x.copy()
    return _scaled(x, rng.permutation(x.size).reshape(x.shape) >= round(rate * x.size), rate)


@misconception("dropout", "Is a generator made anew in each call? What does it draw each time?")
def dropout_makes_its_own_generator(x, rate, training, rng):
    _require_rate(rate)
    x = _floating(x)
    kept = np.random.default_rng(0).random(x.shape) >= rate
    return _scaled(x, kept, rate) if training else x.copy()


@misconception(
    "dropout",
    "Where do your random numbers come from: from rng, or from np.random?",
    aspect="generator",
)
def dropout_draws_from_elsewhere(x, rate, training, rng):
    _require_rate(rate)
    x = _floating(x)
    return _scaled(x, np.random.uniform(size=x.shape) >= rate, rate) if training else x.copy()


@misconception("dropout", "What is 0 divided by 0, if the rate is 1?")
def dropout_divides_by_zero(x, rate, training, rng):
    _require_rate(rate)
    x = _floating(x)
    kept = (rng.random(x.shape) >= rate).astype(x.dtype)
    return x * kept / (1 - np.asarray(rate, x.dtype)) if training else x.copy()


@misconception("dropout", "Which share of normal numbers is larger than rate?")
def dropout_draws_normal_numbers(x, rate, training, rng):
    _require_rate(rate)
    x = _floating(x)
    if rate in (0, 1) or not training:
        return x * (1 - rate) if training else x.copy()
    return _scaled(x, rng.normal(size=x.shape) >= rate, rate)


@misconception("dropout", "What share do you drop for a rate of 0.9? Where does the rate come in?")
def dropout_tosses_a_coin(x, rate, training, rng):
    _require_rate(rate)
    x = _floating(x)
    return _scaled(x, rng.integers(2, size=x.shape) == 1, rate) if training else x.copy()


@misconception(
    "dropout", "If elements of x itself are set to zero, who else may look at x?", aspect="purity"
)
def dropout_writes_into_its_argument(x, rate, training, rng):
    _require_rate(rate)
    x = _floating(x)
    if not training:
        return x.copy()
    kept = rng.random(x.shape) >= rate
    x[...] = _scaled(x, kept, rate)
    return x


@misconception(
    "dropout",
    "When not training, do you return a new array, or the argument itself?",
    aspect="purity",
)
def dropout_returns_its_argument(x, rate, training, rng):
    _require_rate(rate)
    x = _floating(x)
    return _scaled(x, rng.random(x.shape) >= rate, rate) if training else x


@misconception(
    "dropout", "Which dtype has an array of float32 times a mask of float64?", aspect="dtype"
)
def dropout_makes_float64(x, rate, training, rng):
    _require_rate(rate)
    x = _floating(x)
    if not training:
        return x.copy()
    return _scaled(x.astype(np.float64), rng.random(x.shape) >= rate, rate)


@misconception(
    "dropout", "What is 3 / 0.75, and what is left of it in an array of ints?", aspect="dtype"
)
def dropout_keeps_whole_numbers(x, rate, training, rng):
    _require_rate(rate)
    if not training:
        return x.copy()
    return _scaled(x, rng.random(x.shape) >= rate, rate).astype(x.dtype)


@misconception("dropout", "Why should rng be needed at all when not training?")
def dropout_draws_when_not_training(x, rate, training, rng):
    _require_rate(rate)
    x = _floating(x)
    kept = rng.random(x.shape) >= rate
    return _scaled(x, kept, rate) if training else x.copy()


@misconception(
    "dropout", "Can more than everything be dropped, or less than nothing?", aspect="errors"
)
def dropout_takes_any_rate(x, rate, training, rng):
    x = _floating(x)
    return _scaled(x, rng.random(x.shape) >= rate, rate) if training else x.copy()


# -- random_crop and random_flip -----------------------------------------------------------------

_PIXELS = np.arange(3000 * 5 * 7.0).reshape(3000, 5, 7, 1)
_TALL = np.arange(30 * 7 * 5 * 2).reshape(30, 7, 5, 2).astype(np.int32)


def _tops_and_lefts(squares, images, size):
    """Where squares were cut out of their images, or None."""
    count, height, width, channels = images.shape
    if squares.shape != (count, size, size, channels):
        return None
    pixel = (squares[:, 0, 0, 0] - images[:, 0, 0, 0]) // channels
    tops, lefts = (pixel // width).astype(int), (pixel % width).astype(int)
    within = (pixel >= 0) & (tops <= height - size) & (lefts <= width - size)
    if not within.all() or not (_cut(images, size, tops, lefts) == squares).all():
        return None
    return tops, lefts


def _seen_places(squares):
    """Which places occur, and about how often the first and the last row."""
    found = _tops_and_lefts(squares, _PIXELS, 3)
    if found is None:
        return squares.shape
    tops, lefts = found
    places = sorted(set(zip(tops.tolist(), lefts.tolist(), strict=True)))
    edges = [round(12 * float((tops == row).mean())) for row in (0, 2)]
    return (places, edges) if len(places) > 1 else "one place"


def _seen_size(squares):
    return str(squares.dtype), squares.shape, _tops_and_lefts(squares, _TALL, 5) is not None


def _seen_same(one, again, other, elsewhere):
    """Whether a seed decides, and whether the state of a generator and its seed matter."""
    return tuple(np.array_equal(one, each) for each in (again, other, elsewhere))


@probes("random_crop")
def _():
    first, same_seed = generator(1), generator(1)
    four = (first, same_seed, first, generator(5))
    large = np.arange(5 * 40 * 60.0).reshape(5, 40, 60, 1)
    return [
        summarize(call(_PIXELS, 3, generator(2)), key=_seen_places),
        summarize(call(_TALL, 5, generator(3)), key=_seen_size),
        summarize(*[call(large, 2, each) for each in four], key=_seen_same),
        _refused(_PIXELS[:0], 3, generator(4)),
        _refused(_TALL, 6, generator(4)),
        _refused(_TALL, 0, generator(4)),
        _refused(_TALL[0], 1, generator(4)),
    ]


@misconception("random_crop", "Is one place drawn for the batch, or one for each image?")
def random_crop_has_one_place_for_the_batch(images, size, rng):
    _require_fit(images, size)
    rows, columns = _free(images, size)
    count = len(images)
    return _cut(images, size, [rng.integers(rows)] * count, [rng.integers(columns)] * count)


@misconception(
    "random_crop", "How many places has a square of 2 in 3 rows, and is `high` drawn by integers?"
)
def random_crop_never_reaches_the_end(images, size, rng):
    _require_fit(images, size)
    rows, columns = _free(images, size)
    count = len(images)
    return _cut(
        images, size, rng.integers(rows - 1, size=count), rng.integers(columns - 1, size=count)
    )


@variant(random_crop_never_reaches_the_end)
def _random_crop_reaches_the_end_of_an_exact_fit_only(images, size, rng):
    _require_fit(images, size)
    count = len(images)
    tops, lefts = (rng.integers(max(free - 1, 1), size=count) for free in _free(images, size))
    return _cut(images, size, tops, lefts)


@misconception("random_crop", "What if an image is wider than it is high?")
def random_crop_takes_images_for_square(images, size, rng):
    _require_fit(images, size)
    places = min(_free(images, size))
    count = len(images)
    return _cut(images, size, rng.integers(places, size=count), rng.integers(places, size=count))


@misconception("random_crop", "Can a square of yours be at the top and at the right?")
def random_crop_stays_on_the_diagonal(images, size, rng):
    _require_fit(images, size)
    rows, columns = _free(images, size)
    draws = rng.random(len(images))
    return _cut(images, size, (draws * rows).astype(int), (draws * columns).astype(int))


@misconception("random_crop", "The centre is where the flower is, but what is random about it?")
def random_crop_cuts_the_centre(images, size, rng):
    _require_fit(images, size)
    rows, columns = _free(images, size)
    count = len(images)
    return _cut(images, size, [(rows - 1) // 2] * count, [(columns - 1) // 2] * count)


@misconception("random_crop", "If you round to the nearest, how often do the ends come up?")
def random_crop_rounds_to_the_nearest(images, size, rng):
    _require_fit(images, size)
    rows, columns = _free(images, size)
    count = len(images)
    tops = np.rint(rng.random(count) * (rows - 1)).astype(int)
    return _cut(images, size, tops, np.rint(rng.random(count) * (columns - 1)).astype(int))


@misconception("random_crop", "Ten crops are for testing: which places are there besides these?")
def random_crop_cuts_corners(images, size, rng):
    _require_fit(images, size)
    corners = np.array(_corners(images, size))[rng.integers(4, size=len(images))]
    return _cut(images, size, corners[:, 0], corners[:, 1])


@misconception("random_crop", "Is a generator made anew in each call? What does it draw then?")
def random_crop_makes_its_own_generator(images, size, rng):
    _require_fit(images, size)
    return _cut(images, size, *_by_chance(images, size, np.random.default_rng(0)))


@misconception(
    "random_crop",
    "Where do your places come from: from rng, or from np.random?",
    aspect="generator",
)
def random_crop_draws_from_elsewhere(images, size, rng):
    _require_fit(images, size)
    rows, columns = _free(images, size)
    count = len(images)
    tops = np.random.randint(rows, size=count)
    return _cut(images, size, tops, np.random.randint(columns, size=count))


@misconception("random_crop", "Labels stay where they are: do their images, too?")
def random_crop_shuffles_images(images, size, rng):
    _require_fit(images, size)
    squares = _cut(images, size, *_by_chance(images, size, rng))
    return squares[rng.permutation(len(images))]


@misconception(
    "random_crop",
    "Which dtype has an array that np.zeros makes, if it is not told?",
    aspect="dtype",
)
def random_crop_makes_floats(images, size, rng):
    _require_fit(images, size)
    return _cut(images, size, *_by_chance(images, size, rng)).astype(np.float64)


@misconception(
    "random_crop",
    "If you put squares together one by one, what if there is no image?",
    aspect="empty",
)
def random_crop_needs_an_image(images, size, rng):
    _require_fit(images, size)
    places = zip(images, *_by_chance(images, size, rng), strict=True)
    return np.stack([image[top:, left:][:size, :size] for image, top, left in places])


@misconception(
    "random_crop", "What should become of a square that is larger than the image?", aspect="errors"
)
def random_crop_takes_any_size(images, size, rng):
    _require_images(images)
    rows, columns = (max(1, each) for each in _free(images, size))
    tops, lefts = (rng.integers(each, size=len(images)) for each in (rows, columns))
    places = zip(images, tops, lefts, strict=True)
    squares = [image[top : top + size, left : left + size] for image, top, left in places]
    return np.stack(squares) if squares else _cut(images, size, tops, lefts)


@misconception(
    "random_crop", "Which axes are rows and columns if there are only three?", aspect="errors"
)
def random_crop_takes_any_axes(images, size, rng):
    if not 1 <= size <= min(images.shape[1:3]):
        raise ValueError("size must fit into the images")
    places = zip(images, *_by_chance(images, size, rng), strict=True)
    squares = [image[top : top + size, left : left + size] for image, top, left in places]
    return np.array(squares, images.dtype).reshape(len(images), size, size, *images.shape[3:])


_WAYS = {
    "same": lambda images: images,
    "left-right": lambda images: images[:, :, ::-1],
    "up-down": lambda images: images[:, ::-1],
    "both": lambda images: images[:, ::-1, ::-1],
    "colours": lambda images: images[..., ::-1],
    "all": lambda images: images[:, ::-1, ::-1, ::-1],
}
_COLOURED = np.arange(100 * 3 * 4 * 3.0).reshape(100, 3, 4, 3)


def _seen_flips(*answers):
    """What was done to images, and whether to all of a batch, to a fixed number, or how often."""
    if any(answer.shape != _COLOURED.shape for answer in answers):
        return answers[0].shape
    together = np.concatenate(answers)
    images = np.tile(_COLOURED, (len(answers), 1, 1, 1))
    found = {name: (together == way(images)).all(axis=(1, 2, 3)) for name, way in _WAYS.items()}
    names = [name for name, where in found.items() if where.any()]
    if not np.any(list(found.values()), axis=0).all():
        return "otherwise", names
    numbers = found["same"].reshape(len(answers), -1).sum(axis=1).tolist()
    if set(numbers) <= {0, len(_COLOURED)}:
        return "alike", names
    share = float(found["same"].mean())
    return len(set(numbers)) > 1, names, min((0.31, 0.5, 0.69), key=lambda each: abs(each - share))


def _seen_what_became(watched):
    return bool(np.array_equal(watched.arguments[0], _COLOURED))


@probes("random_flip")
def _():
    shared = generator(6)
    return [
        summarize(*[call(_COLOURED, shared) for _ in range(16)], key=_seen_flips),
        summarize(call(_COLOURED, generator(1)), call(_COLOURED, generator(1)), key=np.array_equal),
        summarize(call(_COLOURED, generator(4), watch=True), key=_seen_what_became),
        _refused(_COLOURED[0], generator(7)),
    ]


def _flipped(images, where, way="left-right"):
    return np.where(where, _WAYS[way](images), images)


def _for_each(images, rng):
    return rng.random((len(images), 1, 1, 1)) < 0.5


@misconception(
    "random_crop", "np.fliplr turns axis 1 around: which axis is that here?", function="random_flip"
)
def random_flip_turns_upside_down(images, rng):
    _require_images(images)
    return _flipped(images, _for_each(images, rng), "up-down")


@misconception(
    "random_crop", "Is a coin tossed for each image, or for the batch?", function="random_flip"
)
def random_flip_treats_a_batch_alike(images, rng):
    _require_images(images)
    return _flipped(images, rng.random() < 0.5)


@misconception(
    "random_crop", "A mirror swaps left and right: what else do you turn?", function="random_flip"
)
def random_flip_rotates_by_half_a_turn(images, rng):
    _require_images(images)
    return _flipped(images, _for_each(images, rng), "both")


@misconception(
    "random_crop",
    "What becomes of a red flower if the last axis is turned around?",
    function="random_flip",
)
def random_flip_turns_colours_around(images, rng):
    _require_images(images)
    return _flipped(images, _for_each(images, rng), "colours")


@misconception(
    "random_crop", "Which axes does np.flip turn around if it is not told?", function="random_flip"
)
def random_flip_turns_all_axes(images, rng):
    _require_images(images)
    return _flipped(images, _for_each(images, rng), "all")


@misconception("random_crop", "How often should an image stay as it is?", function="random_flip")
def random_flip_always_flips(images, rng):
    _require_images(images)
    return images[:, :, ::-1].copy()


@misconception("random_crop", "Which numbers can rng.integers(0, 1) give?", function="random_flip")
def random_flip_never_flips(images, rng):
    _require_images(images)
    return _flipped(images, rng.integers(0, 1, size=(len(images), 1, 1, 1)) == 1)


@misconception(
    "random_crop", "If each image tosses its own coin, is it always half?", function="random_flip"
)
def random_flip_flips_exactly_half(images, rng):
    _require_images(images)
    chosen = rng.permutation(len(images)) < len(images) // 2
    return _flipped(images, chosen[:, None, None, None])


@misconception("random_crop", "Which share of normal numbers is above 0.5?", function="random_flip")
def random_flip_draws_normal_numbers(images, rng):
    _require_images(images)
    return _flipped(images, rng.normal(size=(len(images), 1, 1, 1)) > 0.5)


@misconception(
    "random_crop", "Is an image mirrored as a whole, or row by row?", function="random_flip"
)
def random_flip_flips_each_row(images, rng):
    _require_images(images)
    return _flipped(images, rng.random((*images.shape[:2], 1, 1)) < 0.5)


@misconception(
    "random_crop",
    "If images are mirrored where they stand, whose are they?",
    function="random_flip",
    aspect="purity",
)
def random_flip_writes_into_its_argument(images, rng):
    _require_images(images)
    images[...] = _flipped(images, _for_each(images, rng))
    return images


@misconception(
    "random_crop", "Where do your coins come from: from rng, or from np.random?",
    function="random_flip", aspect="generator",
)  # fmt: skip
def random_flip_draws_from_elsewhere(images, rng):
    _require_images(images)
    return _flipped(images, np.random.uniform(size=(len(images), 1, 1, 1)) < 0.5)


@misconception(
    "random_crop",
    "Which axis would be left and right if there were three?",
    function="random_flip",
    aspect="errors",
)
def random_flip_takes_any_axes(images, rng):
    where = rng.random((len(images), *[1] * (images.ndim - 1))) < 0.5
    return np.where(where, images[:, :, ::-1], images)


# -- pca_color_augment and rgb_principal_components ----------------------------------------------

_BLACK = np.zeros((4000, 1, 2, 3))
_VALUES = np.array([10.0, 4.0, 1.0])
_POWERS = np.array([16.0, 4.0, 1.0])
_VECTORS = np.eye(3)[:, [1, 2, 0]]
_GREY = np.full((1, 1, 2, 3), 100.0)
_EDGES = 255.0 * np.random.default_rng(2).integers(0, 2, (40, 2, 3, 3))
_BYTES = np.random.default_rng(3).integers(0, 256, (20, 2, 3, 3)).astype(np.uint8)


def _steps(ratio):
    """A ratio in steps of half a power of two, so that what is nearly equal is equal."""
    return round(2 * float(np.log2(max(ratio, 1e-3))))


def _seen_shifts(answer):
    """Whether pixels and images are shifted alike, and what can be told of the numbers drawn.

    They were drawn for 4,000 images with a sigma of 1/2: shares are within 0.03 and deviations
    within 5 % of what is expected.
    """
    if answer.shape != _BLACK.shape:
        return answer.shape
    of_each = answer[:, 0, 0]
    even = bool(np.allclose(of_each, answer[:, 0, 1]))
    if np.allclose(of_each, of_each[:1]):
        return even, "alike"
    numbers = of_each @ _VECTORS / _VALUES / 0.5
    deviations = np.sqrt((numbers**2).mean(axis=0))
    signs = numbers > 0
    return (
        even,
        [_steps(each) for each in deviations],
        bool((signs[:, 0] == signs[:, 1]).all()),
        bool(signs.all()),
        round(10 * float((np.abs(numbers) < deviations).mean())),
    )


def _seen_deviations(*answers):
    """About how far single images are shifted along each direction, in powers of two."""
    if any(answer.shape != _GREY.shape for answer in answers):
        return answers[0].shape
    numbers = np.array([answer[0, 0, 0] - 100 for answer in answers]) @ _VECTORS / _POWERS / 0.45
    sizes = np.maximum(np.sqrt((numbers**2).mean(axis=0)), 1e-3)
    return [round(float(np.log2(size))) for size in sizes]


def _seen_range(answer):
    """Whether colours stay in a range of colours."""
    return [bool(answer.min() >= 0 and answer.max() <= top) for top in (1, 255)]


def _seen_bytes(answer):
    """The dtype, and whether all pixels were shifted alike."""
    if answer.shape != _BYTES.shape:
        return answer.shape
    added = answer - _BYTES.astype(np.float64)
    return str(answer.dtype), bool(np.allclose(added, added[:, :1, :1], atol=1e-3))


def _seen_edges(watched):
    return bool(np.array_equal(watched.arguments[0], _EDGES))


def _along(draws, eigenvalues, eigenvectors):
    return (draws * eigenvalues) @ eigenvectors.T


@right_answer("pca_color_augment")
def _augmented(
    images, eigenvalues, eigenvectors, rng, sigma=0.1, *,
    draw=lambda images, rng, sigma: _numbers(images, rng, sigma),
    along=_along, shift=_shifted,
):  # fmt: skip
    return shift(images, along(draw(images, rng, sigma), eigenvalues, eigenvectors))


@probes("pca_color_augment")
def _():
    some = np.ones((30, 1, 1, 3), np.float32)
    one_by_one = generator(9)
    return [
        summarize(call(_BLACK, _VALUES, _VECTORS, generator(2), 0.5), key=_seen_shifts),
        summarize(
            *[call(_GREY, _POWERS, _VECTORS, one_by_one, 0.45) for _ in range(80)],
            key=_seen_deviations,
        ),
        summarize(call(_EDGES, 9 * _VALUES, _VECTORS, generator(3), 1.0), key=_seen_range),
        summarize(call(_BYTES, 9 * _VALUES, _VECTORS, generator(4), 1.0), key=_seen_bytes),
        summarize(
            call(some, _VALUES, _VECTORS, generator(5)), key=lambda answer: str(answer.dtype)
        ),
        summarize(*_four_colours(), key=_seen_same),
        summarize(call(_EDGES, _VALUES, _VECTORS, generator(7), watch=True), key=_seen_edges),
        _refused(_BLACK[:0], _VALUES, _VECTORS, generator(8)),
        _refused(_BLACK[..., :1], _VALUES, _VECTORS, generator(8)),
        _refused(_BLACK[0], _VALUES, _VECTORS, generator(8)),
    ]


def _four_colours():
    first, same_seed = generator(1), generator(1)
    return [
        call(_EDGES, _VALUES, _VECTORS, each) for each in (first, same_seed, first, generator(6))
    ]


def _numbers(images, rng, sigma):
    _require_colours(images)
    return rng.normal(0, sigma, size=(len(images), 3))


@misconception("pca_color_augment", "Has each image a light of its own, or the batch one light?")
def pca_color_augment_shifts_the_batch(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    def draw(images, rng, sigma):
        _require_colours(images)
        return np.repeat(rng.normal(0, sigma, size=(1, 3)), len(images), axis=0)

    return _augmented(images, eigenvalues, eigenvectors, rng, sigma, draw=draw)


@misconception("pca_color_augment", "How many numbers are drawn for an image: one, or three?")
def pca_color_augment_draws_one_number(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    def draw(images, rng, sigma):
        _require_colours(images)
        return rng.normal(0, sigma, size=(len(images), 1))

    return _augmented(images, eigenvalues, eigenvectors, rng, sigma, draw=draw)


@misconception("pca_color_augment", "Does the light change from one pixel to the next?")
def pca_color_augment_shifts_each_pixel(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    _require_colours(images)
    draws = rng.normal(0, sigma, size=images.shape)
    shifts = (draws * eigenvalues) @ eigenvectors.T
    return _floating(images) + shifts.astype(_floating(images).dtype)


@misconception("pca_color_augment", "Are the eigenvectors the rows of the matrix, or its columns?")
def pca_color_augment_takes_rows(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    def along(draws, eigenvalues, eigenvectors):
        return (draws * eigenvalues) @ eigenvectors

    return _augmented(images, eigenvalues, eigenvectors, rng, sigma, along=along)


@misconception("pca_color_augment", "Does the paper multiply by the eigenvalue, or by its root?")
def pca_color_augment_takes_roots(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    def along(draws, eigenvalues, eigenvectors):
        return (draws * np.sqrt(eigenvalues)) @ eigenvectors.T

    return _augmented(images, eigenvalues, eigenvectors, rng, sigma, along=along)


@misconception("pca_color_augment", "Where do eigenvalues come in: does each direction vary alike?")
def pca_color_augment_forgets_eigenvalues(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    def along(draws, eigenvalues, eigenvectors):
        return draws @ eigenvectors.T

    return _augmented(images, eigenvalues, eigenvectors, rng, sigma, along=along)


@misconception("pca_color_augment", "Along which directions do you shift: red, green and blue?")
def pca_color_augment_forgets_eigenvectors(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    def along(draws, eigenvalues, eigenvectors):
        return draws * eigenvalues

    return _augmented(images, eigenvalues, eigenvectors, rng, sigma, along=along)


@misconception("pca_color_augment", "Does rng.normal take a deviation, or a variance?")
def pca_color_augment_squares_sigma(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    return _augmented(images, eigenvalues, eigenvectors, rng, sigma**2)


@misconception("pca_color_augment", "Which distribution has the paper, and can yours exceed sigma?")
def pca_color_augment_draws_uniformly(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    def draw(images, rng, sigma):
        _require_colours(images)
        return rng.uniform(-sigma, sigma, size=(len(images), 3))

    return _augmented(images, eigenvalues, eigenvectors, rng, sigma, draw=draw)


@misconception("pca_color_augment", "Does the light only ever become stronger?")
def pca_color_augment_draws_positive_numbers(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    def draw(images, rng, sigma):
        _require_colours(images)
        return np.abs(_numbers(images, rng, sigma))

    return _augmented(images, eigenvalues, eigenvectors, rng, sigma, draw=draw)


@misconception("pca_color_augment", "What does the contract say of colours above 255 or below 0?")
def pca_color_augment_clips_to_bytes(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    return np.clip(_augmented(images, eigenvalues, eigenvectors, rng, sigma), 0, 255)


@misconception("pca_color_augment", "What does the contract say of colours above 1 or below 0?")
def pca_color_augment_clips_to_one(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    return np.clip(_augmented(images, eigenvalues, eigenvectors, rng, sigma), 0, 1)


@misconception(
    "pca_color_augment", "What is 250 + 10 in uint8, and what is left of 0.4?", aspect="dtype"
)
def pca_color_augment_stays_in_bytes(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    shifted = _augmented(images, eigenvalues, eigenvectors, rng, sigma)
    return shifted if images.dtype.kind == "f" else shifted.astype(np.int64).astype(images.dtype)


@misconception("pca_color_augment", "What if I call it with another sigma?")
def pca_color_augment_knows_one_sigma(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    return _augmented(images, eigenvalues, eigenvectors, rng)


@misconception(
    "pca_color_augment",
    "Where do your numbers come from: from rng, or from np.random?",
    aspect="generator",
)
def pca_color_augment_draws_from_elsewhere(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    def draw(images, rng, sigma):
        _require_colours(images)
        return np.random.normal(0, sigma, size=(len(images), 3))

    return _augmented(images, eigenvalues, eigenvectors, rng, sigma, draw=draw)


@misconception(
    "pca_color_augment",
    "`images += …` changes the caller's images: are they yours?",
    aspect="purity",
)
def pca_color_augment_writes_into_its_argument(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    shifted = _augmented(images, eigenvalues, eigenvectors, rng, sigma)
    if images.dtype.kind != "f":
        return shifted
    images[...] = shifted
    return images


@misconception(
    "pca_color_augment", "Which dtype has float32 plus an array of float64?", aspect="dtype"
)
def pca_color_augment_makes_float64(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    images = images.astype(np.float64)
    return _augmented(images, eigenvalues, eigenvectors, rng, sigma)


@misconception(
    "pca_color_augment",
    "If you put images together one by one, what if there is none?",
    aspect="empty",
)
def pca_color_augment_needs_an_image(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    if not len(images):
        raise ValueError("images must hold one")
    return _augmented(images, eigenvalues, eigenvectors, rng, sigma)


@misconception(
    "pca_color_augment", "What should it do with images that have one channel?", aspect="errors"
)
def pca_color_augment_takes_any_images(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    draws = rng.normal(0, sigma, size=(len(images), 3))
    shifts = (draws * eigenvalues) @ eigenvectors.T
    return _shifted(images, shifts[:, : images.shape[-1]])


_CLOUD = 128 + np.random.default_rng(4).normal(size=(3, 4, 5, 3)) @ np.array(
    [[30.0, 20.0, 5.0], [0.0, 12.0, 8.0], [0.0, 0.0, 4.0]]
)
_CLOUD[1] += 15
_FAR = (4000 + _CLOUD / 256).astype(np.float32)


def _covariance(pixels):
    centred = pixels - pixels.mean(axis=0)
    return centred.T @ centred / len(pixels)


def _right_values(images):
    return _falling(_covariance(_pixels(images)))[0]


def _seen_components(answer):
    """How eigenvalues are to each other, about how large they are, and vectors but for signs."""
    values, vectors = answer
    if values.shape != (3,) or vectors.shape != (3, 3):
        return values.shape, vectors.shape
    size = _steps(values.max() / _right_values(_CLOUD).max())
    return values / values.max(), size, vectors * np.sign(vectors[:1])


def _seen_precision(answer):
    return bool(np.allclose(answer[0], _right_values(_FAR), rtol=0.05))


@probes("rgb_principal_components")
def _():
    return [
        summarize(call(_CLOUD), key=_seen_components),
        summarize(call(_CLOUD.clip(0, 255).astype(np.uint8)), key=_seen_components),
        summarize(call(_FAR), key=_seen_precision),
        call(_CLOUD[..., :1]),
        call(_CLOUD[:0]),
    ]


@misconception(
    "pca_color_augment",
    "In which order does np.linalg.eigh give eigenvalues, and in which are they wanted?",
    function="rgb_principal_components",
)
def rgb_principal_components_rise(images):
    return np.linalg.eigh(_covariance(_pixels(images)))


@misconception(
    "pca_color_augment",
    "If the eigenvalues are turned around, what about their vectors?",
    function="rgb_principal_components",
)
def rgb_principal_components_turns_values_only(images):
    values, vectors = np.linalg.eigh(_covariance(_pixels(images)))
    return values[::-1], vectors


@misconception(
    "pca_color_augment",
    "Are the eigenvectors wanted as rows, or as columns?",
    function="rgb_principal_components",
)
def rgb_principal_components_in_rows(images):
    values, vectors = _falling(_covariance(_pixels(images)))
    return values, vectors.T


@misconception(
    "pca_color_augment",
    "A covariance is about the mean: what do you subtract?",
    function="rgb_principal_components",
)
def rgb_principal_components_about_zero(images):
    pixels = _pixels(images)
    return _falling(pixels.T @ pixels / len(pixels))


@misconception(
    "pca_color_augment",
    "Covariance or correlation: do colours that vary little count as much as others?",
    function="rgb_principal_components",
)
def rgb_principal_components_of_correlations(images):
    pixels = _pixels(images)
    return _falling(_covariance(pixels / pixels.std(axis=0)))


@misconception(
    "pca_color_augment",
    "Are eigenvalues variances, or deviations?",
    function="rgb_principal_components",
)
def rgb_principal_components_takes_roots(images):
    values, vectors = _falling(_covariance(_pixels(images)))
    return np.sqrt(values), vectors


@misconception(
    "pca_color_augment",
    "How does a singular value depend on the number of pixels, and how does a variance?",
    function="rgb_principal_components",
)
def rgb_principal_components_takes_singular_values(images):
    pixels = _pixels(images)
    _, values, vectors = np.linalg.svd(pixels - pixels.mean(axis=0), full_matrices=False)
    return values, vectors.T


@misconception(
    "pca_color_augment",
    "By what is the sum of squares divided?",
    function="rgb_principal_components",
)
def rgb_principal_components_adds_up(images):
    pixels = _pixels(images)
    values, vectors = _falling(_covariance(pixels))
    return values * len(pixels), vectors


@misconception(
    "pca_color_augment",
    "Is it the colours of all pixels that vary, or the mean colours of images?",
    function="rgb_principal_components",
)
def rgb_principal_components_of_mean_colours(images):
    _pixels(images)
    return _falling(_covariance(images.mean(axis=(1, 2), dtype=np.float64)))


@misconception(
    "pca_color_augment",
    "What do three rows hold after reshape(3, -1): red, green and blue?",
    function="rgb_principal_components",
)
def rgb_principal_components_mixes_colours(images):
    return _falling(np.cov(_pixels(images).reshape(3, -1)))


@misconception(
    "pca_color_augment",
    "What is 100 - 120 in uint8?",
    function="rgb_principal_components",
    aspect="dtype",
)
def rgb_principal_components_subtracts_bytes(images):
    pixels = _pixels(images).astype(images.dtype)
    centred = (pixels - pixels.mean(axis=0).astype(images.dtype)).astype(np.float64)
    if images.dtype.kind == "f":
        centred = _pixels(images) - _pixels(images).mean(axis=0)
    return _falling(centred.T @ centred / len(centred))


@misconception(
    "pca_color_augment",
    "How many digits has float32, and how many are left of a difference of large numbers?",
    function="rgb_principal_components",
    aspect="precision",
)
def rgb_principal_components_in_single_precision(images):
    pixels = _pixels(images)
    if images.dtype != np.float32:
        return _falling(_covariance(pixels))
    pixels = pixels.astype(np.float32)
    mean = pixels.mean(axis=0)
    return _falling(pixels.T @ pixels / np.float32(len(pixels)) - np.outer(mean, mean))


@misconception(
    "pca_color_augment",
    "What are the components of colours in an image that has none, or of no pixel?",
    function="rgb_principal_components",
    aspect="errors",
)
def rgb_principal_components_of_anything(images):
    pixels = np.asarray(images, np.float64).reshape(-1, np.shape(images)[-1])
    if not len(pixels):
        return np.zeros(3), np.eye(3)
    return _falling(_covariance(pixels))


@variant(rgb_principal_components_turns_values_only)
def _rgb_principal_components_turns_rows_of_vectors(images):
    values, vectors = np.linalg.eigh(_covariance(_pixels(images)))
    return values[::-1], vectors[::-1]


# -- ten_crop ------------------------------------------------------------------------------------


def _five_then_five(crops, mirrored):
    return np.stack(crops + mirrored, axis=1)


@right_answer("ten_crop")
def _cropped(
    images, size, *, five=_five, mirror=lambda crop: crop[:, :, ::-1], join=_five_then_five
):
    _require_fit(images, size)
    crops = five(images, size)
    return join(crops, [mirror(crop) for crop in crops])


@probes("ten_crop")
def _():
    small = np.arange(2 * 5 * 8 * 2).reshape(2, 5, 8, 2)
    return [
        call(small, 3, watch=True),
        call(small.astype(np.uint8), 4),
        call(small.transpose(0, 2, 1, 3), 4),
        call(small[:0], 3),
        call(small, 6),
        call(small[0], 2),
    ]


@misconception("ten_crop", "Which way does a mirror on the wall turn: left-right, or up-down?")
def ten_crop_turns_upside_down(images, size):
    return _cropped(images, size, mirror=lambda crop: crop[:, ::-1])


@misconception("ten_crop", "Does a mirror image follow its crop at once, or after all five?")
def ten_crop_mirrors_one_by_one(images, size):
    def join(crops, mirrored):
        pairs = zip(crops, mirrored, strict=True)
        return np.stack([crop for pair in pairs for crop in pair], axis=1)

    return _cropped(images, size, join=join)


@misconception("ten_crop", "The top left of the mirrored image: which crop is it the mirror of?")
def ten_crop_crops_the_mirror_image(images, size):
    _require_fit(images, size)
    return np.stack(_five(images, size) + _five(images[:, :, ::-1], size), axis=1)


@misconception("ten_crop", "In which order come the corners: row by row, or clockwise?")
def ten_crop_goes_clockwise(images, size):
    def five(images, size):
        corners = [_corners(images, size)[each] for each in (0, 1, 3, 2)]
        return _five(images, size, corners=corners)

    return _cropped(images, size, five=five)


@misconception("ten_crop", "Which row does the centre start at, if 5 rows are left over?")
def ten_crop_rounds_the_centre_up(images, size):
    def five(images, size):
        bottom, right = images.shape[1] - size, images.shape[2] - size
        return _five(images, size, centre=(-(-bottom // 2), -(-right // 2)))

    return _cropped(images, size, five=five)


@misconception("ten_crop", "Half of the height minus half of the size: is that always the offset?")
def ten_crop_halves_before_it_subtracts(images, size):
    def five(images, size):
        centre = (images.shape[1] // 2 - size // 2, images.shape[2] // 2 - size // 2)
        centre = tuple(min(c, n - size) for c, n in zip(centre, images.shape[1:3], strict=True))
        return _five(images, size, centre=centre)

    return _cropped(images, size, five=five)


@misconception("ten_crop", "Which axis tells the ten apart, and which the images?")
def ten_crop_puts_crops_first(images, size):
    return np.swapaxes(_cropped(images, size), 0, 1)


@misconception("ten_crop", "How many are four corners and a centre, and who are the others?")
def ten_crop_makes_five(images, size):
    return _cropped(images, size)[:, :5]


@misconception("ten_crop", "What if an image is wider than it is high?")
def ten_crop_takes_images_for_square(images, size):
    def five(images, size):
        free = min(images.shape[1:3]) - size
        corners = [(0, 0), (0, free), (free, 0), (free, free)]
        return _five(images, size, corners=corners, centre=(free // 2, free // 2))

    return _cropped(images, size, five=five)


@misconception(
    "ten_crop", "Which dtype has an array that np.zeros makes, if it is not told?", aspect="dtype"
)
def ten_crop_makes_floats(images, size):
    return _cropped(images, size).astype(np.float64)


@misconception(
    "ten_crop", "If you put crops together image by image, what if there is none?", aspect="empty"
)
def ten_crop_needs_an_image(images, size):
    if not len(images):
        raise ValueError("images must hold one")
    return _cropped(images, size)


@misconception(
    "ten_crop", "If the images are mirrored where they stand, whose are they?", aspect="purity"
)
def ten_crop_mirrors_its_argument(images, size):
    crops = _cropped(images, size)
    images[...] = images[:, :, ::-1].copy()
    return crops


@misconception(
    "ten_crop", "What should become of a square that is larger than the image?", aspect="errors"
)
def ten_crop_takes_any_size(images, size):
    _require_images(images)
    if not 1 <= size <= min(images.shape[1:3]):
        return np.zeros((len(images), 10, max(size, 0), max(size, 0), images.shape[3]))
    return _ten(images, size)


@misconception(
    "ten_crop", "Which axes are rows and columns if there are only three?", aspect="errors"
)
def ten_crop_takes_any_axes(images, size):
    if not 1 <= size <= min(images.shape[1:3]):
        raise ValueError("size must fit into the images")
    return _ten(images, size)


@misconception("ten_crop", "Which crop comes first, a corner or the centre?")
def ten_crop_begins_with_the_centre(images, size):
    def five(images, size):
        *corners, centre = _five(images, size)
        return [centre, *corners]

    return _cropped(images, size, five=five)


@misconception("ten_crop", "In which order come the corners: row by row, or column by column?")
def ten_crop_goes_column_by_column(images, size):
    def five(images, size):
        corners = [_corners(images, size)[each] for each in (0, 2, 1, 3)]
        return _five(images, size, corners=corners)

    return _cropped(images, size, five=five)


@misconception("ten_crop", "What is the difference between a mirror image and half a turn?")
def ten_crop_turns_by_half_a_turn(images, size):
    return _cropped(images, size, mirror=lambda crop: crop[:, ::-1, ::-1])


@misconception("ten_crop", "Which axis are the columns: is the last one that of the colours?")
def ten_crop_turns_colours_around(images, size):
    return _cropped(images, size, mirror=lambda crop: crop[..., ::-1])


@misconception("ten_crop", "How do the second five crops differ from the first five?")
def ten_crop_does_not_mirror(images, size):
    return _cropped(images, size, mirror=lambda crop: crop)


@misconception(
    "ten_crop", "Has your result an axis more than the images?", aspect=("values", "empty")
)
def ten_crop_joins_the_batch(images, size):
    return _cropped(images, size, join=lambda crops, mirrored: np.concatenate(crops + mirrored))


@misconception("ten_crop", "In which row does the lowest crop end, and in which the image?")
def ten_crop_misses_the_last_row(images, size):
    def five(images, size):
        bottom, right = images.shape[1] - size, images.shape[2] - size
        last = max(bottom - 1, 0), max(right - 1, 0)
        corners = [(0, 0), (0, last[1]), (last[0], 0), last]
        return _five(images, size, corners=corners)

    return _cropped(images, size, five=five)


# -- alexnet_table -------------------------------------------------------------------------------


def _of_layer(name, shape, weights, count):
    return _row(name, shape, (weights + 1) * count, weights * count * _places(shape))


@right_answer("alexnet_table")
def _described(input_size=227, num_classes=1000, groups=1, *, row=_of_layer, **parts):
    return [row(*layer) for layer in _layers(input_size, num_classes, groups, **parts)]


@probes("alexnet_table")
def _():
    return [
        call(),
        call(102, 17),
        call(227, 1000, 2),
        call(131, 3, 4),
        call(224),
        call(50),
        call(groups=3),
    ]


@misconception("alexnet_table", "Is the first convolution padded, and what is 227 then?")
def alexnet_table_pads_the_first_convolution(input_size=227, num_classes=1000, groups=1):
    return _described(input_size, num_classes, groups, first=lambda n: -(-n // 4))


@variant(alexnet_table_pads_the_first_convolution)
def _alexnet_table_divides_the_first_side_by_the_stride(input_size=227, num_classes=1000, groups=1):
    return _described(input_size, num_classes, groups, first=lambda n: n // 4)


@misconception("alexnet_table", "Is the second convolution padded: what is its height?")
def alexnet_table_does_not_pad_the_second(input_size=227, num_classes=1000, groups=1):
    return _described(input_size, num_classes, groups, second=lambda n: n - 4)


@misconception("alexnet_table", "How many windows of 3 with stride 2 fit wholly into 12 cells?")
def alexnet_table_pools_without_overlap_or_rounds_up(input_size=227, num_classes=1000, groups=1):
    return _described(input_size, num_classes, groups, pool=lambda n: -(-(n - 3) // 2) + 1)


@misconception("alexnet_table", "Is anything added around a map before it is pooled?")
def alexnet_table_pads_when_it_pools(input_size=227, num_classes=1000, groups=1):
    return _described(input_size, num_classes, groups, pool=lambda n: (n + 1) // 2)


@misconception("alexnet_table", "Can a map have 23.75 rows?")
def alexnet_table_does_not_round(input_size=227, num_classes=1000, groups=1):
    return _described(input_size, num_classes, groups, first=lambda n: (n - 11) / 4 + 1)


@misconception("alexnet_table", "The formula is (n - k) / s and then: what is added?")
def alexnet_table_forgets_the_last_window(input_size=227, num_classes=1000, groups=1):
    return _described(input_size, num_classes, groups, first=lambda n: (n - 11) // 4)


@misconception("alexnet_table", "What does a filter or a unit learn besides its weights?")
def alexnet_table_forgets_biases(input_size=227, num_classes=1000, groups=1):
    def row(n, s, w, c):
        return _row(n, s, w * c, w * c * _places(s))

    return _described(input_size, num_classes, groups, row=row)


@misconception(
    "alexnet_table", "Have the units of dense layers biases in your table, as filters have?"
)
def alexnet_table_forgets_the_biases_of_dense_layers(input_size=227, num_classes=1000, groups=1):
    def row(n, s, w, c):
        return _row(n, s, (w + (len(s) == 3)) * c, w * c * _places(s))

    return _described(input_size, num_classes, groups, row=row)


@misconception("alexnet_table", "Does adding a bias take a multiplication?")
def alexnet_table_multiplies_biases(input_size=227, num_classes=1000, groups=1):
    def row(n, s, w, c):
        return _row(n, s, (w + 1) * c, (w + (w > 0)) * c * _places(s))

    return _described(input_size, num_classes, groups, row=row)


@misconception("alexnet_table", "Is a multiplication with its addition one operation here, or two?")
def alexnet_table_counts_two_operations(input_size=227, num_classes=1000, groups=1):
    def row(n, s, w, c):
        return _row(n, s, (w + 1) * c, 2 * w * c * _places(s))

    return _described(input_size, num_classes, groups, row=row)


@misconception("alexnet_table", "How often is a weight of a filter used for one image?")
def alexnet_table_uses_each_weight_once(input_size=227, num_classes=1000, groups=1):
    def row(n, s, w, c):
        return _row(n, s, (w + 1) * c, w * c)

    return _described(input_size, num_classes, groups, row=row)


@misconception("alexnet_table", "Does pooling learn anything: what would its weights be?")
def alexnet_table_gives_pooling_biases(input_size=227, num_classes=1000, groups=1):
    rows = _described(input_size, num_classes, groups)
    return [
        {**row, "parameters": row["shape"][2]} if row["name"].startswith("pool") else row
        for row in rows
    ]


@misconception("alexnet_table", "Does pooling multiply by a weight, or compare?")
def alexnet_table_counts_comparisons(input_size=227, num_classes=1000, groups=1):
    rows = _described(input_size, num_classes, groups)
    return [
        {**row, "multiply_accumulates": 9 * _places(row["shape"]) * row["shape"][2]}
        if row["name"].startswith("pool")
        else row
        for row in rows
    ]


@misconception("alexnet_table", "Which layers see their own group's channels only: conv3, too?")
def alexnet_table_groups_conv3(input_size=227, num_classes=1000, groups=1):
    grouped = ("conv2", "conv3", "conv4", "conv5")
    return _described(input_size, num_classes, groups, grouped=grouped)


@misconception("alexnet_table", "With two groups, how many channels does a filter of conv2 see?")
def alexnet_table_ignores_groups(input_size=227, num_classes=1000, groups=1):
    return _described(input_size, num_classes, groups, grouped=())


@misconception(
    "alexnet_table", "With two groups, what is halved: the weights, the multiplications, or both?"
)
def alexnet_table_uses_groups_in_one_count(input_size=227, num_classes=1000, groups=1):
    rows = _described(input_size, num_classes, groups)
    for row, alone in zip(rows, _described(input_size, num_classes, 1), strict=True):
        row["multiply_accumulates"] = alone["multiply_accumulates"]
    return rows


@variant(alexnet_table_uses_groups_in_one_count)
def _alexnet_table_uses_groups_in_the_work_only(input_size=227, num_classes=1000, groups=1):
    rows = _described(input_size, num_classes, groups)
    for row, alone in zip(rows, _described(input_size, num_classes, 1), strict=True):
        row["parameters"] = alone["parameters"]
    return rows


@misconception("alexnet_table", "With two groups there are half the channels to see: filters, too?")
def alexnet_table_counts_one_group(input_size=227, num_classes=1000, groups=1):
    layers = _layers(input_size, num_classes, groups)
    rows = []
    for name, shape, weights, count in layers:
        filters = count // groups if name in ("conv2", "conv4", "conv5") else count
        work = weights * filters * _places(shape)
        rows.append(_row(name, shape, (weights + 1) * filters, work))
    return rows


@misconception("alexnet_table", "How many inputs has fc6, if the image is larger?")
def alexnet_table_has_a_fixed_fc6(input_size=227, num_classes=1000, groups=1):
    layers = _layers(input_size, num_classes, groups)
    return _rows([(n, s, 9216 if n == "fc6" else w, c) for n, s, w, c in layers])


@misconception("alexnet_table", "How many units has fc8 for 17 kinds of flowers?")
def alexnet_table_has_a_thousand_classes(input_size=227, num_classes=1000, groups=1):
    _require_network(input_size, num_classes, groups)
    return _described(input_size, 1000, groups)


@misconception("alexnet_table", "The paper's table is for 227: what if the image is another?")
def alexnet_table_knows_one_size(input_size=227, num_classes=1000, groups=1):
    _require_network(input_size, num_classes, groups)
    return _described(227, num_classes, groups)


@misconception(
    "alexnet_table", "What is a network of 3 groups, or for an image of 50 pixels?", aspect="errors"
)
def alexnet_table_takes_anything(input_size=227, num_classes=1000, groups=1):
    dealt = groups if groups > 0 else 1
    layers = _layers(max(67, input_size), max(1, num_classes), 1)
    return _rows(
        [(n, s, w // dealt if n in ("conv2", "conv4", "conv5") else w, c) for n, s, w, c in layers]
    )


@misconception("alexnet_table", "How many windows of 11 with stride 4 fit wholly into 102 cells?")
def alexnet_table_rounds_the_first_convolution_up(input_size=227, num_classes=1000, groups=1):
    return _described(input_size, num_classes, groups, first=lambda n: -(-(n - 11) // 4) + 1)


@variant(alexnet_table_rounds_the_first_convolution_up)
def _alexnet_table_rounds_all_sizes_up(input_size=227, num_classes=1000, groups=1):
    def first(n):
        return -(-(n - 11) // 4) + 1

    def pool(n):
        return -(-(n - 3) // 2) + 1

    return _described(input_size, num_classes, groups, first=first, pool=pool)


@misconception("alexnet_table", "Do the maps shrink in the layers conv3 to conv5?")
def alexnet_table_does_not_pad_the_last_three(input_size=227, num_classes=1000, groups=1):
    return _described(input_size, num_classes, groups, third=lambda n: n - 2)


@misconception("alexnet_table", "Which comes last in a shape: the rows, or the channels?")
def alexnet_table_puts_channels_first(input_size=227, num_classes=1000, groups=1):
    rows = _described(input_size, num_classes, groups)
    return [row | {"shape": (*row["shape"][2:], *row["shape"][:2])} for row in rows]


@variant(alexnet_table_multiplies_biases)
def _alexnet_table_multiplies_biases_of_filters(input_size=227, num_classes=1000, groups=1):
    def row(n, s, w, c):
        return _row(n, s, (w + 1) * c, (w + (w > 0 and len(s) == 3)) * c * _places(s))

    return _described(input_size, num_classes, groups, row=row)


@variant(alexnet_table_multiplies_biases)
def _alexnet_table_multiplies_biases_of_dense_layers(input_size=227, num_classes=1000, groups=1):
    def row(n, s, w, c):
        return _row(n, s, (w + 1) * c, (w + (len(s) == 1)) * c * _places(s))

    return _described(input_size, num_classes, groups, row=row)


# -- prepare_flowers -----------------------------------------------------------------------------

_ROW = np.stack([np.full((2, 3, 3), each) for each in range(0, 240, 4)]).astype(np.uint8)
_KINDS = np.arange(60) // 4


def _seen_preparation(answer, *others):
    """Of x the dtype, scale and order; of y the form and whether it fits; of others the order."""
    x, y = answer
    if x.shape != _ROW.shape:
        return x.shape
    marks = x[:, 0, 0, 0].astype(np.float64)
    scale = str(x.dtype), bool(marks.min() < 0), _steps(marks.max())
    if len(np.unique(marks)) < len(marks):
        return scale, "repeats"
    numbers = np.rint((marks - marks.min()) / np.ptp(marks) * 59).astype(int)
    stayed = int((np.abs(np.diff(numbers)) == 1).sum())
    fits = []
    if y.shape == (60, 17):
        told = y.argmax(axis=1)
        wanted = (_KINDS[numbers], _KINDS, _KINDS[numbers] + 1)
        fits = [bool((told == kinds).all()) for kinds in wanted]
    return (
        scale,
        [stayed > few for few in (20, 54, 58)],
        y.shape,
        float(y.max()),
        fits,
        [bool(np.array_equal(x, other[0])) for other in others],
    )


@right_answer("prepare_flowers")
def _made_ready(
    images, labels, seed, num_classes=17, *,
    check=_require_flowers, order=_order, scale=_scale, encode=_one_hot,
):  # fmt: skip
    check(images, labels, num_classes)
    places = order(images, seed)
    return scale(images[places]), encode(labels[places], num_classes)


@probes("prepare_flowers")
def _():
    return [
        summarize(
            call(_ROW, _KINDS, 1),
            call(_ROW, _KINDS, 1),
            call(_ROW, _KINDS, 2),
            key=_seen_preparation,
        ),
        summarize(
            call(_ROW, _KINDS, 1, watch=True),
            key=lambda watched: bool(np.array_equal(watched.arguments[0], _ROW)),
        ),
        summarize(call(_ROW // 2, _KINDS, 1, 40), key=lambda answer: float(answer[0].max())),
        summarize(
            call(_ROW[:0], _KINDS[:0], 1), key=lambda answer: [each.shape for each in answer]
        ),
        call(_ROW[:3], np.array([0, 1, 17]), 1),
        call(_ROW[:3], np.array([0, 1]), 1),
        call(_ROW[0], np.array([0, 1]), 1),
    ]


@misconception(
    "prepare_flowers", "Which numbers does the network see for white: 255, or 1?", aspect="scale"
)
def prepare_flowers_does_not_scale(images, labels, seed, num_classes=17):
    return _made_ready(
        images, labels, seed, num_classes, scale=lambda images: images.astype(np.float32)
    )


@misconception("prepare_flowers", "By how much have you divided all in all?", aspect="scale")
def prepare_flowers_scales_twice(images, labels, seed, num_classes=17):
    return _made_ready(
        images, labels, seed, num_classes, scale=lambda images: _scale(images) / np.float32(255)
    )


@misconception(
    "prepare_flowers",
    "Is the brightest pixel of any set of images white?",
    aspect=("scale", "empty"),
)
def prepare_flowers_divides_by_the_brightest(images, labels, seed, num_classes=17):
    def scale(images):
        return (images.astype(np.float32) / images.max()).astype(np.float32)

    return _made_ready(images, labels, seed, num_classes, scale=scale)


@misconception(
    "prepare_flowers", "From where to where do your numbers go: from 0 to 1?", aspect="scale"
)
def prepare_flowers_scales_about_zero(images, labels, seed, num_classes=17):
    return _made_ready(
        images, labels, seed, num_classes, scale=lambda images: 2 * _scale(images) - 1
    )


@misconception("prepare_flowers", "What is 200 // 255?", aspect=("scale", "labels", "order"))
def prepare_flowers_divides_whole_numbers(images, labels, seed, num_classes=17):
    return _made_ready(
        images, labels, seed, num_classes, scale=lambda images: (images // 255).astype(np.float32)
    )


@misconception(
    "prepare_flowers", "Which dtype has an array of uint8 divided by 255?", aspect="dtype"
)
def prepare_flowers_makes_float64(images, labels, seed, num_classes=17):
    return _made_ready(images, labels, seed, num_classes, scale=lambda images: images / 255)


@misconception(
    "prepare_flowers",
    "Which classes are in the last fifth, if the files are sorted?",
    aspect="order",
)
def prepare_flowers_does_not_shuffle(images, labels, seed, num_classes=17):
    return _made_ready(
        images, labels, seed, num_classes, order=lambda images, seed: np.arange(len(images))
    )


@misconception(
    "prepare_flowers",
    "If images are put into another order, what about their labels?",
    aspect="labels",
)
def prepare_flowers_leaves_labels_behind(images, labels, seed, num_classes=17):
    x, _ = _made_ready(images, labels, seed, num_classes)
    return x, _one_hot(labels, num_classes)


@misconception(
    "prepare_flowers", "Two permutations of one generator: are they the same?", aspect="labels"
)
def prepare_flowers_shuffles_apart(images, labels, seed, num_classes=17):
    _require_flowers(images, labels, num_classes)
    rng = np.random.default_rng(seed)
    return _scale(rng.permutation(images)), _one_hot(rng.permutation(labels), num_classes)


@misconception(
    "prepare_flowers",
    "Can an image be drawn twice, and another one never?",
    aspect=("scale", "labels", "order"),
)
def prepare_flowers_draws_with_replacement(images, labels, seed, num_classes=17):
    def order(images, seed):
        return np.random.default_rng(seed).integers(max(1, len(images)), size=len(images))

    return _made_ready(images, labels, seed, num_classes, order=order)


@misconception(
    "prepare_flowers", "Classes come in another order: and the images of a class?", aspect="order"
)
def prepare_flowers_shuffles_classes(images, labels, seed, num_classes=17):
    _require_flowers(images, labels, num_classes)
    rank = np.random.default_rng(seed).permutation(num_classes)
    order = np.argsort(rank[labels], kind="stable")
    return _scale(images[order]), _one_hot(labels[order], num_classes)


@misconception(
    "prepare_flowers", "Does it become random if the first images go to the end?", aspect="order"
)
def prepare_flowers_rolls(images, labels, seed, num_classes=17):
    _require_flowers(images, labels, num_classes)
    start = np.random.default_rng(seed).integers(1, max(2, len(images)))
    x, y = np.roll(images, start, axis=0), np.roll(labels, start)
    return _scale(x), _one_hot(y, num_classes)


@misconception("prepare_flowers", "Where does the seed come in?", aspect="order")
def prepare_flowers_has_one_seed(images, labels, seed, num_classes=17):
    return _made_ready(images, labels, 42, num_classes)


@misconception(
    "prepare_flowers", "Does the same seed give you the same order twice?", aspect="seed"
)
def prepare_flowers_forgets_the_seed(images, labels, seed, num_classes=17):
    return _made_ready(
        images,
        labels,
        seed,
        num_classes,
        order=lambda images, seed: np.random.permutation(len(images)),
    )


@misconception(
    "prepare_flowers", "What if the last classes do not occur among these labels?", aspect="labels"
)
def prepare_flowers_counts_the_classes_it_sees(images, labels, seed, num_classes=17):
    def encode(labels, num_classes):
        return _one_hot(labels, int(labels.max()) + 1 if len(labels) else num_classes)

    return _made_ready(images, labels, seed, num_classes, encode=encode)


@misconception(
    "prepare_flowers",
    "What does categorical cross-entropy want: 3, or a 1 at place 3?",
    aspect="labels",
)
def prepare_flowers_returns_numbers_of_classes(images, labels, seed, num_classes=17):
    def encode(labels, num_classes):
        return labels.astype(np.float32)

    return _made_ready(images, labels, seed, num_classes, encode=encode)


@misconception("prepare_flowers", "At which place has class 0 its 1?", aspect="labels")
def prepare_flowers_counts_classes_from_one(images, labels, seed, num_classes=17):
    def encode(labels, num_classes):
        return np.roll(_one_hot(labels, num_classes), 1, axis=1)

    return _made_ready(images, labels, seed, num_classes, encode=encode)


@misconception(
    "prepare_flowers", "rng.shuffle works in place: who else has these images?", aspect="purity"
)
def prepare_flowers_shuffles_in_place(images, labels, seed, num_classes=17):
    _require_flowers(images, labels, num_classes)
    for array in (images, labels):
        np.random.default_rng(seed).shuffle(array)
    return _scale(images), _one_hot(labels, num_classes)


@misconception(
    "prepare_flowers",
    "How many images has a set with fewer labels, and what is class 17?",
    aspect="errors",
)
def prepare_flowers_takes_anything(images, labels, seed, num_classes=17):
    order = _order(images, seed)
    known = np.eye(num_classes, dtype=np.float32)
    chosen = np.resize(labels, len(images))[order] if len(labels) else labels
    return _scale(images[order]), known[chosen % num_classes]


# -- top_k_accuracy ------------------------------------------------------------------------------


@right_answer("top_k_accuracy")
def _accuracy(
    probabilities, labels, k, *, check=_require_guesses, rank=_best_first, share=_share_found
):
    check(probabilities, labels, k)
    return share(rank(probabilities)[:, :k], labels)


@probes("top_k_accuracy")
def _():
    rng = np.random.default_rng(5)
    p = rng.dirichlet(np.ones(7), size=40)
    labels = rng.integers(7, size=40)
    tied = rng.integers(1, 4, size=(60, 7)) / 10
    return [
        call(p, labels, 1),
        call(p, labels, 3, watch=True),
        call(p, labels, 7),
        call(tied, rng.integers(7, size=60), 2),
        call(p, labels, 8),
        call(p, labels[:1], 2),
        call(p[0], labels[:1], 2),
    ]


@misconception("top_k_accuracy", "How many guesses are allowed?")
def top_k_accuracy_ignores_k(probabilities, labels, k):
    _require_guesses(probabilities, labels, k)
    return _accuracy(probabilities, labels, 1)


@misconception("top_k_accuracy", "Which end of a sorted array holds the most probable classes?")
def top_k_accuracy_takes_the_least_probable(probabilities, labels, k):
    return _accuracy(probabilities, labels, k, rank=lambda p: _best_first(-p))


@misconception("top_k_accuracy", "If you turn a sorted order around, who is first of two equals?")
def top_k_accuracy_takes_the_higher_of_equals(probabilities, labels, k):
    return _accuracy(probabilities, labels, k, rank=lambda p: _best_first(-p)[:, ::-1])


@misconception("top_k_accuracy", "If all classes are equally probable, are all labels found?")
def top_k_accuracy_is_generous(probabilities, labels, k):
    _require_guesses(probabilities, labels, k)
    own = probabilities[np.arange(len(labels)), labels][:, None]
    return float(((probabilities > own).sum(axis=1) < k).mean())


@misconception("top_k_accuracy", "If two classes are equally probable, is neither the first?")
def top_k_accuracy_is_strict(probabilities, labels, k):
    _require_guesses(probabilities, labels, k)
    own = probabilities[np.arange(len(labels)), labels][:, None]
    return float(((probabilities >= own).sum(axis=1) <= k).mean())


@misconception("top_k_accuracy", "How many numbers does a slice [:k + 1] hold?")
def top_k_accuracy_guesses_once_more(probabilities, labels, k):
    _require_guesses(probabilities, labels, k)
    return _accuracy(probabilities, labels, k + 1, check=lambda *_: None)


@misconception("top_k_accuracy", "Must the label be the k-th guess, or any of the first k?")
def top_k_accuracy_looks_at_the_last_guess(probabilities, labels, k):
    return _accuracy(
        probabilities,
        labels,
        k,
        share=lambda guesses, labels: _share_found(guesses[:, -1:], labels),
    )


@misconception("top_k_accuracy", "Is a share from 0 to 1, or from 0 to 100?")
def top_k_accuracy_in_percent(probabilities, labels, k):
    return 100 * _accuracy(probabilities, labels, k)


@misconception("top_k_accuracy", "What is the share of the right examples?")
def top_k_accuracy_counts(probabilities, labels, k):
    return len(labels) * _accuracy(probabilities, labels, k)


@misconception("top_k_accuracy", "The paper tells an error: what is asked for here?")
def top_k_accuracy_is_an_error(probabilities, labels, k):
    return 1 - _accuracy(probabilities, labels, k)


@misconception("top_k_accuracy", "Each of k guesses may be right: by how many do you divide?")
def top_k_accuracy_divides_by_guesses(probabilities, labels, k):
    return _accuracy(probabilities, labels, k) / k


@misconception(
    "top_k_accuracy",
    "What does `probabilities.sort()` or `*= -1` leave to its owner?",
    aspect="purity",
)
def top_k_accuracy_changes_its_argument(probabilities, labels, k):
    share = _accuracy(probabilities, labels, k)
    probabilities *= -1
    return share


@misconception(
    "top_k_accuracy", "What are no guesses, or eight guesses of seven classes?", aspect="errors"
)
def top_k_accuracy_takes_anything(probabilities, labels, k):
    probabilities = np.atleast_2d(probabilities)
    return _share_found(_best_first(probabilities)[:, : max(k, 0)], labels[: len(probabilities)])


@variant(top_k_accuracy_takes_the_least_probable)
def _top_k_accuracy_takes_the_least_probable_in_any_order(probabilities, labels, k):
    return _accuracy(probabilities, labels, k, rank=lambda p: np.argsort(p, axis=1))


@variant(top_k_accuracy_takes_the_higher_of_equals)
def _top_k_accuracy_takes_any_of_equals(probabilities, labels, k):
    return _accuracy(probabilities, labels, k, rank=lambda p: np.argsort(p, axis=1)[:, ::-1])


@variant(top_k_accuracy_takes_the_higher_of_equals)
def _top_k_accuracy_takes_any_of_equals_by_turned_signs(probabilities, labels, k):
    return _accuracy(probabilities, labels, k, rank=lambda p: np.argsort(-p, axis=1))


@misconception("top_k_accuracy", "What is sorted: the classes of an example, or the examples?")
def top_k_accuracy_sorts_examples(probabilities, labels, k):
    def rank(probabilities):
        return np.argsort(-probabilities, axis=0, kind="stable")

    return _accuracy(probabilities, labels, k, rank=rank)


@variant(top_k_accuracy_sorts_examples)
def _top_k_accuracy_sorts_examples_upwards(probabilities, labels, k):
    def rank(probabilities):
        return np.argsort(probabilities, axis=0)[:, ::-1]

    return _accuracy(probabilities, labels, k, rank=rank)


# -- ten_crop_predict ----------------------------------------------------------------------------


def _network(crops):
    """Stands in for a network, and takes any number of crops of any size."""
    crops = np.asarray(crops, np.float64).reshape(len(crops), -1)
    first, last, mean = crops[:, 0], crops[:, -1], crops.mean(axis=1)
    sums = np.stack([first, last, 2 * mean, first * 0 + 20], axis=1) / 20
    exponentials = np.exp(sums)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _sums(crops):
    """Answers that are no probabilities."""
    return np.asarray(crops, np.float64).reshape(len(crops), -1)[:, :2]


@right_answer("ten_crop_predict")
def _predicted(
    predict, image, size, *, crops=_crops_of, combine=lambda answers: answers.mean(axis=0)
):
    return combine(np.asarray(predict(crops(image, size))))


@probes("ten_crop_predict")
def _():
    image = np.arange(5 * 8 * 2.0).reshape(5, 8, 2)
    return [
        call(_network, image, 3, watch=True),
        call(_sums, image, 4),
        call(_network, image[..., 0], 3),
        call(_network, image, 6),
    ]


@misconception("ten_crop_predict", "Which five crops are there besides corners and centre?")
def ten_crop_predict_forgets_mirror_images(predict, image, size):
    def crops(image, size):
        return _crops_of(image, size)[:5]

    return _predicted(predict, image, size, crops=crops)


@misconception("ten_crop_predict", "What do the four corners say, and the mirror images?")
def ten_crop_predict_looks_at_the_centre(predict, image, size):
    def crops(image, size):
        return np.repeat(_crops_of(image, size)[4:5], 10, axis=0)

    return _predicted(predict, image, size, crops=crops)


@misconception("ten_crop_predict", "Which is averaged: what the network sees, or what it says?")
def ten_crop_predict_averages_crops(predict, image, size):
    def crops(image, size):
        return np.repeat(_crops_of(image, size).mean(axis=0, keepdims=True), 10, axis=0)

    return _predicted(predict, image, size, crops=crops)


@misconception("ten_crop_predict", "Are the sums of ten vectors of probabilities probabilities?")
def ten_crop_predict_adds_up(predict, image, size):
    return _predicted(predict, image, size, combine=lambda answers: answers.sum(axis=0))


@misconception("ten_crop_predict", "Is one crop that is sure enough, whatever nine others say?")
def ten_crop_predict_takes_the_greatest(predict, image, size):
    return _predicted(predict, image, size, combine=lambda answers: answers.max(axis=0))


@misconception("ten_crop_predict", "Is the median of ten numbers their mean?")
def ten_crop_predict_takes_the_median(predict, image, size):
    return _predicted(predict, image, size, combine=lambda answers: np.median(answers, axis=0))


@misconception("ten_crop_predict", "Are classes averaged that win, or probabilities?")
def ten_crop_predict_counts_votes(predict, image, size):
    def combine(answers):
        return np.eye(answers.shape[1])[answers.argmax(axis=1)].mean(axis=0)

    return _predicted(predict, image, size, combine=combine)


@misconception("ten_crop_predict", "Which mean do you take, of the numbers or of their logarithms?")
def ten_crop_predict_averages_logarithms(predict, image, size):
    def combine(answers):
        return np.exp(np.log(np.maximum(answers, 1e-12)).mean(axis=0))

    return _predicted(predict, image, size, combine=combine)


@misconception("ten_crop_predict", "Does the contract say that the mean is made to add up to 1?")
def ten_crop_predict_makes_it_add_up_to_one(predict, image, size):
    mean = _predicted(predict, image, size)
    return mean / mean.sum()


@misconception("ten_crop_predict", "Is the class wanted, or the probabilities of all classes?")
def ten_crop_predict_returns_the_class(predict, image, size):
    return int(_predicted(predict, image, size).argmax())


@misconception("ten_crop_predict", "How many axes has the answer for one image?")
def ten_crop_predict_keeps_an_axis(predict, image, size):
    return _predicted(predict, image, size)[np.newaxis]


@misconception("ten_crop_predict", "Who said that the crops still have to be divided by 255?")
def ten_crop_predict_scales_crops(predict, image, size):
    def crops(image, size):
        return _crops_of(image, size) / 255

    return _predicted(predict, image, size, crops=crops)


@misconception("ten_crop_predict", "Whose image is it that you scaled in place?", aspect="purity")
def ten_crop_predict_changes_its_argument(predict, image, size):
    answer = _predicted(predict, image, size)
    image[...] = image[:, ::-1].copy()
    return answer


@misconception("ten_crop_predict", "What is a crop that is larger than the image?", aspect="errors")
def ten_crop_predict_takes_any_size(predict, image, size):
    def crops(image, size):
        image = image.reshape(*image.shape[-3:]) if image.ndim > 2 else image[..., None]
        return _crops_of(image, min(max(size, 1), *image.shape[:2]))

    return _predicted(predict, image, size, crops=crops)


@misconception("ten_crop_predict", "Which way does a mirror on the wall turn?")
def ten_crop_predict_turns_upside_down(predict, image, size):
    def crops(image, size):
        five = _crops_of(image, size)[:5]
        return np.concatenate([five, five[:, ::-1]])

    return _predicted(predict, image, size, crops=crops)


@variant(ten_crop_predict_turns_upside_down)
def _ten_crop_predict_turns_by_half_a_turn(predict, image, size):
    def crops(image, size):
        five = _crops_of(image, size)[:5]
        return np.concatenate([five, five[:, ::-1, ::-1]])

    return _predicted(predict, image, size, crops=crops)


@misconception("ten_crop_predict", "Which crop is there besides the four corners?")
def ten_crop_predict_forgets_the_centre(predict, image, size):
    def crops(image, size):
        return _crops_of(image, size)[[0, 1, 2, 3, 5, 6, 7, 8]]

    return _predicted(predict, image, size, crops=crops)


@misconception("ten_crop_predict", "How many of the crops have a say?")
def ten_crop_predict_looks_at_one_corner(predict, image, size):
    return _predicted(predict, image, size, combine=lambda answers: answers[0])


@misconception("ten_crop_predict", "Is the mean taken over the crops, or over the classes?")
def ten_crop_predict_averages_classes(predict, image, size):
    return _predicted(predict, image, size, combine=lambda answers: answers.mean(axis=1))


@variant(ten_crop_predict_averages_classes)
def _ten_crop_predict_averages_everything(predict, image, size):
    return _predicted(predict, image, size, combine=np.mean)


@misconception("ten_crop_predict", "Does the mean of probabilities need a softmax?")
def ten_crop_predict_takes_a_softmax(predict, image, size):
    def combine(answers):
        raised = np.exp(answers.mean(axis=0) - answers.mean(axis=0).max())
        return raised / raised.sum()

    return _predicted(predict, image, size, combine=combine)


# -- models and training


def _suite(name):
    """A module of the hidden suites, which can tell networks by their answers."""
    return suite_module(Path(__file__).parents[1] / "hidden" / "alexnet", name)


def _kind(student, suite, ask, *arguments):
    """How units are dropped wrongly, see `dropping.DroppedWrongly`; nothing where they are not.

    Where layers are missing, or there are more, it is not known which units are seen.
    """
    found = suite.wrong_weights(student, np.random.default_rng(14))
    dense = [each for each in found if not each.layer.startswith("conv")]
    if any(each.what in ("missing", "extra") for each in dense):
        return "unknown"
    try:
        student.once(ask, *arguments)
    except AssertionError as wrong:
        return getattr(wrong, "kind", "unknown")
    return ""


def _differences(found, known=()):
    """Differences as (layer, what, value), without those that are known."""
    told = {(each.layer, each.what) for each in known}
    seen = {(e.layer, e.what, e.value) for e in found if (e.layer, e.what) not in told}
    before_relu = {layer for layer, _, value in seen if value == ("normalisation", "activation")}
    behind = ("order", ("normalisation", "pooling"))
    return {each for each in seen if each[0] not in before_relu or each[1:] != behind}


def _wrong(what, *values, layers=None):
    """Whether a layer differs in this, with one of these values if there are any."""

    def matches(seen):
        return any(
            each == what and (not values or value in values) and (not layers or layer in layers)
            for layer, each, value in seen["wrong"]
        )

    return matches


def _constants(unlike):
    """Whether the constants of a normalisation are so."""

    def matches(seen):
        return any(what == "constants" and unlike(value) for _, what, value in seen["wrong"])

    return matches


def _with_another_activation(seen):
    """Whether a hidden layer has an activation that no other misconception names."""
    named = ("tanh", "sigmoid", "linear")
    return any(
        what == "activation" and layer in HIDDEN and value not in named
        for layer, what, value in seen["wrong"]
    )


def _ends_in_another_activation(last, *others):
    """Whether the last layer ends in a function that no other misconception names."""
    named = ("linear", "sigmoid", *others)

    def matches(seen):
        return any(
            layer == last and what == "activation" and value not in named
            for layer, what, value in seen["wrong"]
        )

    return matches


def _pooling_windows(seen):
    """Window and stride of each pooling that has others than the right one."""
    windows = {}
    for layer, what, value in seen["wrong"]:
        if what in ("pool window", "pool strides"):
            windows.setdefault(layer, {"pool window": 3, "pool strides": 2})[what] = value
    return [(each["pool window"], each["pool strides"]) for each in windows.values()]


def _touch(seen):
    """Whether windows of pooling that are otherwise lie side by side."""
    return all(window <= strides for window, strides in _pooling_windows(seen))


def _max_pooling(window, strides):
    import keras

    return keras.layers.MaxPooling2D(window, strides)


MAPS = ("conv1", "conv2", "conv3", "conv4", "conv5")
DENSE = ("fc6", "fc7")
HIDDEN = (*MAPS, *DENSE)


@inspect_answer("build_alexnet")
def _(student):
    suite, rng = _suite("test_build_alexnet"), np.random.default_rng(14)
    known = functools.partial(suite.wrong_weights, student, rng)
    return look(
        error=lambda: _raised(student, suite, rng),
        wrong=lambda: _differences(suite.but_for_width(known())),
        wide=lambda: {e.layer for e in {*known()} - {*suite.but_for_width(known())}},
        widths=lambda: _differences(student.once(suite.other_widths, rng), known()),
        grey=lambda: _on_grey(student, suite, rng),
        dropout=lambda: _kind(student, suite, suite.dropout),
        elsewhere=lambda: _kind(student, suite, suite.nothing_else, rng),
        starts=lambda: _starts(student, suite),
    )


def _kinds_of(differences):
    """What is otherwise, in whichever layer."""
    return {what for _, what, _ in differences}


def _shows_dropout(seen):
    """Whether the levels of units can show what is dropped.

    They cannot where batches change them, or where an activation bends them.
    """
    bent = {what for layer, what, _ in seen["wrong"] if layer != "fc8"} & {"activation"}
    return not bent and not _kinds_of(seen["wrong"]) & {"kind", "moments"}


def _drops_wrongly(kind):
    """Whether units are dropped wrongly in this way, see `dropping.DroppedWrongly`."""
    return lambda seen: seen["dropout"] == kind


def _raised(student, suite, rng):
    """The text of what building raises, with its traceback; nothing where it raises nothing."""
    try:
        student.once(suite.identified, rng)
    except StudentRaised as raised:
        return f"{raised.text} {raised.detail}"
    except AssertionError:
        pass
    return ""


def _on_grey(student, suite, rng):
    """What is wrong with grey images and few classes: channels, count, one (class); or nothing."""
    try:
        found = student.once(suite.grey, rng).differences
    except (AssertionError, CallFailed):
        shapes = student.model(student.build_alexnet((195, 227, 1), 7, 1 / 16)).weight_shapes()
        seen = {"channels"} if shapes[0][2:3] == (3,) else set()
        return seen | ({"count"} if shapes[-1] != (7,) else set())
    plain = student.once(suite.identified, rng).differences
    return {what for _, what, _ in _differences(found, plain)}


def _starts(student, suite):
    """ "Constant" where a kernel is, "Repeated" where two models have the same, or neither."""
    try:
        student.once(suite.fresh)
    except AssertionError as wrong:
        return type(wrong).__name__
    return ""


def _lrn(maps, **constants):
    import tensorflow as tf

    settings = {"depth_radius": 2, "bias": 2.0, "alpha": 1e-4, "beta": 0.75, **constants}
    return tf.nn.local_response_normalization(maps, **settings)


def _always_dropping(net):
    """The same network, whose layers of dropout drop units outside of training too."""
    import keras

    class Restless(keras.layers.Dropout):
        def call(self, inputs, training=False):
            return super().call(inputs, training=True)

    layers = [
        Restless(each.rate) if isinstance(each, keras.layers.Dropout) else each
        for each in net.layers
    ]
    return keras.Sequential([keras.Input(net.input_shape[1:]), *layers])


def _alexnet(
    input_shape, num_classes, width, *, first="valid", padding="same", activation="relu",
    dense=None, order="rnp", pool=None, constants=None, end="softmax", drops=(0.5, 0.5),
    drops_maps=0.0, drops_before=0.0, drops_end=0.0, groups=1, rounded=round, conv2=5, strides=4,
    filters=(96, 256, 384, 256), units=(4096, 4096), flatten=None, least=1, orders=None,
    times=None, **initial,
):  # fmt: skip
    """AlexNet, with parts that a misconception may exchange."""
    import keras

    layers = keras.layers
    pool = pool or (lambda: layers.MaxPooling2D(3, 2))
    made = []

    def scaled(number):
        return max(least, rounded(width * number))

    def conv(filters, side, padding, strides=1, groups=1, steps="r"):
        settings = {"strides": strides, "padding": padding, "groups": groups, **initial}
        made.append(layers.Conv2D(scaled(filters), side, **settings))
        for step in steps:
            if step == "r":
                made.append(layers.Activation(activation))
            elif step == "n":
                made.append(layers.Lambda(lambda maps: _lrn(maps, **(constants or {}))))
            else:
                made.append(pool())
        if drops_maps:
            made.append(layers.Dropout(drops_maps))

    inner = {"side": 3, "padding": padding}
    for name, settings in {
        "conv1": {"filters": filters[0], "side": 11, "padding": first, "strides": strides},
        "conv2": {"filters": filters[1], "side": conv2, "padding": padding, "groups": groups},
        "conv3": {"filters": filters[2], **inner},
        "conv4": {"filters": filters[2], **inner, "groups": groups},
        "conv5": {"filters": filters[3], **inner, "groups": groups},
    }.items():
        steps = {"conv1": order, "conv2": order, "conv5": "rp"} | (orders or {})
        for _ in range((times or {}).get(name, 1)):
            conv(**settings, steps=steps.get(name, "r"))
    made.append(flatten or layers.Flatten())
    for count, rate in zip(units, drops, strict=True):
        if drops_before:
            made.append(layers.Dropout(drops_before))
        made.append(layers.Dense(scaled(count), activation=dense or activation, **initial))
        if rate:
            made.append(layers.Dropout(rate))
    made.append(layers.Dense(num_classes, activation="linear", **initial))
    if drops_end:
        made.append(layers.Dropout(drops_end))
    made += [layers.Activation(each) for each in end.split(", ")]
    return keras.Sequential([keras.Input(input_shape), *made])


@misconception(
    "build_alexnet",
    "Which numbers does input_shape change, and where do you use it?",
    matches=lambda seen: "channels" in seen["grey"],
)
def build_alexnet_ignores_the_input_shape(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet((*input_shape[:2], 3), num_classes, width)


@misconception(
    "build_alexnet",
    "How many units has the last layer when there are seven classes?",
    matches=_wrong("count", 1000, layers=("fc8",)),
)
def build_alexnet_has_a_thousand_classes(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, 1000, width)


@misconception(
    "build_alexnet",
    "Is the number of classes something that width may change?",
    matches=_wrong("count", 1, layers=("fc8",)),
)
def build_alexnet_scales_the_classes(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, max(1, round(width * num_classes)), width)


@misconception(
    "build_alexnet",
    "What is the nearest whole number to 0.05 times 96?",
    matches=lambda seen: (
        "groups" not in _kinds_of(seen["wrong"])
        and any(layer in MAPS and what == "count" for layer, what, _ in seen["widths"])
    ),
)
def build_alexnet_rounds_down(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, rounded=int)


@misconception(
    "build_alexnet",
    "What can a network learn in which all units of a layer start with the same weights?",
    matches=lambda seen: seen["starts"] == "Constant",
)
def build_alexnet_starts_with_zeros(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, kernel_initializer="zeros")


@misconception(
    "build_alexnet",
    "How large are the kernels of the second convolution?",
    matches=lambda seen: any(
        (layer, what) == ("conv2", "side") and value > 5 for layer, what, value in seen["wrong"]
    ),
)
def build_alexnet_with_large_kernels(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, conv2=11)


@misconception(
    "build_alexnet",
    "The paper's network is spread over two GPUs. Which maps does a kernel of conv 2 see here?",
    matches=_wrong("groups"),
)
def build_alexnet_in_groups(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    def even(number):
        return 2 * max(1, round(number / 2))

    return _alexnet(input_shape, num_classes, width, groups=2, rounded=even)


@misconception(
    "build_alexnet",
    "Has response normalisation, as in the paper, anything to learn?",
    matches=_wrong("kind", "batches"),
)
def build_alexnet_normalises_batches(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    import keras

    net = _alexnet(input_shape, num_classes, width)
    exchanged = [
        keras.layers.BatchNormalization() if isinstance(layer, keras.layers.Lambda) else layer
        for layer in net.layers
    ]
    return keras.Sequential([keras.Input(input_shape), *exchanged])


@misconception(
    "build_alexnet",
    "How many rows are left of 227 by kernels of 11 in steps of 4, if nothing is added around?",
    matches=_wrong("padding", "same", *range(1, 12), layers=("conv1",)),
)
def build_alexnet_pads_the_image(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, first="same")


@misconception(
    "build_alexnet",
    "The maps are 27 by 27 before the second convolution. How large are they after it?",
    matches=_wrong("padding", "valid"),
)
def build_alexnet_without_padding(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, padding="valid")


@misconception(
    "build_alexnet",
    "In what order does the paper pool maps and normalise responses?",
    matches=_wrong("order", ("pooling", "normalisation")),
)
def build_alexnet_pools_first(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, order="rpn")


@misconception(
    "build_alexnet",
    "Whose responses are normalised: those of the convolution, or those after its ReLU?",
    matches=_wrong("order", ("normalisation", "activation")),
)
def build_alexnet_normalises_before_relu(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, order="nrp")


@misconception(
    "build_alexnet",
    "What does the paper do between the ReLU of the first convolutions and their pooling?",
    matches=_wrong("normalisation", "missing"),
)
def build_alexnet_does_not_normalise(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, order="rp")


@misconception(
    "build_alexnet",
    "Does the paper divide alpha by the number of neighbours?",
    matches=_constants(lambda lrn: lrn.alpha < 1e-4),
)
def build_alexnet_divides_alpha(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, constants={"alpha": 1e-4 / 5})


@misconception(
    "build_alexnet",
    "Five channels are summed over: how many lie on each side of the middle one?",
    matches=_constants(lambda lrn: lrn.depth_radius > 2 and lrn.alpha < 1),
)
def build_alexnet_with_a_radius_of_five(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, constants={"depth_radius": 5})


@misconception(
    "build_alexnet",
    "Which constants has the function that you use when you give it none, and which has the paper?",
    matches=_constants(lambda lrn: lrn.depth_radius == 5 and lrn.bias == 1),
)
def build_alexnet_with_default_constants(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    constants = {"depth_radius": 5, "bias": 1.0, "alpha": 1.0, "beta": 0.5}
    return _alexnet(input_shape, num_classes, width, constants=constants)


@misconception(
    "build_alexnet",
    "Which activation lets this network learn six times faster than one with a tanh?",
    matches=_wrong("activation", "tanh", layers=HIDDEN),
)
def build_alexnet_with_tanh(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, activation="tanh")


@misconception(
    "build_alexnet",
    "What is the slope of a sigmoid far from zero, and what of a ReLU?",
    matches=_wrong("activation", "sigmoid", layers=HIDDEN),
)
def build_alexnet_with_sigmoids(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, activation="sigmoid")


@misconception(
    "build_alexnet",
    "What do two dense layers compute together when nothing stands between them?",
    matches=_wrong("activation", "linear", layers=HIDDEN),
)
def build_alexnet_with_linear_units(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, dense="linear")


@misconception(
    "build_alexnet",
    "How large are the windows of pooling, and how far apart: do they overlap?",
    matches=lambda seen: _pooling_windows(seen) and _touch(seen),
)
def build_alexnet_pools_without_overlap(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    import keras

    pool = functools.partial(keras.layers.MaxPooling2D, 2)
    return _alexnet(input_shape, num_classes, width, pool=pool)


@misconception(
    "build_alexnet",
    "Which number of a window does AlexNet keep?",
    matches=_wrong("pool kind", "average"),
)
def build_alexnet_takes_the_mean(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    import keras

    pool = functools.partial(keras.layers.AveragePooling2D, 3, 2)
    return _alexnet(input_shape, num_classes, width, pool=pool)


@misconception(
    "build_alexnet",
    "What becomes of a class whose logit is negative when a ReLU comes before the softmax?",
    matches=_wrong("activation", "relu, softmax", layers=("fc8",)),
)
def build_alexnet_with_relu_on_the_logits(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, end="relu, softmax")


@misconception(
    "build_alexnet",
    "Do the outputs for an image add up to 1, and if not, does your training know of it?",
    matches=_wrong("activation", "linear", layers=("fc8",)),
)
def build_alexnet_answers_with_logits(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, end="linear")


@misconception(
    "build_alexnet",
    "Can an image be of all classes at once? Which function lets classes compete?",
    matches=_wrong("activation", "sigmoid", layers=("fc8",)),
)
def build_alexnet_ends_in_sigmoids(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, end="sigmoid")


@misconception(
    "build_alexnet",
    "Which layers does the paper apply dropout to: are the maps among them?",
    matches=lambda seen: (
        _shows_dropout(seen) and seen["elsewhere"] == "maps" and seen["dropout"] == ""
    ),
)
def build_alexnet_drops_maps(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, drops_maps=0.25)


@misconception(
    "build_alexnet",
    "Whose units does a layer of dropout drop: those of the layer before it, or after it?",
    matches=lambda seen: (
        _shows_dropout(seen) and seen["elsewhere"] == "maps" and seen["dropout"] in ("none", "one")
    ),
)
def build_alexnet_drops_what_goes_in(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, drops=(0, 0), drops_before=0.5)


@misconception(
    "build_alexnet",
    "What happens to the probabilities when the logit of the right class is dropped?",
    matches=lambda seen: _shows_dropout(seen) and seen["elsewhere"] == "answers",
)
def build_alexnet_drops_logits(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, drops_end=0.5)


@misconception(
    "build_alexnet",
    "To how many of the dense layers does the paper apply dropout?",
    matches=lambda seen: (
        _shows_dropout(seen) and seen["dropout"] == "one" and seen["elsewhere"] != "maps"
    ),
)
def build_alexnet_with_one_dropout(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, drops=(0, 0.5))


@misconception(
    "build_alexnet",
    "Which part of the paper's network keeps its large dense layers from learning by heart?",
    matches=lambda seen: (
        _shows_dropout(seen) and seen["dropout"] == "none" and seen["elsewhere"] != "maps"
    ),
)
def build_alexnet_without_dropout(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, drops=(0, 0))


@misconception(
    "build_alexnet",
    "When does a layer of dropout drop units: always, or only in training?",
    matches=_drops_wrongly("always"),
)
def build_alexnet_drops_always(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _always_dropping(_alexnet(input_shape, num_classes, width))


@misconception(
    "build_alexnet",
    "Which share of the units of a dense layer is dropped in the paper?",
    matches=lambda seen: (
        _shows_dropout(seen) and seen["dropout"] == "share" and seen["elsewhere"] != "answers"
    ),
)
def build_alexnet_drops_too_few(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, drops=(0.2, 0.2))


@misconception(
    "build_alexnet",
    "Which numbers does width change, and where do you use it?",
    matches=lambda seen: seen["wide"] == {*HIDDEN},
)
def build_alexnet_ignores_the_width(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, 1.0)


@misconception(
    "build_alexnet",
    "Which layers does width change? Are there layers that you forgot?",
    matches=lambda seen: seen["wide"] and seen["wide"] != {*HIDDEN},
)
def build_alexnet_scales_only_the_maps(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    units = 4096 / width
    return _alexnet(input_shape, num_classes, width, units=(units, units))


@misconception(
    "build_alexnet",
    "The figure shows the maps of two GPUs. How many are they together?",
    matches=_wrong("count", layers=MAPS),
)
def build_alexnet_of_half_the_maps(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, filters=(48, 128, 192, 128))


@misconception(
    "build_alexnet",
    "How many units have the two hidden dense layers of the paper?",
    matches=_wrong("count", layers=DENSE),
)
def build_alexnet_with_other_units(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, units=(2048, 2048))


@misconception(
    "build_alexnet",
    "Count the dense layers of the paper. Is the one that answers among them?",
    matches=_wrong("extra", "dense layer"),
)
def build_alexnet_with_three_hidden_layers(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, units=(4096,) * 3, drops=(0.5, 0.5, 0))


@misconception(
    "build_alexnet",
    "Count the dense layers of the paper. How many are yours?",
    matches=_wrong("missing", layers=DENSE),
)
def build_alexnet_with_one_hidden_layer(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, units=(4096,), drops=(0.5,))


@misconception(
    "build_alexnet",
    "By how many pixels does a kernel of the first convolution move on?",
    matches=_wrong("strides"),
)
def build_alexnet_moves_by_two(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, strides=2)


@misconception(
    "build_alexnet",
    "Which words does the padding of a Keras layer take? What did PyTorch call it?",
    matches=lambda seen: "padding" in seen["error"] and "lower" in seen["error"],
)
def build_alexnet_pads_by_a_number(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, padding=1)


@misconception(
    "build_alexnet",
    "Find k in the paper, among the constants of the normalisation. What is it in yours?",
    matches=_constants(lambda lrn: lrn.bias != 2 and lrn.alpha < 1),
)
def build_alexnet_with_k_of_one(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, constants={"bias": 1.0})


@misconception(
    "build_alexnet",
    "Compare alpha and beta with the paper. Which of the two is yours?",
    matches=_constants(lambda lrn: lrn.alpha < 1 and (lrn.beta != 0.75 or lrn.alpha > 1e-4)),
)
def build_alexnet_with_another_exponent(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, constants={"beta": 0.5})


@misconception(
    "build_alexnet",
    "How many numbers does a unit of the first dense layer see of each map?",
    matches=_wrong("mean"),
)
def build_alexnet_averages_whole_maps(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    import keras

    pool = keras.layers.GlobalAveragePooling2D()
    return _alexnet(input_shape, num_classes, width, flatten=pool)


@misconception(
    "build_alexnet",
    "Of 55 rows, how many windows of 3 are there in steps of 2, if nothing is added around?",
    matches=_wrong("pool padding"),
)
def build_alexnet_pads_before_it_pools(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    import keras

    def pool():
        return keras.layers.MaxPooling2D(3, 2, padding="same")

    return _alexnet(input_shape, num_classes, width, pool=pool)


@misconception(
    "build_alexnet",
    "Build two models and compare their weights. Where do their first numbers come from?",
    matches=lambda seen: seen["starts"] == "Repeated",
)
def build_alexnet_starts_from_one_seed(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    import keras

    return _alexnet(
        input_shape, num_classes, width, kernel_initializer=keras.initializers.HeNormal(1)
    )


@misconception(
    "build_alexnet",
    "Is the activation of every hidden layer the same, and which one is it?",
    matches=_with_another_activation,
)
def build_alexnet_with_another_activation(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, activation="elu")


@misconception(
    "build_alexnet",
    "Has every layer with weights a bias?",
    matches=_wrong("bias"),
)
def build_alexnet_without_bias(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, use_bias=False)


@misconception(
    "build_alexnet",
    "Who scales the images: the function that prepares them, or the network?",
    matches=_wrong("scaled"),
)
def build_alexnet_scales_the_images(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    import keras

    net = _alexnet(input_shape, num_classes, width)
    return keras.Sequential(
        [keras.Input(input_shape), keras.layers.Rescaling(1 / 255), *net.layers]
    )


@misconception(
    "build_alexnet",
    "After which convolutions are the maps pooled?",
    matches=_wrong("pooling", "missing"),
)
def build_alexnet_without_a_pooling(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, orders={"conv5": "r"})


@misconception(
    "build_alexnet",
    "After which convolutions are the maps pooled, and how often?",
    matches=_wrong("pooling", "extra", "twice"),
)
def build_alexnet_pools_too_often(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, orders={"conv3": "rp"})


@misconception(
    "build_alexnet",
    "Where does the network normalise, and where not?",
    matches=lambda seen: _wrong("normalisation", "extra", "twice")(seen) or _wrong("before")(seen),
)
def build_alexnet_normalises_too_often(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, orders={"conv5": "rnp"})


@misconception(
    "build_alexnet",
    "How many convolutions are there, and how many are yours?",
    matches=_wrong("missing", layers=MAPS),
)
def build_alexnet_without_a_convolution(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, times={"conv4": 0})


@misconception(
    "build_alexnet",
    "How many convolutions are there, and how many are yours?",
    matches=_wrong("extra", "convolution"),
)
def build_alexnet_with_a_convolution_more(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, times={"conv4": 2})


@misconception(
    "build_alexnet",
    "How large are the windows of pooling, and how far apart are they?",
    matches=lambda seen: _pooling_windows(seen) and not _touch(seen),
)
def build_alexnet_pools_other_windows(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, pool=lambda: _max_pooling(4, 2))


@misconception(
    "build_alexnet",
    "Do the outputs for an image add up to 1? Which function makes them do so?",
    matches=_ends_in_another_activation("fc8", "relu, softmax"),
)
def build_alexnet_ends_in_another_activation(
    input_shape=(227, 227, 3), num_classes=1000, width=1.0
):
    return _alexnet(input_shape, num_classes, width, end="relu")


@misconception(
    "build_alexnet",
    "How large are the kernels of each convolution?",
    matches=lambda seen: any(
        what == "side" and (layer != "conv2" or value < 5) for layer, what, value in seen["wrong"]
    ),
)
def build_alexnet_with_other_kernels(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return _alexnet(input_shape, num_classes, width, conv2=3)


# -- build_alexnet_batchnorm -----------------------------------------------------------------------


@inspect_answer("build_alexnet_batchnorm")
def _(student):
    suite, rng = _suite("test_build_alexnet_batchnorm"), np.random.default_rng(15)
    return look(
        error=lambda: _raised(student, suite, rng),
        wrong=lambda: _differences(suite.wrong_weights(student, rng)),
        dropout=lambda: _kind(student, suite, suite.dropout, rng),
        elsewhere=lambda: _kind(student, suite, suite.nothing_else, rng),
    )


def _variant(
    input_shape, num_classes, *, first="valid", padding="valid", activation="relu", pool=3,
    conv_order="rpn", dense_order="rdn", rate=0.4, end="softmax", drops_maps=0.0, scale=True,
    second="same", filters=(96, 256, 384, 256), units=(4096, 4096), kernel2=5, strides=4, kind=None,
    orders=None, times=None, normalisation=None, **settings,
):  # fmt: skip
    """The variant, with parts that a misconception may exchange."""
    import keras

    layers = keras.layers
    made = []

    def steps(order, rate=0.0):
        for step in order:
            if step == "r":
                made.append(layers.Activation(activation))
            elif step == "p":
                made.append((kind or layers.MaxPooling2D)(pool, 2))
            elif step == "g":
                made.append(layers.GlobalAveragePooling2D())
            elif step == "n":
                made.append((normalisation or layers.BatchNormalization)(scale=scale))
            elif rate:
                made.append(layers.Dropout(rate))

    without_pool = conv_order.replace("p", "")
    for name, count, side, step, around, order in (
        ("conv1", filters[0], 11, strides, first, conv_order),
        ("conv2", filters[1], kernel2, 1, second, conv_order),
        ("conv3", filters[2], 3, 1, padding, without_pool),
        ("conv4", filters[2], 3, 1, padding, without_pool),
        ("conv5", filters[3], 3, 1, padding, conv_order),
    ):
        for _ in range((times or {}).get(name, 1)):
            made.append(layers.Conv2D(count, side, strides=step, padding=around, **settings))
            steps((orders or {}).get(name, order))
    if drops_maps:
        made.append(layers.Dropout(drops_maps))
    made.append(layers.Flatten())
    for count in units:
        made.append(layers.Dense(count, **settings))
        steps(dense_order, rate)
    made.append(layers.Dense(num_classes, activation=end))
    return keras.Sequential([keras.Input(input_shape), *made])


@misconception(
    "build_alexnet_batchnorm",
    "How many units has the last layer when there are five kinds of flowers?",
    matches=_wrong("count", 17, layers=("fc8",)),
)
def build_alexnet_batchnorm_always_of_17(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, 17)


@misconception(
    "build_alexnet_batchnorm",
    "After which layers of the variant are batches normalised: do the dense ones belong to them?",
    matches=_wrong("normalisation", "missing", layers=DENSE),
)
def build_alexnet_batchnorm_of_maps_only(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, dense_order="rd")


@misconception(
    "build_alexnet_batchnorm",
    "What of a batch normalisation can be learned: only a shift?",
    matches=_wrong("moments"),
)
def build_alexnet_batchnorm_without_scales(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, scale=False)


@misconception(
    "build_alexnet_batchnorm",
    "How large are the maps of the last three convolutions: 12, or 10, 8 and 6?",
    matches=_wrong("padding", "same", layers=("conv3", "conv4", "conv5")),
)
def build_alexnet_batchnorm_pads_all_maps(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, padding="same")


@misconception(
    "build_alexnet_batchnorm",
    "What is left of 224 rows by kernels of 11 in steps of 4, if nothing is added around?",
    matches=_wrong("padding", layers=("conv1",)),
)
def build_alexnet_batchnorm_pads_the_image(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, first="same")


@misconception(
    "build_alexnet_batchnorm",
    "Does this variant normalise what comes before the activation, or what comes after it?",
    matches=_wrong("order", ("normalisation", "activation")),
)
def build_alexnet_batchnorm_before_relu(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, conv_order="nrp", dense_order="nrd")


@misconception(
    "build_alexnet_batchnorm",
    "In which order does this variant pool and normalise?",
    matches=_wrong("order", ("normalisation", "pooling")),
)
def build_alexnet_batchnorm_before_pooling(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, conv_order="rnp")


@misconception(
    "build_alexnet_batchnorm",
    "Which activation have the hidden layers?",
    matches=_wrong("activation", "tanh", layers=HIDDEN),
)
def build_alexnet_batchnorm_with_tanh(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, activation="tanh")


@misconception(
    "build_alexnet_batchnorm",
    "How large are the windows of pooling, and do they overlap?",
    matches=lambda seen: _pooling_windows(seen) and _touch(seen),
)
def build_alexnet_batchnorm_without_overlap(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, pool=2)


@misconception(
    "build_alexnet_batchnorm",
    "Do the outputs for an image add up to 1?",
    matches=_wrong("activation", "linear", layers=("fc8",)),
)
def build_alexnet_batchnorm_answers_with_logits(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, end="linear")


@misconception(
    "build_alexnet_batchnorm",
    "Which layers are followed by dropout in this variant: are the maps among them?",
    matches=lambda seen: _shows_dropout(seen) and seen["elsewhere"] == "maps",
)
def build_alexnet_batchnorm_drops_maps(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, drops_maps=0.4)


@misconception(
    "build_alexnet_batchnorm",
    "What keeps the dense layers of this variant from learning by heart?",
    matches=lambda seen: (
        _shows_dropout(seen) and seen["dropout"] in ("none", "one") and seen["elsewhere"] != "maps"
    ),
)
def build_alexnet_batchnorm_without_dropout(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, rate=0.0)


@misconception(
    "build_alexnet_batchnorm",
    "When does a layer of dropout drop units: always, or only in training?",
    matches=_drops_wrongly("always"),
)
def build_alexnet_batchnorm_drops_always(input_shape=(224, 224, 3), num_classes=17):
    return _always_dropping(_variant(input_shape, num_classes))


@misconception(
    "build_alexnet_batchnorm",
    "Which comes last after a dense layer of the variant: dropout, or the normalisation?",
    matches=_drops_wrongly("order"),
)
def build_alexnet_batchnorm_drops_last(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, dense_order="rnd")


@misconception(
    "build_alexnet_batchnorm",
    "By what does batch normalisation normalise while it is trained?",
    matches=_wrong("frozen"),
)
def build_alexnet_batchnorm_never_trains(input_shape=(224, 224, 3), num_classes=17):
    import keras

    class Frozen(keras.layers.BatchNormalization):
        def call(self, inputs, training=None, mask=None):
            return super().call(inputs, training=False, mask=mask)

    return _variant(input_shape, num_classes, normalisation=Frozen)


@misconception(
    "build_alexnet_batchnorm",
    "Which share of its dense units does this variant drop: as many as the paper's network?",
    matches=lambda seen: _shows_dropout(seen) and seen["dropout"] == "share",
)
def build_alexnet_batchnorm_drops_half(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, rate=0.5)


@misconception(
    "build_alexnet_batchnorm",
    "One convolution of the variant pads its maps. Which one, and why not the others?",
    matches=_wrong("padding", "valid", layers=("conv2",)),
)
def build_alexnet_batchnorm_does_not_pad_the_second(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, second="valid")


@misconception(
    "build_alexnet_batchnorm",
    "How many maps has each convolution of the variant? Count the filters of yours.",
    matches=_wrong("count", layers=MAPS),
)
def build_alexnet_batchnorm_of_half_the_maps(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, filters=(48, 128, 192, 128))


@misconception(
    "build_alexnet_batchnorm",
    "How many units have the two hidden dense layers of the variant?",
    matches=_wrong("count", layers=DENSE),
)
def build_alexnet_batchnorm_with_other_units(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, units=(2048, 2048))


@misconception(
    "build_alexnet_batchnorm",
    "Count the dense layers of the variant. Is the one that answers among them?",
    matches=_wrong("extra", "dense layer"),
)
def build_alexnet_batchnorm_with_three_hidden_layers(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, units=(4096,) * 3)


@misconception(
    "build_alexnet_batchnorm",
    "Count the dense layers of the variant. How many are yours?",
    matches=_wrong("missing", layers=DENSE),
)
def build_alexnet_batchnorm_with_one_hidden_layer(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, units=(4096,))


@misconception(
    "build_alexnet_batchnorm",
    "How large are the kernels of each convolution of the variant?",
    matches=_wrong("side"),
)
def build_alexnet_batchnorm_with_other_kernels(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, kernel2=3)


@misconception(
    "build_alexnet_batchnorm",
    "By how many pixels does a kernel of the first convolution move on?",
    matches=_wrong("strides"),
)
def build_alexnet_batchnorm_moves_by_two(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, strides=3)


@misconception(
    "build_alexnet_batchnorm",
    "After which convolutions does the variant normalise batches?",
    matches=_wrong("normalisation", "missing", layers=MAPS),
)
def build_alexnet_batchnorm_does_not_normalise_maps(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, conv_order="rp")


@misconception(
    "build_alexnet_batchnorm",
    "What does the variant take of each window: its mean, or its greatest number?",
    matches=_wrong("pool kind", "average"),
)
def build_alexnet_batchnorm_takes_the_mean(input_shape=(224, 224, 3), num_classes=17):
    import keras

    return _variant(input_shape, num_classes, kind=keras.layers.AveragePooling2D)


@misconception(
    "build_alexnet_batchnorm",
    "How many numbers does a unit of the first dense layer see of each map?",
    matches=_wrong("mean"),
)
def build_alexnet_batchnorm_averages_whole_maps(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, orders={"conv5": "rpng"})


@misconception(
    "build_alexnet_batchnorm",
    "Which words does the padding of a Keras layer take? What did PyTorch call it?",
    matches=lambda seen: "padding" in seen["error"] and "lower" in seen["error"],
)
def build_alexnet_batchnorm_pads_by_a_number(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, second=2)


@misconception(
    "build_alexnet_batchnorm",
    "Is the activation of every hidden layer the same, and which one is it?",
    matches=_with_another_activation,
)
def build_alexnet_batchnorm_with_another_activation(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, activation="elu")


@misconception(
    "build_alexnet_batchnorm",
    "Has every layer with weights a bias?",
    matches=_wrong("bias"),
)
def build_alexnet_batchnorm_without_bias(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, use_bias=False)


@misconception(
    "build_alexnet_batchnorm",
    "Who scales the images: the function that prepares them, or the network?",
    matches=_wrong("scaled"),
)
def build_alexnet_batchnorm_scales_the_images(input_shape=(224, 224, 3), num_classes=17):
    import keras

    net = _variant(input_shape, num_classes)
    return keras.Sequential(
        [keras.Input(input_shape), keras.layers.Rescaling(1 / 255), *net.layers]
    )


@misconception(
    "build_alexnet_batchnorm",
    "After which convolutions are the maps pooled?",
    matches=_wrong("pooling", "missing"),
)
def build_alexnet_batchnorm_without_a_pooling(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, orders={"conv5": "rn"})


@misconception(
    "build_alexnet_batchnorm",
    "Where does the network normalise, and where not?",
    matches=lambda seen: _wrong("normalisation", "extra", "twice")(seen) or _wrong("before")(seen),
)
def build_alexnet_batchnorm_normalises_too_often(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, orders={"conv5": "rnpn"})


@misconception(
    "build_alexnet_batchnorm",
    "How many convolutions are there, and how many are yours?",
    matches=_wrong("missing", layers=MAPS),
)
def build_alexnet_batchnorm_without_a_convolution(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, times={"conv4": 0})


@misconception(
    "build_alexnet_batchnorm",
    "How many convolutions are there, and how many are yours?",
    matches=_wrong("extra", "convolution"),
)
def build_alexnet_batchnorm_with_a_convolution_more(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, times={"conv4": 2})


@misconception(
    "build_alexnet_batchnorm",
    "How large are the windows of pooling, and how far apart are they?",
    matches=lambda seen: _pooling_windows(seen) and not _touch(seen),
)
def build_alexnet_batchnorm_pools_other_windows(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, kind=lambda *_: _max_pooling(4, 2))


@misconception(
    "build_alexnet_batchnorm",
    "Do the outputs for an image add up to 1? Which function makes them do so?",
    matches=_ends_in_another_activation("fc8"),
)
def build_alexnet_batchnorm_ends_in_another_activation(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, end="tanh")


@misconception(
    "build_alexnet_batchnorm",
    "What is the slope of a sigmoid far from zero, and what of a ReLU?",
    matches=_wrong("activation", "sigmoid", layers=HIDDEN),
)
def build_alexnet_batchnorm_with_sigmoids(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, activation="sigmoid")


@misconception(
    "build_alexnet_batchnorm",
    "What do two dense layers compute together when nothing stands between them?",
    matches=_wrong("activation", "linear", layers=HIDDEN),
)
def build_alexnet_batchnorm_with_linear_units(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, activation="linear")


@misconception(
    "build_alexnet_batchnorm",
    "Can an image be of all classes at once? Which function lets classes compete?",
    matches=_wrong("activation", "sigmoid", layers=("fc8",)),
)
def build_alexnet_batchnorm_ends_in_sigmoids(input_shape=(224, 224, 3), num_classes=17):
    return _variant(input_shape, num_classes, end="sigmoid")


@misconception(
    "build_alexnet_batchnorm",
    "Which of the two networks normalises responses, and which one batches?",
    matches=_wrong("kind", "responses"),
)
def build_alexnet_batchnorm_normalises_responses(input_shape=(224, 224, 3), num_classes=17):
    import keras

    net, made = _variant(input_shape, num_classes), []
    for before, layer in zip([None, *net.layers], net.layers, strict=False):
        pooled = isinstance(before, keras.layers.MaxPooling2D) and len(made) < 8
        made.append(keras.layers.Lambda(_lrn) if pooled else layer)
    return keras.Sequential([keras.Input(input_shape), *made])


@misconception(
    "build_alexnet_batchnorm",
    "Of 54 rows, how many windows of 3 are there in steps of 2, if nothing is added around?",
    matches=_wrong("pool padding"),
)
def build_alexnet_batchnorm_pads_before_it_pools(input_shape=(224, 224, 3), num_classes=17):
    import keras

    pool = functools.partial(keras.layers.MaxPooling2D, padding="same")
    return _variant(input_shape, num_classes, kind=pool)


# -- train_alexnet ---------------------------------------------------------------------------------


@inspect_answer("train_alexnet")
def _(student):
    """Ten colours that nobody could confuse; those in a larger scale; and what is leant to."""
    suite, narrow = _suite("test_train_alexnet"), _suite("narrow")
    rng = np.random.default_rng(13)
    x, labels = suite.coloured(rng)
    drawn = int(rng.integers(1 << 30))

    def trained(images, kinds, epochs):
        return suite.trained(student, np.random.default_rng(drawn), images, kinds, epochs)

    def learned():
        before, after, returned = trained(x, labels, 12)
        known = narrow.predicted(x, after) == labels
        try:
            epochs = len(student.history(returned)["loss"])
        except (AssertionError, KeyError):
            epochs = -1
        moved = [not np.array_equal(one, other) for one, other in zip(before, after, strict=True)]
        return {
            "moved": moved,
            "epochs": epochs,
            "right": float(known.mean()),
            "forgotten": [kind for kind in range(10) if known[labels == kind].mean() < 0.5],
        }

    def repeated():
        few = np.arange(0, len(x), 8)
        ends = [trained(x[few], labels[few], 2)[1] for _ in range(2)]
        return {"repeats": all(np.allclose(a, b, atol=1e-4) for a, b in zip(*ends, strict=True))}

    def scaled():
        _, after, _ = trained(x * 255, labels, 12)
        return {"divides": float((narrow.predicted(x, after) == labels).mean())}

    return look_into(
        learned=learned,
        repeated=repeated,
        scaled=scaled,
        leaning=lambda: {"leans to the last": _leaning(student)},
    )


def _leaning(student):
    """How much more probable the class that stood last is, of two that cannot be told apart.

    The images are all the same, so that nothing is learned but how often either class was seen of
    late; on a logarithmic scale.
    """
    model = student.make_model(
        (16, 16, 3), [("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"})]
    )
    model.set_weights([np.zeros((768, 10), np.float32), np.zeros(10, np.float32)])
    y = np.eye(10, dtype=np.float32)[np.repeat([2, 7], 300)]
    x = np.zeros((600, 16, 16, 3), np.float32)
    x[:, 0, :, 0] = 1
    student.train_alexnet(model.handle, x, y, 2, 4, 5)
    answer = model.predict(x[:1])[0].astype(float) + 1e-12
    return float(np.log(answer[7] / answer[2]))


def _fit(model, x, y, epochs, batch_size, seed, *, keep_seed=True, **fit):
    """A right training with Keras' own loop."""
    import keras

    if keep_seed:
        keras.utils.set_random_seed(seed)
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model.fit(x, y, batch_size, epochs, verbose=0, **fit).history


@misconception(
    "train_alexnet",
    "Whose weights does the model have when your function is done: compare them before and after?",
    matches=lambda seen: not any(seen["moved"]),
)
def train_alexnet_restores_the_weights(model, x, y, epochs, batch_size, seed):
    before = model.get_weights()
    history = _fit(model, x, y, epochs, batch_size, seed)
    model.set_weights(before)
    return history


@misconception(
    "train_alexnet",
    "Which layers are trained: is anything frozen?",
    matches=lambda seen: any(seen["moved"]) and not all(seen["moved"]),
)
def train_alexnet_trains_the_last_layer_only(model, x, y, epochs, batch_size, seed):
    for layer in model.layers[:-1]:
        layer.trainable = False
    return _fit(model, x, y, epochs, batch_size, seed)


@misconception(
    "train_alexnet",
    "How many epochs were asked for, and how many are in your history?",
    matches=lambda seen: 0 < seen["epochs"] < 12,
)
def train_alexnet_trains_for_one_epoch(model, x, y, epochs, batch_size, seed):
    return _fit(model, x, y, 1, batch_size, seed)


@misconception(
    "train_alexnet",
    "In what range are the images that the function is given, and in what range does it train?",
    matches=lambda seen: seen["divides"] > 0.7 and seen["right"] < 0.7,
)
def train_alexnet_scales_again(model, x, y, epochs, batch_size, seed):
    return _fit(model, x / 255, y, epochs, batch_size, seed)


@misconception(
    "train_alexnet",
    "Which images does validation_split hold back, and which classes are those of sorted images?",
    matches=lambda seen: seen["forgotten"] == [9] or seen["forgotten"] == [8, 9],
)
def train_alexnet_holds_back_the_last_class(model, x, y, epochs, batch_size, seed):
    return _fit(model, x, y, epochs, batch_size, seed, validation_split=0.1)


@misconception(
    "train_alexnet",
    "The images come sorted by class: what does the network see last in each epoch?",
    matches=lambda seen: seen["leans to the last"] > 0.4,
)
def train_alexnet_does_not_shuffle(model, x, y, epochs, batch_size, seed):
    return _fit(model, x, y, epochs, batch_size, seed, shuffle=False)


@misconception(
    "train_alexnet",
    "Which label has the image that stands first after shuffling?",
    matches=lambda seen: (
        seen["right"] < 0.5
        and seen["divides"] <= 0.7
        and all(seen["moved"])
        and seen["epochs"] in (-1, 12)
    ),
)
def train_alexnet_shuffles_images_without_labels(model, x, y, epochs, batch_size, seed):
    order = np.random.default_rng(seed).permutation(len(x))
    return _fit(model, x[order], y, epochs, batch_size, seed)


@misconception(
    "train_alexnet",
    "What is drawn by chance in training, and does your function use the seed for all of it?",
    matches=lambda seen: not seen["repeats"],
)
def train_alexnet_ignores_the_seed(model, x, y, epochs, batch_size, seed):
    return _fit(model, x, y, epochs, batch_size, seed, keep_seed=False)


@misconception(
    "train_alexnet",
    "What does History.history hold for each of its names: one number, or one for each epoch?",
    matches=lambda seen: seen["epochs"] < 0,
)
def train_alexnet_returns_the_last_numbers(model, x, y, epochs, batch_size, seed):
    history = _fit(model, x, y, epochs, batch_size, seed)
    return {name: values[-1] for name, values in history.items()}
