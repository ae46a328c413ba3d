"""The suite's own LeNet-5 of 1998 and its parts: float64, written the long way round.

Independent of the course's solutions; it may be slow and has only to be obviously right. The
modern network is in `network`.
"""

from __future__ import annotations

import numpy as np

SIDE = 5
CLASSES = 10
EDGES = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5),
)  # fmt: skip
"""The S2 maps that each C3 map sees, as table I of the paper lists them."""


def conv_parameters(
    kernel_size: int | tuple[int, int],
    in_channels: int,
    out_channels: int,
    bias: bool = True,
    groups: int = 1,
) -> int:
    height, width = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    count = 0
    for _ in range(out_channels):
        count += height * width * in_channels // groups + int(bias)
    return count


def lenet5_table(input_size: int = 32) -> list[dict[str, object]]:
    c1 = input_size - SIDE + 1
    s2 = c1 // 2
    c3 = s2 - SIDE + 1
    s4 = c3 // 2
    c5 = s4 - SIDE + 1
    cells = SIDE * SIDE
    edges = sum(len(maps) for maps in EDGES)
    rows = (
        ("C1", 6, c1, 6 * (cells + 1), 6 * (cells + 1)),
        ("S2", 6, s2, 6 * 2, 6 * 5),
        ("C3", 16, c3, edges * cells + 16, edges * cells + 16),
        ("S4", 16, s4, 16 * 2, 16 * 5),
        ("C5", 120, c5, 120 * (16 * cells + 1), 120 * (16 * cells + 1)),
        ("F6", 84, c5, 84 * 121, 84 * 121),
        ("OUTPUT", CLASSES, c5, 0, 84 * CLASSES),
    )
    return [
        {
            "name": name,
            "maps": maps,
            "size": size,
            "parameters": parameters,
            "connections": size * size * at_one_position,
        }
        for name, maps, size, parameters, at_one_position in rows
    ]


def c3_connection_table() -> np.ndarray:
    return np.array([[row in maps for maps in EDGES] for row in range(6)])


def sparse_conv2d(
    x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, table: np.ndarray
) -> np.ndarray:
    height, width, _, outputs = kernel.shape
    rows, columns = x.shape[1] - height + 1, x.shape[2] - width + 1
    y = np.zeros((len(x), rows, columns, outputs)) + np.asarray(bias, np.float64)
    for i in range(height):
        for j in range(width):
            shifted = x[:, i : i + rows, j : j + columns, :].astype(np.float64)
            y += shifted @ np.where(table, kernel[i, j].astype(np.float64), 0)
    return y


def scaled_tanh(a: np.ndarray | float) -> np.ndarray:
    return 1.7159 * np.tanh(2 * np.asarray(a, np.float64) / 3)


def trainable_subsampling(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    height, width = x.shape[1] // 2, x.shape[2] // 2
    added = np.zeros((len(x), height, width, x.shape[3]))
    for i in range(2):
        for j in range(2):
            added += x[:, i : 2 * height : 2, j : 2 * width : 2, :]
    return scaled_tanh(np.asarray(weight, np.float64) * added + bias)


def rbf_output(x: np.ndarray, codes: np.ndarray) -> np.ndarray:
    y = np.empty((len(x), len(codes)))
    for number, code in enumerate(np.asarray(codes, np.float64)):
        y[:, number] = ((np.asarray(x, np.float64) - code) ** 2).sum(axis=1)
    return y


def rbf_predict(x: np.ndarray, codes: np.ndarray) -> np.ndarray:
    return rbf_output(x, codes).argmin(axis=1)


def lenet5_1998_forward(x: np.ndarray, weights: dict[str, np.ndarray]) -> np.ndarray:
    w = weights
    full = np.ones((16, 120), bool)
    c1 = scaled_tanh(sparse_conv2d(x, w["c1_kernel"], w["c1_bias"], full[:1, :6]))
    s2 = trainable_subsampling(c1, w["s2_weight"], w["s2_bias"])
    c3 = scaled_tanh(sparse_conv2d(s2, w["c3_kernel"], w["c3_bias"], c3_connection_table()))
    s4 = trainable_subsampling(c3, w["s4_weight"], w["s4_bias"])
    c5 = scaled_tanh(sparse_conv2d(s4, w["c5_kernel"], w["c5_bias"], full))[:, 0, 0, :]
    f6 = scaled_tanh(c5 @ w["f6_kernel"] + w["f6_bias"])
    return rbf_output(f6, w["codes"])


def prepare_digits(
    images: np.ndarray, labels: np.ndarray, num_classes: int = 10
) -> tuple[np.ndarray, np.ndarray]:
    x = np.zeros((len(images), 32, 32, 1))
    for number, image in enumerate(images):
        x[number, 2:-2, 2:-2, 0] = image / 255
    y = np.array([[float(label == each) for each in range(num_classes)] for label in labels])
    return x.astype(np.float32), y.reshape(len(labels), num_classes)


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, num_classes: int) -> np.ndarray:
    matrix = np.zeros((num_classes, num_classes), int)
    for label, prediction in zip(labels, predictions, strict=True):
        matrix[label, prediction] += 1
    return matrix


def accuracy(labels: np.ndarray, predictions: np.ndarray) -> float:
    return sum(int(a == b) for a, b in zip(labels, predictions, strict=True)) / len(labels)
