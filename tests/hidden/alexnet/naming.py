"""Which network a model is, by what it answers for weights and images that the suite chose.

Tried are the right network, every known deviation from it, and every two of them together. Each
deviation belongs to a part of the network, so that each part has its own share of the points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from network import ENDS, FILTERS, RECTIFIERS, UNITS, Lrn, Network, Pool, after, ended, sizes

Array = np.ndarray
CONVOLUTIONS, ACTIVATIONS, NORMALISATION, POOLING, OUTPUT = (
    "convolutions", "activations", "normalisation", "pooling", "output",
)  # fmt: skip
PARTS = (CONVOLUTIONS, ACTIVATIONS, NORMALISATION, POOLING, OUTPUT)


@dataclass(frozen=True)
class Deviation:
    """One thing that a model does otherwise; `said` goes on from "returned a model that …"."""

    part: str
    what: str
    said: str
    changes: tuple[tuple[str, str, object], ...] = ()
    end: str | None = None

    def applied(self, network: Network) -> Network:
        for layer, field, value in self.changes:
            network = network.changed(layer, **{field: value})
        return network if self.end is None else replace(network, end=self.end)


def _all(layers: Sequence[str], field: str, value: object) -> tuple[tuple[str, str, object], ...]:
    return tuple((layer, field, value) for layer in layers)


def deviations(right: Network) -> list[Deviation]:
    """All that are known of this network, those of whole parts before those of one layer."""
    known = [
        *_of_convolutions(right),
        *_of_activations(),
        *(_of_batches(right) if right.batchnorm else _of_responses()),
        *_of_pooling(),
        *_of_ends(),
    ]
    return list({(each.changes, each.end): each for each in reversed(known)}.values())[::-1]


def identify(
    answer: Array, x: Array, weights: dict, right: Network
) -> tuple[Deviation, ...] | None:
    """What a model does otherwise than `right`: nothing, one thing or two; None where no such
    network gives its answers."""
    answer = np.asarray(answer, np.float64)
    if not np.isfinite(answer).all():
        return None
    known: dict = {}
    for which in _candidates(right):
        network = right
        for each in which:
            network = each.applied(network)
        if agrees(_answered(x, weights, network, known), answer):
            return which
    return None


def agrees(computed: Array | None, answer: Array) -> bool:
    """Whether a model with single precision may have answered what was computed."""
    if computed is None or computed.shape != answer.shape:
        return False
    return np.allclose(computed, answer, rtol=5e-3, atol=2e-5 * max(1.0, np.abs(computed).max()))


def _candidates(right: Network) -> Iterator[tuple[Deviation, ...]]:
    known = deviations(right)
    yield ()
    yield from ((each,) for each in known)
    for one, other in combinations(known, 2):
        if other.applied(one.applied(right)) == one.applied(other.applied(right)):
            yield one, other


def _answered(x: Array, weights: dict, network: Network, known: dict) -> Array | None:
    """The answer of a network, with what it has in common with earlier ones computed once."""
    channels = weights["conv5_kernel"].shape[-1]
    rows, columns = sizes(network, x.shape[1:])[-1]
    if min(rows, columns) < 1 or rows * columns * channels != len(weights["fc6_kernel"]):
        return None
    key: tuple = ()
    for name, layer in network.layers.items():
        key = (*key, layer)
        if key not in known:
            if len(known) > 3000:
                known.clear()
            with np.errstate(all="ignore"):
                known[key] = after(x, name, weights, network)
        x = known[key]
    with np.errstate(all="ignore"):
        return ended(x, weights, network)


def _of_convolutions(right: Network) -> Iterator[Deviation]:
    first = (("conv1", "padding", "same"),)
    yield Deviation(CONVOLUTIONS, "conv1 padded", "pads the image for conv1", first)
    others = [name for name in FILTERS if name != "conv1"]
    if right.batchnorm:
        inner = ("conv3", "conv4", "conv5")
        for names in (inner, *((name,) for name in inner)):
            said = f"pads the maps for {_listed(names)}"
            yield Deviation(CONVOLUTIONS, "convs padded", said, _all(names, "padding", "same"))
        others = ["conv2"]
    for names in (tuple(others), *((name,) for name in others)):
        said = f"does not pad the maps for {_listed(names)}"
        yield Deviation(CONVOLUTIONS, "convs not padded", said, _all(names, "padding", "valid"))


def _of_activations() -> Iterator[Deviation]:
    layers = (*FILTERS, *UNITS)
    groups = dict.fromkeys((layers, tuple(FILTERS), tuple(UNITS), *((name,) for name in layers)))
    for kind in RECTIFIERS:
        if kind != "ReLU":
            for names in groups:
                said = f"applies {kind} in {_listed(names)} where ReLU belongs"
                if kind == "nothing":
                    said = f"applies no activation in {_listed(names)}"
                yield Deviation(ACTIVATIONS, kind, said, _all(names, "activation", kind))


ORDERS = {
    "rpn": ("pooled first", "pools before it normalises the responses of"),
    "nrp": ("normalised before ReLU", "normalises responses before the ReLU of"),
    "rp": ("not normalised", "does not normalise the responses of"),
}
CONSTANTS = {
    "alpha divided by n": (Lrn(alpha=1e-4 / 5), "divides alpha by the number of neighbours"),
    "too many neighbours": (Lrn(depth_radius=5), "takes five neighbours on each side"),
    "bias 1": (Lrn(bias=1.0), "adds 1 where the paper's k belongs"),
    "beta 0.5": (Lrn(beta=0.5), "takes another beta than the paper's"),
    "the defaults of TensorFlow": (Lrn(5, 1.0, 1.0, 0.5), "has TensorFlow's own constants"),
    "TensorFlow but alpha": (Lrn(5, 1.0, 1e-4, 0.75), "has TensorFlow's own k and n"),
    "no bias": (Lrn(bias=0.0), "has no k"),
    "alpha 10 times": (Lrn(alpha=1e-3), "takes another alpha than the paper's"),
}  # fmt: skip


def _of_responses() -> Iterator[Deviation]:
    for names in (("conv1", "conv2"), ("conv1",), ("conv2",)):
        for order, (what, said) in ORDERS.items():
            said = f"{said} {_listed(names)}"
            yield Deviation(NORMALISATION, what, said, _all(names, "order", order))
        for what, (lrn, said) in CONSTANTS.items():
            said = f"{said} in the normalisation of {_listed(names)}"
            yield Deviation(NORMALISATION, what, said, _all(names, "lrn", lrn))


def _of_batches(right: Network) -> Iterator[Deviation]:
    everywhere = tuple(right.layers)
    for names in (everywhere, tuple(FILTERS), tuple(UNITS), *((name,) for name in everywhere)):
        for what, orders in (
            ("before pooling", {"rpn": "rnp"}),
            ("before ReLU", {"rpn": "nrp", "rn": "nr"}),
        ):
            changes = tuple(
                (name, "order", orders[order])
                for name in names
                if (order := right.layers[name].order) in orders
            )
            if changes:
                said = f"normalises the batch {what} in {_listed(tuple(c[0] for c in changes))}"
                yield Deviation(NORMALISATION, what, said, changes)


def _of_pooling() -> Iterator[Deviation]:
    for names in (("conv1", "conv2", "conv5"), ("conv1",), ("conv2",), ("conv5",)):
        after_these = _listed(names)
        for what, pool, said in (
            ("windows of 2", Pool(2), "pools windows of 2 by 2, which do not overlap, after"),
            ("the mean", Pool(kind="mean"), "takes the mean of windows after"),
            ("padded", Pool(padding="same"), "pads the maps before it pools, after"),
            ("windows of 2, padded", Pool(2, padding="same"), "pools padded windows of 2 after"),
            ("gapless windows of 3", Pool(3, 3), "pools windows that do not overlap after"),
        ):  # fmt: skip
            yield Deviation(POOLING, what, f"{said} {after_these}", _all(names, "pool", pool))


def _of_ends() -> Iterator[Deviation]:
    for end in ENDS:
        if end != "softmax":
            said = f"applies {end} to the last layer"
            if end == "nothing":
                said = "ends without a softmax"
            yield Deviation(OUTPUT, end, said, end=end)


def _listed(names: tuple[str, ...]) -> str:
    if set(names) == {*FILTERS, *UNITS}:
        return "all hidden layers"
    if names == tuple(FILTERS):
        return "all convolutions"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
