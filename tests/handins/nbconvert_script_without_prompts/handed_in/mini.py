#!/usr/bin/env python
# coding: utf-8

# # Miniature
# 
# Two functions and two questions, to be answered in order.


import numpy as np


from autograder.student import check


# ## 1. The exercise increment
# 
# Write the function increment below.


def increment(x):
    """The number after `x`."""
    return np.asarray(x) + 1


check(increment, 1, expected=2)


# ## 2. The exercise double
# 
# Write the function double below.


def double(x):
    """Twice `x`."""
    return np.asarray(x) * 2


check(double, 1, expected=2)


# ## Questions
# 
# Answer both in your own words.


# ### Question 1 (4 points)
# 
# Why is the number after a whole number greater than it? Give the reason,
# not only an example.


# Because adding one leads to the next whole number, whichever comes before it.


# ### Question 2 (4 points)
# 
# How is a number doubled without a product? Work through one example of your own.


# By adding the number to itself, as 3 + 3 = 6 shows.


