"""Hidden suites and how they run: authors of suites use `expect`, the grader uses `runner.run`."""

from autograder.suite import expect
from autograder.suite.expect import Mismatch

__all__ = ["Mismatch", "expect"]
