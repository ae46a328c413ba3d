"""Everything is computed in float64 and cast at the very end."""

import numpy as np


def output_size(size, window, stride=1, padding="valid", dilation=1):
    if window < 1: raise ValueError('window < 1')
    if stride < 1: raise ValueError('stride < 1')
    if isinstance(padding, str) and padding.lower() == 'same':
        return int((size + stride - 1) / stride)
    if isinstance(padding, str) and padding.lower() != 'valid':
        raise ValueError('padding?')
    p = padding if isinstance(padding, int) else 0
    result = int(np.floor((size + 2.0 * p - dilation * (window - 1.0) - 1.0) / stride + 1.0))
    if result < 1: raise ValueError('window > size')
    return result


def same_padding(size, window, stride=1):
    n = output_size(size, window, stride, 'same')
    p = (n - 1) * stride + window - size
    if p <= 0:
        return 0, 0
    return int(np.floor(p / 2)), int(np.ceil(p / 2))


def zero_pad2d(x, padding):
    if x.ndim != 4: raise ValueError('x needs 4 axes')
    p = np.array(padding)
    if p.shape == (): p = np.array([[p, p], [p, p]])
    if p.shape == (2,): p = np.array([[p[0], p[0]], [p[1], p[1]]])
    if p.min() < 0: raise ValueError('padding < 0')
    big = np.zeros(np.array(x.shape) + [0, p[0].sum(), p[1].sum(), 0], x.dtype)
    rows = np.arange(x.shape[1]) + p[0, 0]
    columns = np.arange(x.shape[2]) + p[1, 0]
    big[:, rows[:, None], columns] = x
    return big


def _frame(x, k, s, padding, fill, what):
    if x.ndim != 4: raise ValueError('x needs 4 axes')
    k = np.ones(2, int) * k
    s = k if s is None else np.ones(2, int) * s
    if (k < 1).any(): raise ValueError(what + ' < 1')
    if (s < 1).any(): raise ValueError('strides < 1')
    if padding.lower() not in ['same', 'valid']: raise ValueError('padding?')
    x = x.astype(np.float64)
    if padding.lower() == 'same':
        (a, b), (c, d) = [same_padding(x.shape[i + 1], k[i], s[i]) for i in [0, 1]]
        x = np.pad(x, [(0, 0), (a, b), (c, d), (0, 0)], constant_values=fill)
    if k[0] > x.shape[1] or k[1] > x.shape[2]: raise ValueError(what + ' > x')
    return x, k, s


def _collect(x, k, s, f, channels):
    y = np.zeros([x.shape[0], (x.shape[1] - k[0]) // s[0] + 1, (x.shape[2] - k[1]) // s[1] + 1, channels])
    for i in range(y.shape[1]):
        for j in range(y.shape[2]):
            y[:, i, j] = f(x[:, i * s[0]:i * s[0] + k[0], j * s[1]:j * s[1] + k[1]])
    return y


def max_pool2d(x, pool_size=2, strides=None, padding="valid"):
    z, k, s = _frame(x, pool_size, strides, padding, -np.inf, 'pool_size')
    return _collect(z, k, s, lambda w: w.max((1, 2)), x.shape[3]).astype(x.dtype)


def min_pool2d(x, pool_size=2, strides=None, padding="valid"):
    return (-max_pool2d(-x.astype(np.float64), pool_size, strides, padding)).astype(x.dtype)


def avg_pool2d(x, pool_size=2, strides=None, padding="valid"):
    z, k, s = _frame(x, pool_size, strides, padding, 0.0, 'pool_size')
    there, _, _ = _frame(np.ones(x.shape), k, s, padding, 0.0, 'pool_size')
    y = _collect(z, k, s, lambda w: w.sum((1, 2)), x.shape[3])
    y = y / _collect(there, k, s, lambda w: w.sum((1, 2)), x.shape[3])
    return y.astype(x.dtype) if x.dtype.kind == 'f' else y


def conv2d(x, kernel, bias=None, strides=1, padding="valid"):
    if kernel.ndim != 4: raise ValueError('kernel needs 4 axes')
    z, k, s = _frame(x, np.array(kernel.shape[:2]), strides, padding, 0.0, 'kernel')
    weights = kernel.astype(np.float64).reshape(-1, kernel.shape[3])
    y = _collect(z, k, s, lambda w: w.reshape(len(w), weights.shape[0]) @ weights, kernel.shape[3])
    kind = np.result_type(x, kernel)
    if bias is not None:
        y += bias.astype(np.float64)
        kind = np.result_type(kind, bias)
    return y.astype(kind)
