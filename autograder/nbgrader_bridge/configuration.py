"""What nbgrader is told of a course: its folders, and that student code never runs beside it.

The course's `nbgrader_config.py` calls `configure`; our own commands load that same file, so that
they and the stock `nbgrader` commands agree. It knows no submission and imports no nbgrader.
"""

from __future__ import annotations

import glob
import os
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

from traitlets.config import Config, PyFileConfigLoader

from autograder.course.assignment import ROOT_MARKER
from autograder.errors import CourseError

RELEASE = "assignments"

# nbgrader copies whatever lies beside a source notebook to the release and on to the feedback
# pages' folder. The source text (solutions and rubrics), the settings and the evidence of
# thresholds lie there, so nbgrader is told not to see them. The price: nbgrader's exchange carries
# notebooks, not their .py form.
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
    """Set up nbgrader for the course at `root`; what `nbgrader_config.py` says afterwards wins."""
    # SQLAlchemy remarks on how nbgrader builds its rows, once per row; nobody here can act on it.
    warnings.filterwarnings("ignore", message="Object of type <Submitted.* not in session")
    _find_folders_by_their_names()
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


def _find_folders_by_their_names() -> None:
    """Have nbgrader find the notebooks of students whose names look like patterns.

    Its converters put a folder's name into a pattern, so that `[x]` finds nothing and one student
    has no page. There is no setting for it. Where nbgrader is not imported, nothing is done.
    """
    converters = sys.modules.get("nbgrader.converters.base")
    if converters is not None:
        converters.glob = SimpleNamespace(glob=found)  # type: ignore[attr-defined]


def found(pattern: str) -> list[str]:
    """What a pattern finds, its folders taken by their names as far as there are such folders."""
    folder, rest = os.path.split(pattern)
    while folder not in ("", os.sep) and not os.path.isdir(folder):
        folder, part = os.path.split(folder)
        rest = os.path.join(part, rest)
    return glob.glob(os.path.join(glob.escape(folder), rest))


def load(root: Path) -> Config:
    """The configuration that the stock commands would use in the course at `root`.

    Raises:
        CourseError: `nbgrader_config.py` cannot be run.
    """
    try:
        return PyFileConfigLoader(ROOT_MARKER, path=str(root)).load_config()
    except FileNotFoundError:
        raise CourseError(f"{root} is not a course: it has no {ROOT_MARKER}.") from None
    except Exception as error:  # the file is Python of the instructor's: anything may come
        raise CourseError(f"{root / ROOT_MARKER} cannot be run: {error!r}.") from error
