"""Shows what was collected in 80 columns, who is who in a download, and what needs attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.cli.attention import show_attention
from autograder.collecting.records import State, shown_time
from autograder.collecting.sightings import EXPLANATIONS
from convgrade.commands.console import output, safe, say
from convgrade.safe_text import shortened

if TYPE_CHECKING:
    from rich.table import Table

    from autograder.collecting.downloads import Download
    from autograder.collecting.records import Outcome
    from autograder.collecting.returning import Returned
    from autograder.collecting.who import Person

NAME_WIDTH = 24
_COLOURS = {State.FAILED: "red", State.MISSING: "red", State.BY_HAND: "yellow"}


@dataclass(frozen=True)
class Remark:
    """A sentence on one student's work."""

    student: str
    reason: str


def show_outcomes(outcomes: Sequence[Outcome], *, dry_run: bool = False) -> bool:
    """Print a row for each student, what the times mean, and what needs attention.

    Returns:
        Whether something needs attention.
    """
    table = _table("student", "hand-in", "from", "time", "by")
    for each in outcomes:
        table.add_row(
            safe(shortened(each.student or "?", NAME_WIDTH)),
            _coloured(each.state),
            safe(shortened(each.origin, NAME_WIDTH)),
            shown_time(each.time) if each.time else "",
            str(each.rule or ""),
        )
    output().print(table)
    for rule in dict.fromkeys(each.rule for each in outcomes):
        if rule is not None:
            output().print(f"[dim]{rule}: {EXPLANATIONS[rule]}[/dim]")
    _say_counts(each.state for each in outcomes)
    if dry_run:
        say("Nothing was written.")
    remarks = [Remark(each.student, sentence) for each in outcomes for sentence in each.remarks]
    show_attention(remarks)
    return bool(remarks)


def show_returned(returned: Sequence[Returned]) -> bool:
    """Print a row for each student: what became of the feedback.

    Returns:
        Whether something needs attention.
    """
    table = _table("student", "feedback")
    for each in returned:
        table.add_row(safe(shortened(each.student, NAME_WIDTH)), _coloured(each.state))
    output().print(table)
    _say_counts(each.state for each in returned)
    remarks = [Remark(each.student, each.reason) for each in returned if each.reason]
    show_attention(remarks)
    return bool(remarks)


def _coloured(state: State) -> str:
    colour = _COLOURS.get(state, "")
    return f"[{colour}]{state}[/{colour}]" if colour else str(state)


def _say_counts(states: Iterable[State]) -> None:
    counts = Counter(states)
    say(", ".join(f"{counts[state]} {state}" for state in State if counts[state]))


def show_who_is_who(download: Download, people: Sequence[Person]) -> None:
    """Print a row for each part of a download: whose it is, and by what that is known."""
    table = _table("in the download", "student", "known by", "files")
    for each in people:
        student = safe(shortened(each.student, NAME_WIDTH)) or "[red]nobody[/red]"
        name = safe(shortened(each.delivery.label, NAME_WIDTH + 8))
        table.add_row(name, student, safe(each.how), str(len(each.delivery.files)))
    output().print(table)
    if download.nobodys:
        names = shortened(", ".join(download.nobodys), 200)
        say(f"Files that are nobody's: {names}", fold=True)


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, justify="right" if name == "files" else "left", overflow="fold")
    return table
