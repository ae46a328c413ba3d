"""An audit as tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.audit import Audited
    from autograder.audit.suites import Suite

SHOWN = 8


def show(audited: Audited, *, with_matrix: bool) -> None:
    """Print the checks with their failures, and a row for each exercise."""
    from autograder.authoring import aspects
    from convgrade.commands.console import output, safe

    console = output()
    for suite in audited.suites if with_matrix else ():
        console.print(safe(aspects.as_text(suite.matrix)), soft_wrap=True, end="\n\n")
    console.print(f"[bold]{safe(audited.assignment.name)}[/bold]")
    for check in audited.checks:
        held = check.cases - len(check.failures)
        mark = "[red]✗[/red]" if check.failures else "[green]✓[/green]"
        console.print(f"{mark} {check.name}: {held} of {check.cases}", soft_wrap=True)
        for failure in check.failures[:SHOWN]:
            console.print(f"    {safe(failure)}", soft_wrap=True)
        if len(check.failures) > SHOWN:
            console.print(f"    and {len(check.failures) - SHOWN} more")
    for line in audited.hint_figures:
        console.print(f"  hints: {safe(line)}", soft_wrap=True)
    _show_suites(audited)


def _show_suites(audited: Audited) -> None:
    from rich.table import Table

    from convgrade.commands.console import output, safe

    table = Table(box=None, pad_edge=False)
    table.add_column("exercise", overflow="fold")
    for title in ("stub", "right", "flicker", "caught", "by one", "idle", "tests", "grade"):
        table.add_column(title, justify="right")
    for suite in audited.suites:
        table.add_row(safe(suite.exercise), *_cells(suite))
    console = output()
    console.print()
    console.print(table)
    for suite in audited.suites:
        if suite.caught_once:
            names = ", ".join(suite.caught_once[:SHOWN])
            more = len(suite.caught_once) - SHOWN
            tail = f" and {more} more" if more > 0 else ""
            console.print(f"caught by one test only in {safe(suite.exercise)}: {safe(names)}{tail}")


def _cells(suite: Suite) -> list[str]:
    known = len(suite.matrix.failed)
    stub = "-" if suite.stub_score is None else f"{suite.stub_score:g}/{suite.points:g}"
    grade = "-" if suite.hardest_hint is None else f"{suite.hardest_hint:.1f}"
    return [
        stub,
        f"{suite.right}/{suite.runs}",
        str(len(suite.flickering)),
        f"{known - len(suite.missed)}/{known}",
        str(len(suite.caught_once)),
        str(len(suite.idle)),
        f"{suite.seconds:.2f} s",
        grade,
    ]
