"""Results in formats for other programs. Nothing here grades, and no text is trusted."""
