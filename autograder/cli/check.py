"""`autograder check`: the public checks in the terminal, for the student who is writing.

The student's code runs in a process of its own, with a time limit for each cell; this module only
shows what that process reports, and needs neither TensorFlow nor nbgrader.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.commands import ExitCode
from autograder.errors import AutograderError

POLL_SECONDS = 0.5


def check(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="A notebook or .py file; without it, the only notebook in this folder.",
            show_default=False,
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever the file is saved.")
    ] = False,
    checks: Annotated[
        Path | None,
        typer.Option(
            help="The released notebook, where FILE has no checks of its own.",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1, help="How long one cell of the file may take.")
    ] = 120.0,
) -> None:
    """Run the public checks on your own file.

    Shows, exercise by exercise, what was expected and what came, and where to go on.

    Example: [bold]autograder check week03.ipynb --watch[/bold]
    """
    from autograder.cli.checking import run_checks, show

    path = file if file is not None else only_notebook(Path.cwd())
    if not watch:
        report = run_checks(path, checks, seconds)
        show(path, report)
        raise typer.Exit(ExitCode.DONE if report.all_passed else ExitCode.ATTENTION)
    try:
        for _ in saves(path):
            try:
                show(path, run_checks(path, checks, seconds))
            except AutograderError as error:
                typer.echo(str(error), err=True)
            typer.echo(f"Watching {path.name}: save it to check again, Ctrl-C to stop.", err=True)
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.DONE) from None


def only_notebook(folder: Path) -> Path:
    """The notebook that `check` means when none is named.

    Raises:
        AutograderError: there is none, or more than one.
    """
    notebooks = sorted(folder.glob("*.ipynb"))
    if len(notebooks) == 1:
        return notebooks[0]
    if not notebooks:
        raise AutograderError(
            "There is no notebook in this folder: name the file, as in `autograder check FILE`."
        )
    names = ", ".join(notebook.name for notebook in notebooks)
    raise AutograderError(f"There is more than one notebook here ({names}): name one of them.")


def saves(path: Path) -> Iterator[None]:
    """Yields now, and again each time that the file has been saved."""
    seen: tuple[int, int] | None = None
    while True:
        try:
            status = path.stat()
        except FileNotFoundError:
            if seen is None:
                raise AutograderError(f"There is no file {path}.") from None
        else:
            now = (status.st_mtime_ns, status.st_size)
            if now != seen:
                seen = now
                yield
                continue
        time.sleep(POLL_SECONDS)
