"""Known wrong answers to backward passes, each with the question that leads out of it.

Each is a whole function with one mistake. What is right in several of them stands once, in the
private functions at the top, with parts that a mistake may exchange.
"""

from __future__ import annotations

import numpy as np

from autograder.diagnosis import call, misconception, probes, right_answer, variant

# -- what they share, and do right ---------------------------------------------------------------


def _two(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def _starts(size, window, stride, padding):
    """The first cell of each window along one axis; negative where padding comes before."""
    if padding == "valid":
        return range(0, size - window + 1, stride)
    count = -(-size // stride)
    before = max((count - 1) * stride + window - size, 0) // 2
    return range(-before, count * stride - before, stride)


def _starts_odd_cell_first(size, window, stride, padding):
    starts = _starts(size, window, stride, padding)
    missing = max((len(starts) - 1) * stride + window - size, 0) if padding == "same" else 0
    return [start - missing % 2 for start in starts]


def _starts_without_padding_before(size, window, stride, padding):
    starts = _starts(size, window, stride, padding)
    return [start - starts[0] for start in starts] if len(starts) else starts


def _starts_at_stride_one(size, window, stride, padding):
    starts = _starts(size, window, stride, padding)
    return [starts[0] + number for number in range(len(starts))] if len(starts) else starts


def _require_shape(dy, wanted):
    if np.shape(dy) != wanted:
        raise ValueError(f"dy must have the shape {wanted}")


def _require_an_image(x):
    if not len(x):
        raise ValueError("x must hold an image")


def _fitted(dy, x, window, strides, padding, channels):
    """Derivatives of another shape, repeated or cut off until they fit."""
    sides, steps = _two(window), _two(window if strides is None else strides)
    shape = [len(_starts(x.shape[1 + a], sides[a], steps[a], padding)) for a in (0, 1)]
    wanted = (len(x), *shape, channels)
    return dy if dy.shape == wanted else np.resize(dy, wanted)


def _in_float64(result, like):
    return result.astype(np.float64)


def _in_the_dtype_of(argument):
    return lambda result, like: result.astype(argument.dtype)


def _spans(x, window, stride, padding, starts):
    """(start, stop) of the windows downwards and across."""
    return [
        [
            (start, start + window[axis])
            for start in starts(size, window[axis], stride[axis], padding)
        ]
        for axis, size in enumerate(x.shape[1:3])
    ]


def _cut_off(x, pool_size, strides, padding):
    """Derivatives without the rows and columns behind the last window."""
    window, stride = _two(pool_size), _two(pool_size if strides is None else strides)
    rows, columns = (
        max(stop for _, stop in spans) for spans in _spans(x, window, stride, padding, _starts)
    )
    return lambda dx, x: dx[:, :rows, :columns].astype(x.dtype)


def _cut(start, stop):
    return slice(max(start, 0), max(stop, 0))


def _added(dx, cells, share):
    dx[cells] += share


def _assigned(dx, cells, share):
    dx[cells] = np.where(share != 0, share, dx[cells])


def _slope(dy, i, j):
    """The derivatives of one output of each image; zeros beyond the last output."""
    if i < dy.shape[1] and j < dy.shape[2]:
        return dy[:, i, j, None, None]
    return np.zeros((len(dy), 1, 1, dy.shape[3]), dy.dtype)


def _pooled_back(
    dy, x, pool_size, strides, padding, share, *, starts=_starts, put=_added, check=_require_shape,
    order=lambda pair: pair, of_strides=lambda window, stride: stride, channels=lambda cells: cells,
    border=None, finish=lambda dx, x: dx.astype(x.dtype),
):  # fmt: skip
    """Take each output's derivative back to the cells of its window, by shares."""
    window, stride = _two(pool_size), _two(pool_size if strides is None else strides)
    wanted = [len(_starts(x.shape[1 + a], window[a], stride[a], padding)) for a in (0, 1)]
    check(dy, (len(x), *wanted, x.shape[3]))
    window, stride = order(window), order(of_strides(window, stride))
    dx = np.zeros(x.shape, np.result_type(x, np.float32))
    rows, columns = _spans(x, window, stride, padding, starts)
    for i, down in enumerate(rows[: wanted[0]]):
        for j, across in enumerate(columns[: wanted[1]]):
            cells = (slice(None), _cut(*down), _cut(*across))
            if x[cells].size:
                whole = border if border is None else border(x, down, across)
                put(dx, cells, share(channels(x[cells]), _slope(dy, i, j), window, whole))
    return finish(dx, x)


def _to_the_first(cells, slope, window=None, whole=None):
    """All to the first of the greatest numbers, by rows."""
    return _at(_flat(cells).argmax(axis=1), cells) * slope


def _flat(cells):
    images, height, width, channels = cells.shape
    return cells.reshape(images, height * width, channels)


def _at(chosen, cells):
    _, height, width, _ = cells.shape
    return (np.arange(height * width)[:, None] == chosen[:, None]).reshape(cells.shape)


def _equally(cells, slope, window=None, whole=None):
    return np.ones_like(cells) * slope / (cells.shape[1] * cells.shape[2])


def _layers():
    """Arguments of pooling: side by side, overlapping, rectangular, left over, same."""
    rng = np.random.default_rng(8)

    def of(shape, rows, columns, **options):
        x = rng.permutation(int(np.prod(shape))).reshape(shape) / 10 - 4.03
        return (rng.uniform(1, 3, (shape[0], rows, columns, shape[3])), x), options

    return [
        of((2, 4, 6, 2), 2, 3),
        of((1, 5, 7, 2), 2, 3, pool_size=3, strides=2),
        of((2, 4, 5, 2), 3, 4, pool_size=2, strides=1),
        of((2, 5, 8, 2), 2, 3, pool_size=2, strides=3),
        of((1, 4, 6, 2), 2, 2, pool_size=(2, 3)),
        of((1, 6, 5, 2), 4, 3, pool_size=(3, 1), strides=(1, 2)),
        of((1, 5, 7, 2), 2, 2, pool_size=(2, 3)),
        of((2, 3, 5, 2), 2, 3, padding="same"),
        of((1, 4, 6, 2), 4, 6, pool_size=3, strides=1, padding="same"),
        of((1, 6, 5, 1), 2, 5, pool_size=(4, 2), strides=(3, 1), padding="same"),
    ]


def _pooling_probes():
    layers = _layers()
    (dy, x), _ = layers[0]
    single = [each.astype(np.float32) for each in (dy, x)]
    return [
        *(call(*given, **options) for given, options in layers[1:]),
        call(dy, x, watch=True),
        call(dy[:, :, :, :1] * np.ones(2), x, pool_size=2, strides=2, watch=True),
        call(*single),
        call(single[0], x),
        call(dy, single[1]),
        call(dy, np.floor(x / 4)),
        call(dy[:0], x[:0]),
        call(dy[:1], x),
        call(dy[:, :1], x),
        call(x, x),
    ]


# -- max_pool2d_backward -------------------------------------------------------------------------


@right_answer("max_pool2d_backward")
def _max(dy, x, pool_size=2, strides=None, padding="valid", *, share=_to_the_first, **parts):
    return _pooled_back(dy, x, pool_size, strides, padding, share, **parts)


@right_answer("avg_pool2d_backward")
def _avg(dy, x, pool_size=2, strides=None, padding="valid", *, share=_equally, **parts):
    return _pooled_back(dy, x, pool_size, strides, padding, share, **parts)


probes("max_pool2d_backward")(_pooling_probes)
probes("avg_pool2d_backward")(_pooling_probes)


@misconception("max_pool2d_backward")
def max_pool2d_backward_assigns(dy, x, pool_size=2, strides=None, padding="valid"):
    return _max(dy, x, pool_size, strides, padding, put=_assigned)


@misconception("max_pool2d_backward")
def max_pool2d_backward_moves_by_the_window(dy, x, pool_size=2, strides=None, padding="valid"):
    return _max(dy, x, pool_size, strides, padding, of_strides=lambda window, stride: window)


@misconception("max_pool2d_backward")
def max_pool2d_backward_moves_by_one(dy, x, pool_size=2, strides=None, padding="valid"):
    return _max(dy, x, pool_size, strides, padding, starts=_starts_at_stride_one)


@misconception("max_pool2d_backward")
def max_pool2d_backward_swaps_rows_and_columns(dy, x, pool_size=2, strides=None, padding="valid"):
    return _max(dy, x, pool_size, strides, padding, order=lambda pair: pair[::-1])


@misconception("max_pool2d_backward")
def max_pool2d_backward_pads_the_odd_cell_first(dy, x, pool_size=2, strides=None, padding="valid"):
    return _max(dy, x, pool_size, strides, padding, starts=_starts_odd_cell_first)


@misconception("max_pool2d_backward")
def max_pool2d_backward_pads_only_after(dy, x, pool_size=2, strides=None, padding="valid"):
    return _max(dy, x, pool_size, strides, padding, starts=_starts_without_padding_before)


@misconception("max_pool2d_backward")
def max_pool2d_backward_cuts_off_what_is_left_over(
    dy, x, pool_size=2, strides=None, padding="valid"
):
    cut = _cut_off(x, pool_size, strides, padding)
    return _max(dy, x, pool_size, strides, padding, finish=cut)


@misconception("max_pool2d_backward")
def max_pool2d_backward_ignores_dy(dy, x, pool_size=2, strides=None, padding="valid"):
    _pooled_back(dy, x, pool_size, strides, padding, _equally)  # refuses a wrong dy
    return _max(np.ones_like(dy), x, pool_size, strides, padding)


@misconception("max_pool2d_backward")
def max_pool2d_backward_subtracts(dy, x, pool_size=2, strides=None, padding="valid"):
    return _max(-dy, x, pool_size, strides, padding)


@misconception("max_pool2d_backward", aspect="dtype")
def max_pool2d_backward_makes_float64(dy, x, pool_size=2, strides=None, padding="valid"):
    return _max(dy, x, pool_size, strides, padding, finish=_in_float64)


@misconception("max_pool2d_backward", aspect="dtype")
def max_pool2d_backward_takes_the_dtype_of_dy(dy, x, pool_size=2, strides=None, padding="valid"):
    return _max(dy, x, pool_size, strides, padding, finish=_in_the_dtype_of(dy))


@misconception("max_pool2d_backward", aspect="empty")
def max_pool2d_backward_needs_an_image(dy, x, pool_size=2, strides=None, padding="valid"):
    _require_an_image(x)
    return _max(dy, x, pool_size, strides, padding)


@misconception("max_pool2d_backward", aspect="purity")
def max_pool2d_backward_writes_into_x(dy, x, pool_size=2, strides=None, padding="valid"):
    x[...] = _max(dy, x.copy(), pool_size, strides, padding)
    return x


@misconception("max_pool2d_backward", aspect="errors")
def max_pool2d_backward_takes_anything(dy, x, pool_size=2, strides=None, padding="valid"):
    fitted = _fitted(dy, x, pool_size, strides, padding, x.shape[3])
    return _max(fitted, x, pool_size, strides, padding)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_assigns(dy, x, pool_size=2, strides=None, padding="valid"):
    return _avg(dy, x, pool_size, strides, padding, put=_assigned)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_moves_by_the_window(dy, x, pool_size=2, strides=None, padding="valid"):
    return _avg(dy, x, pool_size, strides, padding, of_strides=lambda window, stride: window)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_moves_by_one(dy, x, pool_size=2, strides=None, padding="valid"):
    return _avg(dy, x, pool_size, strides, padding, starts=_starts_at_stride_one)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_swaps_rows_and_columns(dy, x, pool_size=2, strides=None, padding="valid"):
    return _avg(dy, x, pool_size, strides, padding, order=lambda pair: pair[::-1])


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_pads_the_odd_cell_first(dy, x, pool_size=2, strides=None, padding="valid"):
    return _avg(dy, x, pool_size, strides, padding, starts=_starts_odd_cell_first)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_pads_only_after(dy, x, pool_size=2, strides=None, padding="valid"):
    return _avg(dy, x, pool_size, strides, padding, starts=_starts_without_padding_before)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_cuts_off_what_is_left_over(
    dy, x, pool_size=2, strides=None, padding="valid"
):
    cut = _cut_off(x, pool_size, strides, padding)
    return _avg(dy, x, pool_size, strides, padding, finish=cut)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_ignores_dy(dy, x, pool_size=2, strides=None, padding="valid"):
    _pooled_back(dy, x, pool_size, strides, padding, _equally)  # refuses a wrong dy
    return _avg(np.ones_like(dy), x, pool_size, strides, padding)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_subtracts(dy, x, pool_size=2, strides=None, padding="valid"):
    return _avg(-dy, x, pool_size, strides, padding)


@misconception("avg_pool2d_backward", aspect="dtype")
def avg_pool2d_backward_makes_float64(dy, x, pool_size=2, strides=None, padding="valid"):
    return _avg(dy, x, pool_size, strides, padding, finish=_in_float64)


@misconception("avg_pool2d_backward", aspect="dtype")
def avg_pool2d_backward_takes_the_dtype_of_dy(dy, x, pool_size=2, strides=None, padding="valid"):
    return _avg(dy, x, pool_size, strides, padding, finish=_in_the_dtype_of(dy))


@misconception("avg_pool2d_backward", aspect="empty")
def avg_pool2d_backward_needs_an_image(dy, x, pool_size=2, strides=None, padding="valid"):
    _require_an_image(x)
    return _avg(dy, x, pool_size, strides, padding)


@misconception("avg_pool2d_backward", aspect="purity")
def avg_pool2d_backward_writes_into_x(dy, x, pool_size=2, strides=None, padding="valid"):
    x[...] = _avg(dy, x.copy(), pool_size, strides, padding)
    return x


@misconception("avg_pool2d_backward", aspect="errors")
def avg_pool2d_backward_takes_anything(dy, x, pool_size=2, strides=None, padding="valid"):
    fitted = _fitted(dy, x, pool_size, strides, padding, x.shape[3])
    return _avg(fitted, x, pool_size, strides, padding)


@misconception("max_pool2d_backward")
def max_pool2d_backward_shares_equally(dy, x, pool_size=2, strides=None, padding="valid"):
    return _max(dy, x, pool_size, strides, padding, share=_equally)


@misconception("max_pool2d_backward")
def max_pool2d_backward_gives_all_cells_everything(
    dy, x, pool_size=2, strides=None, padding="valid"
):
    def share(cells, slope, window, whole):
        return np.ones_like(cells) * slope

    return _max(dy, x, pool_size, strides, padding, share=share)


@misconception("max_pool2d_backward")
def max_pool2d_backward_looks_for_the_least(dy, x, pool_size=2, strides=None, padding="valid"):
    def share(cells, slope, window, whole):
        return _to_the_first(-cells, slope)

    return _max(dy, x, pool_size, strides, padding, share=share)


@misconception("max_pool2d_backward")
def max_pool2d_backward_looks_at_amounts(dy, x, pool_size=2, strides=None, padding="valid"):
    def share(cells, slope, window, whole):
        return _to_the_first(np.abs(cells), slope)

    return _max(dy, x, pool_size, strides, padding, share=share)


@misconception("max_pool2d_backward")
def max_pool2d_backward_takes_the_first_cell(dy, x, pool_size=2, strides=None, padding="valid"):
    def share(cells, slope, window, whole):
        return _to_the_first(np.zeros_like(cells), slope)

    return _max(dy, x, pool_size, strides, padding, share=share)


@misconception("max_pool2d_backward")
def max_pool2d_backward_multiplies_by_the_maximum(
    dy, x, pool_size=2, strides=None, padding="valid"
):
    def share(cells, slope, window, whole):
        return _to_the_first(cells, slope) * cells

    return _max(dy, x, pool_size, strides, padding, share=share)


@misconception("max_pool2d_backward")
def max_pool2d_backward_mixes_channels(dy, x, pool_size=2, strides=None, padding="valid"):
    def share(cells, slope, window, whole):
        greatest = np.ones_like(cells) * cells.max(axis=3, keepdims=True)
        return _to_the_first(greatest, slope)

    return _max(dy, x, pool_size, strides, padding, share=share)


@misconception("max_pool2d_backward")
def max_pool2d_backward_pads_with_zeros(dy, x, pool_size=2, strides=None, padding="valid"):
    def border(x, down, across):
        return min(down[0], across[0]) < 0 or down[1] > x.shape[1] or across[1] > x.shape[2]

    def share(cells, slope, window, whole):
        wins = cells.max(axis=(1, 2), keepdims=True) > 0
        return _to_the_first(cells, slope) * (wins if whole else 1)

    return _max(dy, x, pool_size, strides, padding, share=share, border=border)


@misconception("max_pool2d_backward", aspect="ties")
def max_pool2d_backward_gives_all_equal_cells(dy, x, pool_size=2, strides=None, padding="valid"):
    def share(cells, slope, window, whole):
        return (cells == cells.max(axis=(1, 2), keepdims=True)) * slope

    return _max(dy, x, pool_size, strides, padding, share=share)


@misconception("max_pool2d_backward", aspect="ties")
def max_pool2d_backward_divides_among_equal_cells(
    dy, x, pool_size=2, strides=None, padding="valid"
):
    def share(cells, slope, window, whole):
        equal = cells == cells.max(axis=(1, 2), keepdims=True)
        return equal / equal.sum(axis=(1, 2), keepdims=True) * slope

    return _max(dy, x, pool_size, strides, padding, share=share)


@misconception("max_pool2d_backward", aspect="ties")
def max_pool2d_backward_takes_the_last(dy, x, pool_size=2, strides=None, padding="valid"):
    def share(cells, slope, window, whole):
        return _to_the_first(cells[:, ::-1, ::-1], slope)[:, ::-1, ::-1]

    return _max(dy, x, pool_size, strides, padding, share=share)


# -- avg_pool2d_backward -------------------------------------------------------------------------


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_does_not_divide(dy, x, pool_size=2, strides=None, padding="valid"):
    def share(cells, slope, window, whole):
        return np.ones_like(cells) * slope

    return _avg(dy, x, pool_size, strides, padding, share=share)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_counts_the_padding(dy, x, pool_size=2, strides=None, padding="valid"):
    def share(cells, slope, window, whole):
        return np.ones_like(cells) * slope / (window[0] * window[1])

    return _avg(dy, x, pool_size, strides, padding, share=share)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_divides_by_the_height(dy, x, pool_size=2, strides=None, padding="valid"):
    def share(cells, slope, window, whole):
        return np.ones_like(cells) * slope / cells.shape[1]

    return _avg(dy, x, pool_size, strides, padding, share=share)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_gives_the_greatest_all(dy, x, pool_size=2, strides=None, padding="valid"):
    return _avg(dy, x, pool_size, strides, padding, share=_to_the_first)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_shares_by_size(dy, x, pool_size=2, strides=None, padding="valid"):
    def share(cells, slope, window, whole):
        return cells / np.abs(cells).sum(axis=(1, 2), keepdims=True) * slope

    return _avg(dy, x, pool_size, strides, padding, share=share)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_averages_channels(dy, x, pool_size=2, strides=None, padding="valid"):
    def share(cells, slope, window, whole):
        return _equally(cells, slope.mean(axis=3, keepdims=True))

    return _avg(dy, x, pool_size, strides, padding, share=share)


@misconception("avg_pool2d_backward")
def avg_pool2d_backward_averages_images(dy, x, pool_size=2, strides=None, padding="valid"):
    def share(cells, slope, window, whole):
        return _equally(cells, slope.mean(axis=0, keepdims=True) if len(slope) else slope)

    return _avg(dy, x, pool_size, strides, padding, share=share)


# -- convolutions --------------------------------------------------------------------------------


def _image_step(dcells, slopes, cells, kernel):
    dcells += np.einsum("nf,hwcf->nhwc", slopes, kernel)


def _kernel_step(slopes, cells):
    return np.einsum("nhwc,nf->hwcf", cells, slopes)


def _walk(dy, x, kernel, strides, padding, check, starts, order, of_strides):
    """The padded image, where it begins in it, and (output, rows, columns) of each window."""
    window, stride = kernel.shape[:2], _two(strides)
    wanted = [len(_starts(x.shape[1 + a], window[a], stride[a], padding)) for a in (0, 1)]
    check(dy, (len(x), *wanted, kernel.shape[3]))
    stride = of_strides(order(stride))
    rows, columns = _spans(x, window, stride, padding, starts)
    rows, columns = rows[: wanted[0]], columns[: wanted[1]]
    before = [max(0, -min(start for start, _ in each)) for each in (rows, columns)]
    after = [
        max(0, max(stop for _, stop in each) - x.shape[1 + axis])
        for axis, each in enumerate((rows, columns))
    ]
    padded = np.pad(x, [(0, 0), (before[0], after[0]), (before[1], after[1]), (0, 0)])
    steps = [
        (
            (i, j),
            slice(top + before[0], bottom + before[0]),
            slice(left + before[1], right + before[1]),
        )
        for i, (top, bottom) in enumerate(rows)
        for j, (left, right) in enumerate(columns)
    ]
    return padded, before, steps


def _output(dy, i, j):
    inside = i < dy.shape[1] and j < dy.shape[2]
    return dy[:, i, j] if inside else np.zeros((len(dy), dy.shape[3]), dy.dtype)


@right_answer("conv2d_backward_x")
def _to_x(
    dy, x, kernel, strides=1, padding="valid", *, check=_require_shape, starts=_starts,
    order=lambda pair: pair, of_strides=lambda pair: pair, weights=lambda kernel: kernel,
    step=_image_step, finish=lambda dx, x: dx.astype(x.dtype),
):  # fmt: skip
    padded, before, steps = _walk(dy, x, kernel, strides, padding, check, starts, order, of_strides)
    dx = np.zeros(padded.shape, np.result_type(x, np.float32))
    for (i, j), rows, columns in steps:
        step(dx[:, rows, columns], _output(dy, i, j), padded[:, rows, columns], weights(kernel))
    top, left = before
    return finish(dx[:, top : top + x.shape[1], left : left + x.shape[2]], x)


@right_answer("conv2d_backward_weights")
def _to_weights(
    dy, x, kernel, strides=1, padding="valid", *, check=_require_shape, starts=_starts,
    order=lambda pair: pair, of_strides=lambda pair: pair, step=_kernel_step,
    put=lambda total, one: total + one, scale=lambda dkernel, dy: dkernel,
    of_bias=lambda dy: dy.sum(axis=(0, 1, 2)), finish=lambda dkernel, kernel: dkernel,
    answers=lambda dkernel, dbias: (dkernel, dbias),
):  # fmt: skip
    padded, _, steps = _walk(dy, x, kernel, strides, padding, check, starts, order, of_strides)
    dkernel = np.zeros(kernel.shape, kernel.dtype)
    for (i, j), rows, columns in steps:
        dkernel = put(dkernel, step(_output(dy, i, j), padded[:, rows, columns]))
    dkernel = scale(dkernel, dy).astype(kernel.dtype)
    return answers(finish(dkernel, kernel), of_bias(dy))


def _convolution_layers():
    rng = np.random.default_rng(9)

    def of(shape, kernel, rows, columns, **options):
        dy = rng.normal(1, 2, (shape[0], rows, columns, kernel[3]))
        return (dy, rng.normal(1, 2, shape), rng.normal(1, 2, kernel)), options

    return [
        of((2, 4, 5, 2), (2, 3, 2, 3), 3, 3),
        of((1, 5, 4, 2), (3, 3, 2, 2), 3, 2),
        of((2, 5, 7, 1), (3, 2, 1, 2), 2, 3, strides=2),
        of((1, 6, 5, 2), (2, 2, 2, 1), 5, 2, strides=(1, 2)),
        of((2, 3, 4, 2), (3, 2, 2, 1), 3, 4, padding="same"),
        of((1, 5, 4, 1), (2, 3, 1, 2), 3, 2, strides=2, padding="same"),
        of((1, 6, 5, 1), (4, 1, 1, 2), 2, 3, strides=(3, 2), padding="same"),
    ]


def _convolution_probes():
    layers = _convolution_layers()
    (dy, x, kernel), _ = layers[0]
    return [
        call(dy, x, kernel, watch=True),
        call(dy[:1], x[:1], kernel, watch=True),
        *(call(*given, **options) for given, options in layers[1:]),
        call(*(each.astype(np.float32) for each in (dy, x, kernel))),
        call(dy.astype(np.float32), x, kernel),
        call(dy, x.astype(np.float32), kernel.astype(np.float32)),
        call(dy[:0], x[:0], kernel),
        call(dy[:1], x, kernel),
        call(dy[:, :1], x, kernel),
        call(dy[..., :1], x, kernel),
    ]


probes("conv2d_backward_x")(_convolution_probes)
probes("conv2d_backward_weights")(_convolution_probes)


@misconception("conv2d_backward_x")
def conv2d_backward_x_moves_by_one(dy, x, kernel, strides=1, padding="valid"):
    return _to_x(dy, x, kernel, strides, padding, starts=_starts_at_stride_one)


@misconception("conv2d_backward_x")
def conv2d_backward_x_swaps_strides(dy, x, kernel, strides=1, padding="valid"):
    return _to_x(dy, x, kernel, strides, padding, order=lambda pair: pair[::-1])


@misconception("conv2d_backward_x")
def conv2d_backward_x_pads_the_odd_cell_first(dy, x, kernel, strides=1, padding="valid"):
    return _to_x(dy, x, kernel, strides, padding, starts=_starts_odd_cell_first)


@misconception("conv2d_backward_x")
def conv2d_backward_x_pads_only_after(dy, x, kernel, strides=1, padding="valid"):
    return _to_x(dy, x, kernel, strides, padding, starts=_starts_without_padding_before)


@misconception("conv2d_backward_x")
def conv2d_backward_x_subtracts(dy, x, kernel, strides=1, padding="valid"):
    return _to_x(-dy, x, kernel, strides, padding)


@misconception("conv2d_backward_x", aspect="dtype")
def conv2d_backward_x_makes_float64(dy, x, kernel, strides=1, padding="valid"):
    return _to_x(dy, x, kernel, strides, padding, finish=_in_float64)


@misconception("conv2d_backward_x", aspect="dtype")
def conv2d_backward_x_takes_the_dtype_of_dy(dy, x, kernel, strides=1, padding="valid"):
    return _to_x(dy, x, kernel, strides, padding, finish=_in_the_dtype_of(dy))


@misconception("conv2d_backward_x", aspect="purity")
def conv2d_backward_x_writes_into_x(dy, x, kernel, strides=1, padding="valid"):
    x[...] = _to_x(dy, x.copy(), kernel, strides, padding)
    return x


@misconception("conv2d_backward_x", aspect="empty")
def conv2d_backward_x_needs_an_image(dy, x, kernel, strides=1, padding="valid"):
    _require_an_image(x)
    return _to_x(dy, x, kernel, strides, padding)


@misconception("conv2d_backward_x", aspect="errors")
def conv2d_backward_x_takes_anything(dy, x, kernel, strides=1, padding="valid"):
    fitted = _fitted(dy, x, kernel.shape[:2], strides, padding, kernel.shape[3])
    return _to_x(fitted, x, kernel, strides, padding)


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_moves_by_one(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(dy, x, kernel, strides, padding, starts=_starts_at_stride_one)


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_swaps_strides(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(dy, x, kernel, strides, padding, order=lambda pair: pair[::-1])


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_pads_the_odd_cell_first(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(dy, x, kernel, strides, padding, starts=_starts_odd_cell_first)


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_pads_only_after(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(dy, x, kernel, strides, padding, starts=_starts_without_padding_before)


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_subtracts(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(-dy, x, kernel, strides, padding)


@misconception("conv2d_backward_weights", aspect="dtype")
def conv2d_backward_weights_makes_float64(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(dy, x, kernel, strides, padding, finish=_in_float64)


@misconception("conv2d_backward_weights", aspect="dtype")
def conv2d_backward_weights_takes_the_dtype_of_dy(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(dy, x, kernel, strides, padding, finish=_in_the_dtype_of(dy))


@misconception("conv2d_backward_weights", aspect="purity")
def conv2d_backward_weights_writes_into_the_kernel(dy, x, kernel, strides=1, padding="valid"):
    dkernel, dbias = _to_weights(dy, x, kernel, strides, padding)
    kernel[...] = dkernel
    return kernel, dbias


@misconception("conv2d_backward_weights", aspect="empty")
def conv2d_backward_weights_needs_an_image(dy, x, kernel, strides=1, padding="valid"):
    _require_an_image(x)
    return _to_weights(dy, x, kernel, strides, padding)


@misconception("conv2d_backward_weights", aspect="errors")
def conv2d_backward_weights_takes_anything(dy, x, kernel, strides=1, padding="valid"):
    fitted = _fitted(dy, x, kernel.shape[:2], strides, padding, kernel.shape[3])
    return _to_weights(fitted, x, kernel, strides, padding)


@misconception("conv2d_backward_x")
def conv2d_backward_x_turns_the_kernel(dy, x, kernel, strides=1, padding="valid"):
    return _to_x(dy, x, kernel, strides, padding, weights=lambda kernel: kernel[::-1, ::-1])


@misconception("conv2d_backward_x")
def conv2d_backward_x_swaps_rows_and_columns(dy, x, kernel, strides=1, padding="valid"):
    def weights(kernel):
        return kernel.reshape(kernel.shape[1], kernel.shape[0], *kernel.shape[2:]).swapaxes(0, 1)

    return _to_x(dy, x, kernel, strides, padding, weights=weights)


@misconception("conv2d_backward_x")
def conv2d_backward_x_assigns(dy, x, kernel, strides=1, padding="valid"):
    def step(dcells, slopes, cells, kernel):
        dcells[...] = np.einsum("nf,hwcf->nhwc", slopes, kernel)

    return _to_x(dy, x, kernel, strides, padding, step=step)


@misconception("conv2d_backward_x")
def conv2d_backward_x_takes_one_filter(dy, x, kernel, strides=1, padding="valid"):
    def step(dcells, slopes, cells, kernel):
        _image_step(dcells, slopes[:, :1], cells, kernel[..., :1])

    return _to_x(dy, x, kernel, strides, padding, step=step)


@misconception("conv2d_backward_x")
def conv2d_backward_x_averages_filters(dy, x, kernel, strides=1, padding="valid"):
    def step(dcells, slopes, cells, kernel):
        _image_step(dcells, slopes / slopes.shape[1], cells, kernel)

    return _to_x(dy, x, kernel, strides, padding, step=step)


@misconception("conv2d_backward_x")
def conv2d_backward_x_multiplies_by_x(dy, x, kernel, strides=1, padding="valid"):
    def step(dcells, slopes, cells, kernel):
        dcells += cells * np.einsum("nf,hwcf->nhwc", slopes, kernel)

    return _to_x(dy, x, kernel, strides, padding, step=step)


@misconception("conv2d_backward_x")
def conv2d_backward_x_adds_up_input_channels(dy, x, kernel, strides=1, padding="valid"):
    def step(dcells, slopes, cells, kernel):
        dcells += np.einsum("nf,hwcf->nhw", slopes, kernel)[..., np.newaxis]

    return _to_x(dy, x, kernel, strides, padding, step=step)


@misconception("conv2d_backward_x")
def conv2d_backward_x_divides_by_the_window(dy, x, kernel, strides=1, padding="valid"):
    def weights(kernel):
        return kernel / (kernel.shape[0] * kernel.shape[1])

    return _to_x(dy, x, kernel, strides, padding, weights=weights)


# -- conv2d_backward_weights ---------------------------------------------------------------------


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_turns_the_kernel(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(
        dy, x, kernel, strides, padding, finish=lambda dkernel, kernel: dkernel[::-1, ::-1].copy()
    )


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_keeps_the_last_window(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(dy, x, kernel, strides, padding, put=lambda total, one: one)


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_averages_the_kernel(dy, x, kernel, strides=1, padding="valid"):
    def scale(dkernel, dy):
        return dkernel / max(len(dy), 1)

    return _to_weights(dy, x, kernel, strides, padding, scale=scale)


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_averages_windows(dy, x, kernel, strides=1, padding="valid"):
    def scale(dkernel, dy):
        return dkernel / (dy.shape[1] * dy.shape[2])

    return _to_weights(dy, x, kernel, strides, padding, scale=scale)


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_takes_the_first_image(dy, x, kernel, strides=1, padding="valid"):
    def step(slopes, cells):
        return _kernel_step(slopes[:1], cells[:1])

    return _to_weights(dy, x, kernel, strides, padding, step=step)


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_swaps_channels_and_filters(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(
        dy, x, kernel, strides, padding,
        finish=lambda dkernel, kernel: np.ascontiguousarray(dkernel.swapaxes(2, 3)),
    )  # fmt: skip


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_multiplies_by_the_kernel(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(
        dy, x, kernel, strides, padding, finish=lambda dkernel, kernel: dkernel * kernel
    )


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_adds_up_input_channels(dy, x, kernel, strides=1, padding="valid"):
    def step(slopes, cells):
        together = np.ones_like(cells) * cells.sum(axis=3, keepdims=True)
        return _kernel_step(slopes, together)

    return _to_weights(dy, x, kernel, strides, padding, step=step)


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_averages_the_bias(dy, x, kernel, strides=1, padding="valid"):
    def of_bias(dy):
        return dy.sum(axis=(0, 1, 2)) / max(dy[..., 0].size, 1)

    return _to_weights(dy, x, kernel, strides, padding, of_bias=of_bias)


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_adds_the_bias_by_images(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(dy, x, kernel, strides, padding, of_bias=lambda dy: dy.sum(axis=0)[0, 0])


@variant(conv2d_backward_weights_adds_the_bias_by_images)
def _conv2d_backward_weights_keeps_the_places_of_the_bias(
    dy, x, kernel, strides=1, padding="valid"
):
    return _to_weights(dy, x, kernel, strides, padding, of_bias=lambda dy: dy.sum(axis=0))


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_adds_up_all_filters(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(
        dy, x, kernel, strides, padding, of_bias=lambda dy: np.full(dy.shape[3], dy.sum())
    )


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_counts_outputs(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(
        dy, x, kernel, strides, padding,
        of_bias=lambda dy: np.full(dy.shape[3], float(dy[..., 0].size)),
    )  # fmt: skip


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_swaps_its_answers(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(
        dy, x, kernel, strides, padding, answers=lambda dkernel, dbias: (dbias, dkernel)
    )


@misconception("conv2d_backward_weights")
def conv2d_backward_weights_forgets_the_bias(dy, x, kernel, strides=1, padding="valid"):
    return _to_weights(dy, x, kernel, strides, padding, answers=lambda dkernel, dbias: dkernel)
