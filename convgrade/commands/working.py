"""`convgrade hint`, `reset` and `list`: for the student who works on an exercise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from convgrade.commands.check import the_file
from convgrade.commands.ending import ExitCode

if TYPE_CHECKING:
    from convgrade.checking.report import ExerciseCheck
    from convgrade.release import Release

HINT = "  Hint: "
TABLE = ".hints.json"
"""How the names of tables of hints end."""


def hint(
    exercise: str | None, file: Path | None, checks: Path | None, seconds: float, more: bool
) -> ExitCode:
    """Give a hint for one exercise: where to look, or an example to begin with.

    Args:
        exercise: its name; None for the first that does not pass.
        file: the student's file; None for the only notebook in the working folder.
        checks: the released notebook; None if it is to be found.
        seconds: how long one cell may take.
        more: show all that the public checks say about the exercise.
    """
    from convgrade.checking.checker import Checker
    from convgrade.checking.finding import release_of
    from convgrade.commands.check_output import running
    from convgrade.commands.console import output, safe

    if exercise and file is None and Path(exercise).is_file():
        file, exercise = Path(exercise), None
    path = the_file(file)
    with (
        running() as says,
        Checker(path, checks, seconds, [exercise] if exercise else (), says) as checker,
    ):
        report, _ = checker.check()
    left = next((item for item in report.exercises if not item.passed), None)
    if left is None:
        passed = exercise or "Every exercise"
        output().print(f"{safe(passed)} passes the public checks: there is no hint to give.")
    elif left.outcome == "not_implemented":
        _show_examples(examples_of(release_of(path, checks).release, left.name), left.name, more)
    else:
        found = release_of(path, checks)
        folders = [folder for folder in (path.parent, found.folder) if folder is not None]
        has_table = any(file for each in folders for file in each.glob(f"*{TABLE}"))
        _show_failure(left, more, has_table=has_table)
    return ExitCode.DONE


def _show_examples(examples: Sequence[str], exercise: str, more: bool) -> None:
    """What a function that is not written yet should do: its first public check, or all."""
    from convgrade.commands.console import output, safe

    console = output()
    console.print(f"[bold]{safe(exercise)}[/bold]")
    if examples[0].startswith("check_examples("):
        console.print(
            "They are not written yet. The text above the function says how to write them."
        )
        return
    which = "its examples" if more else "its first example"
    console.print(f"It is not written yet. Work out {which} by hand:")
    for example in examples if more else examples[:1]:
        for line in example.splitlines():
            console.print(f"    {safe(line)}", soft_wrap=True)
    if not more and len(examples) > 1:
        _say_more("all of its examples")


def _show_failure(item: ExerciseCheck, more: bool, *, has_table: bool) -> None:
    """The hint with the check that it belongs to; all that fails if there is none."""
    from convgrade.commands.check_output import show_exercise
    from convgrade.commands.console import output, safe

    console = output()
    call, found = hint_in(item.text)
    if found and not more:
        console.print(f"[bold]{safe(item.name)}[/bold]")
        console.print(safe(call))
        console.print(safe(f"Hint: {found}"))
        _say_more("the numbers of all checks that fail")
        return
    show_exercise(item)
    if found:
        console.print("There are no more hints now. After grading, your feedback may have more.")
    elif item.outcome == "failed":
        reason = "No known mistake fits."
        if not has_table:
            reason = f"The file of hints, whose name ends in {TABLE}, is not beside your file."
        console.print(f"{reason} Work out this example by hand.")
    else:
        console.print("Read the error first: its last line says what is wrong, and where.")


def _say_more(what: str) -> None:
    from convgrade.commands.console import output

    output().print(f"[dim]With --more you see {what}.[/dim]")


def hint_in(text: str) -> tuple[str, str]:
    """The first line of the first failed check with a hint, and its hint in one line; "" for none.

    Args:
        text: what the checks of an exercise say.
    """
    call, hint = "", ""
    for line in text.splitlines():
        if hint and not line.startswith("  "):
            break
        if line.startswith(HINT) or hint:
            hint = f"{hint} {line.strip()}".strip()
        elif not line.startswith(" "):
            call = line or call
    return (call, hint.removeprefix(HINT.strip()).strip()) if hint else ("", "")


def examples_of(release: Release, exercise: str) -> list[str]:
    """The public checks of an exercise, as they stand in the notebook."""
    from convgrade.submission.blocks import blocks
    from convgrade.submission.released import Released

    cell = next(each.check for each in Released(release).exercises if each.name == exercise)
    texts = [block.text.strip() for block in blocks(cell.source)]
    return [text for text in texts if text.startswith("check")] or texts[:1]


def reset(exercise: str, file: Path | None, checks: Path | None) -> ExitCode:
    """Put one exercise back to its stub, and keep its text in a file beside it."""
    from convgrade.checking.resetting import reset as put_back
    from convgrade.commands.console import output, safe

    path = the_file(file)
    kept = put_back(path, exercise, checks)
    output().print(
        f"{safe(exercise)} in {safe(path.name)} is a stub again. Your text is in {safe(kept.name)}."
    )
    return ExitCode.DONE


def list_exercises(file: Path | None, checks: Path | None) -> ExitCode:
    """List the exercises and questions with their points, and what is written."""
    from rich import box
    from rich.table import Table

    from convgrade.checking.overview import overview
    from convgrade.commands.console import output, safe

    found = overview(the_file(file), checks)
    table = Table(box=box.SIMPLE, show_edge=False)
    table.add_column("exercise")
    table.add_column("points", justify="right")
    table.add_column("")
    for item in found:
        table.add_row(safe(item.name), f"{item.points:g}", item.state)
    console = output()
    console.print(table)
    console.print()
    done = sum(item.is_written for item in found)
    total = sum(item.points for item in found)
    console.print(f"{done} of {len(found)} are written. Together they have {total:g} points.")
    console.print(
        "In each exercise, hidden tests carry at least four fifths of the points, and the public "
        "checks at most one fifth. A person marks the written answers."
    )
    return ExitCode.DONE
