# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # My pooling and padding
#
# Loops over the output, a slice for each window. `notebook.ipynb` is made from `percent.py`.

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

# %% [markdown]
# First a few things that I need everywhere.


# %%
def to_pair(a):
    if isinstance(a, int):
        return (a, a)
    return tuple(a)


def check_args(x, f_name, f, strides, padding):
    if len(x.shape) != 4:
        raise ValueError(f"x must be 4D but is {len(x.shape)}D")
    f_H, f_W = f
    s_H, s_W = strides
    if f_H < 1 or f_W < 1:
        raise ValueError(f"bad {f_name} : {f}")
    if s_H < 1 or s_W < 1:
        raise ValueError(f"bad strides : {strides}")
    if padding.lower() not in ["valid", "same"]:
        raise ValueError(f"bad padding : {padding}")
    if padding.lower() == "valid":
        if f_H > x.shape[1] or f_W > x.shape[2]:
            raise ValueError(f"{f_name} {f} does not fit into the image")


# %% nbgrader={"grade_id": "output_size"}
def output_size(size, window, stride=1, padding="valid", dilation=1):
    if window < 1:
        raise ValueError("bad window")
    if stride < 1:
        raise ValueError("bad stride")
    if padding in [0, 1, 2, 3, 4, 5] or not isinstance(padding, str):
        p = padding
    elif padding.lower() == "same":
        return int(np.ceil(size / stride))
    elif padding.lower() == "valid":
        p = 0
    else:
        raise ValueError("bad padding")
    n = int(np.floor((size + 2 * p - dilation * (window - 1) - 1) / stride)) + 1
    if n < 1:
        raise ValueError("window too large")
    return n


# %% nbgrader={"grade_id": "same_padding"}
def same_padding(size, window, stride=1):
    out = output_size(size, window, stride, padding="same")
    pad_total = max((out - 1) * stride + window - size, 0)
    pad_before = pad_total // 2
    return pad_before, pad_total - pad_before


# %% nbgrader={"grade_id": "zero_pad2d"}
def zero_pad2d(x, padding):
    if len(x.shape) != 4:
        raise ValueError("x must be 4D")
    if isinstance(padding, int):
        padding = [(padding, padding), (padding, padding)]
    pads = []
    for p in padding:
        pads.append(to_pair(p))
    for p in pads:
        if p[0] < 0 or p[1] < 0:
            raise ValueError("bad padding")
    return np.pad(x, ((0, 0), pads[0], pads[1], (0, 0)), mode="constant", constant_values=0)


# %% nbgrader={"grade_id": "max_pool2d"}
def pool_forward(x, f, strides, padding, mode):
    f = to_pair(f)
    strides = f if strides is None else to_pair(strides)
    check_args(x, "pool_size", f, strides, padding)
    m, n_H_prev, n_W_prev, n_C = x.shape
    n_H = output_size(n_H_prev, f[0], strides[0], padding)
    n_W = output_size(n_W_prev, f[1], strides[1], padding)
    p_H = p_W = 0
    if padding.lower() == "same":
        p_H, _ = same_padding(n_H_prev, f[0], strides[0])
        p_W, _ = same_padding(n_W_prev, f[1], strides[1])
    dtype = x.dtype
    if mode == "average" and not np.issubdtype(dtype, np.floating):
        dtype = np.float64
    A = np.zeros((m, n_H, n_W, n_C), dtype=dtype)
    for i in range(m):
        for h in range(n_H):
            vert_start = max(h * strides[0] - p_H, 0)
            vert_end = h * strides[0] - p_H + f[0]
            for w in range(n_W):
                horiz_start = max(w * strides[1] - p_W, 0)
                horiz_end = w * strides[1] - p_W + f[1]
                for c in range(n_C):
                    a_slice = x[i, vert_start:vert_end, horiz_start:horiz_end, c]
                    if mode == "max":
                        A[i, h, w, c] = np.max(a_slice)
                    elif mode == "min":
                        A[i, h, w, c] = np.min(a_slice)
                    else:
                        A[i, h, w, c] = np.mean(a_slice)
    return A


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return pool_forward(x, pool_size, strides, padding, "max")


# %% nbgrader={"grade_id": "avg_pool2d"}
def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return pool_forward(x, pool_size, strides, padding, "average")


# %% nbgrader={"grade_id": "min_pool2d"}
def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return pool_forward(x, pool_size, strides, padding, "min")


# %% nbgrader={"grade_id": "conv2d"}
def conv_single_step(a_slice, W, b):
    return np.sum(a_slice * W) + b


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if len(kernel.shape) != 4:
        raise ValueError("kernel must be 4D")
    strides = to_pair(strides)
    f = kernel.shape[:2]
    check_args(x, "kernel", f, strides, padding)
    m, n_H_prev, n_W_prev, n_C_prev = x.shape
    n_C = kernel.shape[3]
    n_H = output_size(n_H_prev, f[0], strides[0], padding)
    n_W = output_size(n_W_prev, f[1], strides[1], padding)
    x_pad = x
    if padding.lower() == "same":
        x_pad = zero_pad2d(
            x,
            (same_padding(n_H_prev, f[0], strides[0]), same_padding(n_W_prev, f[1], strides[1])),
        )
    types = [x.dtype, kernel.dtype]
    if bias is not None:
        types.append(bias.dtype)
    Z = np.zeros((m, n_H, n_W, n_C), dtype=np.result_type(*types))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                a = x_pad[
                    i,
                    h * strides[0] : h * strides[0] + f[0],
                    w * strides[1] : w * strides[1] + f[1],
                    :,
                ]
                for c in range(n_C):
                    b = 0 if bias is None else bias[c]
                    Z[i, h, w, c] = conv_single_step(a, kernel[:, :, :, c], b)
    return Z


# %% [markdown]
# A look at what it does:

# %%
image = np.arange(16.0).reshape(1, 4, 4, 1)
print(max_pool2d(image)[0, :, :, 0])
max_pool2d(image).shape
