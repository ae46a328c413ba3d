"""What Linux offers to isolate a process."""
