"""nbgrader stays the book of record: our results in its gradebook, notebooks and feedback pages.

`preprocessors` serves the stock `nbgrader` commands, `writer` our own bulk command; both put the
same notebook and the same scores there. Student code never runs in this room.
"""
