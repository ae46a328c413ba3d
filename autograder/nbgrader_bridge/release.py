"""Runs nbgrader's `generate_assignment` in this process, quietly, in a chosen folder.

It knows the source of an assignment and at most the address of a gradebook, but no submission.
"""

from __future__ import annotations

import logging
from copy import deepcopy
from pathlib import Path

from traitlets.config import Config

from autograder.errors import CourseError


class Reasons(logging.Handler):
    """Keeps nbgrader's error messages, because its exceptions only point to its log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the lines of one log record."""
        self.lines += record.getMessage().strip().splitlines()

    @property
    def reason(self) -> str:
        """The exception at the end of a traceback, or else the first message."""
        raised = [line for line in self.lines if _names_exception(line)]
        return (raised or self.lines or ["no reason was given"])[0].rstrip(".")


def _names_exception(line: str) -> bool:
    head = line.partition(":")[0]
    return head.replace(".", "").isidentifier() and head.endswith(("Error", "Exception", "Entry"))


CELLS_DIFFER = "Cannot add or remove cells"
"""How nbgrader begins its refusal of a release whose cells are not those of the submissions."""


def quiet_log() -> tuple[logging.Logger, Reasons]:
    """Return a logger for one conversion that prints nothing, and the messages that it collects."""
    log = logging.Logger("autograder.nbgrader")
    reasons = Reasons()
    log.addHandler(reasons)
    return log, reasons


def generate(assignment_name: str, root: Path, config: Config, db_url: str | None = None) -> None:
    """Make `assignments/<name>/` under `root`, and register the assignment in a gradebook.

    Args:
        assignment_name: the assignment.
        root: the course folder.
        config: nbgrader's configuration.
        db_url: the address of the gradebook; None for none.

    Raises:
        CourseError: nbgrader refused; the message has its reason.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    log, reasons = quiet_log()
    config = deepcopy(config)
    config.SaveCells.enabled = db_url is not None
    folder = CourseDirectory(
        config=config, log=log, root=str(root), db_url=db_url or "", assignment_id=assignment_name
    )
    converter = GenerateAssignment(
        coursedir=folder,
        config=config,
        log=log,
        force=True,
        no_database=db_url is None,
        post_convert_hook=_nothing,
    )
    try:
        converter.start()
    except NbGraderException:
        if CELLS_DIFFER in reasons.reason:
            raise CourseError(
                f"The gradebook has submissions to {assignment_name!r}, so that no graded cell can "
                "be added or removed any more. To drop an exercise or a question, leave its cell "
                "in the source and give it 0 points."
            ) from None
        raise CourseError(
            f"nbgrader cannot make the release of {assignment_name!r}: {reasons.reason}."
        ) from None


def _nothing(**_: object) -> None:
    """Replace the course's hook, which expects to run in the course root."""
