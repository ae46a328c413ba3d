"""Small edits of Python functions: to make mistakes on purpose, and to try what repairs one."""

from autograder.edits.edit import Edit
from autograder.edits.listing import edits_of
from autograder.edits.mistakes import Mistake, Planned, mistakes

__all__ = ["Edit", "Mistake", "Planned", "edits_of", "mistakes"]
