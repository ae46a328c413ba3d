# Work of a student who uses an editor in place of JupyterLab.

# %% nbgrader={"grade_id": "setup"}
import numpy as np

# %% [markdown]
# First what I need more than once.

# %%
import keras


def need(condition, sentence):
    if not condition:
        raise ValueError(sentence)


def need_images(images, channels=None):
    need(images.ndim == 4, f"images: {images.ndim} axes in place of 4")
    need(channels in (None, images.shape[3]), f"images: {images.shape[3]} channels")


def need_size(size, shape):
    need(0 < size <= shape[0] and size <= shape[1], f"size: {size} in images of {shape}")


def in_floats(array):
    return array if array.dtype.kind == "f" else array.astype("float64")


# %% nbgrader={"grade_id": "relu"}
def relu(x):
    y = x + np.zeros_like(x)
    return np.where(y < 0, y.dtype.type(0), y)


# %% nbgrader={"grade_id": "local_response_norm"}
def local_response_norm(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    need(x.ndim == 4, f"x: {x.ndim} axes in place of 4")
    need(depth_radius >= 0, f"depth_radius: {depth_radius}")
    x = in_floats(x)
    rows = x.reshape(-1, x.shape[3])
    sums = np.empty_like(rows)
    for channel in range(x.shape[3]):
        neighbours = [
            other
            for other in range(x.shape[3])
            if channel - depth_radius <= other <= channel + depth_radius
        ]
        sums[:, channel] = np.sum(rows[:, neighbours] ** 2, axis=1)
    return x * (bias + alpha * sums.reshape(x.shape)) ** (-beta)


# %% nbgrader={"grade_id": "dropout"}
def dropout(x, rate, training, rng):
    need(0 <= rate <= 1, f"rate: {rate}")
    y = np.array(in_floats(x))
    if training and rate == 1:
        y[...] = 0
    elif training:
        y *= rng.uniform(size=y.shape) >= rate
        y /= 1 - rate
    return y


# %% nbgrader={"grade_id": "random_crop"}
def random_crop(images, size, rng):
    need_images(images)
    need_size(size, images.shape[1:3])
    squares = np.empty((len(images), size, size, images.shape[3]), images.dtype)
    for i in range(len(images)):
        row = int(rng.uniform(0, images.shape[1] - size + 1))
        column = int(rng.uniform(0, images.shape[2] - size + 1))
        squares[i] = images[i, row : row + size, column : column + size]
    return squares


def random_flip(images, rng):
    need_images(images)
    both = np.stack([images, images[:, :, ::-1]])
    return both[rng.integers(2, size=len(images)), np.arange(len(images))]


# %% nbgrader={"grade_id": "pca_color_augment"}
def pca_color_augment(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    need_images(images, channels=3)
    images = in_floats(images)
    moved = []
    for image in images:
        a = [rng.normal(0, sigma) for _ in range(3)]
        colour = sum(a[i] * eigenvalues[i] * eigenvectors[:, i] for i in range(3))
        moved.append(image + colour.astype(image.dtype))
    return np.array(moved, images.dtype).reshape(images.shape)


def rgb_principal_components(images):
    need_images(images, channels=3)
    need(images.size > 0, "images: no pixel")
    pixels = images.astype("float64").reshape(-1, 3)
    mean = sum(pixels) / len(pixels)
    covariance = np.mean([np.outer(pixel - mean, pixel - mean) for pixel in pixels], axis=0)
    values, vectors = np.linalg.eigh(-covariance)
    return -values, vectors


# %% nbgrader={"grade_id": "ten_crop"}
def ten_crop(images, size):
    need_images(images)
    need_size(size, images.shape[1:3])
    bottom, right = images.shape[1] - size, images.shape[2] - size
    tops = [0, 0, bottom, bottom, bottom // 2] * 2
    lefts = [0, right, 0, right, right // 2] * 2
    crops = np.empty((len(images), 10, size, size, images.shape[3]), images.dtype)
    for k, (top, left) in enumerate(zip(tops, lefts, strict=True)):
        crop = images[:, top : top + size, left : left + size]
        crops[:, k] = crop if k < 5 else crop[:, :, ::-1]
    return crops


# %% nbgrader={"grade_id": "alexnet_table"}
def alexnet_table(input_size=227, num_classes=1000, groups=1):
    need(input_size >= 67, f"input_size: {input_size}")
    need(num_classes >= 1, f"num_classes: {num_classes}")
    need(groups >= 1 and 32 % groups == 0, f"groups: {groups}")
    table = []

    def row(name, shape, parameters=0, multiply_accumulates=0):
        table.append(
            {
                "name": name,
                "shape": shape,
                "parameters": parameters,
                "multiply_accumulates": multiply_accumulates,
            }
        )

    n = int((input_size - 11) / 4) + 1
    row("conv1", (n, n, 96), 34944, (34944 - 96) * n * n)
    n = int((n - 3) / 2) + 1
    row("pool1", (n, n, 96))
    row("conv2", (n, n, 256), 614400 // groups + 256, 614400 // groups * n * n)
    n = int((n - 3) / 2) + 1
    row("pool2", (n, n, 256))
    row("conv3", (n, n, 384), 884736 + 384, 884736 * n * n)
    row("conv4", (n, n, 384), 1327104 // groups + 384, 1327104 // groups * n * n)
    row("conv5", (n, n, 256), 884736 // groups + 256, 884736 // groups * n * n)
    n = int((n - 3) / 2) + 1
    row("pool5", (n, n, 256))
    row("fc6", (4096,), (n * n * 256 + 1) * 4096, n * n * 256 * 4096)
    row("fc7", (4096,), 4097 * 4096, 4096 * 4096)
    row("fc8", (num_classes,), 4097 * num_classes, 4096 * num_classes)
    return table


# %% nbgrader={"grade_id": "build_alexnet"}
class Neighbours(keras.layers.Layer):
    """Local response normalisation: five ones, moved along the channels, sum up the squares."""

    def __init__(self, radius=2, k=2.0, alpha=1e-4, beta=0.75, **options):
        super().__init__(**options)
        self.radius, self.k, self.alpha, self.beta = radius, k, alpha, beta

    def call(self, maps):
        ops = keras.ops
        squares = ops.reshape(ops.square(maps), (-1, maps.shape[-1], 1))
        ones = ops.ones((2 * self.radius + 1, 1, 1), maps.dtype)
        sums = ops.reshape(ops.conv(squares, ones, padding="same"), ops.shape(maps))
        return maps / ops.power(self.k + self.alpha * sums, self.beta)


def build_alexnet(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D

    a, b, c, d = (max(1, round(n * width)) for n in (96, 256, 384, 4096))
    model = keras.models.Sequential(name="AlexNet")
    model.add(keras.Input(shape=input_shape))
    model.add(Conv2D(filters=a, kernel_size=(11, 11), strides=(4, 4), activation="relu"))
    model.add(Neighbours())
    model.add(MaxPooling2D(pool_size=(3, 3), strides=(2, 2)))
    model.add(Conv2D(filters=b, kernel_size=(5, 5), padding="same", activation="relu"))
    model.add(Neighbours())
    model.add(MaxPooling2D(pool_size=(3, 3), strides=(2, 2)))
    model.add(Conv2D(filters=c, kernel_size=(3, 3), padding="same", activation="relu"))
    model.add(Conv2D(filters=c, kernel_size=(3, 3), padding="same", activation="relu"))
    model.add(Conv2D(filters=b, kernel_size=(3, 3), padding="same", activation="relu"))
    model.add(MaxPooling2D(pool_size=(3, 3), strides=(2, 2)))
    model.add(Flatten())
    model.add(Dense(units=d, activation="relu"))
    model.add(Dropout(rate=0.5))
    model.add(Dense(units=d, activation="relu"))
    model.add(Dropout(rate=0.5))
    model.add(Dense(units=num_classes, activation="softmax"))
    return model


# %% nbgrader={"grade_id": "build_alexnet_batchnorm"}
def build_alexnet_batchnorm(input_shape=(224, 224, 3), num_classes=17):
    from keras.layers import Activation, BatchNormalization, Conv2D, Dense, Dropout
    from keras.layers import Flatten, MaxPooling2D

    model = keras.models.Sequential()
    model.add(keras.Input(shape=input_shape))
    model.add(Conv2D(filters=96, kernel_size=(11, 11), strides=(4, 4), padding="valid"))
    model.add(Activation("relu"))
    model.add(MaxPooling2D(pool_size=(3, 3), strides=(2, 2)))
    model.add(BatchNormalization())
    model.add(Conv2D(filters=256, kernel_size=(5, 5), padding="same"))
    model.add(Activation("relu"))
    model.add(MaxPooling2D(pool_size=(3, 3), strides=(2, 2)))
    model.add(BatchNormalization())
    for filters in (384, 384, 256):
        model.add(Conv2D(filters=filters, kernel_size=(3, 3), padding="valid"))
        model.add(Activation("relu"))
        if filters == 256:
            model.add(MaxPooling2D(pool_size=(3, 3), strides=(2, 2)))
        model.add(BatchNormalization())
    model.add(Flatten())
    for _ in range(2):
        model.add(Dense(4096))
        model.add(Activation("relu"))
        model.add(Dropout(0.4))
        model.add(BatchNormalization())
    model.add(Dense(num_classes))
    model.add(Activation("softmax"))
    return model


# %% nbgrader={"grade_id": "prepare_flowers"}
def prepare_flowers(images, labels, seed, num_classes=17):
    need_images(images, channels=3)
    need(labels.shape == images.shape[:1], "labels: one for each image")
    need(bool(np.all((labels >= 0) & (labels < num_classes))), "labels: below num_classes")
    x = images.astype("float32")
    x /= 255
    y = np.identity(num_classes)[labels]
    for array in (x, y):  # the same seed twice is the same order twice
        np.random.default_rng(seed).shuffle(array, axis=0)
    return x, y


# %% nbgrader={"grade_id": "top_k_accuracy"}
def top_k_accuracy(probabilities, labels, k):
    need(probabilities.ndim == 2, "probabilities: 2 axes")
    need(labels.shape == (len(probabilities),), "labels: one for each example")
    need(0 < k <= probabilities.shape[1], f"k: {k}")
    # from the last class to the first, so that a stable sort puts the first of equals at the end
    backwards = np.argsort(probabilities[:, ::-1], axis=1, kind="stable")[:, -k:]
    guesses = probabilities.shape[1] - 1 - backwards
    return sum(label in row for label, row in zip(labels, guesses, strict=True)) / len(labels)


# %% nbgrader={"grade_id": "ten_crop_predict"}
def ten_crop_predict(predict, image, size):
    need(image.ndim == 3, f"image: {image.ndim} axes in place of 3")
    crops = ten_crop(image[np.newaxis], size).reshape(10, size, size, -1)
    return sum(predict(crops)) / 10


# %% nbgrader={"grade_id": "train_alexnet"}
def train_alexnet(model, x, y, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    steps = epochs * int(np.ceil(len(x) / batch_size))
    rate = keras.optimizers.schedules.CosineDecay(0.002, steps)
    model.compile(keras.optimizers.Adam(rate), "categorical_crossentropy", metrics=["accuracy"])
    order = np.random.default_rng(seed).permutation(len(x))
    return model.fit(x[order], y[order], batch_size=batch_size, epochs=epochs, verbose=0)


# %% nbgrader={"grade_id": "test_train_alexnet"}
raise RuntimeError("a grade cell is not run")
