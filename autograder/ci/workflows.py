"""Writes the workflows with which a CI service grades a class in the course's own repository."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from autograder.ci.repository import CLASS_FILES, Repository
from autograder.ci.templating import render
from autograder.errors import AutograderError
from convgrade import atomic_files

Service = Literal["github", "gitlab"]
FILES: dict[Service, str] = {
    "github": ".github/workflows/grade.yml",
    "gitlab": ".gitlab-ci.yml",
}
"""Where each service looks for its workflow, from the repository's folder."""
ACTIONS = {
    "checkout": "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "setup_python": "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "cache": "actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5",
    "upload": "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
}
"""The actions of the workflow for GitHub. A tag can be moved to other code; a commit cannot."""
OWN_ENVIRONMENT = ".ci/environment"
LOCK = "requirements.lock"
_PLAIN = re.compile(r"[\w .,()@+=~/-]+")
"""What neither YAML, a shell nor the expressions of a CI service could take for something else."""


@dataclass(frozen=True)
class Settings:
    """What a workflow is made for.

    Args:
        service: the CI service.
        assignments: their names, in the order in which they are graded.
        roster: the path of the roster from the course folder.
        isolation: of student code, as `autograder grade --isolation` takes it.
    """

    service: Service
    assignments: Sequence[str]
    roster: str
    isolation: str


def workflow(settings: Settings, repository: Repository) -> str:
    """The text of a workflow.

    Raises:
        AutograderError: a name cannot stand in a workflow.
    """
    for name in (*settings.assignments, settings.roster, repository.course):
        require_plain(name)
    course = repository.root / repository.course
    return render(
        f"{settings.service}.yml",
        settings=settings,
        course=repository.course,
        course_prefix="" if repository.course == "." else f"{repository.course}/",
        actions=ACTIONS,
        class_files=CLASS_FILES,
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        version=metadata.version("convgrade"),
        has_own_environment=(course / OWN_ENVIRONMENT).is_file(),
        has_lock=(course / LOCK).is_file(),
    )


def write_workflow(path: Path, text: str, *, replace: bool) -> None:
    """Write a workflow.

    Args:
        path: the file.
        text: its content.
        replace: whether an existing file may be replaced.

    Raises:
        AutograderError: there is a file, and it may not be replaced.
        OSError: it cannot be written.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise AutograderError(f"{path} is a link or a folder: remove it, or name another --output.")
    if path.exists() and not replace:
        raise AutograderError(
            f"{path} exists and stays as it is: --force replaces it, --output writes elsewhere."
        )
    atomic_files.write_text(path, text)


def require_plain(name: str) -> None:
    """Refuse a name that a workflow or a script could take for something else.

    Raises:
        AutograderError: it has other characters than the message lists.
    """
    if not _PLAIN.fullmatch(name) or name != name.strip() or name.startswith("-"):
        raise AutograderError(
            f"{name!a} cannot stand in a workflow: use letters, digits, spaces and . , ( ) @ "
            "+ = ~ - in names of folders, assignments and the roster, and no - first."
        )
