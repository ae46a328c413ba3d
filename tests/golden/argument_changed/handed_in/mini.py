import numpy as np

def increment(x):
    """Contract."""
    x = np.asarray(x)
    if x.ndim == 0:
        return x + 1
    x += 1
    return x

def double(x):
    """Contract."""
    return np.asarray(x) * 2
