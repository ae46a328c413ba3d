"""nbgrader's settings for this course: `nbgrader` and `autograder` commands both read them."""

from pathlib import Path

from autograder.nbgrader_bridge.configuration import configure

c = get_config()  # noqa: F821 - given by traitlets, which runs this file

# The folders, and above all: student code runs in a sandbox, never in nbgrader's own process.
configure(c, Path(__file__).resolve().parent)

# Settings of your own go below this line, for instance what late work costs:
# c.AssignLatePenalties.plugin_class = "autograder.gradebook.late_penalty.LatePenalty"
# c.LatePenalty.percent_per_day = 10  # of the earned points, for each day begun
# c.LatePenalty.most_percent = 50
# c.LatePenalty.grace_minutes = 15
# or a gradebook on a server (pip install 'convgrade[postgresql]'):
# c.CourseDirectory.db_url = "postgresql+psycopg://user:password@host/database"
# c.CourseDirectory.course_id = "networks"
