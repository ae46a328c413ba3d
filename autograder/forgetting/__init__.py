"""Finds and deletes what a course stores of one student ([privacy.md](../../docs/privacy.md))."""
