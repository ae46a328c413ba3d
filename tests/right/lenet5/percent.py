# Work of a student who uses an editor in place of JupyterLab.

# %% nbgrader={"grade_id": "setup"}
import numpy as np

# %% [markdown]
# I wrote some helpers first.

# %%
import keras


def need(condition, sentence):
    if not condition:
        raise ValueError(sentence)


# %% nbgrader={"grade_id": "conv_parameters"}
def conv_parameters(kernel_size, in_channels, out_channels, bias=True, groups=1):
    sides = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    need(all(side >= 1 for side in sides), f"kernel_size: {kernel_size}")
    need(in_channels >= 1, f"in_channels: {in_channels}")
    need(out_channels >= 1, f"out_channels: {out_channels}")
    need((in_channels % groups, out_channels % groups) == (0, 0), f"groups: {groups}")
    return int(np.prod(sides)) * in_channels * out_channels // groups + out_channels * int(bias)


# %% nbgrader={"grade_id": "c3_connection_table"}
def c3_connection_table():
    table = np.zeros((6, 16), dtype=bool)
    first = np.arange(6)
    for column in range(6):
        table[:, column] = (first - column) % 6 <= 2
        table[:, column + 6] = (first - column) % 6 <= 3
    pairs = ((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5))
    for column, rows in enumerate(pairs, start=12):
        table[rows, column] = True
    table[:, -1] = True
    return table


# %% nbgrader={"grade_id": "lenet5_table"}
def lenet5_table(input_size=32):
    need(input_size >= 32, f"input_size: {input_size}")
    c1 = input_size - 5 + 1
    s2 = int(c1 / 2)
    c3 = s2 - 5 + 1
    s4 = int(c3 / 2)
    c5 = s4 - 5 + 1
    pairs = c3_connection_table().sum()
    table = {
        "C1": (6, c1, 6 * 26, 6 * 26),
        "S2": (6, s2, 2 * 6, 5 * 6),
        "C3": (16, c3, 25 * pairs + 16, 25 * pairs + 16),
        "S4": (16, s4, 2 * 16, 5 * 16),
        "C5": (120, c5, 120 * 401, 120 * 401),
        "F6": (84, c5, 84 * 121, 84 * 121),
        "OUTPUT": (10, c5, 0, 84 * 10),
    }
    return [
        {"name": n, "maps": m, "size": s, "parameters": p, "connections": c * s * s}
        for n, (m, s, p, c) in table.items()
    ]


# %% nbgrader={"grade_id": "sparse_conv2d"}
def sparse_conv2d(x, kernel, bias, table):
    need(x.ndim == 4, "x: 4 axes")
    need(kernel.ndim == 4 and kernel.shape[2] == x.shape[3], "kernel: maps")
    need(table.shape == kernel.shape[2:], "table: shape")
    need(bias.shape == (kernel.shape[3],), "bias: shape")
    height, width = x.shape[1] - kernel.shape[0] + 1, x.shape[2] - kernel.shape[1] + 1
    need(height > 0 and width > 0, "kernel: size")
    y = np.empty((len(x), height, width, kernel.shape[3]), np.result_type(x, kernel, bias))
    for i in range(height):
        for j in range(width):
            patch = x[:, i : i + kernel.shape[0], j : j + kernel.shape[1]]
            products = patch[..., None] * kernel
            y[:, i, j] = np.where(table, products, 0).sum(axis=(1, 2, 3)) + bias
    return y


# %% nbgrader={"grade_id": "scaled_tanh"}
A, S = 1.7159, 2 / 3


def scaled_tanh(a):
    return A * np.tanh(S * np.asarray(a))


