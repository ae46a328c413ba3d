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


ORDER_OF_CROPS = {
    "Top left, top right, bottom left and bottom right come first, in this order.": (
        "Top left, top right, bottom left and bottom right, each in its place."
    ),
    "The centre is the fifth, whether its offsets": "The centre in its place, whether its offsets",
    "The last five are the first five, each mirrored left-right, in the same order.": (
        "The mirror image (left-right) of each of the five, in its place."
    ),
    "Your result looks as if each mirror image came right after its crop. First come the five "
    "crops, and then their five mirror images.": (
        "Your crops and their mirror images do not stand in the order that the contract lists."
    ),
    "Your result looks as if it began with the centre. The contract lists the four corners first, "
    "and the centre comes after them.": ("The centre does not stand where the contract lists it."),
    "Look at the order of the third and the fourth crop.": (
        "Look at the order of the two crops at the bottom."
    ),
    "Look at the order of the second and the third crop.": (
        "Look at the order of the crops at the top right and at the bottom left."
    ),
    "What does the contract list after the centre?": "What else does the contract list?",
    "How do the second five crops differ from the first five in the contract?": (
        "How do the mirror images differ from the crops in the contract?"
    ),
    "Compare each of them with the first five.": "Compare each of them with its crop.",
    "Your last five crops look the same as the first five.": (
        "Your mirror images look the same as the crops."
    ),
    "Look at the last five crops of your result.": "Look at the mirror images in your result.",
    "Your last five crops look as if": "Your mirror images look as if",
}
"""Titles and hints about the order of crops, for every order but the default's."""
MIRRORED_TOP_LEFT = {
    "mirrored-first": "first",
    "pairs": "second",
    "centre-first": "seventh",
    "mirrored-first-centre-first": "second",
    "pairs-centre-first": "fourth",
}


def words_of_crops(order: str) -> dict[str, str]:
    """Titles and hints about an order of crops."""
    place = MIRRORED_TOP_LEFT[order]
    return ORDER_OF_CROPS | {
        "Look at the sixth crop in your result.": f"Look at the {place} crop in your result."
    }


TURNED = axes(1, 0)
ERRORS = {
    "The share of examples whose class is among the k most probable ones": (
        "The top-k error: the share of examples whose class is not among the k most probable ones"
    ),
    "Should more guesses give more hits?": "Should more guesses give fewer errors?",
    "The paper names an error. What is asked for here: the share that is right or wrong?": (
        "What is asked for here: the share that is right or the share that is wrong?"
    ),
    "Your answer looks like the share of wrong answers. Accuracy, which the name of the function "
    "asks for, is the share of right ones.": (
        "Your answer looks like the share of right answers. The contract asks for the top-k error, "
        "the share of wrong ones."
    ),
    "What is the share of the examples that are right among all of them?": (
        "What is the share of the examples that are wrong among all of them?"
    ),
    "Your answer looks like the number of examples that are right.": (
        "Your answer looks as if it came from the number of examples, not from their share."
    ),
}
PROBABILITIES_BY_COLUMNS = {
    "Each example has a row of its own, and the classes in that row are what has to be sorted.": (
        "Each example has a column of its own, and the classes in that column are what has to be "
        "sorted."
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
            name: Option({"ten_crop": contract(returns=crops_in(*order))}, words_of_crops(name))
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
        "columns": Option(
            {"top_k_accuracy": contract(probabilities=TURNED)}, PROBABILITIES_BY_COLUMNS
        ),
        "error-of-columns": Option(
            {"top_k_accuracy": contract(probabilities=TURNED, returns=complement())},
            ERRORS | PROBABILITIES_BY_COLUMNS,
        ),
    },
}
