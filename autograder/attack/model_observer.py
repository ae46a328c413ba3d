"""Builds a Keras model and says what it is. The text of this module runs inside the sandbox.

It stands beside a candidate there, so it may import nothing of this package. It gets a seed and
draws images and weights from it; the same weights can be put into two models, also where one of
them has them in another order, or a convolution that covers its maps in place of a dense layer.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import Any

import numpy as np

ROLES = ("kernel", "bias", "gamma", "beta", "mean", "variance")
IMAGES = 3
LOUD = (1.0, 1.0, 40.0, 400.0)
"""The sizes of images: some normalisations show themselves only where numbers are large."""
KEPT = 64
"""So many numbers of each moving statistic are compared."""


def observed_model(
    name: str,
    args: Any,
    kwargs: Any,
    shape: Any,
    seed: int,
    wanted: Any = None,
    turned: bool = False,
) -> dict[str, Any]:
    """What a builder makes for these arguments.

    Args:
        name: of the builder, which is defined in the same namespace.
        args: its positional arguments.
        kwargs: its keyword arguments.
        shape: of an image.
        seed: of images and weights.
        wanted: the weights of the right model as it lists them, to which its own are assigned;
            None for the right model itself.
        turned: assign weights that can be exchanged in the opposite order.

    Returns:
        As plain data: `weights` with role, shape and whether they are trained, in the order of
        `wanted`; whether they are `like` those wanted, and whether there is `another` assignment;
        `start`, what is wrong with the initial weights; and the `answer`, that in `training`, and
        the `moved` statistics after it.
    """
    import keras

    build = globals()[name]
    rng = np.random.default_rng(seed)
    images = rng.choice(LOUD) * rng.uniform(-0.5, 1, (IMAGES, *shape))
    images = images.astype(np.float32)
    model = _built(build, args, kwargs, images)
    start = _start(model, lambda: _built(build, args, kwargs, images))
    listed = [_described(each) for each in model.weights]
    own = range(len(listed)) if wanted is None else _assigned(listed, wanted, turned)
    found = {"weights": listed, "like": own is not None, "another": False, "start": start}
    if own is None:
        return found
    variables = [model.weights[place] for place in own]
    found["weights"] = [listed[place] for place in own]
    found["another"] = wanted is not None and _are_exchangeable(wanted)
    _fill(variables, [each[1] for each in wanted or listed], rng, float(np.abs(images).max()))
    found["answer"] = np.asarray(model(images, training=False))
    with _dropping_the_same(keras):
        found["training"] = np.asarray(model(images, training=True))
    found["moved"] = [
        np.asarray(each).reshape(-1)[:KEPT] for each in variables if not each.trainable
    ]
    return found


def _built(build: Any, args: Any, kwargs: Any, images: Any) -> Any:
    model = build(*args, **kwargs)
    if not model.weights:
        model(images[:1], training=False)  # it makes its weights when it is first used
    return model


def _described(variable: Any) -> tuple[str, tuple[int, ...], bool]:
    role = next((each for each in ROLES if each in variable.name), variable.name)
    return role, tuple(variable.shape), bool(variable.trainable)


def _start(model: Any, again: Any) -> str:
    """What is wrong with the initial weights: kernels are drawn, and each model draws its own."""
    kernels = [np.asarray(each) for each in model.weights if len(each.shape) > 1]
    if any(each.std() == 0 for each in kernels):
        return "constant"
    others = [np.asarray(each) for each in again().weights if len(each.shape) > 1]
    same = any(map(np.array_equal, kernels, others))
    return "the same in each model" if same else ""


def _group(described: Any) -> tuple[str, int]:
    role, shape, _ = described
    return role, math.prod(shape)


def _assigned(listed: Any, wanted: Any, turned: bool) -> list[int] | None:
    """For each weight that is wanted, the place of the one that stands for it; None if none do."""
    places: dict[tuple[str, int], list[int]] = {}
    for place, described in enumerate(listed):
        places.setdefault(_group(described), []).append(place)
    if sorted(map(_group, listed)) != sorted(map(_group, wanted)):
        return None
    return [places[_group(described)].pop(-1 if turned else 0) for described in wanted]


def _are_exchangeable(wanted: Any) -> bool:
    groups = [_group(described) for described in wanted]
    return len(set(groups)) < len(groups)


def _fill(variables: Any, shapes: Any, rng: Any, loudest: float) -> None:
    """Set weights with which numbers keep their size from layer to layer, up to the last one."""
    kernels = [index for index, shape in enumerate(shapes) if len(shape) > 1]
    for index, (variable, shape) in enumerate(zip(variables, shapes, strict=True)):
        drawn = _drawn(_described(variable)[0], shape, rng)
        if index == kernels[-1]:
            drawn = drawn / max(1.0, loudest)
        variable.assign(drawn.reshape(variable.shape).astype(np.float32))


def _drawn(role: str, shape: Any, rng: Any) -> Any:
    count = math.prod(shape)
    # drawing millions of numbers takes long; this many are repeated, out of step with each shape
    normal = np.resize(rng.normal(size=min(count, 65_537)), count).reshape(shape)
    if role == "variance":
        return np.exp(normal - 1)
    if role == "gamma":
        return 1 + 0.3 * normal
    if len(shape) > 1:
        return normal * 1.6 / math.sqrt(count / shape[-1])
    return 0.1 * normal


@contextmanager
def _dropping_the_same(keras: Any) -> Any:
    """Let layers of dropout drop units that only their number and the rate decide.

    So two models that drop the same share in the same places give the same answers in training.
    """
    own = keras.layers.Dropout.call

    def call(layer: Any, inputs: Any, training: bool = False) -> Any:
        rate = float(layer.rate)
        if not training or rate <= 0:
            return inputs
        shape = tuple(inputs.shape)[1:]
        drawn = np.random.default_rng(math.prod(shape)).uniform(size=shape)
        kept = (drawn >= rate) / max(1 - rate, 1e-9)
        return inputs * kept.astype(np.float32)

    keras.layers.Dropout.call = call
    try:
        yield
    finally:
        keras.layers.Dropout.call = own
