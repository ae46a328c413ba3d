import numpy as np

def increment(x):
    """Contract."""
    return object()

def double(x):
    """Contract."""
    return np.asarray(x) * 2
