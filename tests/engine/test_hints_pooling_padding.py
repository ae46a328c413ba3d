"""Hints for wrong answers to pooling and padding that are written as students write them.

No function checks its arguments. Most differ from the right one in another thing too, as the dtype.
"""

from __future__ import annotations

from pathlib import Path

from graders import grade
from suite_checks import Suite

from autograder.results import Result

SUITE = Suite("pooling_padding")
SEED = b"a seed for hints" * 2
HELPERS = """
import numpy as np

def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)

def pooled(x, pool_size, strides, padding, reduce, fill):
    k = pair(pool_size)
    s = k if strides is None else pair(strides)
    n, h, w, c = x.shape
    if padding.lower() == "same":
        oh, ow = -(-h // s[0]), -(-w // s[1])
        ph, pw = max((oh - 1) * s[0] + k[0] - h, 0), max((ow - 1) * s[1] + k[1] - w, 0)
        t, l = ph // 2, pw // 2
        big = np.full((n, h + ph, w + pw, c), fill, float)
        big[:, t : t + h, l : l + w] = x
        x = big
    else:
        oh, ow = (h - k[0]) // s[0] + 1, (w - k[1]) // s[1] + 1
    y = np.zeros((n, oh, ow, c))
    for i in range(oh):
        for j in range(ow):
            y[:, i, j] = reduce(x[:, START], axis=(1, 2))
    return y
"""
RIGHT_START = "i * s[0] : i * s[0] + k[0], j * s[1] : j * s[1] + k[1]"
MAX = """
def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return pooled(x, pool_size, strides, padding, np.max, -np.inf)
"""
CONV = """
import numpy as np

def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    kh, kw, cin, cout = kernel.shape
    sh, sw = (strides, strides) if isinstance(strides, int) else strides
    n, h, w, _ = x.shape
    if padding == "same":
        oh, ow = -(-h // sh), -(-w // sw)
        ph, pw = max((oh - 1) * sh + kh - h, 0), max((ow - 1) * sw + kw - w, 0)
        x = np.pad(x, ((0, 0), (ph // 2, ph - ph // 2), (pw // 2, pw - pw // 2), (0, 0)))
    else:
        oh, ow = (h - kh) // sh + 1, (w - kw) // sw + 1
    y = np.zeros((n, oh, ow, cout))
    for i in range(oh):
        for j in range(ow):
            for f in range(cout):
                window = x[:, i * sh : i * sh + kh, j * sw : j * sw + kw]
                y[:, i, j, f] = (window * kernel[::-1, ::-1, :, f]).sum(axis=(1, 2, 3))
    return y if bias is None else y + np.ravel(bias)
"""
SEVEN = """
def output_size(size, window, stride=1, padding="valid", dilation=1):
    if isinstance(padding, str):
        if padding.lower() == "same":
            return -(-size // stride)
        padding = 0
    return (size + 2 * padding - dilation * (window - 1)) // stride

def same_padding(size, window, stride=1):
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total - total // 2, total // 2

def zero_pad2d(x, padding):
    (top, bottom), (left, right) = (pair(side) for side in pair(padding))
    y = np.zeros((len(x), x.shape[1] + top + bottom, x.shape[2] + left + right, x.shape[3]))
    y[:, top : top + x.shape[1], left : left + x.shape[2]] = x
    return y

def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return pooled(x, pool_size, strides, padding, np.max, 0)

def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return pooled(x, pool_size, strides, padding, np.mean, 0)

def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return pooled(x, pool_size, 1 if strides is None else strides, padding, np.min, np.inf)
"""


def hints(tmp_path: Path, text: str) -> dict[str, list[str]]:
    path = tmp_path / "submission.py"
    path.write_text(text, encoding="utf-8")
    result: Result = grade(path, SUITE.assignment, SEED, advice=("hints",))
    return {
        exercise.name: [hint.misconception for hint in exercise.hints]
        for exercise in result.exercises
        if exercise.hints
    }


def test_a_window_start_that_lacks_the_stride(tmp_path):
    start = "i : i + k[0], j : j + k[1]"
    found = hints(tmp_path, HELPERS.replace("START", start) + MAX)
    assert found["max_pool2d"][0] == "max_pool2d_starts_without_the_stride"


def test_a_flipped_kernel_and_no_capitals(tmp_path):
    found = hints(tmp_path, CONV)["conv2d"]
    assert set(found[:2]) == {"conv2d_turns_the_kernel_round", "conv2d_wants_small_letters"}


def test_seven_classic_mistakes_in_one_submission(tmp_path):
    text = HELPERS.replace("START", RIGHT_START) + SEVEN + CONV
    found = hints(tmp_path, text)
    assert {name: names[0] for name, names in found.items() if name != "conv2d"} == {
        "output_size": "output_size_adds_one_before_dividing",
        "same_padding": "same_padding_puts_the_odd_cell_first",
        "zero_pad2d": "zero_pad2d_is_always_float64",
        "max_pool2d": "max_pool2d_pads_with_zeros",
        "avg_pool2d": "avg_pool2d_counts_the_padding",
        "min_pool2d": "min_pool2d_moves_by_one",
    }
    assert "conv2d_turns_the_kernel_round" in found["conv2d"]
