"""How the contracts of variants differ from the default one; see docs/variants.md."""

from __future__ import annotations

from typing import Any

from autograder.variants import (
    Contract,
    Form,
    Option,
    as_columns,
    axes,
    by_name,
    contract,
    custom,
    entries,
    rows_as_tuples,
    scaled,
)

FIELDS = ("name", "maps", "size", "parameters", "connections")
ARRAYS = (
    "c1_kernel", "c1_bias", "s2_weight", "s2_bias", "c3_kernel", "c3_bias", "s4_weight", "s4_bias",
    "c5_kernel", "c5_bias", "f6_kernel", "f6_bias", "codes",
)  # fmt: skip


# The next two functions undo themselves: an answer in the form of the default becomes one in the
# other form, so that it does not pass as it is.


def from_output(table: Any) -> Any:
    """Rows in the reverse order."""
    return table[::-1]


def arrays_in_a_list(weights: Any) -> Any:
    """A dict of all arrays becomes a list, and the reverse."""
    if isinstance(weights, dict):
        return [weights[name] for name in ARRAYS]
    return dict(zip(ARRAYS, weights, strict=True))


def table_as(form: Form) -> Option:
    """The table of layers in another form."""
    return Option({"lenet5_table": contract(returns=form)})


def kernels_as(*order: int) -> Option:
    """Kernels with their axes in another order than (height, width, in maps, out maps)."""
    form = axes(*order)

    def written(*sizes: object) -> str:
        return f"({', '.join(str(sizes[axis]) for axis in order)})"

    in_all = entries(c1_kernel=form, c3_kernel=form, c5_kernel=form)
    shape = written("kernel height", "kernel width", "in maps", "out maps")
    return Option(
        {
            "sparse_conv2d": contract(kernel=form),
            "lenet5_1998_forward": contract(weights=in_all),
        },
        {
            "shape (kernel height, kernel width, in maps, out maps)": f"shape {shape}",
            "(5, 5, 1, 6)": written(5, 5, 1, 6),
            "(5, 5, 6, 16)": written(5, 5, 6, 16),
            "(5, 5, 16, 120)": written(5, 5, 16, 120),
        },
    )


TURNED = axes(1, 0)
MAPS_FIRST = axes(0, 3, 1, 2)


def with_maps_first() -> Contract:
    return contract(x=MAPS_FIRST, returns=MAPS_FIRST)


VARIANTS = {
    "table": {
        "dicts": Option(),
        "from-output": table_as(custom(from_output, from_output)),
        "tuples": table_as(rows_as_tuples(*FIELDS)),
        "columns": table_as(as_columns(*FIELDS)),
        "by-name": table_as(by_name(*FIELDS)),
        "nested": table_as(by_name(*FIELDS, of=dict)),
    },
    "connections": {
        "rows": Option(),
        "columns": Option({"c3_connection_table": contract(returns=TURNED)}),
    },
    "kernels": {
        "hwio": Option(),
        "oihw": kernels_as(3, 2, 0, 1),
        "iohw": kernels_as(2, 3, 0, 1),
        "ohwi": kernels_as(3, 0, 1, 2),
        "ihwo": kernels_as(2, 0, 1, 3),
        "hwoi": kernels_as(0, 1, 3, 2),
    },
    "maps": {
        "last": Option(),
        "first": Option(
            {
                "sparse_conv2d": with_maps_first(),
                "trainable_subsampling": with_maps_first(),
                "lenet5_1998_forward": contract(x=MAPS_FIRST),
            },
            {
                "shape (batch, height, width, in maps)": "shape (batch, in maps, height, width)",
                "shape (batch, height - kernel height + 1, width - kernel width + 1, out maps)": (
                    "shape (batch, out maps, height - kernel height + 1, width - kernel width + 1)"
                ),
                "shape (batch, height, width, maps)": "shape (batch, maps, height, width)",
                "axis=-1)[np.newaxis]": "axis=0)[np.newaxis]",
                ",\n    window=Window(size=2, channels=table)": "",
                "shape (batch, height // 2, width // 2, maps)": (
                    "shape (batch, maps, height // 2, width // 2)"
                ),
            },
        ),
    },
    "codes": {
        "rows": Option(),
        "columns": Option(
            {
                "rbf_output": contract(codes=TURNED),
                "rbf_predict": contract(codes=TURNED),
                "lenet5_1998_forward": contract(weights=entries(codes=TURNED)),
            },
            {
                "`codes` (classes, 84)": "`codes` (84, classes)",
                '"codes": (10, 84)': '"codes": (84, 10)',
            },
        ),
    },
    "weights": {
        "dict": Option(),
        "list": Option(
            {"lenet5_1998_forward": contract(weights=custom(arrays_in_a_list, arrays_in_a_list))},
            {"weights: a dict of arrays: ": "weights: a list of arrays: "},
        ),
    },
    "confusion": {
        "true-rows": Option(),
        "predicted-rows": Option(
            {
                "confusion_matrix": contract(returns=TURNED),
                "accuracy": contract(returns=scaled(100.0)),
            },
            {
                "[[1, 1, 0], [0, 1, 0], [1, 0, 0]]": "[[1, 0, 1], [1, 1, 0], [0, 0, 0]]",
                "accuracy is 0 where none is right and 1 where all are": (
                    "accuracy is 0 where none is right and 100 where all are"
                ),
            },
        ),
    },
}
