"""Shows one submission in a terminal: its exercises with points, and what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.cli.tables import symbol
from autograder.publish.advice import look_first
from autograder.results import Outcome
from convgrade.commands.console import output, progress_output, safe
from convgrade.safe_text import bounded, sentences

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.results import (
        Counterexample,
        ExerciseResult,
        Hint,
        Result,
        TestResult,
    )

FAILED_TESTS_SHOWN = 3
LINES_SHOWN, CHARACTERS_SHOWN = 12, 900
REMARKS_SHOWN = 5


def show_submission(result: Result, *, on_stderr: bool = False) -> None:
    """Print each exercise with its points and what failed, then what concerns the whole."""
    console = progress_output() if on_stderr else output()
    if result.status != "graded":
        console.print(f"{safe(result.student)}: [red]{result.status.replace('_', ' ')}[/red]")
        console.print(f"  {safe(result.reason)}")
    if result.status != "rejected":
        _show_exercises(console, result)
    _show_remarks(console, result)
    if result.score is not None and result.status == "graded":
        console.print(f"[bold]{result.score:g} of {result.max_score:g} points[/bold]")


def _show_exercises(console: Console, result: Result) -> None:
    width = max((len(exercise.name) for exercise in result.exercises), default=0)
    for exercise in result.exercises:
        console.print(
            f"{symbol(exercise)} {safe(exercise.name):<{width}}  {safe(_points(exercise))}"
        )
        if exercise.outcome is Outcome.NOT_IMPLEMENTED:
            continue
        if exercise.examples is not None:
            for sentence in exercise.examples.sentences:
                _show(console, 4, safe(sentence))
            continue
        failed = [test for test in exercise.tests if not test.passed]
        if exercise.outcome is Outcome.MISSING and len({test.message for test in failed}) == 1:
            _show(console, 4, f"[dim]{safe(_message(failed[0]))}[/dim]")
            continue
        for test in failed[:FAILED_TESTS_SHOWN]:
            _show_test(console, test, with_hint=not exercise.hints)
        if len(failed) > FAILED_TESTS_SHOWN:
            console.print(f"    and {len(failed) - FAILED_TESTS_SHOWN} more tests")
        if example := next((test.counterexample for test in failed if test.counterexample), None):
            _show_counterexample(console, example)
        for hint in exercise.hints:
            _show(console, 4, f"[yellow]Hint: {safe(_first_step(hint))}[/yellow]")
        if exercise.suspect:
            _show(console, 4, f"[yellow]{safe(look_first(exercise.suspect))}[/yellow]")


def _points(exercise: ExerciseResult) -> str:
    if exercise.score is None:
        return f"not graded, worth {exercise.max_score:g}"
    note = "  not written yet" if exercise.outcome is Outcome.NOT_IMPLEMENTED else ""
    return f"{exercise.score:g}/{exercise.max_score:g}{note}"


def _first_step(hint: Hint) -> str:
    more = len(hint.steps) - 1
    if not more:
        return hint.steps[0]
    count = f"{more} more steps are" if more > 1 else "1 more step is"
    return f"{hint.steps[0]} ({count} on the feedback page.)"


def _show_test(console: Console, test: TestResult, *, with_hint: bool) -> None:
    _show(console, 4, f"[bold]{safe(test.title or test.name)}[/bold]")
    _show(console, 6, f"[dim]{safe(_message(test))}[/dim]")
    if test.hint and with_hint:
        _show(console, 6, f"[yellow]Hint: {safe(test.hint)}[/yellow]")


def _show_counterexample(console: Console, example: Counterexample) -> None:
    """Print one per exercise, without the line that imports NumPy; reports have all of them."""
    lines = [line for line in example.code.splitlines() if line and line != "import numpy as np"]
    _show(console, 4, f"[bold]Try this: {safe(bounded(example.wrong, 2, CHARACTERS_SHOWN))}[/bold]")
    code = bounded("\n".join(lines), LINES_SHOWN, CHARACTERS_SHOWN)
    _show(console, 6, f"[cyan]{safe(code)}[/cyan]")


def _message(test: TestResult) -> str:
    return bounded(test.message, LINES_SHOWN, CHARACTERS_SHOWN) or test.outcome


def _show_remarks(console: Console, result: Result) -> None:
    """Print what needs a person, cells that did not run through, and answers that wait."""
    groups = (
        ("Needs attention:", result.observed.attention),
        ("Did not run through:", result.observed.failed_cells),
    )
    for title, found in groups:
        if found:
            console.print(title)
        for sentence in sentences(found, REMARKS_SHOWN):
            _show(console, 2, f"[yellow]{safe(sentence)}[/yellow]")
    waiting = [item.name for item in result.written if item.state == "needs_marking"]
    if waiting:
        console.print(f"Written answers to mark: {safe(', '.join(waiting))}")


def _show(console: Console, indent: int, markup: str) -> None:
    from rich.padding import Padding

    console.print(Padding(markup, (0, 0, 0, indent), expand=False))
