"""A course: its assignments and what they are configured with."""
