"""Other contracts for pooling and padding, about which students may be asked."""

from __future__ import annotations

import numpy as np

from autograder.questions.contracts import changed_contract


@changed_contract("output_size", "the step is 3 where `stride` is left out.", literals=("3",))
def _(right, size, window, stride=3, padding="valid", dilation=1):
    return right(size, window, stride, padding, dilation)


@changed_contract(
    "output_size",
    "the padding is `same` where `padding` is left out.",
    literals=('"same"',),
)
def _(right, size, window, stride=1, padding="same", dilation=1):
    return right(size, window, stride, padding, dilation)


@changed_contract("output_size", 'the count for `same` is rounded down, but "valid" is as before.')
def _(right, size, window, stride=1, padding="valid", dilation=1):
    count = right(size, window, stride, padding, dilation)
    is_same = isinstance(padding, str) and padding.lower() == "same"
    return size // stride if is_same else count


@changed_contract("same_padding", "where the sum is odd, the cells before are more by one.")
def _(right, *args, **kwargs):
    return right(*args, **kwargs)[::-1]


for pooling in ("max_pool2d", "avg_pool2d", "min_pool2d"):

    @changed_contract(
        pooling,
        "windows are 3 apart, in both directions, where `strides` is left out or None.",
        literals=("3", "(3, 3)"),
    )
    def _(right, x, pool_size=2, strides=None, padding="valid"):
        return right(x, pool_size, 3 if strides is None else strides, padding)

    @changed_contract(
        pooling,
        "windows are 1 apart, in both directions, where `strides` is left out or None.",
        literals=("1", "(1, 1)"),
    )
    def _(right, x, pool_size=2, strides=None, padding="valid"):
        return right(x, pool_size, 1 if strides is None else strides, padding)

    @changed_contract(
        pooling,
        "the padding is `same` where `padding` is left out.",
        literals=('"same"',),
    )
    def _(right, x, pool_size=2, strides=None, padding="same"):
        return right(x, pool_size, strides, padding)

    @changed_contract(
        pooling,
        "the result has the channels before the rows: (batch, channels, rows, columns).",
        literals=("(0, 3, 1, 2)",),
    )
    def _(right, *args, **kwargs):
        return np.moveaxis(right(*args, **kwargs), 3, 1)


@changed_contract("conv2d", "windows are 3 apart where `strides` is left out.", literals=("3",))
def _(right, x, kernel, bias=None, strides=3, padding="valid"):
    return right(x, kernel, bias, strides, padding)


@changed_contract(
    "conv2d", "the padding is `same` where `padding` is left out.", literals=('"same"',)
)
def _(right, x, kernel, bias=None, strides=1, padding="same"):
    return right(x, kernel, bias, strides, padding)


@changed_contract("conv2d", "`bias` is subtracted, not added.")
def _(right, x, kernel, bias=None, strides=1, padding="valid"):
    return right(x, kernel, None if bias is None else -np.asarray(bias), strides, padding)


@changed_contract(
    "conv2d",
    "the result has the channels before the rows: (batch, out channels, rows, columns).",
    literals=("(0, 3, 1, 2)",),
)
def _(right, *args, **kwargs):
    return np.moveaxis(right(*args, **kwargs), 3, 1)
