"""A model of the student's on trial: which network it is, by its answers to weights of the suite's.

What it says of itself is not believed: the shapes of its weights are those of arrays that were
pulled out, and everything else is told by answers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import network as net
import numpy as np

from autograder.sandbox import CallFailed, StudentRaised
from autograder.suite import Mismatch, identifying
from autograder.suite.network_claims import frozen
from autograder.suite.network_differences import Difference, differences
from autograder.suite.network_search import search
from autograder.suite.network_weights import drawn
from autograder.suite.networks import Network, Shape, Weights, shapes, sizes


def shown(
    model: Any, input_shape: Shape, right: Network, *, batchnorm: bool = False, pulled: bool = True
) -> identifying.Shown:
    """What a student's model shows.

    The weights of a net as wide as the paper's are too many to be pulled out: their shapes are
    claims, until the answers for weights of these shapes are right.
    """
    if not model.weight_shapes():
        model.predict(np.zeros((1, *input_shape), np.float32))
    if any(0 in shape for shape in model.weight_shapes()):
        raise NothingLeft("returned a model whose maps vanish: its dense layers get nothing.")
    pulled = pulled and weights_of(model) <= MOST_PULLED
    return identifying.shown(model, right, input_shape, net.changes(batchnorm), pulled=pulled)


class NothingLeft(Mismatch):
    """A layer gets maps without a cell."""


def weights_of(model: Any) -> int:
    """How many weights a model says that it has; 0 if it makes them when it is first used."""
    return sum(math.prod(shape) for shape in model.weight_shapes())


MOST_PULLED = 10_000_000
"""No narrow net has as many weights."""


def answered(
    seen: identifying.Shown,
    right: Network,
    rng: np.random.Generator,
    *,
    active: float = 1.0,
    batches: bool = False,
    scale: float = 1.0,
    loud: Mapping[str, float] = MappingProxyType({}),
) -> identifying.Identified:
    """The network that a model is, by its answers while only few of its units are not zero.

    Args:
        seen: what the model shows.
        right: the right network.
        rng: draws weights and images.
        active: the share of the right network's hidden units that get weights, at least one.
        batches: whether batches are normalised by what they are themselves in training.
        scale: the size of the pixels.
        loud: factors for the size of what layers compute, by name.

    Raises:
        Mismatch: no known network gives its answers.
        CallFailed: the model cannot answer.
    """
    x = identifying.images(rng, seen.input_shape) * np.float32(scale)
    counts = {name: net.scaled(layer.count, active) for name, layer in right.layers.items()}
    weights, within = narrow(seen, rng, x, counts, loud)
    seen.put(within)
    answer = seen.model.predict(x, dropping=False)
    networks = (narrowed(network, counts) for network in seen.networks())
    found = search(answer, x.astype(np.float64), weights, networks)
    known = identifying.named(seen, right, answer, found and _widened(found, seen.read.network))
    normalised = [name for name, layer in known.found.layers.items() if "b" in layer.order]
    if batches and normalised:
        training = seen.model.predict(x, training=True, dropping=False)
        if np.allclose(training, answer, rtol=1e-3, atol=1e-5):
            frozen = Difference(normalised[0], "frozen")
            known = replace(known, differences=(*known.differences, frozen))
    return known


def narrowed(network: Network, counts: Mapping[str, int]) -> Network:
    """The same network with at most so many units in each hidden layer."""
    layers = {
        name: layer
        if name == network.last
        else replace(layer, count=min(layer.count, counts.get(name, FEWEST)), groups=1)
        for name, layer in network.layers.items()
    }
    return Network(layers)


def _widened(network: Network, read: Network) -> Network:
    """The same network with the units that the weights show."""
    shown = read.layers
    layers = {
        name: replace(layer, count=shown[name].count, groups=shown[name].groups)
        for name, layer in network.layers.items()
    }
    return Network(layers)


FEWEST = 64
"""Units in use of a layer that the right network has not."""


def narrow(
    trial: identifying.Shown,
    rng: np.random.Generator,
    x: Any,
    counts: Mapping[str, int],
    loud: Mapping[str, float] = MappingProxyType({}),
    *,
    somewhere: bool = False,
) -> tuple[Weights, Weights]:
    """Weights of a narrow net, alone and within the model, all of whose other units are zero.

    Its units are the first ones of each layer, or, somewhere, neighbours that are drawn.
    """
    network = narrowed(trial.likeliest(), counts)
    weights = drawn(rng, x, shapes(network, trial.input_shape), network, loud)
    rows, columns = sizes(network, trial.input_shape)[-1]
    within = {}
    seen = 0  # the first of its inputs that are in use
    for name, layer in network.layers.items():
        spare = trial.wanted[f"{name}_kernel"][-1] - layer.count
        first = int(rng.integers(spare + 1)) if somewhere else 0
        cells = rows * columns if name == network.dense[0] else 1
        for key in (key for key in weights if key.startswith(f"{name}_")):
            at = seen if "_before_" in key else first
            within[key] = _placed(weights[key], trial.wanted[key], seen, at, cells)
        seen = first
    return weights, within


def _placed(array: Any, shape: Shape, seen: int, first: int, cells: int) -> Any:
    """An array among zeros, from its first input and unit on; of each cell of maps alike."""
    whole = np.zeros(shape, np.float32)
    units = slice(first, first + array.shape[-1])
    if array.ndim == 1:
        whole[units] = array
        return whole
    inputs = slice(seen, seen + array.shape[-2] // cells)
    by_cell = (*shape[:-2], cells, shape[-2] // cells, shape[-1])
    part = array.reshape(*array.shape[:-2], cells, -1, array.shape[-1])
    whole.reshape(by_cell)[..., inputs, units] = part
    return whole


def first_built(build: Callable[[Shape], Any], sizes: Iterable[Shape]) -> tuple[Any, Shape]:
    """What is built for the first of these sizes of which something is left, and that size.

    A network that makes its maps smaller than the right one needs larger images.

    Raises:
        StudentRaised: it can be built for none of them, as NothingLeft.
    """
    failure: StudentRaised | NothingLeft | None = None
    for size in sizes:
        try:
            return build(size), size
        except (StudentRaised, NothingLeft) as raised:
            failure = failure or raised
    assert failure is not None
    raise failure


def by_weights(seen: identifying.Shown, right: Network) -> tuple[Difference, ...]:
    """In what the layers that the weights show differ from the right ones."""
    found = differences(seen.read.network, right, seen.input_shape)
    return tuple(each for each in found if each.what in IN_WEIGHTS)


IN_WEIGHTS = ("missing", "extra", "count", "side", "groups", "bias", "normalisation", "kind",
              "moments")  # fmt: skip


def wrong_weights(
    student: Any, rng: np.random.Generator, identify: Callable, show: Callable
) -> tuple[Difference, ...]:
    """All that is wrong with a model; where it is not known what it computes, with its weights.

    Both functions are asked once.
    """
    try:
        found: tuple[Difference, ...] = student.once(identify, rng).differences
    except Mismatch:
        found = student.once(show)
    net.require_like(found)
    return found


def require_no_more(found: Sequence[Difference], known: Sequence[Difference]) -> None:
    """Require that nothing is wrong that is not known to be wrong with other arguments."""
    told = {(each.layer, each.what) for each in known}
    net.require([each for each in found if (each.layer, each.what) not in told], *net.PARTS)


def takes_logits(student: Any, train: str = "train_alexnet") -> bool:
    """Whether the student's training takes answers without a softmax for what they are."""
    return bool(student.once(_learns_from_logits, train))


