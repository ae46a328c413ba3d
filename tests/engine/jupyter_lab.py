"""A JupyterLab server in a course folder, for tests that drive nbgrader's pages in a browser."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BIN = Path(sys.executable).parent
START_SECONDS = 120
QUESTION = "@jupyterlab/apputils-extension:announcements"
"""Asks whether there should be news, in front of buttons."""


def environment(home: Path) -> dict[str, str]:
    """The environment of a person with this home folder, who has set up nothing."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")},
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        "HOME": str(home),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }


@contextmanager
def jupyter_lab(root: Path, home: Path) -> Iterator[str]:
    """Run JupyterLab in the folder, and yield its address, which ends in /."""
    settings = home / ".jupyter" / "labconfig" / "page_config.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps({"disabledExtensions": {QUESTION: True}}), encoding="utf-8")
    process = subprocess.Popen(
        [
            *(str(BIN / "jupyter"), "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
            *("--port=0", "--IdentityProvider.token=", "--ServerApp.password="),
        ],
        cwd=root,
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    found: list[str] = []
    said: list[str] = []
    listens = threading.Event()

    def read() -> None:
        assert process.stderr
        for line in process.stderr:
            said.append(line)
            address = re.search(r"http://127\.0\.0\.1:\d+/", line)
            if address and not found:
                found.append(address[0])
                listens.set()
        listens.set()

    threading.Thread(target=read, daemon=True).start()
    try:
        assert listens.wait(START_SECONDS), "JupyterLab did not start"
        assert found, "".join(said)
        yield found[0]
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)
