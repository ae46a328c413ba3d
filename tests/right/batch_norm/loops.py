"""One channel and one number at a time, in Python's own floats; the functional style of Keras."""

import math

import numpy as np


def _columns(x, name="x"):
    x = np.asarray(x)
    if x.ndim < 2:
        raise ValueError(f"{name} needs two axes or more")
    return [[float(v) for v in x[..., c].ravel()] for c in range(x.shape[-1])]


def _same_length(values, name, x):
    if np.shape(values) != np.shape(x)[-1:]:
        raise ValueError(f"{name} has the wrong shape")
    return [float(value) for value in values]


def batch_statistics(x):
    means, variances = [], []
    for column in _columns(x):
        if not column:
            raise ValueError("x is empty")
        mean = math.fsum(column) / len(column) if all(map(math.isfinite, column)) else math.nan
        total = 0.0
        for value in column:
            total += (value - mean) ** 2
        means.append(mean)
        variances.append(total / len(column))
    return np.array(means), np.array(variances)


def batch_norm(x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3):
    columns = _columns(x)
    gamma, beta = _same_length(gamma, "gamma", x), _same_length(beta, "beta", x)
    mean = _same_length(moving_mean, "moving_mean", x)
    variance = _same_length(moving_variance, "moving_variance", x)
    if training:
        mean, variance = batch_statistics(x)
    y = np.empty(x.shape)
    for c, column in enumerate(columns):
        root = math.sqrt(variance[c] + epsilon)
        new = [gamma[c] * (value - mean[c]) / root + beta[c] for value in column]
        y[..., c] = np.array(new).reshape(x.shape[:-1])
    return y.astype(x.dtype) if np.issubdtype(x.dtype, np.floating) else y


def update_moving(moving_mean, moving_variance, x, momentum=0.99):
    if momentum < 0 or momentum > 1:
        raise ValueError("momentum is a share")
    _columns(x)
    old = (
        _same_length(moving_mean, "moving_mean", x),
        _same_length(moving_variance, "moving_variance", x),
    )
    result = []
    for before, now in zip(old, batch_statistics(x), strict=True):
        result.append(
            np.array([b + (1 - momentum) * (n - b) for b, n in zip(before, now, strict=True)])
        )
    return result


def batch_norm_backward(dy, x, gamma, epsilon=1e-3):
    columns = _columns(x)
    if np.shape(dy) != np.shape(x):
        raise ValueError("dy is not like x")
    gamma = _same_length(gamma, "gamma", x)
    dx, dgamma, dbeta = np.empty(x.shape), [], []
    means, variances = batch_statistics(x)
    for c, (column, slopes) in enumerate(zip(columns, _columns(dy), strict=True)):
        n, root = len(column), math.sqrt(variances[c] + epsilon)
        far = [value - means[c] for value in column]
        along = sum(slope * each for slope, each in zip(slopes, far, strict=True))
        dgamma.append(along / root)
        dbeta.append(sum(slopes))
        # by the chain rule: the three ways from x to the loss
        d_variance = -gamma[c] * along / (2 * root**3)
        d_mean = -gamma[c] * sum(slopes) / root
        new = [
            gamma[c] * slope / root + d_variance * 2 * each / n + d_mean / n
            for slope, each in zip(slopes, far, strict=True)
        ]
        dx[..., c] = np.array(new).reshape(x.shape[:-1])
    return dx.astype(x.dtype), np.array(dgamma), np.array(dbeta)


def build_batch_norm_net(input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)):
    import keras

    image = keras.Input(input_shape)
    maps = image
    for count in filters:
        maps = keras.layers.Conv2D(count, (3, 3), padding="same", use_bias=False)(maps)
        maps = keras.layers.BatchNormalization()(maps)
        maps = keras.layers.Activation("relu")(maps)
        maps = keras.layers.MaxPool2D(pool_size=(2, 2), strides=(2, 2))(maps)
    flat = keras.layers.Flatten()(maps)
    scores = keras.layers.Dense(num_classes)(flat)
    return keras.Model(image, keras.layers.Softmax()(scores))
