"""`convgrade hint`, `reset` and `list`: for the student who works on an exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from convgrade.commands.check import ChecksOption, FileArgument, SecondsOption, the_file
from convgrade.commands.ending import ExitCode

if TYPE_CHECKING:
    from convgrade.release import Release

HINT = "  Hint: "


def hint(
    exercise: Annotated[
        str | None,
        typer.Argument(
            metavar="[EXERCISE]",
            help="By default the first exercise that does not pass.",
            show_default=False,
        ),
    ] = None,
    file: FileArgument = None,
    checks: ChecksOption = None,
    seconds: SecondsOption = 120.0,
) -> None:
    """Give a hint for one exercise: where to look, or an example to begin with.

    Example: [bold]convgrade hint max_pool2d[/bold]
    """
    from convgrade.checking.checker import Checker
    from convgrade.checking.finding import release_of
    from convgrade.commands.check_output import running, show_exercise
    from convgrade.commands.console import output, safe

    path = the_file(file)
    with (
        running() as says,
        Checker(path, checks, seconds, [exercise] if exercise else (), says) as checker,
    ):
        report, _ = checker.check()
    console = output()
    left = next((item for item in report.exercises if not item.passed), None)
    if left is None:
        passed = exercise or "Every exercise"
        console.print(f"{safe(passed)} passes the public checks: there is no hint to give.")
        raise typer.Exit(ExitCode.DONE)
    console.print(f"[bold]{safe(left.name)}[/bold]")
    found = hint_in(left.text)
    if found:
        console.print(safe(found))
    elif left.outcome == "failed":
        show_exercise(left)
        console.print("No known mistake fits. Work out this example by hand.")
    elif left.outcome == "not_implemented":
        example = first_check(release_of(path, checks).release, left.name)
        console.print("It is not written yet. Work out its first example by hand:")
        console.print(f"    {safe(example)}", soft_wrap=True)
    else:
        show_exercise(left)
        console.print("Read the error first: its last line says what is wrong, and where.")


def hint_in(text: str) -> str:
    """The hint at the end of a failed check, in one line; "" if there is none."""
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith(HINT)), len(lines))
    kept = []
    for line in lines[start:]:
        if not line.startswith("  "):
            break
        kept.append(line.strip())
    return " ".join(kept).removeprefix(HINT.strip()).strip()


def first_check(release: Release, exercise: str) -> str:
    """The first public check of an exercise, as it stands in the notebook."""
    from convgrade.submission.blocks import blocks
    from convgrade.submission.released import Released

    cell = next(each.check for each in Released(release).exercises if each.name == exercise)
    texts = [block.text.strip() for block in blocks(cell.source)]
    return next((text for text in texts if text.startswith("check")), texts[0])


def reset(
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE", help="The exercise to reset.")],
    file: FileArgument = None,
    checks: ChecksOption = None,
) -> None:
    """Put one exercise back to its stub, and keep your text in a file beside it.

    Close the notebook in Jupyter first, or reload it from disk afterwards.

    Example: [bold]convgrade reset max_pool2d[/bold]
    """
    from convgrade.checking.resetting import reset as put_back
    from convgrade.commands.console import output, safe

    path = the_file(file)
    kept = put_back(path, exercise, checks)
    output().print(
        f"{safe(exercise)} in {safe(path.name)} is a stub again. Your text is in {safe(kept.name)}."
    )


def list_exercises(file: FileArgument = None, checks: ChecksOption = None) -> None:
    """List the exercises and questions with their points, and what is written.

    It runs nothing.

    Example: [bold]convgrade list[/bold]
    """
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
