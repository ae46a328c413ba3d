"""From a hand-in to a result."""
