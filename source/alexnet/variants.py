"""How the contracts of variants differ from the default one; see docs/variants.md."""

from __future__ import annotations

from typing import Any

from autograder.variants import Form, Option, axes, complement, contract, custom, swapped

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


# Each of these undoes itself: an answer in the form of the default becomes one in the other form,
# so that it does not pass as it is.


def rows_as_tuples(table: Any) -> Any:
    """Rows as dicts become tuples, and the reverse."""
    return [
        tuple(row[field] for field in FIELDS)
        if isinstance(row, dict)
        else dict(zip(FIELDS, row, strict=True))
        for row in table
    ]


def as_columns(table: Any) -> Any:
    """Rows as dicts become a dict of columns, and the reverse."""
    if isinstance(table, dict):
        columns = [table[field] for field in FIELDS]
        return [dict(zip(FIELDS, row, strict=True)) for row in zip(*columns, strict=True)]
    return {field: [row[field] for row in table] for field in FIELDS}


def by_name(table: Any) -> Any:
    """Rows as dicts become a dict of tuples by name, and the reverse."""
    if isinstance(table, dict):
        return [dict(zip(FIELDS, (name, *row), strict=True)) for name, row in table.items()]
    return {row["name"]: tuple(row[field] for field in FIELDS[1:]) for row in table}


def as_dict(first: str, second: str) -> Form:
    """A pair becomes a dict with these keys, and the reverse."""

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
            {"alexnet_table": contract(returns=custom(rows_as_tuples, rows_as_tuples))},
            {NO_DICTS: "did not return a list of tuples"},
        ),
        "columns": Option(
            {"alexnet_table": contract(returns=custom(as_columns, as_columns))},
            {NO_DICTS: "did not return a dict of lists"},
        ),
        "by-name": Option(
            {"alexnet_table": contract(returns=custom(by_name, by_name))},
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
