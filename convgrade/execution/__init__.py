"""Runs a student's cells as Jupyter does, one top-level statement after another.

The sandbox and the student's own `check` both use it, so both run a file in the same way. It
imports only the exceptions of this package. It knows no channel, no test and no points.
"""
