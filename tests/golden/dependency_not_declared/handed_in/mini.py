import numpy as np

def increment(x):
    """Contract."""
    return np.asarray(x) + 3

def double(x):
    """Contract."""
    return increment(x) + x - 1
