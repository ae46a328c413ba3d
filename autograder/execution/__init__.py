"""Running a student's cells as Jupyter does, one top-level statement after another.

Used inside the sandbox and by the student's own `check`, so that both run a file alike. Imports
nothing of ours but the exceptions; knows no wire, no test and no points.
"""
