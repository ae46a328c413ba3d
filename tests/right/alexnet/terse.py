"""As short as it goes; every kind of layer in a line; SGD with momentum."""

import keras
import numpy as np
import tensorflow as tf

L = keras.layers


def no(name, wrong):
    if wrong:
        raise ValueError(name)


def relu(x):
    return np.clip(x, 0, None)


def local_response_norm(x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    no("x", x.ndim != 4)
    no("depth_radius", depth_radius < 0)
    x, c = x * 1.0, np.arange(x.shape[3])
    near = abs(c[:, None] - c) <= depth_radius
    return x / (bias + alpha * (x**2 @ near)) ** beta


def dropout(x, rate, training, rng):
    no("rate", not 0 <= rate <= 1)
    return x / (1 - rate or 1) * (rng.random(x.shape) >= rate) if training else x * 1.0


def random_crop(images, size, rng):
    no("images", images.ndim != 4)
    n, h, w, c = images.shape
    no("size", not 1 <= size <= min(h, w))
    at = (rng.random((n, 2)) * (h - size + 1, w - size + 1)).astype(int)
    cut = [x[t : t + size, s : s + size] for x, (t, s) in zip(images, at, strict=True)]
    return np.array(cut, images.dtype).reshape(n, size, size, c)


def random_flip(images, rng):
    no("images", images.ndim != 4)
    steps = rng.choice([-1, 1], len(images))
    return np.array([x[:, ::s] for x, s in zip(images, steps, strict=True)], images.dtype).reshape(
        images.shape
    )


def pca_color_augment(images, eigenvalues, eigenvectors, rng, sigma=0.1):
    no("images", images.ndim != 4 or images.shape[3] != 3)
    cov = eigenvectors * (sigma * eigenvalues) ** 2 @ eigenvectors.T
    shift = rng.multivariate_normal(np.zeros(3), cov, (len(images), 1, 1))
    return images + (shift.astype(images.dtype) if images.dtype.kind == "f" else shift)


def rgb_principal_components(images):
    no("images", images.ndim != 4 or images.shape[3] != 3 or not images.size)
    u, s, _ = np.linalg.svd(np.cov(images.reshape(-1, 3).T, bias=True))
    return s, u


def ten_crop(images, size):
    no("images", images.ndim != 4)
    h, w = (n - size for n in images.shape[1:3])
    no("size", size < 1 or min(h, w) < 0)
    at = (0, 0), (0, w), (h, 0), (h, w), (h // 2, w // 2)
    five = np.stack([images[:, t : t + size, s : s + size] for t, s in at], 1)
    return np.concatenate([five, np.flip(five, 3)], 1)


def alexnet_table(input_size=227, num_classes=1000, groups=1):
    no("input_size", input_size < 67)
    no("num_classes", num_classes < 1)
    no("groups", groups < 1 or 32 % groups)
    s, c, rows = input_size, 3, []
    for row in f"""conv1 11 4 96 1;pool1;conv2 5 1 256 {groups};pool2;conv3 3 1 384 1
            conv4 3 1 384 {groups};conv5 3 1 256 {groups};pool5;fc6 4096;fc7 4096
            fc8 {num_classes}""".replace("\n", ";").split(";"):
        name, *n = row.split()
        k, stride, units, g = map(int, n) if len(n) == 4 else (s, 0, int((n or [0])[0]), 1)
        s = (s - 3) // 2 + 1 if not n else (s - 11) // 4 + 1 if stride == 4 else s if stride else 1
        w, c = k * k * (c // g) * units, units or c
        shape = (c,) if name[0] == "f" else (s, s, c)
        row = {"name": name, "shape": shape, "parameters": w + units}
        rows.append({**row, "multiply_accumulates": w * s * s})
    return rows


def build_alexnet(input_shape=(227, 227, 3), num_classes=1000, width=1.0):
    def n(units):
        return max(1, round(units * width))

    def norm(a):
        return tf.nn.lrn(a, 2, 2, 1e-4, 0.75)

    conv, pool, a = L.Conv2D, L.MaxPool2D, {"activation": "relu"}
    s = {**a, "padding": "same"}
    features = [conv(n(96), 11, 4, **a), L.Lambda(norm), pool(3, 2)]
    features += [conv(n(256), 5, **s), L.Lambda(norm), pool(3, 2)]
    features += [*(conv(n(f), 3, **s) for f in (384, 384, 256)), pool(3, 2), L.Flatten()]
    head = [f(n(4096)) for _ in "67" for f in (lambda u: L.Dense(u, **a), lambda _: L.Dropout(0.5))]
    last = L.Dense(num_classes, "softmax")
    return keras.Sequential([keras.Input(input_shape), *features, *head, last])


def build_alexnet_batchnorm(input_shape=(224, 224, 3), num_classes=17):
    layers = [keras.Input(input_shape)]
    for word in "c96,11,4 p b c256,5 p b c384,3 b c384,3 b c256,3 p b f d o b d o b".split():
        kind, *n = word[0], *(int(i) for i in word[1:].split(",") if i)
        layers.append(
            L.Conv2D(*n, activation="relu", padding="same" if n[1] == 5 else "valid")
            if kind == "c"
            else {
                "p": lambda: L.MaxPool2D(3, 2),
                "b": L.BatchNormalization,
                "f": L.Flatten,
                "d": lambda: L.Dense(4096, "relu"),
                "o": lambda: L.Dropout(0.4),
            }[kind]()
        )
    return keras.Sequential([*layers, L.Dense(num_classes, "softmax")])


def prepare_flowers(images, labels, seed, num_classes=17):
    no("images", images.ndim != 4 or images.shape[3] != 3)
    no("labels", labels.shape != images.shape[:1])
    no("labels", np.any((labels < 0) | (labels >= num_classes)))
    i = np.random.RandomState(seed).permutation(len(labels))
    return np.float32(images / 255)[i], (labels[i, None] == np.arange(num_classes)).astype(int)


def top_k_accuracy(probabilities, labels, k):
    p = probabilities
    no("probabilities", p.ndim != 2)
    no("labels", labels.shape != p.shape[:1])
    no("k", not 0 < k <= p.shape[1])
    return np.mean(
        [
            y in sorted(range(len(q)), key=lambda c: -q[c])[:k]
            for q, y in zip(p, labels, strict=True)
        ]
    )


def ten_crop_predict(predict, image, size):
    no("image", image.ndim != 3)
    return np.mean(predict(ten_crop(image[None], size)[0]), 0)


def train_alexnet(model, x, y, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9), "categorical_crossentropy")
    return model.fit(x, y, batch_size, epochs, verbose=0).history
