"""Pictures of windows over numbers: padding, pooling and convolution as coloured grids.

A picture shows the numbers that it is given. It computes no layer, so it gives no answer away. It
consists of panels, which `drawing` turns into a figure when it is shown.
"""

# ruff: noqa: RUF001, RUF003 (numbers are written as in mathematics, 4×4 and −1)

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convgrade.notebook.drawing import Picture
from convgrade.notebook.panels import NOTHING, PADDED, PLAIN, Frame, Panel, overlap

Rows = Sequence[Sequence[float]]
Margins = tuple[tuple[int, int], tuple[int, int]]
NO_PADDING: Margins = ((0, 0), (0, 0))


def show_windows(
    size: int,
    window: int,
    stride: int = 1,
    padding: tuple[int, int] = (0, 0),
    dilation: int = 1,
) -> Picture:
    """Show every position of a window along one axis, one below the other.

    Args:
        size: number of cells, numbered from 0.
        window: number of cells in the window.
        stride: step from one position to the next, in cells.
        padding: cells added before and after; they are hatched.
        dilation: distance between neighbouring cells of the window.

    Returns:
        A picture, which Jupyter shows as the value of a cell.
    """
    before, after = padding
    total = before + size + after
    head = ["" if i < before or i >= before + size else str(i - before) for i in range(total)]
    padded = [PADDED if text == "" else PLAIN for text in head]
    starts = range(0, total - dilation * (window - 1), stride)
    if not starts:
        raise ValueError(f"window {window} does not fit into a size of {size}")
    covered = [{start + dilation * i for i in range(window)} for start in starts]
    fills = [
        [number if i in cells else NOTHING for i in range(total)]
        for number, cells in enumerate(covered)
    ]
    left_out = total - 1 - max(max(cells) for cells in covered)
    count = "1 window" if len(covered) == 1 else f"{len(covered)} windows"
    parts = [f"{count} of {window} cells", f"stride {stride}"]
    parts += [f"dilation {dilation}"] if dilation > 1 else []
    parts += [f"padding {before} before, {after} after"] if before or after else []
    parts += [f"{left_out} {'cell' if left_out == 1 else 'cells'} left out"] if left_out else []
    panel = Panel(
        f"{size} cells",
        _frozen([head, *([""] * total for _ in covered)]),
        _frozen([padded, *fills]),
        row_labels=("", *(f"window {k + 1}" for k in range(len(covered)))),
    )
    return Picture((panel,), caption=", ".join(parts))


def show_padding(image: Rows, padding: Margins, fill: float | None = 0) -> Picture:
    """Show an image, and the same image with padding around it.

    Args:
        image: rows of numbers.
        padding: ((top, bottom), (left, right)) in cells, as in `zero_pad2d`.
        fill: the number in the added cells; None leaves them empty.

    Returns:
        A picture, which Jupyter shows as the value of a cell.
    """
    plain = Panel(_size("image", image), _numbers(image), _same_fill(image, PLAIN))
    padded = _padded_panel(image, padding, fill)
    (top, bottom), (left, right) = padding
    return Picture(
        (plain, padded), ("→",), f"added: {top} above, {bottom} below, {left} left, {right} right"
    )


def show_pooling(
    image: Rows,
    pooled: Rows,
    window: int | tuple[int, int] = 2,
    stride: int | tuple[int, int] | None = None,
    padding: Margins = NO_PADDING,
) -> Picture:
    """Show an image with its windows, and the result of each window in the same colour.

    Windows without overlap colour their cells; overlapping windows are drawn as frames.

    Args:
        image: rows of numbers.
        pooled: rows of the pooled numbers, one for each window.
        window: the window in cells, an int or (height, width).
        stride: the step in cells, an int or (height, width); None means `window`.
        padding: ((top, bottom), (left, right)) cells added around the image, left empty.

    Returns:
        A picture, which Jupyter shows as the value of a cell.
    """
    height, width = _pair(window)
    down, across = _pair(window if stride is None else stride)
    padded = _padded_panel(image, padding, None)
    columns = len(pooled[0])
    frames = tuple(
        Frame(row * down, column * across, height, width, row * columns + column)
        for row in range(len(pooled))
        for column in range(columns)
    )
    if any(
        frame.top + height > padded.height or frame.left + width > padded.width for frame in frames
    ):
        raise ValueError("pooled has more numbers than there are windows in the image")
    fills = padded.fills if overlap(frames) else _filled(padded.fills, frames)
    source = Panel(_size("image", image), padded.texts, fills, frames)
    counted = [[row * columns + column for column in range(columns)] for row in range(len(pooled))]
    result = Panel(_size("result", pooled), _numbers(pooled), _frozen(counted))
    steps = f"{height}×{width} windows, stride {down}" + (f"×{across}" if across != down else "")
    return Picture((source, result), ("→",), steps)


