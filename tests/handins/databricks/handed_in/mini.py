# Databricks notebook source
# MAGIC %md
# MAGIC # Miniature
# MAGIC 
# MAGIC Two functions and two questions, to be answered in order.

# COMMAND ----------

import numpy as np

# COMMAND ----------

from autograder.student import check

# COMMAND ----------

# MAGIC %md
# MAGIC ## 1. The exercise increment
# MAGIC 
# MAGIC Write the function increment below.

# COMMAND ----------

def increment(x):
    """The number after `x`."""
    return np.asarray(x) + 1

# COMMAND ----------

check(increment, 1, expected=2)

# COMMAND ----------

# MAGIC %md
# MAGIC ## 2. The exercise double
# MAGIC 
# MAGIC Write the function double below.

# COMMAND ----------

def double(x):
    """Twice `x`."""
    return np.asarray(x) * 2

# COMMAND ----------

check(double, 1, expected=2)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Questions
# MAGIC 
# MAGIC Answer both in your own words.

# COMMAND ----------

# MAGIC %md
# MAGIC ### Question 1 (4 points)
# MAGIC 
# MAGIC Why is the number after a whole number greater than it? Give the reason,
# MAGIC not only an example.

# COMMAND ----------

# MAGIC %md
# MAGIC Because adding one leads to the next whole number, whichever comes before it.

# COMMAND ----------

# MAGIC %md
# MAGIC ### Question 2 (4 points)
# MAGIC 
# MAGIC How is a number doubled without a product? Work through one example of your own.

# COMMAND ----------

# MAGIC %md
# MAGIC By adding the number to itself, as 3 + 3 = 6 shows.