#!/usr/bin/env python

# In[1]:


import numpy as np

# In[2]:
from autograder.student import (
    check,
    check_raises,
)

# In[3]:


def check_number(n, name, least=1):
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < least:
        raise ValueError(name + " is wrong")


# In[4]:


def output_size(size, window, stride=1, padding="valid", dilation=1):
    """Count the positions of a window along one axis.

    Args:
        size: number of cells along the axis, at least 1.
        window: number of cells in the window, at least 1.
        stride: step from one position to the next, at least 1.
        padding: "valid" (no padding), "same" (ceil(size / stride) positions, whatever the window
            and the dilation), in upper or lower case; or an int, the number of cells that are
            added on each of the two sides, at least 0.
        dilation: distance between neighbouring cells of the window, at least 1.

    Returns:
        The number of positions, an int:
        floor((size + 2 * padding - dilation * (window - 1) - 1) / stride) + 1, except for "same".

    Raises:
        ValueError: an argument is not a whole number in its range, `padding` is not known, or the
            window fits nowhere (the result would be below 1; the message then names `window`).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# In[5]:


check(output_size, 8, 3, stride=2, expected=3)
check(output_size, 28, 2, stride=2, expected=14)
check(output_size, 227, 11, stride=4, expected=55)
check(output_size, 224, 11, stride=4, expected=54)
check(output_size, 10, 3, stride=3, padding="same", expected=4)
check(output_size, 7, 3, stride=1, padding=1, dilation=2, expected=5)
check_raises(output_size, 3, 5, naming="window")

# In[6]:


def same_padding(size, window, stride=1):
    for name, n in (("size", size), ("window", window), ("stride", stride)):
        check_number(n, name)
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return int(total // 2), int(total - total // 2)


# In[7]:


check(same_padding, 5, 2, expected=(0, 1))
check(same_padding, 7, 3, stride=2, expected=(1, 1))
check(same_padding, 8, 3, stride=2, expected=(0, 1))
check(same_padding, 6, 1, stride=4, expected=(0, 0))
check_raises(same_padding, 5, 2, stride=0, naming="stride")
