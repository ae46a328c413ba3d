"""Shows a class in a terminal of 80 columns: a row per student."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from autograder.course.assignment import Assignment
from convgrade.commands.console import output, progress_output, safe
from convgrade.safe_text import plain, shortened

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from autograder.gradebook.standing import Standing
    from autograder.results import ExerciseResult, Fault, Result

NAME_WIDTH = 14
GLUE = "\N{NO-BREAK SPACE}"
WIDEST_WITH_NUMBERS = 8
MOST_FAULTS = 10
SYMBOLS = {
    "full": "[green]●[/green]",
    "part": "[yellow]◐[/yellow]",
    "none": "[red]○[/red]",
    "ungraded": "[bold red]![/bold red]",
}
ATTENTION = "[bold red]!!![/bold red]"


def in_brief(result: Result) -> str:
    """One result in a few words, for a progress display."""
    if result.score is not None and result.status == "graded":
        return f"{result.student} {result.score:g}/{result.max_score:g}"
    return f"{result.student} {result.status.replace('_', ' ')}"


def show_class(
    assignment: Assignment,
    results: Sequence[Result],
    *,
    standing: Mapping[str, Standing] | None = None,
    notes: Mapping[str, str] | None = None,
    on_stderr: bool = False,
) -> None:
    """Print the faults of the suites, then a row per student: points, answers to mark, a note.

    Args:
        assignment: what was graded.
        results: one per student.
        standing: their state in the gradebook; without it only the automatic part is known.
        notes: a note for each student, of any number of lines. Without it, the note says in one
            line why there is no grade, or what needs a person.
        on_stderr: print to stderr, because stdout is used.
    """
    console = progress_output() if on_stderr else output()
    show_faults(console, results)
    console.print(_class_table(assignment, results, standing, notes, console.width))
    for line in _legend(assignment, results, standing, console.width):
        console.print(f"[dim]{safe(line)}[/dim]")


def show_faults(console: Console, results: Sequence[Result]) -> None:
    """Print each fault once: where it is, and what it leaves ungraded."""
    found: dict[tuple[str, int, str, str], tuple[Fault, int]] = {}
    for result in results:
        for fault in result.faults:
            key = (fault.file, fault.line, fault.test, fault.exercise)
            first, count = found.get(key, (fault, 0))
            found[key] = (first, count + 1)
    for fault, count in list(found.values())[:MOST_FAULTS]:
        console.print(f"[bold red]At fault: {safe(shortened(str(fault), 400))}[/bold red]")
        what = "1 submission" if count == 1 else f"{count} submissions"
        cost = f"{fault.exercise} is not graded" if fault.exercise else "There are no hints"
        console.print(f"  {safe(cost)} for {what}, and nobody loses points for it.")
    if len(found) > MOST_FAULTS:
        console.print(f"And {len(found) - MOST_FAULTS} more faults.")


def _class_table(
    assignment: Assignment,
    results: Sequence[Result],
    standing: Mapping[str, Standing] | None,
    notes: Mapping[str, str] | None,
    width: int,
) -> Table:
    """Build the table. Columns are as wide as their content; the note gets the rest."""
    from rich.table import Table
    from rich.text import Text

    numbers = [str(number) for number in range(1, len(assignment.exercises) + 1)]
    header = ["student", *numbers, "auto" if standing is None else "total", "mark"]
    with_numbers = len(numbers) <= WIDEST_WITH_NUMBERS
    rows = [_row(assignment, result, standing, with_numbers=with_numbers) for result in results]
    plain_rows = [[Text.from_markup(cell).cell_len for cell in row] for row in rows]
    widths = [max(column) for column in zip(map(len, header), *plain_rows, strict=True)]
    room = max(width - sum(widths) - len(widths), 0)
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for name, size in zip(header, widths, strict=True):
        justify: Literal["left", "right"] = "left" if name == "student" else "right"
        table.add_column(name, justify=justify, no_wrap=True, min_width=size)
    table.add_column("", overflow="fold")
    for result, row in zip(results, rows, strict=True):
        note = shortened(_note(result), room)
        if notes is not None:
            note = plain(notes.get(result.student, ""), lines=False)
        table.add_row(*row, safe(note) if room else "")
    return table


def _note(result: Result) -> str:
    if result.status == "grader_error" and result.faults:
        return f"not graded: {', '.join(result.ungraded)}"
    return result.reason or next(iter(result.observed.attention), "")


def _row(
    assignment: Assignment,
    result: Result,
    standing: Mapping[str, Standing] | None,
    *,
    with_numbers: bool,
) -> list[str]:
    """Return a cell per exercise of the assignment, for any kind of result."""
    found = {exercise.name: exercise for exercise in result.exercises}
    known = result.status != "rejected"
    return [
        safe(shortened(result.student, NAME_WIDTH)),
        *(
            _cell(found[each.name], with_numbers) if known and each.name in found else "-"
            for each in assignment.exercises
        ),
        _total(result, standing),
        _to_mark(result, standing),
    ]


def _total(result: Result, standing: Mapping[str, Standing] | None) -> str:
    if result.status != "graded" or result.score is None:
        return ATTENTION
    if standing is None:
        return f"[bold]{result.score:g}[/bold]"
    if result.student not in standing:
        return ATTENTION
    return f"[bold]{standing[result.student].score:g}[/bold]"


def _to_mark(result: Result, standing: Mapping[str, Standing] | None) -> str:
    """How many cells wait for a person now."""
    if standing is None:
        waiting = sum(item.state == "needs_marking" for item in result.written)
    else:
        waiting = standing[result.student].to_mark if result.student in standing else 0
    return str(waiting) if waiting else ""


def _legend(
    assignment: Assignment,
    results: Sequence[Result],
    standing: Mapping[str, Standing] | None,
    width: int,
) -> list[str]:
    """What the numbers at the head of the columns mean; lines break only between entries."""
    import textwrap

    names = [
        f"{number} {exercise.name} ({exercise.points:g})".replace(" ", GLUE)
        for number, exercise in enumerate(assignment.exercises, 1)
    ]
    lines = [line.replace(GLUE, " ") for line in textwrap.wrap(", ".join(names) + ".", width)]
    if standing is None:
        lines.append(f"auto: what is graded automatically, of {assignment.max_score:g} points.")
    else:
        whole = assignment.max_score + sum(question.points for question in assignment.written)
        lines.append(f"total: what the gradebook has by now, of {whole:g} points.")
    lines.append("mark: answers that wait for a person.")
    if len(assignment.exercises) > WIDEST_WITH_NUMBERS:
        lines.append("● all points, ◐ some, ○ none.")
    if any(result.ungraded for result in results):
        lines.append("!: not graded, the grader failed there.")
    if any(_total(result, standing) == ATTENTION for result in results):
        lines.append("!!!: not graded, or not in the gradebook.")
    return lines


def _cell(exercise: ExerciseResult, with_numbers: bool) -> str:
    if not with_numbers or exercise.score is None:
        return symbol(exercise)
    colour = {"full": "green", "part": "yellow", "none": "red"}[_share(exercise)]
    return f"[{colour}]{exercise.score:g}[/{colour}]"


def symbol(exercise: ExerciseResult) -> str:
    """A character for the share of an exercise's points that was earned.

    Without points it says whether all is right, or something is written.
    """
    return SYMBOLS[_share(exercise)]


def _share(exercise: ExerciseResult) -> str:
    if exercise.score is None:
        return "ungraded"
    if not exercise.max_score:
        return "full" if exercise.passed else "none" if exercise.outcome.is_absent else "part"
    if exercise.score >= exercise.max_score:
        return "full"
    return "part" if exercise.score > 0 else "none"
