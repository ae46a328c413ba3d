"""Formgrader's marking page of a graded notebook, made without a server."""

from __future__ import annotations

from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers

from autograder.course.assignment import Assignment
from autograder.nbgrader_bridge import configuration


def formgrader_page(course: Assignment, student: str, **resources: object) -> str:
    """The page that formgrader makes of a graded notebook, with its own exporter settings."""
    config = configuration.load(course.root)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    name = course.name
    file = course.root / "autograded" / student / name / f"{name}.ipynb"
    base = {
        "assignment_id": name,
        "notebook_id": name,
        "student": student,
        "index": 0,
        "total": 1,
        "base_url": "",
    }
    page, _ = HTMLExporter(config=config).from_filename(str(file), {**base, **resources})
    return str(page)
