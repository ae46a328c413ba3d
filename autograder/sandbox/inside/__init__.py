"""What runs beside a student's code, or with it."""
