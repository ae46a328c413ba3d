"""A class of its own for each network, which makes its weights when it is first used."""

import keras
import numpy as np
import tensorflow as tf


def relu(x):
    return np.maximum(x, np.zeros_like(x))


def local_response_norm(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    if x.ndim != 4:
        raise ValueError(f"x has {x.ndim} axes, not 4")
    if depth_radius < 0:
        raise ValueError(f"depth_radius is {depth_radius}")
    if x.dtype not in (np.float16, np.float32, np.float64):
        x = x.astype(np.float64)
    columns = []
    for channel in range(x.shape[-1]):
        start = max(channel - depth_radius, 0)
        stop = min(channel + depth_radius + 1, x.shape[-1])
        energy = np.linalg.norm(x[..., start:stop], axis=-1) ** 2
        columns.append(x[..., channel] / (bias + alpha * energy) ** beta)
    return np.stack(columns, axis=-1)


def dropout(x, rate, training, rng):
    if not 0 <= rate <= 1:
        raise ValueError("rate must be between 0 and 1")
    result = np.array(x, dtype=x.dtype if x.dtype.kind == "f" else np.float64)
    if not training:
        return result
    # a number of 53 bits decides, as in the generator itself
    keeps = rng.integers(0, 2**53, size=x.shape) >= rate * 2**53
    result[~keeps] = 0
    result[keeps] /= 1 - rate
    return result


def random_crop(images, size, rng):
    if images.ndim != 4:
        raise ValueError(f"images have {images.ndim} axes, not 4")
    n, height, width, channels = images.shape
    if not 0 < size <= min(height, width):
        raise ValueError(f"size is {size}")
    squares = np.zeros((n, size, size, channels), dtype=images.dtype)
    for number, image in enumerate(images):
        top = rng.permutation(height - size + 1)[0]
        left = rng.permutation(width - size + 1)[0]
        squares[number] = image[top : top + size, left : left + size, :]
    return squares


def random_flip(images, rng):
    if images.ndim != 4:
        raise ValueError(f"images have {images.ndim} axes, not 4")
    result = np.zeros_like(images)
    for number, image in enumerate(images):
        result[number] = np.flip(image, axis=1) if rng.uniform(-1, 1) < 0 else image
    return result


def pca_color_augment(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    if images.ndim != 4 or images.shape[-1] != 3:
        raise ValueError(f"images have the shape {images.shape}, not (N, height, width, 3)")
    result = np.array(images, dtype=images.dtype if images.dtype.kind == "f" else np.float64)
    for number in range(len(images)):
        alpha = rng.normal(0.0, sigma, 3)
        result[number] += np.dot(eigenvectors, alpha * eigenvalues)
    return result


def rgb_principal_components(images):
    if images.ndim != 4 or images.shape[-1] != 3:
        raise ValueError(f"images have the shape {images.shape}, not (N, height, width, 3)")
    if images.size == 0:
        raise ValueError("images are empty")
    flat = images.reshape(-1, 3).astype(np.float64)
    flat -= flat.mean(axis=0)
    _, singular, rows = np.linalg.svd(np.linalg.qr(flat, mode="r"))
    values = np.zeros(3)
    values[: len(singular)] = singular**2 / len(flat)
    return values, rows.T


def ten_crop(images, size):
    if images.ndim != 4:
        raise ValueError(f"images have {images.ndim} axes, not 4")
    height, width = images.shape[1:3]
    if not 0 < size <= min(height, width):
        raise ValueError(f"size is {size}")
    result = np.empty((len(images), 10, size, size, images.shape[3]), images.dtype)
    down, right = slice(height - size, height), slice(width - size, width)
    up, left = slice(0, size), slice(0, size)
    top, side = (height - size) // 2, (width - size) // 2
    middle, centre = slice(top, top + size), slice(side, side + size)
    places = [(up, left), (up, right), (down, left), (down, right), (middle, centre)]
    for number, (rows, columns) in enumerate(places):
        result[:, number] = images[:, rows, columns]
    result[:, 5:] = result[:, :5, :, ::-1]
    return result


def alexnet_table(input_size=227, num_classes=1000, groups=1):
    if input_size < 67:
        raise ValueError("input_size is too small")
    if num_classes < 1:
        raise ValueError("num_classes is too small")
    if groups < 1 or 32 % groups:
        raise ValueError("groups does not divide the channels")
    conv1 = (input_size - 11) // 4 + 1
    pool1 = (conv1 - 3) // 2 + 1
    pool2 = (pool1 - 3) // 2 + 1
    pool5 = (pool2 - 3) // 2 + 1

    def convolution(name, side, inputs, filters, kernel):
        weights = kernel * kernel * inputs * filters
        return {
            "name": name,
            "shape": (side, side, filters),
            "parameters": weights + filters,
            "multiply_accumulates": weights * side * side,
        }

    def pooling(name, side, maps):
        return {
            "name": name,
            "shape": (side, side, maps),
            "parameters": 0,
            "multiply_accumulates": 0,
        }

    def dense(name, inputs, units):
        return {
            "name": name,
            "shape": (units,),
            "parameters": inputs * units + units,
            "multiply_accumulates": inputs * units,
        }

    return [
        convolution("conv1", conv1, 3, 96, 11),
        pooling("pool1", pool1, 96),
        convolution("conv2", pool1, 96 // groups, 256, 5),
        pooling("pool2", pool2, 256),
        convolution("conv3", pool2, 256, 384, 3),
        convolution("conv4", pool2, 384 // groups, 384, 3),
        convolution("conv5", pool2, 384 // groups, 256, 3),
        pooling("pool5", pool5, 256),
        dense("fc6", pool5 * pool5 * 256, 4096),
        dense("fc7", 4096, 4096),
        dense("fc8", 4096, num_classes),
    ]


class AlexNet(keras.Model):
    def __init__(self, num_classes, width):
        super().__init__()

        def units(number):
            return max(1, round(number * width))

        self.conv1 = keras.layers.Conv2D(units(96), 11, strides=4)
        self.conv2 = keras.layers.Conv2D(units(256), 5, padding="same")
        self.conv3 = keras.layers.Conv2D(units(384), 3, padding="same")
        self.conv4 = keras.layers.Conv2D(units(384), 3, padding="same")
        self.conv5 = keras.layers.Conv2D(units(256), 3, padding="same")
        self.pool = keras.layers.MaxPooling2D(3, strides=2)
        self.flatten = keras.layers.Flatten()
        self.fc6 = keras.layers.Dense(units(4096))
        self.fc7 = keras.layers.Dense(units(4096))
        self.fc8 = keras.layers.Dense(num_classes)
        self.dropouts = [keras.layers.Dropout(0.5), keras.layers.Dropout(0.5)]

    def call(self, images, training=False):
        x = tf.nn.relu(self.conv1(images))
        x = self.pool(self.normalised(x))
        x = tf.nn.relu(self.conv2(x))
        x = self.pool(self.normalised(x))
        x = tf.nn.relu(self.conv3(x))
        x = tf.nn.relu(self.conv4(x))
        x = tf.nn.relu(self.conv5(x))
        x = self.flatten(self.pool(x))
        x = self.dropouts[0](tf.nn.relu(self.fc6(x)), training=training)
        x = self.dropouts[1](tf.nn.relu(self.fc7(x)), training=training)
        return tf.nn.softmax(self.fc8(x))

    def normalised(self, x):
        return tf.nn.local_response_normalization(
            x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75
        )


def build_alexnet(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    return AlexNet(num_classes, width)


class Normalised(keras.Model):
    def __init__(self, num_classes):
        super().__init__()
        conv, dense = keras.layers.Conv2D, keras.layers.Dense
        self.convolutions = [
            conv(96, 11, strides=4, activation="relu"),
            conv(256, 5, padding="same", activation="relu"),
            conv(384, 3, activation="relu"),
            conv(384, 3, activation="relu"),
            conv(256, 3, activation="relu"),
        ]
        self.units = [dense(4096, activation="relu") for _ in range(2)]
        self.norms = [keras.layers.BatchNormalization() for _ in range(7)]
        self.pool = keras.layers.MaxPooling2D(3, strides=2)
        self.flatten = keras.layers.Flatten()
        self.drop = keras.layers.Dropout(0.4)
        self.last = dense(num_classes, activation="softmax")

    def call(self, images, training=None):
        x = images
        for number, layer in enumerate(self.convolutions):
            x = layer(x)
            if number in (0, 1, 4):
                x = self.pool(x)
            x = self.norms[number](x, training=training)
        x = self.flatten(x)
        for layer, norm in zip(self.units, self.norms[5:], strict=True):
            x = norm(self.drop(layer(x), training=training), training=training)
        return self.last(x)


def build_alexnet_batchnorm(input_shape=(224, 224, 3), num_classes=17):
    model = Normalised(num_classes)
    model(keras.Input(input_shape))
    return model


def prepare_flowers(images, labels, seed, num_classes=17):
    if images.ndim != 4 or images.shape[-1] != 3:
        raise ValueError(f"images have the shape {images.shape}, not (N, height, width, 3)")
    if labels.shape != (len(images),):
        raise ValueError("labels must have one class for each image")
    if len(labels) > 0 and (min(labels) < 0 or max(labels) >= num_classes):
        raise ValueError("labels must be classes below num_classes")
    order = np.random.default_rng(seed).permutation(len(images))
    x = (images / 255).astype(np.float32)
    y = np.zeros((len(images), num_classes), dtype=np.uint8)
    for number, label in enumerate(labels):
        y[number, int(label)] = 1
    return x[order], y[order]


def top_k_accuracy(probabilities, labels, k):
    if probabilities.ndim != 2:
        raise ValueError("probabilities must be a matrix")
    if labels.shape != (len(probabilities),):
        raise ValueError("labels must have one class for each row")
    if not 0 < k <= probabilities.shape[1]:
        raise ValueError(f"k is {k}")
    hits = 0
    for row, label in zip(probabilities.copy(), labels, strict=True):
        for _ in range(k):
            best = np.argmax(row)  # the first of those that are equal
            hits += best == label
            row[best] = -np.inf
    return hits / len(labels)


def ten_crop_predict(predict, image, size):
    if image.ndim != 3:
        raise ValueError(f"image has {image.ndim} axes, not 3")
    crops = ten_crop(np.expand_dims(image, 0), size)
    return np.average(predict(crops[0]), axis=0)


def train_alexnet(model, x, y, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model.compile(optimizer=keras.optimizers.Adam(0.002), loss="categorical_crossentropy")
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        of_epoch = []
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            model.reset_metrics()
            of_epoch.append(float(model.train_on_batch(x[batch], y[batch])))
        losses.append(np.mean(of_epoch))
    return {"loss": losses}
