"""Calls that vary everything at once: sizes, maps, classes, dtypes, spellings, numbers.

The other tests hold still what they are not about, and so they see few sizes and few numbers. These
calls find functions that are right there and wrong elsewhere. All are within the contract, and none
is about its margins: no NaN that counts, no empty batch, nothing to refuse.
"""

from __future__ import annotations

from typing import Any

import cases
import numpy as np

Rng = np.random.Generator
ARRAYS = 120
"""Calls with arrays in one test; each takes some tenths of a millisecond."""
COUNTS = 150
"""Calls with a few numbers in one test."""
NETWORKS = 3
"""Calls of the whole network with images of each size of numbers; each takes milliseconds."""
FLOATS = ("float64", "float32")
WHOLES = ("int64", "int32", "uint8", "int8")
CLEAR = 1e-3
"""How much farther the second nearest code is, as a share of the farthest."""


def parameters(rng: Rng) -> list[Any]:
    """Calls of `conv_parameters`, with no more weights than a layer of Keras can be built with."""
    calls = []
    for height, width, groups in _spread(rng, COUNTS, (1, 12), (1, 12), (1, 32)):
        groups = 1 if rng.random() < 0.4 else groups
        most = int(rng.choice([4, 40, 200] if groups == 1 else [4, 20]))
        channels = (groups * int(each) for each in rng.integers(1, most, 2, endpoint=True))
        rest: dict[str, Any] = {} if rng.random() < 0.4 else {"bias": bool(rng.integers(2))}
        if groups > 1 or rng.random() < 0.3:
            rest["groups"] = groups
        kernel = height if rng.random() < 0.4 else (height, width)
        calls.append(((kernel, *channels), rest))
    return calls


def input_sizes(rng: Rng) -> list[Any]:
    """Calls of `lenet5_table`: all small images, and some large ones."""
    sizes = [*range(32, 61), *rng.integers(61, 400, 20), *rng.integers(400, 5001, 40)]
    return [((int(size),), {}) for size in rng.permutation(sizes)]


def sparse(rng: Rng) -> list[Any]:
    """Calls of `sparse_conv2d`."""
    calls = []
    sizes = _spread(rng, ARRAYS, (1, 5), (1, 5), (1, 9), (1, 9), (1, 17), (1, 17), (1, 4))
    for height, width, more, wider, inputs, outputs, batch in sizes:
        alike, *others = rng.choice(FLOATS, 3)
        of_x, of_kernel, of_bias = [alike] * 3 if rng.random() < 0.5 else [_any(rng), *others]
        x = numbers(rng, (batch, height + more, width + wider, inputs), of_x)
        kernel = numbers(rng, (height, width, inputs, outputs), of_kernel, 9)
        table = rng.random((inputs, outputs)) < rng.choice([0.3, 0.5, 0.8, 1.0])
        calls.append(((x, kernel, numbers(rng, (outputs,), of_bias), table), {}))
    return calls


