"""How the contracts of variants differ from the default one; see docs/variants.md."""

from __future__ import annotations

from typing import Any

from autograder.variants import (
    Form,
    Option,
    as_columns,
    axes,
    by_name,
    complement,
    contract,
    custom,
    rows_as_tuples,
    swapped,
)

FIELDS = ("name", "shape", "parameters", "multiply_accumulates")


def maps_as(*order: int) -> dict[str, Any]:
    """Maps with their axes in another order."""
    form = axes(*order)
    return {"local_response_norm": contract(x=form, returns=form)}


def maps_of(shape: str, *numbers: str) -> dict[str, str]:
    """The words for maps of this shape; `numbers` are the shapes of 5, 6 and 16 channels."""
    default = "images or maps, shape (batch, height, width, channels)"
    written = {
        f".reshape(1, 1, 1, {count})": f".reshape({number})"
        for count, number in zip((5, 6, 16), numbers, strict=True)
    }
    return {default: f"images or maps, shape {shape}", **written}


def crops_in(*order: int) -> Form:
    """The ten crops of each image in another order."""
    inverse = [order.index(number) for number in range(len(order))]
    return custom(lambda crops: crops[:, list(order)], lambda crops: crops[:, inverse])


CROPS = {
    "mirrored-first": (5, 6, 7, 8, 9, 0, 1, 2, 3, 4),
    "pairs": (0, 5, 1, 6, 2, 7, 3, 8, 4, 9),
    "centre-first": (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    "mirrored-first-centre-first": (9, 5, 6, 7, 8, 4, 0, 1, 2, 3),
    "pairs-centre-first": (4, 9, 0, 5, 1, 6, 2, 7, 3, 8),
}


def as_dict(first: str, second: str) -> Form:
    """A pair becomes a dict with these keys, and the reverse: neither passes as it is."""

    def other(prepared: Any) -> Any:
        if isinstance(prepared, dict):
            return prepared[first], prepared[second]
        x, y = prepared
        return {first: x, second: y}

    return custom(other, other)


TURNED = axes(1, 0)
ERRORS = {
    "The share of examples whose class is among the k most probable ones": (
        "The top-k error: the share whose class is not among the k most probable ones"
    )
}
NO_DICTS = "did not return a list of dicts"

VARIANTS = {
    "maps": {
        "channels-last": Option(),
        "channels-first": Option(
            maps_as(0, 3, 1, 2),
            maps_of("(batch, channels, height, width)", "1, 5, 1, 1", "1, 6, 1, 1", "1, 16, 1, 1"),
        ),
        "batch-last": Option(
            maps_as(3, 1, 2, 0),
            maps_of("(channels, height, width, batch)", "5, 1, 1, 1", "6, 1, 1, 1", "16, 1, 1, 1"),
        ),
    },
    "crops": {
        "mirrored-last": Option(),
        **{
            name: Option({"ten_crop": contract(returns=crops_in(*order))})
            for name, order in CROPS.items()
        },
    },
    "table": {
        "dicts": Option(),
        "tuples": Option(
            {"alexnet_table": contract(returns=rows_as_tuples(*FIELDS))},
            {NO_DICTS: "did not return a list of tuples"},
        ),
        "columns": Option(
            {"alexnet_table": contract(returns=as_columns(*FIELDS, of=list))},
            {NO_DICTS: "did not return a dict of lists"},
        ),
        "by-name": Option(
            {"alexnet_table": contract(returns=by_name(*FIELDS))},
            {NO_DICTS: "did not return a dict of tuples"},
        ),
    },
    "flowers": {
        "x-and-y": Option(),
        "y-and-x": Option({"prepare_flowers": contract(returns=swapped())}),
        "dict": Option({"prepare_flowers": contract(returns=as_dict("x", "y"))}),
        "named": Option({"prepare_flowers": contract(returns=as_dict("images", "labels"))}),
    },
    "top-k": {
        "accuracy": Option(),
        "error": Option({"top_k_accuracy": contract(returns=complement())}, ERRORS),
        "columns": Option({"top_k_accuracy": contract(probabilities=TURNED)}),
        "error-of-columns": Option(
            {"top_k_accuracy": contract(probabilities=TURNED, returns=complement())}, ERRORS
        ),
    },
}
