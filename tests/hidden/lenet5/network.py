"""The modern LeNet-5, its parts, and what else a student's network may be.

The network is a record of `autograder.suite.networks`, which computes what weights answer, without
Keras. `of` finds out which network a student's model is. Each part of it has its own share of the
points, so that one mistake costs one part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from autograder.suite import Mismatch, identifying, network_weights
from autograder.suite.network_differences import Difference, sentences
from autograder.suite.network_example import example
from autograder.suite.networks import Layer, Network, Pool, Weights
from autograder.suite.networks import forward as _forward
from autograder.suite.networks import shapes as _shapes

Array = np.ndarray
Shape = tuple[int, int, int]
GREY = (32, 32, 1)
CONVOLUTIONS, UNITS = ("c1", "c3"), ("c5", "f6")
LAYERS = (*CONVOLUTIONS, *UNITS, "output")


def right(classes: int = 10) -> Network:
    """LeNet-5; the layers S2 and S4 belong to the convolutions before them."""
    pool = Pool(kind="average")
    return Network(
        {
            "c1": Layer(6, 5, activation="tanh", order="rp", pool=pool),
            "c3": Layer(16, 5, activation="tanh", order="rp", pool=pool),
            "c5": Layer(120, activation="tanh"),
            "f6": Layer(84, activation="tanh"),
            "output": Layer(classes, activation="softmax"),
        }
    )


def shapes(input_shape: Shape = GREY, classes: int = 10) -> dict[str, tuple[int, ...]]:
    """The shape of each array of weights; C5 as a dense layer."""
    return _shapes(right(classes), input_shape)


def require_lenet5(
    weights: Sequence[Array], input_shape: Shape = GREY, classes: int = 10
) -> dict[str, int]:
    """The places of LeNet-5's weights in a model's list, all of them and no others.

    Units may be dense layers or convolutions: of 1 by 1, or for C5 one that covers all of S4.

    Raises:
        Mismatch: the model has other weights.
    """
    have = [weight.shape for weight in weights]
    found = network_weights.find(have, right(classes), input_shape)
    for name in shapes(input_shape, classes):
        layer, part = name.split("_")
        if name not in found:
            raise Mismatch(
                f"returned a model in whose weights the {part} of {SAID[layer]} is not to be found."
            )
    if len(weights) != len(found):
        raise Mismatch(
            "returned a model with more weights than LeNet-5 has: "
            f"{len(weights)} arrays in place of {len(found)}."
        )
    return found


def named(weights: Sequence[Array], found: Mapping[str, int]) -> Weights:
    """Weights by their names in single precision, all units as dense layers."""
    taken = {name: np.asarray(weights[index], np.float32) for name, index in found.items()}
    for name in ("c5_kernel", "f6_kernel", "output_kernel"):
        taken[name] = taken[name].reshape(-1, taken[name].shape[-1])
    return taken


def forward(x: Array, weights: Weights) -> Array:
    """What LeNet-5 answers for images of shape (N, height, width, channels)."""
    return _forward(x, weights, right())


def answers(x: Array, weights: Weights) -> Array:
    """The same, computed for a part of many images at a time."""
    return np.concatenate([forward(x[i : i + 256], weights) for i in range(0, len(x), 256)])


# -- what a model is -------------------------------------------------------------------------

SAID = {"c1": "C1", "c3": "C3", "c5": "C5", "f6": "F6", "output": "the output layer"}
OTHERS = ("relu", "sigmoid", "linear", "scaled_tanh")


def _everywhere(names: Sequence[str], field: str, value: object) -> tuple:
    return tuple((name, field, value) for name in names)


def _changes() -> list:
    """What does not show in weights, the likeliest first; half of it in several layers at once."""
    hidden = (*CONVOLUTIONS, *UNITS)
    groups = (hidden, CONVOLUTIONS, UNITS, *((name,) for name in hidden))
    found = [
        _everywhere(CONVOLUTIONS, "pool", Pool(kind="max")),
        (*_everywhere(hidden, "activation", "relu"), *_everywhere(CONVOLUTIONS, "pool", Pool())),
        *(_everywhere(names, "activation", kind) for kind in OTHERS for names in groups),
        *(_everywhere(["output"], "activation", kind) for kind in ("linear", "sigmoid", *OTHERS)),
        *(_everywhere(["output"], "activation", f"{kind}, softmax") for kind in ("tanh", "relu")),
        (("c1", "padding", "same"),),
        (("c3", "padding", "same"),),
        _everywhere(CONVOLUTIONS, "padding", "same"),
        (("c1", "zeros", 2),),
        *((("c1", "scaled", scaled),) for scaled in ((1 / 255, 0.0), (1 / 127.5, -1.0))),
        *(_everywhere(names, "strides", 2) for names in (CONVOLUTIONS, ("c1",), ("c3",))),
        *(_everywhere(names, "order", order) for order in ("pr", "r") for names in POOLED),
        *(
            (*_everywhere(CONVOLUTIONS, "order", order), *_everywhere(CONVOLUTIONS, "pool", pool))
            for order in ("rpt", "rptr", "ptr", "pt")
            for pool in (Pool(kind="average"), Pool(kind="sum"))
        ),
    ]
    for names in POOLED:
        for kind in ("max", "sum", "average"):
            found += [
                _everywhere(names, "pool", Pool(kind=kind)),
                _everywhere(names, "pool", Pool(2, 1, kind=kind)),
                _everywhere(names, "pool", Pool(3, 2, kind=kind)),
                _everywhere(names, "pool", Pool(2, 2, "same", kind)),
            ]
    return list(dict.fromkeys(found))


POOLED = (CONVOLUTIONS, ("c1",), ("c3",))
CHANGES = _changes()

PARTS = ("weights of maps", "weights of units", "sizes", "maps squash", "units squash", "pooling",
         "output")  # fmt: skip
WEIGHTS = PARTS[:2]
MOST_WRONG = 3
"""A network that is wrong in more parts than these, all weights included, is another one."""


def part_of(each: Difference) -> str:
    """The part of the network to which a difference belongs."""
    if each.layer == "output":
        return "output"
    maps = each.layer in CONVOLUTIONS
    if each.what in ("strides", "padding"):
        return "sizes"
    if each.what == "activation":
        return "maps squash" if maps else "units squash"
    if each.what.startswith("pool") or each.what in ("order", "mean", "training"):
        return "pooling"
    return "weights of maps" if maps else "weights of units"


def of(
    model: object, rng: np.random.Generator, input_shape: Shape = GREY, classes: int = 10
) -> identifying.Identified:
    """The network that a student's model is.

    Raises:
        Mismatch: it is none that is known, or one that has little in common with LeNet-5.
        CallFailed: the model cannot answer.
    """
    network = right(classes)
    seen = identifying.shown(model, network, input_shape, CHANGES)
    known = identifying.identified(seen, network, rng)
    require_like(known.differences)
    return known


def require_like(found: Sequence[Difference]) -> None:
    """Require that a network has something in common with LeNet-5, or no part of it counts.

    Raises:
        Mismatch: layers are missing, or nearly everything differs.
    """
    wrong = set(map(part_of, found))
    missing = sum(each.what == "missing" for each in found)
    if missing > 1 or (len(wrong) > MOST_WRONG and {*WEIGHTS} <= wrong):
        raise Mismatch(
            "returned a model that has little in common with LeNet-5: most of its layers differ.",
            f"{found}",
        )


def require(
    found: Sequence[Difference], *parts: str, known: identifying.Identified | None = None
) -> None:
    """Require that nothing in these parts of the network is otherwise.

    Args:
        found: what is otherwise.
        parts: some of `PARTS`.
        known: the network, if it is known what it computes: then one pixel shows the mistake.

    Raises:
        Mismatch: something is.
    """
    wrong = [each for each in found if part_of(each) in parts]
    if wrong:
        told = [
            Difference(SAID.get(each.layer, each.layer), each.what, each.value) for each in wrong
        ]
        shows = example(known, BUILD, SAID) if known else None
        raise Mismatch(f"returned a model that {'; it '.join(sentences(told))}.", f"{found}", shows)


BUILD = "build_lenet5()"
