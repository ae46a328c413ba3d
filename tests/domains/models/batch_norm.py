"""Networks from the whole domain of `build_batch_norm_net`."""

from __future__ import annotations

from autograder.counterexamples import call, counterexamples


@counterexamples("build_batch_norm_net")
def _(draw):
    if not draw.integer(0, 9):
        return call()
    filters = tuple(draw.integer(1, 12) for _ in range(draw.integer(1, 4)))
    least = 2 ** len(filters)  # of which pooling leaves something
    shape = (draw.integer(least, least + 16), draw.integer(least, least + 16), draw.integer(1, 4))
    return call(shape, draw.integer(2, 30), filters)
