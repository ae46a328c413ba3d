"""The connection to a Dask scheduler, and whether hidden tests and hand-ins may cross it.

They may if it is encrypted, or does not leave this machine, or if the user accepts less.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import json
import logging
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from autograder.errors import AutograderError

CONNECT_SECONDS = 15.0
_ENCRYPTED = ("tls", "wss")
_WITHIN_PROCESS = "inproc"


@dataclass(frozen=True)
class SchedulerAddress:
    """Where a scheduler is, and how to reach it.

    Args:
        address: such as `tls://host:8786`, or the path of a file that `dask scheduler` wrote.
        ca_file, cert, key: files of TLS; without them Dask's own configuration counts.
        is_plain_accepted: whether hidden tests and hand-ins may cross a network unencrypted.
    """

    address: str
    ca_file: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    is_plain_accepted: bool = False

    def connected(self) -> Any:
        """A client of the scheduler; the caller closes it.

        Raises:
            AutograderError: it cannot be reached, or the way to it is not safe.
        """
        address = self._looked_up()
        self.require_safe([address])
        import dask
        from distributed import Client

        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})
        for logger in ("distributed", "distributed.client"):  # errors are sentences here
            logging.getLogger(logger).setLevel(logging.CRITICAL)
        try:
            return Client(
                address,
                timeout=CONNECT_SECONDS,
                security=self._security(),
                set_as_default=False,
                name="convgrade",
            )
        except (OSError, ValueError, TypeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise AutograderError(
                f"The scheduler {address} cannot be reached ({reason}): nothing was graded."
            ) from None

    def require_safe(self, addresses: Iterable[str]) -> None:
        """Refuse addresses of schedulers or workers to which nothing secret may be sent.

        Raises:
            AutograderError: there is such an address.
        """
        for address in addresses:
            if not (self.is_plain_accepted or is_encrypted(address) or is_local(address)):
                raise AutograderError(
                    f"The way to {address} is not encrypted: hidden tests and hand-ins could be "
                    "read on the network. Use a cluster with TLS (an address with tls://), or "
                    "accept that with --unencrypted."
                )

    def _looked_up(self) -> str:
        file = Path(self.address)
        if not file.is_file():
            return self.address
        try:
            return str(json.loads(file.read_text(encoding="utf-8"))["address"])
        except (ValueError, KeyError, TypeError):
            raise AutograderError(f"{file} is no scheduler file of Dask.") from None

    def _security(self) -> Any:
        from distributed import Security

        files = {"tls_ca_file": self.ca_file, "tls_client_cert": self.cert}
        named = {
            name: str(file)
            for name, file in {**files, "tls_client_key": self.key}.items()
            if file is not None
        }
        return Security(**named) if named else None


def require_distributed() -> None:
    """Check that Dask's package for clusters is installed.

    Raises:
        AutograderError: it is not.
    """
    if importlib.util.find_spec("distributed") is None:
        raise AutograderError(
            "--scheduler needs distributed: run pip install 'convgrade[cluster]' first."
        )


def is_encrypted(address: str) -> bool:
    """Whether what is sent to this address is encrypted, or stays in one process."""
    return address.partition("://")[0] in (*_ENCRYPTED, _WITHIN_PROCESS)


def is_local(address: str) -> bool:
    """Whether an address is one of this machine's own."""
    host = address.rpartition("://")[2].rpartition(":")[0].strip("[]")
    if host in ("localhost", socket.gethostname()):
        return True
    try:
        own = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return own.is_loopback or any(
        own == ipaddress.ip_address(each.address.partition("%")[0])
        for addresses in psutil.net_if_addrs().values()
        for each in addresses
        if each.family in (socket.AF_INET, socket.AF_INET6)
    )
