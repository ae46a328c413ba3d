"""The suite's own array functions of the AlexNet assignment: float64, written the long way round.

Independent of the course's solutions; it may be slow and has only to be obviously right. What is
random is not here: the suites say what its answers may be. The network is in `network`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

CONVOLUTIONS = {
    "conv1": (11, 96),
    "conv2": (5, 256),
    "conv3": (3, 384),
    "conv4": (3, 384),
    "conv5": (3, 256),
}
"""Side of the kernel, and filters."""
GROUPED = ("conv2", "conv4", "conv5")
POOLED_AFTER = {"conv1": "pool1", "conv2": "pool2", "conv5": "pool5"}
UNITS = 4096


def relu(x: np.ndarray) -> np.ndarray:
    y = np.array(x)
    y[y < 0] = 0  # a comparison with NaN is false
    return y


def local_response_norm(
    x: np.ndarray,
    depth_radius: int = 2,
    bias: float = 2.0,
    alpha: float = 1e-4,
    beta: float = 0.75,
) -> np.ndarray:
    x = np.asarray(x, np.float64)
    y = np.empty_like(x)
    for channel in range(x.shape[3]):
        first = max(0, channel - depth_radius)
        neighbours = x[..., first : channel + depth_radius + 1]
        y[..., channel] = x[..., channel] / (bias + alpha * (neighbours**2).sum(axis=3)) ** beta
    return y


def rgb_principal_components(images: np.ndarray, less: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues, falling, and eigenvectors; the covariance divides by the pixels minus `less`."""
    pixels = np.concatenate([image.reshape(-1, 3) for image in images]).astype(np.float64)
    centred = pixels - pixels.mean(axis=0)
    covariance = centred.T @ centred / (len(pixels) - less)
    values, vectors = np.linalg.eigh(covariance)
    falling = np.argsort(-values)
    return values[falling], vectors[:, falling]


def ten_crop(images: np.ndarray, size: int) -> np.ndarray:
    count, height, width, channels = images.shape
    bottom, right = height - size, width - size
    corners = ((0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2))
    crops = np.empty((count, 10, size, size, channels), images.dtype)
    for number, (top, left) in enumerate(corners):
        for row in range(size):
            for column in range(size):
                pixels = images[:, top + row, left + column]
                crops[:, number, row, column] = pixels
                crops[:, number + 5, row, size - 1 - column] = pixels
    return crops


def alexnet_table(
    input_size: int = 227, num_classes: int = 1000, groups: int = 1
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    side, channels = (input_size - 11) // 4 + 1, 3
    for name, (kernel, filters) in CONVOLUTIONS.items():
        seen = channels // groups if name in GROUPED else channels
        weights = kernel * kernel * seen * filters
        channels = filters
        shape: tuple[int, ...] = (side, side, channels)
        rows.append(_row(name, shape, weights + filters, weights * side * side))
        if name in POOLED_AFTER:
            side = (side - 3) // 2 + 1
            rows.append(_row(POOLED_AFTER[name], (side, side, channels), 0, 0))
    inputs = side * side * channels
    for name, units in (("fc6", UNITS), ("fc7", UNITS), ("fc8", num_classes)):
        rows.append(_row(name, (units,), inputs * units + units, inputs * units))
        inputs = units
    return rows


def _row(
    name: str, shape: tuple[int, ...], parameters: int, multiply_accumulates: int
) -> dict[str, object]:
    return {
        "name": name,
        "shape": shape,
        "parameters": parameters,
        "multiply_accumulates": multiply_accumulates,
    }


def top_k_accuracy(probabilities: np.ndarray, labels: np.ndarray, k: int) -> float:
    right = 0
    for row, label in zip(probabilities.tolist(), labels.tolist(), strict=True):
        best_first = sorted(range(len(row)), key=lambda each: (-row[each], each))
        right += label in best_first[:k]
    return right / len(labels)


def ten_crop_predict(
    predict: Callable[[np.ndarray], np.ndarray], image: np.ndarray, size: int
) -> np.ndarray:
    answers = predict(ten_crop(image[np.newaxis], size)[0])
    return sum(np.asarray(answer, np.float64) for answer in answers) / 10
