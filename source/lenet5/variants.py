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


ROWS_OF_THE_TABLE = {
    "Look at the row for C3 in your table,": "Look at C3 in your table,",
    "Look at the row OUTPUT in your table,": "Look at OUTPUT in your table,",
    "connections of the row OUTPUT in your table": "connections of OUTPUT in your table",
    "Look at the rows after C5 for an image": "Look at C5 and F6 for an image",
    "your row F6 looks": "your F6 looks",
    "your row C5 looks": "your C5 looks",
    "returned a row ": "returned a layer ",
}
"""Hints and messages for tables without rows in the order of the default."""


def table_as(form: Form) -> Option:
    """The table of layers in another form."""
    return Option({"lenet5_table": contract(returns=form)}, ROWS_OF_THE_TABLE)


CONNECTIONS_BY_COLUMNS = {
    "Columns 0, 4 and 12, as in the notebook.": "Rows 0, 4 and 12, as in the notebook.",
    "as if it had a row for each map of C3. It is the other way round: a row for each map of S2 and "
    "a column for each map of C3.": (
        "as if it had a row for each map of S2. It is the other way round: a row for each map of C3 "
        "and a column for each map of S2."
    ),
    "Look at the columns whose neighbours go past map 5, such as columns 4 and 5.": (
        "Look at the rows whose neighbours go past map 5, such as rows 4 and 5."
    ),
    "Look at columns 12 to 14 of your table.": "Look at rows 12 to 14 of your table.",
    "Look at columns 6 to 11 of your table.": "Look at rows 6 to 11 of your table.",
    "The first of these columns begins with map 0, as the first column of": (
        "The first of these rows begins with map 0, as the first row of"
    ),
    "Look at the first column of each kind": "Look at the first row of each kind",
    "Look at the first six columns of your table": "Look at the first six rows of your table",
    "Look at the last column of your table.": "Look at the last row of your table.",
    "In the last column of your table,": "In the last row of your table,",
    "each column of your table sees. Compare the first column": (
        "each row of your table sees. Compare the first row"
    ),
    "Look at the first column of your table. Compare": (
        "Look at the first row of your table. Compare"
    ),
    "Look at columns 4 and 5 of your table, and at the last columns of": (
        "Look at rows 4 and 5 of your table, and at the last rows of"
    ),
    "If a table has 16 rows and should have 6,": "If a table has 6 rows and should have 16,",
    "as if a table with 16 rows was reshaped.": "as if a table with 6 rows was reshaped.",
    "Look at what comes after map 4 in your columns.": (
        "Look at what comes after map 4 in your rows."
    ),
}
CONFUSION_BY_PREDICTIONS = {
    "Rows are true classes, columns predicted ones.": (
        "Rows are predicted classes, columns true ones."
    ),
    "The rows are for the true classes and the columns for the predicted ones.": (
        "The rows are for the predicted classes and the columns for the true ones."
    ),
    "accuracy is 0 where none is right and 1 where all are": (
        "accuracy is 0 where none is right and 100 where all are"
    ),
    "accuracy is the share of predictions that are right.": (
        "accuracy is the share of predictions that are right, in percent."
    ),
    "The share of predictions that are right.": (
        "The share of predictions that are right, in percent."
    ),
    "Between which two numbers does a share lie?": "Between which two numbers does a percentage lie?",
    "Your answer looks like a number in percent. A share lies between 0 and 1, so it must not be "
    "multiplied by a hundred.": (
        "Your answer looks as if it were multiplied by a hundred twice. A percentage lies between "
        "0 and 100."
    ),
    "The contract asks for their share, so it must be divided by how many there are.": (
        "The contract asks for their share in percent, so it must be divided by how many there are."
    ),
}


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
        "columns": Option(
            {"c3_connection_table": contract(returns=TURNED)}, CONNECTIONS_BY_COLUMNS
        ),
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
                "and the maps are the last axis.": "and the maps are the second axis.",
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
            {
                "weights: a dict of arrays: ": "weights: a list, in this order: ",
                "writes into the dict of weights": "writes into the list of weights",
            },
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
                **CONFUSION_BY_PREDICTIONS,
            },
        ),
    },
}
