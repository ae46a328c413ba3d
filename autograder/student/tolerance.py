"""How far two computations of one number may lie apart, in public checks and hidden tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

RELATIVE_TOLERANCE = {2: 4e-3, 4: 2e-5, 8: 2e-5}
"""By the bytes of the least precise float: a float64 answer may have been computed in float32."""
_USUAL = 2e-5


def relative_tolerance(*dtypes: np.dtype[Any]) -> float:
    """The tolerance for numbers of these dtypes; those that are no real floats do not count."""
    floats = [dtype.itemsize for dtype in dtypes if dtype.kind == "f"]
    return RELATIVE_TOLERANCE.get(min(floats, default=8), _USUAL)


def nearly_equal(
    got: npt.NDArray[Any], expected: npt.NDArray[Any], rtol: float, atol: float | None = None
) -> npt.NDArray[np.bool_]:
    """Where two arrays agree: NaN equals NaN, and an infinity equals itself.

    The absolute tolerance is by default `rtol` times the largest finite value of `expected`.
    """
    wide = np.complex128 if "c" in (got.dtype.kind, expected.dtype.kind) else np.float64
    a, b = got.astype(wide), expected.astype(wide)
    if atol is None:
        finite = np.abs(b[np.isfinite(b)])
        atol = rtol * float(finite.max()) if finite.size else 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=True))
