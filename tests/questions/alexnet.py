"""Other contracts for AlexNet, about which students may be asked.

Two right random functions use a generator in different ways: there are no contracts for these.
"""

from __future__ import annotations

import numpy as np

from autograder.questions.contracts import changed_contract


@changed_contract("local_response_norm", "responses are multiplied where they were divided.")
def _(right, x, *args, **kwargs):
    x = np.asarray(x, float)
    with np.errstate(all="ignore"):
        scale = np.where(x == 0, 1, x / right(x, *args, **kwargs))
    return x * scale


@changed_contract("local_response_norm", "`beta` is 0.5 where it is left out.", literals=("0.5",))
def _(right, x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.5):
    return right(x, depth_radius, bias, alpha, beta)


@changed_contract("local_response_norm", "`bias` is 1 where it is left out.", literals=("1",))
def _(right, x, depth_radius=2, bias=1.0, alpha=1e-4, beta=0.75):
    return right(x, depth_radius, bias, alpha, beta)


@changed_contract("local_response_norm", "`bias` is subtracted, not added.")
def _(right, x, depth_radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    return right(x, depth_radius, -bias, alpha, beta)


@changed_contract(
    "ten_crop", "the five crops that are mirrored are mirrored top to bottom, not left to right."
)
def _(right, images, size):
    crops = right(images, size)
    return np.concatenate([crops[:, :5], crops[:, :5, ::-1]], axis=1)


@changed_contract(
    "ten_crop",
    "the centre starts at the top left, at row 0 and column 0.",
    literals=("0", "(0, 0)"),
)
def _(right, images, size):
    crops = right(images, size).copy()
    crops[:, 4], crops[:, 9] = crops[:, 0], crops[:, 5]
    return crops


@changed_contract("ten_crop", "the mirrored crops come first, then the others.")
def _(right, images, size):
    crops = right(images, size)
    return np.concatenate([crops[:, 5:], crops[:, :5]], axis=1)


@changed_contract("ten_crop", "the crops are the first axis: (10, N, size, size, channels).")
def _(right, images, size):
    return np.moveaxis(right(images, size), 1, 0)
