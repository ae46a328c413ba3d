"""Sessions with `convgrade check --watch`, in a pseudo-terminal and in a pipe."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from released import STUB, notebook, two

COLUMNS = 80
PATIENCE_SECONDS = 120
"""A session that takes longer is stuck. No assertion depends on it."""
MAIN = "from convgrade.commands import main; main()"
AT_ITS_TERMINAL = (
    "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""Runs a program with the terminal as its own, so that Ctrl-C reaches all of its processes."""
WATCH = ["check", "--watch", "mine.ipynb"]
WAITING = "Watching mine.ipynb"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
STATUS = re.compile("[\u2800-\u28ff] Running [^\n\u2800-\u28ff]*")
"""What disappears again: a turning sign, and what is running."""
STUBS = STUB.format(name="double"), STUB.format(name="triple")


class Session:
    """`convgrade check --watch mine.ipynb`, and what it writes."""

    def __init__(self, process: subprocess.Popen[bytes], ours: int, folder: Path) -> None:
        self.process = process
        self.file = folder / "mine.ipynb"
        self._ours = ours
        self._written = b""
        self._seen = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._ours, 4096)
            except OSError:  # Linux: the other end is closed
                return
            if not piece:
                return
            self._written += piece

    @property
    def written(self) -> str:
        """All that was written, as the terminal gets it."""
        return self._written.decode(errors="replace")

    def answer(self) -> str:
        """What is written until the program waits for the next save, without escape sequences
        and without what disappears again.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while WAITING not in (new := self.written[self._seen :]):
            assert self.process.poll() is None, self.written
            assert time.monotonic() < deadline, f"nothing new after {new!r}"
            time.sleep(0.05)
        end = self.written.index(WAITING, self._seen) + len(WAITING)
        self._seen, new = end, self.written[self._seen : end]
        return STATUS.sub("", ESCAPES.sub("", new).replace("\r", ""))

    def save(self, double: str, triple: str = STUBS[1]) -> str:
        """Save the notebook as Jupyter does, and return the answer."""
        self.begin(double, triple)
        return self.answer()

    def begin(self, double: str, triple: str) -> None:
        """Save the notebook without waiting for the answer."""
        notebook(self.file, *two(double, triple))

    def wait_for(self, text: str) -> None:
        """Wait until this text has been written since the last answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in self.written[self._seen :]:
            assert time.monotonic() < deadline, self.written[self._seen :]
            time.sleep(0.05)

    def save_by_renaming(self, double: str, triple: str) -> str:
        """Save as vim does: the old file goes away, then the new one gets its name."""
        beside = self.file.with_name("mine.ipynb~new")
        notebook(beside, *two(double, triple))
        self.file.rename(self.file.with_name("mine.ipynb~"))
        beside.rename(self.file)
        return self.answer()

    def save_half(self, double: str, triple: str) -> str:
        """Save half of the file's text, and return the answer."""
        self.write_half(double, triple)
        return self.answer()

    def write_half(self, double: str, triple: str) -> None:
        """Save in the middle of writing: half of the file's text."""
        beside = self.file.with_name("whole.txt")
        notebook(beside, *two(double, triple))
        text = beside.read_text(encoding="utf-8")
        self.file.write_text(text[: len(text) // 2], encoding="utf-8")

    def press_ctrl_c(self) -> None:
        """Press Ctrl-C, in a terminal; elsewhere send its signal to the program."""
        if os.isatty(self._ours):
            os.write(self._ours, b"\x03")
        else:
            self.process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Press Ctrl-C; return the exit code."""
        self.press_ctrl_c()
        return self.ended()

    def ended(self) -> int:
        """Wait for the end; return the exit code."""
        code = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return code


def environment(**variables: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS")}
    return {**kept, "TERM": "xterm-256color", **variables}


@contextmanager
def in_a_terminal(folder: Path, **variables: str) -> Iterator[Session]:
    """A session in a pseudo-terminal of 80 columns."""
    notebook(folder / "mine.ipynb", *two(*STUBS))
    with program_in_a_terminal([sys.executable, "-c", MAIN, *WATCH], folder, **variables) as found:
        yield found


@contextmanager
def program_in_a_terminal(
    command: Sequence[str], folder: Path, columns: int = COLUMNS, **variables: str
) -> Iterator[Session]:
    """Any program in a pseudo-terminal; it begins with the path of an executable."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", AT_ITS_TERMINAL, *command],
        cwd=folder, env=environment(**variables), stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    try:
        yield Session(process, ours, folder)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@contextmanager
def in_a_pipe(folder: Path) -> Iterator[Session]:
    """A session whose output is not a terminal."""
    notebook(folder / "mine.ipynb", *two(*STUBS))
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, *WATCH],
        cwd=folder, env=environment(PYTHONUNBUFFERED="1"), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield Session(process, process.stdout.fileno(), folder)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
