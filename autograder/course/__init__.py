"""A course: its assignments and their configuration."""
