"""Commands in a mount namespace of their own, where a folder is a small disk or is read-only."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

OWN_MOUNTS = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
FREE = 12
"""Kilobytes that are usually left on a full disk: enough to begin."""


@cache
def _may_mount() -> bool:
    try:
        tried = subprocess.run(
            [*OWN_MOUNTS, "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"],
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return False
    return tried.returncode == 0


needs_mounts = pytest.mark.skipif(not _may_mount(), reason="nothing can be mounted on this machine")


def read_only(
    place: Path, command: Sequence[str], course: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command in the course while this file or folder is read-only, for root too."""
    at = shlex.quote(str(place))
    mount = f"mount --bind {at} {at} && mount -o remount,ro,bind {at}"
    script = f"{mount} && cd {shlex.quote(str(course))} && exec {shlex.join(command)}"
    return subprocess.run(
        [*OWN_MOUNTS, "sh", "-c", script], capture_output=True, text=True, check=False
    )


def on_a_full_disk(
    folder: Path, command: Sequence[str], kilobytes: int, course: Path, free: int = FREE
) -> list[subprocess.CompletedProcess[str]]:
    """Run a command in the course twice: with this folder on an almost full disk, and with room.

    What is in the folder is copied to the disk, and lost afterwards.
    """
    at, copy = shlex.quote(str(folder)), shlex.quote(f"{folder}.copy")
    prepare = f"""
        mkdir -p {at} && cp -a {at} {copy} && mount -t tmpfs -o size={kilobytes}k tmpfs {at} &&
        cp -a {copy}/. {at} && cd {shlex.quote(str(course))} &&
        used=$(df -k --output=used {at} | tail -1) &&
        dd if=/dev/zero of={at}/filler bs=1k count=$(({kilobytes} - used - {free})) 2>/dev/null"""
    run = shlex.join(command)
    said = [f"{folder}.{name}" for name in ("out1", "err1", "code1", "out2", "err2", "code2")]
    names = [shlex.quote(name) for name in said]
    again = f"""
        {run} >{names[0]} 2>{names[1]}; echo $? >{names[2]}
        rm {at}/filler
        {run} >{names[3]} 2>{names[4]}; echo $? >{names[5]}"""
    subprocess.run([*OWN_MOUNTS, "sh", "-ec", prepare + "\nset +e" + again], check=True)
    out1, err1, code1, out2, err2, code2 = (Path(name).read_text() for name in said)
    return [
        subprocess.CompletedProcess(command, int(code1), out1, err1),
        subprocess.CompletedProcess(command, int(code2), out2, err2),
    ]
