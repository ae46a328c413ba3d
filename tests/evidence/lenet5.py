"""Right and broken ways to write `train_lenet5`, run under the exercise's conditions.

`autograder audit lenet5 --training` repeats with it what the thresholds rest on. No student's code
meets this file, and it knows nothing of points.

`RUNS` holds right solutions that a student may reasonably write, `UNSUITED` names by dataset those
of them that learn too slowly in so few steps, or whose steps are too large, and of which students
are told so, and `BROKEN` holds wrong ones that must stay below the
threshold. `RUNS` and `BROKEN` map a name to `(x, y, epochs, batch_size, seed) -> weights`: they
take what `prepare_digits` gives, in which the images come sorted by class, and return the weights
they leave. `run` is one such training, what it scored and what it cost.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Weights = list[np.ndarray]
Train = Callable[[np.ndarray, np.ndarray, int, int, int], Weights]

RUNS: dict[str, Train] = {}
BROKEN: dict[str, Train] = {}
UNSUITED: dict[str, tuple[str, ...]] = {}
PADDED = 32
JUDGEMENTS = 2000
"""Of how many images at least an accuracy is made: few images are seen at several shifts each."""


@dataclass(frozen=True)
class Run:
    """One training: the accuracy on the held-out images, and what it cost."""

    accuracy: float
    cpu_seconds: float


def run(
    name: str,
    dataset: Any,
    *,
    epochs: int,
    batch_size: int,
    seed: int,
    shift: int,
    examples: int | None = None,
) -> Run:
    """Train once by `RUNS[name]` or `BROKEN[name]` and score it as the suite does.

    The classes are renamed by a permutation; `examples` are drawn (all of them without it), shifted
    and sent sorted by class; held-out images are judged at random shifts, few of them at several.
    Without shifts in training, a net without activations is nearly as good on digits as LeNet-5.
    """
    rng = np.random.default_rng(seed)
    renamed = rng.permutation(dataset.classes)
    chosen = rng.permutation(len(dataset.x_train))[:examples]
    labels = renamed[dataset.y_train[chosen]]
    order = np.argsort(labels, kind="stable")
    x, y = prepared(dataset.x_train[chosen][order], labels[order], dataset.classes)
    x = shifted(x, rng, shift)
    train = (RUNS | BROKEN)[name]
    started = time.process_time()
    weights = train(x, y, epochs, batch_size, seed)
    cpu_seconds = time.process_time() - started
    x_test, y_test = prepared(dataset.x_test, renamed[dataset.y_test], dataset.classes)
    model = lenet5(x_test.shape[1:], dataset.classes)
    model.set_weights(weights)
    views = max(1, JUDGEMENTS // len(x_test))
    right = [
        np.argmax(model(shifted(x_test, rng, shift), training=False), axis=1) == y_test.argmax(1)
        for _ in range(views)
    ]
    return Run(float(np.mean(right)), cpu_seconds)


def prepared(images: np.ndarray, labels: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """As `prepare_digits`, and colour images too: float32 (N, 32, 32, C) up to 1, and one-hot."""
    x = images.reshape(*images.shape[:3], -1).astype(np.float32) / 255
    margin = (PADDED - x.shape[1]) // 2
    x = np.pad(x, ((0, 0), (margin, margin), (margin, margin), (0, 0)))
    return x, np.eye(classes, dtype=np.float32)[labels]


def shifted(x: np.ndarray, rng: np.random.Generator, most: int) -> np.ndarray:
    """Each image moved by up to `most` pixels up or down and left or right; zeros move in."""
    height, width = x.shape[1:3]
    wide = np.pad(x, ((0, 0), (most, most), (most, most), (0, 0)))
    moved = np.empty_like(x)
    for image, (down, right) in enumerate(rng.integers(0, 2 * most + 1, size=(len(x), 2))):
        moved[image] = wide[image, down : down + height, right : right + width]
    return moved


def lenet5(
    input_shape: tuple[int, ...] = (32, 32, 1), classes: int = 10, activation: str = "tanh"
) -> Any:
    """The modern LeNet-5 of the exercise."""
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input(input_shape),
            layers.Conv2D(6, 5, activation=activation),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation=activation),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation=activation),
            layers.Dense(84, activation=activation),
            layers.Dense(classes, activation="softmax"),
        ]
    )


def single_threaded() -> None:
    """Have TensorFlow use one thread, as in the sandbox; before its first operation."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def _fresh(x: np.ndarray, y: np.ndarray, seed: int, activation: str = "tanh") -> Any:
    """A model as the suite hands it over, started from the seed."""
    import keras

    keras.utils.set_random_seed(seed)
    return lenet5(x.shape[1:], y.shape[1], activation)


