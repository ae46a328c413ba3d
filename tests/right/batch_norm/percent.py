# Work of a student who uses an editor in place of JupyterLab.

# %% nbgrader={"grade_id": "setup"}
import numpy as np

# %% [markdown]
# First what I need more than once.


# %%
def need(condition, sentence):
    if not condition:
        raise ValueError(sentence)


def all_but_last(x):
    return tuple(range(np.ndim(x) - 1))


def precise(x):
    return np.asarray(x, dtype=np.result_type(x, np.float32))


# %% nbgrader={"grade_id": "batch_statistics"}
def batch_statistics(x):
    need(np.ndim(x) > 1 and np.size(x), "x: at least one value for each channel")
    x = precise(x)
    return np.mean(x, axis=all_but_last(x)), np.var(x, axis=all_but_last(x))


# %% nbgrader={"grade_id": "batch_norm"}
def batch_norm(x, gamma, beta, moving_mean, moving_variance, training=False, epsilon=1e-3):
    need(np.ndim(x) > 1, "x: at least two axes")
    vectors = {
        "gamma": gamma,
        "beta": beta,
        "moving_mean": moving_mean,
        "moving_variance": moving_variance,
    }
    for name, vector in vectors.items():
        need(np.shape(vector) == (np.shape(x)[-1],), f"{name}: one number for each channel")
    if training:
        moving_mean, moving_variance = batch_statistics(x)
    factor = precise(gamma) / np.sqrt(precise(moving_variance) + epsilon)
    y = (precise(x) - moving_mean) * factor + beta
    return y if np.issubdtype(x.dtype, np.integer) else y.astype(x.dtype)


# %% nbgrader={"grade_id": "update_moving"}
def update_moving(moving_mean, moving_variance, x, momentum=0.99):
    need(np.ndim(x) > 1, "x: at least two axes")
    need(np.shape(moving_mean) == np.shape(x)[-1:], "moving_mean: one number for each channel")
    need(
        np.shape(moving_variance) == np.shape(x)[-1:],
        "moving_variance: one number for each channel",
    )
    need(0 <= momentum <= 1, "momentum: a share")
    old = np.stack([precise(moving_mean), precise(moving_variance)])
    new = np.stack(batch_statistics(x))
    return tuple(old - (old - new) * (1 - momentum))


# %% nbgrader={"grade_id": "batch_norm_backward"}
def batch_norm_backward(dy, x, gamma, epsilon=1e-3):
    need(np.ndim(x) > 1 and np.size(x), "x: at least one value for each channel")
    need(np.shape(dy) == np.shape(x), "dy: the shape of x")
    need(np.shape(gamma) == np.shape(x)[-1:], "gamma: one number for each channel")
    axes, dtype = all_but_last(x), x.dtype
    x, dy = precise(x), precise(dy)
    far = x - x.mean(axis=axes)
    root = np.sqrt((far**2).mean(axis=axes) + epsilon)
    h = far / root
    dbeta, dgamma = dy.sum(axis=axes), (dy * h).sum(axis=axes)
    dh = dy * gamma
    dx = (dh - dh.mean(axis=axes) - h * (dh * h).mean(axis=axes)) / root
    return dx.astype(dtype), dgamma, dbeta


# %% nbgrader={"grade_id": "build_batch_norm_net"}
def block(count):
    import keras

    return keras.Sequential(
        [
            keras.layers.Conv2D(count, 3, padding="same", use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.MaxPooling2D(),
        ]
    )


def build_batch_norm_net(input_shape=(32, 32, 3), num_classes=10, filters=(16, 32)):
    import keras

    end = [keras.layers.Flatten(), keras.layers.Dense(num_classes, activation="softmax")]
    return keras.Sequential([keras.Input(input_shape), *map(block, filters), *end])
