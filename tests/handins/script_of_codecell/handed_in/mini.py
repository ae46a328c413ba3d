# <markdowncell>
# # Miniature
#
# Two functions and two questions, to be answered in order.

# <codecell>
import numpy as np

# <codecell>
from autograder.student import check

# <markdowncell>
# ## 1. The exercise increment
#
# Write the function increment below.

# <codecell>
def increment(x):
    """The number after `x`."""
    return np.asarray(x) + 1

# <codecell>
check(increment, 1, expected=2)

# <markdowncell>
# ## 2. The exercise double
#
# Write the function double below.

# <codecell>
def double(x):
    """Twice `x`."""
    return np.asarray(x) * 2

# <codecell>
check(double, 1, expected=2)

# <markdowncell>
# ## Questions
#
# Answer both in your own words.

# <markdowncell>
# ### Question 1 (4 points)
#
# Why is the number after a whole number greater than it? Give the reason,
# not only an example.

# <markdowncell>
# Because adding one leads to the next whole number, whichever comes before it.

# <markdowncell>
# ### Question 2 (4 points)
#
# How is a number doubled without a product? Work through one example of your own.

# <markdowncell>
# By adding the number to itself, as 3 + 3 = 6 shows.
