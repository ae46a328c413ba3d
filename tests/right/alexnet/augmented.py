"""Trains on images moved and flipped anew in each epoch; dense layers written as convolutions."""

import numpy as np


def wrong(name, reason):
    return ValueError(f"{name}: {reason}")


def as_images(images, channels=None):
    images = np.asarray(images)
    if images.ndim != 4:
        raise wrong("images", f"{images.ndim} axes")
    if channels and images.shape[3] != channels:
        raise wrong("images", f"{images.shape[3]} channels")
    return images


def as_size(size, images):
    if size < 1:
        raise wrong("size", "below 1")
    if size > images.shape[1] or size > images.shape[2]:
        raise wrong("size", "larger than the images")
    return size


def relu(x):
    x = np.asarray(x)
    return np.copy(np.maximum(x, np.array(0, x.dtype)))


def local_response_norm(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    x = np.asarray(x)
    if x.ndim != 4:
        raise wrong("x", f"{x.ndim} axes")
    if depth_radius < 0:
        raise wrong("depth_radius", "negative")
    y = np.moveaxis(x if x.dtype.kind == "f" else x.astype(float), 3, 0)
    energies = np.stack(
        [np.square(y[max(0, c - depth_radius) :][: depth_radius + 1 + min(c, depth_radius)]).sum(0)
         for c in range(len(y))]
    )  # fmt: skip
    return np.moveaxis(y * np.exp(-beta * np.log(bias + alpha * energies)), 0, 3)


def dropout(x, rate, training, rng):
    if not (rate >= 0 and rate <= 1):
        raise wrong("rate", "no probability")
    x = np.asarray(x)
    kind = x.dtype if x.dtype.kind == "f" else np.dtype(float)
    if not training:
        return x.astype(kind)
    if rate == 1:
        return np.zeros(x.shape, kind)
    factors = rng.choice([0.0, 1 / (1 - rate)], size=x.shape, p=[rate, 1 - rate])
    return (x * factors).astype(kind)


def random_crop(images, size, rng):
    images = as_images(images)
    size = as_size(size, images)
    corners = np.argwhere(np.ones((images.shape[1] - size + 1, images.shape[2] - size + 1)))
    squares = [
        image[top : top + size, left : left + size]
        for image, (top, left) in zip(images, rng.choice(corners, len(images)), strict=True)
    ]
    return np.array(squares, images.dtype).reshape(len(images), size, size, images.shape[3])


def random_flip(images, rng):
    images = as_images(images).copy()
    bits = np.unpackbits(np.frombuffer(rng.bytes(len(images) // 8 + 1), np.uint8))
    for number in np.flatnonzero(bits[: len(images)]):
        images[number] = images[number, :, ::-1].copy()
    return images


def pca_color_augment(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    images = as_images(images, 3)
    images = images.astype(images.dtype if images.dtype.kind == "f" else float)
    scales = np.broadcast_to(np.multiply(sigma, eigenvalues), (len(images), 3))
    steps = rng.normal(0, np.abs(scales))
    images += np.inner(steps, eigenvectors)[:, None, None].astype(images.dtype)
    return images


def rgb_principal_components(images):
    images = as_images(images, 3)
    if not images.size:
        raise wrong("images", "no pixel")
    pixels = [np.asarray(images[..., c], float).ravel() for c in range(3)]
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(pixels, ddof=0)))
    return values[[2, 1, 0]], vectors[:, [2, 1, 0]]


def ten_crop(images, size):
    images = as_images(images)
    size = as_size(size, images)

    def five(images):
        _, height, width, _ = images.shape
        for top, left in ((0, 0), (0, 1), (1, 0), (1, 1), (0.5, 0.5)):
            row, column = int(top * (height - size)), int(left * (width - size))
            yield images[:, row : row + size, column : column + size]

    first = list(five(images))
    return np.stack([*first, *(np.flip(crop, 2) for crop in first)], axis=1)


def alexnet_table(input_size=227, num_classes=1000, groups=1):
    if input_size < 67:
        raise wrong("input_size", "below 67")
    if num_classes < 1:
        raise wrong("num_classes", "below 1")
    if groups < 1 or 32 % groups:
        raise wrong("groups", "no divisor of 32")
    rows = []

    def conv(number, side, inputs, outputs, kernel):
        learned = (kernel**2 * inputs + 1) * outputs
        work = (learned - outputs) * side**2
        rows.append((f"conv{number}", (side, side, outputs), learned, work))

    def pool(number, side, maps):
        side = (side - 1) // 2
        rows.append((f"pool{number}", (side, side, maps), 0, 0))
        return side

    def dense(number, inputs, outputs):
        rows.append((f"fc{number}", (outputs,), (inputs + 1) * outputs, inputs * outputs))

    side = (input_size - 7) // 4
    conv(1, side, 3, 96, 11)
    side = pool(1, side, 96)
    conv(2, side, 96 // groups, 256, 5)
    side = pool(2, side, 256)
    conv(3, side, 256, 384, 3)
    conv(4, side, 384 // groups, 384, 3)
    conv(5, side, 384 // groups, 256, 3)
    side = pool(5, side, 256)
    dense(6, side * side * 256, 4096)
    dense(7, 4096, 4096)
    dense(8, 4096, num_classes)
    keys = ("name", "shape", "parameters", "multiply_accumulates")
    return [dict(zip(keys, row, strict=True)) for row in rows]


def build_alexnet(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    import keras
    import tensorflow as tf

    layers = keras.layers
    constants = {"depth_radius": 2, "bias": 2.0, "alpha": 1e-4, "beta": 0.75}

    def conv(x, number, filters, kernel, **options):
        filters = max(1, round(filters * width))
        layer = layers.Conv2D(filters, kernel, activation="relu", name=number, **options)
        return layer(x)

    image = keras.Input(input_shape)
    x = conv(image, "conv1", 96, 11, strides=4)
    x = layers.Lambda(tf.nn.local_response_normalization, arguments=constants)(x)
    x = layers.MaxPool2D(3, 2)(x)
    x = conv(x, "conv2", 256, 5, padding="same")
    x = layers.Lambda(tf.nn.local_response_normalization, arguments=constants)(x)
    x = layers.MaxPool2D(3, 2)(x)
    x = conv(x, "conv3", 384, 3, padding="same")
    x = conv(x, "conv4", 384, 3, padding="same")
    x = conv(x, "conv5", 256, 3, padding="same")
    x = layers.MaxPool2D(3, 2)(x)
    x = conv(x, "fc6", 4096, x.shape[1:3])  # a kernel as large as the maps sees all of them
    x = layers.Dropout(0.5)(x)
    x = conv(x, "fc7", 4096, 1)
    x = layers.Dropout(0.5)(x)
    x = layers.Conv2D(num_classes, 1, name="fc8")(x)
    x = layers.Reshape((num_classes,))(x)
    return keras.Model(image, layers.Activation("softmax")(x))


def build_alexnet_batchnorm(input_shape=(224, 224, 3), num_classes=17):
    from keras import Input, Model, layers

    class Block(layers.Layer):
        """A layer with weights and whatever follows it."""

        def __init__(self, *parts):
            super().__init__()
            self.parts = [*parts, layers.BatchNormalization()]

        def call(self, x, training=None):
            for part in self.parts:
                careful = isinstance(part, layers.Dropout | layers.BatchNormalization)
                x = part(x, training=training) if careful else part(x)
            return x

    def conv(filters, kernel, **options):
        return layers.Conv2D(filters, kernel, activation="relu", **options)

    image = Input(input_shape)
    x = Block(conv(96, 11, strides=4), layers.MaxPool2D(3, 2))(image)
    x = Block(conv(256, 5, padding="same"), layers.MaxPool2D(3, 2))(x)
    x = Block(conv(384, 3))(x)
    x = Block(conv(384, 3))(x)
    x = Block(conv(256, 3), layers.MaxPool2D(3, 2))(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = Block(layers.Dense(4096, activation="relu"), layers.Dropout(0.4))(x)
    return Model(image, layers.Dense(num_classes, activation="softmax")(x))


def prepare_flowers(images, labels, seed, num_classes=17):
    images, labels = as_images(images, 3), np.asarray(labels)
    if labels.shape != (len(images),):
        raise wrong("labels", "not one for each image")
    if any(label not in range(num_classes) for label in labels.tolist()):
        raise wrong("labels", f"not all below {num_classes}")
    rows = np.random.Generator(np.random.PCG64(seed)).choice(
        len(images), len(images), replace=False
    )
    y = np.zeros((len(rows), num_classes), bool)
    np.put_along_axis(y, labels[rows].astype(int)[:, None], True, axis=1)
    return np.multiply(images[rows], 1 / 255, dtype=np.float32), y.astype(np.float32)


def top_k_accuracy(probabilities, labels, k):
    probabilities, labels = np.asarray(probabilities), np.asarray(labels)
    if probabilities.ndim != 2:
        raise wrong("probabilities", f"{probabilities.ndim} axes")
    if labels.shape != (len(probabilities),):
        raise wrong("labels", "not one for each example")
    if k not in range(1, probabilities.shape[1] + 1):
        raise wrong("k", "not from 1 to the number of classes")
    places = np.argsort(np.argsort(-probabilities, axis=1, kind="stable"), axis=1)
    return (np.take_along_axis(places, labels.astype(int)[:, None], 1) < k).mean()


def ten_crop_predict(predict, image, size):
    image = np.asarray(image)
    if image.ndim != 3:
        raise wrong("image", f"{image.ndim} axes")
    return np.add.reduce(np.array(predict(ten_crop(image[None], size)[0]))) / 10


def train_alexnet(model, x, y, epochs, batch_size, seed):
    """Each epoch sees other pieces of the images, mirrored or not."""
    import keras

    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    _, height, width, _ = x.shape
    bordered = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    history = {"loss": [], "accuracy": []}
    for _ in range(epochs):
        moves = rng.integers(0, 3, size=(len(x), 2))
        moved = [
            image[top : top + height, left : left + width]
            for image, (top, left) in zip(bordered, moves, strict=True)
        ]
        seen = random_flip(np.array(moved), rng)
        done = model.fit(seen, y, batch_size=batch_size, epochs=1, verbose=0).history
        for name in history:
            history[name] += done[name]
    return history
