"""nbgrader's configuration and release, as this course uses them."""
