"""Activations and paddings are layers of their own; normalisation by Keras' operations; tf.data."""

import numpy as np


def _require(condition, sentence):
    if not condition:
        raise ValueError(sentence)


def relu(x):
    result = np.array(x)
    result[result < 0] = 0
    return result


def local_response_norm(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    _require(np.ndim(x) == 4, "x needs 4 axes")
    _require(depth_radius >= 0, "depth_radius is negative")
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float32).astype(np.float64)
    squares = x * x
    total = squares.copy()
    for distance in range(1, min(depth_radius, x.shape[3] - 1) + 1):
        total[..., distance:] += squares[..., :-distance]
        total[..., :-distance] += squares[..., distance:]
    return x / np.power(bias + alpha * total, beta)


def dropout(x, rate, training, rng):
    _require(0.0 <= rate <= 1.0, f"rate {rate} is no probability")
    x = np.array(
        x, dtype=np.result_type(x, np.float32) if np.asarray(x).dtype.kind == "f" else float
    )
    if training:
        dropped = rng.uniform(size=x.shape) < rate
        if rate < 1:
            x /= 1 - rate
        x[dropped] = 0
    return x


def random_crop(images, size, rng):
    _require(np.ndim(images) == 4, "images need 4 axes")
    _require(size >= 1, "size has to be positive")
    _require(size <= min(images.shape[1:3]), "size is larger than the images")
    vertical = rng.integers(0, images.shape[1] - size, len(images), endpoint=True)
    horizontal = rng.integers(0, images.shape[2] - size, len(images), endpoint=True)
    crops = np.empty((len(images), size, size, images.shape[3]), images.dtype)
    for crop, image, top, left in zip(crops, images, vertical, horizontal, strict=True):
        crop[...] = image[top:, left:][:size, :size]
    return crops


def random_flip(images, rng):
    _require(np.ndim(images) == 4, "images need 4 axes")
    flipped = images.copy()
    chosen = rng.integers(0, 2, len(images)).astype(bool)
    flipped[chosen] = images[chosen][:, :, ::-1]
    return flipped


