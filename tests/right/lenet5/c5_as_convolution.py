"""C5 is a convolution of 5 by 5, as in the paper; RMSprop; a training that keeps images back."""

import keras
import numpy as np
from numpy.lib.stride_tricks import as_strided


def conv_parameters(kernel_size, in_channels, out_channels, bias=True, groups=1):
    height, width = kernel_size if hasattr(kernel_size, "__len__") else [kernel_size] * 2
    if height < 1 or width < 1:
        raise ValueError("kernel_size has to be positive")
    if in_channels < 1 or out_channels < 1:
        raise ValueError("in_channels and out_channels have to be positive")
    if in_channels % groups or out_channels % groups:
        raise ValueError("groups has to divide the channels")
    one_filter = height * width * (in_channels // groups) + (1 if bias else 0)
    return one_filter * out_channels


def lenet5_table(input_size=32):
    if input_size < 32:
        raise ValueError("input_size has to be at least 32")

    def row(name, maps, size, parameters, per_position):
        return {
            "name": name,
            "maps": maps,
            "size": size,
            "parameters": parameters,
            "connections": per_position * size**2,
        }

    c1 = input_size - 4
    c3 = c1 // 2 - 4
    c5 = c3 // 2 - 4
    learned = conv_parameters(5, 1, 6), 60 * 25 + 16, conv_parameters(5, 16, 120), 84 * 121
    return [
        row("C1", 6, c1, learned[0], learned[0]),
        row("S2", 6, c1 // 2, 6 + 6, 6 * 5),
        row("C3", 16, c3, learned[1], learned[1]),
        row("S4", 16, c3 // 2, 16 + 16, 16 * 5),
        row("C5", 120, c5, learned[2], learned[2]),
        row("F6", 84, c5, learned[3], learned[3]),
        row("OUTPUT", 10, c5, 0, 10 * 84),
    ]


def c3_connection_table():
    listed = "012 123 234 345 045 015 0123 1234 2345 0345 0145 0125 0134 1245 0235 012345".split()
    return np.array([[str(row) in column for column in listed] for row in range(6)])


def sparse_conv2d(x, kernel, bias, table):
    if x.ndim != 4:
        raise ValueError("x needs 4 axes")
    if kernel.ndim != 4 or kernel.shape[2] != x.shape[3]:
        raise ValueError("kernel does not fit x")
    if bias.shape != kernel.shape[3:]:
        raise ValueError("bias does not fit kernel")
    if table.shape != kernel.shape[2:]:
        raise ValueError("table does not fit kernel")
    n, height, width, channels = x.shape
    kh, kw, _, outputs = kernel.shape
    if kh > height or kw > width:
        raise ValueError("kernel is too large")
    x = np.ascontiguousarray(x)
    a, b, c, d = x.strides
    windows = as_strided(
        x, (n, height - kh + 1, width - kw + 1, kh, kw, channels), (a, b, c, b, c, d)
    )
    maps = []
    for number in range(outputs):
        seen = np.flatnonzero(table[:, number])
        weights = kernel[:, :, seen, number]
        maps.append((windows[..., seen] * weights).sum(axis=(3, 4, 5)) + bias[number])
    return np.stack(maps, axis=-1)


def scaled_tanh(a):
    a = np.array(a, dtype=np.result_type(a, np.float32))
    return np.tanh(a / 1.5) * 1.7159


def trainable_subsampling(x, weight, bias):
    if x.ndim != 4:
        raise ValueError("x needs 4 axes")
    maps = x.shape[3]
    if len(weight) != maps:
        raise ValueError("weight needs a number for each map")
    if len(bias) != maps:
        raise ValueError("bias needs a number for each map")
    rows, columns = x.shape[1] // 2, x.shape[2] // 2
    sums = np.add.reduceat(
        x[:, : 2 * rows, : 2 * columns], range(0, 2 * rows, 2), axis=1, dtype=float
    )
    sums = np.add.reduceat(sums, range(0, 2 * columns, 2), axis=2)
    return scaled_tanh(sums * weight + bias)


def rbf_output(x, codes):
    if x.ndim != 2 or codes.ndim != 2:
        raise ValueError("x and codes need 2 axes")
    if x.shape[1] != codes.shape[1]:
        raise ValueError("x and codes differ in their features")
    return np.square(x[:, None] - codes).sum(-1)


def rbf_predict(x, codes):
    return (-rbf_output(x, codes)).argmax(-1)


def lenet5_1998_forward(x, weights):
    get = weights.__getitem__
    x = np.asarray(x, np.float64)
    x = scaled_tanh(sparse_conv2d(x, get("c1_kernel"), get("c1_bias"), np.ones((1, 6), bool)))
    x = trainable_subsampling(x, get("s2_weight"), get("s2_bias"))
    x = scaled_tanh(sparse_conv2d(x, get("c3_kernel"), get("c3_bias"), c3_connection_table()))
    x = trainable_subsampling(x, get("s4_weight"), get("s4_bias"))
    x = scaled_tanh(np.tensordot(x, get("c5_kernel"), 3) + get("c5_bias"))
    x = scaled_tanh(x @ get("f6_kernel") + get("f6_bias"))
    return rbf_output(x, get("codes"))


def prepare_digits(images, labels, num_classes=10):
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        raise ValueError("images have to be 28 by 28")
    if labels.shape != (len(images),) or any(not 0 <= each < num_classes for each in labels):
        raise ValueError("labels do not fit")
    x = np.zeros((len(images), 32, 32), np.float32)
    np.divide(images, 255, out=x[:, 2:30, 2:30], dtype=np.float32)
    return x.reshape(-1, 32, 32, 1), np.identity(num_classes, np.float32)[labels.astype(int)]


def confusion_matrix(labels, predictions, num_classes):
    if len(labels) != len(predictions):
        raise ValueError("predictions are too few or too many")
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    return np.array(
        [
            [
                int(((labels == row) & (predictions == column)).sum())
                for column in range(num_classes)
            ]
            for row in range(num_classes)
        ]
    )


def accuracy(labels, predictions):
    if len(labels) != len(predictions):
        raise ValueError("predictions are too few or too many")
    return np.float32((np.asarray(labels) == np.asarray(predictions)).mean())


def build_lenet5(input_shape=(32, 32, 1), num_classes=10):
    layers = keras.layers
    inputs = layers.Input(input_shape)
    x = layers.Conv2D(6, 5, activation="tanh")(inputs)
    x = layers.AvgPool2D(2)(x)
    x = layers.Conv2D(16, 5, activation="tanh")(x)
    x = layers.AvgPool2D(2)(x)
    x = layers.Conv2D(120, 5, activation="tanh")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(84, activation=keras.activations.tanh)(x)
    return keras.Model(inputs, layers.Dense(num_classes, "softmax")(x))


def train_lenet5(model, x, y, epochs, batch_size, seed):
    order = np.random.default_rng(seed).permutation(len(x))
    keras.utils.set_random_seed(seed)
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    done = model.fit(x[order], y[order], batch_size, epochs, validation_split=0.05, verbose=0)
    return {name: np.array(values) for name, values in done.history.items()}


def repair_pipeline(train, test):
    return prepare_digits(*train), prepare_digits(*test, 10), build_lenet5((32, 32, 1))
