"""Output of the commands: Rich on a terminal, plain lines otherwise.

Everything that may contain a student's text passes through `safe` before it reaches a terminal.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from autograder.publish.text import log_safe

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress

PLAIN_WIDTH = 80


def output() -> Console:
    """The console for results: stdout, 80 columns wide unless the terminal has another width."""
    return _console(stderr=False)


def progress_output() -> Console:
    """The console for progress: stderr."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PLAIN_WIDTH
    return Console(stderr=stderr, width=width, highlight=False, emoji=False, soft_wrap=False)


def safe(text: str) -> str:
    """Make text of unknown origin safe for Rich: no control characters, markup or CI commands."""
    from rich.markup import escape

    return escape(log_safe(text))


def complain(sentence: str) -> None:
    """Print one sentence to stderr, as plain text."""
    print(f"autograder: {log_safe(sentence)}", file=sys.stderr)


def say(line: str = "") -> None:
    """Print one line of progress to stderr, as plain text."""
    print(log_safe(line), file=sys.stderr, flush=True)


class Progress:
    """Counts submissions: a bar on a terminal, plain lines otherwise.

    Without a bar, `each` decides whether every submission gets a line, or only the title is
    printed.
    """

    def __init__(self, total: int, title: str, *, each: bool = True) -> None:
        self._total = total
        self._each = each
        self._title = title
        self._done = 0
        self._bar: RichProgress | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich import progress as rich_progress

            self._bar = rich_progress.Progress(
                rich_progress.TextColumn("{task.description}"),
                rich_progress.BarColumn(bar_width=20),
                rich_progress.MofNCompleteColumn(),
                rich_progress.TimeElapsedColumn(),
                rich_progress.TextColumn("{task.fields[latest]}"),
                console=progress_output(),
                transient=True,
            )
            self._task = self._bar.add_task(self._title, total=self._total, latest="")
            self._bar.start()
        elif self._total:
            say(f"{self._title}: {self._total}")
        return self

    def expect(self, total: int, done: int = 0) -> None:
        """Set the total, which is known only now; some of it may be done already."""
        self._total, self._done = total, done
        if self._bar is not None:
            self._bar.update(self._task, total=total, completed=done)
        else:
            say(f"{self._title}: {total}" + (f", {done} done before" if done else ""))

    def advance(self, latest: str) -> None:
        """Count one more; `latest` describes it."""
        self._done += 1
        if self._bar is not None:
            self._bar.update(self._task, advance=1, latest=safe(latest))
        elif self._each:
            say(f"{self._done:>{len(str(self._total))}}/{self._total} {latest}")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()


class Bytes:
    """Shows how much of a file has arrived: a bar on a terminal, a line per tenth otherwise."""

    def __init__(self, title: str, total: int) -> None:
        self._title = title
        self._total = total
        self._tenths = 0
        self._bar: RichProgress | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich import progress as rich_progress

            self._bar = rich_progress.Progress(
                rich_progress.TextColumn("{task.description}"),
                rich_progress.BarColumn(bar_width=20),
                rich_progress.DownloadColumn(),
                rich_progress.TransferSpeedColumn(),
                rich_progress.TimeRemainingColumn(),
                console=progress_output(),
                transient=True,
            )
            self._task = self._bar.add_task(self._title, total=self._total)
            self._bar.start()
        else:
            say(f"{self._title}: {self._total / 1e6:.1f} MB")
        return self

    def update(self, done: int, total: int) -> None:
        """Show that `done` of `total` bytes have arrived."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)
        elif (tenths := 10 * done // total) > self._tenths:
            self._tenths = tenths
            say(f"{10 * tenths} %")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
