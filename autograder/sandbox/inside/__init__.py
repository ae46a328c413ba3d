"""What runs next to student code (the guardian), or together with it."""
