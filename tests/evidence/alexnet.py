"""Right and broken ways to write `train_alexnet`, run under the exercise's conditions.

`autograder audit alexnet --training` repeats with it what the thresholds rest on. No student's code
meets this file, and it knows nothing of points.

`RUNS` holds right solutions that a student may reasonably write, `UNSUITED` names by dataset those
of them that learn too slowly in so few steps, or whose steps are too large, and of which students
are told so, and `BROKEN` holds wrong ones that must stay below the
threshold. `RUNS` and `BROKEN` map a name to `(model, x, y, epochs, batch_size, seed) -> None`: they
take a model that is not compiled, and images that come sorted by class. `run` is one such training,
what it scored and what it cost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

Train = Callable[[Any, np.ndarray, np.ndarray, int, int, int], None]

RUNS: dict[str, Train] = {}
BROKEN: dict[str, Train] = {}
UNSUITED: dict[str, tuple[str, ...]] = {}
VIEWS = 4
"""At how many places each held-out image is cut out and judged."""
BRIGHTNESS = 0.4
"""What the first layer's biases take for the middle of the images."""


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
    side: int,
    crop: int,
    copies: int,
    examples: int | None = None,
) -> Run:
    """Train once by `RUNS[name]` or `BROKEN[name]` and score it as the suite does.

    The classes are renamed by a permutation; `examples` are drawn (all of them without it), reduced
    to `side`, cut out to `crop` at random places, `copies` times each, and sent sorted by class;
    each held-out image is cut out and judged at `VIEWS` random places.
    """
    rng = np.random.default_rng(seed)
    renamed = rng.permutation(dataset.classes)
    chosen = rng.permutation(len(dataset.x_train))[:examples]
    labels = renamed[dataset.y_train[chosen]]
    order = np.argsort(labels, kind="stable")
    x = reduced(dataset.x_train[chosen][order], side)
    x = cut(np.repeat(x, copies, axis=0), crop, rng)
    y = np.eye(dataset.classes, dtype=np.float32)[np.repeat(labels[order], copies)]
    model = narrow_net(x.shape[1:], dataset.classes, seed)
    model.set_weights(start(model.get_weights(), np.random.default_rng(seed)))
    started = time.process_time()
    (RUNS | BROKEN)[name](model, x, y, epochs, batch_size, seed)
    cpu_seconds = time.process_time() - started
    unseen, wanted = reduced(dataset.x_test, side), renamed[dataset.y_test]
    views = np.concatenate([cut(unseen, crop, rng) for _ in range(VIEWS)])
    answers = np.asarray(model(views, training=False))
    right = answers.argmax(axis=1) == np.tile(wanted, VIEWS)
    return Run(float(np.mean(right)), cpu_seconds)


def reduced(images: np.ndarray, side: int) -> np.ndarray:
    """Images of a smaller side: float32 (N, side, side, 3) from 0 to 1."""
    small = [Image.fromarray(each).resize((side, side), Image.Resampling.BOX) for each in images]
    return np.stack([np.asarray(each) for each in small]).astype(np.float32) / 255


def cut(x: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """A square of each image, somewhere in it."""
    places = rng.integers(0, np.array(x.shape[1:3]) - size + 1, size=(len(x), 2))
    return np.stack(
        [
            image[top : top + size, left : left + size]
            for image, (top, left) in zip(x, places, strict=True)
        ]
    )


def narrow_net(input_shape: tuple[int, ...], classes: int, seed: int) -> Any:
    """AlexNet in small: three convolutions, two of them pooled by windows that overlap, dropout."""
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input(input_shape),
            layers.Conv2D(16, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(3, 2),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(3, 2),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.25, seed=seed),
            layers.Dense(classes, activation="softmax"),
        ]
    )


