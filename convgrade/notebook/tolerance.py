"""How much two computations of one number may differ, in public checks and hidden tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

RELATIVE_TOLERANCE = {2: 4e-3, 4: 2e-5, 8: 2e-5}
"""By the bytes of the least precise float. A float64 answer may come from float32 numbers."""
_USUAL = 2e-5


def relative_tolerance(*dtypes: np.dtype[Any]) -> float:
    """Return the relative tolerance for numbers of these dtypes; other kinds are ignored."""
    floats = [dtype.itemsize for dtype in dtypes if dtype.kind == "f"]
    return RELATIVE_TOLERANCE.get(min(floats, default=8), _USUAL)


def nearly_equal(
    got: npt.NDArray[Any], expected: npt.NDArray[Any], rtol: float, atol: float | None = None
) -> npt.NDArray[np.bool_]:
    """Return where two arrays agree. NaN equals NaN, and an infinity equals itself.

    Args:
        got: the returned array.
        expected: the right array, of the same shape.
        rtol: the relative tolerance.
        atol: the absolute tolerance; None for `rtol` times the largest finite value of `expected`.

    Returns:
        Booleans in the shape of the arrays.
    """
    wide = np.complex128 if "c" in (got.dtype.kind, expected.dtype.kind) else np.float64
    a, b = got.astype(wide), expected.astype(wide)
    same = np.asarray(a == b)
    if same.all():
        return same
    if atol is None:
        finite = np.abs(b[np.isfinite(b)])
        atol = rtol * float(finite.max()) if finite.size else 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=True))
