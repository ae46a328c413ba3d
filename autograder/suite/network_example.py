"""Where a student's network first leaves the right one, with an image of one bright pixel.

The student's network is known from its answers, so nothing is asked of it here. All kernels get the
same number, so that a student can repeat it, and no input of a test is shown.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.results import Counterexample
from autograder.suite.identifying import Identified
from autograder.suite.network_differences import canonical
from autograder.suite.networks import Array, Network, Shape, Weights, shapes, steps

_STEPS = {
    "": "the weights", "r": "the activation", "p": "the pooling", "g": "the mean of whole maps",
    "n": "the normalisation", "b": "the normalisation", "t": "the trained numbers",
    "all": "all steps",
}  # fmt: skip
_KERNELS = {
    "np.ones_like(w)": "1",
    "np.full_like(w, 1 / w[..., 0].size)": "one divided by the number of inputs of a unit",
}
_TRIES = (("np.ones_like(w)", 1), *itertools.product([list(_KERNELS)[1]], (1, 1000)))
"""The kernels, as code for one array `w` of weights, and the value of the pixel."""


@dataclass(frozen=True)
class _Seen:
    """What both networks give after some step, for one image; `after` says which."""

    after: str
    got: Array
    want: Array


def example(
    known: Identified, build: str, names: Mapping[str, str] | None = None
) -> Counterexample | None:
    """The first layer at which a network gives something else; None if no pixel shows it.

    Args:
        known: the student's network.
        build: the call that makes the model, as code.
        names: the layers' names as students know them.
    """
    found, right = (canonical(each, known.input_shape) for each in (known.found, known.right))
    if found == right:
        return None
    rows, columns, _ = known.input_shape
    places = [(0, 0), (rows // 2, columns // 2), (rows - 1, columns - 1), (2, 3), (5, 4)]
    for (kernels, value), (row, column) in itertools.product(_TRIES, places):
        x = np.zeros((1, *known.input_shape))
        x[0, row, column, 0] = value
        seen = _compared(x, found, right, kernels, names or {})
        if seen is not None:
            return _written(known, build, seen, kernels, (row, column, value))
    return None


def _compared(
    x: Array, found: Network, right: Network, kernels: str, names: Mapping[str, str]
) -> _Seen | None:
    """The first step at which the networks differ.

    Steps are compared as long as both networks take the same; else what comes after all of them.
    Where one network has another layer next, both layers are compared, and nothing behind them.
    Large numbers are left alone, for single precision does not add them exactly.
    """
    input_shape = x.shape[1:]
    some, others = (_weights(shapes(each, input_shape), kernels) for each in (found, right))
    got = want = x
    following = "the first layer"
    with np.errstate(all="ignore"):
        for name, like in zip(found.layers, right.layers, strict=False):
            layer, model = found.layers[name], right.layers[like]
            one = list(steps(got, name, some, layer))
            other = list(steps(want, like, others, model))
            if max(np.abs(one[0]).max(initial=0), np.abs(other[0]).max(initial=0)) > _LARGEST:
                return None
            if name != like:
                got, want = one[-1], other[-1]
                return _Seen(following, got[0], want[0]) if _unlike(got, want) else None
            said = names.get(name, name)
            pairs = zip(layer.order, model.order, strict=False)
            alike = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)))
            for number, step in enumerate(["", *layer.order[:alike]]):
                if _unlike(one[number], other[number]):
                    return _Seen(f"{_STEPS[step]} of {said}", one[number][0], other[number][0])
            got, want = one[-1], other[-1]
            if _unlike(got, want):
                more = {layer.order[alike:], model.order[alike:]} - {""}
                last = more.pop() if len(more) == 1 else ""
                step = last if len(last) == 1 else "all"
                return _Seen(f"{_STEPS[step]} of {said}", got[0], want[0])
            following = f"the layer that follows {said}"
    return None


_LARGEST = 1e6


def _unlike(got: Array, want: Array) -> bool:
    if got.shape != want.shape:
        return True
    finite = bool(np.isfinite(got).all() and np.isfinite(want).all())
    return finite and not np.allclose(got, want, 1e-2, 1e-3)


def _weights(wanted: Mapping[str, Shape], kernels: str) -> Weights:
    """The weights that a new model has, with the same number in all kernels."""
    made = {}
    for name, shape in wanted.items():
        if name.endswith("_kernel"):
            fan = int(np.prod(shape[:-1]))
            made[name] = np.full(shape, 1.0 if kernels.startswith("np.ones") else 1 / max(1, fan))
        else:
            made[name] = np.full(shape, float(name.endswith(("gamma", "variance"))))
    return made


def _written(
    known: Identified,
    build: str,
    seen: _Seen,
    kernels: str,
    pixel: tuple[int, int, int],
) -> Counterexample:
    row, column, value = pixel
    if seen.got.shape != seen.want.shape:
        answer, expected = (f"shape {each.shape}" for each in (seen.got, seen.want))
        what = "The shape"
    else:
        at = np.unravel_index(np.abs(seen.got - seen.want).argmax(), seen.got.shape)
        what = f"Cell ({', '.join(str(int(index)) for index in at)})"
        answer, expected = (f"{each[at]:.4g}" for each in (seen.got, seen.want))
    return Counterexample(
        code=_code(known, build, kernels, pixel),
        answer=answer,
        wrong=f"{what} after {seen.after} is the first thing that is wrong, if "
        f"all kernels are {_KERNELS[kernels]} and the image is 0 but for {value} at row {row}, "
        f"column {column}.",
        expected=expected,
        numbers=1,
    )


def _code(known: Identified, build: str, kernels: str, pixel: tuple[int, int, int]) -> str:
    """A cell that shows what each layer of the student's own model gives; empty if it has none."""
    if not known.claims:
        return ""
    row, column, value = pixel
    shape: tuple[Any, ...] = (1, *known.input_shape)
    return (
        "import numpy as np\n\n"
        "def watch(layer):\n"
        "    call = layer.call\n\n"
        "    def watched(*inputs, **options):\n"
        "        output = call(*inputs, **options)\n"
        "        print(layer.name, output.shape, np.unique(output)[-3:])\n"
        "        return output\n\n"
        "    layer.call = watched\n\n"
        f'x = np.zeros({shape}, "float32")\n'
        f"x[0, {row}, {column}, 0] = {value}\n"
        f"model = {build}\n"
        "model(x)\n"
        f"model.set_weights([{kernels} if w.ndim > 1 else w for w in model.get_weights()])\n"
        "for layer in model.layers:\n"
        "    watch(layer)\n"
        "model(x)\n"
    )
