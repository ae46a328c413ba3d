"""As short as it goes: SciPy-like tricks with FFT and pads, SGD, and a History with callbacks."""

import keras
import numpy as np

N = np.newaxis


def _no(name, when):
    if when:
        raise ValueError(name)


def conv_parameters(kernel_size, in_channels, out_channels, bias=True, groups=1):
    h, w = np.zeros(2, int) + kernel_size
    _no("kernel_size", min(h, w) < 1)
    _no("in_channels", in_channels < 1)
    _no("out_channels", out_channels < 1)
    _no("groups", in_channels % groups + out_channels % groups)
    return (h * w * (in_channels // groups) + bool(bias)) * out_channels


def lenet5_table(input_size=32):
    _no("input_size", input_size < 32)
    c5 = ((input_size - 4) // 2 - 4) // 2 - 4
    sides = input_size - 4, (input_size - 4) // 2, (input_size - 4) // 2 - 4, c5 + 4, c5, c5, c5
    names = "C1 S2 C3 S4 C5 F6 OUTPUT".split()
    fan = 156, 30, 1516, 80, 48120, 10164, 840
    learned = 156, 12, 1516, 32, 48120, 10164, 0
    rows = zip(names, (6, 6, 16, 16, 120, 84, 10), sides, learned, fan, strict=True)
    keys = "name", "maps", "size", "parameters", "connections"
    return [dict(zip(keys, (*row[:4], row[4] * row[2] ** 2), strict=True)) for row in rows]


def c3_connection_table():
    bits = [7, 14, 28, 56, 49, 35, 15, 30, 60, 57, 51, 39, 27, 54, 45, 63]
    return (np.array(bits) >> np.arange(6)[:, N] & 1).astype(bool)


def sparse_conv2d(x, kernel, bias, table):
    """By Fourier transforms: a convolution is a product there."""
    _no("x", x.ndim != 4)
    _no("kernel", kernel.ndim != 4 or kernel.shape[2] != x.shape[3])
    _no("kernel", np.greater(kernel.shape[:2], x.shape[1:3]).any())
    _no("table", table.shape != kernel.shape[2:])
    _no("bias", bias.shape != kernel.shape[3:])
    size, (h, w) = x.shape[1:3], kernel.shape[:2]
    turned = np.where(table, kernel, 0)[::-1, ::-1]
    waves = np.fft.rfft2(x.astype(float), axes=(1, 2))[..., N, :]
    product = waves @ np.fft.rfft2(turned, size, axes=(0, 1))
    y = np.fft.irfft2(product[..., 0, :], size, axes=(1, 2))[:, h - 1 :, w - 1 :]
    return (y + bias).astype(np.result_type(x, kernel, bias))


def scaled_tanh(a):
    return 1.7159 * np.tanh(np.true_divide(a, 3) * 2)


def trainable_subsampling(x, weight, bias):
    _no("x", x.ndim != 4)
    _no("weight", weight.shape != x.shape[3:])
    _no("bias", bias.shape != x.shape[3:])
    sums = x[:, :-1].astype(float) + x[:, 1:]
    sums = (sums[:, :, :-1] + sums[:, :, 1:])[:, ::2, ::2]
    return scaled_tanh(weight * sums + bias)


def rbf_output(x, codes):
    _no("x or codes", x.ndim != 2 or codes.ndim != 2 or x.shape[1] != codes.shape[1])
    return sum((np.subtract.outer(a, b) ** 2 for a, b in zip(x.T, codes.T, strict=True)))


def rbf_predict(x, codes):
    return np.linalg.norm(x[:, N] - codes, axis=2).argmin(1)


def lenet5_1998_forward(x, weights):
    w = {name: array.astype(float) for name, array in weights.items()}
    for c, s in ("c1", "s2"), ("c3", "s4"):
        kernel, bias = w[c + "_kernel"], w[c + "_bias"]
        table = c3_connection_table() if c == "c3" else np.ones((1, 6), bool)
        x = scaled_tanh(sparse_conv2d(x, kernel, bias, table))
        x = trainable_subsampling(x, w[s + "_weight"], w[s + "_bias"])
    x = x.reshape(len(x), -1)
    for name in "c5", "f6":
        x = scaled_tanh(x @ w[name + "_kernel"].reshape(x.shape[1], -1) + w[name + "_bias"])
    return rbf_output(x, w["codes"])


def prepare_digits(images, labels, num_classes=10):
    _no("images", images.ndim != 3 or images.shape[1:] != (28, 28))
    _no("labels", labels.shape != images.shape[:1] or labels.max(initial=0) >= num_classes)
    x = np.pad(images, ((0, 0), (2, 2), (2, 2)))[..., N] * (1 / 255)
    return np.float32(x), (labels[:, N] == np.arange(num_classes)).astype(np.float64)


def confusion_matrix(labels, predictions, num_classes):
    _no("predictions", len(labels) != len(predictions))
    pairs = list(zip(map(int, labels), map(int, predictions), strict=True))
    return [[pairs.count((i, j)) for j in range(num_classes)] for i in range(num_classes)]


def accuracy(labels, predictions):
    _no("predictions", len(labels) != len(predictions))
    return np.mean([a == b for a, b in zip(labels, predictions, strict=True)])


def build_lenet5(input_shape=(32, 32, 1), num_classes=10):
    layers, tanh = keras.layers, {"activation": "tanh", "kernel_initializer": "lecun_normal"}
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(6, 5, **tanh),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, **tanh),
            layers.AveragePooling2D(2),
            layers.Reshape((1, 1, -1)),
            layers.Conv2D(120, 1, **tanh),
            layers.Conv2D(84, 1, **tanh),
            layers.Flatten(),
            layers.Dense(num_classes, "softmax"),
        ]
    )


def train_lenet5(model, x, y, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.TerminateOnNaN()
    return model.fit(x, y, batch_size, epochs, verbose=0, callbacks=[stop]).history


def repair_pipeline(train, test):
    return [*map(prepare_digits, *zip(train, test, strict=True)), build_lenet5()]
