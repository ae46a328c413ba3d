"""Miniature, by ada."""

import numpy as np


def increment(x):
    """The number after `x`."""
    return np.asarray(x) + 1


def double(x):
    """Twice `x`."""
    return np.asarray(x) * 2


# Question 1
answer_1 = (
    "Because adding one leads to th"
    "e next whole number, whichever comes before it."
)

# Question 2
answer_2 = (
    "By adding the number to itself"
    ", as 3 + 3 = 6 shows."
)

