"""With types throughout; models that end in logits, and a training that fits them; Nadam."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.floating]
Rng = np.random.Generator


def relu(x: Array) -> Array:
    x = np.asarray(x)
    return np.where(np.less(x, 0), np.zeros_like(x), x)


def local_response_norm(
    x: Array,
    depth_radius: int = 2,
    bias: float = 2.0,
    alpha: float = 1e-4,
    beta: float = 0.75,
) -> Floats:
    if np.ndim(x) != 4:
        raise ValueError(f"x must be of rank 4, but is of rank {np.ndim(x)}")
    if depth_radius < 0:
        raise ValueError(f"depth_radius must be at least 0, but is {depth_radius}")
    floats = _floats(x)
    squares: Floats = floats**2
    denominators = np.full_like(floats, bias)
    for channel in range(floats.shape[-1]):
        for neighbour in range(floats.shape[-1]):
            if abs(channel - neighbour) <= depth_radius:
                denominators[..., channel] += alpha * squares[..., neighbour]
    return floats / denominators**beta


def dropout(x: Array, rate: float, training: bool, rng: Rng | None) -> Floats:
    if not 0 <= rate <= 1:
        raise ValueError(f"rate must be between 0 and 1, but is {rate}")
    if not training or rng is None:
        return _floats(x).copy()
    if rate == 1:
        return np.zeros_like(_floats(x))
    thresholds = rng.uniform(0.0, 1.0, np.shape(x))
    result = _floats(x) / (1 - rate)
    np.putmask(result, thresholds < rate, 0)
    return result


def _floats(x: Array) -> Floats:
    return np.asarray(x, dtype=None if np.issubdtype(np.asarray(x).dtype, np.floating) else float)


def random_crop(images: Array, size: int, rng: Rng) -> Array:
    _check_images(images)
    _check_size(size, images)
    places = [
        (top, left)
        for top in range(images.shape[1] - size + 1)
        for left in range(images.shape[2] - size + 1)
    ]
    result = np.zeros((len(images), size, size, images.shape[3]), images.dtype)
    for number, chosen in enumerate(rng.integers(len(places), size=len(images))):
        top, left = places[chosen]
        result[number] = images[number, top : top + size, left : left + size]
    return result


def random_flip(images: Array, rng: Rng) -> Array:
    _check_images(images)
    flips = rng.standard_normal(len(images)) > 0
    return np.array(
        [
            np.flip(image, axis=1) if flip else image
            for image, flip in zip(images, flips, strict=True)
        ],
        dtype=images.dtype,
    ).reshape(images.shape)


def _check_images(images: Array, channels: int | None = None) -> None:
    if np.ndim(images) != 4:
        raise ValueError(f"images must be of rank 4, but are of rank {np.ndim(images)}")
    if channels is not None and images.shape[-1] != channels:
        raise ValueError(f"images must have {channels} channels, but have {images.shape[-1]}")


def _check_size(size: int, images: Array) -> None:
    if not 1 <= size <= min(images.shape[1:3]):
        raise ValueError(f"size must be between 1 and {min(images.shape[1:3])}, but is {size}")


def pca_color_augment(
    images: Array, eigenvalues: Floats, eigenvectors: Floats, rng: Rng, sigma: float = 0.1
) -> Floats:
    _check_images(images, channels=3)
    floats = _floats(images)
    alphas: Floats = rng.normal(loc=0.0, scale=sigma, size=(len(images), 3))
    shifts = np.zeros((len(images), 3))
    for component in range(3):
        amounts = alphas[:, component] * eigenvalues[component]
        shifts += np.outer(amounts, eigenvectors[:, component])
    return floats + shifts.astype(floats.dtype)[:, None, None, :]


def rgb_principal_components(images: Array) -> tuple[Floats, Floats]:
    _check_images(images, channels=3)
    if images.size == 0:
        raise ValueError("images must have at least one pixel")
    pixels: Floats = images.reshape(-1, 3).astype(np.float64)
    mean = pixels.mean(axis=0)
    covariance = sum(
        ((part - mean).T @ (part - mean) for part in np.array_split(pixels, 4)), np.zeros((3, 3))
    ) / len(pixels)
    vectors, values, _ = np.linalg.svd(covariance, hermitian=True)
    return values, vectors


def ten_crop(images: Array, size: int) -> Array:
    _check_images(images)
    _check_size(size, images)

    def crops() -> Iterator[Array]:
        _, height, width, _ = images.shape
        for mirror in (False, True):
            for top, left in (
                (0, 0),
                (0, width - size),
                (height - size, 0),
                (height - size, width - size),
                ((height - size) // 2, (width - size) // 2),
            ):
                crop = images[:, top : top + size, left : left + size, :]
                yield np.flip(crop, axis=2) if mirror else crop

    return np.stack(tuple(crops()), axis=1)


@dataclass
class Row:
    name: str
    shape: tuple[int, ...]
    parameters: int = 0
    multiply_accumulates: int = 0


def alexnet_table(
    input_size: int = 227, num_classes: int = 1000, groups: int = 1
) -> list[dict[str, Any]]:
    if input_size < 67:
        raise ValueError(f"input_size must be at least 67, but is {input_size}")
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, but is {num_classes}")
    if groups < 1 or 32 % groups:
        raise ValueError(f"groups must be a divisor of 32, but is {groups}")
    rows: list[Row] = []

    def convolution(filters: int, kernel: int, side: int, inputs: int, pools: bool) -> int:
        number = 1 + sum(row.name.startswith("conv") for row in rows)
        weights = filters * kernel**2 * inputs
        shape = (side, side, filters)
        rows.append(Row(f"conv{number}", shape, weights + filters, weights * side**2))
        if pools:
            side = (side - 3) // 2 + 1
            rows.append(Row(f"pool{number}", (side, side, filters)))
        return side

    side = convolution(96, 11, (input_size - 11) // 4 + 1, 3, True)
    side = convolution(256, 5, side, 96 // groups, True)
    side = convolution(384, 3, side, 256, False)
    side = convolution(384, 3, side, 384 // groups, False)
    side = convolution(256, 3, side, 384 // groups, True)
    units = [256 * side**2, 4096, 4096, num_classes]
    for number, (inputs, outputs) in enumerate(pairwise(units), start=6):
        weights = inputs * outputs
        rows.append(Row(f"fc{number}", (outputs,), weights + outputs, weights))
    return [asdict(row) for row in rows]


class ResponseNormalization(keras.layers.Layer):
    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return tf.nn.local_response_normalization(
            inputs, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75
        )


def build_alexnet(
    input_shape: tuple[int, int, int] = (227, 227, 3), num_classes: int = 1000, width: float = 1.0
) -> keras.Model:
    def hidden(units: int) -> int:
        return max(1, round(units * width))

    def layers() -> Iterator[keras.layers.Layer]:
        for filters, kernel, strides in ((96, 11, 4), (256, 5, 1)):
            padding = "valid" if strides > 1 else "same"
            yield keras.layers.Conv2D(hidden(filters), kernel, strides, padding)
            yield keras.layers.ReLU()
            yield ResponseNormalization()
            yield keras.layers.MaxPooling2D(3, 2)
        for filters in (384, 384, 256):
            yield keras.layers.Conv2D(hidden(filters), 3, padding="same")
            yield keras.layers.ReLU()
        yield keras.layers.MaxPooling2D(3, 2)
        yield keras.layers.Flatten()
        for _ in range(2):
            yield keras.layers.Dense(hidden(4096))
            yield keras.layers.ReLU()
            yield keras.layers.Dropout(0.5)
        yield keras.layers.Dense(num_classes)

    return keras.Sequential([keras.Input(input_shape), *layers()])


def build_alexnet_batchnorm(
    input_shape: tuple[int, int, int] = (224, 224, 3), num_classes: int = 17
) -> keras.Model:
    def layers() -> Iterator[keras.layers.Layer]:
        for filters, kernel, strides, padding, pools in (
            (96, 11, 4, "valid", True),
            (256, 5, 1, "same", True),
            (384, 3, 1, "valid", False),
            (384, 3, 1, "valid", False),
            (256, 3, 1, "valid", True),
        ):
            yield keras.layers.Conv2D(filters, kernel, strides, padding, activation="relu")
            if pools:
                yield keras.layers.MaxPooling2D(3, 2)
            yield keras.layers.BatchNormalization()
        yield keras.layers.Flatten()
        for _ in range(2):
            yield keras.layers.Dense(4096, activation="relu")
            yield keras.layers.Dropout(0.4)
            yield keras.layers.BatchNormalization()
        yield keras.layers.Dense(num_classes)

    return keras.Sequential([keras.Input(input_shape), *layers()])


def prepare_flowers(
    images: NDArray[np.uint8], labels: NDArray[np.integer], seed: int, num_classes: int = 17
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    _check_images(images, channels=3)
    if labels.shape != images.shape[:1]:
        raise ValueError(f"labels must be of shape {images.shape[:1]}, but are of {labels.shape}")
    if np.any(labels < 0) or np.any(labels >= num_classes):
        raise ValueError(f"labels must be from 0 to {num_classes - 1}")
    rng = np.random.default_rng([seed, num_classes])
    pairs = list(zip(images, labels, strict=True))
    chosen = [pairs[number] for number in rng.permutation(len(pairs))]
    x = np.array([image for image, _ in chosen], np.float32).reshape(images.shape)
    y = np.zeros((len(chosen), num_classes), np.float32)
    for row, (_, label) in zip(y, chosen, strict=True):
        row[label] = 1
    return x / np.float32(255), y


def top_k_accuracy(probabilities: Floats, labels: NDArray[np.integer], k: int) -> float:
    if np.ndim(probabilities) != 2:
        raise ValueError("probabilities must be of rank 2")
    if np.shape(labels) != (len(probabilities),):
        raise ValueError("labels must be one for each example")
    if not 1 <= k <= probabilities.shape[1]:
        raise ValueError(f"k must be from 1 to {probabilities.shape[1]}, but is {k}")
    classes = range(probabilities.shape[1])

    def is_right(row: Floats, label: int) -> bool:
        return label in sorted(classes, key=lambda each: (-row[each], each))[:k]

    return float(np.mean([is_right(*pair) for pair in zip(probabilities, labels, strict=True)]))


def ten_crop_predict(predict: Callable[[Array], Floats], image: Array, size: int) -> Floats:
    if np.ndim(image) != 3:
        raise ValueError(f"image must be of rank 3, but is of rank {np.ndim(image)}")
    crops = ten_crop(image[np.newaxis, ...], size)[0]
    return np.mean(np.asarray(predict(crops)), axis=0)


def train_alexnet(
    model: keras.Model, x: Floats, y: Floats, epochs: int, batch_size: int, seed: int
) -> dict[str, list[float]]:
    """Whether the last layer has a softmax of its own decides on the loss."""
    keras.utils.set_random_seed(seed)
    ends_in_softmax = getattr(model.layers[-1], "activation", None) is keras.activations.softmax
    model.compile(
        optimizer=keras.optimizers.Nadam(0.001),
        loss=keras.losses.CategoricalCrossentropy(from_logits=not ends_in_softmax),
        metrics=["accuracy"],
    )
    return model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0).history
