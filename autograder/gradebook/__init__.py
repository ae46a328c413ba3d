"""Puts results into nbgrader's gradebook, its notebooks and its feedback pages.

nbgrader keeps the official grades. `preprocessors` serves the stock `nbgrader` commands, `writer`
serves `autograder grade`; both write the same notebook and the same scores. Student code never runs
in this part.
"""
