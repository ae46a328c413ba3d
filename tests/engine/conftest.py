"""Fixtures that several tests of the engine share."""

from __future__ import annotations

from pathlib import Path

import pytest
from mini_course import write_mini_course

from autograder.course import Assignment


@pytest.fixture
def mini_course(tmp_path: Path) -> Assignment:
    """The miniature assignment, in a course of its own."""
    return write_mini_course(tmp_path / "course")
