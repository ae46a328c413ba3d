"""Which of a model's weights belong to which layer of a network, and weights of the suite's for it.

Arrays are told apart by their shapes. A model whose arrays are not those of the right network is
read in its own order, and its layers are aligned with the right ones.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from autograder.suite.networks import (
    MOMENTS,
    TRAINED,
    Layer,
    Network,
    Shape,
    Weights,
    after,
    shapes,
    sizes,
    steps,
)

Places = dict[str, int]


@dataclass(frozen=True)
class Read:
    """The layers that a model's weights show: a network, and the index of each of its arrays.

    `have` has the shapes of the model's arrays. What weights do not show is as in the right
    network: strides, padding, activations, pooling.
    """

    network: Network
    places: Places
    have: tuple[Shape, ...]

    @property
    def wanted(self) -> dict[str, Shape]:
        """The shapes of the arrays by their names, all units as dense layers."""
        dense = {f"{name}_kernel" for name in self.network.dense}
        return {
            name: (math.prod(self.have[index][:-1]), self.have[index][-1])
            if name in dense
            else self.have[index]
            for name, index in self.places.items()
        }

    def arranged(self, weights: Mapping[str, Any]) -> list[Any]:
        """Weights in the model's own order and shapes."""
        new = [np.zeros(shape, np.float32) for shape in self.have]
        for name, index in self.places.items():
            new[index] = np.asarray(weights[name], np.float32).reshape(self.have[index])
        return new

    def named(self, weights: Sequence[Any]) -> Weights:
        """A model's weights by their names, all units as dense layers."""
        wanted = self.wanted
        return {
            name: np.asarray(weights[index]).reshape(wanted[name])
            for name, index in self.places.items()
        }


def find(have: Sequence[Shape], right: Network, input_shape: Sequence[int]) -> Places:
    """The index of each array of the right network among those of a model, if there is one.

    Shapes that several layers share are taken in the model's order, a bias being the first one that
    follows its kernel.
    """
    wanted = shapes(right, input_shape)
    maps = [tuple(input_shape[:2]), *sizes(right, input_shape)][-1]
    left = {index: tuple(shape) for index, shape in enumerate(have)}
    found: Places = {}
    for name in right.layers:
        allowed = _equivalent(name, wanted[f"{name}_kernel"], right, maps)
        kernel = _first(left, allowed)
        if kernel is not None:
            found[f"{name}_kernel"] = kernel
        later = {i: each for i, each in left.items() if kernel is None or i > kernel}
        bias = _first(later, {wanted.get(f"{name}_bias", (-1,))})
        if bias is not None:
            found[f"{name}_bias"] = bias
            del left[bias]
        if kernel is not None:
            del left[kernel]
    for key, shape in wanted.items():
        if key.endswith(MOMENTS) and (index := _first(left, {shape})) is not None:
            found[key] = index
            del left[index]
    return found


