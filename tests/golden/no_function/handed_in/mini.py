import numpy as np

increment = 5

def double(x):
    """Contract."""
    return np.asarray(x) * 2
