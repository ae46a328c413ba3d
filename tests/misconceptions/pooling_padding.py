"""Known wrong answers to pooling and padding, each with the question that leads out of it.

Each is a whole function with one mistake. What is right in several of them stands once, in the
private functions at the top, so that a misconception reads as what is wrong with it.
"""

from __future__ import annotations

import math

import numpy as np

from autograder.diagnosis import call, misconception, probes, right_answer, variant

# -- what they share, and do right ---------------------------------------------------------------


def _two(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def _amounts(size, window, stride):
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def _spans(size, window, stride, padding):
    """(start, stop) of every window along one axis; outside the image where "same" pads."""
    if padding == "same":
        first, count = -_amounts(size, window, stride)[0], -(-size // stride)
    else:
        first, count = 0, (size - window) // stride + 1
    return [(first + i * stride, first + i * stride + window) for i in range(count)]


def _require_sizes(name, sizes):
    if min(sizes) < 1:
        raise ValueError(f"{name} must be at least 1, not {sizes}")


def _require_padding(padding):
    if not isinstance(padding, str) or padding.lower() not in ("valid", "same"):
        raise ValueError(f'padding must be "valid" or "same", not {padding!r}')
    return padding.lower()


def _require_images(x):
    if x.ndim != 4:
        raise ValueError(f"x must have the axes images, height, width, channels, not {x.ndim} axes")


def _require_fit(name, shape, window, padding):
    if padding == "valid" and (window[0] > shape[1] or window[1] > shape[2]):
        raise ValueError(f"{name} is larger than the images of x")


def _checked(x, pool_size, strides, padding):
    """Window, strides and padding of a pooling call in their plain form."""
    _require_images(x)
    window = _two(pool_size)
    stride = window if strides is None else _two(strides)
    _require_sizes("pool_size", window)
    _require_sizes("strides", stride)
    padding = _require_padding(padding)
    _require_fit("pool_size", x.shape, window, padding)
    return window, stride, padding


def _reduced(x, rows, columns, reduce, border=None):
    """Each window reduced to one number per image and channel.

    Without `border` windows are cut to the cells that exist.
    """
    if border is not None:
        x, rows, columns = _bordered_far(x, rows, columns, border)
    y = np.empty((len(x), len(rows), len(columns), x.shape[3]), reduce(x[:, :1, :1]).dtype)
    for i, down in _of_equal_length(rows, x.shape[1]):
        for j, right in _of_equal_length(columns, x.shape[2]):
            cells = reduce(_flat_windows(x, down, right))
            y[:, i[:, None], j] = cells.reshape(len(x), len(i), len(j), x.shape[3])
    return y


def _of_equal_length(spans, size):
    """The numbers of the windows that are equally long once they are cut, and their cells."""
    cells = [range(size)[max(start, 0) : max(stop, 0)] for start, stop in spans]
    lengths = [len(each) for each in cells]
    for length in sorted(set(lengths)):
        which = [number for number, each in enumerate(lengths) if each == length]
        indices = [cells[number] for number in which]
        yield np.array(which), np.array(indices, int).reshape(len(which), length)


def _windows_at(x, down, right):
    """The windows on the axes images, rows, columns, height, width and channels."""
    return x[:, down[:, None, :, None], right[None, :, None, :]]


def _flat_windows(x, down, right):
    windows = _windows_at(x, down, right)
    return windows.reshape(math.prod(windows.shape[:3]), *windows.shape[3:])


def _bordered_far(x, rows, columns, border):
    """The image with a border, and where the windows are in it."""
    margins = []
    for size, spans in ((x.shape[1], rows), (x.shape[2], columns)):
        before = max(-min((start for start, _ in spans), default=0), 0)
        margins.append((before, max(max((stop for _, stop in spans), default=0) - size, 0)))
    (top, _), (left, _) = margins
    rows = [(start + top, stop + top) for start, stop in rows]
    columns = [(start + left, stop + left) for start, stop in columns]
    return border(x, ((0, 0), *margins, (0, 0))), rows, columns


def _of(value):
    """A border of one value."""
    return lambda x, margins: np.pad(x, margins, constant_values=value)


def _of_edges(x, margins):
    return np.pad(x, margins, mode="edge")


def _extremes(dtype):
    """The lowest and the highest value of a dtype."""
    if dtype.kind == "f":
        return -np.inf, np.inf
    return np.iinfo(dtype).min, np.iinfo(dtype).max


def _largest(cells):
    return cells.max(axis=(1, 2), initial=_extremes(cells.dtype)[0])


def _smallest(cells):
    return cells.min(axis=(1, 2), initial=_extremes(cells.dtype)[1])


def _average(cells):
    return cells.mean(axis=(1, 2))


def _average_of_existing(cells):
    return np.nanmean(cells, axis=(1, 2))


def _apart(shape, window, stride, padding, spans):
    """The windows along both axes, each from its own numbers."""
    rows = spans(shape[1], window[0], stride[0], padding)
    return rows, spans(shape[2], window[1], stride[1], padding)


def _pool(
    x, pool_size, strides, padding, reduce, spans=_spans, plan=_apart, border=None, check=_checked
):
    window, stride, padding = check(x, pool_size, strides, padding)
    rows, columns = plan(x.shape, window, stride, padding, spans)
    return _reduced(x, rows, columns, reduce, border if padding == "same" else None)


def _flat_by_the_height(x):
    """What stands in the flat image at row times height plus column, where the width is right."""
    rows, columns = np.indices(x.shape[1:3])
    flat = x.reshape(len(x), x.shape[1] * x.shape[2], x.shape[3])
    return flat[:, rows * x.shape[1] + columns]


def _pooled_by_flat_indices(pool, x, pool_size, strides, padding, outside, reduce):
    _checked(x, pool_size, strides, padding)
    if _require_padding(padding) == "valid":
        return pool(_flat_by_the_height(x), pool_size, strides, padding)
    border = _of(outside)
    if np.isnan(outside):
        x = x.astype(np.result_type(x, np.float32))
    return pool(
        x, pool_size, strides, padding, reduce=reduce,
        border=lambda x, margins: _flat_by_the_height(border(x, margins)),
    )  # fmt: skip


# -- geometries that are wrong for every kind of window --------------------------------------------


def _spans_with_partial_windows(size, window, stride, padding):
    if padding == "same":
        return _spans(size, window, stride, padding)
    count = math.ceil((size - window) / stride) + 1
    return [(i * stride, i * stride + window) for i in range(count)]


def _spans_half_a_window_on_both_sides(size, window, stride, padding):
    if padding == "valid":
        return _spans(size, window, stride, padding)
    half = window // 2
    count = (size + 2 * half - window) // stride + 1
    return [(i * stride - half, i * stride - half + window) for i in range(count)]


def _spans_odd_cell_first(size, window, stride, padding):
    if padding == "valid":
        return _spans(size, window, stride, padding)
    first = -_amounts(size, window, stride)[1]
    return [(first + i * stride, first + i * stride + window) for i in range(-(-size // stride))]


def _spans_as_at_stride_one(size, window, stride, padding):
    if padding == "valid":
        return _spans(size, window, stride, padding)
    first = -((window - 1) // 2)
    count = -(-size // stride)
    starts = [min(first + i * stride, size - 1) for i in range(count)]
    return [(start, max(start + window, 1)) for start in starts]


def _spans_that_keep_the_size(size, window, stride, padding):
    if padding == "valid":
        return _spans(size, window, stride, padding)
    return _spans(size, window, 1, padding)


def _spans_that_start_side_by_side(size, window, stride, padding):
    spans = _spans(size, window, stride, padding)
    first = spans[0][0] if spans else 0
    return [(first + i, first + i + window) for i in range(len(spans))]


def _spans_that_grow(size, window, stride, padding):
    """Only the end is multiplied by the stride."""
    spans = _spans(size, window, stride, padding)
    return [(spans[0][0] + i, stop) for i, (_, stop) in enumerate(spans)]


def _kept_size(size, window, stride):
    """What would keep the size at any stride, on both sides together."""
    return (size - 1) * stride + window - size


def _spans_padded_to_keep_the_size(size, window, stride, padding):
    if padding == "valid":
        return _spans(size, window, stride, padding)
    first = -(_kept_size(size, window, stride) // 2)
    return [(first + i * stride, first + i * stride + window) for i in range(size)]


def _spans_padded_alike_to_keep_the_size(size, window, stride, padding):
    if padding == "valid":
        return _spans(size, window, stride, padding)
    half = _kept_size(size, window, stride) // 2
    count = (size + 2 * half - window) // stride + 1
    return [(i * stride - half, i * stride - half + window) for i in range(count)]


def _spans_padded_more_to_keep_the_size(size, window, stride, padding):
    if padding == "valid":
        return _spans(size, window, stride, padding)
    half = -(-_kept_size(size, window, stride) // 2)
    count = (size + 2 * half - window) // stride + 1
    return [(i * stride - half, i * stride - half + window) for i in range(count)]


def _spans_cut_from_a_kept_size(size, window, stride, padding):
    if padding == "valid":
        return _spans(size, window, stride, padding)
    return _spans_padded_to_keep_the_size(size, window, stride, padding)[: -(-size // stride)]


def _spans_padded_behind(size, window, stride, padding):
    spans = _spans(size, window, stride, padding)
    return [(i * stride, i * stride + window) for i in range(len(spans))]


def _spans_never_padded(size, window, stride, padding):
    return _spans(size, window, stride, "valid")


def _spans_rounded(size, window, stride, padding):
    if padding == "same":
        return _spans(size, window, stride, padding)
    return [(i * stride, i * stride + window) for i in range(round((size - window) / stride) + 1)]


def _spans_without_the_last(size, window, stride, padding):
    if padding == "same":
        return _spans(size, window, stride, padding)
    return _spans(size, window, stride, padding)[: (size - window) // stride]


def _spans_without_the_last_of_odd_windows(size, window, stride, padding):
    """One is added to the count for even windows only."""
    spans = _spans_without_the_last if window % 2 else _spans
    return spans(size, window, stride, padding)


def _spans_ended_from_the_cut_start(size, window, stride, padding):
    """The end is counted from the start after it was cut to the image."""
    starts = [max(start, 0) for start, _ in _spans(size, window, stride, padding)]
    return [(start, start + window) for start in starts]


def _spans_ended_one_early(size, window, stride, padding):
    """The last cell is left out of each window that has more than one."""
    spans = _spans(size, window, stride, padding)
    return [(start, max(stop - 1, start + 1)) for start, stop in spans]


def _spans_ended_one_late(size, window, stride, padding):
    spans = _spans(size, window, stride, padding)
    return [(start, stop + 1) for start, stop in spans]


def _spans_one_less_than_a_window_halved(size, window, stride, padding):
    """As many cells on both sides as lie beside the middle one."""
    if padding == "valid":
        return _spans(size, window, stride, padding)
    half = (window - 1) // 2
    count = (size + 2 * half - window) // stride + 1
    return [(i * stride - half, i * stride - half + window) for i in range(count)]


def _padded_by(total, count=lambda size, window, stride, total: -(-size // stride)):
    """Windows of an image to which `total` cells are added, where the others are right."""

    def spans(size, window, stride, padding):
        if padding == "valid":
            return _spans(size, window, stride, padding)
        added = total(size, window, stride)
        starts = [i * stride - added // 2 for i in range(count(size, window, stride, added))]
        return [(start, start + window) for start in starts]

    return spans


def _fitting(size, window, stride, total):
    return max((size + total - window) // stride + 1, 0)


def _window_less_stride(size, window, stride):
    return max(window - stride, 0)


def _window_less_rest(size, window, stride):
    """Of a size that the stride divides, the rest is not taken for a whole stride."""
    return max(window - size % stride, 0)


def _lacking_when_rounded_down(size, window, stride):
    return max((size // stride - 1) * stride + window - size, 0)


_spans_half_a_window_before = _padded_by(lambda size, window, stride: 2 * (window // 2))
_spans_padded_whatever_the_size = _padded_by(_window_less_stride)
_spans_fitting_whatever_the_size = _padded_by(_window_less_stride, _fitting)


def _fitting_or_refused(size, window, stride, total):
    if _fitting(size, window, stride, total) < -(-size // stride):
        raise ValueError("operands could not be broadcast together")
    return -(-size // stride)


_spans_lacking_whatever_the_size = _padded_by(_window_less_stride, _fitting_or_refused)
_spans_padded_for_a_rest = _padded_by(_window_less_rest)
_spans_fitting_for_a_rest = _padded_by(_window_less_rest, _fitting)
_spans_rounded_down = _padded_by(
    _lacking_when_rounded_down, lambda size, window, stride, total: size // stride
)


def _width_first(shape, window, stride, padding, spans):
    rows = spans(shape[1], window[1], stride[1], padding)
    return rows, spans(shape[2], window[0], stride[0], padding)


def _window_width_first(shape, window, stride, padding, spans):
    """Only the window is turned; a stride that is given is not."""
    turned = window[::-1]
    return _apart(shape, turned, turned if stride == window else stride, padding, spans)


def _stride_width_first(shape, window, stride, padding, spans):
    return _apart(shape, window, stride[::-1], padding, spans)


def _columns_counted_by_the_height(shape, window, stride, padding, spans):
    """As many columns as windows of the window's height would give."""
    rows, columns = _apart(shape, window, stride, padding, spans)
    counted = spans(shape[2], window[0], stride[0], padding)
    first = columns[0][0] if columns else 0
    starts = [first + i * stride[1] for i in range(len(counted))]
    return rows, [(start, start + window[1]) for start in starts if start < shape[2]]


def _as_many_columns_as_rows(shape, window, stride, padding, spans):
    rows, columns = _apart(shape, window, stride, padding, spans)
    first = columns[0][0] if columns else 0
    starts = [first + i * stride[1] for i in range(len(rows))]
    return rows, [(start, start + window[1]) for start in starts if start < shape[2]]


def _columns_as_wide_as_high(shape, window, stride, padding, spans):
    """Each window begins where it should, and is as wide as it is high."""
    rows, columns = _apart(shape, window, stride, padding, spans)
    return rows, [(start, start + window[0]) for start, _ in columns]


def _columns_padded_by_the_height(shape, window, stride, padding, spans):
    """The width gets the amount that the window's height needs."""
    rows, columns = _apart(shape, window, stride, padding, spans)
    if padding == "valid":
        return rows, columns
    first = -_amounts(shape[1], window[0], stride[0])[0]
    return rows, [
        (first + i * stride[1], first + i * stride[1] + window[1]) for i in range(len(columns))
    ]


def _columns_counted_by_the_step_down(shape, window, stride, padding, spans):
    """As many columns as the step down would give; what lies behind the image is left out."""
    rows, columns = _columns_beyond_the_image(shape, window, stride, padding, spans)
    return rows, [(start, stop) for start, stop in columns if start < shape[2]]


def _columns_beyond_the_image(shape, window, stride, padding, spans):
    """As many columns as the step down would give, in the image or not."""
    rows, columns = _apart(shape, window, stride, padding, spans)
    first = columns[0][0] if columns else 0
    counted = len(spans(shape[2], window[1], stride[0], padding))
    return rows, [
        (first + i * stride[1], first + i * stride[1] + window[1]) for i in range(counted)
    ]


def _paddings_exchanged(shape, window, stride, padding, spans):
    """The rows get the padding of the columns, and the other way round."""
    rows, columns = _apart(shape, window, stride, padding, spans)
    first, other = rows[0][0] if rows else 0, columns[0][0] if columns else 0
    return (
        [(start - first + other, stop - first + other) for start, stop in rows],
        [(start - other + first, stop - other + first) for start, stop in columns],
    )


def _columns_at_the_step_down(shape, window, stride, padding, spans):
    """As many columns as there should be, at the distance of the rows."""
    rows, columns = _apart(shape, window, stride, padding, spans)
    first = columns[0][0] if columns else 0
    starts = [first + i * stride[0] for i in range(len(columns))]
    return rows, [(start, start + window[1]) for start in starts]


def _only_rows(wrong):
    """Spans that are wrong for the rows only."""

    def plan(shape, window, stride, padding, spans):
        _, columns = _apart(shape, window, stride, padding, spans)
        return wrong(shape[1], window[0], stride[0], padding), columns

    return plan


def _spans_side_by_side(size, window, stride, padding):
    """As many windows as the stride gives, but each beside the one before."""
    spans = _spans(size, window, stride, padding)
    first = spans[0][0] if spans else 0
    return [(first + i * window, first + (i + 1) * window) for i in range(len(spans))]


def _in_the_image(wrong):
    """Spans of which none may lie behind the image."""

    def spans(size, window, stride, padding):
        found = wrong(size, window, stride, padding)
        if any(start >= size for start, _ in found):
            raise ValueError("zero-size array to reduction operation which has no identity")
        return found

    return spans


def _unchecked(x, pool_size, strides, padding):
    window = _two(pool_size)
    stride = window if strides is None else _two(strides)
    _images, _height, _width, _channels = x.shape
    return window, stride, "same" if padding.lower() == "same" else "valid"


def _small_letters_only(padding):
    return padding if padding == "same" else "valid"


# -- output_size ---------------------------------------------------------------------------------


def _require_axis(window, stride, padding):
    _require_sizes("window", (window,))
    _require_sizes("stride", (stride,))
    return padding if isinstance(padding, int) else _require_padding(padding)


def _at_least_one(count):
    if count < 1:
        raise ValueError("size is too small for one window")
    return count


def _positions(size, window, stride, amount, dilation):
    return (size + 2 * amount - dilation * (window - 1) - 1) // stride + 1


def _positions_under_same(size, window, stride, dilation):
    return -(-size // stride)


@right_answer("output_size")
def _count(
    size, window, stride=1, padding="valid", dilation=1, *,
    check=_require_axis, positions=_positions, same=_positions_under_same, least=_at_least_one,
):  # fmt: skip
    padding = check(window, stride, padding)
    if padding == "same":
        return least(same(size, window, stride, dilation))
    return least(positions(size, window, stride, 0 if padding == "valid" else padding, dilation))


@probes("output_size")
def calls_of_output_size():
    return [
        call(28, 2, 2),
        call(10, 3, 3),
        call(9, 3, 2),
        call(9, 2),
        call(12, 3, 1, 2),
        call(12, 3, 1, dilation=2),
        call(12, 3, 2, 1, 3),
        call(10, 3, 3, "same"),
        call(9, 4, 2, "same"),
        call(9, 3, 2, "same", 3),
        call(3, 5, 1, "same"),
        call(9, 4, 2, "SAME"),
        call(4, 4),
        call(8, 2, 0),
        call(8, 2, 1, "full"),
        call(3, 4),
    ]


@misconception(
    "output_size",
    "Can there be half a window? What becomes of a rest that is too small?",
    aspect=("values", "kind"),
)
def output_size_divides_exactly(size, window, stride=1, padding="valid", dilation=1):
    def positions(size, window, stride, amount, dilation):
        return (size + 2 * amount - dilation * (window - 1) - 1) / stride + 1

    return _count(size, window, stride, padding, dilation, positions=positions)


@misconception(
    "output_size",
    """Where does the 1 belong: inside the division or after it? Try an image of 28 cells
    with windows of 2 and a stride of 2 by hand.""",
)
def output_size_adds_one_before_dividing(size, window, stride=1, padding="valid", dilation=1):
    def positions(size, window, stride, amount, dilation):
        return (size + 2 * amount - dilation * (window - 1)) // stride

    return _count(size, window, stride, padding, dilation, positions=positions)


@misconception(
    "output_size",
    'Under "valid", would the last window that you count still lie wholly inside the input?',
)
def output_size_rounds_up(size, window, stride=1, padding="valid", dilation=1):
    def positions(size, window, stride, amount, dilation):
        return math.ceil((size + 2 * amount - dilation * (window - 1) - 1) / stride) + 1

    return _count(size, window, stride, padding, dilation, positions=positions)


@misconception(
    "output_size",
    "How many posts does a fence have, and how many gaps? Which of them do you count?",
)
def output_size_counts_steps(size, window, stride=1, padding="valid", dilation=1):
    under_same = isinstance(padding, str) and padding.lower() == "same"
    return _count(size, window, stride, padding, dilation) - (0 if under_same else 1)


@misconception("output_size", "On how many sides of the input does a number as padding add cells?")
def output_size_pads_one_side(size, window, stride=1, padding="valid", dilation=1):
    amount_given = isinstance(padding, int)
    more, padding = (padding, 0) if amount_given else (0, padding)
    return _count(size + more, window, stride, padding, dilation)


@misconception("output_size", "Does your answer change when the dilation does?")
def output_size_ignores_dilation(size, window, stride=1, padding="valid", dilation=1):
    return _count(size, window, stride, padding, 1)


@misconception(
    "output_size",
    """Draw a window of 3 cells with a dilation of 2: from its first cell to its last one,
    how many cells of the input does it span?""",
)
def output_size_dilates_the_last_cell_too(size, window, stride=1, padding="valid", dilation=1):
    def positions(size, window, stride, amount, dilation):
        return (size + 2 * amount - dilation * window) // stride + 1

    return _count(size, window, stride, padding, dilation, positions=positions)


@misconception("output_size", 'Does "same" keep the size at every stride? Same as what?')
def output_size_same_keeps_the_size(size, window, stride=1, padding="valid", dilation=1):
    def same(size, window, stride, dilation):
        return size

    return _count(size, window, stride, padding, dilation, same=same)


@misconception(
    "output_size",
    'Under "same", what becomes of the last cells when the stride does not divide the size?',
)
def output_size_same_rounds_down(size, window, stride=1, padding="valid", dilation=1):
    def same(size, window, stride, dilation):
        return size // stride

    return _count(size, window, stride, padding, dilation, same=same)


@misconception(
    "output_size",
    'Is half a window on each side what "same" means for windows of every size? Try an even one.',
)
def output_size_same_is_half_a_window(size, window, stride=1, padding="valid", dilation=1):
    def same(size, window, stride, dilation):
        return _positions(size, window, stride, (dilation * (window - 1)) // 2, dilation)

    return _count(size, window, stride, padding, dilation, same=same)


@misconception(
    "output_size",
    'Under "same", does the size depend on how far the window reaches? What is the padding for?',
)
def output_size_same_shrinks_with_dilation(size, window, stride=1, padding="valid", dilation=1):
    def same(size, window, stride, dilation):
        return -(-(size - (dilation - 1) * (window - 1)) // stride)

    return _count(size, window, stride, padding, dilation, same=same)


@misconception(
    "output_size", 'Under "same", must the window fit into the input as it was, or after padding?'
)
def output_size_same_refuses_large_windows(size, window, stride=1, padding="valid", dilation=1):
    if isinstance(padding, str) and window > size:
        raise ValueError("window is larger than size")
    return _count(size, window, stride, padding, dilation)


@misconception(
    "output_size", "May a caller write the name of the padding in capitals?", aspect="case"
)
def output_size_wants_small_letters(size, window, stride=1, padding="valid", dilation=1):
    if padding not in ("valid", "same") and not isinstance(padding, int):
        raise ValueError("padding must be 'valid', 'same' or an int")
    return _count(size, window, stride, padding, dilation)


@misconception(
    "output_size", "What is the type of your answer? Is it one for counting?", aspect="kind"
)
def output_size_is_a_float(size, window, stride=1, padding="valid", dilation=1):
    return float(_count(size, window, stride, padding, dilation))


@misconception("output_size", "What should happen when not even one window fits?", aspect="errors")
def output_size_may_be_nothing(size, window, stride=1, padding="valid", dilation=1):
    return _count(size, window, stride, padding, dilation, least=lambda count: count)


@misconception("output_size", "Is a window that is as large as the input too large?")
def output_size_wants_more_than_one(size, window, stride=1, padding="valid", dilation=1):
    def least(count):
        if count <= 1:
            raise ValueError("window does not fit into size")
        return count

    return _count(size, window, stride, padding, dilation, least=least)


@misconception(
    "output_size",
    "What does your function do with a stride of 0, or a padding that nobody knows?",
    aspect="errors",
)
def output_size_trusts_its_arguments(size, window, stride=1, padding="valid", dilation=1):
    def check(window, stride, padding):
        if isinstance(padding, int):
            return padding
        return "same" if padding.lower() == "same" else "valid"

    return _count(size, window, stride, padding, dilation, check=check)


@misconception(
    "output_size",
    "From your error message alone, could the caller tell which argument is wrong?",
    aspect="errors",
)
def output_size_does_not_say_what_is_wrong(size, window, stride=1, padding="valid", dilation=1):
    try:
        return _count(size, window, stride, padding, dilation)
    except ValueError:
        raise ValueError("invalid arguments") from None


@misconception("output_size", "How far does the window move when the caller does not say?")
def output_size_moves_by_a_window(size, window, stride=None, padding="valid", dilation=1):
    stride = window if stride is None else stride
    return _count(size, window, stride, padding, dilation)


@misconception(
    "output_size", "How many windows are there if two and a half would fit? What does round() say?"
)
def output_size_rounds_to_the_nearest(size, window, stride=1, padding="valid", dilation=1):
    def positions(size, window, stride, amount, dilation):
        return round((size + 2 * amount - dilation * (window - 1) - 1) / stride) + 1

    return _count(size, window, stride, padding, dilation, positions=positions)


@misconception(
    "output_size",
    "Must the windows fit without a rest? What becomes of what is left over?",
    aspect=("values", "kind"),
)
def output_size_wants_windows_to_fit(size, window, stride=1, padding="valid", dilation=1):
    def positions(size, window, stride, amount, dilation):
        if (size + 2 * amount - dilation * (window - 1) - 1) % stride:
            raise ValueError("stride must divide what is left of size")
        return _positions(size, window, stride, amount, dilation)

    return _count(size, window, stride, padding, dilation, positions=positions)


@variant(output_size_wants_small_letters)
def _output_size_takes_capitals_for_valid(size, window, stride=1, padding="valid", dilation=1):
    known = isinstance(padding, str) and padding.lower() == "same"
    padding = _small_letters_only(padding) if known else padding
    return _count(size, window, stride, padding, dilation)


def _positions_where_a_window_may_start(size, window, stride, amount, dilation):
    fitting = _positions(size, window, stride, amount, dilation)
    return -(-(size + 2 * amount) // stride) if fitting >= 1 else fitting


@misconception(
    "output_size", "Your last window starts inside the input. Does it also end inside the input?"
)
def output_size_counts_starts(size, window, stride=1, padding="valid", dilation=1):
    positions = _positions_where_a_window_may_start
    return _count(size, window, stride, padding, dilation, positions=positions)


@variant(output_size_counts_starts)
def _output_size_counts_starts_of_any_window(size, window, stride=1, padding="valid", dilation=1):
    def positions(size, window, stride, amount, dilation):
        return -(-(size + 2 * amount) // stride)

    return _count(size, window, stride, padding, dilation, positions=positions)


# -- same_padding --------------------------------------------------------------------------------


@probes("same_padding")
def calls_of_same_padding():
    return [
        call(5, 2, 1),
        call(7, 3, 1),
        call(8, 3, 2),
        call(7, 3, 2),
        call(9, 4, 3),
        call(10, 5, 3),
        call(12, 7, 3),
        call(11, 6, 3),
        call(13, 8, 5),
        call(10, 6, 4),
        call(6, 1, 4),
        call(8, 2, 4),
        call(3, 7, 1),
        call(6, 3),
        call(8, 0, 1),
        call(8, 2, 0),
    ]


def _require_window_and_stride(window, stride):
    _require_sizes("window", (window,))
    _require_sizes("stride", (stride,))


def _needed(size, window, stride):
    """What is added on both sides together."""
    return max((-(-size // stride) - 1) * stride + window - size, 0)


def _halves(total):
    return total // 2, total - total // 2


@right_answer("same_padding")
def _added(
    size, window, stride=1, *, check=_require_window_and_stride, total=_needed, share=_halves
):
    check(window, stride)
    return share(total(size, window, stride))


@misconception(
    "same_padding", "On which side does Keras put the odd cell? Look at (5, 2, 1) again."
)
def same_padding_puts_the_odd_cell_first(size, window, stride=1):
    return _added(size, window, stride, share=lambda total: _halves(total)[::-1])


@misconception(
    "same_padding",
    "With an even window, can both sides get equally many cells and the size still be kept?",
)
def same_padding_is_symmetric(size, window, stride=1):
    return _added(size, window, stride, share=lambda total: (total // 2, total // 2))


@misconception(
    "same_padding",
    """Half a window on each side is another library's habit. How many outputs does it give
    for an even window, and for a stride of 2?""",
)
def same_padding_is_half_a_window(size, window, stride=1):
    def total(size, window, stride):
        return 2 * (window // 2)

    return _added(size, window, stride, total=total)


@misconception(
    "same_padding", "With a stride above 1, do the last windows need as much room as at stride 1?"
)
def same_padding_ignores_the_stride(size, window, stride=1):
    def total(size, window, stride):
        return window - 1

    return _added(size, window, stride, total=total)


@misconception(
    "same_padding",
    "Does the amount depend on the size? Compare two sizes, of which the stride divides only one.",
)
def same_padding_ignores_the_size(size, window, stride=1):
    def total(size, window, stride):
        return max(window - stride, 0)

    return _added(size, window, stride, total=total)


@misconception(
    "same_padding",
    "When the stride divides the size, what is the remainder? What does your formula make of it?",
)
def same_padding_forgets_that_nothing_is_left_over(size, window, stride=1):
    def total(size, window, stride):
        return max(window - size % stride, 0)

    return _added(size, window, stride, total=total)


@misconception(
    "same_padding", "What does your formula say when the stride is larger than the window?"
)
def same_padding_may_be_negative(size, window, stride=1):
    def total(size, window, stride):
        return (-(-size // stride) - 1) * stride + window - size

    return _added(size, window, stride, total=total)


@misconception(
    "same_padding",
    'How many outputs are there under "same" when the stride does not divide the size?',
)
def same_padding_counts_too_few_outputs(size, window, stride=1):
    def total(size, window, stride):
        return max((size // stride - 1) * stride + window - size, 0)

    return _added(size, window, stride, total=total)


@misconception("same_padding", "Can half a cell be padded?", aspect=("values", "kind"))
def same_padding_halves_cells(size, window, stride=1):
    return _added(size, window, stride, share=lambda total: (total / 2, total / 2))


@misconception(
    "same_padding", "What is the type of the two amounts? Is it one for counting?", aspect="kind"
)
def same_padding_gives_floats(size, window, stride=1):
    before, after = _added(size, window, stride)
    return float(before), float(after)


@misconception("same_padding", "What are the two numbers that are asked for?")
def same_padding_gives_the_total(size, window, stride=1):
    return _added(size, window, stride, share=lambda total: total)


@misconception(
    "same_padding", "May a window be larger than the input, if enough is padded around it?"
)
def same_padding_refuses_large_windows(size, window, stride=1):
    if window > size:
        raise ValueError("window is larger than size")
    return _added(size, window, stride)


@misconception("same_padding", "How far does the window move when the caller does not say?")
def same_padding_moves_by_a_window(size, window, stride=None):
    return _added(size, window, window if stride is None else stride)


@misconception(
    "same_padding",
    "What does your function do with a window of 0, or a stride of 0?",
    aspect="errors",
)
def same_padding_trusts_its_arguments(size, window, stride=1):
    return _added(size, window, stride, check=lambda window, stride: None)


@misconception(
    "same_padding",
    "From your error message alone, could the caller tell which argument is wrong?",
    aspect="errors",
)
def same_padding_does_not_say_what_is_wrong(size, window, stride=1):
    try:
        return _added(size, window, stride)
    except ValueError:
        raise ValueError("must be at least 1") from None


@misconception(
    "same_padding",
    """How many windows does your formula count? How many are there when the stride is 2?""",
)
def same_padding_keeps_the_size(size, window, stride=1):
    return _added(size, window, stride, total=lambda *axis: max(_kept_size(*axis), 0))


@variant(same_padding_keeps_the_size)
def _same_padding_keeps_the_size_by_equal_halves(size, window, stride=1):
    def share(total):
        return total // 2, total // 2

    return _added(size, window, stride, total=lambda *axis: max(_kept_size(*axis), 0), share=share)


@variant(same_padding_keeps_the_size)
def _same_padding_keeps_the_size_by_larger_halves(size, window, stride=1):
    def share(total):
        return -(-total // 2), -(-total // 2)

    return _added(size, window, stride, total=lambda *axis: max(_kept_size(*axis), 0), share=share)


@misconception("same_padding", 'On how many sides does "same" add cells? Where are yours?')
def same_padding_pads_only_behind(size, window, stride=1):
    return _added(size, window, stride, share=lambda total: (0, total))


@variant(same_padding_is_half_a_window)
def _same_padding_is_half_of_what_is_beside_a_cell(size, window, stride=1):
    def total(size, window, stride):
        return 2 * ((window - 1) // 2)

    return _added(size, window, stride, total=total)


@variant(same_padding_may_be_negative)
def _same_padding_may_be_negative_and_cut_at_the_point(size, window, stride=1):
    def total(size, window, stride):
        return (-(-size // stride) - 1) * stride + window - size

    def share(total):
        return int(total / 2), total - int(total / 2)

    return _added(size, window, stride, total=total, share=share)


# -- zero_pad2d ----------------------------------------------------------------------------------


def _images(*shape, dtype=np.float32):
    """Fixed images with both signs, in which no cell is like another."""
    cells = np.arange(math.prod(shape)) * 37 % 101 - 50
    return (cells / 4).reshape(shape).astype(dtype)


def _holding(x, value):
    """The images with `value` in every ninth cell."""
    y = x.copy()
    y.reshape(-1)[4::9] = value
    return y


def _borders(padding):
    """((top, bottom), (left, right)), whatever of the three forms was given."""
    borders = tuple(_two(side) for side in _two(padding))
    if min(*borders[0], *borders[1]) < 0:
        raise ValueError("padding must not be negative")
    return borders


def _zeros_around(x, rows, columns):
    return np.pad(x, ((0, 0), rows, columns, (0, 0)))


@right_answer("zero_pad2d")
def _padded(x, padding, *, axes=_require_images, amounts=_borders, around=_zeros_around):
    axes(x)
    return around(x, *amounts(padding))


@probes("zero_pad2d")
def calls_of_zero_pad2d():
    x = _images(2, 3, 4, 2)
    return [
        call(x, 1),
        call(x, (1, 2)),
        call(x, ((1, 2), (3, 4))),
        call(x, ((0, 1), (2, 0))),
        call(x.astype(np.int32), 1),
        call(_holding(x, np.nan), 1),
        call(x[:0], 1),
        call(x, 0, watch=True),
        call(x, -1),
        call(x[0], 1),
    ]


@misconception("zero_pad2d", "How many axes does x have, and which of them are to grow?")
def zero_pad2d_pads_every_axis(x, padding):
    def around(x, rows, columns):
        return np.pad(x, (rows, rows, columns, columns))

    return _padded(x, padding, around=around)


@misconception("zero_pad2d", "Which axes of x are height and width? Where do the channels stand?")
def zero_pad2d_takes_channels_first(x, padding):
    def around(x, rows, columns):
        return np.pad(x, ((0, 0), (0, 0), rows, columns))

    return _padded(x, padding, around=around)


@misconception("zero_pad2d", "In a pair of two numbers, what does each of them stand for?")
def zero_pad2d_takes_a_pair_for_before_and_after(x, padding):
    if not isinstance(padding, int) and isinstance(padding[0], int):
        padding = (padding, padding)
    return _padded(x, padding)


@misconception("zero_pad2d", "Which comes first in a pair: what grows the height or the width?")
def zero_pad2d_takes_width_first(x, padding):
    return _padded(x, padding, amounts=lambda padding: _borders(padding)[::-1])


@misconception(
    "zero_pad2d", "Can the bottom get another amount than the top? Does it in your answer?"
)
def zero_pad2d_pads_both_sides_alike(x, padding):
    def amounts(padding):
        (top, _), (left, _) = _borders(padding)
        return (top, top), (left, left)

    return _padded(x, padding, amounts=amounts)


@misconception(
    "zero_pad2d",
    "Which amount goes to the top, and which to the left? Draw an image with all four.",
)
def zero_pad2d_puts_after_before(x, padding):
    def amounts(padding):
        rows, columns = _borders(padding)
        return rows[::-1], columns[::-1]

    return _padded(x, padding, amounts=amounts)


@misconception("zero_pad2d", "What is y[1:-1] when the amount is 1, and what is y[0:-0]?")
def zero_pad2d_slices_to_minus_zero(x, padding):
    def around(x, rows, columns):
        y = np.zeros_like(_zeros_around(x, rows, columns))
        y[:, rows[0] : -rows[1], columns[0] : -columns[1]] = x
        return y

    return _padded(x, padding, around=around)


@misconception(
    "zero_pad2d",
    "What dtype does np.zeros give when you do not say? And what has x?",
    aspect="dtype",
)
def zero_pad2d_is_always_float64(x, padding):
    return _padded(x, padding).astype(np.float64)


@misconception("zero_pad2d", "When does your loop over the images end?")
def zero_pad2d_returns_after_the_first_image(x, padding):
    return _padded(x[:1], padding)


@misconception("zero_pad2d", "With which values is an image continued here: its own, or zeros?")
def zero_pad2d_repeats_the_edge(x, padding):
    def around(x, rows, columns):
        return np.pad(x, ((0, 0), rows, columns, (0, 0)), mode="edge")

    return _padded(x, padding, around=around)


@misconception(
    "zero_pad2d",
    "Is it the task of padding to repair cells that are NaN or infinite?",
    aspect="nan",
)
def zero_pad2d_clears_what_is_no_number(x, padding):
    return _padded(np.where(np.isfinite(x), x, np.zeros((), x.dtype)), padding)


@misconception(
    "zero_pad2d",
    "What comes out for a batch of no images? Which line needs at least one?",
    aspect="empty",
)
def zero_pad2d_stacks_images(x, padding):
    if not len(x):
        raise ValueError("x must hold an image")
    return _padded(x, padding)


@misconception(
    "zero_pad2d",
    "Without padding, what happens to x when the caller writes to what you returned?",
    aspect="purity",
)
def zero_pad2d_hands_back_its_argument(x, padding):
    y = _padded(x, padding)
    if y.shape == x.shape:
        x += 0
        return x
    return y


@misconception(
    "zero_pad2d", "What should your function say to a border of -1 cells?", aspect="errors"
)
def zero_pad2d_takes_negative_for_none(x, padding):
    def amounts(padding):
        return tuple(tuple(max(n, 0) for n in _two(side)) for side in _two(padding))

    return _padded(x, padding, amounts=amounts)


@misconception(
    "zero_pad2d",
    "From your error message alone, could the caller tell which argument is wrong?",
    aspect="errors",
)
def zero_pad2d_does_not_say_what_is_wrong(x, padding):
    try:
        return _padded(x, padding)
    except ValueError:
        raise ValueError("index can't contain negative values") from None


@misconception(
    "zero_pad2d", "What should happen to an array that is not a batch of images?", aspect="errors"
)
def zero_pad2d_takes_any_number_of_axes(x, padding):
    missing = max(4 - x.ndim, 0)
    y = _padded(x[(np.newaxis,) * missing], padding, axes=lambda x: None)
    return y[(0,) * missing]


def _form_of(padding):
    """ "int", "pair" or "nested"."""
    if isinstance(padding, int):
        return "int"
    return "pair" if isinstance(padding[0], int) else "nested"


@variant(zero_pad2d_takes_width_first)
def _zero_pad2d_takes_the_width_first_in_a_pair(x, padding):
    def amounts(padding):
        return _borders(padding)[:: -1 if _form_of(padding) == "pair" else 1]

    return _padded(x, padding, amounts=amounts)


@variant(zero_pad2d_takes_width_first)
def _zero_pad2d_takes_the_width_first_in_nested_pairs(x, padding):
    def amounts(padding):
        return _borders(padding)[:: -1 if _form_of(padding) == "nested" else 1]

    return _padded(x, padding, amounts=amounts)


@variant(zero_pad2d_pads_every_axis)
def _zero_pad2d_pads_every_axis_by_an_int(x, padding):
    def around(x, rows, columns):
        if _form_of(padding) == "int":
            return np.pad(x, (rows, rows, columns, columns))
        return _zeros_around(x, rows, columns)

    return _padded(x, padding, around=around)


def _mirrored_around(mode):
    return lambda x, rows, columns: np.pad(x, ((0, 0), rows, columns, (0, 0)), mode=mode)


@misconception("zero_pad2d", "What is around the image: zeros, or the image in a mirror?")
def zero_pad2d_mirrors_the_image(x, padding):
    return _padded(x, padding, around=_mirrored_around("reflect"))


@variant(zero_pad2d_mirrors_the_image)
def _zero_pad2d_mirrors_the_edge_too(x, padding):
    return _padded(x, padding, around=_mirrored_around("symmetric"))


@misconception("zero_pad2d", "In ((1, 2), (3, 4)), which two numbers are for the rows?")
def zero_pad2d_takes_pairs_for_corners(x, padding):
    def amounts(padding):
        one, other = _borders(padding)
        return (
            ((one[0], other[0]), (one[1], other[1]))
            if _form_of(padding) == "nested"
            else (
                one,
                other,
            )
        )

    return _padded(x, padding, amounts=amounts)


@misconception("zero_pad2d", "At which row does the image begin, if two rows of zeros are above?")
def zero_pad2d_swaps_one_pair(x, padding):
    def amounts(padding):
        rows, columns = _borders(padding)
        return rows[::-1], columns

    return _padded(x, padding, amounts=amounts)


@variant(zero_pad2d_swaps_one_pair)
def _zero_pad2d_swaps_the_pair_of_the_columns(x, padding):
    def amounts(padding):
        rows, columns = _borders(padding)
        return rows, columns[::-1]

    return _padded(x, padding, amounts=amounts)


@misconception("zero_pad2d", "Is the number for each side, or for both sides together?")
def zero_pad2d_shares_the_amount(x, padding):
    def amounts(padding):
        borders = _borders(padding)
        if _form_of(padding) == "nested":
            return borders
        return tuple(_halves(before) for before, _ in borders)

    return _padded(x, padding, amounts=amounts)


@variant(zero_pad2d_shares_the_amount)
def _zero_pad2d_shares_the_amount_by_equal_halves(x, padding):
    def amounts(padding):
        borders = _borders(padding)
        if _form_of(padding) == "nested":
            return borders
        return tuple((before // 2, before // 2) for before, _ in borders)

    return _padded(x, padding, amounts=amounts)


@misconception("zero_pad2d", "On how many sides does the image grow?")
def zero_pad2d_pads_only_before(x, padding):
    def amounts(padding):
        return tuple((before, 0) for before, _ in _borders(padding))

    return _padded(x, padding, amounts=amounts)


@variant(zero_pad2d_pads_only_before)
def _zero_pad2d_pads_only_behind(x, padding):
    def amounts(padding):
        return tuple((0, after) for _, after in _borders(padding))

    return _padded(x, padding, amounts=amounts)


# -- max_pool2d ----------------------------------------------------------------------------------


def _pooling_probes(sign, watched):
    """Calls that tell pooling mistakes apart; `sign` makes all values of one sign."""
    x = _images(2, 6, 7, 3)
    one_sign = (sign * (1 + np.abs(x))).astype(np.float32)
    other_sign = -one_sign
    infinite = x.copy()
    infinite[:, :3, :4] = -sign * np.inf
    infinite[:, 5, 6] = sign * np.inf
    return [
        call(x),
        call(x, 3),
        call(x, 2, 1),
        call(x, 3, 2),
        call(x, (2, 3)),
        call(x, (6, 7)),
        call(x, 6),
        call(x, 2, (1, 2)),
        call(x, (1, 3), (3, 1)),
        call(one_sign, 2, 1, "same"),
        call(one_sign, 3, 2, "same"),
        call(one_sign, (2, 4), (1, 3), "same"),
        call(one_sign, 5, 3, "same"),
        call(other_sign, 3, 2, "same"),
        call(other_sign, 2, 1, "SAME"),
        call((x * 4).astype(np.int8), 3, 2, "same"),
        call((x * 4).astype(np.uint8), 2),
        call(_images(1, 4, 5, 2, dtype=np.float64), 2),
        call(_holding(x, np.nan)),
        call(infinite),
        call(infinite, 3, 1, "same"),
        call(x, 3, 2, "same"),
        call(x[:, :, :6], 4, None, "same"),
        call(x[:0], 2),
        call(watched, 2, watch=True),
        call(x, 0),
        call(x, 2, 0),
        call(x, 2, 1, "full"),
        call(x[0]),
        call(x, 9),
    ]


@right_answer("max_pool2d")
def _max(
    x,
    pool_size=2,
    strides=None,
    padding="valid",
    *,
    reduce=_largest,
    spans=_spans,
    plan=_apart,
    border=None,
    check=_checked,
):
    return _pool(x, pool_size, strides, padding, reduce, spans, plan, border, check)


@probes("max_pool2d")
def calls_of_max_pool2d():
    return _pooling_probes(+1, _images(2, 4, 6, 2))


@misconception("max_pool2d", "How far does the window move when strides is None?")
def max_pool2d_moves_by_one(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, 1 if strides is None else strides, padding)


@misconception(
    "max_pool2d", "Without strides, do windows of 3 by 3 lie side by side in your answer?"
)
def max_pool2d_moves_by_two(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, 2 if strides is None else strides, padding)


@misconception("max_pool2d", "Does your answer change when only the strides do?")
def max_pool2d_ignores_strides(x, pool_size=2, strides=None, padding="valid"):
    _checked(x, pool_size, strides, padding)
    return _max(x, pool_size, None, padding)


@misconception(
    "max_pool2d", 'Under "valid", what should happen to rows that do not fill a whole window?'
)
def max_pool2d_keeps_partial_windows(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_with_partial_windows)


@misconception("max_pool2d", "In (2, 3), which number is the height? How wide is your window?")
def max_pool2d_takes_square_windows(x, pool_size=2, strides=None, padding="valid"):
    (height, _), stride, padding = _checked(x, pool_size, strides, padding)
    return _max(x, height, stride, padding)


@misconception("max_pool2d", "In (2, 3), which number is the height, and which axis of x is that?")
def max_pool2d_takes_the_width_first(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, plan=_width_first)


@misconception("max_pool2d", "With strides of (1, 2), how far does the window move to the right?")
def max_pool2d_moves_alike_both_ways(x, pool_size=2, strides=None, padding="valid"):
    window, (down, _), padding = _checked(x, pool_size, strides, padding)
    return _max(x, window, down, padding)


@misconception("max_pool2d", "Which axes of x are height and width? Where do the channels stand?")
def max_pool2d_takes_channels_first(x, pool_size=2, strides=None, padding="valid"):
    _require_images(x)
    moved = np.moveaxis(x, 1, -1)
    return np.moveaxis(_max(moved, pool_size, strides, padding), -1, 1)


@misconception("max_pool2d", "Over which axes do you take the maximum? Is each channel for itself?")
def max_pool2d_mixes_channels(x, pool_size=2, strides=None, padding="valid"):
    y = _max(x, pool_size, strides, padding)
    return np.broadcast_to(y.max(axis=3, keepdims=True), y.shape).copy()


@misconception("max_pool2d", "How many images come in, and how many go out?")
def max_pool2d_pools_the_first_image(x, pool_size=2, strides=None, padding="valid"):
    return _max(x[:1], pool_size, strides, padding)


@misconception(
    "max_pool2d",
    """Half a window on both sides is another library's habit. What does Keras pad for an even
    window, and for a stride of 2?""",
)
def max_pool2d_pads_half_a_window(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_half_a_window_on_both_sides)


@misconception("max_pool2d", "On which side does the odd cell of the padding go?")
def max_pool2d_pads_the_odd_cell_first(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_odd_cell_first)


@misconception(
    "max_pool2d", "With a stride above 1, is as much padded as at stride 1? Ask your same_padding."
)
def max_pool2d_pads_as_at_stride_one(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_as_at_stride_one)


@misconception(
    "max_pool2d",
    "If all cells are negative, can the largest of a window be 0?",
    aspect="padded cells",
)
def max_pool2d_pads_with_zeros(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, border=_of(0))


@misconception(
    "max_pool2d",
    "Is the number that you start from, or pad with, smaller than every other number?",
    aspect="infinity",
    by="cells",
)
def max_pool2d_starts_from_a_finite_number(x, pool_size=2, strides=None, padding="valid"):
    def largest(cells):
        if cells.dtype.kind != "f":
            return _largest(cells)
        return np.maximum(_largest(cells), cells.dtype.type(-1e9))

    return _max(x, pool_size, strides, padding, reduce=largest)


@misconception("max_pool2d", "Can an array of integers hold an infinity?", aspect="dtype")
def max_pool2d_pads_integers_with_infinity(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, border=_of(-np.inf))


@misconception("max_pool2d", "What dtype does your answer have when x has another?", aspect="dtype")
def max_pool2d_is_always_float64(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding).astype(np.float64)


@misconception(
    "max_pool2d",
    "What is the largest of 1 and NaN? What does your way of comparing say?",
    aspect="nan",
)
def max_pool2d_drops_nan(x, pool_size=2, strides=None, padding="valid"):
    return _max(
        x, pool_size, strides, padding, reduce=lambda cells: np.fmax.reduce(cells, axis=(1, 2))
    )


@misconception("max_pool2d", "Is max([1, nan]) in Python the same as max([nan, 1])?", aspect="nan")
def max_pool2d_compares_with_python(x, pool_size=2, strides=None, padding="valid"):
    def largest(cells):
        best = cells[:, 0, 0].copy()
        for i, j in np.ndindex(cells.shape[1:3]):
            best = np.where(cells[:, i, j] > best, cells[:, i, j], best)
        return best

    return _max(x, pool_size, strides, padding, reduce=largest)


@misconception("max_pool2d", "What does the caller find in x afterwards?", aspect="purity")
def max_pool2d_writes_into_its_argument(x, pool_size=2, strides=None, padding="valid"):
    y = _max(x, pool_size, strides, padding)
    x[:, : y.shape[1], : y.shape[2]] = y[:, : x.shape[1], : x.shape[2]]
    return y


@misconception(
    "max_pool2d",
    "What comes out for a batch of no images? Which line needs at least one?",
    aspect="empty",
)
def max_pool2d_stacks_images(x, pool_size=2, strides=None, padding="valid"):
    if not len(x):
        raise ValueError("x must hold an image")
    return _max(x, pool_size, strides, padding)


@misconception(
    "max_pool2d", "May a caller write the name of the padding in capitals?", aspect="case"
)
def max_pool2d_wants_small_letters(x, pool_size=2, strides=None, padding="valid"):
    if padding not in ("valid", "same"):
        raise ValueError("padding must be 'valid' or 'same'")
    return _max(x, pool_size, strides, padding)


@misconception(
    "max_pool2d", "What does your function do with a padding that nobody knows?", aspect="errors"
)
def max_pool2d_takes_any_padding_for_valid(x, pool_size=2, strides=None, padding="valid"):
    padding = "same" if str(padding).lower() == "same" else "valid"
    return _max(x, pool_size, strides, padding)


@misconception(
    "max_pool2d",
    "From your error message alone, could the caller tell which argument is wrong?",
    aspect="errors",
)
def max_pool2d_does_not_say_what_is_wrong(x, pool_size=2, strides=None, padding="valid"):
    try:
        return _max(x, pool_size, strides, padding)
    except ValueError:
        raise ValueError("invalid arguments") from None


@misconception("max_pool2d", "Which kind of exception does the contract ask for?", aspect="errors")
def max_pool2d_asserts(x, pool_size=2, strides=None, padding="valid"):
    try:
        return _max(x, pool_size, strides, padding)
    except ValueError as error:
        raise AssertionError(str(error)) from None


@misconception(
    "max_pool2d", "What should happen to an array that is not a batch of images?", aspect="errors"
)
def max_pool2d_takes_a_single_image(x, pool_size=2, strides=None, padding="valid"):
    if x.ndim < 4:
        x = x.reshape((1,) * (4 - x.ndim) + x.shape)
    return _max(x, pool_size, strides, padding)


@misconception("max_pool2d", "Is a window that is as large as the image too large?")
def max_pool2d_refuses_the_whole_image(x, pool_size=2, strides=None, padding="valid"):
    window, stride, padding = _checked(x, pool_size, strides, padding)
    if padding == "valid" and (window[0] >= x.shape[1] or window[1] >= x.shape[2]):
        raise ValueError("pool_size is larger than the images of x")
    return _max(x, window, stride, padding)


@misconception(
    "max_pool2d",
    'Under "valid", what should happen when not even one window fits?',
    aspect="errors",
)
def max_pool2d_gives_nothing_for_a_large_window(x, pool_size=2, strides=None, padding="valid"):
    def check(x, pool_size, strides, padding):
        _require_images(x)
        return _checked(np.resize(x, (1, 99, 99, 1)), pool_size, strides, padding)

    return _max(x, pool_size, strides, padding, check=check)


@misconception(
    "max_pool2d",
    "With a stride of 2, at which cell does the second window start? And in your answer?",
)
def max_pool2d_starts_without_the_stride(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_that_start_side_by_side)


@variant(max_pool2d_starts_without_the_stride)
def _max_pool2d_starts_without_the_stride_2(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_that_grow)


@misconception(
    "max_pool2d",
    'How many windows does your formula for "same" count? How many are there at stride 2?',
    aspect=("values", "padded cells"),
)
def max_pool2d_pads_as_if_every_cell_had_a_window(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_padded_to_keep_the_size)


@variant(max_pool2d_pads_as_if_every_cell_had_a_window)
def _max_pool2d_pads_as_if_every_cell_had_a_window_2(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_padded_alike_to_keep_the_size)


@variant(max_pool2d_pads_as_if_every_cell_had_a_window)
def _max_pool2d_pads_as_if_every_cell_had_a_window_3(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_padded_more_to_keep_the_size)


@variant(max_pool2d_pads_as_if_every_cell_had_a_window)
def _max_pool2d_pads_as_if_every_cell_had_a_window_4(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_cut_from_a_kept_size)


@misconception(
    "max_pool2d", 'On how many sides of the image does "same" add cells? Where are yours?'
)
def max_pool2d_pads_only_behind(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_padded_behind)


@misconception(
    "max_pool2d",
    'Does your answer change when only the padding does? In which line is "same" read?',
)
def max_pool2d_never_pads(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_never_padded)


@variant(max_pool2d_never_pads)
def _max_pool2d_ignores_the_padding(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, "valid")


@misconception(
    "max_pool2d", 'Under "valid", how many windows are there if two and a half would fit?'
)
def max_pool2d_rounds_to_the_nearest(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_rounded)


@misconception(
    "max_pool2d", "How many posts does a fence have, and how many gaps? Which of them do you count?"
)
def max_pool2d_forgets_the_last_window(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_without_the_last)


@variant(max_pool2d_forgets_the_last_window)
def _max_pool2d_forgets_the_last_of_odd_windows(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_without_the_last_of_odd_windows)


@misconception(
    "max_pool2d",
    "Which numbers decide how many columns there are: those of the height, or of the width?",
)
def max_pool2d_counts_columns_by_the_height(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, plan=_columns_counted_by_the_height)


@variant(max_pool2d_counts_columns_by_the_height)
def _max_pool2d_counts_columns_by_the_height_2(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, plan=_as_many_columns_as_rows)


@variant(max_pool2d_counts_columns_by_the_height)
def _max_pool2d_counts_columns_by_the_height_3(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, plan=_columns_padded_by_the_height)


@misconception(
    "max_pool2d",
    "Where does the second row begin in the flat image? Draw two rows of five cells in one line.",
    aspect=("values", "padded cells"),
)
def max_pool2d_counts_flat_rows_by_the_height(x, pool_size=2, strides=None, padding="valid"):
    return _pooled_by_flat_indices(
        _max, x, pool_size, strides, padding, _extremes(x.dtype)[0], _largest
    )


@misconception(
    "max_pool2d", "What does your function do with arguments that make no sense?", aspect="errors"
)
def max_pool2d_trusts_its_arguments(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, check=_unchecked)


@misconception(
    "max_pool2d",
    "Must the windows fit without a rest? What becomes of rows that are left over?",
)
def max_pool2d_wants_windows_to_fit(x, pool_size=2, strides=None, padding="valid"):
    window, stride, padding = _checked(x, pool_size, strides, padding)
    rests = [(x.shape[i + 1] - window[i]) % stride[i] for i in range(2)]
    if padding == "valid" and any(rests):
        raise ValueError("pool_size must fit into the images of x without a rest")
    return _max(x, window, stride, padding)


@misconception(
    "max_pool2d",
    "Which dtype has the array that you write your answers into? Can it hold a half?",
    aspect=("values", "dtype", "nan", "infinity", "padded cells"),
)
def max_pool2d_is_of_whole_numbers(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding).astype(np.int64)


@variant(max_pool2d_is_of_whole_numbers)
def _max_pool2d_is_of_bytes(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding).astype(np.uint8)


@variant(max_pool2d_wants_small_letters)
def _max_pool2d_takes_capitals_for_valid(x, pool_size=2, strides=None, padding="valid"):
    if padding.lower() == "same":
        padding = _small_letters_only(padding)
    return _max(x, pool_size, strides, padding)


@variant(max_pool2d_takes_the_width_first)
def _max_pool2d_takes_the_width_of_the_window_first(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, plan=_window_width_first)


@variant(max_pool2d_ignores_strides)
def _max_pool2d_always_moves_by_one(x, pool_size=2, strides=None, padding="valid"):
    _checked(x, pool_size, strides, padding)
    return _max(x, pool_size, 1, padding)


@variant(max_pool2d_is_always_float64)
def _max_pool2d_is_always_float32(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding).astype(np.float32)


@variant(max_pool2d_takes_square_windows)
def _max_pool2d_takes_windows_as_wide_as_high(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, plan=_columns_as_wide_as_high)


@misconception("max_pool2d", "Which image do your loops read when nothing has to be padded?")
def max_pool2d_needs_padding(x, pool_size=2, strides=None, padding="valid"):
    y = _max(x, pool_size, strides, padding)
    if padding.lower() != "same":
        raise UnboundLocalError("cannot access local variable 'bordered'")
    return y


@variant(max_pool2d_pads_with_zeros)
def _max_pool2d_pads_with_zeros_of_whole_numbers(x, pool_size=2, strides=None, padding="valid"):
    def border(x, margins):
        return np.pad(x.astype(int), margins)

    return _max(x, pool_size, strides, padding, border=border)


@misconception("max_pool2d", "In strides of (1, 2), which number is the step down?")
def max_pool2d_moves_by_the_width_first(x, pool_size=2, strides=None, padding="valid"):
    turned = None if strides is None else _two(strides)[::-1]
    return _max(x, pool_size, turned, padding)


@variant(max_pool2d_moves_by_the_width_first)
def _max_pool2d_moves_by_the_width_of_the_window_first(
    x, pool_size=2, strides=None, padding="valid"
):
    return _max(x, pool_size, strides, padding, plan=_stride_width_first)


@misconception(
    "max_pool2d",
    "Which number wins if all cells of a window are negative? Is it in the image?",
    aspect=("values", "nan", "infinity", "padded cells"),
)
def max_pool2d_starts_from_zero(x, pool_size=2, strides=None, padding="valid"):
    return _max(
        x, pool_size, strides, padding, reduce=lambda cells: cells.max(axis=(1, 2), initial=0)
    )


@variant(max_pool2d_starts_from_zero)
def _max_pool2d_starts_from_zero_and_drops_nan(x, pool_size=2, strides=None, padding="valid"):
    def largest(cells):
        return np.fmax.reduce(cells, axis=(1, 2), initial=0)

    return _max(x, pool_size, strides, padding, reduce=largest)


@misconception("max_pool2d", "A window begins one cell above the image: where does it end?")
def max_pool2d_measures_from_the_cut_start(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_ended_from_the_cut_start)


@misconception(
    "max_pool2d", "Does a slice hold the cell at which it ends?", aspect=("values", "padded cells")
)
def max_pool2d_ends_one_cell_early(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_ended_one_early)


@misconception(
    "max_pool2d",
    "How many cells high is a window of 2 in your answer?",
    aspect=("values", "padded cells"),
)
def max_pool2d_ends_one_cell_late(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_ended_one_late)


@variant(max_pool2d_pads_half_a_window)
def _max_pool2d_pads_half_a_window_without_the_middle(
    x, pool_size=2, strides=None, padding="valid"
):
    return _max(x, pool_size, strides, padding, spans=_spans_one_less_than_a_window_halved)


@variant(max_pool2d_pads_half_a_window)
def _max_pool2d_pads_half_a_window_before(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_half_a_window_before)


@misconception("max_pool2d", "Does the amount depend on the size? Compare two that differ by one.")
def max_pool2d_pads_whatever_the_size(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_padded_whatever_the_size)


@variant(max_pool2d_pads_whatever_the_size)
def _max_pool2d_pads_whatever_the_size_2(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_fitting_whatever_the_size)


@misconception("max_pool2d", "If the stride divides the size, how much does the last window lack?")
def max_pool2d_pads_for_a_rest_of_nothing(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_padded_for_a_rest)


@variant(max_pool2d_pads_for_a_rest_of_nothing)
def _max_pool2d_pads_for_a_rest_of_nothing_2(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_fitting_for_a_rest)


@misconception(
    "max_pool2d",
    "Under same, what becomes of the last cells if the stride does not divide the size?",
)
def max_pool2d_same_rounds_down(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_spans_rounded_down)


@variant(max_pool2d_counts_columns_by_the_height)
def _max_pool2d_counts_columns_by_the_step_down(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, plan=_columns_counted_by_the_step_down)


@misconception(
    "max_pool2d",
    "How many times does a loop over range(n - 1) run?",
    aspect=("values", "dtype", "nan", "infinity", "padded cells"),
)
def max_pool2d_leaves_the_end_empty(x, pool_size=2, strides=None, padding="valid"):
    y = _max(x, pool_size, strides, padding)
    y[:, -1:] = 0
    y[:, :, -1:] = 0
    return y


@misconception(
    "max_pool2d",
    "Over which axes do you reduce a window? Is each image for itself?",
    aspect=("values", "nan", "infinity", "padded cells"),
)
def max_pool2d_mixes_images(x, pool_size=2, strides=None, padding="valid"):
    y = _max(x, pool_size, strides, padding)
    return y if not len(y) else np.broadcast_to(y.max(axis=0), y.shape).copy()


@variant(max_pool2d_mixes_images)
def _max_pool2d_mixes_images_and_channels(x, pool_size=2, strides=None, padding="valid"):
    y = _max(x, pool_size, strides, padding)
    if not len(y):
        return y
    return np.broadcast_to(y.max(axis=(0, 3), keepdims=True), y.shape).copy()


@misconception(
    "max_pool2d",
    "Which is larger, -3 or 2? And which of the two has the larger amount?",
    aspect=("values", "nan", "infinity", "padded cells", "dtype"),
)
def max_pool2d_compares_amounts(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, reduce=lambda cells: _largest(np.abs(cells)))


@variant(max_pool2d_compares_amounts)
def _max_pool2d_compares_amounts_and_keeps_signs(x, pool_size=2, strides=None, padding="valid"):
    def farthest(cells):
        high, low = _largest(cells), _smallest(cells)
        return np.where(high >= -low.astype(float), high, low).astype(cells.dtype)

    return _max(x, pool_size, strides, padding, reduce=farthest)


@variant(max_pool2d_counts_columns_by_the_height)
def _max_pool2d_exchanges_the_paddings(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, plan=_paddings_exchanged)


@misconception(
    "max_pool2d",
    "At which column does the second window begin, and which number of the pair says so?",
)
def max_pool2d_starts_columns_by_the_step_down(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, plan=_columns_at_the_step_down)


@variant(max_pool2d_ends_one_cell_early)
def _max_pool2d_ends_one_row_early(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, plan=_only_rows(_spans_ended_one_early))


@variant(max_pool2d_ends_one_cell_late)
def _max_pool2d_ends_one_row_late(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, plan=_only_rows(_spans_ended_one_late))


@misconception(
    "max_pool2d",
    "How far is it from the start of a window to the start of the next? Which argument says so?",
    aspect=("values", "padded cells"),
)
def max_pool2d_lays_windows_side_by_side(x, pool_size=2, strides=None, padding="valid"):
    return _max(x, pool_size, strides, padding, spans=_in_the_image(_spans_side_by_side))


@variant(max_pool2d_leaves_the_end_empty)
def _max_pool2d_leaves_the_last_row_empty(x, pool_size=2, strides=None, padding="valid"):
    y = _max(x, pool_size, strides, padding)
    y[:, -1:] = 0
    return y


@variant(max_pool2d_leaves_the_end_empty)
def _max_pool2d_leaves_the_last_column_empty(x, pool_size=2, strides=None, padding="valid"):
    y = _max(x, pool_size, strides, padding)
    y[:, :, -1:] = 0
    return y


@variant(max_pool2d_mixes_images)
def _max_pool2d_repeats_the_first_image(x, pool_size=2, strides=None, padding="valid"):
    y = _max(x, pool_size, strides, padding)
    return np.repeat(y[:1], len(y), axis=0)


# -- avg_pool2d ----------------------------------------------------------------------------------


@right_answer("avg_pool2d")
def _avg(
    x,
    pool_size=2,
    strides=None,
    padding="valid",
    *,
    reduce=_average,
    spans=_spans,
    plan=_apart,
    border=None,
    check=_checked,
):
    return _pool(x, pool_size, strides, padding, reduce, spans, plan, border, check)


@probes("avg_pool2d")
def calls_of_avg_pool2d():
    return _pooling_probes(+1, _images(2, 4, 6, 2))


@misconception("avg_pool2d", "How far does the window move when strides is None?")
def avg_pool2d_moves_by_one(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, 1 if strides is None else strides, padding)


@misconception("avg_pool2d", "Does your answer change when only the strides do?")
def avg_pool2d_ignores_strides(x, pool_size=2, strides=None, padding="valid"):
    _checked(x, pool_size, strides, padding)
    return _avg(x, pool_size, None, padding)


@misconception(
    "avg_pool2d", 'Under "valid", what should happen to rows that do not fill a whole window?'
)
def avg_pool2d_keeps_partial_windows(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_with_partial_windows)


@misconception("avg_pool2d", "In (2, 3), which number is the height, and which axis of x is that?")
def avg_pool2d_takes_the_width_first(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, plan=_width_first)


@misconception(
    "avg_pool2d", "By how many cells do you divide? Is it as many when height and width differ?"
)
def avg_pool2d_divides_by_the_height_squared(x, pool_size=2, strides=None, padding="valid"):
    (height, width), stride, padding = _checked(x, pool_size, strides, padding)
    y = _avg(x, (height, width), stride, padding)
    return (y * width / height).astype(y.dtype)


@misconception("avg_pool2d", "Which axes of x are height and width? Where do the channels stand?")
def avg_pool2d_takes_channels_first(x, pool_size=2, strides=None, padding="valid"):
    _require_images(x)
    moved = np.moveaxis(x, 1, -1)
    return np.moveaxis(_avg(moved, pool_size, strides, padding), -1, 1)


@misconception(
    "avg_pool2d",
    "What do you do with the sum of a window's cells?",
    aspect=("values", "padded cells"),
)
def avg_pool2d_sums(x, pool_size=2, strides=None, padding="valid"):
    y = _avg(x, pool_size, strides, padding, reduce=lambda cells: cells.sum(axis=(1, 2)))
    return y.astype(x.dtype if x.dtype.kind == "f" else np.float64)


@misconception(
    "avg_pool2d",
    """Pool an image on which every cell is 1, with "same". What do you expect at the border,
    and by how many cells do you divide there?""",
    aspect="padded cells",
)
def avg_pool2d_counts_the_padding(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, border=_of(0))


@misconception(
    "avg_pool2d",
    "Does a border of copied cells change the average of a window?",
    aspect="padded cells",
)
def avg_pool2d_repeats_the_edge(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, border=_of_edges)


@misconception(
    "avg_pool2d",
    """Half a window on both sides is another library's habit. What does Keras pad for an even
    window, and for a stride of 2?""",
)
def avg_pool2d_pads_half_a_window(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_half_a_window_on_both_sides)


@misconception("avg_pool2d", "On which side does the odd cell of the padding go?")
def avg_pool2d_pads_the_odd_cell_first(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_odd_cell_first)


@misconception(
    "avg_pool2d", "With a stride above 1, is as much padded as at stride 1? Ask your same_padding."
)
def avg_pool2d_pads_as_at_stride_one(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_as_at_stride_one)


@misconception(
    "avg_pool2d",
    "What is the average of 1 and 2? Can the dtype of your answer hold it?",
    aspect="dtype",
)
def avg_pool2d_cuts_off_fractions(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding).astype(x.dtype)


@misconception(
    "avg_pool2d", "What is the largest sum that the dtype you add up in can hold?", aspect="dtype"
)
def avg_pool2d_adds_up_in_a_small_dtype(x, pool_size=2, strides=None, padding="valid"):
    def average(cells):
        total = cells.sum(axis=(1, 2), dtype=cells.dtype)
        return (total / (cells.shape[1] * cells.shape[2])).astype(_average(cells).dtype)

    return _avg(x, pool_size, strides, padding, reduce=average)


@misconception("avg_pool2d", "What dtype does your answer have when x is float32?", aspect="dtype")
def avg_pool2d_is_always_float64(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding).astype(np.float64)


@misconception("avg_pool2d", "Is the average of 1 and NaN known?", aspect="nan")
def avg_pool2d_drops_nan(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, reduce=_average_of_existing)


@misconception(
    "avg_pool2d", "Should a cell that is infinite not count?", aspect=("nan", "infinity")
)
def avg_pool2d_drops_what_is_not_finite(x, pool_size=2, strides=None, padding="valid"):
    def average(cells):
        known = np.isfinite(cells)
        total = np.where(known, cells, 0).sum(axis=(1, 2))
        return (total / np.maximum(known.sum(axis=(1, 2)), 1)).astype(_average(cells).dtype)

    return _avg(x, pool_size, strides, padding, reduce=average)


@misconception(
    "avg_pool2d",
    "In running sums over the whole image, which windows does a single NaN or infinity reach?",
    aspect=("nan", "infinity"),
)
def avg_pool2d_subtracts_running_sums(x, pool_size=2, strides=None, padding="valid"):
    window, stride, padding = _checked(x, pool_size, strides, padding)
    sums = np.zeros((len(x), x.shape[1] + 1, x.shape[2] + 1, x.shape[3]))
    sums[:, 1:, 1:] = x.astype(np.float64).cumsum(axis=1).cumsum(axis=2)
    rows = _spans(x.shape[1], window[0], stride[0], padding)
    columns = _spans(x.shape[2], window[1], stride[1], padding)
    y = np.empty((len(x), len(rows), len(columns), x.shape[3]))
    for i, (top, bottom) in enumerate(rows):
        for j, (left, right) in enumerate(columns):
            a, b = max(top, 0), min(bottom, x.shape[1])
            c, d = max(left, 0), min(right, x.shape[2])
            total = sums[:, b, d] - sums[:, a, d] - sums[:, b, c] + sums[:, a, c]
            y[:, i, j] = total / ((b - a) * (d - c))
    return y.astype(x.dtype) if x.dtype.kind == "f" else y


@misconception("avg_pool2d", "What does the caller find in x afterwards?", aspect="purity")
def avg_pool2d_writes_into_its_argument(x, pool_size=2, strides=None, padding="valid"):
    y = _avg(x, pool_size, strides, padding)
    if x.dtype.kind == "f":
        x[:, : y.shape[1], : y.shape[2]] = y[:, : x.shape[1], : x.shape[2]]
    return y


@misconception(
    "avg_pool2d",
    "What comes out for a batch of no images? Which line needs at least one?",
    aspect="empty",
)
def avg_pool2d_stacks_images(x, pool_size=2, strides=None, padding="valid"):
    if not len(x):
        raise ValueError("x must hold an image")
    return _avg(x, pool_size, strides, padding)


@misconception(
    "avg_pool2d", "May a caller write the name of the padding in capitals?", aspect="case"
)
def avg_pool2d_wants_small_letters(x, pool_size=2, strides=None, padding="valid"):
    if padding not in ("valid", "same"):
        raise ValueError("padding must be 'valid' or 'same'")
    return _avg(x, pool_size, strides, padding)


@misconception(
    "avg_pool2d",
    "Where does the second row begin in the flat image? Draw two rows of five cells in one line.",
    aspect=("values", "padded cells", "nan"),
)
def avg_pool2d_counts_flat_rows_by_the_height(x, pool_size=2, strides=None, padding="valid"):
    return _pooled_by_flat_indices(
        _avg, x, pool_size, strides, padding, np.nan, _average_of_existing
    )


@misconception(
    "avg_pool2d", "What does your function do with arguments that make no sense?", aspect="errors"
)
def avg_pool2d_trusts_its_arguments(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, check=_unchecked)


@misconception(
    "avg_pool2d",
    "With a stride of 2, at which cell does the second window start? And in your answer?",
)
def avg_pool2d_starts_without_the_stride(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_that_start_side_by_side)


@variant(avg_pool2d_starts_without_the_stride)
def _avg_pool2d_starts_without_the_stride_2(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_that_grow)


@misconception(
    "avg_pool2d",
    'How many windows does your formula for "same" count? How many are there at stride 2?',
    aspect=("values", "padded cells"),
)
def avg_pool2d_pads_as_if_every_cell_had_a_window(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_padded_to_keep_the_size)


@variant(avg_pool2d_pads_as_if_every_cell_had_a_window)
def _avg_pool2d_pads_as_if_every_cell_had_a_window_2(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_padded_alike_to_keep_the_size)


@variant(avg_pool2d_pads_as_if_every_cell_had_a_window)
def _avg_pool2d_pads_as_if_every_cell_had_a_window_3(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_padded_more_to_keep_the_size)


@variant(avg_pool2d_pads_as_if_every_cell_had_a_window)
def _avg_pool2d_pads_as_if_every_cell_had_a_window_4(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_cut_from_a_kept_size)


@misconception(
    "avg_pool2d", 'On how many sides of the image does "same" add cells? Where are yours?'
)
def avg_pool2d_pads_only_behind(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_padded_behind)


@misconception(
    "avg_pool2d",
    'Does your answer change when only the padding does? In which line is "same" read?',
)
def avg_pool2d_never_pads(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_never_padded)


@variant(avg_pool2d_never_pads)
def _avg_pool2d_ignores_the_padding(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, "valid")


@misconception(
    "avg_pool2d", 'Under "valid", how many windows are there if two and a half would fit?'
)
def avg_pool2d_rounds_to_the_nearest(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_rounded)


@misconception(
    "avg_pool2d", "How many posts does a fence have, and how many gaps? Which of them do you count?"
)
def avg_pool2d_forgets_the_last_window(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_without_the_last)


@variant(avg_pool2d_forgets_the_last_window)
def _avg_pool2d_forgets_the_last_of_odd_windows(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_without_the_last_of_odd_windows)


@misconception(
    "avg_pool2d",
    "Which numbers decide how many columns there are: those of the height, or of the width?",
)
def avg_pool2d_counts_columns_by_the_height(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, plan=_columns_counted_by_the_height)


@variant(avg_pool2d_counts_columns_by_the_height)
def _avg_pool2d_counts_columns_by_the_height_2(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, plan=_as_many_columns_as_rows)


@variant(avg_pool2d_counts_columns_by_the_height)
def _avg_pool2d_counts_columns_by_the_height_3(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, plan=_columns_padded_by_the_height)


@misconception("avg_pool2d", "In (2, 3), which number is the height? How wide is your window?")
def avg_pool2d_takes_square_windows(x, pool_size=2, strides=None, padding="valid"):
    window, stride, padding = _checked(x, pool_size, strides, padding)
    return _avg(x, window[0], stride, padding)


@misconception("avg_pool2d", "With strides of (1, 2), how far does the window move to the right?")
def avg_pool2d_moves_alike_both_ways(x, pool_size=2, strides=None, padding="valid"):
    window, (down, _), padding = _checked(x, pool_size, strides, padding)
    return _avg(x, window, down, padding)


@misconception(
    "avg_pool2d", "How many images come in, and how many go out?", aspect=("values", "padded cells")
)
def avg_pool2d_pools_the_first_image(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x[:1], pool_size, strides, padding)


@misconception("avg_pool2d", "Over which axes do you reduce a window? Is each channel for itself?")
def avg_pool2d_mixes_channels(x, pool_size=2, strides=None, padding="valid"):
    y = _avg(x, pool_size, strides, padding)
    mixed = y.mean(axis=3, keepdims=True)
    return np.broadcast_to(mixed, y.shape).copy()


@misconception(
    "avg_pool2d", "Without strides, do windows of 3 by 3 lie side by side in your answer?"
)
def avg_pool2d_moves_by_two(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, 2 if strides is None else strides, padding)


@misconception(
    "avg_pool2d",
    "Must the windows fit without a rest? What becomes of rows that are left over?",
)
def avg_pool2d_wants_windows_to_fit(x, pool_size=2, strides=None, padding="valid"):
    window, stride, padding = _checked(x, pool_size, strides, padding)
    rests = [(x.shape[i + 1] - window[i]) % stride[i] for i in range(2)]
    if padding == "valid" and any(rests):
        raise ValueError("pool_size must fit into the images of x without a rest")
    return _avg(x, window, stride, padding)


@misconception(
    "avg_pool2d",
    "Which dtype has the array that you write your answers into? Can it hold a half?",
    aspect=("values", "dtype", "nan", "infinity", "padded cells"),
)
def avg_pool2d_is_of_whole_numbers(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding).astype(np.int64)


@variant(avg_pool2d_is_of_whole_numbers)
def _avg_pool2d_is_of_bytes(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding).astype(np.uint8)


@variant(avg_pool2d_wants_small_letters)
def _avg_pool2d_takes_capitals_for_valid(x, pool_size=2, strides=None, padding="valid"):
    if padding.lower() == "same":
        padding = _small_letters_only(padding)
    return _avg(x, pool_size, strides, padding)


@variant(avg_pool2d_takes_the_width_first)
def _avg_pool2d_takes_the_width_of_the_window_first(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, plan=_window_width_first)


@variant(avg_pool2d_ignores_strides)
def _avg_pool2d_always_moves_by_one(x, pool_size=2, strides=None, padding="valid"):
    _checked(x, pool_size, strides, padding)
    return _avg(x, pool_size, 1, padding)


@variant(avg_pool2d_takes_square_windows)
def _avg_pool2d_takes_windows_as_wide_as_high(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, plan=_columns_as_wide_as_high)


@misconception("avg_pool2d", "Which image do your loops read when nothing has to be padded?")
def avg_pool2d_needs_padding(x, pool_size=2, strides=None, padding="valid"):
    y = _avg(x, pool_size, strides, padding)
    if padding.lower() != "same":
        raise UnboundLocalError("cannot access local variable 'bordered'")
    return y


@misconception("avg_pool2d", "In strides of (1, 2), which number is the step down?")
def avg_pool2d_moves_by_the_width_first(x, pool_size=2, strides=None, padding="valid"):
    turned = None if strides is None else _two(strides)[::-1]
    return _avg(x, pool_size, turned, padding)


@variant(avg_pool2d_moves_by_the_width_first)
def _avg_pool2d_moves_by_the_width_of_the_window_first(
    x, pool_size=2, strides=None, padding="valid"
):
    return _avg(x, pool_size, strides, padding, plan=_stride_width_first)


@misconception(
    "avg_pool2d",
    "How many cells did you add up? Does that number change when only the strides do?",
    aspect=("values", "padded cells"),
)
def avg_pool2d_divides_by_the_stride(x, pool_size=2, strides=None, padding="valid"):
    _, (down, right), _ = _checked(x, pool_size, strides, padding)

    def average(cells):
        return (cells.sum(axis=(1, 2)) / (down * right)).astype(_average(cells).dtype)

    return _avg(x, pool_size, strides, padding, reduce=average)


@misconception(
    "avg_pool2d",
    "What is the average of 0 and 4? How many cells do you count there?",
    aspect=("values", "dtype", "nan", "infinity", "padded cells"),
)
def avg_pool2d_leaves_out_zeros(x, pool_size=2, strides=None, padding="valid"):
    def average(cells):
        count = np.count_nonzero(cells, axis=(1, 2))
        return (cells.sum(axis=(1, 2)) / np.maximum(count, 1)).astype(_average(cells).dtype)

    return _avg(x, pool_size, strides, padding, reduce=average)


@variant(avg_pool2d_leaves_out_zeros)
def _avg_pool2d_has_no_average_of_zeros(x, pool_size=2, strides=None, padding="valid"):
    def average(cells):
        count = np.count_nonzero(cells, axis=(1, 2))
        with np.errstate(invalid="ignore"):
            return (cells.sum(axis=(1, 2)) / count).astype(_average(cells).dtype)

    return _avg(x, pool_size, strides, padding, reduce=average)


def _from_sums_without_zeros(x, pool_size, strides, padding, box):
    """Averages from running sums that do not begin with a row and a column of zeros.

    `box` has the first and the last index that are read along an axis, and the length to divide by.
    """
    window, stride, padding = _checked(x, pool_size, strides, padding)
    sums = x.astype(np.float64).cumsum(axis=1).cumsum(axis=2)
    rows = _spans(x.shape[1], window[0], stride[0], padding)
    columns = _spans(x.shape[2], window[1], stride[1], padding)
    y = np.empty((len(x), len(rows), len(columns), x.shape[3]))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            a, b, height = box(*row, x.shape[1])
            c, d, width = box(*column, x.shape[2])
            with np.errstate(all="ignore"):
                total = sums[:, b, d] - sums[:, a, d] - sums[:, b, c] + sums[:, a, c]
                y[:, i, j] = total / np.float64(height * width)
    return y.astype(x.dtype) if x.dtype.kind == "f" else y


@misconception(
    "avg_pool2d",
    "Which running sum do you subtract for a window in the first row? Is there one before it?",
    aspect=("values", "dtype", "nan", "infinity", "padded cells"),
)
def avg_pool2d_sums_without_leading_zeros(x, pool_size=2, strides=None, padding="valid"):
    def box(start, stop, size):
        a, b = max(start, 0), min(stop, size - 1)
        return a, b, b - a

    return _from_sums_without_zeros(x, pool_size, strides, padding, box)


@variant(avg_pool2d_sums_without_leading_zeros)
def _avg_pool2d_sums_without_leading_zeros_2(x, pool_size=2, strides=None, padding="valid"):
    def box(start, stop, size):
        a, b = max(start, 0), min(stop, size)
        return a, min(b, size - 1), b - a

    return _from_sums_without_zeros(x, pool_size, strides, padding, box)


@variant(avg_pool2d_sums_without_leading_zeros)
def _avg_pool2d_sums_without_leading_zeros_3(x, pool_size=2, strides=None, padding="valid"):
    """The index before the first is -1, which is the last."""

    def box(start, stop, size):
        a, b = max(start, 0), min(stop, size)
        return a - 1, b - 1, b - a

    return _from_sums_without_zeros(x, pool_size, strides, padding, box)


@misconception("avg_pool2d", "A window begins one cell above the image: where does it end?")
def avg_pool2d_measures_from_the_cut_start(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_ended_from_the_cut_start)


@misconception(
    "avg_pool2d", "Does a slice hold the cell at which it ends?", aspect=("values", "padded cells")
)
def avg_pool2d_ends_one_cell_early(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_ended_one_early)


@misconception(
    "avg_pool2d",
    "How many cells high is a window of 2 in your answer?",
    aspect=("values", "padded cells"),
)
def avg_pool2d_ends_one_cell_late(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_ended_one_late)


@variant(avg_pool2d_pads_half_a_window)
def _avg_pool2d_pads_half_a_window_without_the_middle(
    x, pool_size=2, strides=None, padding="valid"
):
    return _avg(x, pool_size, strides, padding, spans=_spans_one_less_than_a_window_halved)


@variant(avg_pool2d_pads_half_a_window)
def _avg_pool2d_pads_half_a_window_before(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_half_a_window_before)


@misconception("avg_pool2d", "Does the amount depend on the size? Compare two that differ by one.")
def avg_pool2d_pads_whatever_the_size(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_padded_whatever_the_size)


@variant(avg_pool2d_pads_whatever_the_size)
def _avg_pool2d_pads_whatever_the_size_2(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_fitting_whatever_the_size)


@misconception("avg_pool2d", "If the stride divides the size, how much does the last window lack?")
def avg_pool2d_pads_for_a_rest_of_nothing(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_padded_for_a_rest)


@variant(avg_pool2d_pads_for_a_rest_of_nothing)
def _avg_pool2d_pads_for_a_rest_of_nothing_2(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_fitting_for_a_rest)


@misconception(
    "avg_pool2d",
    "Under same, what becomes of the last cells if the stride does not divide the size?",
)
def avg_pool2d_same_rounds_down(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_rounded_down)


def _average_or_nan(cells):
    with np.errstate(invalid="ignore"):
        total = cells.sum(axis=(1, 2)) / (cells.shape[1] * cells.shape[2])
    return total.astype(_average(cells).dtype if cells.size else np.result_type(cells, np.float32))


@variant(avg_pool2d_counts_columns_by_the_height)
def _avg_pool2d_counts_columns_by_the_step_down(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, plan=_columns_counted_by_the_step_down)


@variant(avg_pool2d_counts_columns_by_the_height)
def _avg_pool2d_counts_columns_by_the_step_down_2(x, pool_size=2, strides=None, padding="valid"):
    return _avg(
        x, pool_size, strides, padding, plan=_columns_beyond_the_image, reduce=_average_or_nan
    )


@misconception(
    "avg_pool2d",
    "How many times does a loop over range(n - 1) run?",
    aspect=("values", "dtype", "nan", "infinity", "padded cells"),
)
def avg_pool2d_leaves_the_end_empty(x, pool_size=2, strides=None, padding="valid"):
    y = _avg(x, pool_size, strides, padding)
    y[:, -1:] = 0
    y[:, :, -1:] = 0
    return y


@misconception(
    "avg_pool2d",
    "Over which axes do you reduce a window? Is each image for itself?",
    aspect=("values", "nan", "infinity", "padded cells"),
)
def avg_pool2d_mixes_images(x, pool_size=2, strides=None, padding="valid"):
    y = _avg(x, pool_size, strides, padding)
    return y if not len(y) else np.broadcast_to(y.mean(axis=0), y.shape).copy()


@variant(avg_pool2d_mixes_images)
def _avg_pool2d_mixes_images_and_channels(x, pool_size=2, strides=None, padding="valid"):
    y = _avg(x, pool_size, strides, padding)
    if not len(y):
        return y
    return np.broadcast_to(y.mean(axis=(0, 3), keepdims=True), y.shape).copy()


@variant(avg_pool2d_ends_one_cell_early)
def _avg_pool2d_ends_one_cell_early_and_divides_by_all(
    x, pool_size=2, strides=None, padding="valid"
):
    (height, width), _, _ = _checked(x, pool_size, strides, padding)

    def average(cells):
        return (cells.sum(axis=(1, 2)) / (height * width)).astype(_average(cells).dtype)

    return _avg(x, pool_size, strides, padding, reduce=average, spans=_spans_ended_one_early)


@misconception(
    "avg_pool2d",
    "How much does the first cell of a window count in the end, and how much the last?",
    aspect=("values", "padded cells"),
)
def avg_pool2d_halves_again_and_again(x, pool_size=2, strides=None, padding="valid"):
    def average(cells):
        so_far = cells[:, 0, 0].astype(float)
        for i, j in list(np.ndindex(cells.shape[1:3]))[1:]:
            so_far = (so_far + cells[:, i, j]) / 2
        return so_far.astype(_average(cells).dtype)

    return _avg(x, pool_size, strides, padding, reduce=average)


@variant(avg_pool2d_halves_again_and_again)
def _avg_pool2d_halves_again_and_again_from_zero(x, pool_size=2, strides=None, padding="valid"):
    def average(cells):
        so_far = np.zeros_like(cells[:, 0, 0], dtype=float)
        for i, j in np.ndindex(cells.shape[1:3]):
            so_far = (so_far + cells[:, i, j]) / 2
        return so_far.astype(_average(cells).dtype)

    return _avg(x, pool_size, strides, padding, reduce=average)


@misconception(
    "avg_pool2d",
    "In which order are a division and a multiplication done that stand side by side?",
    aspect=("values", "padded cells"),
)
def avg_pool2d_divides_and_multiplies(x, pool_size=2, strides=None, padding="valid"):
    def average(cells):
        height, width = cells.shape[1:3]
        return (cells.sum(axis=(1, 2)) / height * width).astype(_average(cells).dtype)

    return _avg(x, pool_size, strides, padding, reduce=average)


@variant(avg_pool2d_divides_and_multiplies)
def _avg_pool2d_divides_and_multiplies_by_the_window(x, pool_size=2, strides=None, padding="valid"):
    (height, width), _, _ = _checked(x, pool_size, strides, padding)

    def average(cells):
        return (cells.sum(axis=(1, 2)) / height * width).astype(_average(cells).dtype)

    return _avg(x, pool_size, strides, padding, reduce=average)


def _divided_by(cells, count):
    return (cells.sum(axis=(1, 2)) / count).astype(_average(cells).dtype)


@variant(avg_pool2d_divides_by_the_height_squared)
def _avg_pool2d_divides_every_sum_by_the_height_squared(
    x, pool_size=2, strides=None, padding="valid"
):
    (height, _), _, _ = _checked(x, pool_size, strides, padding)
    return _avg(x, pool_size, strides, padding, reduce=lambda cells: _divided_by(cells, height**2))


@variant(avg_pool2d_divides_by_the_height_squared)
def _avg_pool2d_divides_by_the_height_squared_under_valid(
    x, pool_size=2, strides=None, padding="valid"
):
    (height, _), _, plain = _checked(x, pool_size, strides, padding)

    def average(cells):
        return _average(cells) if plain == "same" else _divided_by(cells, height**2)

    return _avg(x, pool_size, strides, padding, reduce=average)


@variant(avg_pool2d_divides_and_multiplies)
def _avg_pool2d_divides_and_multiplies_under_valid(x, pool_size=2, strides=None, padding="valid"):
    (height, width), _, plain = _checked(x, pool_size, strides, padding)

    def average(cells):
        return _average(cells) if plain == "same" else _divided_by(cells, height / width)

    return _avg(x, pool_size, strides, padding, reduce=average)


@variant(avg_pool2d_leaves_out_zeros)
def _avg_pool2d_leaves_out_zeros_where_it_pads(x, pool_size=2, strides=None, padding="valid"):
    def average(cells):
        return _divided_by(cells, np.maximum(np.count_nonzero(cells, axis=(1, 2)), 1))

    is_padded = str(padding).lower() == "same"
    return _avg(x, pool_size, strides, padding, reduce=average if is_padded else _average)


@misconception(
    "avg_pool2d",
    "Which of the two division signs of Python keeps what is behind the point?",
    aspect=("values", "dtype", "padded cells"),
)
def avg_pool2d_divides_without_fractions(x, pool_size=2, strides=None, padding="valid"):
    def average(cells):
        return np.floor(_average(cells))

    return _avg(x, pool_size, strides, padding, reduce=average)


@variant(avg_pool2d_divides_without_fractions)
def _avg_pool2d_rounds(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, reduce=lambda cells: np.round(_average(cells)))


@misconception(
    "avg_pool2d",
    "What is the average of 1, 1 and 4, and which of them is the largest?",
    aspect=("values", "nan", "infinity", "padded cells"),
)
def avg_pool2d_takes_the_largest(x, pool_size=2, strides=None, padding="valid"):
    def largest(cells):
        return _largest(cells).astype(_average(cells).dtype)

    return _avg(x, pool_size, strides, padding, reduce=largest)


@variant(avg_pool2d_counts_columns_by_the_height)
def _avg_pool2d_exchanges_the_paddings(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, plan=_paddings_exchanged)


@misconception(
    "avg_pool2d",
    "At which column does the second window begin, and which number of the pair says so?",
)
def avg_pool2d_starts_columns_by_the_step_down(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, plan=_columns_at_the_step_down)


@variant(avg_pool2d_ends_one_cell_early)
def _avg_pool2d_ends_one_row_early(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, plan=_only_rows(_spans_ended_one_early))


@variant(avg_pool2d_ends_one_cell_late)
def _avg_pool2d_ends_one_row_late(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, plan=_only_rows(_spans_ended_one_late))


@misconception(
    "avg_pool2d",
    "How far is it from the start of a window to the start of the next? Which argument says so?",
    aspect=("values", "padded cells"),
)
def avg_pool2d_lays_windows_side_by_side(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_in_the_image(_spans_side_by_side))


@variant(avg_pool2d_leaves_the_end_empty)
def _avg_pool2d_leaves_the_last_row_empty(x, pool_size=2, strides=None, padding="valid"):
    y = _avg(x, pool_size, strides, padding)
    y[:, -1:] = 0
    return y


@variant(avg_pool2d_leaves_the_end_empty)
def _avg_pool2d_leaves_the_last_column_empty(x, pool_size=2, strides=None, padding="valid"):
    y = _avg(x, pool_size, strides, padding)
    y[:, :, -1:] = 0
    return y


@variant(avg_pool2d_mixes_images)
def _avg_pool2d_repeats_the_first_image(x, pool_size=2, strides=None, padding="valid"):
    y = _avg(x, pool_size, strides, padding)
    return np.repeat(y[:1], len(y), axis=0)


@variant(avg_pool2d_lays_windows_side_by_side)
def _avg_pool2d_lays_windows_behind_the_image(x, pool_size=2, strides=None, padding="valid"):
    return _avg(x, pool_size, strides, padding, spans=_spans_side_by_side, reduce=_average_or_nan)


# -- min_pool2d ----------------------------------------------------------------------------------


@right_answer("min_pool2d")
def _min(
    x,
    pool_size=2,
    strides=None,
    padding="valid",
    *,
    reduce=_smallest,
    spans=_spans,
    plan=_apart,
    border=None,
    check=_checked,
):
    return _pool(x, pool_size, strides, padding, reduce, spans, plan, border, check)


@probes("min_pool2d")
def calls_of_min_pool2d():
    return _pooling_probes(-1, _images(2, 4, 6, 2))


@misconception("min_pool2d", "Which cell of a window is asked for here?")
def min_pool2d_takes_the_largest(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, reduce=_largest)


@misconception("min_pool2d", "How far does the window move when strides is None?")
def min_pool2d_moves_by_one(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, 1 if strides is None else strides, padding)


@misconception("min_pool2d", "Does your answer change when only the strides do?")
def min_pool2d_ignores_strides(x, pool_size=2, strides=None, padding="valid"):
    _checked(x, pool_size, strides, padding)
    return _min(x, pool_size, None, padding)


@misconception(
    "min_pool2d", 'Under "valid", what should happen to rows that do not fill a whole window?'
)
def min_pool2d_keeps_partial_windows(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_with_partial_windows)


@misconception("min_pool2d", "In (2, 3), which number is the height, and which axis of x is that?")
def min_pool2d_takes_the_width_first(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, plan=_width_first)


@misconception(
    "min_pool2d",
    """Half a window on both sides is another library's habit. What does Keras pad for an even
    window, and for a stride of 2?""",
)
def min_pool2d_pads_half_a_window(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_half_a_window_on_both_sides)


@misconception("min_pool2d", "On which side does the odd cell of the padding go?")
def min_pool2d_pads_the_odd_cell_first(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_odd_cell_first)


@misconception(
    "min_pool2d",
    "If all cells are positive, can the smallest of a window be 0?",
    aspect="padded cells",
)
def min_pool2d_pads_with_zeros(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, border=_of(0))


@misconception(
    "min_pool2d",
    "What was the border of max_pool2d filled with, and would that lose against every cell here?",
    aspect="padded cells",
)
def min_pool2d_pads_with_minus_infinity(x, pool_size=2, strides=None, padding="valid"):
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    return _min(x, pool_size, strides, padding, border=_of(lowest))


@misconception(
    "min_pool2d",
    "Is the number that you start from, or pad with, larger than every other number?",
    aspect="infinity",
    by="cells",
)
def min_pool2d_starts_from_a_finite_number(x, pool_size=2, strides=None, padding="valid"):
    def smallest(cells):
        if cells.dtype.kind != "f":
            return _smallest(cells)
        return np.minimum(_smallest(cells), cells.dtype.type(1e9))

    return _min(x, pool_size, strides, padding, reduce=smallest)


@misconception("min_pool2d", "What is -x where x is a uint8, and 0 or 1?", aspect="dtype")
def min_pool2d_negates_unsigned_numbers(x, pool_size=2, strides=None, padding="valid"):
    return -_min(-x, pool_size, strides, padding, reduce=_largest)


@misconception("min_pool2d", "What dtype does your answer have when x has another?", aspect="dtype")
def min_pool2d_is_always_float64(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding).astype(np.float64)


@misconception(
    "min_pool2d",
    "What is the smallest of 1 and NaN? What does your way of comparing say?",
    aspect="nan",
)
def min_pool2d_drops_nan(x, pool_size=2, strides=None, padding="valid"):
    return _min(
        x, pool_size, strides, padding, reduce=lambda cells: np.fmin.reduce(cells, axis=(1, 2))
    )


@misconception("min_pool2d", "What does the caller find in x afterwards?", aspect="purity")
def min_pool2d_turns_its_argument_round(x, pool_size=2, strides=None, padding="valid"):
    y = _min(x, pool_size, strides, padding)
    np.negative(x, out=x)
    return y


@misconception(
    "min_pool2d",
    "What comes out for a batch of no images? Which line needs at least one?",
    aspect="empty",
)
def min_pool2d_stacks_images(x, pool_size=2, strides=None, padding="valid"):
    if not len(x):
        raise ValueError("x must hold an image")
    return _min(x, pool_size, strides, padding)


@misconception(
    "min_pool2d", "May a caller write the name of the padding in capitals?", aspect="case"
)
def min_pool2d_wants_small_letters(x, pool_size=2, strides=None, padding="valid"):
    if padding not in ("valid", "same"):
        raise ValueError("padding must be 'valid' or 'same'")
    return _min(x, pool_size, strides, padding)


@misconception(
    "min_pool2d",
    "Where does the second row begin in the flat image? Draw two rows of five cells in one line.",
    aspect=("values", "padded cells"),
)
def min_pool2d_counts_flat_rows_by_the_height(x, pool_size=2, strides=None, padding="valid"):
    return _pooled_by_flat_indices(
        _min, x, pool_size, strides, padding, _extremes(x.dtype)[1], _smallest
    )


@misconception(
    "min_pool2d", "What does your function do with arguments that make no sense?", aspect="errors"
)
def min_pool2d_trusts_its_arguments(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, check=_unchecked)


@misconception(
    "min_pool2d",
    "With a stride of 2, at which cell does the second window start? And in your answer?",
)
def min_pool2d_starts_without_the_stride(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_that_start_side_by_side)


@variant(min_pool2d_starts_without_the_stride)
def _min_pool2d_starts_without_the_stride_2(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_that_grow)


@misconception(
    "min_pool2d",
    'How many windows does your formula for "same" count? How many are there at stride 2?',
    aspect=("values", "padded cells"),
)
def min_pool2d_pads_as_if_every_cell_had_a_window(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_padded_to_keep_the_size)


@variant(min_pool2d_pads_as_if_every_cell_had_a_window)
def _min_pool2d_pads_as_if_every_cell_had_a_window_2(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_padded_alike_to_keep_the_size)


@variant(min_pool2d_pads_as_if_every_cell_had_a_window)
def _min_pool2d_pads_as_if_every_cell_had_a_window_3(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_padded_more_to_keep_the_size)


@variant(min_pool2d_pads_as_if_every_cell_had_a_window)
def _min_pool2d_pads_as_if_every_cell_had_a_window_4(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_cut_from_a_kept_size)


@misconception(
    "min_pool2d", 'On how many sides of the image does "same" add cells? Where are yours?'
)
def min_pool2d_pads_only_behind(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_padded_behind)


@misconception(
    "min_pool2d",
    'Does your answer change when only the padding does? In which line is "same" read?',
)
def min_pool2d_never_pads(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_never_padded)


@variant(min_pool2d_never_pads)
def _min_pool2d_ignores_the_padding(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, "valid")


@misconception(
    "min_pool2d", 'Under "valid", how many windows are there if two and a half would fit?'
)
def min_pool2d_rounds_to_the_nearest(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_rounded)


@misconception(
    "min_pool2d", "How many posts does a fence have, and how many gaps? Which of them do you count?"
)
def min_pool2d_forgets_the_last_window(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_without_the_last)


@variant(min_pool2d_forgets_the_last_window)
def _min_pool2d_forgets_the_last_of_odd_windows(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_without_the_last_of_odd_windows)


@misconception(
    "min_pool2d",
    "Which numbers decide how many columns there are: those of the height, or of the width?",
)
def min_pool2d_counts_columns_by_the_height(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, plan=_columns_counted_by_the_height)


@variant(min_pool2d_counts_columns_by_the_height)
def _min_pool2d_counts_columns_by_the_height_2(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, plan=_as_many_columns_as_rows)


@variant(min_pool2d_counts_columns_by_the_height)
def _min_pool2d_counts_columns_by_the_height_3(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, plan=_columns_padded_by_the_height)


@misconception("min_pool2d", "In (2, 3), which number is the height? How wide is your window?")
def min_pool2d_takes_square_windows(x, pool_size=2, strides=None, padding="valid"):
    window, stride, padding = _checked(x, pool_size, strides, padding)
    return _min(x, window[0], stride, padding)


@misconception("min_pool2d", "With strides of (1, 2), how far does the window move to the right?")
def min_pool2d_moves_alike_both_ways(x, pool_size=2, strides=None, padding="valid"):
    window, (down, _), padding = _checked(x, pool_size, strides, padding)
    return _min(x, window, down, padding)


@misconception(
    "min_pool2d", "How many images come in, and how many go out?", aspect=("values", "padded cells")
)
def min_pool2d_pools_the_first_image(x, pool_size=2, strides=None, padding="valid"):
    return _min(x[:1], pool_size, strides, padding)


@misconception("min_pool2d", "Over which axes do you reduce a window? Is each channel for itself?")
def min_pool2d_mixes_channels(x, pool_size=2, strides=None, padding="valid"):
    y = _min(x, pool_size, strides, padding)
    mixed = y.min(axis=3, keepdims=True)
    return np.broadcast_to(mixed, y.shape).copy()


@misconception(
    "min_pool2d", "Without strides, do windows of 3 by 3 lie side by side in your answer?"
)
def min_pool2d_moves_by_two(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, 2 if strides is None else strides, padding)


@misconception("min_pool2d", "Which axes of x are height and width? Where do the channels stand?")
def min_pool2d_takes_channels_first(x, pool_size=2, strides=None, padding="valid"):
    _require_images(x)
    moved = np.moveaxis(x, 1, -1)
    return np.moveaxis(_min(moved, pool_size, strides, padding), -1, 1)


@misconception(
    "min_pool2d", "With a stride above 1, is as much padded as at stride 1? Ask your same_padding."
)
def min_pool2d_pads_as_at_stride_one(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_as_at_stride_one)


@misconception(
    "min_pool2d",
    "Must the windows fit without a rest? What becomes of rows that are left over?",
)
def min_pool2d_wants_windows_to_fit(x, pool_size=2, strides=None, padding="valid"):
    window, stride, padding = _checked(x, pool_size, strides, padding)
    rests = [(x.shape[i + 1] - window[i]) % stride[i] for i in range(2)]
    if padding == "valid" and any(rests):
        raise ValueError("pool_size must fit into the images of x without a rest")
    return _min(x, window, stride, padding)


@misconception(
    "min_pool2d",
    "Which dtype has the array that you write your answers into? Can it hold a half?",
    aspect=("values", "dtype", "nan", "infinity", "padded cells"),
)
def min_pool2d_is_of_whole_numbers(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding).astype(np.int64)


@variant(min_pool2d_is_of_whole_numbers)
def _min_pool2d_is_of_bytes(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding).astype(np.uint8)


@variant(min_pool2d_wants_small_letters)
def _min_pool2d_takes_capitals_for_valid(x, pool_size=2, strides=None, padding="valid"):
    if padding.lower() == "same":
        padding = _small_letters_only(padding)
    return _min(x, pool_size, strides, padding)


@variant(min_pool2d_takes_the_width_first)
def _min_pool2d_takes_the_width_of_the_window_first(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, plan=_window_width_first)


@variant(min_pool2d_ignores_strides)
def _min_pool2d_always_moves_by_one(x, pool_size=2, strides=None, padding="valid"):
    _checked(x, pool_size, strides, padding)
    return _min(x, pool_size, 1, padding)


@variant(min_pool2d_is_always_float64)
def _min_pool2d_is_always_float32(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding).astype(np.float32)


@variant(min_pool2d_takes_square_windows)
def _min_pool2d_takes_windows_as_wide_as_high(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, plan=_columns_as_wide_as_high)


@misconception("min_pool2d", "Which image do your loops read when nothing has to be padded?")
def min_pool2d_needs_padding(x, pool_size=2, strides=None, padding="valid"):
    y = _min(x, pool_size, strides, padding)
    if padding.lower() != "same":
        raise UnboundLocalError("cannot access local variable 'bordered'")
    return y


@variant(min_pool2d_pads_with_zeros)
def _min_pool2d_pads_with_zeros_of_whole_numbers(x, pool_size=2, strides=None, padding="valid"):
    def border(x, margins):
        return np.pad(x.astype(int), margins)

    return _min(x, pool_size, strides, padding, border=border)


@misconception("min_pool2d", "In strides of (1, 2), which number is the step down?")
def min_pool2d_moves_by_the_width_first(x, pool_size=2, strides=None, padding="valid"):
    turned = None if strides is None else _two(strides)[::-1]
    return _min(x, pool_size, turned, padding)


@variant(min_pool2d_moves_by_the_width_first)
def _min_pool2d_moves_by_the_width_of_the_window_first(
    x, pool_size=2, strides=None, padding="valid"
):
    return _min(x, pool_size, strides, padding, plan=_stride_width_first)


@misconception(
    "min_pool2d",
    "Which number wins if all cells of a window are positive? Is it in the image?",
    aspect=("values", "dtype", "nan", "infinity", "padded cells"),
)
def min_pool2d_starts_from_zero(x, pool_size=2, strides=None, padding="valid"):
    return _min(
        x, pool_size, strides, padding, reduce=lambda cells: cells.min(axis=(1, 2), initial=0)
    )


@variant(min_pool2d_starts_from_zero)
def _min_pool2d_starts_from_zero_and_drops_nan(x, pool_size=2, strides=None, padding="valid"):
    def smallest(cells):
        return np.fmin.reduce(cells, axis=(1, 2), initial=0)

    return _min(x, pool_size, strides, padding, reduce=smallest)


def _smallest_below_255(cells):
    return np.minimum(_smallest(cells), 255.0).astype(cells.dtype)


@variant(min_pool2d_starts_from_a_finite_number)
def _min_pool2d_starts_from_the_brightest(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, reduce=_smallest_below_255)


@variant(min_pool2d_starts_from_a_finite_number)
def _min_pool2d_pads_with_the_brightest(x, pool_size=2, strides=None, padding="valid"):
    border = _of(255) if x.dtype.kind == "f" else None
    return _min(x, pool_size, strides, padding, border=border)


@misconception(
    "min_pool2d",
    "How often must the signs be turned? Try a window of 1 and 3 by hand.",
    aspect=("values", "dtype", "nan", "infinity", "padded cells"),
)
def min_pool2d_forgets_the_inner_minus(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, reduce=lambda cells: -_largest(cells))


@variant(min_pool2d_forgets_the_inner_minus)
def _min_pool2d_forgets_the_inner_minus_of_floats(x, pool_size=2, strides=None, padding="valid"):
    y = _min(x, pool_size, strides, padding, reduce=_largest)
    return -y.astype(np.float64)


@misconception("min_pool2d", "A window begins one cell above the image: where does it end?")
def min_pool2d_measures_from_the_cut_start(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_ended_from_the_cut_start)


@misconception(
    "min_pool2d", "Does a slice hold the cell at which it ends?", aspect=("values", "padded cells")
)
def min_pool2d_ends_one_cell_early(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_ended_one_early)


@misconception(
    "min_pool2d",
    "How many cells high is a window of 2 in your answer?",
    aspect=("values", "padded cells"),
)
def min_pool2d_ends_one_cell_late(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_ended_one_late)


@variant(min_pool2d_pads_half_a_window)
def _min_pool2d_pads_half_a_window_without_the_middle(
    x, pool_size=2, strides=None, padding="valid"
):
    return _min(x, pool_size, strides, padding, spans=_spans_one_less_than_a_window_halved)


@variant(min_pool2d_pads_half_a_window)
def _min_pool2d_pads_half_a_window_before(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_half_a_window_before)


@misconception("min_pool2d", "Does the amount depend on the size? Compare two that differ by one.")
def min_pool2d_pads_whatever_the_size(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_padded_whatever_the_size)


@variant(min_pool2d_pads_whatever_the_size)
def _min_pool2d_pads_whatever_the_size_2(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_fitting_whatever_the_size)


@misconception("min_pool2d", "If the stride divides the size, how much does the last window lack?")
def min_pool2d_pads_for_a_rest_of_nothing(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_padded_for_a_rest)


@variant(min_pool2d_pads_for_a_rest_of_nothing)
def _min_pool2d_pads_for_a_rest_of_nothing_2(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_fitting_for_a_rest)


@misconception(
    "min_pool2d",
    "Under same, what becomes of the last cells if the stride does not divide the size?",
)
def min_pool2d_same_rounds_down(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_spans_rounded_down)


@variant(min_pool2d_counts_columns_by_the_height)
def _min_pool2d_counts_columns_by_the_step_down(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, plan=_columns_counted_by_the_step_down)


@misconception(
    "min_pool2d",
    "How many times does a loop over range(n - 1) run?",
    aspect=("values", "dtype", "nan", "infinity", "padded cells"),
)
def min_pool2d_leaves_the_end_empty(x, pool_size=2, strides=None, padding="valid"):
    y = _min(x, pool_size, strides, padding)
    y[:, -1:] = 0
    y[:, :, -1:] = 0
    return y


@misconception(
    "min_pool2d",
    "Over which axes do you reduce a window? Is each image for itself?",
    aspect=("values", "nan", "infinity", "padded cells"),
)
def min_pool2d_mixes_images(x, pool_size=2, strides=None, padding="valid"):
    y = _min(x, pool_size, strides, padding)
    return y if not len(y) else np.broadcast_to(y.min(axis=0), y.shape).copy()


@variant(min_pool2d_mixes_images)
def _min_pool2d_mixes_images_and_channels(x, pool_size=2, strides=None, padding="valid"):
    y = _min(x, pool_size, strides, padding)
    if not len(y):
        return y
    return np.broadcast_to(y.min(axis=(0, 3), keepdims=True), y.shape).copy()


@misconception(
    "min_pool2d",
    "Which is larger, -3 or 2? And which of the two has the larger amount?",
    aspect=("values", "nan", "infinity", "padded cells", "dtype"),
)
def min_pool2d_compares_amounts(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, reduce=lambda cells: _smallest(np.abs(cells)))


@variant(min_pool2d_compares_amounts)
def _min_pool2d_compares_amounts_and_keeps_signs(x, pool_size=2, strides=None, padding="valid"):
    def nearest(cells):
        amounts = _smallest(np.abs(cells))
        has_it = (cells == amounts[:, None, None]).any(axis=(1, 2))
        return np.where(has_it, amounts, -amounts).astype(cells.dtype)

    return _min(x, pool_size, strides, padding, reduce=nearest)


@variant(min_pool2d_counts_columns_by_the_height)
def _min_pool2d_exchanges_the_paddings(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, plan=_paddings_exchanged)


@misconception(
    "min_pool2d",
    "At which column does the second window begin, and which number of the pair says so?",
)
def min_pool2d_starts_columns_by_the_step_down(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, plan=_columns_at_the_step_down)


@variant(min_pool2d_ends_one_cell_early)
def _min_pool2d_ends_one_row_early(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, plan=_only_rows(_spans_ended_one_early))


@variant(min_pool2d_ends_one_cell_late)
def _min_pool2d_ends_one_row_late(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, plan=_only_rows(_spans_ended_one_late))


@misconception(
    "min_pool2d",
    "How far is it from the start of a window to the start of the next? Which argument says so?",
    aspect=("values", "padded cells"),
)
def min_pool2d_lays_windows_side_by_side(x, pool_size=2, strides=None, padding="valid"):
    return _min(x, pool_size, strides, padding, spans=_in_the_image(_spans_side_by_side))


@variant(min_pool2d_leaves_the_end_empty)
def _min_pool2d_leaves_the_last_row_empty(x, pool_size=2, strides=None, padding="valid"):
    y = _min(x, pool_size, strides, padding)
    y[:, -1:] = 0
    return y


@variant(min_pool2d_leaves_the_end_empty)
def _min_pool2d_leaves_the_last_column_empty(x, pool_size=2, strides=None, padding="valid"):
    y = _min(x, pool_size, strides, padding)
    y[:, :, -1:] = 0
    return y


@variant(min_pool2d_mixes_images)
def _min_pool2d_repeats_the_first_image(x, pool_size=2, strides=None, padding="valid"):
    y = _min(x, pool_size, strides, padding)
    return np.repeat(y[:1], len(y), axis=0)


# -- conv2d --------------------------------------------------------------------------------------


def _checked_convolution(x, kernel, strides, padding):
    _require_images(x)
    if kernel.ndim != 4:
        raise ValueError("kernel must have the axes height, width, channels, filters")
    stride = _two(strides)
    _require_sizes("strides", stride)
    padding = _require_padding(padding)
    _require_fit("kernel", x.shape, kernel.shape, padding)
    return stride, padding


def _type_of(x, kernel, bias):
    return np.result_type(x, kernel, *([] if bias is None else [bias]))


def _maps(x, kernel, strides, padding, spans=_spans, plan=_apart, border=np.pad):
    """Cross-correlation in float64, without bias: cells outside the image count as zeros."""
    stride, padding = _checked_convolution(x, kernel, strides, padding)
    rows, columns = plan(x.shape, kernel.shape, stride, padding, spans)
    padded, rows, columns = _bordered_far(x.astype(np.float64), rows, columns, border)
    down, right = (
        np.array([range(*each) for each in ends], int).reshape(len(ends), side)
        for ends, side in zip((rows, columns), kernel.shape[:2], strict=True)
    )
    windows = _windows_at(padded, down, right)
    return np.tensordot(windows, kernel.astype(np.float64), 3)


@right_answer("conv2d")
def _convolved(
    x,
    kernel,
    bias=None,
    strides=1,
    padding="valid",
    *,
    spans=_spans,
    plan=_apart,
    border=np.pad,
    gather=lambda sums: sums,
):
    y = gather(_maps(x, kernel, strides, padding, spans, plan, border))
    return (y if bias is None else y + bias).astype(_type_of(x, kernel, bias))


@probes("conv2d")
def calls_of_conv2d():
    x = _images(2, 5, 7, 2)
    kernel = _images(2, 3, 2, 3)
    bias = np.array([10, -20, 30], np.float32)
    return [
        call(x, kernel),
        call(x, kernel, bias),
        call(x, kernel, None, 2),
        call(x, _images(2, 3, 2, 2)),
        call(x, _images(2, 3, 2, 2), None, 2),
        call(x, _images(3, 3, 2, 2), None, 1, "same"),
        call(x, kernel, None, (1, 3)),
        call(x, _images(3, 3, 2, 3), None, (2, 3)),
        call(x, kernel, None, 1, "same"),
        call(x, _images(4, 3, 2, 3), bias, 2, "same"),
        call(x, _images(3, 3, 2, 3), bias, (1, 3), "SAME"),
        call(x[:, :4, :6], _images(3, 3, 2, 3), None, 2, "same"),
        call(x[:, :4, :6], _images(2, 2, 2, 3), None, 2, "same"),
        call(x.astype(np.int32), kernel),
        call(x, kernel, bias.astype(np.float64)),
        call(_holding(x, np.nan)[:1], kernel[:1, :1]),
        call(x[:0], kernel, bias),
        call(x, kernel[:1, :1, :, :1], bias[:1], watch=True),
        call(x, kernel, None, 0),
        call(x, kernel, None, 1, "full"),
        call(x[0], kernel),
        call(x, kernel[0]),
        call(x[:, :1], kernel),
    ]


@misconception(
    "conv2d",
    "Do networks turn the kernel round before they lay it on the image? What does Keras compute?",
)
def conv2d_turns_the_kernel_round(x, kernel, bias=None, strides=1, padding="valid"):
    _checked_convolution(x, kernel, strides, padding)
    return _convolved(x, kernel[::-1, ::-1], bias, strides, padding)


@misconception(
    "conv2d",
    "How often is the bias added to one cell? In which of your loops does it stand?",
    aspect="bias",
)
def conv2d_adds_the_bias_for_every_channel(x, kernel, bias=None, strides=1, padding="valid"):
    often = None if bias is None else bias * x.shape[3]
    return _convolved(x, kernel, often, strides, padding)


@misconception(
    "conv2d", "Does the bias belong inside the sum over the cells of the window?", aspect="bias"
)
def conv2d_adds_the_bias_for_every_weight(x, kernel, bias=None, strides=1, padding="valid"):
    often = None if bias is None else bias * np.prod(kernel.shape[:3]).astype(bias.dtype)
    return _convolved(x, kernel, often, strides, padding)


@misconception("conv2d", "Does your answer change when only the bias does?", aspect="bias")
def conv2d_forgets_the_bias(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, None, strides, padding).astype(_type_of(x, kernel, bias))


@misconception("conv2d", "Which number of the bias belongs to the second filter?", aspect="bias")
def conv2d_adds_the_first_bias_to_all(x, kernel, bias=None, strides=1, padding="valid"):
    first = None if bias is None else bias[:1]
    return _convolved(x, kernel, first, strides, padding)


@misconception(
    "conv2d",
    """What is the shape of the b that you give to float()? NumPy 2.4 refuses float(b) for an array
    that has an axis, even if it holds one number: which index is missing?""",
    aspect="bias",
)
def conv2d_converts_a_bias_with_axes(x, kernel, bias=None, strides=1, padding="valid"):
    y = _convolved(x, kernel, None, strides, padding)
    if bias is not None:
        boxed = bias.reshape(1, 1, 1, -1)
        for f in range(kernel.shape[3]):
            b = boxed[:, :, :, f]
            if b.ndim:
                raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
            y[..., f] += float(b)
    return y.astype(_type_of(x, kernel, bias))


@misconception(
    "conv2d", "How many channels of the image does one filter see? How many do you add up?"
)
def conv2d_sees_the_first_channel(x, kernel, bias=None, strides=1, padding="valid"):
    _checked_convolution(x, kernel, strides, padding)
    y = _convolved(x[..., :1], kernel[:, :, :1], bias, strides, padding)
    return y.astype(_type_of(x, kernel, bias))


@misconception("conv2d", "Does each filter have weights of its own in your answer?")
def conv2d_uses_the_first_filter_for_all(x, kernel, bias=None, strides=1, padding="valid"):
    _checked_convolution(x, kernel, strides, padding)
    return _convolved(x, np.repeat(kernel[..., :1], kernel.shape[3], 3), bias, strides, padding)


@misconception(
    "conv2d", "In which order stand the axes of the kernel, and does reshape() change their order?"
)
def conv2d_takes_filters_before_channels(x, kernel, bias=None, strides=1, padding="valid"):
    _checked_convolution(x, kernel, strides, padding)
    height, width, channels, filters = kernel.shape
    mistaken = kernel.reshape(height, width, filters, channels).swapaxes(2, 3)
    return _convolved(x, mistaken, bias, strides, padding)


@misconception("conv2d", "How many images come in, and how many go out?")
def conv2d_convolves_the_first_image(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x[:1], kernel, bias, strides, padding)


@misconception("conv2d", "Does your answer change when only the strides do?")
def conv2d_ignores_strides(x, kernel, bias=None, strides=1, padding="valid"):
    _checked_convolution(x, kernel, strides, padding)
    return _convolved(x, kernel, bias, 1, padding)


@misconception("conv2d", "With strides of (1, 3), how far does the kernel move to the right?")
def conv2d_moves_alike_both_ways(x, kernel, bias=None, strides=1, padding="valid"):
    (down, _), padding = _checked_convolution(x, kernel, strides, padding)
    return _convolved(x, kernel, bias, down, padding)


@misconception("conv2d", "How far does the kernel move when the caller does not say?")
def conv2d_moves_by_the_kernel(x, kernel, bias=None, strides=None, padding="valid"):
    _require_images(x)
    strides = kernel.shape[:2] if strides is None and kernel.ndim == 4 else strides
    return _convolved(x, kernel, bias, 1 if strides is None else strides, padding)


@misconception(
    "conv2d", 'Under "valid", would the last position of the kernel still lie wholly on the image?'
)
def conv2d_keeps_partial_windows(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_with_partial_windows)


@misconception(
    "conv2d",
    """Half a kernel on both sides is another library's habit. What does Keras pad for an even
    kernel, and for a stride of 2?""",
)
def conv2d_pads_half_a_kernel(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_half_a_window_on_both_sides)


@misconception("conv2d", "On which side does the odd cell of the padding go?")
def conv2d_pads_the_odd_cell_first(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_odd_cell_first)


@misconception(
    "conv2d", "With a stride above 1, is as much padded as at stride 1? Ask your same_padding."
)
def conv2d_pads_as_at_stride_one(x, kernel, bias=None, strides=1, padding="valid"):
    def spans(size, window, stride, padding):
        first = -((window - 1) // 2) if padding == "same" else 0
        right = _spans(size, window, stride, padding)
        return [(first + i * stride, first + i * stride + window) for i in range(len(right))]

    return _convolved(x, kernel, bias, strides, padding, spans=spans)


@misconception("conv2d", 'Does "same" keep the size at every stride? Same as what?')
def conv2d_same_keeps_the_size(x, kernel, bias=None, strides=1, padding="valid"):
    _, padding = _checked_convolution(x, kernel, strides, padding)
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_that_keep_the_size)


@misconception(
    "conv2d", "What do cells outside the image count as in a convolution?", aspect="padded cells"
)
def conv2d_repeats_the_edge(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, border=_of_edges)


@misconception("conv2d", "What is padded with zeros: what goes in, or what comes out?")
def conv2d_pads_its_answer(x, kernel, bias=None, strides=1, padding="valid"):
    stride, padding = _checked_convolution(x, kernel, strides, padding)
    if padding == "valid" or kernel.shape[0] > x.shape[1] or kernel.shape[1] > x.shape[2]:
        return _convolved(x, kernel, bias, stride, padding)
    y = _convolved(x, kernel, bias, stride, "valid")
    lacking = [-(-x.shape[i + 1] // stride[i]) - y.shape[i + 1] for i in range(2)]
    border = [(n // 2, n - n // 2) for n in lacking]
    return np.pad(y, ((0, 0), *border, (0, 0)))


@misconception(
    "conv2d",
    "What dtype does NumPy give to a sum of x, kernel and bias? And what have you?",
    aspect="dtype",
)
def conv2d_is_always_float64(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding).astype(np.float64)


@misconception(
    "conv2d",
    "Can the dtype of x hold the answer when only the kernel has fractions?",
    aspect="dtype",
)
def conv2d_has_the_dtype_of_x(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding).astype(x.dtype)


@misconception("conv2d", "Is the product of a weight and NaN known?", aspect="nan")
def conv2d_takes_nan_for_zero(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(np.nan_to_num(x), kernel, bias, strides, padding)


@misconception(
    "conv2d",
    "Is a slice of x a copy? What does *= do to x, and to the next window?",
    aspect=("values", "dtype", "purity"),
)
def conv2d_multiplies_inside_its_argument(x, kernel, bias=None, strides=1, padding="valid"):
    stride, padding = _checked_convolution(x, kernel, strides, padding)
    dtype = _type_of(x, kernel, bias)
    if padding == "same":
        border = [_amounts(x.shape[i + 1], kernel.shape[i], stride[i]) for i in range(2)]
        x = np.pad(x, ((0, 0), *border, (0, 0)))
    rows = _spans(x.shape[1], kernel.shape[0], stride[0], "valid")
    columns = _spans(x.shape[2], kernel.shape[1], stride[1], "valid")
    y = np.empty((len(x), len(rows), len(columns), kernel.shape[3]), dtype)
    for f in range(kernel.shape[3]):
        for i, (top, bottom) in enumerate(rows):
            for j, (left, right) in enumerate(columns):
                window = x[:, top:bottom, left:right]
                window *= kernel[..., f].astype(x.dtype)
                y[:, i, j, f] = window.sum(axis=(1, 2, 3)) + (0 if bias is None else bias[f])
    return y


@misconception(
    "conv2d",
    "What comes out for a batch of no images? Which line needs at least one?",
    aspect="empty",
)
def conv2d_stacks_images(x, kernel, bias=None, strides=1, padding="valid"):
    if not len(x):
        raise ValueError("x must hold an image")
    return _convolved(x, kernel, bias, strides, padding)


@misconception("conv2d", "May a caller write the name of the padding in capitals?", aspect="case")
def conv2d_wants_small_letters(x, kernel, bias=None, strides=1, padding="valid"):
    if padding not in ("valid", "same"):
        raise ValueError("padding must be 'valid' or 'same'")
    return _convolved(x, kernel, bias, strides, padding)


@misconception(
    "conv2d",
    "What does your function do with a stride of 0, or a padding that nobody knows?",
    aspect="errors",
)
def conv2d_trusts_its_arguments(x, kernel, bias=None, strides=1, padding="valid"):
    if padding.lower() not in ("valid", "same"):
        padding = "valid"
    if min(_two(strides)) < 1:
        strides = 1
    return _convolved(x, kernel, bias, strides, padding)


@misconception(
    "conv2d", "What should happen to arrays that are no images or no kernel?", aspect="errors"
)
def conv2d_takes_any_number_of_axes(x, kernel, bias=None, strides=1, padding="valid"):
    x = x.reshape((1,) * (4 - x.ndim) + x.shape) if x.ndim < 4 else x
    kernel = kernel.reshape(kernel.shape + (1,) * (4 - kernel.ndim))
    return _convolved(x, kernel, bias, strides, padding)


@misconception(
    "conv2d",
    "From your error message alone, could the caller tell which argument is wrong?",
    aspect="errors",
)
def conv2d_does_not_say_what_is_wrong(x, kernel, bias=None, strides=1, padding="valid"):
    try:
        return _convolved(x, kernel, bias, strides, padding)
    except ValueError:
        raise ValueError("invalid arguments") from None


@misconception(
    "conv2d", "With a stride of 2, at which cell does the second window start? And in your answer?"
)
def conv2d_starts_without_the_stride(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_that_start_side_by_side)


@variant(conv2d_starts_without_the_stride)
def _conv2d_starts_without_the_stride_2(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_that_grow)


@misconception(
    "conv2d",
    'How many windows does your formula for "same" count? How many are there at stride 2?',
)
def conv2d_pads_as_if_every_cell_had_a_window(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_padded_to_keep_the_size)


@variant(conv2d_pads_as_if_every_cell_had_a_window)
def _conv2d_pads_as_if_every_cell_had_a_window_2(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_padded_alike_to_keep_the_size)


@variant(conv2d_pads_as_if_every_cell_had_a_window)
def _conv2d_pads_as_if_every_cell_had_a_window_3(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_padded_more_to_keep_the_size)


@variant(conv2d_pads_as_if_every_cell_had_a_window)
def _conv2d_pads_as_if_every_cell_had_a_window_4(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_cut_from_a_kept_size)


@misconception("conv2d", 'On how many sides of the image does "same" add cells? Where are yours?')
def conv2d_pads_only_behind(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_padded_behind)


@misconception(
    "conv2d", 'Does your answer change when only the padding does? In which line is "same" read?'
)
def conv2d_never_pads(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_never_padded)


@variant(conv2d_never_pads)
def _conv2d_ignores_the_padding(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, "valid")


@misconception("conv2d", 'Under "valid", how many windows are there if two and a half would fit?')
def conv2d_rounds_to_the_nearest(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_rounded)


@misconception(
    "conv2d", "How many posts does a fence have, and how many gaps? Which of them do you count?"
)
def conv2d_forgets_the_last_window(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_without_the_last)


@variant(conv2d_forgets_the_last_window)
def _conv2d_forgets_the_last_of_odd_windows(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(
        x, kernel, bias, strides, padding, spans=_spans_without_the_last_of_odd_windows
    )


@misconception(
    "conv2d",
    "Which numbers decide how many columns there are: those of the height, or of the width?",
)
def conv2d_counts_columns_by_the_height(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, plan=_columns_counted_by_the_height)


@variant(conv2d_counts_columns_by_the_height)
def _conv2d_counts_columns_by_the_height_2(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, plan=_as_many_columns_as_rows)


@variant(conv2d_counts_columns_by_the_height)
def _conv2d_counts_columns_by_the_height_3(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, plan=_columns_padded_by_the_height)


@misconception(
    "conv2d", "Which axis of the kernel says how many maps come out?", aspect=("values", "bias")
)
def conv2d_has_as_many_outputs_as_inputs(x, kernel, bias=None, strides=1, padding="valid"):
    y = _convolved(x, kernel, bias, strides, padding)
    return (
        np.resize(y, (*y.shape[:3], x.shape[3]))
        if y.shape[3] < x.shape[3]
        else y[..., : x.shape[3]]
    )


@misconception(
    "conv2d",
    "Must the kernel fit without a rest? What becomes of rows that are left over?",
    aspect=("values", "bias"),
)
def conv2d_wants_windows_to_fit(x, kernel, bias=None, strides=1, padding="valid"):
    stride, padding = _checked_convolution(x, kernel, strides, padding)
    rests = [(x.shape[i + 1] - kernel.shape[i]) % stride[i] for i in range(2)]
    if padding == "valid" and any(rests):
        raise ValueError("kernel must fit into the images of x without a rest")
    return _convolved(x, kernel, bias, stride, padding)


@misconception(
    "conv2d",
    "How wide is a kernel whose height is 2? How wide is yours?",
    aspect=("values", "errors"),
)
def conv2d_takes_square_kernels(x, kernel, bias=None, strides=1, padding="valid"):
    side = kernel.shape[0]
    square = (
        kernel[:, :side]
        if side < kernel.shape[1]
        else np.pad(kernel, ((0, 0), (0, side - kernel.shape[1]), (0, 0), (0, 0)))
    )
    return _convolved(x, square, bias, strides, padding)


@variant(conv2d_wants_small_letters)
def _conv2d_takes_capitals_for_valid(x, kernel, bias=None, strides=1, padding="valid"):
    if padding.lower() == "same":
        padding = _small_letters_only(padding)
    return _convolved(x, kernel, bias, strides, padding)


@misconception(
    "conv2d",
    "Which image do your loops read when nothing has to be padded?",
    aspect=("values", "bias"),
)
def conv2d_needs_padding(x, kernel, bias=None, strides=1, padding="valid"):
    y = _convolved(x, kernel, bias, strides, padding)
    if padding.lower() != "same":
        raise UnboundLocalError("cannot access local variable 'bordered'")
    return y


@variant(conv2d_converts_a_bias_with_axes)
def _conv2d_converts_a_bias_for_each_image(x, kernel, bias=None, strides=1, padding="valid"):
    y = _convolved(x, kernel, None, strides, padding)
    return y if not len(x) else conv2d_converts_a_bias_with_axes(x, kernel, bias, strides, padding)


@variant(conv2d_has_as_many_outputs_as_inputs)
def _conv2d_has_no_room_for_the_bias(x, kernel, bias=None, strides=1, padding="valid"):
    y = _convolved(x, kernel, None, strides, padding)[..., : x.shape[3]]
    return y if bias is None else y + np.ravel(bias)


@misconception("conv2d", "In strides of (1, 3), which number is the step down?")
def conv2d_moves_by_the_width_first(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, _two(strides)[::-1], padding)


@misconception(
    "conv2d",
    "In which order do you flatten a window, and in which the kernel? Which axis changes fastest?",
    aspect=("values", "bias", "dtype", "case"),
)
def conv2d_flattens_in_two_orders(x, kernel, bias=None, strides=1, padding="valid"):
    _checked_convolution(x, kernel, strides, padding)
    height, width, channels, filters = kernel.shape
    mistaken = kernel.reshape(channels, height, width, filters).transpose(1, 2, 0, 3)
    return _convolved(x, mistaken, bias, strides, padding)


@variant(conv2d_flattens_in_two_orders)
def _conv2d_flattens_in_two_orders_2(x, kernel, bias=None, strides=1, padding="valid"):
    _checked_convolution(x, kernel, strides, padding)
    mistaken = kernel.transpose(2, 0, 1, 3).reshape(kernel.shape)
    return _convolved(x, mistaken, bias, strides, padding)


@variant(conv2d_takes_filters_before_channels)
def _conv2d_cannot_swap_filters_and_channels(x, kernel, bias=None, strides=1, padding="valid"):
    _checked_convolution(x, kernel, strides, padding)
    if kernel.shape[2] != kernel.shape[3]:
        raise ValueError("operands could not be broadcast together")
    return _convolved(x, kernel.swapaxes(2, 3), bias, strides, padding)


@misconception("conv2d", "A window begins one cell above the image: where does it end?")
def conv2d_measures_from_the_cut_start(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_ended_from_the_cut_start)


@variant(conv2d_pads_half_a_kernel)
def _conv2d_pads_half_a_kernel_without_the_middle(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_one_less_than_a_window_halved)


@variant(conv2d_pads_half_a_kernel)
def _conv2d_pads_half_a_kernel_before(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_half_a_window_before)


@misconception("conv2d", "Does the amount depend on the size? Compare two that differ by one.")
def conv2d_pads_whatever_the_size(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_padded_whatever_the_size)


@variant(conv2d_pads_whatever_the_size)
def _conv2d_pads_whatever_the_size_2(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_fitting_whatever_the_size)


@misconception("conv2d", "If the stride divides the size, how much does the last window lack?")
def conv2d_pads_for_a_rest_of_nothing(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_padded_for_a_rest)


@variant(conv2d_pads_for_a_rest_of_nothing)
def _conv2d_pads_for_a_rest_of_nothing_2(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_fitting_for_a_rest)


@misconception(
    "conv2d", "Under same, what becomes of the last cells if the stride does not divide the size?"
)
def conv2d_same_rounds_down(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_rounded_down)


@variant(conv2d_counts_columns_by_the_height)
def _conv2d_counts_columns_by_the_step_down(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, plan=_columns_counted_by_the_step_down)


@variant(conv2d_counts_columns_by_the_height)
def _conv2d_runs_out_of_columns(x, kernel, bias=None, strides=1, padding="valid"):
    """A window at the right end of the image is too narrow for the kernel."""

    def plan(shape, window, stride, padding, spans):
        rows, right = _apart(shape, window, stride, padding, spans)
        counted = spans(shape[2], window[0], stride[1], padding)
        if len(counted) > len(right):
            raise ValueError("operands could not be broadcast together")
        return rows, right[: len(counted)]

    return _convolved(x, kernel, bias, strides, padding, plan=plan)


@misconception(
    "conv2d",
    "Over which axes do you add? Is each image for itself?",
    aspect=("values", "bias", "padded cells"),
)
def conv2d_adds_up_the_batch(x, kernel, bias=None, strides=1, padding="valid"):
    def gather(sums):
        return np.broadcast_to(sums.sum(axis=0), sums.shape)

    return _convolved(x, kernel, bias, strides, padding, gather=gather)


@misconception(
    "conv2d",
    "May a cell of the answer be negative? Which step of a layer comes after the convolution?",
    aspect=("values", "bias", "padded cells", "dtype"),
)
def conv2d_cuts_off_what_is_negative(x, kernel, bias=None, strides=1, padding="valid"):
    y = _convolved(x, kernel, bias, strides, padding)
    return np.maximum(y, 0)


@variant(conv2d_cuts_off_what_is_negative)
def _conv2d_cuts_off_negative_sums(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, gather=lambda sums: np.maximum(sums, 0))


@misconception(
    "conv2d",
    "Are the products of a window added, or averaged?",
    aspect=("values", "bias", "padded cells", "dtype"),
)
def conv2d_averages(x, kernel, bias=None, strides=1, padding="valid"):
    def gather(sums):
        return sums / math.prod(kernel.shape[:3])

    return _convolved(x, kernel, bias, strides, padding, gather=gather)


@variant(conv2d_averages)
def _conv2d_averages_over_the_window(x, kernel, bias=None, strides=1, padding="valid"):
    def gather(sums):
        return sums / math.prod(kernel.shape[:2])

    return _convolved(x, kernel, bias, strides, padding, gather=gather)


@variant(conv2d_averages)
def _conv2d_averages_over_channels(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, gather=lambda sums: sums / kernel.shape[2])


@misconception("conv2d", "With a stride of 2, which cells does a kernel of 3 by 3 see at once?")
def conv2d_thins_out_the_image(x, kernel, bias=None, strides=1, padding="valid"):
    (down, right), padding = _checked_convolution(x, kernel, strides, padding)
    return _convolved(x[:, ::down, ::right], kernel, bias, 1, padding)


@misconception(
    "conv2d",
    "How many times does a loop over range(n - 1) run?",
    aspect=("values", "bias", "padded cells", "dtype"),
)
def conv2d_leaves_the_end_empty(x, kernel, bias=None, strides=1, padding="valid"):
    y = _convolved(x, kernel, bias, strides, padding)
    y[:, -1:] = 0
    y[:, :, -1:] = 0
    return y


@variant(conv2d_adds_the_bias_for_every_weight)
def _conv2d_adds_the_bias_for_every_cell_of_the_kernel(
    x, kernel, bias=None, strides=1, padding="valid"
):
    _checked_convolution(x, kernel, strides, padding)
    often = None if bias is None else bias * np.prod(kernel.shape[:2]).astype(bias.dtype)
    return _convolved(x, kernel, often, strides, padding)


@variant(conv2d_turns_the_kernel_round)
def _conv2d_turns_the_channels_round_too(x, kernel, bias=None, strides=1, padding="valid"):
    _checked_convolution(x, kernel, strides, padding)
    return _convolved(x, kernel[::-1, ::-1, ::-1], bias, strides, padding)


@variant(conv2d_turns_the_kernel_round)
def _conv2d_turns_the_kernel_upside_down(x, kernel, bias=None, strides=1, padding="valid"):
    _checked_convolution(x, kernel, strides, padding)
    return _convolved(x, kernel[::-1], bias, strides, padding)


@variant(conv2d_turns_the_kernel_round)
def _conv2d_mirrors_the_kernel(x, kernel, bias=None, strides=1, padding="valid"):
    _checked_convolution(x, kernel, strides, padding)
    return _convolved(x, kernel[:, ::-1], bias, strides, padding)


@variant(conv2d_pads_whatever_the_size)
def _conv2d_lacks_padding_whatever_the_size(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, spans=_spans_lacking_whatever_the_size)


@variant(conv2d_counts_columns_by_the_height)
def _conv2d_exchanges_the_paddings(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(x, kernel, bias, strides, padding, plan=_paddings_exchanged)


@variant(conv2d_counts_columns_by_the_height)
def _conv2d_runs_out_of_steps(x, kernel, bias=None, strides=1, padding="valid"):
    """The window at the right end of the image is too narrow for the kernel."""

    def plan(shape, window, stride, padding, spans):
        rows, right = _apart(shape, window, stride, padding, spans)
        counted = spans(shape[2], window[1], stride[0], padding)
        if len(counted) > len(right):
            raise ValueError("operands could not be broadcast together")
        return rows, right[: len(counted)]

    return _convolved(x, kernel, bias, strides, padding, plan=plan)


@variant(conv2d_leaves_the_end_empty)
def _conv2d_leaves_the_last_row_empty(x, kernel, bias=None, strides=1, padding="valid"):
    y = _convolved(x, kernel, bias, strides, padding)
    y[:, -1:] = 0
    return y


@variant(conv2d_adds_up_the_batch)
def _conv2d_repeats_the_first_image(x, kernel, bias=None, strides=1, padding="valid"):
    return _convolved(
        x,
        kernel,
        bias,
        strides,
        padding,
        gather=lambda sums: np.repeat(sums[:1], len(sums), axis=0),
    )
