"""Running a hidden suite against a sandbox: `expect` for its authors, `run` for the grader."""

from autograder.suite import expect
from autograder.suite.expect import Mismatch

__all__ = ["Mismatch", "expect"]
