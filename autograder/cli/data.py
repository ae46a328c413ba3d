"""`autograder data`: lists the datasets, and downloads those that are not embedded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from convgrade.datasets import About

data = typer.Typer(
    help="List datasets, and download those that are not embedded.", no_args_is_help=True
)


@data.command()
def fetch(
    name: Annotated[
        str, typer.Argument(help="The dataset; `autograder data list` shows all.", metavar="NAME")
    ],
) -> None:
    """Download a dataset and verify its checksum. A stopped download is resumed.

    Example: [bold]autograder data fetch mnist[/bold]
    """
    from convgrade import datasets
    from convgrade.commands.console import Bytes, output, safe

    about = datasets.about(name)
    if about.remote is None:
        output().print(f"{safe(name)} is embedded: there is nothing to fetch.")
        return
    with Bytes(f"Fetching {about.remote.file}", about.remote.size) as progress:
        path = datasets.fetch(name, progress.update)
    console = output()
    console.print(f"{safe(name)}: {safe(str(path))}", soft_wrap=True)
    console.print(f"licence: {safe(about.licence)}", soft_wrap=True)
    console.print(f"to cite: {safe(about.citation)}", soft_wrap=True)


@data.command("list")
def list_datasets() -> None:
    """Show every dataset: whether it is on this machine, its source and its terms.

    Example: [bold]autograder data list[/bold]
    """
    from convgrade import datasets
    from convgrade.commands.console import output, safe

    console = output()
    for name in datasets.names():
        about = datasets.about(name)
        console.print(f"[bold]{safe(name)}[/bold]  {safe(about.title)}", soft_wrap=True)
        for line in (_state(about), about.source, about.licence, about.citation):
            console.print(f"  {safe(line)}", soft_wrap=True)


@data.command()
def sheet(
    name: Annotated[str, typer.Argument(help="The dataset.", metavar="NAME")],
    path: Annotated[Path, typer.Argument(help="The picture to write.", metavar="FILE.png")],
    per_class: Annotated[int, typer.Option(min=1, max=100, help="Images per class.")] = 8,
) -> None:
    """Draw some images of each class of a dataset side by side, as a picture.

    Example: [bold]autograder data sheet synthetic_flowers flowers.png[/bold]
    """
    from autograder.errors import AutograderError
    from convgrade import datasets
    from convgrade.commands.console import output, safe
    from convgrade.datasets.sheet import contact_sheet

    picture = contact_sheet(datasets.load(name), per_class)
    try:
        picture.quantize(256).save(path, "PNG", optimize=True)
    except OSError as error:
        raise AutograderError(f"{path} cannot be written ({error.strerror or error}).") from None
    output().print(f"{safe(name)}: {safe(str(path))}", soft_wrap=True)


def _state(about: About) -> str:
    """Where the dataset is, or how to get it."""
    from convgrade import datasets

    if about.remote is None:
        return "embedded"
    path = datasets.find(about.name)
    if path is not None:
        return f"here: {path}"
    return f"not here: autograder data fetch {about.name}"
