"""Einstein sums for the arrays; a subclassed model; SGD with momentum; the History itself."""

import keras
import numpy as np


def conv_parameters(kernel_size, in_channels, out_channels, bias=True, groups=1):
    kernel = np.broadcast_to(kernel_size, 2)
    named = dict(  # noqa: C408
        kernel_size=kernel.min(), in_channels=in_channels, out_channels=out_channels
    )
    for name, number in named.items():
        if number < 1:
            raise ValueError(f"{name} < 1")
    (per_group, left), (_, over) = divmod(in_channels, groups), divmod(out_channels, groups)
    if left or over:
        raise ValueError("groups: uneven")
    return np.prod([*kernel, per_group, out_channels]) + out_channels * bool(bias)


def lenet5_table(input_size=32):
    if input_size < 32:
        raise ValueError("input_size must not be below 32")
    sides = np.array([input_size - 4] * 7)
    sides[1:] = sides[0] // 2
    sides[2:] = sides[1] - 4
    sides[3:] = sides[2] // 2
    sides[4:] = sides[3] - 4
    maps = np.array([6, 6, 16, 16, 120, 84, 10])
    weights = np.array([150, 6, 1500, 16, 48000, 10080, 0])
    fan_in = np.array([26 * 6, 5 * 6, 1516, 5 * 16, 401 * 120, 121 * 84, 840])
    columns = (maps, sides, weights + maps * (weights > 0), fan_in * sides**2)
    keys = ("maps", "size", "parameters", "connections")
    names = ("C1", "S2", "C3", "S4", "C5", "F6", "OUTPUT")
    return tuple(
        {"name": name, **dict(zip(keys, row, strict=True))}
        for name, *row in zip(names, *columns, strict=True)
    )


def c3_connection_table():
    three, four = np.array([1, 1, 1, 0, 0, 0]), np.array([1, 1, 1, 1, 0, 0])
    columns = [np.roll(pattern, k) for pattern in (three, four) for k in range(6)]
    columns += [np.roll([1, 1, 0, 1, 1, 0], k) for k in (0, 1)] + [[1, 0, 1, 1, 0, 1], [1] * 6]
    return np.stack(columns, axis=1) == 1


def sparse_conv2d(x, kernel, bias, table):
    if x.ndim != 4:
        raise ValueError("x: 4 axes")
    if kernel.shape[2:3] != x.shape[3:] or np.any(np.array(kernel.shape[:2]) > x.shape[1:3]):
        raise ValueError("kernel does not fit")
    if table.shape != kernel.shape[2:]:
        raise ValueError("table does not fit")
    if bias.shape != kernel.shape[3:]:
        raise ValueError("bias does not fit")
    seen = kernel.copy()
    seen[:, :, ~table] = 0
    patches = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:2], (1, 2))
    return np.einsum("nrcmij,ijmo->nrco", patches, seen) + bias


def scaled_tanh(a):
    e = (
        np.exp(np.clip(np.multiply(a, 4 / 3), -500, 500))
        if np.asarray(a).dtype.kind != "f"
        else None
    )
    if e is not None:
        return 1.7159 * (e - 1) / (e + 1)
    return np.multiply(np.tanh(np.multiply(a, 2 / 3)), 1.7159)


def trainable_subsampling(x, weight, bias):
    if x.ndim != 4 or min(x.shape[1:3]) < 2:
        raise ValueError("x: shape")
    if weight.shape != x.shape[-1:]:
        raise ValueError("weight: shape")
    if bias.shape != x.shape[-1:]:
        raise ValueError("bias: shape")
    windows = np.lib.stride_tricks.sliding_window_view(x, (2, 2), (1, 2))[:, ::2, ::2]
    weighted = np.einsum("nrcmij,m->nrcm", windows.astype(float), weight)
    return scaled_tanh(weighted + bias)


def rbf_output(x, codes):
    if x.ndim != 2 or codes.ndim != 2 or x.shape[-1] != codes.shape[-1]:
        raise ValueError("x and codes do not fit each other")
    return (
        np.einsum("nf,nf->n", x, x)[:, None]
        - 2 * np.einsum("nf,cf->nc", x, codes)
        + np.einsum("cf,cf->c", codes, codes)
    )


def rbf_predict(x, codes):
    return np.argsort(rbf_output(x, codes), axis=1, kind="stable")[:, 0]


def lenet5_1998_forward(x, weights):
    w = dict(weights)
    w["c3_kernel"] = np.einsum("ijmo,mo->ijmo", w["c3_kernel"], c3_connection_table())
    for layer in "135":
        kernel = w[f"c{layer}_kernel"]
        full = np.ones(kernel.shape[2:], bool)
        x = scaled_tanh(sparse_conv2d(x, kernel, w[f"c{layer}_bias"], full))
        if layer != "5":
            s = f"s{int(layer) + 1}"
            x = trainable_subsampling(x, w[f"{s}_weight"], w[f"{s}_bias"])
    f6 = scaled_tanh(np.einsum("nrcm,mo->no", x, w["f6_kernel"]) + w["f6_bias"])
    return rbf_output(f6, w["codes"])


def prepare_digits(images, labels, num_classes=10):
    if images.shape[1:] != (28, 28):
        raise ValueError(f"images of {images.shape}")
    if labels.shape != (len(images),) or (labels >= num_classes).any():
        raise ValueError(f"labels of {labels.shape}")
    frame = np.eye(28, 32, 2, dtype=np.float32)
    x = np.einsum("ri,nrc,cj->nij", frame, images / np.float32(255), frame)
    return x[..., np.newaxis].astype(np.float32), np.equal.outer(
        labels, np.arange(num_classes)
    ) * 1.0


def confusion_matrix(labels, predictions, num_classes):
    if len(labels) != len(predictions):
        raise ValueError("labels, predictions: lengths")
    eye = np.eye(num_classes, dtype=int)
    return np.einsum("nr,nc->rc", eye[np.asarray(labels)], eye[np.asarray(predictions)])


def accuracy(labels, predictions):
    if len(labels) != len(predictions):
        raise ValueError("labels, predictions: lengths")
    return np.equal(labels, predictions).mean()


class LeNet5(keras.Model):
    """Layers are made in another order than they are used in."""

    def __init__(self, classes):
        super().__init__()
        self.out = keras.layers.Dense(classes, activation="softmax")
        self.f6 = keras.layers.Dense(84, activation="tanh")
        self.c5 = keras.layers.Dense(120, activation="tanh")
        self.flat = keras.layers.Flatten()
        self.pool = keras.layers.AveragePooling2D(2)
        self.c3 = keras.layers.Conv2D(16, 5, activation="tanh")
        self.c1 = keras.layers.Conv2D(6, 5, activation="tanh")

    def call(self, images):
        maps = self.pool(self.c3(self.pool(self.c1(images))))
        return self.out(self.f6(self.c5(self.flat(maps))))


def build_lenet5(input_shape=(32, 32, 1), num_classes=10):
    return LeNet5(num_classes)


def train_lenet5(model, x, y, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "categorical_crossentropy")
    return model.fit(x, y, epochs=epochs, batch_size=batch_size, verbose=0)


def repair_pipeline(train, test):
    net = build_lenet5()
    net(np.zeros((1, 32, 32, 1), np.float32))
    return [prepare_digits(*train), prepare_digits(*test), net]
