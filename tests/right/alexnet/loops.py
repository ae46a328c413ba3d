"""Loops wherever there is something to go through; Keras' functional interface; Adam and fit."""

import random

import numpy as np


def relu(x):
    x = np.asarray(x)
    result = np.empty(x.shape, x.dtype)
    for place, value in np.ndenumerate(x):
        if value < 0:
            result[place] = 0
        else:
            result[place] = value
    return result


def local_response_norm(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    x = np.asarray(x)
    if x.ndim != 4:
        raise ValueError("x must be a batch of images with 4 axes")
    if depth_radius < 0:
        raise ValueError("depth_radius must be 0 or more")
    if x.dtype.kind != "f":
        x = x.astype(float)
    channels = x.shape[3]
    result = np.zeros_like(x)
    for c in range(channels):
        total = np.zeros_like(x[:, :, :, c])
        for j in range(c - depth_radius, c + depth_radius + 1):
            if 0 <= j < channels:
                total += x[:, :, :, j] * x[:, :, :, j]
        result[:, :, :, c] = x[:, :, :, c] / (bias + alpha * total) ** beta
    return result


def dropout(x, rate, training, rng):
    if rate < 0 or rate > 1:
        raise ValueError("rate is a probability, from 0 to 1")
    x = np.asarray(x)
    if x.dtype.kind != "f":
        x = x.astype(float)
    result = x.copy()
    if training:
        for place in np.ndindex(x.shape):
            if rng.random() < rate:
                result[place] = 0
            else:
                result[place] = x[place] / (1 - rate)
    return result


def random_crop(images, size, rng):
    images = np.asarray(images)
    if images.ndim != 4:
        raise ValueError("images need 4 axes")
    count, height, width, channels = images.shape
    if size < 1 or size > height or size > width:
        raise ValueError("size has to be between 1 and the sides of the images")
    crops = np.zeros((count, size, size, channels), images.dtype)
    for i in range(count):
        top = rng.integers(0, height - size + 1)
        left = rng.integers(0, width - size + 1)
        crops[i] = images[i, top : top + size, left : left + size]
    return crops


def random_flip(images, rng):
    images = np.asarray(images)
    if images.ndim != 4:
        raise ValueError("images need 4 axes")
    result = images.copy()
    for i in range(len(images)):
        if rng.random() < 0.5:
            for column in range(images.shape[2]):
                result[i, :, column] = images[i, :, images.shape[2] - 1 - column]
    return result


def pca_color_augment(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[3] != 3:
        raise ValueError("images need 4 axes, the last of them with 3 channels")
    if images.dtype.kind != "f":
        images = images.astype(float)
    result = images.copy()
    for image in result:
        for i in range(3):
            alpha = rng.normal(0, sigma)
            for channel in range(3):
                image[:, :, channel] += eigenvectors[channel][i] * alpha * eigenvalues[i]
    return result


def rgb_principal_components(images):
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[3] != 3 or images.size == 0:
        raise ValueError("images need 4 axes, 3 channels and some pixels")
    red, green, blue = (images[:, :, :, c].astype(float).ravel() for c in range(3))
    covariance = np.zeros((3, 3))
    for i, one in enumerate((red, green, blue)):
        for j, other in enumerate((red, green, blue)):
            covariance[i, j] = np.mean((one - one.mean()) * (other - other.mean()))
    values, vectors = np.linalg.eig(covariance)
    pairs = sorted(((values[i], vectors[:, i]) for i in range(3)), key=lambda pair: -pair[0])
    return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs]).T


