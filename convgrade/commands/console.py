"""Output of the commands: Rich on a terminal, plain lines otherwise.

Everything that may contain a student's text passes through `safe` before it reaches a terminal.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self, TextIO

from convgrade.safe_text import log_safe

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import ProgressColumn

PLAIN_WIDTH = 80
_program = "autograder"


def speak_as(program: str) -> None:
    """Set the name with which complaints begin."""
    global _program
    _program = program


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


def folded(line: str, stream: TextIO, hang: str = "") -> list[str]:
    """A line as lines that fit into the terminal of a stream; unchanged if it is no terminal.

    The second line and the next begin where the first begins, and in addition with `hang`.
    """
    if not stream.isatty():
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    width = shutil.get_terminal_size().columns
    return (
        textwrap.wrap(
            line,
            width,
            subsequent_indent=indent + hang,
            break_long_words=False,
            break_on_hyphens=False,
        )
        if len(line) > width
        else [line]
    )


def complain(sentence: str) -> None:
    """Print one sentence to stderr, as plain text."""
    for line in folded(f"{_program}: {log_safe(sentence)}", sys.stderr):
        print(line, file=sys.stderr)


def say(line: str = "", *, fold: bool = False) -> None:
    """Print one line to stderr, as plain text; `fold` breaks it between words on a terminal."""
    text = log_safe(line)
    for part in folded(text, sys.stderr, hang="  ") if fold else [text]:
        print(part, file=sys.stderr, flush=True)


class _Bar:
    """A bar on stderr on a terminal; it is opened and closed with its owner."""

    def __init__(self, title: str, total: int) -> None:
        self._title = title
        self._total = total
        self._bar: RichProgress | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich import progress as columns

            self._bar = columns.Progress(
                columns.TextColumn("{task.description}"),
                columns.BarColumn(bar_width=20),
                *self._columns(),
                console=progress_output(),
                transient=True,
            )
            self._task = self._bar.add_task(self._title, total=self._total, latest="")
            self._bar.start()
        else:
            self._say_title()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _columns(self) -> Sequence[ProgressColumn]:
        """The columns to the right of the bar."""
        raise NotImplementedError

    def _say_title(self) -> None:
        """Print the first line, if there is no bar."""
        raise NotImplementedError


class Progress(_Bar):
    """Counts submissions: a bar on a terminal, plain lines otherwise.

    Without a bar, `each` decides whether every submission gets a line, or only the title is
    printed.
    """

    def __init__(self, total: int, title: str, *, each: bool = True) -> None:
        super().__init__(title, total)
        self._each = each
        self._done = 0

    def _columns(self) -> Sequence[ProgressColumn]:
        from rich import progress as columns

        latest = columns.TextColumn("{task.fields[latest]}")
        return (columns.MofNCompleteColumn(), columns.TimeElapsedColumn(), latest)

    def _say_title(self) -> None:
        if self._total:
            say(f"{self._title}: {self._total}")

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


class Bytes(_Bar):
    """Shows how much of a file has arrived: a bar on a terminal, a line per tenth otherwise."""

    _tenths = 0

    def _columns(self) -> Sequence[ProgressColumn]:
        from rich import progress as columns

        left = columns.TimeRemainingColumn()
        return (columns.DownloadColumn(), columns.TransferSpeedColumn(), left)

    def _say_title(self) -> None:
        say(f"{self._title}: {self._total / 1e6:.1f} MB")

    def update(self, done: int, total: int) -> None:
        """Show that `done` of `total` bytes have arrived."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)
        elif (tenths := 10 * done // total) > self._tenths:
            self._tenths = tenths
            say(f"{10 * tenths} %")
