"""Adds and doubles, as numbers like to be added and doubled on a Sunday afternoon in May."""

import numpy as np

# Adding one to a number gives the number after it, which is what this function gives back.
def increment(x):
    """The number after `x`."""
    return np.asarray(x) + 1


# twice
def double(x):
    """Twice `x`."""
    return np.asarray(x) * 2
