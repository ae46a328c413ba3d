"""Reads a submission as data. It opens files with care, parses them, and never executes them.

A submission is a notebook, the same document as a script with cells, or a plain module that defines
the functions. Grading and the student's own checks share this code, so both see the same cells.
Points and locked cells come from the course. If a submission says otherwise, a note records it.
"""

from __future__ import annotations

from convgrade.submission.choosing import choose
from convgrade.submission.files import MAX_BYTES
from convgrade.submission.places import is_system_file
from convgrade.submission.reading import read, read_hand_in
from convgrade.submission.records import (
    MAX_GRADE_ID,
    MAX_NOTES,
    AccompanyingFile,
    Check,
    Choice,
    HandIn,
    Kind,
    RawCell,
    RunnableCell,
    Submission,
    Unreadable,
    at_most,
)

__all__ = [
    "MAX_BYTES",
    "MAX_GRADE_ID",
    "MAX_NOTES",
    "AccompanyingFile",
    "Check",
    "Choice",
    "HandIn",
    "Kind",
    "RawCell",
    "RunnableCell",
    "Submission",
    "Unreadable",
    "at_most",
    "choose",
    "is_system_file",
    "read",
    "read_hand_in",
]