def show_convolution(
    image: Rows,
    kernel: Rows,
    result: Rows,
    at: tuple[int, int] = (0, 0),
    stride: int | tuple[int, int] = 1,
) -> Picture:
    """Show one step of a convolution: the window, the kernel, and their result.

    Args:
        image: rows of numbers.
        kernel: rows of numbers.
        result: rows of the convolution's results.
        at: row and column of the number in `result` whose window is shown.
        stride: the step in cells, an int or (height, width).

    Returns:
        A picture, which Jupyter shows as the value of a cell.
    """
    down, across = _pair(stride)
    row, column = at
    frame = Frame(row * down, column * across, len(kernel), len(kernel[0]), 0)
    source = Panel(
        _size("image", image),
        _numbers(image),
        _filled(_same_fill(image, PLAIN), (frame,)),
        (frame,),
    )
    weights = Panel(_size("kernel", kernel), _numbers(kernel), _same_fill(kernel, 1))
    target = Frame(row, column, 1, 1, 0)
    answer = Panel(
        _size("result", result),
        _numbers(result),
        _filled(_same_fill(result, PLAIN), (target,)),
        (target,),
    )
    products = [
        f"{_factor(image[frame.top + i][frame.left + j])}·{_factor(weight)}"
        for i, weights_row in enumerate(kernel)
        for j, weight in enumerate(weights_row)
    ]
    caption = f"{' + '.join(products)} = {_number(result[row][column])}"
    marked = f"Marked: the window from row {frame.top}, column {frame.left} on, and its result"
    return Picture((source, weights, answer), ("∗", "="), caption, marked)


def _padded_panel(image: Rows, padding: Margins, fill: float | None) -> Panel:
    (top, bottom), (left, right) = padding
    height, width = len(image), len(image[0])
    texts = [[""] * (left + width + right) for _ in range(top + height + bottom)]
    fills = [[PADDED] * (left + width + right) for _ in range(top + height + bottom)]
    for row, line in enumerate(texts):
        for column in range(len(line)):
            inside = 0 <= row - top < height and 0 <= column - left < width
            if inside:
                line[column] = _number(image[row - top][column - left])
                fills[row][column] = PLAIN
            elif fill is not None:
                line[column] = _number(fill)
    return Panel(f"padded, {len(texts)}×{len(texts[0])}", _frozen(texts), _frozen(fills))


def _filled(fills: tuple[tuple[int, ...], ...], frames: Sequence[Frame]) -> tuple[Any, ...]:
    """The fills, with the cells of each frame in its colour; padded cells stay hatched."""
    rows = [list(row) for row in fills]
    for frame in frames:
        for row in range(frame.top, frame.top + frame.height):
            for column in range(frame.left, frame.left + frame.width):
                if rows[row][column] == PLAIN:
                    rows[row][column] = frame.colour
    return _frozen(rows)


def _frozen(rows: Sequence[Sequence[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(row) for row in rows)


def _numbers(rows: Rows) -> tuple[tuple[str, ...], ...]:
    return _frozen([[_number(value) for value in row] for row in rows])


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


def _factor(value: float) -> str:
    return f"({_number(value)})" if value < 0 else _number(value)


def _same_fill(rows: Rows, fill: int) -> tuple[tuple[int, ...], ...]:
    return _frozen([[fill] * len(row) for row in rows])


def _size(name: str, rows: Rows) -> str:
    return f"{name}, {len(rows)}×{len(rows[0])}"


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)
