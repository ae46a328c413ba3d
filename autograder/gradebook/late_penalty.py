"""A plugin for nbgrader that takes points off late work: a share for each day that has begun.

c.AssignLatePenalties.plugin_class = "autograder.gradebook.late_penalty.LatePenalty"
c.LatePenalty.percent_per_day = 10
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from nbgrader.plugins import BasePlugin, LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import Float
from traitlets.config import Config

from autograder.errors import CourseError
from autograder.nbgrader_bridge import configuration
from autograder.nbgrader_bridge.release import quiet_log

SECONDS_PER_DAY = 24 * 60 * 60


class LatePenalty(BasePlugin):  # type: ignore[misc]  # nbgrader is untyped
    """Takes off `percent_per_day` of the earned points for each day begun after the due date."""

    percent_per_day = Float(
        10.0, min=0.0, max=100.0, help="Per cent of the earned points for each day begun."
    ).tag(config=True)
    most_percent = Float(
        100.0, min=0.0, max=100.0, help="Per cent of the earned points that are taken off at most."
    ).tag(config=True)
    grace_minutes = Float(
        0.0, min=0.0, help="Minutes after the due date that still count as in time."
    ).tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Return the points to take off, to two decimals; None if the work counts as in time.

        Args:
            student_id: not used; extra time is in the gradebook.
            score: the points earned.
            total_seconds_late: seconds after the due date, extra time subtracted.
        """
        late = total_seconds_late - 60 * self.grace_minutes
        if late <= 0:
            return None
        percent = min(self.percent_per_day * math.ceil(late / SECONDS_PER_DAY), self.most_percent)
        return float(round(score * percent / 100, 2))

    @property
    def rule(self) -> str:
        """The settings in words."""
        grace = f", after {self.grace_minutes:g} minutes of grace" if self.grace_minutes else ""
        return (
            f"{self.percent_per_day:g} % of the earned points for each day begun, at most "
            f"{self.most_percent:g} %{grace}"
        )


def late_penalties(root: Path, config: Config) -> AssignLatePenalties:
    """Return nbgrader's preprocessor for late work, with the plugin of the course at `root`.

    Raises:
        CourseError: the plugin cannot be loaded.
    """
    try:
        with configuration.course_modules(root):
            late = AssignLatePenalties(config=config, log=quiet_log()[0])
            late.init_plugin()
    except Exception as error:  # a plugin of the course may raise anything
        raise CourseError(
            "The plugin of c.AssignLatePenalties.plugin_class in nbgrader_config.py cannot be "
            f"loaded: {error}."
        ) from error
    return late


def rule_of(plugin: Any) -> str:
    """What a plugin takes off, in words."""
    if isinstance(plugin, LatePenalty):
        return plugin.rule
    if type(plugin) is LateSubmissionPlugin:
        nothing = "nothing (see c.AssignLatePenalties in nbgrader_config.py)"
        return nothing if plugin.penalty_method == "none" else "all points"
    return f"as {type(plugin).__module__}.{type(plugin).__qualname__} says"
