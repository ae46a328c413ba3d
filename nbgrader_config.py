"""nbgrader's settings for this course: `nbgrader` and `autograder` commands both read them."""

from pathlib import Path

from autograder.nbgrader_bridge.configuration import configure

c = get_config()  # noqa: F821 - given by traitlets, which runs this file

# The folders, and above all: student code runs in a sandbox, never in nbgrader's own process.
configure(c, Path(__file__).resolve().parent)

# Settings of your own go below this line, for instance a plugin that takes points off late work:
# c.AssignLatePenalties.plugin_class = "nbgrader.plugins.latesubmission.LateSubmissionPlugin"
