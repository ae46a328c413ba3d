"""What students import in their notebooks: public checks and pictures.

It knows nothing of grading: no hidden test, no answer, and no other room of the kit. Importing it
costs little more than importing NumPy; matplotlib is imported when a picture is first shown.
"""

from __future__ import annotations

from autograder.student.checks import CheckFailed, NotWrittenYet, check, check_raises
from autograder.student.pictures import (
    Picture,
    show_convolution,
    show_padding,
    show_pooling,
    show_windows,
)

__all__ = [
    "CheckFailed",
    "NotWrittenYet",
    "Picture",
    "check",
    "check_raises",
    "show_convolution",
    "show_padding",
    "show_pooling",
    "show_windows",
]
