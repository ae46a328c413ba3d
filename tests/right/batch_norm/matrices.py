"""Channels as rows of a matrix; the Jacobian of a channel; pooling before ReLU, which is equal."""

import numpy as np


def _rows(x, dtype=np.float64):
    return np.moveaxis(x, -1, 0).reshape(x.shape[-1], -1).astype(dtype)


def _back(rows, shape):
    return np.moveaxis(rows.reshape(shape[-1], *shape[:-1]), 0, -1)


def _need(condition, message):
    if not condition:
        raise ValueError(message)


def _need_vectors(x, **vectors):
    for name, value in vectors.items():
        _need(value.shape == (x.shape[-1],), f"{name} does not fit to the channels")


def batch_statistics(x):
    _need(np.ndim(x) >= 2, "x has too few axes")
    _need(np.size(x) > 0, "x has no values")
    rows = _rows(x)
    ones = np.full(rows.shape[1], 1 / rows.shape[1])
    mean = rows @ ones
    return mean, (rows - mean[:, None]) ** 2 @ ones


def batch_norm(x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3):
    _need(np.ndim(x) >= 2, "x has too few axes")
    _need_vectors(
        x, gamma=gamma, beta=beta, moving_mean=moving_mean, moving_variance=moving_variance
    )
    mean, variance = batch_statistics(x) if training else (moving_mean, moving_variance)
    slope = np.asarray(gamma, float) * (np.asarray(variance, float) + epsilon) ** -0.5
    y = x.astype(float) - mean
    y *= slope
    y += beta
    return y.astype(x.dtype) if x.dtype in (np.float16, np.float32) else y


def update_moving(moving_mean, moving_variance, x, momentum=0.99):
    _need(np.ndim(x) >= 2, "x has too few axes")
    _need_vectors(x, moving_mean=moving_mean, moving_variance=moving_variance)
    _need(0 <= momentum <= 1, "momentum is not a share")
    mean, variance = batch_statistics(x)
    new_mean = np.average([moving_mean, mean], axis=0, weights=[momentum, 1 - momentum])
    new_variance = np.average([moving_variance, variance], axis=0, weights=[momentum, 1 - momentum])
    return new_mean, new_variance


def batch_norm_backward(dy, x, gamma, epsilon=1e-3):
    _need(np.ndim(x) >= 2, "x has too few axes")
    _need(dy.shape == x.shape, "dy is not of the shape of x")
    _need_vectors(x, gamma=gamma)
    mean, variance = batch_statistics(x)
    n = x.size // x.shape[-1]
    rows, slopes = _rows(x), _rows(dy)
    dx = np.empty_like(rows)
    dgamma = np.empty(len(rows))
    for c, row in enumerate(rows):
        h = (row - mean[c]) / np.sqrt(variance[c] + epsilon)
        jacobian = np.eye(n) - 1 / n - np.outer(h, h) / n
        dx[c] = gamma[c] / np.sqrt(variance[c] + epsilon) * (jacobian @ slopes[c])
        dgamma[c] = slopes[c] @ h
    return _back(dx, x.shape).astype(x.dtype), dgamma, slopes.sum(axis=1)


def build_batch_norm_net(input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)):
    import keras
    from keras.layers import BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D, ReLU

    net = keras.Sequential()
    net.add(keras.Input(shape=input_shape))
    for number, count in enumerate(filters):
        net.add(Conv2D(count, 3, padding="SAME", use_bias=False, name=f"c{number}"))
        net.add(BatchNormalization(axis=-1, momentum=0.99, epsilon=0.001, name=f"n{number}"))
        net.add(MaxPooling2D(name=f"p{number}"))
        net.add(ReLU(name=f"r{number}"))
    net.add(Flatten())
    net.add(Dense(num_classes, activation="softmax"))
    return net
