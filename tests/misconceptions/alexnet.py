"""Known wrong answers of the AlexNet assignment, each with the question that its maker should ask.

Every function below replaces one function of the right solution and is wrong in one plausible way.
"""

# -- models and training
