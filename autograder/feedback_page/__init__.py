"""The feedback page of one student: nbgrader's feedback file, made from result and gradebook."""
