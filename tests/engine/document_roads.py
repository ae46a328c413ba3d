"""Where the reader of each document stands, what other people do between its commands, and which
commands a test replaces.

A document's commands are run in their order, in one course. It is made for them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import document_class
import document_repositories
from classroom50_files import OF_DOCUMENTS
from document_class import NAME
from documents import ROOT

from autograder.demo import notebooks
from autograder.grading.unchanged_hand_ins import CLOCK_STEP

Event = Callable[[Path], None]


@dataclass(frozen=True)
class Road:
    """`start` gets an empty folder, and returns the one in which the reader stands.

    `events` happen before the n-th time that a command is run (1 is the first); `places` says
    below which headings the reader stands in another folder, by its path from the empty one.
    `elsewhere` says below which headings nothing is run, and why: it is only parsed, and options of
    our commands are looked up.
    """

    start: Callable[[Path], Path]
    events: Mapping[tuple[str, int], Event] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Replaced:
    """What is run in place of a command, why, and the test that covers the rest."""

    command: str
    reason: str
    test: str = ""


LONG = "it takes minutes, and runs all that there is"
CLUSTER = "it needs the cluster of the command above, which has ended by then"
REPLACED = {
    "make demo": Replaced(f"make -n -C {ROOT} demo", LONG, "test_demo.py"),
    "make test": Replaced(f"make -n -C {ROOT} test", LONG),
    "dask worker tcp://127.0.0.1:8786 --nworkers 2 --nthreads 1": Replaced(
        "dask worker --nworkers 2 --nthreads 1 --help", CLUSTER, "test_cluster.py"
    ),
    f"autograder grade {NAME} --scheduler tcp://127.0.0.1:8786": Replaced(
        f"autograder grade {NAME} --scheduler tcp://127.0.0.1:8786 --help",
        CLUSTER,
        "test_cluster.py",
    ),
    "autograder data fetch mnist": Replaced(
        "autograder data fetch mnist --help", "it needs a network", "test_download.py"
    ),
}
CONTAINERS = "it needs Docker"
MEASURING = "it measures for minutes"
"""Why of `python benchmarks/…` only the options are checked."""

UNTIL = {
    "autograder mark": r"Ctrl-C ends it",
    "dask scheduler": r"Scheduler at: +tcp://127\.0\.0\.1",
    "convgrade check my_work.py --watch": r"of 7",
}
"""Commands, or their beginnings, that end with Ctrl-C, and what they print before."""


def _course(folder: Path) -> Path:
    return document_class.make_course(folder / "networks")


def _roster(course: Path) -> None:
    (course / "roster.csv").write_text("student\nada\nbob\n", encoding="utf-8")


def _student(folder: Path) -> Path:
    """A student's folder, with the notebook of ada and the same as a script that is not done."""
    course = _course(folder)
    home = folder / "week03"
    shutil.copytree(course / "assignments" / NAME, home)
    notebooks.write_notebook(home / f"{NAME}.ipynb", document_class.ada(course, none=""))
    (home / f"{NAME}.py").rename(home / "my_work.py")
    shutil.rmtree(course)
    return home


def _both(folder: Path) -> Path:
    """For README: a course with one student, and the student's own folder."""
    _student(folder)
    course = _grader(folder)
    right = document_class.right(course)
    document_class.hand_in(course, "ben", right, "2026-03-01 09:45:00 UTC")
    return course


def _grader(folder: Path) -> Path:
    course = _course(folder)
    notebooks.write_notebook(course / "work.ipynb", document_class.right(course))
    for student in ("ada", "ben"):
        (course / "hand-ins" / student).mkdir(parents=True)
        shutil.copyfile(course / "work.ipynb", course / "hand-ins" / student / "work.ipynb")
    return course


def _datasets(folder: Path) -> Path:
    course = _course(folder)
    (course / "docs" / "images").mkdir(parents=True)
    return course


def _ci(folder: Path) -> Path:
    """A course in a repository, and what Classroom 50 had of it."""
    course = _course(folder)
    (course / "scores.json").write_text(json.dumps(OF_DOCUMENTS), encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=course, check=True)
    return course


def _author(folder: Path) -> Path:
    root = folder / "networks"
    root.mkdir()
    shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
    return root


def _points_and_a_second_hand_in(course: Path) -> None:
    document_class.a_person_gives_points(course)
    document_class.second_hand_ins(course)


def _class_is_graded(course: Path) -> None:
    command = [str(Path(sys.executable).parent / "autograder"), "grade", NAME]
    subprocess.run(command, cwd=course, check=True, capture_output=True)


def _class_hands_in_and_is_graded(course: Path) -> None:
    document_class.class_hands_in(course)
    time.sleep(CLOCK_STEP / 1e9)  # younger folders are not remembered
    _class_is_graded(course)


GRADE = f"autograder grade {NAME}"
TO_CANVAS = f"autograder report {NAME} --roster roster.csv --canvas canvas.csv"
ROADS = {
    "README.md": Road(_both, places={"Students": "week03"}),
    "docs/students.md": Road(_student),
    "docs/instructors.md": Road(
        _course,
        {
            (GRADE, 1): document_class.class_hands_in,
            (GRADE, 2): document_class.due_date_is_set,
            (GRADE, 3): _points_and_a_second_hand_in,
            (TO_CANVAS, 1): document_class.roster_is_exported,
        },
    ),
    "docs/collecting.md": Road(
        _course,
        {
            ("autograder collect roster.csv", 1): document_repositories.students_push,
            ("autograder collect moodle.zip --roster worksheet.csv --dry-run", 1): (
                document_repositories.platform_gives_a_zip
            ),
            ("autograder feedback pooling_padding", 1): _class_is_graded,
        },
    ),
    "docs/oral.md": Road(
        _course,
        {
            (GRADE, 1): document_class.class_hands_in,
            (f"autograder questions {NAME} --grade", 1): document_class.class_answers_questions,
        },
    ),
    "docs/variants.md": Road(
        _course, {("autograder build pooling_padding --variants roster.csv", 1): _roster}
    ),
    "docs/graders.md": Road(_grader),
    "docs/ci.md": Road(
        _ci,
        elsewhere={
            "The roster, the secrets and the first run": "it needs a repository on GitHub",
            "Marking by hand, and the end of term": "it needs a run on GitHub",
            "Beside a pipeline of your own": "what is added to a file there, GitLab reads",
        },
    ),
    "docs/privacy.md": Road(
        _course, {("autograder forget ada --yes", 1): _class_hands_in_and_is_graded}
    ),
    "docs/authors.md": Road(_author),
    "docs/authoring.md": Road(_author),
    "docs/datasets.md": Road(_datasets),
    "docs/error-bars.md": Road(
        _course,
        elsewhere={
            "The command": MEASURING,
            "What came of it": MEASURING,
            "Exercises that build models": MEASURING,
            "Other courses' public checks": MEASURING,
        },
    ),
    "docs/containers.md": Road(
        _grader,
        elsewhere={
            "The image": CONTAINERS,
            "Where nothing may be changed": CONTAINERS,
            "Kubernetes": "it needs a Kubernetes cluster",
            "GitHub": "it is a part of a workflow of GitHub",
            "GitLab": "it is a setting of a runner of GitLab",
        },
    ),
    "docs/scaling.md": Road(
        _course,
        elsewhere={
            "On SLURM": "it needs a SLURM cluster",
            "On Kubernetes": "it needs a Kubernetes cluster",
        },
    ),
}