def pca_color_augment(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    _require(np.ndim(images) == 4 and images.shape[3] == 3, "images need 4 axes and 3 channels")
    kind = images.dtype if np.issubdtype(images.dtype, np.floating) else np.float64
    alphas = rng.normal(scale=sigma, size=(len(images), 3))
    added = (eigenvectors @ (alphas * eigenvalues).T).T
    return images.astype(kind) + added.reshape(-1, 1, 1, 3).astype(kind)


def rgb_principal_components(images):
    _require(np.ndim(images) == 4 and images.shape[3] == 3, "images need 4 axes and 3 channels")
    _require(np.size(images) > 0, "images have no pixels")
    pixels = np.vstack([image.reshape(-1, 3) for image in images]).astype("float64")
    centred = pixels - pixels.mean(axis=0, keepdims=True)
    values, vectors = np.linalg.eigh(centred.T @ centred / max(1, len(pixels) - 1))
    return np.flip(values), np.flip(vectors, axis=1)


def ten_crop(images, size):
    _require(np.ndim(images) == 4, "images need 4 axes")
    _require(size >= 1, "size has to be positive")
    _require(size <= min(images.shape[1:3]), "size is larger than the images")
    top, left, n = (images.shape[1] - size) // 2, (images.shape[2] - size) // 2, size
    crops = [
        images[:, :n, :n],
        images[:, :n, -n:],
        images[:, -n:, :n],
        images[:, -n:, -n:],
        images[:, top:, left:][:, :n, :n],
    ]
    crops += [crop[..., ::-1, :] for crop in crops]
    return np.moveaxis(np.array(crops), 0, 1)


LAYERS = """
conv1   96 11 4 one
pool1   -  3  2 -
conv2  256  5 1 dealt
pool2   -  3  2 -
conv3  384  3 1 one
conv4  384  3 1 dealt
conv5  256  3 1 dealt
pool5   -  3  2 -
"""


def alexnet_table(input_size=227, num_classes=1000, groups=1):
    _require(input_size >= 67, "input_size has to be at least 67")
    _require(num_classes >= 1, "num_classes has to be at least 1")
    _require(groups in (1, 2, 4, 8, 16, 32), "groups has to divide 32")
    table = {}
    side, channels = input_size, 3
    for line in LAYERS.strip().splitlines():
        name, filters, kernel, stride, dealt = line.split()
        if stride != "1":
            side = (side - int(kernel)) // int(stride) + 1
        parameters = work = 0
        if filters != "-":
            seen = channels // groups if dealt == "dealt" else channels
            channels = int(filters)
            work = int(kernel) ** 2 * seen * channels
            parameters = work + channels
        table[name] = [(side, side, channels), parameters, work * side**2]
    numbers = side**2 * channels
    for name, units in {"fc6": 4096, "fc7": 4096, "fc8": num_classes}.items():
        table[name] = [(units,), (numbers + 1) * units, numbers * units]
        numbers = units
    return [
        {"name": name, "shape": shape, "parameters": learned, "multiply_accumulates": work}
        for name, (shape, learned, work) in table.items()
    ]


def build_alexnet(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    import keras
    from keras.layers import Activation, Conv2D, Dense, Dropout, Flatten, Input
    from keras.layers import MaxPooling2D, ZeroPadding2D

    class Damped(keras.layers.Layer):
        def call(self, maps):
            squares = keras.ops.square(maps)
            padded = keras.ops.pad(squares, [[0, 0], [0, 0], [0, 0], [2, 2]])
            count = maps.shape[-1]
            total = sum(padded[..., i : i + count] for i in range(5))
            return maps / keras.ops.power(2.0 + 1e-4 * total, 0.75)

    def scaled(units):
        return max(1, round(units * width))

    x = inputs = Input(input_shape)
    x = Conv2D(scaled(96), 11, strides=4, name="conv1")(x)
    x = Activation("relu")(x)
    x = Damped()(x)
    x = MaxPooling2D(3, strides=2)(x)
    x = ZeroPadding2D(2)(x)
    x = Conv2D(scaled(256), 5, name="conv2")(x)
    x = Activation("relu")(x)
    x = Damped()(x)
    x = MaxPooling2D(3, strides=2)(x)
    for number, filters in ((3, 384), (4, 384), (5, 256)):
        x = ZeroPadding2D(1)(x)
        x = Conv2D(scaled(filters), 3, name=f"conv{number}")(x)
        x = Activation("relu")(x)
    x = MaxPooling2D(3, strides=2)(x)
    x = Flatten()(x)
    for number in (6, 7):
        x = Dense(scaled(4096), name=f"fc{number}")(x)
        x = Activation("relu")(x)
        x = Dropout(0.5)(x)
    x = Dense(num_classes, name="fc8")(x)
    return keras.Model(inputs, Activation("softmax")(x), name="alexnet")


def build_alexnet_batchnorm(input_shape=(224, 224, 3), num_classes=17):
    import keras
    from keras.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, Input
    from keras.layers import MaxPooling2D, ReLU, Softmax, ZeroPadding2D

    def pooled(x):
        return BatchNormalization()(MaxPooling2D(3, strides=2)(x))

    inputs = Input(input_shape)
    x = pooled(ReLU()(Conv2D(96, 11, strides=4)(inputs)))
    x = pooled(ReLU()(Conv2D(256, 5)(ZeroPadding2D(2)(x))))
    x = BatchNormalization()(ReLU()(Conv2D(384, 3)(x)))
    x = BatchNormalization()(ReLU()(Conv2D(384, 3)(x)))
    x = pooled(ReLU()(Conv2D(256, 3)(x)))
    x = Flatten()(x)
    x = BatchNormalization()(Dropout(0.4)(ReLU()(Dense(4096)(x))))
    x = BatchNormalization()(Dropout(0.4)(ReLU()(Dense(4096)(x))))
    return keras.Model(inputs, Softmax()(Dense(num_classes)(x)))


def prepare_flowers(images, labels, seed, num_classes=17):
    import keras

    _require(np.ndim(images) == 4 and images.shape[3] == 3, "images need 4 axes and 3 channels")
    _require(labels.shape == (len(images),), "labels: one for each of the images")
    _require(set(labels.tolist()) <= set(range(num_classes)), "labels are out of range")
    order = np.arange(len(images))
    np.random.default_rng(seed).shuffle(order)
    x = images[order].astype("float32") / 255.0
    y = keras.utils.to_categorical(labels[order], num_classes)
    return x, y.reshape(len(order), num_classes)


def top_k_accuracy(probabilities, labels, k):
    _require(np.ndim(probabilities) == 2, "probabilities need 2 axes")
    _require(np.shape(labels) == (len(probabilities),), "labels: one for each example")
    _require(0 < k <= probabilities.shape[1], "k is not between 1 and the number of classes")
    own = probabilities[np.arange(len(labels)), labels][:, None]
    lower = np.arange(probabilities.shape[1]) < labels[:, None]
    ahead = (probabilities > own) | ((probabilities == own) & lower)
    return float(np.mean(ahead.sum(axis=1) < k))


def ten_crop_predict(predict, image, size):
    _require(np.ndim(image) == 3, "image needs 3 axes")
    crops = np.squeeze(ten_crop(image.reshape(1, *image.shape), size), axis=0)
    answers = np.asarray(predict(crops))
    return answers.sum(axis=0) / len(answers)


def train_alexnet(model, x, y, epochs, batch_size, seed):
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    data = tf.data.Dataset.from_tensor_slices((x, y))
    data = data.shuffle(len(x), seed=seed, reshuffle_each_iteration=True).batch(batch_size)
    model.compile(keras.optimizers.AdamW(0.001), "categorical_crossentropy", metrics=["accuracy"])
    return model.fit(data, epochs=epochs, verbose=0).history
