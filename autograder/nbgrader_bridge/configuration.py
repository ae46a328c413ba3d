"""Configures nbgrader for a course: its folders, and that student code never runs in its kernel.

The course's `nbgrader_config.py` calls `configure`. The `autograder` commands load the same file,
so they agree with the stock `nbgrader` commands. This module knows no submission and imports no
nbgrader.
"""

from __future__ import annotations

import glob
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from traitlets.config import Config, PyFileConfigLoader

from autograder.course.assignment import ROOT_MARKER
from autograder.errors import CourseError
from autograder.nbgrader_bridge.database import explain_in_stock_commands

RELEASE = "assignments"

# nbgrader copies every file in the folder of a source notebook to the release and to the folder
# of the feedback pages. This folder holds the source text (solutions and rubrics), the settings and
# the evidence of thresholds, so nbgrader must ignore them. As a consequence, nbgrader's exchange
# carries notebooks, not their .py form.
UNSEEN = (
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    "evidence",
    "*.py",
    "*.toml",
    ".*",
)


def configure(c: Config, root: Path) -> None:
    """Configure nbgrader for the course at `root`; later lines of the calling file override it."""
    # SQLAlchemy warns once per row about how nbgrader builds its rows; the user can do nothing.
    warnings.filterwarnings("ignore", message="Object of type <Submitted.* not in session")
    _find_folders_by_their_names()
    explain_in_stock_commands()
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.release_directory = RELEASE
    c.CourseDirectory.ignore = list(UNSEEN)
    c.GenerateAssignment.preprocessors = [
        "nbgrader.preprocessors.IncludeHeaderFooter",
        "nbgrader.preprocessors.InstantiateTests",
        "nbgrader.preprocessors.LockCells",
        "autograder.nbgrader_bridge.author_stubs.PutStubs",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.CheckCellMetadata",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.SaveCells",
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ClearMarkScheme",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.GenerateAssignment.post_convert_hook = "autograder.authoring.build.after_generate_assignment"
    # The exporter gives canonical notebooks, so of nbgrader's cleaning only the gradebook's points
    # and texts are needed.
    c.Autograde.sanitize_preprocessors = ["autograder.gradebook.preprocessors.OverwriteAsGiven"]
    c.Autograde.exporter_class = "autograder.gradebook.preprocessors.SubmissionExporter"
    c.Autograde.autograde_preprocessors = [
        "autograder.gradebook.preprocessors.GradeInSandbox",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # Only formgrader's marking page is made with this exporter.
    c.HTMLExporter.preprocessors = ["autograder.gradebook.marking_page.ShowModelAnswers"]
    # The page reads the gradebook itself, so none of nbgrader's preprocessors is needed.
    c.GenerateFeedback.exporter_class = "autograder.feedback_page.exporter.FeedbackPage"
    c.GenerateFeedback.preprocessors = []


def _find_folders_by_their_names() -> None:
    """Let nbgrader find notebooks of students whose names look like patterns.

    Its converters put a folder's name into a pattern, so `[x]` finds nothing and one student has no
    page. There is no setting for it. If nbgrader is not imported, nothing is done.
    """
    converters = sys.modules.get("nbgrader.converters.base")
    if converters is not None:
        converters.glob = SimpleNamespace(glob=found)  # type: ignore[attr-defined]


def found(pattern: str) -> list[str]:
    """Expand a pattern, but take its folders literally if they exist."""
    folder, rest = os.path.split(pattern)
    while folder not in ("", os.sep) and not os.path.isdir(folder):
        folder, part = os.path.split(folder)
        rest = os.path.join(part, rest)
    return glob.glob(os.path.join(glob.escape(folder), rest))


@contextmanager
def course_modules(root: Path) -> Iterator[None]:
    """Let modules in the course folder be imported, for instance plugins, as nbgrader does."""
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        sys.path.remove(str(root))


def load(root: Path) -> Config:
    """Load the configuration that the stock commands would use in the course at `root`.

    Raises:
        CourseError: `nbgrader_config.py` cannot be run.
    """
    try:
        with course_modules(root):
            return PyFileConfigLoader(ROOT_MARKER, path=str(root)).load_config()
    except FileNotFoundError:
        raise CourseError(f"{root} is not a course: it has no {ROOT_MARKER}.") from None
    except Exception as error:  # the instructor's file can raise anything
        raise CourseError(f"{root / ROOT_MARKER} cannot be run: {error!r}.") from error
