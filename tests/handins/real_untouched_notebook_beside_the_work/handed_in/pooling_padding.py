# %% nbgrader={"grade_id": "setup"}
import numpy as np

# %% nbgrader={"grade_id": "tools"}
from autograder.student import (
    check,
    check_raises,
)


# %%
def check_number(n, name, least=1):
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < least:
        raise ValueError(name + " is wrong")


# %% nbgrader={"grade_id": "output_size"}
def output_size(size, window, stride=1, padding="valid", dilation=1):
    for name, n in (("size", size), ("window", window), ("stride", stride), ("dilation", dilation)):
        check_number(n, name)
    if isinstance(padding, str):
        if padding.lower() not in ("valid", "same"):
            raise ValueError("padding is not known")
        if padding.lower() == "same":
            return -(-size // stride)
        padding = 0
    check_number(padding, "padding", 0)
    room = size + 2 * padding - dilation * (window - 1) - 1
    if room < 0:
        raise ValueError("window fits nowhere")
    return int(room // stride + 1)


# %% nbgrader={"grade_id": "test_output_size"}
check(output_size, 8, 3, stride=2, expected=3)
check(output_size, 28, 2, stride=2, expected=14)
check(output_size, 227, 11, stride=4, expected=55)
check(output_size, 224, 11, stride=4, expected=54)
check(output_size, 10, 3, stride=3, padding="same", expected=4)
check(output_size, 7, 3, stride=1, padding=1, dilation=2, expected=5)
check_raises(output_size, 3, 5, naming="window")


# %% nbgrader={"grade_id": "same_padding"}
def same_padding(size, window, stride=1):
    for name, n in (("size", size), ("window", window), ("stride", stride)):
        check_number(n, name)
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return int(total // 2), int(total - total // 2)


# %% nbgrader={"grade_id": "test_same_padding"}
check(same_padding, 5, 2, expected=(0, 1))
check(same_padding, 7, 3, stride=2, expected=(1, 1))
check(same_padding, 8, 3, stride=2, expected=(0, 1))
check(same_padding, 6, 1, stride=4, expected=(0, 0))
check_raises(same_padding, 5, 2, stride=0, naming="stride")
