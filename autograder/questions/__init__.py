"""Questions about a student's own code, with keys that come from running it."""
