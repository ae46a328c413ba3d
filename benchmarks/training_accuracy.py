"""The accuracies that the LeNet-5 exercises name, measured on real MNIST and CIFAR-10.

    python benchmarks/training_accuracy.py --data FOLDER --seeds 3

Prints the expected and the measured accuracies, or the reason if a row's data is not on this
machine. The folder may contain `mnist.npz`, `cifar-10-binary.tar.gz` or `cifar10-subset.npz`
(10,000 images to train, 2,000 to test). Without a folder, the datasets are those of `autograder
data fetch`. Rows are measured on one thread, as in the sandbox.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "evidence")]

import lenet5 as evidence  # noqa: E402

from convgrade import datasets  # noqa: E402
from convgrade.datasets import Dataset, DatasetMissing, folders  # noqa: E402

SUBSET = "cifar10-subset.npz"
Prepare = Callable[[np.ndarray, str], np.ndarray]


@dataclass(frozen=True)
class Row:
    """One training: its network, its data, and the expected accuracy in percent."""

    what: str
    dataset: str
    low: float
    high: float
    epochs: int
    batch_size: int = 128
    examples: int | None = None
    optimizer: str = "adam"
    activation: str = "tanh"
    scale: Prepare | None = None


def unscaled(x: np.ndarray, split: str) -> np.ndarray:
    """Pixels from 0 to 255."""
    del split
    return x * 255


def unscaled_test(x: np.ndarray, split: str) -> np.ndarray:
    """Scale the training images only."""
    return x * 255 if split == "test" else x


def scaled_twice(x: np.ndarray, split: str) -> np.ndarray:
    """Divided by 255 once more."""
    del split
    return x / 255


ROWS = (
    Row("LeNet-5", "mnist", 95.1, 95.7, epochs=1),
    Row("LeNet-5", "mnist", 96.6, 97.4, epochs=2),
    Row("LeNet-5", "mnist", 90.6, 90.6, epochs=5, batch_size=32, examples=2000),
    Row("sigmoid, SGD 0.1", "mnist", 10, 10, epochs=2, optimizer="sgd", activation="sigmoid"),
    Row("no activations", "mnist", 91.1, 91.1, epochs=2, activation="linear"),
    Row("pixels unscaled", "mnist", 98.2, 98.2, epochs=2, scale=unscaled),
    Row("only training scaled", "mnist", 95.9, 95.9, epochs=2, scale=unscaled_test),
    Row("scaled twice", "mnist", 92.4, 92.4, epochs=2, scale=scaled_twice),
    Row("LeNet-5", "cifar10", 43.2, 43.8, epochs=2),
    Row("LeNet-5", "cifar10", 53.9, 53.9, epochs=10),
)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, default=os.environ.get("CONVGRADE_REAL_DATA"))
    options.add_argument("--seeds", type=int, default=1, help="trainings per row")
    options.add_argument("--only", type=int, nargs="*", help="numbers of rows")
    chosen = options.parse_args()
    if chosen.data is not None:
        os.environ[folders.VARIABLE] = str(chosen.data)
    evidence.single_threaded()
    columns = f"{'what':<21} {'data':<21} {'epochs':>6} {'batch':>5} {'expected %':>11}"
    print(f"   {columns}  measured %")
    for number, row in enumerate(ROWS, 1):
        if chosen.only is None or number in chosen.only:
            print(f"{number:>2} {row.what:<21} " + measured(row, chosen.seeds), flush=True)


def measured(row: Row, seeds: int) -> str:
    """The rest of the row's line: expected and measured accuracies, and whether they agree."""
    try:
        data = loaded(row.dataset)
    except DatasetMissing as missing:
        return f"{row.dataset:<21} skipped: {missing}"
    started = time.process_time()
    accuracies = sorted(100 * train(row, data, seed) for seed in range(1, seeds + 1))
    seconds = (time.process_time() - started) / seeds
    examples = len(data.x_train[: row.examples])
    expected = f"{row.low:g}" if row.low == row.high else f"{row.low:g}-{row.high:g}"
    return (
        f"{f'{data.name}, {examples:,} images':<21} {row.epochs:>6} {row.batch_size:>5} "
        f"{expected:>11}  "
        + " ".join(f"{accuracy:.1f}" for accuracy in accuracies)
        + f"  ({seconds:.0f} s of CPU each{verdict(row, data, accuracies)})"
    )


def verdict(row: Row, data: Dataset, accuracies: list[float]) -> str:
    """Why the accuracies differ from the expected ones, or ""."""
    if data.about.title.startswith("a subset"):
        return "; a subset, so not comparable"
    median = float(np.median(accuracies))
    if row.low - 0.05 <= median <= row.high + 0.05:
        return ""
    return f"; median {median - (row.low if median < row.low else row.high):+.1f}"


def loaded(name: str) -> Dataset:
    """The dataset, or the subset of CIFAR-10 in the folder.

    Raises:
        DatasetMissing: neither is on this machine.
    """
    try:
        return datasets.load(name)
    except DatasetMissing:
        path = folders.cache() / SUBSET
        if name != "cifar10" or not path.is_file():
            raise
    return subset(path)


def subset(path: Path) -> Dataset:
    """The subset of CIFAR-10."""
    with np.load(path, allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    about = datasets.about("cifar10")
    return Dataset(
        about=datasets.About(
            about.name, "a subset of CIFAR-10", about.source, about.licence, about.citation
        ),
        x_train=arrays["x_train"],
        y_train=arrays["y_train"].astype(np.int64),
        x_test=arrays["x_test"],
        y_test=arrays["y_test"].astype(np.int64),
        class_names=tuple(str(number) for number in range(10)),
    )


def train(row: Row, data: Dataset, seed: int) -> float:
    """Train once and return the accuracy on the test images, from 0 to 1."""
    import keras

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    (x, y), (x_test, _) = splits(row, data)
    model = evidence.lenet5(x.shape[1:], data.classes, row.activation)
    optimizer = keras.optimizers.SGD(0.1) if row.optimizer == "sgd" else keras.optimizers.Adam()
    model.compile(optimizer, "categorical_crossentropy")
    model.fit(x, y, row.batch_size, row.epochs, verbose=0)
    guessed = model.predict(x_test, batch_size=1000, verbose=0).argmax(axis=1)
    return float(np.mean(guessed == data.y_test))


def splits(row: Row, data: Dataset) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The images and labels to train and to test, prepared as the row says."""
    for split, images, labels in (
        ("train", data.x_train[: row.examples], data.y_train[: row.examples]),
        ("test", data.x_test, data.y_test),
    ):
        x, y = evidence.prepared(images, labels, data.classes)
        yield (x if row.scale is None else row.scale(x, split)), y


if __name__ == "__main__":
    main()
