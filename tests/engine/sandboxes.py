"""Sandboxes for tests: one warm process for all tests of a run, small limits, cells from text."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Collection
from functools import cache
from textwrap import dedent
from typing import cast

import psutil

from autograder.sandbox import Cell, Isolation, Limits, Sandbox, WarmProcess, require


@cache
def available() -> Isolation:
    """The isolation that a run of the tests names, or the stronger one that this machine can give.

    Where util-linux can make the namespaces, ours must be able to as well: a fault of ours shall
    not turn these tests into skipped ones.
    """
    if named := os.environ.get("ISOLATION_OF_TESTS"):
        return cast(Isolation, named)
    unshare = shutil.which("unshare")
    wanted = [unshare or "unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork"]
    if unshare is None or subprocess.run([*wanted, "--net", "true"], check=False).returncode:
        return "process"
    require("namespaces")
    return "namespaces"


def sandbox(warm_process: WarmProcess, *cells: str, limits: Limits | None = None) -> Sandbox:
    """Not yet entered; the cells are called "cell 1", "cell 2" and so on."""
    return Sandbox(
        warm_process.address,
        [Cell(f"cell {number}", dedent(text)) for number, text in enumerate(cells, 1)],
        limits or Limits(),
    )


def warm_processes(but: Collection[psutil.Process] = ()) -> list[psutil.Process]:
    """Those that this process has started and that still run, but for these."""
    running = []
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # one that ends while it is looked at
            is_warm = "autograder.sandbox.inside.zygote" in process.cmdline()
            if is_warm and process not in but:
                running.append(process)
    return running
