"""Grades submissions: from the file that was handed in to the result."""
