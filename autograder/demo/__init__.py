"""A made-up class of submissions, right, wrong and hostile, for any assignment.

It knows no assignment by name: everything is made from the release, the solutions, the right
solutions and the misconceptions of a course.
"""

from autograder.demo.classes import made_up_class, write_class
from autograder.demo.courses import make_course
from autograder.demo.made_up import Expectation, MadeUp, surprise

__all__ = ["Expectation", "MadeUp", "made_up_class", "make_course", "surprise", "write_class"]