# %% nbgrader={"grade_id": "trainable_subsampling"}
def trainable_subsampling(x, weight, bias):
    need(x.ndim == 4, "x: 4 axes")
    need(weight.shape == x.shape[-1:], "weight: shape")
    need(bias.shape == x.shape[-1:], "bias: shape")
    out = np.zeros((len(x), x.shape[1] // 2, x.shape[2] // 2, x.shape[3]))
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            window = x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            out[:, i, j] = window.reshape(len(x), -1, x.shape[3]).sum(axis=1) if len(x) else 0
    return scaled_tanh(out * weight + bias)


# %% nbgrader={"grade_id": "rbf_output"}
def rbf_output(x, codes):
    need(x.ndim == codes.ndim == 2, "x and codes: 2 axes")
    need(x.shape[1] == codes.shape[1], "x and codes: features")
    repeated = np.repeat(x, len(codes), axis=0) - np.tile(codes, (len(x), 1))
    return (repeated * repeated).sum(axis=1).reshape(len(x), len(codes))


def rbf_predict(x, codes):
    return np.array([int(np.argmin(row)) for row in rbf_output(x, codes)], dtype=int)


# %% nbgrader={"grade_id": "lenet5_1998_forward"}
def lenet5_1998_forward(x, weights):
    outputs = []
    for image in x:
        maps = image[np.newaxis].astype(float)
        for c, s in (("c1", "s2"), ("c3", "s4")):
            kernel = weights[f"{c}_kernel"]
            table = c3_connection_table() if c == "c3" else np.ones(kernel.shape[2:], dtype=bool)
            maps = scaled_tanh(sparse_conv2d(maps, kernel, weights[f"{c}_bias"], table))
            maps = trainable_subsampling(maps, weights[f"{s}_weight"], weights[f"{s}_bias"])
        vector = maps.ravel() @ weights["c5_kernel"].reshape(-1, 120) + weights["c5_bias"]
        vector = scaled_tanh(vector) @ weights["f6_kernel"] + weights["f6_bias"]
        outputs.append(rbf_output(scaled_tanh(vector)[np.newaxis], weights["codes"])[0])
    return np.array(outputs)


# %% nbgrader={"grade_id": "prepare_digits"}
def prepare_digits(images, labels, num_classes=10):
    need(images.ndim == 3 and images.shape[1:] == (28, 28), "images: shape")
    need(labels.shape == images.shape[:1], "labels: one for each image")
    need(np.all(labels < num_classes), "labels: below num_classes")
    rows = np.insert(images, [0, 0, 28, 28], 0, axis=1)
    both = np.insert(rows, [0, 0, 28, 28], 0, axis=2)
    y = np.zeros((len(labels), num_classes), "uint8")
    np.put_along_axis(y, labels.astype(int)[:, None], 1, axis=1)
    return (both[..., None] / 255).astype("float32"), y


# %% nbgrader={"grade_id": "build_lenet5"}
class Squash(keras.layers.Layer):
    def call(self, a):
        return keras.ops.tanh(a)


class Average(keras.layers.Layer):
    """The mean of windows of 2 by 2, from their four cells."""

    def call(self, maps):
        return (
            maps[:, ::2, ::2] + maps[:, 1::2, ::2] + maps[:, ::2, 1::2] + maps[:, 1::2, 1::2]
        ) / 4


def build_lenet5(input_shape=(32, 32, 1), num_classes=10):
    image = x = keras.Input(input_shape)
    for filters in (6, 16):
        x = Average()(Squash()(keras.layers.Conv2D(filters, 5)(x)))
    x = keras.layers.Flatten()(x)
    for units in (120, 84):
        x = Squash()(keras.layers.Dense(units)(x))
    x = keras.layers.Dense(num_classes)(x)
    return keras.Model(image, keras.ops.softmax(x, axis=-1))


# %% nbgrader={"grade_id": "train_lenet5"}
def train_lenet5(model, x, y, epochs, batch_size, seed):
    rng = np.random.RandomState(seed)
    model.compile(optimizer=keras.optimizers.Adam(0.0015), loss="categorical_crossentropy")
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        parts = [order[i : i + batch_size] for i in range(0, len(x), batch_size)]
        losses.append(np.mean([model.train_on_batch(x[part], y[part]) for part in parts]))
    return {"loss": losses}


# %% nbgrader={"grade_id": "confusion_matrix"}
def confusion_matrix(labels, predictions, num_classes):
    need(len(labels) == len(predictions), "predictions: as many as labels")
    edges = np.arange(num_classes + 1)
    return np.histogram2d(labels, predictions, (edges, edges))[0].astype(int)


def accuracy(labels, predictions):
    need(len(labels) == len(predictions), "predictions: as many as labels")
    matrix = confusion_matrix(labels, predictions, 1 + max(*labels, *predictions))
    return np.trace(matrix) / matrix.sum()


# %% nbgrader={"grade_id": "repair_pipeline"}
def repair_pipeline(train, test):
    parts = [prepare_digits(*part) for part in (train, test)]
    return *parts, build_lenet5()


# %% nbgrader={"grade_id": "test_repair_pipeline"}
raise RuntimeError("a grade cell is not run")
