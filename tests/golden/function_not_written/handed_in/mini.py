import numpy as np

def increment(x):
    """Contract."""
    raise NotImplementedError

def double(x):
    """Contract."""
    return np.asarray(x) * 2
