"""Examples before code: students give inputs with the answers they expect, and grading judges them.

The course's own code and what a student wrote meet in a sandbox only.
"""

from autograder.break_first.asked import Asked, Mistake
from autograder.break_first.judging import Judge, Judged

__all__ = ["Asked", "Judge", "Judged", "Mistake"]
