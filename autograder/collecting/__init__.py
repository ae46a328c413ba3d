"""Brings hand-ins from repositories and learning platforms into a course, and feedback back."""
