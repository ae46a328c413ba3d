"""Shows the results of a student's public checks.

The report comes from the student's process and may contain anything, so it is escaped here.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from convgrade.checking.report import CheckReport, ExerciseCheck
from convgrade.commands.console import folded, output, progress_output, safe

if TYPE_CHECKING:
    from rich.status import Status

REMARKS = {"not_implemented": "not written yet", "not_run": "not reached"}
COLOURS = {"passed": "green", "not_implemented": "yellow", "not_run": "yellow"}
SIGNS = {"passed": "✓", "not_implemented": "·", "not_run": "·"}
PLAIN_SIGNS = {"✓": "+", "✗": "x", "·": ".", "█": "#", "░": "."}
BAR_CELLS = 30


class Running:
    """Shows what runs, on a terminal: a line that disappears when something is printed."""

    def __init__(self) -> None:
        self._status: Status | None = None

    def __call__(self, what: str) -> None:
        """Show what runs; "" means that nothing runs any more."""
        if not what:
            if self._status is not None:
                self._status.stop()
            self._status = None
            return
        if self._status is None:
            self._status = progress_output().status("Checking")
            self._status.start()
        self._status.update(f"Running {safe(what)}")


@contextmanager
def running() -> Iterator[Running]:
    """Provide the display of the running cell, and clear it at the end in any case."""
    says = Running()
    says("the checks")
    try:
        yield says
    finally:
        says("")


def show(path: Path, report: CheckReport) -> None:
    """Print a mark per exercise with what was expected and what came, then what to do next."""
    console = output()
    _show_head(path, report, report.exercises)
    for item in report.exercises:
        show_exercise(item)
    console.print()
    for line in closing_lines(report):
        console.print(_printable(safe(line)))


def show_next(path: Path, report: CheckReport, passed: Collection[str] = ()) -> None:
    """Print how many exercises pass, as a bar, which are new among them, and the next one.

    Args:
        path: the file.
        report: what its check found.
        passed: the exercises that passed the last time.
    """
    console = output()
    following = [item for item in report.exercises if not item.passed][:1]
    _show_head(path, report, following)
    for item in report.exercises:
        if item.passed and item.name not in passed:
            show_exercise(item)
    console.print(bar(sum(item.passed for item in report.exercises), len(report.exercises)))
    for item in following:
        show_exercise(item)
    console.print()
    for line in closing_lines(report, has_bar=True):
        console.print(_printable(safe(line)))


def _show_head(path: Path, report: CheckReport, shown: Collection[ExerciseCheck]) -> None:
    """Print the name of the file, and what is wrong with it that no shown exercise says."""
    console = output()
    console.print(f"[bold]{_printable(safe(path.name))}[/bold]")
    said = "\n".join(item.text for item in shown)
    problems = [sentence for sentence in report.problems if sentence not in said]
    for sentence in (*report.attention, *problems):
        console.print(f"[yellow]![/yellow] {_printable(safe(sentence))}")


def bar(done: int, total: int) -> str:
    """A bar of the exercises that pass, and their number."""
    full = BAR_CELLS * done // max(total, 1)
    drawn = _printable("█" * full + "░" * (BAR_CELLS - full))
    return f"[green]{drawn}[/green] {done} of {total} exercises pass"


def show_exercise(item: ExerciseCheck) -> None:
    """Print the mark of an exercise, with what was expected and what came."""
    console = output()
    sign = _printable(SIGNS.get(item.outcome, "✗"))
    colour = COLOURS.get(item.outcome, "red")
    remark = REMARKS.get(item.outcome)
    suffix = f"  [dim]{remark}[/dim]" if remark else ""
    console.print(f"[{colour}]{sign}[/{colour}] {safe(item.name)}{suffix}")
    text = "" if item.outcome in REMARKS else item.text.strip("\n")
    for line in text.splitlines():
        for part in folded(f"    {_printable(line)}", sys.stdout):
            console.print(safe(part).rstrip(), soft_wrap=True)


def show_unchanged(path: Path) -> None:
    """Print that a save changed nothing that is checked."""
    output().print(f"[dim]{safe(path.name)} was saved; nothing that is checked has changed.[/dim]")


def closing_lines(report: CheckReport, *, has_bar: bool = False) -> list[str]:
    """What is left, and what to do next. With a bar above, how many pass is said already."""
    left = [item for item in report.exercises if not item.passed]
    total = len(report.exercises)
    blank = _blank(report)
    if left:
        count = "" if has_bar else f"{total - len(left)} of {total} pass. "
        return [*blank, f"{count}Next: {_todo(left)}."]
    if report.is_part:
        return [f"{_all(total)}. Check the whole file before you hand it in."]
    if blank:
        return [f"{_all(total)}, but the file is not complete.", *blank]
    return [
        f"{_all(total)}. The hidden tests ask for more than these examples: "
        "think of other shapes, strides and signs, then hand it in."
    ]


def _all(total: int) -> str:
    return "It passes" if total == 1 else f"All {total} pass"


def _todo(left: list[ExerciseCheck]) -> str:
    """What to do about the first exercise that does not pass."""
    first = left[0]
    if first.outcome == "not_run":
        return "correct the cell that stopped the checks"
    return f"{'write' if first.outcome == 'not_implemented' else 'correct'} {first.name}"


def _blank(report: CheckReport) -> list[str]:
    """A sentence about the written answers that are still blank; none if all are written."""
    blank = report.blank
    if not blank or report.is_part:
        return []
    points = sum(each.points for each in blank)
    worth = f"{len(blank)} written answer{'s' * (len(blank) > 1)}"
    if report.points:
        worth += f" worth {points:g} of {report.points:g} points"
    names = ", ".join(each.name for each in blank)
    verb = "is" if len(blank) == 1 else "are"
    if report.is_module:
        return [
            f"{worth} {verb} not in this file: {names}. In a module without cells, an answer is a "
            'comment or a string below a comment such as "# Question 1".'
        ]
    return [f"{worth} {verb} still blank: {names}."]


def _printable(text: str) -> str:
    """Replace characters that the terminal cannot show."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        for sign, plain in PLAIN_SIGNS.items():
            text = text.replace(sign, plain)
        return text.encode(encoding, "replace").decode(encoding)
    return text
