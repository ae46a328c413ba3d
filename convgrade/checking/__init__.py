"""Runs a student's public checks on the student's own machine.

`plan` reads the file as grading reads it and decides what to run. `runner` is the process that runs
it, and `process` starts and watches this process. `report` holds the results. There are no points,
no hidden tests and no sandbox here, because students run their own code.
"""
