"""A class at a glance: one page on an assignment, and the same as data."""
