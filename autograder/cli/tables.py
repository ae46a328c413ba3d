"""Results as people read them in a terminal of 80 columns: one submission, or a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from autograder.cli.console import output, progress_output, safe
from autograder.course import Assignment
from autograder.publish.text import shortened

if TYPE_CHECKING:
    from rich.table import Table

    from autograder.results import ExerciseResult, Result

NAME_WIDTH = 14
WIDEST_WITH_NUMBERS = 8
SYMBOLS = {"full": "[green]●[/green]", "part": "[yellow]◐[/yellow]", "none": "[red]○[/red]"}
ATTENTION = "[bold red]!!![/bold red]"


def in_brief(result: Result) -> str:
    """One result in a few words, for a progress display."""
    if result.status == "graded":
        return f"{result.student} {result.score:g}/{result.max_score:g}"
    return f"{result.student} {result.status.replace('_', ' ')}"


def show_submission(result: Result, *, on_stderr: bool = False) -> None:
    """One submission: each exercise with its points, and what failed."""
    console = progress_output() if on_stderr else output()
    if result.status != "graded":
        console.print(f"{safe(result.student)}: [red]{result.status.replace('_', ' ')}[/red]")
        console.print(f"  {safe(result.reason)}")
        return
    width = max(len(exercise.name) for exercise in result.exercises)
    for exercise in result.exercises:
        points = f"{exercise.score:g}/{exercise.max_score:g}"
        note = "  not written yet" if exercise.outcome == "not_implemented" else ""
        console.print(f"{_symbol(exercise)} {safe(exercise.name):<{width}}  {points}{note}")
        if exercise.outcome == "not_implemented":
            continue
        for test in exercise.tests:
            if test.outcome != "passed":
                console.print(f"    {safe(test.title or test.name)}", style="bold")
                console.print(f"      {safe(test.message or test.outcome)}", style="dim")
            if test.hint:
                console.print(f"      {safe(test.hint)}", style="yellow")
    waiting = [item.name for item in result.written if item.state == "needs_marking"]
    if waiting:
        console.print(f"Written answers to mark: {safe(', '.join(waiting))}")
    console.print(f"[bold]{result.score:g} of {result.max_score:g} points[/bold]")


def show_class(
    assignment: Assignment,
    results: Sequence[Result],
    *,
    notes: Mapping[str, str] | None = None,
    on_stderr: bool = False,
) -> None:
    """A row per student: points per exercise, total, written answers to mark, and a note.

    `notes` says something of each student; without it the note is why there is no grade.
    """
    console = progress_output() if on_stderr else output()
    console.print(_class_table(assignment, results, notes))
    for line in _legend(assignment):
        console.print(f"[dim]{line}[/dim]")


def _class_table(
    assignment: Assignment, results: Sequence[Result], notes: Mapping[str, str] | None
) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("student", no_wrap=True, max_width=NAME_WIDTH)
    numbers = len(assignment.exercises) <= WIDEST_WITH_NUMBERS
    for number, _ in enumerate(assignment.exercises, 1):
        table.add_column(str(number), justify="right", no_wrap=True)
    table.add_column("total", justify="right", no_wrap=True)
    table.add_column("mark", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, overflow="ellipsis", ratio=1)
    for result in results:
        cells = [_cell(exercise, numbers) for exercise in result.exercises]
        if result.status != "graded":
            cells = ["[dim]-[/dim]"] * len(assignment.exercises)
        waiting = sum(item.state == "needs_marking" for item in result.written)
        table.add_row(
            safe(shortened(result.student, NAME_WIDTH)),
            *cells,
            f"[bold]{result.score:g}[/bold]" if result.status == "graded" else ATTENTION,
            str(waiting) if waiting else "",
            _note(result, notes),
        )
    return table


def _note(result: Result, notes: Mapping[str, str] | None) -> str:
    if notes is not None:
        return safe(shortened(notes.get(result.student, ""), 40))
    return safe(shortened(result.reason, 40))


def _legend(assignment: Assignment) -> Sequence[str]:
    names = [
        f"{number} {exercise.name} ({exercise.points:g})"
        for number, exercise in enumerate(assignment.exercises, 1)
    ]
    lines = [", ".join(names) + f"; total of {assignment.max_score:g}."]
    lines.append("mark: written answers that wait for a person.")
    if len(assignment.exercises) > WIDEST_WITH_NUMBERS:
        lines.append("● all points, ◐ some, ○ none.")
    return lines


def _cell(exercise: ExerciseResult, numbers: bool) -> str:
    if not numbers:
        return _symbol(exercise)
    colour = {"full": "green", "part": "yellow", "none": "red"}[_share(exercise)]
    return f"[{colour}]{exercise.score:g}[/{colour}]"


def _symbol(exercise: ExerciseResult) -> str:
    return SYMBOLS[_share(exercise)]


def _share(exercise: ExerciseResult) -> str:
    if exercise.score >= exercise.max_score:
        return "full"
    return "part" if exercise.score > 0 else "none"
