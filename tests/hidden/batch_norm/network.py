"""The small network with batch normalisation, its parts, and what a student's may be otherwise.

The network is a record of `autograder.suite.networks`, which computes what weights answer, without
Keras. Each part of it has its own share of the points, so that one mistake costs one part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.suite import Mismatch
from autograder.suite.identifying import Identified
from autograder.suite.network_differences import Difference, sentences
from autograder.suite.network_example import example
from autograder.suite.network_search import Change
from autograder.suite.networks import Layer, Network, Pool

BLOCKS = ("conv1", "conv2")
WEIGHTS, BIAS, NORMALISATION, ACTIVATIONS, POOLING, OUTPUT = PARTS = (
    "weights", "bias", "normalisation", "activations", "pooling", "output",
)  # fmt: skip


def right(classes: int = 10, filters: Sequence[int] = (16, 32)) -> Network:
    """A block for each number of filters, and the output."""
    blocks = {
        f"conv{number}": Layer(count, 3, padding="same", bias=False, order="brp", pool=Pool())
        for number, count in enumerate(filters, 1)
    }
    return Network({**blocks, "output": Layer(classes, activation="softmax")})


def _all(names: Sequence[str], field: str, value: object) -> Change:
    return tuple((name, field, value) for name in names)


def _changes() -> Iterator[Change]:
    """What does not show in weights, in both blocks and in one."""
    for names in (BLOCKS, BLOCKS[:1], BLOCKS[1:]):
        for order in ("rbp", "rpb", "bpr", "pbr", "prb", "br", "rp", "brpb"):
            yield _all(names, "order", order)
        for kind in ("linear", "tanh", "sigmoid", "elu", "leaky_relu"):
            yield _all(names, "activation", kind)
        yield _all(names, "activation", "relu, relu")
        yield _all(names, "padding", "valid")
        yield _all(names, "strides", 2)
        for pool in (Pool(kind="average"), Pool(3, 2), Pool(2, 1), Pool(2, 2, "same"), Pool(3, 3)):
            yield _all(names, "pool", pool)
    for end in ("linear", "sigmoid", "relu", "relu, softmax"):
        yield _all(["output"], "activation", end)


CHANGES = tuple(_changes())


def part_of(each: Difference) -> str:
    """The part of the network to which a difference belongs."""
    if each.layer == "output":
        return OUTPUT
    if each.what == "bias":
        return BIAS
    if each.what == "activation":
        return ACTIVATIONS
    if each.what in ("pooling", "mean") or each.what.startswith("pool "):
        return POOLING
    if each.what == "order":
        return NORMALISATION if "normalisation" in each.value else POOLING
    if each.what in ("normalisation", "moments", "kind", "before"):
        return NORMALISATION
    return WEIGHTS


def require(known: Identified, *parts: str, build: str) -> None:
    """Require that nothing in these parts of the network is otherwise.

    Args:
        known: what the student's network is.
        parts: some of `PARTS`.
        build: the call that made it, as text.

    Raises:
        Mismatch: something is.
    """
    wrong = [each for each in known.differences if part_of(each) in parts]
    if wrong:
        sentence = "; it ".join(sentences(wrong))
        raise Mismatch(
            f"returned a model that {sentence}.",
            f"{known.differences}",
            example(known, build),
        )
