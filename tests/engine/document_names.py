"""docs/authors-names.md: what authors call, with signatures, from the docstrings of the code."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import Any

from docstring_markdown import attributes, entry, first_line, text_of

from autograder import counterexamples, diagnosis
from autograder.counterexamples import Draw
from autograder.course import assignment_settings
from autograder.course.training_terms import TrainingTerms
from autograder.sandbox.limits import Limits
from autograder.suite import (
    expect,
    identifying,
    models,
    network_differences,
    network_example,
    networks,
    plugin,
    student,
    training,
)
from convgrade.notebook import checks
from convgrade.notebook import training as notebook_training
from convgrade.notebook.windows import Window

HEAD = """\
<!-- Written by docs/refresh.py from the docstrings of the code: change those. -->

# What authors call

All names that files of authors use, with their signatures. What they are for, and examples, stand
in the [reference](authors-reference.md). The [guide](authors.md) and
[an assignment in an hour](authoring.md) show them at work.
"""

Entry = tuple[str, Any]
"""How authors write a name, and what it names."""


def _methods(prefix: str, kind: type, *names: str) -> list[Entry]:
    return [(f"{prefix}.{name}", inspect.getattr_static(kind, name)) for name in names]


def _members(prefix: str, module: Any, *names: str) -> list[Entry]:
    return [(f"{prefix}{name}", getattr(module, name)) for name in names]


def sections() -> list[tuple[str, str, list[Entry]]]:
    """Title, introduction and entries of each section of names."""
    function, whole = student.StudentFunction, student.Student
    return [
        (
            "Calls of a student's function",
            "The attributes of `student` are the student's functions, by name; here `f`.",
            [
                ("student.f", inspect.getattr_static(function, "__call__")),
                *_methods("student.f", function, "watched", "each", "outcomes", "all_raise"),
                ("Watched", student.Watched),
            ],
        ),
        (
            "student",
            "What else the fixture can do.",
            _methods(
                "student",
                whole,
                "raises",
                "once",
                "generator",
                "remote_function",
                "model",
                "history",
                "make_model",
                "without_initial_weights",
            ),
        ),
        (
            "Models",
            "What `student.model` and `student.make_model` return. Pass `model.handle` to calls.",
            [
                *_methods(
                    "model",
                    models.Model,
                    "weights",
                    "set_weights",
                    "weight_shapes",
                    "fill",
                    "predict",
                    "layers",
                ),
                ("LayerSummary", models.LayerSummary),
                ("models.filled", models.filled),
            ],
        ),
        (
            "expect",
            "`from autograder.suite import expect, Mismatch`",
            [
                *_members(
                    "expect.", expect, "that", "close", "equal", "array", "shape_of", "shown"
                ),
                ("Mismatch", expect.Mismatch),
            ],
        ),
        (
            "Networks",
            "`from autograder.suite import identifying` and, of `autograder.suite.networks`, "
            "`Network`, `Layer`, `Pool` and `Lrn`.",
            [
                *_members("identifying.", identifying, "shown", "identified", "images"),
                *_members("", networks, "Network", "Layer", "Pool", "Lrn", "forward", "shapes"),
                ("Difference", network_differences.Difference),
                *_members("network_differences.", network_differences, "differences", "sentences"),
                ("network_example.example", network_example.example),
            ],
        ),
        (
            "Training in hidden suites",
            "The fixtures `training` and `dataset`.",
            [
                *_methods("training", training.Training, "judge", "epochs", "batch_size", "more"),
                ("Attempt", training.Attempt),
                ("dataset", training.GradingData),
            ],
        ),
        (
            "Misconceptions",
            "`from autograder.diagnosis import …`",
            _members(
                "",
                diagnosis,
                "misconception",
                "variant",
                "right_answer",
                "probes",
                "call",
                "generator",
                "summarize",
                "inspect_answer",
                "look",
                "look_into",
                "suite_module",
            ),
        ),
        (
            "Inputs to try",
            "`from autograder.counterexamples import …`. `OMITTED` leaves an argument out.",
            [
                *_members("", counterexamples, "counterexamples", "call", "refused", "built"),
                *_methods("draw", Draw, "integer", "choice", "array", "put"),
            ],
        ),
        (
            "Public checks",
            "`from convgrade import …`",
            [
                *_members("", checks, "check", "check_raises"),
                ("Window", Window),
                *_members("", notebook_training, "train_as_graded", "check_learned"),
            ],
        ),
    ]


def page() -> str:
    """The whole document."""
    parts = [HEAD, _fixtures(), _marks()]
    for title, introduction, entries in sections():
        parts.append(f"## {title}\n\n{introduction}\n")
        parts += [entry(name, value) for name, value in entries]
    return "\n".join([*parts, _settings(), _cells()])


# -- tables ----------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _fixtures() -> str:
    found = {"student": "", "rng": "", "dataset": "", "training": ""}
    rows = []
    for name in found:
        fixture = inspect.getattr_static(plugin.GradingPlugin, name)
        rows.append([f"`{name}`", first_line(fixture.__wrapped__.__doc__)])
    return "## Fixtures\n\nParameters of hidden tests.\n\n" + _table(["fixture", "is"], rows)


def _marks() -> str:
    rows = []
    for marker in plugin.MARKERS:
        name, _, means = marker.partition(": ")
        rows.append([f"`pytest.mark.{name}`", means])
    return "## Marks\n\n" + _table(["mark", "means"], rows)


def _settings() -> str:
    limits = [[f"`{name}`", default, means] for name, default, means in attributes(Limits)]
    feedback = [
        [f"`{name}`", ", ".join(f"`{_toml(value)}`" for value in values)]
        for name, values in assignment_settings.FEEDBACK.items()
    ]
    terms = [
        [f"`{each.name}`", "" if each.default is MISSING else _toml(each.default)]
        for each in fields(TrainingTerms)
        if each.name not in ("dataset", "more")
    ]
    top = ", ".join(f"`{name}`" for name in assignment_settings.KNOWN)
    return "\n".join(
        [
            f"## assignment.toml\n\nThe keys and sections are {top}. An unknown one is refused.\n",
            f"### `[limits]`\n\n{text_of(Limits.__doc__)}\n",
            _table(["key", "default", "of what"], limits),
            "### `[feedback]`\n\nWhat each value means, and which is the default, stands in\n"
            "[What feedback shows](instructors.md#what-feedback-shows).\n",
            _table(["key", "values"], feedback),
            f"### `[training.<dataset>]`\n\n{text_of(TrainingTerms.__doc__)}\n",
            _table(["key", "default"], terms),
        ]
    )


def _toml(value: object) -> str:
    if value is None:
        return "none"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _cells() -> str:
    """The metadata by which a cell of the source is graded."""
    rows = [
        ["setup, tools", '`"grade_id": "setup", "locked": true`'],
        ["solution of an exercise", '`"grade_id": "<function>", "solution": true`'],
        [
            "public checks of it",
            '`"grade_id": "test_<function>", "grade": true, "locked": true, "points": n`',
        ],
        ["written question", '`"grade_id": "question_<name>", "locked": true`'],
        [
            "model answer to it",
            '`"grade_id": "<name>", "grade": true, "solution": true, "points": n`',
        ],
    ]
    return (
        "## Metadata of cells\n\nWhat stands behind `nbgrader=` in the first line of a cell in the "
        "percent format. `build`\nadds all other keys that nbgrader wants.\n\n"
        + _table(["cell", "metadata"], rows)
    )
