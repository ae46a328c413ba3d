"""Activations are layers of their own; AdamW on a tf.data pipeline; matrix products of patches."""

import numpy as np


def _check(ok, name):
    if not ok:
        raise ValueError(f"{name} is not as it should be")


def conv_parameters(kernel_size, in_channels, out_channels, bias=True, groups=1):
    h, w = (kernel_size, kernel_size) if np.isscalar(kernel_size) else kernel_size
    _check(h > 0 and w > 0, "kernel_size")
    _check(in_channels > 0, "in_channels")
    _check(out_channels > 0, "out_channels")
    _check(groups > 0 and in_channels % groups == out_channels % groups == 0, "groups")
    return h * w * in_channels * out_channels // groups + (bias and out_channels)


LAYERS = """
C1      6   conv   156    156
S2      6   pool   12     30
C3      16  conv   1516   1516
S4      16  pool   32     80
C5      120 conv   48120  48120
F6      84  unit   10164  10164
OUTPUT  10  unit   0      840
"""


def lenet5_table(input_size=32):
    _check(input_size >= 32, "input_size")
    rows, size = [], input_size
    for line in LAYERS.strip().splitlines():
        name, maps, kind, parameters, inputs = line.split()
        size = {"conv": size - 4, "pool": size // 2, "unit": size}[kind]
        rows.append({"name": name, "maps": int(maps), "size": size})
        rows[-1]["parameters"] = int(parameters)
        rows[-1]["connections"] = int(inputs) * size**2
    return rows


def c3_connection_table():
    picture = """
        X...XXX..XXXX.XX
        XX...XXX..XXXX.X
        XXX...XXX..X.XXX
        .XXX..XXXX..X.XX
        ..XXX..XXXX.XX.X
        ...XXX..XXXX.XXX
    """
    return np.array([[mark == "X" for mark in line.strip()] for line in picture.split()])


def sparse_conv2d(x, kernel, bias, table):
    _check(x.ndim == 4, "x")
    _check(kernel.ndim == 4 and kernel.shape[2] == x.shape[3], "kernel")
    h, w, inputs, outputs = kernel.shape
    rows, columns = x.shape[1] - h + 1, x.shape[2] - w + 1
    _check(rows > 0 and columns > 0, "kernel")
    _check(table.shape == (inputs, outputs), "table")
    _check(bias.shape == (outputs,), "bias")
    patches = np.concatenate(
        [x[:, i : i + rows, j : j + columns] for i in range(h) for j in range(w)], axis=3
    )
    flat = np.where(table, kernel, kernel.dtype.type(0)).reshape(h * w * inputs, outputs)
    return patches @ flat + bias


def scaled_tanh(a):
    return np.tanh(2 * np.asarray(a) / 3) * 1.7159


def trainable_subsampling(x, weight, bias):
    _check(x.ndim == 4, "x")
    _check(weight.shape == x.shape[3:], "weight")
    _check(bias.shape == x.shape[3:], "bias")
    x = x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2].astype(np.float64)
    total = x[:, ::2, ::2] + x[:, 1::2, ::2] + x[:, ::2, 1::2] + x[:, 1::2, 1::2]
    return scaled_tanh(weight * total + bias)


def rbf_output(x, codes):
    _check(np.ndim(x) == 2, "x")
    _check(np.ndim(codes) == 2 and codes.shape[1] == x.shape[1], "codes")
    return np.array([[np.linalg.norm(one - code) ** 2 for code in codes] for one in x]).reshape(
        len(x), len(codes)
    )


def rbf_predict(x, codes):
    return rbf_output(x, codes).argmin(1)


def lenet5_1998_forward(x, weights):
    def convolved(x, name, table=None):
        kernel = weights[name + "_kernel"]
        table = np.full(kernel.shape[2:], True) if table is None else table
        return scaled_tanh(sparse_conv2d(x, kernel, weights[name + "_bias"], table))

    def sampled(x, name):
        return trainable_subsampling(x, weights[name + "_weight"], weights[name + "_bias"])

    s2 = sampled(convolved(x, "c1"), "s2")
    s4 = sampled(convolved(s2, "c3", c3_connection_table()), "s4")
    c5 = convolved(s4, "c5").reshape(-1, 120)
    return rbf_output(scaled_tanh(c5 @ weights["f6_kernel"] + weights["f6_bias"]), weights["codes"])


def prepare_digits(images, labels, num_classes=10):
    import keras

    _check(images.ndim == 3 and images.shape[1:] == (28, 28), "images")
    _check(labels.shape == images.shape[:1], "labels")
    _check(not len(labels) or labels.max() < num_classes, "labels")
    x = np.pad(images.astype("float32") / 255, [(0, 0), (2, 2), (2, 2)])[..., np.newaxis]
    return x, keras.utils.to_categorical(labels, num_classes).reshape(-1, num_classes)


def confusion_matrix(labels, predictions, num_classes):
    labels, predictions = np.asarray(labels, int), np.asarray(predictions, int)
    _check(len(labels) == len(predictions), "predictions")
    counts = np.bincount(labels * num_classes + predictions, minlength=num_classes**2)
    return counts.reshape(num_classes, num_classes)


def accuracy(labels, predictions):
    _check(len(labels) == len(predictions), "predictions")
    return 1 - np.count_nonzero(np.subtract(labels, predictions)) / len(labels)


def build_lenet5(input_shape=(32, 32, 1), num_classes=10):
    import keras
    from keras.layers import Activation, AveragePooling2D, Conv2D, Dense, Flatten, Input

    model = keras.Sequential()
    model.add(Input(shape=input_shape))
    for filters in (6, 16):
        model.add(Conv2D(filters, (5, 5)))
        model.add(Activation("tanh"))
        model.add(AveragePooling2D((2, 2)))
    model.add(Flatten())
    for units in (120, 84):
        model.add(Dense(units))
        model.add(Activation("tanh"))
    model.add(Dense(num_classes))
    model.add(Activation("softmax"))
    return model


def train_lenet5(model, x, y, epochs, batch_size, seed):
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed=seed).batch(batch_size)
    model.compile(keras.optimizers.AdamW(0.002), "categorical_crossentropy")
    return model.fit(data, epochs=epochs, verbose=0).history


def repair_pipeline(train, test):
    (images, labels), (test_images, test_labels) = train, test

    def as_input(pictures):
        bordered = np.pad(pictures, [(0, 0), (2, 2), (2, 2)])
        return bordered[..., None].astype("float32") / 255.0

    import keras

    train_y = keras.utils.to_categorical(labels, 10)
    test_y = keras.utils.to_categorical(test_labels, 10)
    net = build_lenet5((32, 32, 1), 10)
    return (as_input(images), train_y), (as_input(test_images), test_y), net
