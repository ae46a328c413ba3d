"""For authors: build an assignment, and audit its suites."""
