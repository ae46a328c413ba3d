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
    """The mean and the biased variance of each channel; complex numbers are allowed."""
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
    taken, so the step may be as small as `TINY` and the gradient is exact to rounding.
    """

    def loss(x: Array, gamma: Array, beta: Array) -> complex:
        mean, variance = batch_statistics(x)
        y = gamma * normalised(x, mean, variance, epsilon) + beta
        return complex((_wide(dy) * y).sum())

    at = [_wide(x).astype(complex), _wide(gamma).astype(complex), np.zeros(len(gamma), complex)]
    gradients = []
    for number, argument in enumerate(at):
        gradient = np.empty(argument.shape)
        for index in np.ndindex(argument.shape):
            moved = argument.copy()
            moved[index] += 1j * TINY
            gradient[index] = loss(*at[:number], moved, *at[number + 1 :]).imag / TINY
        gradients.append(gradient)
    dx, dgamma, dbeta = gradients
    return dx, dgamma, dbeta


def _wide(x: Any) -> Array:
    x = np.asarray(x)
    return x if x.dtype.kind == "c" else x.astype(np.float64)
