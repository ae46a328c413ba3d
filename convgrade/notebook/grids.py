"""Tables as pictures of cells: connections between maps, and confusion matrices.

They show the table that they are given, and know no network and no right answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from convgrade.notebook.drawing import Picture
from convgrade.notebook.panels import NOTHING, PLAIN, Panel

CONNECTED, RIGHT, WRONG = 0, 2, 5
MARK = "×"  # noqa: RUF001


def show_connections(
    table: npt.ArrayLike, inputs: str = "inputs", outputs: str = "outputs"
) -> Picture:
    """Show a table of connections: a row per input map, a column per output map.

    Args:
        table: booleans of shape (inputs, outputs), true if the two are connected.
        inputs: the name of the rows.
        outputs: the name of the columns.

    Returns:
        A picture, which Jupyter shows as the value of a cell.
    """
    connected = np.asarray(table).astype(bool)
    if connected.ndim != 2:
        raise ValueError(f"table must have the axes inputs, outputs, not {connected.shape}")
    texts = [[str(number) for number in range(connected.shape[1])]]
    texts += [[MARK if cell else "" for cell in row] for row in connected]
    fills = [[NOTHING] * connected.shape[1]]
    fills += [[CONNECTED if cell else PLAIN for cell in row] for row in connected]
    labels = ("", *(str(number) for number in range(len(connected))))
    caption = f"{int(connected.sum())} connections; rows: {inputs}, columns: {outputs}"
    return Picture((_panel(f"{inputs} and {outputs}", texts, fills, labels),), caption=caption)


def show_confusion(matrix: npt.ArrayLike, names: Sequence[object] = ()) -> Picture:
    """Show a confusion matrix: rows are true classes, columns predicted ones; zeros are left out.

    Args:
        matrix: counts of shape (classes, classes).
        names: the names of the classes; by default their numbers.

    Returns:
        A picture, which Jupyter shows as the value of a cell.
    """
    counts = np.asarray(matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"matrix must be square, not of shape {counts.shape}")
    named = [str(name) for name in names] or [str(number) for number in range(len(counts))]
    texts = [named] + [[str(int(count)) if count else "" for count in row] for row in counts]
    fills = [[NOTHING] * len(counts)]
    for number, row in enumerate(counts):
        fills.append([_fill(number == other, count) for other, count in enumerate(row)])
    right = int(np.trace(counts))
    caption = f"{right} of {int(counts.sum())} right; rows: true class, columns: predicted class"
    panel = _panel("confusion matrix", texts, fills, ("", *named))
    return Picture((panel,), caption=caption)


def _fill(on_diagonal: bool, count: float) -> int:
    if not count:
        return PLAIN
    return RIGHT if on_diagonal else WRONG


def _panel(
    title: str,
    texts: Sequence[Sequence[str]],
    fills: Sequence[Sequence[int]],
    labels: tuple[str, ...],
) -> Panel:
    return Panel(title, tuple(map(tuple, texts)), tuple(map(tuple, fills)), (), labels)