def start(weights: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """Weights as He and others draw them for ReLU; the first biases allow for the brightness."""
    drawn = []
    for array in weights:
        if array.ndim == 1:
            drawn.append(np.zeros(array.shape, np.float32))
            continue
        limit = np.sqrt(6 / np.prod(array.shape[:-1]))
        drawn.append(rng.uniform(-limit, limit, size=array.shape).astype(np.float32))
    drawn[1] = (-BRIGHTNESS * drawn[0].sum(axis=(0, 1, 2))).astype(np.float32)
    return drawn


def _seeded(seed: int) -> None:
    import keras

    keras.utils.set_random_seed(seed)


def _optimizer(kind: str, *args: Any, **kwargs: Any) -> Callable[[], Any]:
    """An optimiser by name: Keras is imported when it trains, and not before."""

    def make() -> Any:
        import keras

        return getattr(keras.optimizers, kind)(*args, **kwargs)

    return make


def _fitted(optimizer: Callable[[], Any] | str, **fit: Any) -> Train:
    """`compile` and `fit` with this optimiser."""

    def train(
        model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
    ) -> None:
        _seeded(seed)
        made = optimizer if isinstance(optimizer, str) else optimizer()
        model.compile(made, "categorical_crossentropy", metrics=["accuracy"])
        model.fit(x, y, batch_size, epochs, verbose=0, **fit)

    return train


def _tape(
    model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> None:
    """A loop by hand with GradientTape, that shuffles before each epoch."""
    import keras
    import tensorflow as tf

    _seeded(seed)
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
        for begin in range(0, len(x), batch_size):
            batch = order[begin : begin + batch_size]
            step(tf.constant(x[batch]), tf.constant(y[batch]))


def _augmented(
    model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> None:
    """Mirrors half of the images and moves all by up to two pixels, anew for each epoch."""
    _seeded(seed)
    rng = np.random.default_rng(seed)
    model.compile("adam", "categorical_crossentropy")
    wide = np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
    for _ in range(epochs):
        seen = cut(wide, x.shape[1], rng)
        mirrored = rng.random(len(x)) < 0.5
        seen[mirrored] = seen[mirrored, :, ::-1]
        model.fit(seen, y, batch_size, 1, verbose=0)


def _validating(
    model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> None:
    """Shuffles once, and keeps a tenth to validate with."""
    order = np.random.default_rng(seed).permutation(len(x))
    train = _fitted("adam", validation_split=0.1)
    train(model, x[order], y[order], epochs, batch_size, seed)


def _falling(
    model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> None:
    """Adam with a learning rate that falls to nothing along a cosine."""
    import keras

    steps = epochs * -(-len(x) // batch_size)
    schedule = keras.optimizers.schedules.CosineDecay(0.002, steps)
    _fitted(_optimizer("Adam", schedule))(model, x, y, epochs, batch_size, seed)


def _stopping(
    model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> None:
    """Validates with a fifth, stops where that gets no better, and goes back to the best."""
    import keras

    order = np.random.default_rng(seed).permutation(len(x))
    stop = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    train = _fitted("adam", validation_split=0.2, callbacks=[stop])
    train(model, x[order], y[order], epochs, batch_size, seed)


def _mixed(policy: str) -> Train:
    """Adam, in numbers of half the length where Keras takes those."""

    def train(
        model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
    ) -> None:
        import keras

        keras.config.set_dtype_policy(policy)
        try:
            mixed = narrow_net(x.shape[1:], y.shape[1], seed)
        finally:
            keras.config.set_dtype_policy("float32")
        mixed.set_weights(model.get_weights())
        RUNS["Adam"](mixed, x, y, epochs, batch_size, seed)
        model.set_weights(mixed.get_weights())

    return train


RUNS["Adam"] = _fitted("adam")
RUNS["Adam 0.0003"] = _fitted(_optimizer("Adam", 0.0003))
RUNS["Adam 0.002"] = _fitted(_optimizer("Adam", 0.002))
RUNS["Adam 0.003"] = _fitted(_optimizer("Adam", 0.003))
RUNS["AdamW"] = _fitted(_optimizer("AdamW"))
RUNS["Adamax"] = _fitted(_optimizer("Adamax"))
RUNS["Nadam"] = _fitted(_optimizer("Nadam"))
RUNS["Nadam 0.003"] = _fitted(_optimizer("Nadam", 0.003))
RUNS["RMSprop"] = _fitted(_optimizer("RMSprop"))
RUNS["RMSprop 0.0005"] = _fitted(_optimizer("RMSprop", 0.0005))
RUNS["RMSprop 0.0003"] = _fitted(_optimizer("RMSprop", 0.0003))
RUNS["SGD 0.05"] = _fitted(_optimizer("SGD", 0.05))
RUNS["SGD 0.005, momentum 0.9"] = _fitted(_optimizer("SGD", 0.005, momentum=0.9))
RUNS["SGD 0.01, momentum 0.9"] = _fitted(_optimizer("SGD", 0.01, momentum=0.9))
RUNS["SGD 0.05, momentum 0.9"] = _fitted(_optimizer("SGD", 0.05, momentum=0.9))
RUNS["SGD 0.01, Nesterov, weights decay"] = _fitted(
    _optimizer("SGD", 0.01, momentum=0.9, nesterov=True, weight_decay=0.0005)
)
RUNS["GradientTape, Adam"] = _tape
RUNS["Adam, mirrored and moved"] = _augmented
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
UNSUITED["synthetic_flowers"] = (
    "Adam 0.0001",
    "SGD 0.01",
    "SGD 0.05",
    "Adagrad 0.001",
    "Adadelta 0.001",
    "SGD 0.05, momentum 0.9",
)


def _labels_not_matched(
    model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> None:
    """Shuffles the images and forgets the labels."""
    order = np.random.default_rng(seed).permutation(len(x))
    RUNS["Adam"](model, x[order], y, epochs, batch_size, seed)


def _no_activations(
    model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> None:
    """Trains a copy without activations, and hands its weights over."""
    import keras

    copy = keras.models.clone_model(model)
    for layer in copy.layers[:-1]:
        if hasattr(layer, "activation"):
            layer.activation = keras.activations.linear
    copy.set_weights(model.get_weights())
    RUNS["Adam"](copy, x, y, epochs, batch_size, seed)
    model.set_weights(copy.get_weights())


def _untrained(
    model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> None:
    """What a learning rate of zero and weights that are reset at the end come to."""


def _one_batch(
    model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> None:
    """Trains on the first batch only, and knows it by heart."""
    RUNS["Adam"](model, x[:batch_size], y[:batch_size], epochs, batch_size, seed)


def _one_epoch(
    model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> None:
    """Ignores `epochs`."""
    RUNS["Adam"](model, x, y, 1, batch_size, seed)


def _scaled_twice(
    model: Any, x: np.ndarray, y: np.ndarray, epochs: int, batch_size: int, seed: int
) -> None:
    """Scales the images a second time."""
    RUNS["Adam"](model, x / 255, y, epochs, batch_size, seed)


BROKEN["labels not matched"] = _labels_not_matched
BROKEN["no shuffle, Adam"] = _fitted("adam", shuffle=False)
BROKEN["no shuffle, SGD"] = _fitted("sgd", shuffle=False)
BROKEN["no activations"] = _no_activations
BROKEN["learning rate 0, or weights reset"] = _untrained
BROKEN["one batch only"] = _one_batch
BROKEN["one epoch only"] = _one_epoch
BROKEN["scaled twice"] = _scaled_twice
# With fewer held back, the suite's own test of every class tells, and not the accuracy.
BROKEN["half of sorted images to validate"] = _fitted("adam", validation_split=0.5)
