# %% [markdown]
# # Miniature
#
# Two functions and two questions, to be answered in order.

# %% nbgrader={"grade_id": "setup"}
import numpy as np

# %% nbgrader={"grade_id": "tools"}
from autograder.student import check

# %% [markdown]
# ## 1. The exercise increment
#
# Write the function increment below.

# %% nbgrader={"grade_id": "increment"}
def increment(x):
    """The number after `x`."""
    return np.asarray(x) + 1

# %% nbgrader={"grade_id": "test_increment"}
check(increment, 1, expected=2)

# %% [markdown]
# ## 2. The exercise double
#
# Write the function double below.

# %% nbgrader={"grade_id": "double"}
def double(x):
    """Twice `x`."""
    return np.asarray(x) * 2

# %% nbgrader={"grade_id": "test_double"}
check(double, 1, expected=2)

# %% [markdown]
# ## Questions
#
# Answer both in your own words.

# %% [markdown] nbgrader={"grade_id": "question_why"}
# ### Question 1 (4 points)
#
# Why is the number after a whole number greater than it? Give the reason,
# not only an example.

# %% [markdown] nbgrader={"grade_id": "why"}
# Because adding one leads to the next whole number, whichever comes before it.

# %% [markdown] nbgrader={"grade_id": "question_how"}
# ### Question 2 (4 points)
#
# How is a number doubled without a product? Work through one example of your own.

# %% [markdown] nbgrader={"grade_id": "how"}
# By adding the number to itself, as 3 + 3 = 6 shows.
