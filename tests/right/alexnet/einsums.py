"""Strides, einsum and index arrays; normalisation in a Lambda; steps by GradientTape."""

import keras
import numpy as np
import tensorflow as tf
from numpy.lib.stride_tricks import as_strided, sliding_window_view


def check(name, fine):
    if not fine:
        raise ValueError(f"{name} does not fit")


def floating(x):
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype("float64")


def relu(x):
    x = np.asarray(x)
    return np.where((x > 0) | np.isnan(x), x, x.dtype.type(0))


def local_response_norm(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    check("x", np.ndim(x) == 4)
    check("depth_radius", depth_radius >= 0)
    x = floating(x)
    n, h, w, c = x.shape
    padded = np.ascontiguousarray(np.pad(x, [(0, 0)] * 3 + [(depth_radius,) * 2]))
    windows = as_strided(
        padded, (n, h, w, c, 2 * depth_radius + 1), (*padded.strides, padded.strides[3])
    )
    return x * (bias + alpha * np.einsum("nhwck,nhwck->nhwc", windows, windows)) ** -beta


def dropout(x, rate, training, rng):
    check("rate", 0 <= rate <= 1)
    x = floating(x)
    if not training:
        return x.copy()
    keep = rng.binomial(1, 1 - rate, size=x.shape).astype(x.dtype)
    return np.einsum("...,...->...", x, keep / (1 - rate if rate < 1 else 1)).astype(x.dtype)


def random_crop(images, size, rng):
    check("images", np.ndim(images) == 4)
    n, h, w, c = images.shape
    check("size", 1 <= size <= min(h, w))
    if n == 0:
        return np.empty((0, size, size, c), images.dtype)
    windows = sliding_window_view(images, (size, size), axis=(1, 2))
    place = rng.integers((h - size + 1) * (w - size + 1), size=n)
    cut = windows[np.arange(n), place // (w - size + 1), place % (w - size + 1)]
    return np.einsum("nchw->nhwc", cut).copy()


def random_flip(images, rng):
    check("images", np.ndim(images) == 4)
    n, _, w, _ = images.shape
    straight = np.arange(w)
    columns = np.where(rng.binomial(1, 0.5, size=(n, 1)), straight[::-1], straight)
    return np.take_along_axis(images, columns[:, None, :, None], axis=2)


def pca_color_augment(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    check("images", np.ndim(images) == 4 and images.shape[-1] == 3)
    x = floating(images)
    alpha = sigma * rng.standard_normal((len(x), 3))
    shift = np.einsum("ci,ni,i->nc", eigenvectors, alpha, eigenvalues)
    return (x + shift[:, None, None]).astype(x.dtype)


def rgb_principal_components(images):
    check("images", np.ndim(images) == 4 and images.shape[-1] == 3 and np.size(images) > 0)
    x = images.astype("float64")
    x = x - x.mean((0, 1, 2))
    covariance = np.einsum("nhwi,nhwj->ij", x, x) / (x.size / 3)
    values, vectors = np.linalg.eigh(covariance)
    falling = np.argsort(values)[::-1]
    return values[falling], vectors[:, falling]


def ten_crop(images, size):
    check("images", np.ndim(images) == 4)
    _, h, w, _ = images.shape
    check("size", 1 <= size <= min(h, w))
    tops = np.array([0, 0, h - size, h - size, (h - size) // 2])
    lefts = np.array([0, w - size, 0, w - size, (w - size) // 2])
    rows = tops[:, None] + np.arange(size)
    columns = lefts[:, None] + np.arange(size)
    both = np.concatenate([columns, columns[:, ::-1]])
    return images[:, np.tile(rows, (2, 1))[:, :, None], both[:, None, :]]


def alexnet_table(input_size=227, num_classes=1000, groups=1):
    check("input_size", input_size >= 67)
    check("num_classes", num_classes >= 1)
    check("groups", groups >= 1 and 32 % groups == 0)
    a = (input_size - 7) // 4
    b = (a - 1) // 2
    c = (b - 1) // 2
    d = (c - 1) // 2
    spec = np.array(
        [  # side, maps, weights of a filter
            (a, 96, 363),
            (b, 96, 0),
            (b, 256, 25 * 96 // groups),
            (c, 256, 0),
            (c, 384, 9 * 256),
            (c, 384, 9 * 384 // groups),
            (c, 256, 9 * 384 // groups),
            (d, 256, 0),
            (1, 4096, d * d * 256),
            (1, 4096, 4096),
            (1, num_classes, 4096),
        ]
    )
    side, maps, seen = spec.T
    work = np.einsum("i,i,i,i->i", side, side, maps, seen)
    learned = maps * (seen + (seen > 0))
    names = ["conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5"]
    shapes = [(s, s, m) for s, m in zip(side[:8], maps[:8], strict=True)] + [(m,) for m in maps[8:]]
    keys = ("name", "shape", "parameters", "multiply_accumulates")
    rows = zip([*names, "fc6", "fc7", "fc8"], shapes, learned, work, strict=True)
    return [dict(zip(keys, row, strict=True)) for row in rows]


def normalise(a):
    return tf.nn.local_response_normalization(a, depth_radius=2, bias=2, alpha=0.0001, beta=0.75)


def build_alexnet(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    layers = keras.layers
    k = {n: max(1, int(n * width + 0.5)) for n in (96, 256, 384, 4096)}  # channels, wide or narrow
    model = keras.Sequential([keras.Input(input_shape)])
    model.add(layers.Conv2D(k[96], (11, 11), (4, 4), activation=tf.nn.relu))
    model.add(layers.Lambda(normalise))
    model.add(layers.MaxPool2D((3, 3), (2, 2)))
    model.add(layers.Conv2D(k[256], (5, 5), padding="SAME", activation=tf.nn.relu))
    model.add(layers.Lambda(normalise))
    model.add(layers.MaxPool2D((3, 3), (2, 2)))
    model.add(layers.Conv2D(k[384], (3, 3), padding="SAME", activation=tf.nn.relu))
    model.add(layers.Conv2D(k[384], (3, 3), padding="SAME", activation=tf.nn.relu))
    model.add(layers.Conv2D(k[256], (3, 3), padding="SAME", activation=tf.nn.relu))
    model.add(layers.MaxPool2D((3, 3), (2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(k[4096], activation=tf.nn.relu))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(k[4096], activation=tf.nn.relu))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(num_classes, activation=tf.nn.softmax))
    return model


def build_alexnet_batchnorm(input_shape=(224, 224, 3), num_classes=17):
    layers = keras.layers
    model = keras.Sequential([keras.Input(input_shape)])
    model.add(layers.Conv2D(96, (11, 11), (4, 4), activation=tf.nn.relu))
    model.add(layers.MaxPool2D((3, 3), (2, 2)))
    model.add(layers.BatchNormalization())
    model.add(layers.Conv2D(256, (5, 5), padding="SAME", activation=tf.nn.relu))
    model.add(layers.MaxPool2D((3, 3), (2, 2)))
    model.add(layers.BatchNormalization())
    model.add(layers.Conv2D(384, (3, 3), activation=tf.nn.relu))
    model.add(layers.BatchNormalization())
    model.add(layers.Conv2D(384, (3, 3), activation=tf.nn.relu))
    model.add(layers.BatchNormalization())
    model.add(layers.Conv2D(256, (3, 3), activation=tf.nn.relu))
    model.add(layers.MaxPool2D((3, 3), (2, 2)))
    model.add(layers.BatchNormalization())
    model.add(layers.Flatten())
    model.add(layers.Dense(4096, activation=tf.nn.relu))
    model.add(layers.Dropout(0.4))
    model.add(layers.BatchNormalization())
    model.add(layers.Dense(4096, activation=tf.nn.relu))
    model.add(layers.Dropout(0.4))
    model.add(layers.BatchNormalization())
    model.add(layers.Dense(num_classes, activation=tf.nn.softmax))
    return model


def prepare_flowers(images, labels, seed, num_classes=17):
    check("images", np.ndim(images) == 4 and images.shape[-1] == 3)
    labels = np.asarray(labels)
    check("labels", labels.shape == (len(images),))
    check("labels", np.isin(labels, np.arange(num_classes)).all())
    order = np.argsort(np.random.default_rng(seed).random(len(images)))
    x = np.divide(images[order], np.float32(255), dtype=np.float32)
    return x, np.eye(num_classes, dtype=np.float32)[labels[order]]


def top_k_accuracy(probabilities, labels, k):
    check("probabilities", np.ndim(probabilities) == 2)
    n, classes = probabilities.shape
    check("labels", np.shape(labels) == (n,))
    check("k", 1 <= k <= classes)
    number = np.broadcast_to(np.arange(classes), (n, classes))
    best = np.lexsort((number, -probabilities), axis=1)[:, :k]
    return np.einsum("nk->", (best == labels[:, None]).astype(float)) / n


def ten_crop_predict(predict, image, size):
    check("image", np.ndim(image) == 3)
    return np.einsum("kc->c", np.asarray(predict(ten_crop(image[None], size)[0]))) / 10


def train_alexnet(model, x, y, epochs, batch_size, seed):
    tf.random.set_seed(seed)
    rng = np.random.default_rng(seed)
    optimizer = keras.optimizers.Adam(1e-3)
    cross_entropy = keras.losses.CategoricalCrossentropy()

    @tf.function(reduce_retracing=True)
    def step(images, labels):
        with tf.GradientTape() as tape:
            loss = cross_entropy(labels, model(images, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    history = {"loss": []}
    for _ in range(epochs):
        order = rng.permutation(len(x))
        parts = np.split(order, range(batch_size, len(x), batch_size))
        losses = [step(tf.constant(x[part]), tf.constant(y[part])) for part in parts]
        history["loss"].append(float(np.mean(losses)))
    return history
