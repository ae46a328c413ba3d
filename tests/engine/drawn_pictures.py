"""One picture of each kind that students see, and words that its text must have."""

# ruff: noqa: RUF001 (numbers are written as in mathematics)

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from IPython.core.formatters import DisplayFormatter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from convgrade import (
    show_bars,
    show_confusion,
    show_connections,
    show_convolution,
    show_curves,
    show_feature_maps,
    show_filters,
    show_image_rows,
    show_images,
    show_misclassified,
    show_padding,
    show_pooling,
    show_sizes,
    show_top_predictions,
    show_windows,
)

IMAGE = [[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]]
PICTURES = {
    show_windows: (
        show_windows(5, 2, stride=2, padding=(1, 0)),
        "5 cells: window 1: padding, 0; window 2: 1, 2; window 3: 3, 4",
    ),
    show_padding: (show_padding([[5, 6]], ((0, 0), (1, 0))), "padded, 1×3: 0, 5, 6"),
    show_pooling: (show_pooling(IMAGE, [[9, 7], [8, 6]]), "result, 2×2: 9, 7; 8, 6"),
    show_convolution: (
        show_convolution(IMAGE, [[1, 1]], [[4, 9, 10]], at=(0, 2)),
        "the window from row 0, column 2 on",
    ),
    show_connections: (show_connections([[1, 0, 1], [0, 1, 1]]), "0: 0, 2; 1: 1, 2"),
    show_confusion: (show_confusion([[3, 1], [0, 2]], ["cat", "dog"]), "cat: cat 3, dog 1"),
    show_images: (show_images(np.zeros((2, 4, 5)), ["a", "b"]), "2 images of 4×5 pixels: a, b"),
    show_feature_maps: (show_feature_maps(np.zeros((4, 4, 2))), "Feature maps: 2 images"),
    show_misclassified: (
        show_misclassified(np.zeros((2, 4, 4)), [1, 2], [1, 5]),
        "Misclassified: 1 images of 4×4 pixels: 2, not 5",
    ),
    show_sizes: (show_sizes([("in", 1, 32), ("out", 6, 28)]), "Sizes of layers: in 1 @ 32×32"),
    show_curves: (show_curves({"loss": [1.0, 0.5]}), "loss ends at 0.5"),
    show_bars: (show_bars(["a", "b"], {"work": [1, 3]}), "Bars: work: a 1, b 3"),
    show_image_rows: (show_image_rows({"one": np.zeros((1, 4, 4, 3))}), "Rows of images: one: 1"),
    show_filters: (show_filters(np.zeros((3, 3, 1, 5))), "Filters: 5 images of 3×3 pixels"),
    show_top_predictions: (
        show_top_predictions(np.zeros((1, 4, 4)), [[0.3, 0.7]], [1], ["iris", "rose"]),
        "most probable classes: rose: rose 70%, iris 30%",
    ),
}


def cell_of(picture: Any) -> NotebookNode:
    """A cell that shows a picture, as Jupyter stores it."""
    data, metadata = DisplayFormatter().format(picture)
    data["image/png"] = base64.b64encode(data["image/png"]).decode()
    output = new_output("execute_result", data, metadata=metadata, execution_count=1)
    return new_code_cell("picture", outputs=[output])
