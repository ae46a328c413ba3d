"""A student's own run of the public checks: what is run of a file, where, and what came of it.

`plan` reads the file as grading reads it and says what to run; `runner` is the process that runs
it, `process` its other end; `report` is what is known afterwards. There are no points in here, no
hidden test and no sandbox: students run their own code on their own machine.
"""
