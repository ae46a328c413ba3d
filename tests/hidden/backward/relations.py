"""What the suites of all backward passes ask, once for all of them.

Each function here takes the student's function and the arguments of a call: `dy`, the images, and
for a convolution the kernel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.sandbox import Call
from autograder.suite import Mismatch, expect
from autograder.suite.student import StudentFunction

Given = Sequence[np.ndarray]
SINGLE, HALF = 2e-5, 4e-3
"""Relative tolerances of float32 and of float16."""


def close(got: Any, want: np.ndarray, given: Given, *which: int) -> None:
    """Compare a sum of products, which may cancel each other, as exactly as its factors allow.

    The factors are `which` of the given arguments.
    """
    relative = HALF if any(each.dtype == np.float16 for each in given) else SINGLE
    largest = math.prod(float(np.abs(given[number]).max()) for number in which)
    expect.close(got, want, like=given, atol=relative * largest)


def compare(
    function: StudentFunction, right: Callable[..., np.ndarray], calls: Sequence[Call], *which: int
) -> None:
    """Hold answers against numerical derivatives; `which` arguments are multiplied in them."""
    for (given, options), got in zip(calls, function.each(calls), strict=True):
        close(got, right(*given, **options), given, *which)


def members(got: Any, *names: str) -> dict[str, Any]:
    """The members of a returned tuple or list by their names.

    Raises:
        Mismatch: it has not as many members.
    """
    if not isinstance(got, tuple | list) or len(got) != len(names):
        raise Mismatch(f"did not return ({', '.join(names)}).", expect.shown(got))
    return dict(zip(names, got, strict=True))


def several(returned: Any) -> tuple[Any, ...]:
    """One array or several, as a tuple of arrays."""
    return tuple(returned) if isinstance(returned, tuple | list) else (returned,)


def keeps_the_dtype(function: StudentFunction, given: Given, which: int, **options: Any) -> None:
    """An answer with the shape of the argument `which` has its dtype, whatever the others have.

    The numbers are those that arguments in float64 give.
    """
    wanted = several(function(*given, **options))
    everywhere = range(len(given))
    others = [number for number in everywhere if number != which]
    for narrow in (everywhere, [which], others):
        mixed = [x.astype(np.float32) if n in narrow else x for n, x in enumerate(given)]
        for got, want in zip(several(function(*mixed, **options)), wanted, strict=False):
            is_for_it = expect.shape_of(got) == given[which].shape
            dtype = mixed[which].dtype if is_for_it else "floating"
            expect.close(got, expect.array(want), like=mixed, dtype=dtype)


def watched(function: StudentFunction, given: Given, **options: Any) -> None:
    """No argument is changed, and no answer shares memory with one (a claim)."""
    seen = function.watched(*given, **options)
    unchanged = len(seen.arguments) == len(given) and all(
        isinstance(new, np.ndarray)
        and (new.dtype, new.shape) == (old.dtype, old.shape)
        and new.tobytes() == old.tobytes()
        for old, new in zip(given, seen.arguments, strict=True)
    )
    expect.that(unchanged, "changed one of its arguments")
    expect.that(not seen.shares_memory, "returned memory of one of its arguments, not a new array")


def refuses_other_shapes(function: StudentFunction, given: Given) -> None:
    """Derivatives that are too few, have an axis less, or the shape of the images."""
    dy, x, *rest = given
    wrong = (dy[:1], dy[:, :1], dy[:, :, :1], dy[..., :1], x, dy[0])
    function.all_raise([((each, x, *rest), {}) for each in wrong], ValueError, naming="dy")
