"""Adds the cells that ask for examples to the source notebook, before the code that they test.

A course that asks for none gets its notebook back as it was.
"""

from __future__ import annotations

import ast
import copy
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.break_first.suites import GENERATED, Suite, suite
from autograder.course.assignment import Assignment, settings_of
from autograder.errors import CourseError
from convgrade.notebook.examples import MOST
from convgrade.release import EXAMPLES_PREFIX, GRADE_CELL_PREFIX, suite_file_name

ABOUT = """\
### Before you write `{exercise}`: break it first

Think of two or three inputs, and work out the right answers by hand. A good example catches a
mistake: a function with this mistake gives another answer. So choose inputs on which it is easy to
go wrong: negative numbers, sides of different lengths, arguments that are not the usual ones.

Write each example like a call of the function, and add the answer that you expect:

```python
    return [
        example(..., expected=...),
        example(..., expected=...),
    ]
```

`expected=ValueError` says that the function must refuse the input. Numbers may be rounded to four
digits. At most {most} examples count. When your work is graded, you read which answers are right,
and how many of the mistakes that people often make your examples catch. {worth}
"""
ABOUT_AGAIN = """\
### Before you write `{exercise}`: break it first

Think of two or three inputs again on which it is easy to go wrong, work out the right answers by
hand, and write them as examples. {worth}
"""
ANSWER = '''\
def {name}():
    """Two or three inputs of `{exercise}`, with the answers that you expect."""
    from convgrade import example

    ### BEGIN SOLUTION
{imports}    return [
{model}    ]
    ### END SOLUTION
'''
CHECK = """\
from convgrade import check_examples

check_examples(
    {name},
{signatures})
"""


@dataclass(frozen=True)
class Prepared:
    """A source notebook with the cells that ask for examples.

    Attributes:
        source: the notebook.
        suites: the text of each generated suite; "" for one that is not needed any more.
    """

    source: NotebookNode
    suites: dict[Path, str]


def with_examples(source: NotebookNode, assignment: Assignment, solutions: str) -> Prepared:
    """Add the cells for all exercises that `[examples]` of assignment.toml names.

    Args:
        source: the source notebook; it is not changed.
        assignment: the assignment.
        solutions: the text of the module of solutions.

    Raises:
        CourseError: an exercise does not exist, or examples cannot show its mistakes.
        SuiteError: mistakes, generators or solutions cannot be loaded.
    """
    suites = dict.fromkeys(_generated(assignment), "")
    if not assignment.examples.exercises:
        return Prepared(source, suites)
    found = copy.deepcopy(source)
    for exercise in assignment.examples.exercises:
        place = _place(found, exercise, assignment)
        made = suite(assignment, exercise, solutions)
        suites[assignment.suite_file(EXAMPLES_PREFIX + exercise)] = made.text
        cells = [_about(exercise, assignment), *_cells(exercise, assignment, made, solutions)]
        found.cells[place:place] = cells
    return Prepared(found, suites)


def _generated(assignment: Assignment) -> Iterator[Path]:
    """The suites that were generated earlier."""
    for file in sorted(assignment.suite_folder.glob(suite_file_name(EXAMPLES_PREFIX + "*"))):
        if file.read_text(encoding="utf-8").startswith(GENERATED):
            yield file


def _place(source: NotebookNode, exercise: str, assignment: Assignment) -> int:
    """The place of the solution cell of an exercise."""
    graded = {_grade_id(cell) for cell in source.cells if _roles(cell).get("grade")}
    if GRADE_CELL_PREFIX + exercise in graded:
        for place, cell in enumerate(source.cells):
            is_solution = _roles(cell).get("solution") and cell.cell_type == "code"
            if is_solution and f"def {exercise}(" in cell.source:
                return place
    file = settings_of(assignment.root, assignment.name)
    raise CourseError(
        f"{file.at('exercises', 'examples')}: [examples] names {exercise!r}, which is no exercise."
    )


def _roles(cell: NotebookNode) -> NotebookNode:
    return cell.metadata.get("nbgrader", {})


def _grade_id(cell: NotebookNode) -> str:
    return str(_roles(cell).get("grade_id", ""))


def _about(exercise: str, assignment: Assignment) -> NotebookNode:
    """The text that says what is asked for, in full where it is the first of its kind."""
    points = assignment.examples.points
    worth = f"This is worth {points:g} point{'' if points == 1 else 's'}."
    text = ABOUT if exercise == assignment.examples.exercises[0] else ABOUT_AGAIN
    cell = nbformat.v4.new_markdown_cell(
        text.format(
            exercise=exercise, most=MOST, worth=worth if points else "This gives no points."
        ).strip()
    )
    cell.id = f"about-{exercise}"[:60]
    return cell


def _cells(
    exercise: str, assignment: Assignment, made: Suite, solutions: str
) -> list[NotebookNode]:
    """The cell for the examples, and the cell that checks them."""
    name, points = EXAMPLES_PREFIX + exercise, assignment.examples.points
    answer = nbformat.v4.new_code_cell(
        ANSWER.format(
            name=name,
            exercise=exercise,
            imports="    import numpy as np\n\n" if "np." in made.model else "",
            model=textwrap.indent(made.model, " " * 8),
        ).strip(),
        metadata={"nbgrader": _metadata(name, solution=True)},
    )
    check = nbformat.v4.new_code_cell(
        CHECK.format(
            name=name,
            signatures="".join(f'    "{each}",\n' for each in _signatures(made, solutions)),
        ).strip(),
        metadata={
            "nbgrader": _metadata(GRADE_CELL_PREFIX + name, grade=True, locked=True, points=points),
            "tags": ["raises-exception"],
        },
    )
    answer.id, check.id = name[:60], f"{GRADE_CELL_PREFIX}{name}"[:60]
    return [answer, check]


def _metadata(grade_id: str, **values: object) -> dict[str, object]:
    roles = {"grade": False, "solution": False, "locked": False, "task": False}
    return {**roles, "schema_version": 3, "grade_id": grade_id, **values}


def _signatures(made: Suite, solutions: str) -> Iterator[str]:
    """The functions that examples may call, as the solutions define them."""
    defined = {
        node.name: node for node in ast.parse(solutions).body if isinstance(node, ast.FunctionDef)
    }
    for name in made.functions:
        yield f"{name}({ast.unparse(defined[name].args)})"