def _equivalent(name: str, shape: Shape, network: Network, maps: tuple[int, ...]) -> set[Shape]:
    """The shapes that a layer's kernel may have: a dense layer may be a convolution."""
    if len(shape) == 4:
        return {shape}
    rows, columns = maps if name == network.dense[0] else (1, 1)
    return {shape, (rows, columns, shape[0] // max(1, rows * columns), shape[1])}


def _first(left: Mapping[int, Shape], allowed: set[Shape]) -> int | None:
    return next((index for index in sorted(left) if left[index] in allowed), None)


def read(
    have: Sequence[Shape],
    right: Network,
    input_shape: Sequence[int],
    *,
    bare: bool = False,
    trained: bool = False,
) -> Read | None:
    """The network that the weights of a model show; None where they show none of this kind.

    Layers that the right network has not are named `extra layer 1` and so on.

    Args:
        have: the shapes of the model's weights, in its order.
        right: the right network.
        input_shape: of one image.
        bare: whether four vectors after a kernel are a whole batch normalisation, without a bias
            before it.
        trained: whether two vectors after a kernel and its bias are a factor and an offset.
    """
    found = find(have, right, input_shape)
    if len(found) == len(have) == len(shapes(right, input_shape)):
        return Read(right, found, tuple(have))
    first = _before(have, input_shape[2])
    groups = _groups(have, len(first))
    wide = _convolutions(have, groups, right) if groups else None
    if groups is None or wide is None:
        return None
    extra = itertools.count(1)
    kernels = [have[group[0]] for group in groups]
    named = _aligned(kernels[:wide], right, right.convolutions)
    named += _aligned(kernels[wide:-1], right, right.dense[:-1])
    layers: dict[str, Layer] = {}
    places: Places = {}
    channels = input_shape[2]
    for index, (name, group) in enumerate(zip([*named, right.last], groups, strict=True)):
        parts = _PARTS[bare].get(len(group) - 1)
        if trained and len(group) == 4:
            parts = ("bias", *TRAINED)
        if parts is None:
            return None
        kernel = kernels[index]
        like = right.layers.get(name) or _plain(right, is_wide=index < wide)
        name = name or f"extra layer {next(extra)}"
        if index < wide:
            groups_of = channels // kernel[2] if channels % kernel[2] == 0 else 1
            like = replace(like, side=kernel[0], groups=max(1, groups_of))
        channels = kernel[-1]
        layers[name] = _with_parts(replace(like, count=channels), parts)
        places |= {f"{name}_{part}": at for part, at in zip(("kernel", *parts), group, strict=True)}
    if first:
        name = next(iter(layers))
        layers[name] = replace(layers[name], before="b")
        places |= {f"{name}_before_{part}": at for at, part in enumerate(first)}
    return Read(Network(layers), places, tuple(have))


_TWICE = tuple(itertools.chain(*Layer(1, order="bb").batches()))
_PARTS: dict[bool, dict[int, tuple[str, ...]]] = {
    False: {
        0: (),
        1: ("bias",),
        3: ("bias", "mean", "variance"),
        4: ("bias", "beta", "mean", "variance"),
        5: ("bias", *MOMENTS),
        9: ("bias", *_TWICE),
    },
    True: {
        0: (),
        1: ("bias",),
        3: ("beta", "mean", "variance"),
        4: MOMENTS,
        5: ("bias", *MOMENTS),
        8: _TWICE,
        9: ("bias", *_TWICE),
    },
}
"""The vectors that follow a kernel, by their number; without a bias, and with one."""


def _before(have: Sequence[Shape], channels: int) -> tuple[str, ...]:
    """The vectors of a batch normalisation that comes before the first kernel."""
    ahead = list(itertools.takewhile(lambda shape: tuple(shape) == (channels,), have))
    return MOMENTS if len(ahead) == len(MOMENTS) else ()


def _groups(have: Sequence[Shape], start: int) -> list[list[int]] | None:
    """Indices: each kernel with the vectors that belong to it; None for arrays of other kinds.

    Vectors follow their kernel, or normalisations of batches come all together after several
    kernels. The arrays before `start` belong to no kernel.
    """
    groups: list[list[int]] = []
    apart: list[int] = []
    for index, shape in list(enumerate(have))[start:]:
        if len(shape) in (2, 4) and min(shape) > 0:
            groups.append([index])
        elif len(shape) != 1 or not groups:
            return None
        elif shape[0] != have[groups[-1][0]][-1] or apart[-1:] == [index - 1]:
            apart.append(index)
        else:
            groups[-1].append(index)
    while apart:
        moments, apart = apart[: len(MOMENTS)], apart[len(MOMENTS) :]
        sizes_of = {have[index][0] for index in moments}
        fitting = (
            group for group in groups if len(group) <= 2 and {have[group[0]][-1]} == sizes_of
        )
        owner = next(fitting, None)
        if owner is None or len(moments) < len(MOMENTS):
            return None
        owner += moments
    return groups or None


def _convolutions(
    have: Sequence[Shape], groups: Sequence[Sequence[int]], right: Network
) -> int | None:
    """How many groups are convolutions; kernels that stand for dense layers come after them."""
    kernels = [have[group[0]] for group in groups]
    with_maps = sum(len(kernel) == 4 for kernel in kernels)
    if any(len(kernel) == 2 for kernel in kernels[:with_maps]):
        return None
    spare = max(0, len(right.dense) - (len(kernels) - with_maps))
    wide = with_maps - min(spare, max(0, with_maps - len(right.convolutions)))
    square = all(kernel[0] == kernel[1] for kernel in kernels[:wide])
    return wide if square and wide < len(kernels) else None


def _aligned(kernels: Sequence[Shape], right: Network, names: Sequence[str]) -> list[str]:
    """A name for each kernel, so that as many as possible are like the right layer; "" for none."""
    best: dict[tuple[int, int], tuple[float, list[str]]] = {(0, 0): (0.0, [])}
    for i, j in itertools.product(range(len(kernels) + 1), range(len(names) + 1)):
        ways: list[tuple[float, list[str]]] = []
        if i and j:
            cost, chosen = best[i - 1, j - 1]
            unlike = _unlike(kernels[i - 1], right, names[j - 1])
            ways.append((cost + unlike, [*chosen, names[j - 1]]))
        if i:
            cost, chosen = best[i - 1, j]
            ways.append((cost + 1, [*chosen, ""]))
        if j:
            cost, chosen = best[i, j - 1]
            ways.append((cost + 1, chosen))
        if ways:
            best[i, j] = min(ways, key=lambda way: way[0])
    return best[len(kernels), len(names)][1]


def _unlike(kernel: Shape, right: Network, name: str) -> float:
    """How unlike a kernel is to the layer's: 0 for the same size and number, at most 1.

    The number of inputs decides between layers that are alike in the rest.
    """
    layer = right.layers[name]
    names = list(right.layers)
    before = right.layers[names[names.index(name) - 1]] if name != names[0] else None
    sides = layer.side is None or kernel[0] == layer.side
    inputs = before is None or kernel[-2] * layer.groups == before.count
    unlike = 0.5 * (not sides) + (0.4 if layer.side else 0.8) * (kernel[-1] != layer.count)
    return unlike + 0.1 * (not inputs)


def _plain(right: Network, *, is_wide: bool) -> Layer:
    """A layer like the others of its kind, followed by nothing but its activation."""
    name = (right.convolutions if is_wide else right.dense)[0]
    return replace(right.layers[name], order="r", strides=1)


def _with_parts(layer: Layer, parts: tuple[str, ...]) -> Layer:
    moments = tuple(part for part in parts if part in MOMENTS)
    order = layer.order
    if moments and "b" not in order:
        order = order.replace("n", "b") if "n" in order else order.replace("r", "rb")
    elif not moments:
        order = order.replace("b", "")
    if parts[-1:] == TRAINED[-1:]:
        order += "t"
    if len(parts) >= len(_TWICE):
        order = order.replace("r", "rb" if "p" in order else "br")
    return replace(layer, bias="bias" in parts, order=order, moments=moments or MOMENTS)


def drawn(
    rng: np.random.Generator,
    x: Any,
    wanted: Mapping[str, Shape],
    network: Network,
    loud: Mapping[str, float] = MappingProxyType({}),
) -> Weights:
    """Weights under which every part of a network shows in its answers for `x`.

    What each layer computes is about 1.5 in size, where no activation is saturated or straight,
    times its factor in `loud`.
    """
    weights: Weights = {}
    for name, layer in network.layers.items():
        for key in (key for key in wanted if key.startswith(f"{name}_")):
            weights[key] = _vector(rng, key, wanted[key])
        kernel = rng.normal(size=wanted[f"{name}_kernel"])
        weights[f"{name}_kernel"] = kernel
        weights[f"{name}_bias"] = np.zeros(layer.count)
        scale = 1.5 * loud.get(name, 1.0)
        straight = next(steps(x, name, weights, layer))
        kernel *= scale / max(1e-6, float(straight.std()))
        weights[f"{name}_bias"] = rng.normal(scale=0.2 * scale, size=layer.count)
        x = after(x, name, weights, network)
    return {name: weights[name].astype(np.float32).astype(np.float64) for name in wanted}


def _vector(rng: np.random.Generator, key: str, shape: Shape) -> Any:
    if key.endswith("gamma"):
        return rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
    if key.endswith("variance"):
        return rng.uniform(0.5, 2.0, shape)
    return rng.normal(scale=0.3, size=shape)
