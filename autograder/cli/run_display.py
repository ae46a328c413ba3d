"""Shows a run of grading on stderr: a live display on a terminal, a line now and then elsewhere.

A thread draws the live display a few times a second, whatever the run tells meanwhile.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from autograder.cli import run_summary
from autograder.cli.interruption import twice_ends_at_once
from autograder.cli.run_progress import RunProgress, TroubleOf
from convgrade.commands.console import progress_output, say
from convgrade.safe_text import log_safe

if TYPE_CHECKING:
    from rich.console import RenderableType

    from autograder.results import Result

REFRESHES_PER_SECOND = 2
SMALLEST_BAR = 10
STEP = 0.1
"""Without a terminal, there is a line for each such share of the class,"""
LEAST_SECONDS, MOST_SECONDS = 5.0, 60.0
"""but not within so many seconds after another line, and also when so many have passed."""
STOPPING = "Stopping. Ctrl-C again ends at once."


@contextmanager
def run_display(
    total: int, title: str, *, quiet: bool, trouble_of: TroubleOf | None = None
) -> Iterator[RunProgress]:
    """Show a run while it lasts, and one line when all is done if it was more than one.

    The first Ctrl-C raises KeyboardInterrupt, a second one ends the process at once.

    Args:
        total: the number of submissions; 0 if the run tells it later by `expect`.
        title: what is done.
        quiet: show nothing.
        trouble_of: why a result needs a person; by default what teachers look at in hand-ins.

    Yields:
        The watcher to which the run must tell what happens.
    """
    if quiet:
        with twice_ends_at_once():
            yield RunProgress(total, trouble_of=trouble_of)
        return
    shown = _live if sys.stderr.isatty() and progress_output().is_interactive else _in_lines
    with shown(total, title, trouble_of) as progress:
        yield progress
    if progress.total > 1:
        say(run_summary.last_line(progress))


@contextmanager
def _live(total: int, title: str, trouble_of: TroubleOf | None) -> Iterator[RunProgress]:
    from rich.live import Live

    progress = RunProgress(total, trouble_of=trouble_of)
    console = progress_output()
    stopping: list[str] = []
    with (
        Live(
            console=console,
            refresh_per_second=REFRESHES_PER_SECOND,
            transient=True,
            get_renderable=lambda: _picture(progress, title, console.width, stopping),
        ),
        twice_ends_at_once(lambda: stopping.append(STOPPING)),
    ):
        yield progress


@contextmanager
def _in_lines(total: int, title: str, trouble_of: TroubleOf | None) -> Iterator[RunProgress]:
    if total:
        say(f"{title}: {total}")
    with twice_ends_at_once():
        yield Lines(total, title=title, trouble_of=trouble_of)


class Lines(RunProgress):
    """Prints a line when there is something new to say, and not too often."""

    def __init__(
        self,
        total: int,
        clock: Callable[[], float] = time.monotonic,
        title: str = "",
        trouble_of: TroubleOf | None = None,
    ) -> None:
        super().__init__(total, clock, trouble_of)
        self._title = title
        self._said, self._said_at = 0, clock()

    def expect(self, total: int) -> None:
        """Set the total, and say it."""
        super().expect(total)
        say(f"{self._title}: {total}")

    def reused(self, result: Result) -> None:
        """Count a stored result, and perhaps say so."""
        super().reused(result)
        self._say_if_due()

    def graded(self, result: Result) -> None:
        """Count a new result, and perhaps say so."""
        super().graded(result)
        self._say_if_due()

    def _say_if_due(self) -> None:
        if self.done == self.total:
            return
        passed = self._clock() - self._said_at
        is_step = self.done - self._said >= STEP * self.total
        if passed >= (LEAST_SECONDS if is_step else MOST_SECONDS):
            self._said, self._said_at = self.done, self._clock()
            say(run_summary.line(self))


def _picture(
    progress: RunProgress, title: str, width: int, stopping: Sequence[str]
) -> RenderableType:
    """The live display; each line is cut at the width of the terminal."""
    from rich.console import Group
    from rich.text import Text

    lines = [
        run_summary.counts(progress),
        run_summary.pace(progress),
        run_summary.running(progress),
        run_summary.slowest(progress),
        *run_summary.troubles(progress),
        *stopping,
    ]
    texts = [Text(log_safe(line), no_wrap=True, overflow="ellipsis") for line in lines if line]
    return Group(_bar(progress, title, width), *texts)


def _bar(progress: RunProgress, title: str, width: int) -> RenderableType:
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    numbers = f"{progress.done}/{progress.total}  {run_summary.duration(progress.seconds)}"
    room = max(width - len(title) - len(numbers) - 2, SMALLEST_BAR)
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True, overflow="ellipsis")
    grid.add_column(no_wrap=True, min_width=SMALLEST_BAR)
    grid.add_column(no_wrap=True, min_width=len(numbers))
    grid.add_row(title, ProgressBar(progress.total, progress.done, width=room), numbers)
    return grid