def ten_crop(images, size):
    images = np.asarray(images)
    if images.ndim != 4:
        raise ValueError("images need 4 axes")
    count, height, width, channels = images.shape
    if size < 1 or size > height or size > width:
        raise ValueError("size has to be between 1 and the sides of the images")
    result = np.zeros((count, 10, size, size, channels), images.dtype)
    corners = []
    for top in (0, height - size):
        for left in (0, width - size):
            corners.append((top, left))
    corners.append(((height - size) // 2, (width - size) // 2))
    for i in range(count):
        for k, (top, left) in enumerate(corners):
            crop = images[i, top : top + size, left : left + size]
            result[i, k] = crop
            result[i, k + 5] = np.fliplr(crop)
    return result


def alexnet_table(input_size=227, num_classes=1000, groups=1):
    if input_size < 67:
        raise ValueError("input_size must be 67 or more")
    if num_classes < 1:
        raise ValueError("num_classes must be 1 or more")
    if groups < 1 or 32 % groups != 0:
        raise ValueError("groups must divide 32")
    rows = []
    side = input_size
    channels = 3
    for number in range(1, 6):
        kernel = {1: 11, 2: 5}.get(number, 3)
        filters = {1: 96, 2: 256, 3: 384, 4: 384, 5: 256}[number]
        if number == 1:
            side = (side - 11) // 4 + 1
        seen = channels // groups if number in (2, 4, 5) else channels
        weights = kernel * kernel * seen * filters
        rows.append(
            {
                "name": f"conv{number}",
                "shape": (side, side, filters),
                "parameters": weights + filters,
                "multiply_accumulates": weights * side * side,
            }
        )
        channels = filters
        if number in (1, 2, 5):
            side = (side - 3) // 2 + 1
            rows.append(
                {
                    "name": f"pool{number}",
                    "shape": (side, side, channels),
                    "parameters": 0,
                    "multiply_accumulates": 0,
                }
            )
    inputs = side * side * channels
    for name, units in (("fc6", 4096), ("fc7", 4096), ("fc8", num_classes)):
        rows.append(
            {
                "name": name,
                "shape": (units,),
                "parameters": inputs * units + units,
                "multiply_accumulates": inputs * units,
            }
        )
        inputs = units
    return rows


def build_alexnet(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    import keras
    import tensorflow as tf
    from keras import layers

    class LRN(layers.Layer):
        def call(self, inputs):
            return tf.nn.local_response_normalization(inputs, 2, 2.0, 1e-4, 0.75)

    def n(number):
        return max(1, int(np.rint(number * width)))

    inputs = keras.Input(shape=input_shape)
    x = inputs
    for filters, kernel, stride, padding, norm, pool in [
        (96, 11, 4, "valid", True, True),
        (256, 5, 1, "same", True, True),
        (384, 3, 1, "same", False, False),
        (384, 3, 1, "same", False, False),
        (256, 3, 1, "same", False, True),
    ]:
        x = layers.Conv2D(n(filters), kernel, stride, padding, activation="relu")(x)
        if norm:
            x = LRN()(x)
        if pool:
            x = layers.MaxPooling2D(3, 2)(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dense(n(4096), activation="relu")(x)
        x = layers.Dropout(0.5)(x)
    x = layers.Dense(num_classes, activation="softmax")(x)
    return keras.Model(inputs, x)


def build_alexnet_batchnorm(input_shape=(224, 224, 3), num_classes=17):
    import keras
    from keras import layers

    inputs = keras.Input(shape=input_shape)
    x = inputs
    for filters, kernel, stride, padding, pool in [
        (96, 11, 4, "valid", True),
        (256, 5, 1, "same", True),
        (384, 3, 1, "valid", False),
        (384, 3, 1, "valid", False),
        (256, 3, 1, "valid", True),
    ]:
        x = layers.Conv2D(filters, kernel, stride, padding, activation="relu")(x)
        if pool:
            x = layers.MaxPooling2D(3, 2)(x)
        x = layers.BatchNormalization()(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dense(4096, activation="relu")(x)
        x = layers.Dropout(0.4)(x)
        x = layers.BatchNormalization()(x)
    x = layers.Dense(num_classes, activation="softmax")(x)
    return keras.Model(inputs, x)


def prepare_flowers(images, labels, seed, num_classes=17):
    if images.ndim != 4 or images.shape[3] != 3:
        raise ValueError("images need 4 axes, the last of them with 3 channels")
    if labels.shape != (len(images),):
        raise ValueError("labels: one for each image")
    for label in labels:
        if label < 0 or label >= num_classes:
            raise ValueError(f"labels must be below {num_classes}, but one is {label}")
    order = list(range(len(images)))
    random.Random(seed).shuffle(order)
    x = np.zeros(images.shape, np.float32)
    y = np.zeros((len(images), num_classes))
    for new, old in enumerate(order):
        x[new] = images[old] / 255
        y[new, labels[old]] = 1
    return x, y


def top_k_accuracy(probabilities, labels, k):
    if np.ndim(probabilities) != 2:
        raise ValueError("probabilities need 2 axes")
    if np.shape(labels) != (len(probabilities),):
        raise ValueError("labels: one for each example")
    classes = len(probabilities[0])
    if k < 1 or k > classes:
        raise ValueError("k has to be between 1 and the number of classes")
    right = 0
    for row, label in zip(probabilities, labels, strict=True):
        before = 0
        for c in range(classes):
            if row[c] > row[label] or (row[c] == row[label] and c < label):
                before += 1
        if before < k:
            right += 1
    return right / len(labels)


def ten_crop_predict(predict, image, size):
    if np.ndim(image) != 3:
        raise ValueError("image needs 3 axes")
    answers = predict(ten_crop(np.array([image]), size)[0])
    total = 0
    for answer in answers:
        total = total + answer
    return total / 10


def train_alexnet(model, x, y, epochs, batch_size, seed):
    import keras

    keras.utils.set_random_seed(seed)
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model.fit(x, y, epochs=epochs, batch_size=batch_size, verbose=0)
