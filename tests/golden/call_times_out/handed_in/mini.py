import numpy as np

def increment(x):
    """Contract."""
    while True:
        pass

def double(x):
    """Contract."""
    return np.asarray(x) * 2
