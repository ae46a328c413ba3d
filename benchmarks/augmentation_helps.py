"""How much crops and flips help on the synthetic flowers: the same small net with and without.

    python benchmarks/augmentation_helps.py --seeds 5

Each seed trains one net twice from the same initial weights, for the same number of steps: on the
middle of each image, and on random crops of the same size, half of them flipped. Both nets are
evaluated on the middle of each held-out image. A linear classifier on the same pixels shows the
accuracy without a net. `--dataset flowers17` measures the photographs, if they are on this machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from convgrade import datasets  # noqa: E402

BATCH = 34


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--dataset", default="synthetic_flowers", choices=datasets.names())
    options.add_argument("--seeds", type=int, default=5, help="trainings per way")
    options.add_argument("--epochs", type=int, default=25)
    options.add_argument("--side", type=int, default=36, help="of an image, in pixels")
    options.add_argument("--crop", type=int, default=32, help="what the net sees of it, in pixels")
    chosen = options.parse_args()
    data = datasets.load(chosen.dataset)
    train = shrunk(data.x_train, chosen.side), data.y_train
    test = middle(shrunk(data.x_test, chosen.side), chosen.crop), data.y_test
    print(
        f"{data.name}: {len(train[1]):,} images to train, {len(test[1])} held out, "
        f"{chosen.epochs} epochs"
    )
    plain = (middle(train[0], chosen.crop), train[1])
    print(f"linear     {100 * linear(plain, test):.1f} %")
    single_threaded()
    found = {"plain": [], "augmented": []}
    for seed in range(1, chosen.seeds + 1):
        for way in found:
            started = time.process_time()
            accuracy = trained(way, train, test, chosen.crop, chosen.epochs, seed)
            found[way].append(100 * accuracy)
            print(
                f"seed {seed:<5} {way:<10} {100 * accuracy:.1f} %  "
                f"({time.process_time() - started:.0f} s of CPU)",
                flush=True,
            )
    for way, values in found.items():
        spread = f", {min(values):.1f} to {max(values):.1f}"
        print(f"{way:<10} {np.mean(values):.1f} % in the mean{spread}")
    gain = np.subtract(found["augmented"], found["plain"])
    print(f"gained     {gain.mean():+.1f} points in the mean, {gain.min():+.1f} at the least")


def shrunk(images: np.ndarray, side: int) -> np.ndarray:
    """Images resized to `side` x `side`, float32 from 0 to 1."""
    from PIL import Image

    small = [Image.fromarray(each).resize((side, side), Image.Resampling.BOX) for each in images]
    return np.stack([np.asarray(each) for each in small]).astype(np.float32) / 255


def middle(images: np.ndarray, crop: int) -> np.ndarray:
    """The middle of each image."""
    start = (images.shape[1] - crop) // 2
    return images[:, start : start + crop, start : start + crop]


def crops(images: np.ndarray, crop: int, rng: np.random.Generator) -> np.ndarray:
    """A random crop of each image, half of them flipped."""
    offsets = rng.integers(images.shape[1] - crop + 1, size=(len(images), 2))
    flips = rng.integers(2, size=len(images)) * 2 - 1
    return np.stack(
        [
            image[row : row + crop, column : column + crop][:, ::flip]
            for image, (row, column), flip in zip(images, offsets, flips, strict=True)
        ]
    )


def linear(train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, np.ndarray]) -> float:
    """The accuracy of ridge regression on the pixels, with the best of three penalties."""
    from sklearn.linear_model import RidgeClassifier

    (x, y), (x_test, y_test) = train, test
    flat, flat_test = x.reshape(len(x), -1), x_test.reshape(len(x_test), -1)
    return max(
        RidgeClassifier(alpha=penalty).fit(flat, y).score(flat_test, y_test)
        for penalty in (100, 1000, 10_000)
    )


def single_threaded() -> None:
    """Use one thread, as in the sandbox."""
    import tensorflow as tf

    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)


def trained(
    way: str,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    crop: int,
    epochs: int,
    seed: int,
) -> float:
    """Train once and return the accuracy on the held-out images."""
    import keras
    from keras import layers

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    images, labels = train
    model = keras.Sequential([keras.Input((crop, crop, 3))])
    for channels in (16, 32, 64):
        model.add(layers.Conv2D(channels, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(int(labels.max()) + 1, activation="softmax"))
    model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy")
    x = middle(images, crop)
    for _ in range(epochs):
        if way == "augmented":
            x = crops(images, crop, rng)
        model.fit(x, labels, BATCH, 1, verbose=0)
    guessed = model.predict(test[0], batch_size=256, verbose=0).argmax(axis=1)
    return float(np.mean(guessed == test[1]))


if __name__ == "__main__":
    main()
