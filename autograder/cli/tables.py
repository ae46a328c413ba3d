"""Results as people read them in a terminal of 80 columns: one submission, or a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from autograder.cli.console import output, progress_output, safe
from autograder.course import Assignment
from autograder.publish.text import plain, shortened

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from autograder.results import ExerciseResult, Result, TestResult

NAME_WIDTH = 14
FAILED_TESTS_SHOWN = 3
GLUE = "\N{NO-BREAK SPACE}"
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
        failed = [test for test in exercise.tests if test.outcome != "passed"]
        for test in failed[:FAILED_TESTS_SHOWN]:
            _show_test(console, test)
        if len(failed) > FAILED_TESTS_SHOWN:
            console.print(f"    and {len(failed) - FAILED_TESTS_SHOWN} more tests")
    waiting = [item.name for item in result.written if item.state == "needs_marking"]
    if waiting:
        console.print(f"Written answers to mark: {safe(', '.join(waiting))}")
    console.print(f"[bold]{result.score:g} of {result.max_score:g} points[/bold]")


def _show_test(console: Console, test: TestResult) -> None:
    """What a failed test asked, what came, and the hint; every line of it indented."""
    from rich.padding import Padding

    console.print(
        Padding(f"[bold]{safe(test.title or test.name)}[/bold]", (0, 0, 0, 4), expand=False)
    )
    console.print(
        Padding(f"[dim]{safe(test.message or test.outcome)}[/dim]", (0, 0, 0, 6), expand=False)
    )
    if test.hint:
        console.print(
            Padding(f"[yellow]Hint: {safe(test.hint)}[/yellow]", (0, 0, 0, 6), expand=False)
        )


def show_class(
    assignment: Assignment,
    results: Sequence[Result],
    *,
    notes: Mapping[str, str] | None = None,
    on_stderr: bool = False,
) -> None:
    """A row per student: points per exercise, total, written answers to mark, and a note.

    `notes` says something of each student, in as many lines as it takes; without it the note is
    why there is no grade, cut to a line.
    """
    console = progress_output() if on_stderr else output()
    console.print(_class_table(assignment, results, notes, console.width))
    for line in _legend(assignment, console.width):
        console.print(f"[dim]{safe(line)}[/dim]")


def _class_table(
    assignment: Assignment,
    results: Sequence[Result],
    notes: Mapping[str, str] | None,
    width: int,
) -> Table:
    """Columns are as wide as what stands in them; the note gets what is left."""
    from rich.table import Table
    from rich.text import Text

    numbers = [str(number) for number in range(1, len(assignment.exercises) + 1)]
    header = ["student", *numbers, "total", "mark"]
    rows = [_row(result, with_numbers=len(numbers) <= WIDEST_WITH_NUMBERS) for result in results]
    plain_rows = [[Text.from_markup(cell).cell_len for cell in row] for row in rows]
    widths = [max(column) for column in zip(map(len, header), *plain_rows, strict=True)]
    room = max(width - sum(widths) - len(widths), 0)
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for name, size in zip(header, widths, strict=True):
        justify: Literal["left", "right"] = "left" if name == "student" else "right"
        table.add_column(name, justify=justify, no_wrap=True, min_width=size)
    table.add_column("", overflow="fold")
    for result, row in zip(results, rows, strict=True):
        note = shortened(result.reason, room)
        if notes is not None:
            note = plain(notes.get(result.student, ""), lines=False)
        table.add_row(*row, safe(note) if room else "")
    return table


def _row(result: Result, *, with_numbers: bool) -> list[str]:
    graded = result.status == "graded"
    waiting = sum(item.state == "needs_marking" for item in result.written)
    return [
        safe(shortened(result.student, NAME_WIDTH)),
        *(_cell(exercise, with_numbers) if graded else "-" for exercise in result.exercises),
        f"[bold]{result.score:g}[/bold]" if graded else ATTENTION,
        str(waiting) if waiting else "",
    ]


def _legend(assignment: Assignment, width: int) -> list[str]:
    """What the numbers at the head of the columns stand for, broken between entries only."""
    import textwrap

    names = [
        f"{number} {exercise.name} ({exercise.points:g})".replace(" ", GLUE)
        for number, exercise in enumerate(assignment.exercises, 1)
    ]
    text = ", ".join(names) + f"; together {assignment.max_score:g}."
    lines = [line.replace(GLUE, " ") for line in textwrap.wrap(text, width)]
    lines.append("mark: written answers that wait for a person.")
    if len(assignment.exercises) > WIDEST_WITH_NUMBERS:
        lines.append("● all points, ◐ some, ○ none.")
    return lines


def _cell(exercise: ExerciseResult, with_numbers: bool) -> str:
    if not with_numbers:
        return _symbol(exercise)
    colour = {"full": "green", "part": "yellow", "none": "red"}[_share(exercise)]
    return f"[{colour}]{exercise.score:g}[/{colour}]"


def _symbol(exercise: ExerciseResult) -> str:
    return SYMBOLS[_share(exercise)]


def _share(exercise: ExerciseResult) -> str:
    if exercise.score >= exercise.max_score:
        return "full"
    return "part" if exercise.score > 0 else "none"
