"""`grade(submission, assignment, seed) -> Result`: the one pure function, and what it returns."""
