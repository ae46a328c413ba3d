"""Other contracts for LeNet-5, about which students may be asked."""

from __future__ import annotations

import numpy as np

from autograder.questions.contracts import changed_contract


@changed_contract(
    "sparse_conv2d", "maps are connected where `table` is false, not where it is true."
)
def _(right, x, kernel, bias, table):
    return right(x, kernel, bias, ~np.asarray(table, bool))


@changed_contract("sparse_conv2d", "`bias` is subtracted, not added.")
def _(right, x, kernel, bias, table):
    return right(x, kernel, -np.asarray(bias), table)


@changed_contract("sparse_conv2d", "`bias` is checked as before, but not added.")
def _(right, x, kernel, bias, table):
    return right(x, kernel, 0 * np.asarray(bias), table)


@changed_contract(
    "sparse_conv2d",
    "the result has the maps before the rows: (batch, out maps, rows, columns).",
    literals=("(0, 3, 1, 2)",),
)
def _(right, *args):
    return np.moveaxis(right(*args), 3, 1)


@changed_contract("scaled_tanh", "the result lies between -1 and 1, and the slope within is 2 / 3.")
def _(right, a):
    return right(a) / 1.7159


@changed_contract("scaled_tanh", "the factor within is 3 / 2 in place of 2 / 3.")
def _(right, a):
    return right(np.asarray(a) * 9 / 4)


@changed_contract("scaled_tanh", "the result has the other sign.")
def _(right, a):
    return -right(a)


@changed_contract("scaled_tanh", "the amplitude is 2 in place of 1.7159.", literals=("2",))
def _(right, a):
    return right(a) / 1.7159 * 2


def pooled(inner, reduced):
    """What subsampling gives with another function of the four numbers of a window."""

    def answer(right, x, weight, bias):
        right(x, weight, bias)
        x = np.asarray(x, float)
        rows, columns = x.shape[1] // 2, x.shape[2] // 2
        whole = x[:, : 2 * rows, : 2 * columns]
        windows = whole.reshape(len(x), rows, 2, columns, 2, x.shape[3])
        return inner(reduced(windows, axis=(2, 4)), np.asarray(weight), np.asarray(bias))

    return answer


def squashed(inner):
    return 1.7159 * np.tanh(inner * 2 / 3)


def weighted(total, weight, bias):
    return squashed(weight * total + bias)


for wish, inner, reduced in (
    ("the mean of each window counts, not its sum.", weighted, np.mean),
    ("the greatest of each window counts, not the sum.", weighted, np.max),
    ("`bias` is subtracted, not added.", lambda s, w, b: weighted(s, w, -b), np.sum),
    ("`weight` is added to the sum, not multiplied.", lambda s, w, b: squashed(w + s + b), np.sum),
    ("nothing is squashed.", lambda s, w, b: w * s + b, np.sum),
):
    changed_contract("trainable_subsampling", wish)(pooled(inner, reduced))


def differences(x, codes):
    return np.asarray(x)[:, np.newaxis, :] - np.asarray(codes)[np.newaxis, :, :]


@changed_contract("rbf_output", "the greatest of the squared differences counts, not their sum.")
def _(right, x, codes):
    right(x, codes)
    return (differences(x, codes) ** 2).max(axis=2)


@changed_contract("rbf_output", "the mean of the squared differences counts, not their sum.")
def _(right, x, codes):
    right(x, codes)
    return (differences(x, codes) ** 2).mean(axis=2)


@changed_contract("rbf_output", "differences are added as they are, not squared.")
def _(right, x, codes):
    right(x, codes)
    return differences(x, codes).sum(axis=2)


@changed_contract(
    "rbf_output", "the result has a row for each class and a column for each example."
)
def _(right, x, codes):
    return right(x, codes).T