def _fitted(optimizer: Callable[[], Any], **fit: Any) -> Train:
    """`compile` and `fit` with this optimiser."""

    def train(x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int) -> Weights:
        model = _fresh(x, y, seed)
        model.compile(optimizer(), "categorical_crossentropy", metrics=["accuracy"])
        model.fit(x, y, batch_size, epochs, verbose=0, **fit)
        return model.get_weights()

    return train


def _optimizer(kind: str, *args: float, **kwargs: float) -> Callable[[], Any]:
    """An optimiser by name: Keras is imported when it trains, and not before."""

    def optimizer() -> Any:
        import keras

        return getattr(keras.optimizers, kind)(*args, **kwargs)

    return optimizer


def _tape(x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int) -> Weights:
    """A loop by hand with GradientTape, that shuffles before each epoch.

    Without `tf.function` it does the same, and takes six times as long.
    """
    import keras
    import tensorflow as tf

    model = _fresh(x, y, seed)
    optimizer = keras.optimizers.Adam(0.001)
    loss_of = keras.losses.CategoricalCrossentropy()

    @tf.function(reduce_retracing=True)
    def step(images: Any, labels: Any) -> None:
        with tf.GradientTape() as tape:
            loss = loss_of(labels, model(images, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            step(tf.constant(x[batch]), tf.constant(y[batch]))
    return model.get_weights()


def _validating(x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int) -> Weights:
    """Shuffles once, and keeps a tenth to validate with."""
    order = np.random.default_rng(seed).permutation(len(x))
    return _fitted(lambda: "adam", validation_split=0.1)(
        x[order], y[order], epochs, batch_size, seed
    )


def _stopping(x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int) -> Weights:
    """Validates with a fifth, stops where that gets no better, and goes back to the best."""
    import keras

    order = np.random.default_rng(seed).permutation(len(x))
    stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    train = _fitted(lambda: "adam", validation_split=0.2, callbacks=[stop])
    return train(x[order], y[order], epochs, batch_size, seed)


def _falling(x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int) -> Weights:
    """Adam with a learning rate that falls to nothing along a cosine."""
    import keras

    steps = epochs * -(-len(x) // batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(0.002, steps)
    return _fitted(lambda: keras.optimizers.Adam(schedule))(x, y, epochs, batch_size, seed)


def _mixed(policy: str) -> Train:
    """Adam, in numbers of half the length where Keras takes those."""

    def train(x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int) -> Weights:
        import keras

        keras.config.set_dtype_policy(policy)
        try:
            return _fitted(lambda: "adam")(x, y, epochs, batch_size, seed)
        finally:
            keras.config.set_dtype_policy("float32")

    return train


RUNS["Adam"] = _fitted(_optimizer("Adam"))
RUNS["Adam 0.0003"] = _fitted(_optimizer("Adam", 0.0003))
RUNS["Adam 0.002"] = _fitted(_optimizer("Adam", 0.002))
RUNS["Adam 0.003"] = _fitted(_optimizer("Adam", 0.003))
RUNS["AdamW"] = _fitted(_optimizer("AdamW"))
RUNS["AdamW 0.0003"] = _fitted(_optimizer("AdamW", 0.0003))
RUNS["Adamax"] = _fitted(_optimizer("Adamax"))
RUNS["Nadam"] = _fitted(_optimizer("Nadam"))
RUNS["Nadam 0.003"] = _fitted(_optimizer("Nadam", 0.003))
RUNS["RMSprop"] = _fitted(_optimizer("RMSprop"))
RUNS["RMSprop 0.0003"] = _fitted(_optimizer("RMSprop", 0.0003))
RUNS["SGD 0.05"] = _fitted(_optimizer("SGD", 0.05))
RUNS["SGD 0.1"] = _fitted(_optimizer("SGD", 0.1))
RUNS["SGD 0.005, momentum 0.9"] = _fitted(_optimizer("SGD", 0.005, momentum=0.9))
RUNS["SGD 0.01, momentum 0.9"] = _fitted(_optimizer("SGD", 0.01, momentum=0.9))
RUNS["SGD 0.05, momentum 0.9"] = _fitted(_optimizer("SGD", 0.05, momentum=0.9))
RUNS["SGD 0.01, Nesterov, weights decay"] = _fitted(
    _optimizer("SGD", 0.01, momentum=0.9, nesterov=True, weight_decay=0.0005)
)
RUNS["GradientTape, Adam"] = _tape
RUNS["Adam, a tenth for validation"] = _validating
RUNS["Adam, stops early"] = _stopping
RUNS["Adam, falling rate"] = _falling
RUNS["Adam, mixed_float16"] = _mixed("mixed_float16")
RUNS["Adam, mixed_bfloat16"] = _mixed("mixed_bfloat16")

# Right, and unsuited to so few steps: the notebook says so.
RUNS["Adam 0.0001"] = _fitted(_optimizer("Adam", 0.0001))
RUNS["SGD 0.01"] = _fitted(_optimizer("SGD"))
RUNS["Adagrad 0.001"] = _fitted(_optimizer("Adagrad"))
RUNS["Adadelta 0.001"] = _fitted(_optimizer("Adadelta"))
UNSUITED["digits"] = ("Adam 0.0001", "SGD 0.01", "Adagrad 0.001", "Adadelta 0.001")


def _labels_not_matched(
    x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> Weights:
    """Shuffles the images and forgets the labels."""
    order = np.random.default_rng(seed).permutation(len(x))
    return RUNS["Adam"](x[order], y, epochs, batch_size, seed)


def _no_activations(
    x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> Weights:
    """Trains a linear net of the same shape and hands over its weights."""
    model = _fresh(x, y, seed, activation="linear")
    model.compile("adam", "categorical_crossentropy")
    model.fit(x, y, batch_size, epochs, verbose=0)
    return model.get_weights()


def _sigmoid(x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int) -> Weights:
    """Trains with another activation than the model that is asked for."""
    model = _fresh(x, y, seed, activation="sigmoid")
    model.compile("adam", "categorical_crossentropy")
    model.fit(x, y, batch_size, epochs, verbose=0)
    return model.get_weights()


def _untrained(x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int) -> Weights:
    """What a learning rate of zero and weights that are reset at the end come to."""
    del epochs, batch_size
    return _fresh(x, y, seed).get_weights()


def _one_batch(x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int) -> Weights:
    """Trains on the first batch only, and knows it by heart."""
    return RUNS["Adam"](x[:batch_size], y[:batch_size], epochs, batch_size, seed)


def _one_epoch(x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int) -> Weights:
    """Ignores `epochs`."""
    del epochs
    return RUNS["Adam"](x, y, 1, batch_size, seed)


def _validates_on_the_last_class(
    x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> Weights:
    """Holds back a tenth of sorted images: the last class is never seen."""
    return _fitted(lambda: "adam", validation_split=0.1)(x, y, epochs, batch_size, seed)


def _scaled_twice(x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int) -> Weights:
    """Scales the images a second time."""
    return RUNS["Adam"](x / 255, y, epochs, batch_size, seed)


BROKEN["labels not matched"] = _labels_not_matched
BROKEN["no shuffle, Adam"] = _fitted(lambda: "adam", shuffle=False)
BROKEN["no shuffle, SGD"] = _fitted(lambda: "sgd", shuffle=False)
BROKEN["no activations"] = _no_activations
BROKEN["sigmoid"] = _sigmoid
BROKEN["learning rate 0, or weights reset"] = _untrained
BROKEN["one batch only"] = _one_batch
BROKEN["one epoch only"] = _one_epoch
BROKEN["validation split of sorted images"] = _validates_on_the_last_class
BROKEN["scaled twice"] = _scaled_twice
