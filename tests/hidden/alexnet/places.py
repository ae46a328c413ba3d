"""Where a model keeps which weights, told by their shapes, and weights of the suite's for it.

A dense layer may be a convolution that covers its input. Shapes that several layers share are taken
in the model's order, a bias being the first one that follows its kernel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import network as net
import numpy as np

from autograder.suite import Mismatch

Array = np.ndarray
Shape = tuple[int, ...]
Places = dict[str, int]


def find(have: Sequence[Shape], wanted: Mapping[str, Shape], last: tuple[int, int]) -> Places:
    """The index of each array of weights among those of a model; absent where there is none.

    Args:
        have: the shapes of a model's weights, in its order.
        wanted: as `network.shapes` gives them.
        last: rows and columns of the maps that the first dense layer sees.
    """
    left = {index: tuple(shape) for index, shape in enumerate(have)}
    found: Places = {}
    for name in net.LAYERS:
        shape = wanted[f"{name}_kernel"]
        kernel = _first(left, _equivalent(name, shape, last))
        if kernel is not None:
            found[f"{name}_kernel"] = kernel
        after = {i: each for i, each in left.items() if kernel is None or i > kernel}
        bias = _first(after, {shape[-1:]})
        if bias is not None:
            found[f"{name}_bias"] = bias
            del left[bias]
        if kernel is not None:
            del left[kernel]
    for key, shape in wanted.items():
        if key.endswith(net.MOMENTS) and (index := _first(left, {shape})) is not None:
            found[key] = index
            del left[index]
    return found


def _equivalent(name: str, shape: Shape, last: tuple[int, int]) -> set[Shape]:
    """The shapes that a layer's kernel may have."""
    if len(shape) == 4:
        return {shape}
    rows, columns = last if name == "fc6" else (1, 1)
    inputs = shape[0] // max(1, rows * columns)
    return {shape, (rows, columns, inputs, shape[1])}


def _first(left: Mapping[int, Shape], shapes: set[Shape]) -> int | None:
    return next((index for index in sorted(left) if left[index] in shapes), None)


def require_layer(name: str, found: Places, wanted: Mapping[str, Shape]) -> None:
    """Require the weights of one layer.

    Raises:
        Mismatch: some are not there.
    """
    keys = [key for key in wanted if key.startswith(f"{name}_")]
    missing = [key.removeprefix(f"{name}_") for key in keys if key not in found]
    if missing:
        parts = " and ".join(f"the {part}" for part in missing)
        raise Mismatch(
            f"returned a model in whose weights {parts} of {name} {_are(missing)} not to be "
            f"found. {layer_sentence(name, wanted)}"
        )


def _are(things: Sequence[str]) -> str:
    return "is" if len(things) == 1 else "are"


def layer_sentence(name: str, wanted: Mapping[str, Shape]) -> str:
    """What a layer of AlexNet is, in a sentence, without what its kernel sees."""
    if name in net.FILTERS:
        side = net.SIDES[name]
        return f"It is a convolution with kernels of {side} by {side}, which sees all maps before."
    return "It is a dense layer that sees all there is before, each unit with a bias."


def require_all(found: Places, wanted: Mapping[str, Shape], count: int) -> None:
    """Require the weights of every layer, and no others.

    Raises:
        Mismatch: the model has other weights.
    """
    for name in net.LAYERS:
        require_layer(name, found, wanted)
    if count != len(wanted):
        raise Mismatch(f"returned a model with {count} arrays of weights, not {len(wanted)}.")


def arranged(weights: net.Weights, found: Places, have: Sequence[Shape]) -> list[Array]:
    """Weights in a model's own order and shapes."""
    new = [np.zeros(shape, np.float32) for shape in have]
    for name, index in found.items():
        new[index] = weights[name].reshape(have[index]).astype(np.float32)
    return new


def named(weights: Sequence[Array], found: Places, wanted: Mapping[str, Shape]) -> net.Weights:
    """A model's weights by their names, all units as dense layers."""
    return {name: weights[index].reshape(wanted[name]) for name, index in found.items()}


def drawn(
    rng: np.random.Generator, x: Array, wanted: Mapping[str, Shape], network: net.Network
) -> net.Weights:
    """Weights under which every part of a network shows in its answers for `x`.

    The first two layers give large numbers, so that the constants of the response normalisation
    count; all others are about 1, where no activation is saturated or straight.
    """
    weights: net.Weights = {}
    for name in net.LAYERS:
        for key in (key for key in wanted if key.startswith(f"{name}_")):
            weights[key] = _moment(rng, key, wanted[key])
        kernel = rng.normal(size=wanted[f"{name}_kernel"])
        weights[f"{name}_kernel"] = kernel
        weights[f"{name}_bias"] = np.zeros(kernel.shape[-1])
        scale = 100.0 if name in net.NORMALISED and not network.batchnorm else 1.0
        scale *= 1.5
        straight = _straight(x, name, weights, network)
        kernel *= scale / max(1e-12, float(straight.std()))
        weights[f"{name}_bias"] = rng.normal(scale=0.3 * scale, size=kernel.shape[-1])
        if name != "fc8":
            x = net.after(x, name, weights, network)
    return {name: np.float64(np.float32(array)) for name, array in weights.items()}


def _straight(x: Array, name: str, weights: net.Weights, network: net.Network) -> Array:
    """What a layer computes before anything is done with it."""
    if name == "fc8":
        return x.reshape(len(x), -1) @ weights["fc8_kernel"]
    bare = network.changed(name, order="")
    return net.after(x, name, weights, bare)


def _moment(rng: np.random.Generator, key: str, shape: Shape) -> Array:
    if key.endswith("gamma"):
        return rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
    if key.endswith("variance"):
        return rng.uniform(0.5, 2.0, shape)
    return rng.normal(scale=0.3, size=shape)
