"""The suite's own reference for batch normalisation, in float64; it may be slow.

Gradients are numerical. They need no formula of the backward pass.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray
TINY = 1e-100
"""The imaginary step of numerical gradients: its square is 0, so nothing is rounded."""


def batch_statistics(x: Array) -> tuple[Array, Array]:
    """The mean and the biased variance of each channel."""
    values = _wide(x).reshape(-1, np.shape(x)[-1])
    mean = values.sum(axis=0) / len(values)
    return mean, ((values - mean) ** 2).sum(axis=0) / len(values)


def normalised(x: Array, mean: Array, variance: Array, epsilon: float) -> Array:
    return (_wide(x) - mean) / np.sqrt(_wide(variance) + epsilon)


def batch_norm(
    x: Array,
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_variance: Array,
    training: bool = False,
    epsilon: float = 1e-3,
) -> Array:
    mean, variance = batch_statistics(x) if training else (moving_mean, moving_variance)
    y = _wide(gamma) * normalised(x, mean, variance, epsilon) + beta
    return y.astype(x.dtype) if x.dtype.kind == "f" else y


def terms_of_batch_norm(
    x: Array,
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_variance: Array,
    training: bool,
    epsilon: float,
) -> Array:
    """What the terms of `batch_norm` add up to if all of them are positive."""
    mean, variance = batch_statistics(x) if training else (moving_mean, moving_variance)
    amounts = map(np.abs, (_wide(x), gamma, beta))
    return batch_norm(*amounts, -np.abs(mean), variance, False, epsilon)


def update_moving(
    moving_mean: Array, moving_variance: Array, x: Array, momentum: float = 0.99
) -> tuple[Array, Array]:
    olds, news = (moving_mean, moving_variance), batch_statistics(x)
    mean, variance = (
        momentum * _wide(old) + (1 - momentum) * new for old, new in zip(olds, news, strict=True)
    )
    return mean, variance


def batch_norm_backward(
    dy: Array, x: Array, gamma: Array, epsilon: float = 1e-3
) -> tuple[Array, Array, Array]:
    """Numerical gradients of the loss sum(dy · y), by a complex step for each number.

    The derivative of a function f at x is the imaginary part of f(x + ih) / h. No difference is
    taken, so the step may be as small as `TINY` and the gradient is exact to rounding. Channels do
    not change each other's outputs, so a number of each of them is moved at once.
    """
    channels = x.shape[-1]
    values, slopes = _wide(x).reshape(-1, channels), _wide(dy).reshape(-1, channels)

    def losses(values: Array, gamma: Array, beta: Array) -> Array:
        """By how much the loss of each channel moves, for one batch or for a stack of them."""
        mean = values.mean(axis=-2, keepdims=True)
        variance = ((values - mean) ** 2).mean(axis=-2, keepdims=True)
        y = gamma * normalised(values, mean, variance, epsilon) + beta
        return (slopes * y).sum(axis=-2).imag / TINY

    gamma, zeros, step = _wide(gamma), np.zeros(channels), 1j * TINY
    moved = values + step * np.eye(len(values))[:, :, None]
    dx = losses(moved, gamma, zeros).reshape(x.shape)
    return dx, losses(values, gamma + step, zeros), losses(values, gamma, zeros + step)


def terms_of_gradients(
    dy: Array, x: Array, gamma: Array, epsilon: float
) -> tuple[Array, Array, Array]:
    """How large the terms of the three gradients are, for each channel, or a little larger."""
    mean, variance = batch_statistics(x)
    slopes = np.abs(_wide(dy)).reshape(-1, x.shape[-1])
    far = normalised(np.abs(_wide(x)), -np.abs(mean), variance, epsilon).reshape(slopes.shape)
    scale = np.abs(gamma) / np.sqrt(variance + epsilon)
    of_x = scale * slopes.max(axis=0) * (1 + far.max(axis=0))
    return of_x, (slopes * far).sum(axis=0), slopes.sum(axis=0)


def _wide(x: Any) -> Array:
    x = np.asarray(x)
    return x if x.dtype.kind == "c" else x.astype(np.float64)
