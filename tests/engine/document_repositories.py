"""What students and platforms do between the commands of docs/collecting.md."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import document_class
from document_class import NAME
from git_servers import student_repository

DATES = "2026-03-01T12:00:00Z"
"""Of all commits, so that their names are the same in each run."""
ROSTER = """student,name,url
ada,Ada Lovelace,../repositories/server/ada.git
ben,Ben Britten,../repositories/server/ben.git
cleo,Cleo Laine,../repositories/server/cleo.git
"""
WORKSHEET = """Identifier,Full name,Email address,Status,student
Participant 12345,Ada Lovelace,ada@example.org,Submitted for grading,ada
Participant 12346,Ben Britten,ben@example.org,Submitted for grading,ben
"""


def students_push(course: Path) -> None:
    """Ada and ben push their notebooks; the repository of cleo is empty."""
    for student, notebook in (
        ("ada", document_class.ada(course)),
        ("ben", document_class.right(course)),
        ("cleo", None),
    ):
        repository = student_repository(course.parent / "repositories", student)
        if notebook is not None:
            repository.hand_in({f"{NAME}.ipynb": json.dumps(notebook)}, DATES)
    (course / "roster.csv").write_text(ROSTER, encoding="utf-8")


def platform_gives_a_zip(course: Path) -> None:
    """A zip of Moodle with the work of ada, ben, and somebody who is not in the worksheet."""
    (course / "worksheet.csv").write_text(WORKSHEET, encoding="utf-8")
    with zipfile.ZipFile(course / "moodle.zip", "w") as archive:
        for person in ("Ada Lovelace_12345", "Ben Britten_99", "Eve Adams_12350"):
            text = json.dumps(document_class.right(course))
            archive.writestr(f"{person}_assignsubmission_file_/work.ipynb", text)
