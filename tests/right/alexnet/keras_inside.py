"""Keras and TensorFlow do the arrays too; a model of two models, one within the other; RMSprop."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


def out(tensor):
    return ops.convert_to_numpy(tensor)


def as_floating(x):
    return x if x.dtype.kind == "f" else x.astype("float64")


def relu(x):
    x = np.asarray(x)
    return out(ops.where(ops.less(x, 0), ops.zeros_like(x), x))  # ops.relu may lose NaN


def damped(x, depth_radius, bias, alpha, beta):
    """For tensors of Keras."""
    channels = x.shape[-1]
    radius = min(depth_radius, channels)
    squares = ops.pad(ops.square(x), [[0, 0]] * 3 + [[radius, radius]])
    total = ops.zeros_like(x)
    for start in range(2 * radius + 1):
        total += squares[..., start : start + channels]
    return x / (bias + alpha * total) ** beta


def local_response_norm(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    if np.ndim(x) != 4:
        raise ValueError("x: axes")
    if depth_radius < 0:
        raise ValueError("depth_radius: negative")
    y = out(tf.nn.local_response_normalization(np.float32(x), depth_radius, bias, alpha, beta))
    return y.astype(as_floating(x).dtype)


def dropout(x, rate, training, rng):
    if rate > 1 or rate < 0:
        raise ValueError("rate: not from 0 to 1")
    x = as_floating(np.asarray(x))
    if not training:
        return x.copy()
    mask = rng.random(x.shape) < 1 - rate
    scale = 1 / (1 - rate) if rate < 1 else 1.0
    return out(tf.where(mask, x * tf.constant(scale, x.dtype), tf.zeros_like(x)))


def cut(images, rows, columns, size):
    count = len(images)
    index = np.empty((count, size, size, 3), int)
    index[..., 0] = np.arange(count)[:, None, None]
    index[..., 1] = rows[:, None, None] + np.arange(size)[:, None]
    index[..., 2] = columns[:, None, None] + np.arange(size)
    return out(tf.gather_nd(images, index))


def random_crop(images, size, rng):
    if np.ndim(images) != 4:
        raise ValueError("images: axes")
    free = np.array(images.shape[1:3]) - size
    if size < 1 or free.min() < 0:
        raise ValueError("size: does not fit")
    rows, columns = rng.integers(free + 1, size=(len(images), 2)).T
    return cut(images, rows, columns, size)


def random_flip(images, rng):
    if np.ndim(images) != 4:
        raise ValueError("images: axes")
    coins = rng.binomial(1, 0.5, len(images)) == 1
    return out(ops.where(coins.reshape(-1, 1, 1, 1), ops.flip(images, axis=2), images))


def pca_color_augment(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    if np.ndim(images) != 4 or images.shape[3] != 3:
        raise ValueError("images: axes or channels")
    images = as_floating(images)
    draws = rng.normal(size=(len(images), 3)) * sigma
    shift = ops.matmul(draws * eigenvalues, ops.transpose(eigenvectors))
    return out(images + ops.cast(ops.reshape(shift, (-1, 1, 1, 3)), images.dtype))


def rgb_principal_components(images):
    if np.ndim(images) != 4 or images.shape[3] != 3 or 0 in images.shape:
        raise ValueError("images: axes, channels or pixels")
    pixels = tf.reshape(tf.cast(images, tf.float64), (-1, 3))
    pixels -= tf.reduce_mean(pixels, axis=0)
    covariance = tf.matmul(pixels, pixels, transpose_a=True) / len(pixels)
    values, vectors = tf.linalg.eigh(covariance)
    return values.numpy()[::-1], tf.reverse(vectors, [1]).numpy()


def ten_crop(images, size):
    if np.ndim(images) != 4:
        raise ValueError("images: axes")
    if not 1 <= size <= min(images.shape[1:3]):
        raise ValueError("size: does not fit")
    height, width = images.shape[1:3]
    crops = []
    for top, left in (
        (0, 0),
        (0, width - size),
        (height - size, 0),
        (height - size, width - size),
        ((height - size) // 2, (width - size) // 2),
    ):
        crops.append(tf.image.crop_to_bounding_box(images, top, left, size, size))
    return out(ops.stack(crops + [ops.flip(crop, 2) for crop in crops], axis=1))


def alexnet_table(input_size=227, num_classes=1000, groups=1):
    """Asks layers of Keras, which are built as far as they are small."""
    if input_size < 67:
        raise ValueError("input_size: below 67")
    if num_classes < 1:
        raise ValueError("num_classes: below 1")
    if groups < 1 or 32 % groups:
        raise ValueError("groups: does not divide 32")
    shape, rows = (None, input_size, input_size, 3), []
    for name, layer in {
        "conv1": layers.Conv2D(96, 11, 4),
        "pool1": layers.MaxPooling2D(3, 2),
        "conv2": layers.Conv2D(256, 5, padding="same", groups=groups),
        "pool2": layers.MaxPooling2D(3, 2),
        "conv3": layers.Conv2D(384, 3, padding="same"),
        "conv4": layers.Conv2D(384, 3, padding="same", groups=groups),
        "conv5": layers.Conv2D(256, 3, padding="same", groups=groups),
        "pool5": layers.MaxPooling2D(3, 2),
    }.items():
        layer.build(shape)
        shape = layer.compute_output_shape(shape)
        sizes = [int(np.prod(weight.shape)) for weight in layer.weights]
        work = sizes[0] * shape[1] * shape[2] if sizes else 0
        row = {"name": name, "shape": tuple(shape[1:]), "parameters": sum(sizes)}
        rows.append({**row, "multiply_accumulates": work})
    (_, inputs) = layers.Flatten().compute_output_shape(shape)
    for name, units in (("fc6", 4096), ("fc7", 4096), ("fc8", num_classes)):
        row = {"name": name, "shape": (units,), "parameters": units * (1 + inputs)}
        rows.append({**row, "multiply_accumulates": units * inputs})
        inputs = units
    return rows


class LocalResponseNormalization(layers.Layer):
    def __init__(self, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75, **kwargs):
        super().__init__(**kwargs)
        self.constants = depth_radius, bias, alpha, beta

    def call(self, x):
        return damped(x, *self.constants)

    def compute_output_shape(self, shape):
        return shape


def build_alexnet(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    def wide(units):
        return max(1, round(units * width))

    features = keras.Sequential(
        [
            layers.Conv2D(wide(96), 11, 4, activation=ops.relu),
            LocalResponseNormalization(),
            layers.MaxPooling2D(3, 2),
            layers.Conv2D(wide(256), 5, padding="same", activation=ops.relu),
            LocalResponseNormalization(),
            layers.MaxPooling2D(3, 2),
            layers.Conv2D(wide(384), 3, padding="same", activation=ops.relu),
            layers.Conv2D(wide(384), 3, padding="same", activation=ops.relu),
            layers.Conv2D(wide(256), 3, padding="same", activation=ops.relu),
            layers.MaxPooling2D(3, 2),
        ],
        name="features",
    )
    head = keras.Sequential(
        [
            layers.Flatten(),
            layers.Dense(wide(4096), ops.relu),
            layers.Dropout(0.5),
            layers.Dense(wide(4096), ops.relu),
            layers.Dropout(0.5),
            layers.Dense(num_classes),
            layers.Softmax(),
        ],
        name="head",
    )
    return keras.Sequential([keras.Input(input_shape), features, head])


def build_alexnet_batchnorm(input_shape=(224, 224, 3), num_classes=17):
    def norm():
        return layers.BatchNormalization()

    image = keras.Input(input_shape)
    features = keras.Sequential(
        [
            layers.Conv2D(96, 11, 4, activation=ops.relu),
            layers.MaxPooling2D(3, 2),
            norm(),
            layers.Conv2D(256, 5, padding="same", activation=ops.relu),
            layers.MaxPooling2D(3, 2),
            norm(),
            layers.Conv2D(384, 3, activation=ops.relu),
            norm(),
            layers.Conv2D(384, 3, activation=ops.relu),
            norm(),
            layers.Conv2D(256, 3, activation=ops.relu),
            layers.MaxPooling2D(3, 2),
            norm(),
        ]
    )
    head = keras.Sequential(
        [
            layers.Flatten(),
            layers.Dense(4096, "relu"),
            layers.Dropout(0.4),
            norm(),
            layers.Dense(4096, "relu"),
            layers.Dropout(0.4),
            norm(),
            layers.Dense(num_classes),
            layers.Softmax(),
        ]
    )
    return keras.Model(image, head(features(image)))


def prepare_flowers(images, labels, seed, num_classes=17):
    if np.ndim(images) != 4 or images.shape[3] != 3:
        raise ValueError("images: axes or channels")
    if np.shape(labels) != (len(images),):
        raise ValueError("labels: as many as images")
    if len(labels) and not 0 <= np.min(labels) <= np.max(labels) < num_classes:
        raise ValueError("labels: from 0 to num_classes - 1")
    order = tf.random.experimental.stateless_shuffle(tf.range(len(images)), seed=[seed, 17])
    x = layers.Rescaling(1 / 255)(ops.take(images, order, axis=0))
    y = ops.one_hot(ops.take(labels.astype("int32"), order), num_classes)
    return out(x), out(y)


def top_k_accuracy(probabilities, labels, k):
    if np.ndim(probabilities) != 2:
        raise ValueError("probabilities: axes")
    if np.shape(labels) != (len(probabilities),):
        raise ValueError("labels: as many as examples")
    if not 1 <= k <= probabilities.shape[1]:
        raise ValueError("k: from 1 to the number of classes")
    # top_k takes the lower of equals first, which in_top_k does not
    _, best = tf.math.top_k(probabilities, k)
    found = ops.any(best == ops.cast(labels, "int32")[:, None], axis=1)
    return out(ops.mean(ops.cast(found, "float32")))


def ten_crop_predict(predict, image, size):
    if np.ndim(image) != 3:
        raise ValueError("image: axes")
    return out(ops.mean(predict(ten_crop(image[np.newaxis], size)[0]), axis=0))


def train_alexnet(model, x, y, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    model.compile(keras.optimizers.RMSprop(), keras.losses.CategoricalCrossentropy())
    losses = []
    for _ in range(epochs):
        losses += model.fit(x, y, batch_size=batch_size, verbose=0).history["loss"]
    return {"loss": losses}
