"""AlexNet and its variant with batch normalisation, their parts, and what a student's may be.

A network is a record of `autograder.suite.networks`, which computes what weights answer, without
Keras. `changes` lists what likely differs and does not show in weights. Each part of a network has
its own share of the points, so that one mistake costs one part.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import cache

from autograder.suite import Mismatch
from autograder.suite.identifying import Identified
from autograder.suite.network_differences import Difference, sentences
from autograder.suite.network_example import example
from autograder.suite.network_search import Change
from autograder.suite.networks import Layer, Lrn, Network, Pool

FILTERS = {"conv1": 96, "conv2": 256, "conv3": 384, "conv4": 384, "conv5": 256}
UNITS = {"fc6": 4096, "fc7": 4096}
SIDES = {"conv1": 11, "conv2": 5, "conv3": 3, "conv4": 3, "conv5": 3}
HIDDEN = (*FILTERS, *UNITS)
NORMALISED = ("conv1", "conv2")
POOLED = ("conv1", "conv2", "conv5")
INNER = ("conv3", "conv4", "conv5")
PAPER = Lrn(2, 2.0, 1e-4, 0.75)
OVERLAPPING = Pool(3, 2)


def scaled(count: int, width: float) -> int:
    """The units of a layer in a net of another width."""
    return max(1, round(count * width))


def alexnet(classes: int, width: float = 1.0) -> Network:
    """AlexNet of that width."""
    orders = {"conv1": "rnp", "conv2": "rnp", "conv5": "rp"}
    return _network(classes, width, {"conv1"}, orders)


def variant(classes: int, width: float = 1.0) -> Network:
    """The variant with batch normalisation; it has no width, but a narrow net fits into it."""
    orders = {name: "rpb" if name in POOLED else "rb" for name in HIDDEN}
    return _network(classes, width, {*FILTERS} - {"conv2"}, orders)


def _network(classes: int, width: float, unpadded: set[str], orders: dict[str, str]) -> Network:
    layers = {}
    for name, count in (FILTERS | UNITS).items():
        layers[name] = Layer(
            scaled(count, width),
            SIDES.get(name),
            strides=4 if name == "conv1" else 1,
            padding="same" if name in FILTERS and name not in unpadded else "valid",
            order=orders.get(name, "r"),
            pool=OVERLAPPING,
            lrn=PAPER,
        )
    return Network({**layers, "fc8": Layer(classes, activation="softmax")})


# -- what may be otherwise -------------------------------------------------------------------


def _all(layers: Sequence[str], field: str, value: object) -> Change:
    return tuple((layer, field, value) for layer in layers)


@cache
def changes(batchnorm: bool) -> tuple[Change, ...]:
    """What likely differs and does not show in weights: in whole parts, and in one layer."""
    normalised = _of_batches() if batchnorm else _of_responses()
    found = [*_of_convolutions(batchnorm), *_of_activations(), *normalised, *_of_pooling(batchnorm)]
    ends = ("linear", "relu, softmax", "relu", "sigmoid", "tanh, softmax")
    return tuple(dict.fromkeys([*found, *(_all(["fc8"], "activation", end) for end in ends)]))


def _of_convolutions(batchnorm: bool) -> Iterator[Change]:
    yield _all(["conv1"], "padding", "same")
    padded = ["conv2"] if batchnorm else [name for name in FILTERS if name != "conv1"]
    for names in (padded, *([name] for name in padded)):
        yield _all(names, "padding", "valid")
    if batchnorm:
        for names in (INNER, *((name,) for name in INNER)):
            yield _all(names, "padding", "same")
    for scaled in ((1 / 255, 0.0), (1 / 127.5, -1.0)):
        yield _all(["conv1"], "scaled", scaled)


def _of_activations() -> Iterator[Change]:
    for kind in ("tanh", "sigmoid", "linear"):
        for names in (HIDDEN, tuple(FILTERS), tuple(UNITS), INNER, *((name,) for name in HIDDEN)):
            yield _all(names, "activation", kind)


CONSTANTS = (
    Lrn(2, 2.0, 1e-4 / 5, 0.75),
    Lrn(5, 2.0, 1e-4, 0.75),
    Lrn(2, 1.0, 1e-4, 0.75),
    Lrn(2, 2.0, 1e-4, 0.5),
    Lrn(5, 1.0, 1.0, 0.5),
    Lrn(5, 1.0, 1e-4, 0.75),
    Lrn(2, 0.0, 1e-4, 0.75),
    Lrn(2, 2.0, 1e-3, 0.75),
    Lrn(5, 2.0, 1e-4 / 5, 0.75),
    Lrn(4, 2.0, 1e-4, 0.75),
    Lrn(2, 1.0, 2e-5, 0.75),
)


def _of_responses() -> Iterator[Change]:
    for names in (NORMALISED, ("conv1",), ("conv2",)):
        for order in ("rpn", "nrp", "rp"):
            yield _all(names, "order", order)
        for constants in CONSTANTS:
            yield _all(names, "lrn", constants)
    for names in (("conv3", "conv4"), ("conv3",), ("conv4",)):
        yield _all(names, "order", "rn")
    yield _all(["conv5"], "order", "rnp")
    yield (*_all(["conv3", "conv4"], "order", "rn"), *_all(["conv5"], "order", "rnp"))


def _of_batches() -> Iterator[Change]:
    for names in (NORMALISED, ("conv1",), ("conv2",)):
        for order in ("rpn", "rnp"):
            yield _all(names, "order", order)
            yield (*_all(names, "order", order), *_all(names, "lrn", Lrn()))
    for names in (HIDDEN, tuple(FILTERS), tuple(UNITS), *((name,) for name in HIDDEN)):
        pooled = [name for name in names if name in POOLED]
        others = [name for name in names if name not in POOLED]
        if pooled:
            yield _all(pooled, "order", "rbp")
        yield (*_all(pooled, "order", "brp"), *_all(others, "order", "br"))
        for order in ("brpb", "brbp"):
            yield (*_all(pooled, "order", order), *_all(others, "order", "brb"))


def _of_pooling(batchnorm: bool) -> Iterator[Change]:
    for names in (POOLED, *((name,) for name in POOLED)):
        kept = [_all([name], "order", _without_pooling(name, batchnorm)) for name in names]
        yield tuple(itertools.chain(*kept))
        for pool in (
            Pool(2, 2),
            Pool(3, 2, kind="average"),
            Pool(3, 2, "same"),
            Pool(2, 2, "same"),
            Pool(3, 3),
        ):
            yield _all(names, "pool", pool)


def _without_pooling(name: str, batchnorm: bool) -> str:
    network = variant(1) if batchnorm else alexnet(1)
    return network.layers[name].order.replace("p", "")


# -- parts -----------------------------------------------------------------------------------

FILTER_WEIGHTS, DENSE_WEIGHTS, SIZES, ACTIVATIONS, NORMALISATION, POOLING, OUTPUT = PARTS = (
    "weights of convolutions", "weights of dense layers", "sizes", "activations", "normalisation",
    "pooling", "output",
)  # fmt: skip
WEIGHTS = (FILTER_WEIGHTS, DENSE_WEIGHTS)
MOST_WRONG = 3
"""A network that is wrong in more parts than these, all weights included, is another one."""


def part_of(each: Difference) -> str:
    """The part of a network to which a difference belongs."""
    if each.layer == "fc8":
        return OUTPUT
    if each.what in ("normalisation", "constants", "kind", "moments", "before", "frozen"):
        return NORMALISATION
    if each.what == "order":
        return NORMALISATION if "normalisation" in each.value else POOLING
    if each.what.startswith("pool") or each.what == "mean":
        return POOLING
    if each.what in ("strides", "padding"):
        return SIZES
    if each.what == "activation":
        return ACTIVATIONS
    return FILTER_WEIGHTS if each.layer in FILTERS else DENSE_WEIGHTS


def require(
    found: Sequence[Difference],
    *parts: str,
    known: Identified | None = None,
    build: str = "",
) -> None:
    """Require that nothing in these parts of the network is otherwise.

    Args:
        found: what is otherwise.
        parts: some of `PARTS`.
        known: the network, if it is known what it computes: then one pixel shows the mistake.
        build: the call that made it, as code.

    Raises:
        Mismatch: something is.
    """
    wrong = [each for each in found if part_of(each) in parts]
    if wrong:
        shows = example(known, build) if known else None
        raise Mismatch(
            f"returned a model that {'; it '.join(sentences(wrong))}.", f"{found}", shows
        )


def require_like(found: Sequence[Difference]) -> None:
    """Require that a network has something in common with the right one, or no part counts.

    Raises:
        Mismatch: layers are missing, or nearly everything differs.
    """
    wrong = set(map(part_of, found))
    missing = sum(each.what == "missing" for each in found)
    if missing > 2 or (len(wrong) > MOST_WRONG and {*WEIGHTS} <= wrong):
        raise Mismatch(
            "returned a model that has little in common with AlexNet: most of its layers differ.",
            f"{found}",
        )
