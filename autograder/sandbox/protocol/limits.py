"""The largest counts that one answer of the worker may name: it keeps to them, its host checks."""

MOST_STATEMENTS = 100_000  # of one cell
MOST_TOLD = 50  # errors, or names, in one answer
