import numpy as np

def increment(x):
    """Contract."""
    raise RuntimeError('no')

def double(x):
    """Contract."""
    return np.asarray(x) * 2
