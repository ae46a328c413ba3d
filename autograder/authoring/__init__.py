"""Tools for authors: build an assignment and audit its suites."""
