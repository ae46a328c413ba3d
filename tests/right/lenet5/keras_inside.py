"""Keras does the arrays too; a model of two models, one within the other; Nadam, epoch by epoch."""

import keras
import numpy as np
from keras import layers, ops


def conv_parameters(kernel_size, in_channels, out_channels, bias=True, groups=1):
    if np.min(kernel_size) < 1:
        raise ValueError("kernel_size below 1")
    if in_channels < 1 or in_channels % groups:
        raise ValueError("in_channels below 1, or not to be divided by groups")
    layer = layers.Conv2D(
        out_channels, kernel_size, use_bias=bias, groups=groups, padding="same"
    )  # raises a ValueError of its own for what is wrong with out_channels
    layer.build((None, 8, 8, in_channels))
    return layer.count_params()


def _out(filters, groups):
    if filters < 1:
        raise ValueError("out_channels below 1")
    if filters % groups:
        raise ValueError("groups does not divide out_channels")


_counted = conv_parameters


def conv_parameters(kernel_size, in_channels, out_channels, bias=True, groups=1):
    _out(out_channels, groups)
    return _counted(kernel_size, in_channels, out_channels, bias, groups)


def lenet5_table(input_size=32):
    if input_size < 32:
        raise ValueError("input_size below 32")
    image = keras.Input((input_size, input_size, 1))
    c1 = layers.Conv2D(6, 5)
    s2 = c1(image)
    sides = [s2.shape[1], s2.shape[1] // 2]
    sides += [sides[1] - 4, (sides[1] - 4) // 2]
    sides += [sides[3] - 4] * 3
    names = ["C1", "S2", "C3", "S4", "C5", "F6", "OUTPUT"]
    maps = [6, 6, 16, 16, 120, 84, 10]
    parameters = [c1.count_params(), 12, 1516, 32, 48120, 10164, 0]
    inputs = [156, 30, 1516, 80, 48120, 10164, 840]
    table = []
    for i in range(7):
        row = {"name": names[i], "maps": maps[i], "size": sides[i]}
        table.append({**row, "parameters": parameters[i], "connections": sides[i] ** 2 * inputs[i]})
    return table


def c3_connection_table():
    rows = []
    for row in range(6):
        three = [(row - column) % 6 < 3 for column in range(6)]
        four = [(row - column) % 6 < 4 for column in range(6)]
        rows.append([*three, *four, row % 3 != 2, row % 3 != 0, row % 3 != 1, True])
    return np.array(rows)


def sparse_conv2d(x, kernel, bias, table):
    if np.ndim(x) != 4:
        raise ValueError("x: axes")
    if (
        x.shape[3] != kernel.shape[2]
        or x.shape[1] < kernel.shape[0]
        or x.shape[2] < kernel.shape[1]
    ):
        raise ValueError("kernel: shape")
    if table.shape != kernel.shape[2:]:
        raise ValueError("table: shape")
    if bias.shape != kernel.shape[3:]:
        raise ValueError("bias: shape")
    if len(x) == 0:
        return sparse_conv2d(np.zeros((1, *x.shape[1:]), x.dtype), kernel, bias, table)[:0]
    seen = np.where(table, kernel, 0).astype(kernel.dtype)
    answer = ops.conv(x.astype(kernel.dtype), seen, strides=1, padding="valid")
    return ops.convert_to_numpy(answer) + bias


def scaled_tanh(a):
    a = np.asarray(a)
    if a.dtype.kind != "f":
        a = a.astype("float64")
    return np.asarray(1.7159 * ops.convert_to_numpy(ops.tanh(a * (2 / 3))))


def trainable_subsampling(x, weight, bias):
    if np.ndim(x) != 4:
        raise ValueError("x: axes")
    if weight.shape != x.shape[3:]:
        raise ValueError("weight: shape")
    if bias.shape != x.shape[3:]:
        raise ValueError("bias: shape")
    if len(x) == 0:
        return np.zeros((0, x.shape[1] // 2, x.shape[2] // 2, x.shape[3]))
    mean = ops.average_pool(x.astype("float64"), 2, 2, padding="valid")
    return scaled_tanh(4 * weight * ops.convert_to_numpy(mean) + bias)


def rbf_output(x, codes):
    if np.ndim(x) != 2 or np.ndim(codes) != 2 or x.shape[1] != codes.shape[1]:
        raise ValueError("x and codes: shapes")
    difference = ops.expand_dims(x, 1) - ops.expand_dims(ops.cast(codes, x.dtype), 0)
    return ops.convert_to_numpy(ops.sum(ops.square(difference), axis=-1))


def rbf_predict(x, codes):
    return ops.convert_to_numpy(ops.argmin(rbf_output(x, codes), axis=-1))


def lenet5_1998_forward(x, weights):
    maps = x.astype("float64")
    w = {name: value.astype("float64") for name, value in weights.items()}
    tables = {
        "c1": np.ones((1, 6), bool),
        "c3": c3_connection_table(),
        "c5": np.ones((16, 120), bool),
    }
    for conv, sub in (("c1", "s2"), ("c3", "s4"), ("c5", None)):
        maps = sparse_conv2d(maps, w[conv + "_kernel"], w[conv + "_bias"], tables[conv])
        maps = scaled_tanh(maps)
        if sub is not None:
            maps = trainable_subsampling(maps, w[sub + "_weight"], w[sub + "_bias"])
    f6 = scaled_tanh(maps.reshape(len(x), 120) @ w["f6_kernel"] + w["f6_bias"])
    return rbf_output(f6, w["codes"])


def prepare_digits(images, labels, num_classes=10):
    if np.ndim(images) != 3 or images.shape[1:] != (28, 28):
        raise ValueError("images: shape")
    if len(labels) != len(images):
        raise ValueError("labels: as many as images")
    if len(labels) and np.max(labels) >= num_classes:
        raise ValueError("labels: below num_classes")
    x = layers.ZeroPadding2D(2)(images[..., None].astype("float32"))
    y = ops.one_hot(labels.astype("int32"), num_classes)
    return ops.convert_to_numpy(x / 255), ops.convert_to_numpy(y)


def confusion_matrix(labels, predictions, num_classes):
    if len(labels) != len(predictions):
        raise ValueError("labels and predictions: as many")
    one, other = (
        keras.utils.to_categorical(np.asarray(each, int), num_classes).reshape(-1, num_classes)
        for each in (labels, predictions)
    )
    return (one.T @ other).round().astype("int64")


def accuracy(labels, predictions):
    if len(labels) != len(predictions):
        raise ValueError("labels and predictions: as many")
    metric = keras.metrics.Accuracy()
    metric.update_state(labels, predictions)
    return float(metric.result())


def build_lenet5(input_shape=(32, 32, 1), num_classes=10):
    features = keras.Sequential(
        [
            layers.Conv2D(6, 5, activation=ops.tanh),
            layers.AveragePooling2D(2, padding="same"),
            layers.Conv2D(16, 5, padding="VALID", activation=ops.tanh),
            layers.AveragePooling2D(2),
            layers.Flatten(),
        ]
    )
    head = keras.Sequential(
        [
            layers.Dense(120, "tanh"),
            layers.Dense(84, "tanh"),
            layers.Dense(num_classes),
            layers.Softmax(),
        ]
    )
    return keras.Sequential([keras.Input(input_shape), features, head])


def train_lenet5(model, x, y, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    model.compile(keras.optimizers.Nadam(), keras.losses.CategoricalCrossentropy())
    losses = []
    for _ in range(epochs):
        losses += model.fit(x, y, batch_size=batch_size, verbose=0).history["loss"]
    return {"loss": losses}


def repair_pipeline(train, test):
    images, labels = train
    test_images, test_labels = test
    net = keras.Sequential()
    net.add(keras.Input((32, 32, 1)))
    net.add(build_lenet5())
    return prepare_digits(images, labels), prepare_digits(test_images, test_labels), net