def _learns_from_logits(student: Any, train: str) -> bool:
    """A net that ends in logits learns images of two kinds.

    A loss that takes its answers for probabilities cannot teach it: divided by their sum, those for
    the two kinds are beyond 1 at the start, where they are clipped and have no gradient. They are
    small, so that a few hundred steps of Adam with a low rate are enough for a loss that fits.
    """
    labels = np.arange(160) % 2
    x = np.zeros((160, 2, 2, 1), np.float32)
    x[labels == 1, 0] = 1.0
    x[labels == 0, 1] = 1.0
    model = student.make_model((2, 2, 1), [("Flatten", {}), ("Dense", {"units": 3})])
    start = [np.zeros((4, 3), np.float32), np.array([-0.25, -0.125, 0.25], np.float32)]
    model.set_weights(start)
    try:
        getattr(student, train)(model.handle, x, np.eye(3, dtype=np.float32)[labels], 30, 8, 1)
        return bool((model.predict(x).argmax(axis=1) == labels).all())
    except (CallFailed, Mismatch):
        return False


def require_output(student: Any, found: Sequence[Difference]) -> None:
    """Require a softmax at the end, or nothing there if the training knows of it."""
    ends = [each for each in found if net.part_of(each) == net.OUTPUT]
    logits = [each for each in ends if (each.what, each.value) == ("activation", "linear")]
    net.require([each for each in ends if each not in logits], net.OUTPUT)
    if logits and not takes_logits(student):
        raise Mismatch(
            "returned a model that ends without a softmax, and train_alexnet does not take its "
            "answers for logits"
        )


def starts(student: Any, build: Callable[[], Any]) -> None:
    """Require that two models have kernels of their own, drawn by chance."""
    models = build(), build()
    one, other = ([each for each in _pulled(model) if each.ndim > 1] for model in models)
    if any(np.std(each) == 0 for each in one):
        raise Constant(
            "returned a model in which all weights of a layer are equal at the start: training "
            "needs them to differ"
        )
    if any(map(np.array_equal, one, other)):
        raise Repeated(
            "returned a model that starts with the same weights as the one before: each new model "
            "draws its own"
        )
    if frozen(models[0].layers):
        raise Mismatch("returned a model with a layer whose weights are not to be trained.")


def _pulled(model: Any) -> list[Any]:
    """As many of a model's weights, from the first on, as may be pulled out."""
    sizes_of_arrays = [math.prod(shape) for shape in model.weight_shapes()]
    together = itertools.accumulate(sizes_of_arrays)
    pulled: list[Any] = model.weights(sum(size <= MOST_PULLED for size in together))
    return pulled


class Constant(Mismatch):
    """A kernel is constant at the start."""


class Repeated(Mismatch):
    """Two models start with the same kernel."""
