"""A model of bare variables and operations; gradients and steps by hand; arrays typed and terse."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Array = NDArray[np.floating]


def conv_parameters(
    kernel_size: int | tuple[int, int],
    in_channels: int,
    out_channels: int,
    bias: bool = True,
    groups: int = 1,
) -> int:
    match kernel_size:
        case int(side):
            cells = side * side if side > 0 else 0
        case (height, width):
            cells = height * width
        case _:
            raise TypeError(kernel_size)
    for name, value in {
        "kernel_size": cells,
        "in_channels": in_channels,
        "out_channels": out_channels,
        "groups": groups,
    }.items():
        if value <= 0:
            raise ValueError(f"{name} must be positive")
    if np.gcd.reduce([in_channels, out_channels, groups]) != groups:
        raise ValueError("groups must divide both")
    return out_channels * (cells * in_channels // groups + int(bias))


def lenet5_table(input_size: int = 32) -> list[dict[str, int | str]]:
    if input_size < 32:
        raise ValueError("input_size is too small")
    size, rows = input_size, []
    for name, maps, shrink, learned, fan in [
        ("C1", 6, lambda n: n - 4, 26, 26),
        ("S2", 6, lambda n: n // 2, 2, 5),
        ("C3", 16, lambda n: n - 4, 0, 0),
        ("S4", 16, lambda n: n // 2, 2, 5),
        ("C5", 120, lambda n: n - 4, 401, 401),
        ("F6", 84, lambda n: n, 121, 121),
        ("OUTPUT", 10, lambda n: n, 0, 84),
    ]:
        size = shrink(size)
        parameters, inputs = maps * learned, maps * fan
        if name == "C3":
            parameters = inputs = int(25 * c3_connection_table().sum()) + maps
        rows.append(
            {
                "connections": inputs * size * size,
                "parameters": parameters,
                "size": size,
                "maps": maps,
                "name": name,
            }
        )
    return rows


def c3_connection_table() -> NDArray[np.bool_]:
    table = np.zeros((6, 16), np.bool_)
    k = np.arange(6)
    for step in range(4):
        table[(k + step) % 6, k + 6] = True
        if step < 3:
            table[(k + step) % 6, k] = True
    table[:, 12:15] = ~np.array(
        [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]], bool
    )
    table[:, 15] = True
    return table


def sparse_conv2d(x: Array, kernel: Array, bias: Array, table: NDArray[np.bool_]) -> Array:
    if x.ndim != 4:
        raise ValueError("x: rank")
    if kernel.ndim != 4 or kernel.shape[2] != x.shape[3]:
        raise ValueError("kernel: shape")
    if kernel.shape[0] > x.shape[1] or kernel.shape[1] > x.shape[2]:
        raise ValueError("kernel: size")
    if table.shape != kernel.shape[2:]:
        raise ValueError("table: shape")
    if bias.shape != kernel.shape[3:]:
        raise ValueError("bias: shape")
    kernel = np.where(table, kernel, 0).astype(kernel.dtype)
    if not len(x):
        shape = [0, x.shape[1] - kernel.shape[0] + 1, x.shape[2] - kernel.shape[1] + 1, len(bias)]
        return np.zeros(shape, kernel.dtype)
    return tf.nn.conv2d(x.astype(kernel.dtype), kernel, 1, "VALID").numpy() + bias


def scaled_tanh(a: Array | float) -> Array:
    return np.asarray(1.7159 * np.tanh(2.0 / 3.0 * np.asarray(a)))


def trainable_subsampling(x: Array, weight: Array, bias: Array) -> Array:
    if x.ndim != 4:
        raise ValueError("x: rank")
    for name, array in {"weight": weight, "bias": bias}.items():
        if array.shape != (x.shape[3],):
            raise ValueError(f"{name}: shape")
    mean = tf.nn.avg_pool2d(x.astype(np.float64), 2, 2, "VALID").numpy()
    return scaled_tanh(weight * (4 * mean) + bias)


def rbf_output(x: Array, codes: Array) -> Array:
    if x.ndim != 2 or codes.ndim != 2 or x.shape[1] != codes.shape[1]:
        raise ValueError("x, codes: shapes")
    return np.stack([((x - code) ** 2).sum(1) for code in codes], axis=1)


def rbf_predict(x: Array, codes: Array) -> NDArray[np.int64]:
    return np.argmin(rbf_output(x, codes), axis=-1)


def lenet5_1998_forward(x: Array, weights: dict[str, Array]) -> Array:
    w = weights
    s2 = trainable_subsampling(
        scaled_tanh(sparse_conv2d(x, w["c1_kernel"], w["c1_bias"], np.ones((1, 6), bool))),
        w["s2_weight"],
        w["s2_bias"],
    )
    s4 = trainable_subsampling(
        scaled_tanh(sparse_conv2d(s2, w["c3_kernel"], w["c3_bias"], c3_connection_table())),
        w["s4_weight"],
        w["s4_bias"],
    )
    c5 = scaled_tanh(s4.reshape(len(x), 400) @ w["c5_kernel"].reshape(400, 120) + w["c5_bias"])
    return rbf_output(scaled_tanh(c5 @ w["f6_kernel"] + w["f6_bias"]), w["codes"])


def prepare_digits(images, labels, num_classes: int = 10) -> tuple[Array, Array]:
    if images.shape != (len(images), 28, 28):
        raise ValueError("images: shape")
    if labels.shape != images.shape[:1] or (labels.size and labels.max() >= num_classes):
        raise ValueError("labels: shape or range")
    x = tf.pad(tf.cast(images, tf.float32) / 255, [[0, 0], [2, 2], [2, 2]])[..., tf.newaxis]
    return x.numpy(), tf.one_hot(labels, num_classes).numpy()


def confusion_matrix(labels, predictions, num_classes: int) -> NDArray[np.int32]:
    if np.shape(labels) != np.shape(predictions):
        raise ValueError("labels, predictions: shapes")
    return tf.math.confusion_matrix(labels, predictions, num_classes).numpy()


def accuracy(labels, predictions) -> float:
    if np.shape(labels) != np.shape(predictions):
        raise ValueError("labels, predictions: shapes")
    return sum(map(int.__eq__, map(int, labels), map(int, predictions))) / len(labels)


class Bare(keras.Model):
    def __init__(self, input_shape, classes):
        super().__init__()
        height, width, channels = input_shape
        rows, columns = (((side - 4) // 2 - 4) // 2 for side in (height, width))
        shapes = [
            (5, 5, channels, 6), (5, 5, 6, 16), (rows * columns * 16, 120),
            (120, 84), (84, classes),
        ]  # fmt: skip
        self.kernels = [
            self.add_weight(shape=shape, initializer="glorot_uniform", name=f"kernel_{number}")
            for number, shape in enumerate(shapes)
        ]
        self.biases = [
            self.add_weight(shape=shape[-1:], initializer="zeros", name=f"bias_{number}")
            for number, shape in enumerate(shapes)
        ]

    def call(self, images):
        x = images
        for kernel, bias in zip(self.kernels[:2], self.biases[:2], strict=True):
            x = tf.tanh(tf.nn.conv2d(x, tf.convert_to_tensor(kernel), 1, "VALID") + bias)
            x = tf.nn.avg_pool2d(x, 2, 2, "VALID")
        x = tf.reshape(x, (-1, self.kernels[2].shape[0]))
        for kernel, bias in zip(self.kernels[2:4], self.biases[2:4], strict=True):
            x = tf.tanh(x @ tf.convert_to_tensor(kernel) + bias)
        return tf.nn.softmax(x @ tf.convert_to_tensor(self.kernels[4]) + self.biases[4])


def build_lenet5(input_shape=(32, 32, 1), num_classes=10):
    return Bare(input_shape, num_classes)


def train_lenet5(model, x, y, epochs, batch_size, seed):
    """Gradient descent with momentum, written out."""
    speeds = [tf.Variable(tf.zeros(v.shape)) for v in model.trainable_variables]

    @tf.function
    def step(images, labels):
        with tf.GradientTape() as tape:
            answer = tf.clip_by_value(model(images), 1e-7, 1.0)
            loss = -tf.reduce_mean(tf.reduce_sum(labels * tf.math.log(answer), axis=1))
        for v, speed, g in zip(
            model.trainable_variables,
            speeds,
            tape.gradient(loss, model.trainable_variables),
            strict=True,
        ):
            speed.assign(0.9 * speed + g)
            v.assign_sub(0.05 * speed)
        return loss

    history = {"loss": [], "accuracy": []}
    for epoch in range(epochs):
        data = tf.data.Dataset.from_tensor_slices((x, y))
        data = data.shuffle(len(x), seed=seed + epoch).batch(batch_size)
        losses = [float(step(images, labels)) for images, labels in data]
        history["loss"].append(sum(losses) / len(losses))
        right = np.argmax(model(x[:100]), 1) == np.argmax(y[:100], 1)
        history["accuracy"].append(float(right.mean()))
    return history


def repair_pipeline(train, test):
    return prepare_digits(*train), prepare_digits(*test), build_lenet5()
