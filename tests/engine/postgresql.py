"""A PostgreSQL server for tests: started in a folder of its own, reached by a Unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DEBIAN = Path("/usr/lib/postgresql")
OWNERS = ("postgres", "nobody")
"""Users who may own the server: it refuses to run as root."""


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`, newest version first; None if there is none."""
    installed = sorted(DEBIAN.glob("*/bin"), key=lambda each: float(each.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    folders = [*installed, *([Path(on_path).parent] if on_path else [])]
    return next((each for each in folders if (each / "initdb").exists()), None)


def lacking() -> str:
    """Why no server can be started here; "" if one can."""
    if programs() is None:
        return "there is no PostgreSQL on this machine (apt-get install postgresql)"
    return "" if os.getuid() or _owner() else f"a server needs one of the users {OWNERS}"


def _owner() -> str:
    known = {each.pw_name for each in pwd.getpwall()}
    return next((each for each in OWNERS if each in known), "")


@contextmanager
def server() -> Iterator[str]:
    """Run a server, and yield the address of an empty database on it."""
    folder = tempfile.mkdtemp(prefix="pg-", dir="/tmp")  # a socket's path has at most 107 bytes
    as_owner: dict[str, Any] = {}
    if os.getuid() == 0:
        owner = pwd.getpwnam(_owner())
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [f"{programs()}/{program}", *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            **as_owner,
        )
        assert done.returncode == 0, done.stderr + done.stdout

    data = f"{folder}/data"
    try:
        run("initdb", "-D", data, "-A", "trust", "-U", "teacher", "--no-sync", "-E", "UTF8")
        options = f"-k {folder} -h '' -F"
        run("pg_ctl", "-D", data, "-o", options, "-l", f"{folder}/log", "-w", "start")
        try:
            yield f"postgresql+psycopg://teacher:secret@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)
