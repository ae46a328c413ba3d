"""The options of `autograder grade` for a Dask cluster, and what they stand for."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.errors import AutograderError

if TYPE_CHECKING:
    from autograder.grading.scheduling import Run

_PANEL = "On a Dask cluster"


def _file(what: str) -> Any:
    return typer.Option(
        metavar="FILE",
        help=f"{what}; by default as Dask is configured.",
        dir_okay=False,
        exists=True,
        show_default=False,
        rich_help_panel=_PANEL,
    )


SchedulerOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Grade on the Dask cluster of this scheduler, such as tls://host:8786, or of the file "
        "that the scheduler wrote.",
        show_default=False,
        rich_help_panel=_PANEL,
    ),
]
CaFileOption = Annotated[Path | None, _file("The certificates that TLS trusts")]
CertOption = Annotated[Path | None, _file("This machine's certificate for TLS")]
KeyOption = Annotated[Path | None, _file("The private key of that certificate")]
UnencryptedOption = Annotated[
    bool,
    typer.Option(
        "--unencrypted",
        help="Accept that hidden tests and hand-ins cross the network without TLS.",
        rich_help_panel=_PANEL,
    ),
]


def where_to_run(
    scheduler: str | None,
    ca_file: Path | None,
    cert: Path | None,
    key: Path | None,
    unencrypted: bool,
) -> Run | None:
    """What grades submissions on the cluster; None for this machine.

    Raises:
        AutograderError: an option for clusters stands without --scheduler.
    """
    if scheduler is None:
        if unencrypted or any((ca_file, cert, key)):
            raise AutograderError(
                "--tls-ca-file, --tls-cert, --tls-key and --unencrypted are for --scheduler."
            )
        return None
    from autograder.cluster.connection import SchedulerAddress, require_distributed
    from convgrade.commands.console import say

    require_distributed()
    from autograder.cluster.run import graded_on_cluster

    where = SchedulerAddress(scheduler, ca_file, cert, key, unencrypted)
    return partial(graded_on_cluster, where, say)
