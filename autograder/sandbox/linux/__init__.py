"""What Linux gives to keep a process apart."""
