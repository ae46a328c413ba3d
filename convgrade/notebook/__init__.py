"""Public checks and pictures. The names for students are in `convgrade` itself.

It knows nothing of grading: no hidden test, no answer, and no other part of this package. Importing
it takes little longer than importing NumPy; matplotlib is imported when a picture is first shown.
In a notebook it does two things: it hides TensorFlow's log (`quiet`), and it makes a cell show all
its failing checks (`collecting`).
"""

from __future__ import annotations

from convgrade.notebook.collecting import show_all_failures
from convgrade.notebook.quiet import keep_the_log_quiet

keep_the_log_quiet()
show_all_failures()
