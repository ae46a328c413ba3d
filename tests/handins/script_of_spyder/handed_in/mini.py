# -*- coding: utf-8 -*-
"""
Created on Mon Nov  3 10:11:12 2025

@author: ada
"""

#%% text
# # Miniature
# 
# Two functions and two questions, to be answered in order.

#%% 
import numpy as np

#%% 
from autograder.student import check

#%% text
# ## 1. The exercise increment
# 
# Write the function increment below.

#%% 
def increment(x):
    """The number after `x`."""
    return np.asarray(x) + 1

#%% 
check(increment, 1, expected=2)

#%% text
# ## 2. The exercise double
# 
# Write the function double below.

#%% 
def double(x):
    """Twice `x`."""
    return np.asarray(x) * 2

#%% 
check(double, 1, expected=2)

#%% text
# ## Questions
# 
# Answer both in your own words.

#%% text
# ### Question 1 (4 points)
# 
# Why is the number after a whole number greater than it? Give the reason,
# not only an example.

#%% text
# Because adding one leads to the next whole number, whichever comes before it.

#%% text
# ### Question 2 (4 points)
# 
# How is a number doubled without a product? Work through one example of your own.

#%% text
# By adding the number to itself, as 3 + 3 = 6 shows.