def sums(rng: Rng) -> list[Any]:
    """Calls of `scaled_tanh`. Twice a whole number still fits its dtype."""
    calls: list[Any] = [((int(each),), {}) for each in rng.integers(-60, 61, 20)]
    calls += [((int(each) / 40,), {}) for each in rng.integers(-400, 401, 20)]
    shapes = [tuple(sides[:axes]) for axes, *sides in _spread(rng, ARRAYS, (0, 4), *4 * [(1, 6)])]
    for shape in (*shapes, *_spread(rng, ARRAYS // 2, (1, 40))):
        a = numbers(rng, shape, _any(rng), int(rng.choice([3, 9, 60])))
        if a.dtype.kind == "f":
            a = np.asarray(a * a.dtype.type(rng.choice([1, 1, 1, 0.1, 0.001, 1e6])))
        calls.append(((a,), {}))
    return calls


def subsampling(rng: Rng) -> list[Any]:
    """Calls of `trainable_subsampling` under which few sums saturate."""
    largest = {"int64": 10**6, "int32": 2**31 - 1, "uint8": 255, "int8": 127}
    calls = []
    for shape in _spread(rng, ARRAYS, (1, 4), (2, 13), (2, 13), (1, 17)):
        dtype = _any(rng)
        most = int(rng.choice([9, 100, largest.get(dtype, 1000)]))
        weight = numbers(rng, shape[3:], str(rng.choice(FLOATS)), 9)
        bias = numbers(rng, shape[3:], str(rng.choice(FLOATS)))
        x = numbers(rng, shape, dtype, most)
        calls.append(((x, weight / weight.dtype.type(9 * most), bias / 9), {}))
    return calls


def examples_and_codes(rng: Rng) -> list[Any]:
    """Calls of `rbf_output`: codes of signs or any, as many as examples or not."""
    calls = []
    for classes, count, features in _spread(rng, ARRAYS, (1, 12), (1, 12), (1, 100)):
        features = 84 if rng.random() < 0.3 else features
        features = int(rng.integers(1, 10)) if rng.random() < 0.3 else features
        count = classes if rng.random() < 0.3 else count
        of_x, of_codes = rng.choice(FLOATS if rng.random() < 0.7 else ("int64", "int32"), 2)
        codes = numbers(rng, (classes, features), of_codes)
        if rng.random() < 0.5:
            codes = np.where(codes < 0, -1, 1).astype(codes.dtype)
        calls.append(((numbers(rng, (count, features), of_x), codes), {}))
    return calls


def examples_near_codes(rng: Rng) -> list[Any]:
    """Calls of `rbf_predict` for which one code is clearly nearer than all others."""
    calls = []
    for (x, codes), _ in examples_and_codes(rng):
        if x.dtype.kind == "f" and rng.random() < 0.5:
            own = codes[rng.integers(len(codes), size=len(x))]
            x = (own + numbers(rng, own.shape, str(x.dtype), 3) / 4).astype(x.dtype)
        distances = ((x[:, np.newaxis].astype(float) - codes) ** 2).sum(axis=2)
        nearest = np.sort(distances, axis=1)[:, :2]
        is_clear = nearest[:, -1] - nearest[:, 0] > CLEAR * distances.max()
        is_clear |= len(codes) == 1
        if is_clear.any():
            calls.append(((x[is_clear], codes), {}))
    return calls


def networks(rng: Rng) -> list[Any]:
    """Calls of `lenet5_1998_forward`: weights in any order, one layer larger or smaller."""
    calls = []
    for scale in NETWORKS * (0.1, 1, 4, 8):
        of_x, of_weights = rng.choice(FLOATS, 2)
        weights = cases.weights_1998(rng, int(rng.choice([10, rng.integers(1, 27)])))
        loud, gain = (
            str(rng.choice(["c1", "s2", "c3", "s4", "c5", "f6", "codes"])),
            rng.choice([0, 0.1, 3]),
        )
        weights = {
            str(name): (weights[name] * (gain if name.startswith(loud) else 1)).astype(of_weights)
            for name in rng.permutation(list(weights))
        }
        x = scale * rng.normal(size=(int(rng.integers(1, 7)), 32, 32, 1))
        calls.append(((x.astype(of_x), weights), {}))
    return calls


def digits(rng: Rng) -> list[Any]:
    """Calls of `prepare_digits`."""
    calls = []
    for few, classes in _spread(rng, ARRAYS // 2, (1, 12), (1, 40)):
        count = few if rng.random() < 0.7 else int(rng.integers(12, 60))
        classes = 10 if rng.random() < 0.4 else classes
        images = rng.integers(0, rng.choice([1, 2, 86, 256]), (count, 28, 28)).astype(np.uint8)
        images = 255 - images if rng.random() < 0.25 else images
        known = classes if rng.random() < 0.7 else max(1, classes // 2)
        labels = rng.integers(0, known, count).astype(str(rng.choice(WHOLES)))
        left_out = classes == 10 and rng.random() < 0.5
        calls.append(((images, labels), {} if left_out else {"num_classes": classes}))
    return calls


def guesses(rng: Rng) -> list[Any]:
    """Calls of `confusion_matrix`, whose labels and predictions may differ in their dtypes."""
    calls = []
    for few, classes in _spread(rng, ARRAYS, (1, 60), (2, 40)):
        count = few if rng.random() < 0.7 else int(rng.integers(60, 400))
        known = classes if rng.random() < 0.7 else int(rng.integers(1, classes + 1))
        labels, others = rng.integers(known, size=(2, count))
        predictions = np.where(rng.random(count) < rng.choice([0.3, 0.9]), labels, others)
        one, other = rng.choice([*WHOLES, "int16", "uint16", "uint64"], 2)
        calls.append(((labels.astype(one), predictions.astype(other), classes), {}))
    return calls


def numbers(rng: Rng, shape: tuple[int, ...], dtype: str, most: int = 0) -> np.ndarray:
    """Numbers that a dtype holds exactly: quarters for floats, up to `most` in size."""
    most = most or int(rng.choice([9, 9, 100]))
    if np.dtype(dtype).kind == "f":
        quarters = rng.integers(-4 * most, 4 * most, shape, endpoint=True)
        return np.asarray(quarters).astype(dtype) / np.dtype(dtype).type(4)
    bounds = np.iinfo(dtype)
    low, high = max(-most, bounds.min), min(most, bounds.max)
    return np.asarray(rng.integers(low, high, shape, endpoint=True)).astype(dtype)


def _any(rng: Rng) -> str:
    return str(rng.choice([*FLOATS, *FLOATS, *WHOLES]))


def _spread(rng: Rng, count: int, *bounds: tuple[int, int]) -> list[tuple[int, ...]]:
    """So many tuples of ints within bounds; each int stands as often as any other at its place."""
    columns = [
        rng.permutation(np.resize(rng.permutation(np.arange(low, high + 1)), count)).tolist()
        for low, high in bounds
    ]
    return list(zip(*columns, strict=True))
