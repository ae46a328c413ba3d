"""A student's whole session with `convgrade check --watch`, in a terminal and without one."""

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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from released import DOUBLE, STUB, TRIPLE, notebook, two

from convgrade.commands.check import _watch
from convgrade.commands.check_output import Running
from convgrade.errors import AutograderError

COLUMNS = 80
PATIENCE_SECONDS = 120
"""A session that takes longer is stuck. No assertion depends on it."""
MAIN = "from convgrade.commands import main; main()"
AT_ITS_TERMINAL = (
    f"import fcntl, os, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY); {MAIN}"
)
"""The same with the terminal as its own, so that Ctrl-C reaches all of its processes."""
WATCH = ["check", "--watch", "mine.ipynb"]
WAITING = "Watching mine.ipynb"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
STATUS = re.compile("[\u2800-\u28ff] Running [^\n\u2800-\u28ff]*")
"""What disappears again: a turning sign, and what is running."""
COLOURS = re.compile(r"\x1b\[[0-9;]*3[0-7][0-9;]*m")
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

    def end(self) -> int:
        """Press Ctrl-C; return the exit code."""
        if os.isatty(self._ours):
            os.write(self._ours, b"\x03")
        else:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return code


def environment(**variables: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS")}
    return {**kept, "TERM": "xterm-256color", **variables}


@contextmanager
def in_a_terminal(folder: Path, **variables: str) -> Iterator[Session]:
    """A session in a pseudo-terminal of 80 columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    notebook(folder / "mine.ipynb", *two(*STUBS))
    process = subprocess.Popen(
        [sys.executable, "-c", AT_ITS_TERMINAL, *WATCH],
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


def bar_of(shown: str) -> int:
    """How many of its thirty cells are full."""
    return next(line.count("█") for line in shown.splitlines() if "exercises pass" in line)


def test_a_student_writes_one_exercise_after_the_other(tmp_path: Path) -> None:
    with in_a_terminal(tmp_path) as session:
        shown = session.answer()
        assert "0 of 2 exercises pass" in shown
        assert "· double  not written yet" in shown
        assert "triple" not in shown
        assert bar_of(shown) == 0

        shown = session.save("def double(x):\n    return 3 * x")
        assert "✗ double" in shown
        assert "expected: 6" in shown
        assert "got:      9" in shown

        shown = session.save("def double(x:\n    return 2 * x")
        assert "✗ double" in shown
        assert " ".join(shown.split()).count("Cell 2 (double), line 1: SyntaxError") == 1
        assert "Traceback" not in shown

        shown = session.save_half(DOUBLE, STUBS[1])
        assert "mine.ipynb" in shown
        assert "Traceback" not in shown

        shown = session.save(DOUBLE)
        assert "✓ double" in shown
        assert "1 of 2 exercises pass" in shown
        assert "· triple  not written yet" in shown
        assert bar_of(shown) == 15

        shown = session.save_by_renaming(DOUBLE, "def triple(x):\n    return 2 * x")
        assert "✓ double" not in shown, "it was shown at the save before"
        assert "✗ triple" in shown

        shown = session.save_by_renaming(DOUBLE, f"# three times\n{TRIPLE}")
        assert "2 of 2 exercises pass" in shown
        assert "hand it in" in shown
        assert bar_of(shown) == 30

        shown = session.save_by_renaming(DOUBLE, f"# three times x\n{TRIPLE}")
        assert "nothing that is checked has changed" in shown

        assert session.end() == 0
        assert session.written.endswith("\n"), "the prompt would stand behind ^C"
        lines = ESCAPES.sub("", session.written).replace("\r\n", "\n").replace("\r", "\n")
        assert max(map(len, lines.splitlines())) <= COLUMNS
        assert COLOURS.search(session.written)
        assert "Traceback" not in session.written
        assert session.written.rindex("\x1b[?25h") > session.written.rindex("\x1b[?25l"), (
            "no cursor"
        )


def test_no_color_is_respected_while_watching(tmp_path: Path) -> None:
    with in_a_terminal(tmp_path, NO_COLOR="1") as session:
        session.answer()
        assert "✓ double" in session.save(DOUBLE)
        assert session.end() == 0
        assert not COLOURS.search(session.written)


def test_without_a_terminal_there_are_no_escape_sequences(tmp_path: Path) -> None:
    with in_a_pipe(tmp_path) as session:
        session.answer()
        assert "1 of 2 exercises pass" in session.save(DOUBLE)
        assert session.end() == 0
        assert "\x1b" not in session.written
        assert "Traceback" not in session.written


@pytest.mark.parametrize("is_half_first", [False, True])
def test_a_save_while_checks_run_ends_them(tmp_path: Path, is_half_first: bool) -> None:
    """The loop has 30 seconds, so its own result would come first."""
    with in_a_terminal(tmp_path) as session:
        assert "✓ double" in session.save(DOUBLE)
        session.begin("def double(x):\n    while True: pass", TRIPLE)
        session.wait_for("Running the checks of double")
        if is_half_first:
            session.write_half(DOUBLE, TRIPLE)
        shown = session.save(DOUBLE, TRIPLE)
        assert "not done after" not in shown
        assert "JSON" not in shown
        assert "✓ double" not in shown, "it was shown two saves before"
        assert "✓ triple" in shown
        assert "2 of 2 exercises pass" in shown
        assert session.end() == 0


@pytest.mark.parametrize("gone", [True, False])
def test_a_file_that_is_gone_for_a_while_is_waited_for(tmp_path: Path, gone: bool) -> None:
    with in_a_terminal(tmp_path) as session:
        session.answer()
        if gone:
            session.file.unlink()
            session.wait_for("mine.ipynb is gone")
            time.sleep(1)  # more than one look at the file
        shown = session.save(DOUBLE)
        assert shown.count("mine.ipynb is gone") == gone
        assert "✓ double" in shown
        assert session.end() == 0


def test_a_file_that_comes_back_as_it_was_is_looked_at(tmp_path: Path) -> None:
    with in_a_terminal(tmp_path) as session:
        session.answer()
        aside = session.file.rename(tmp_path / "aside.ipynb")
        session.wait_for("mine.ipynb is gone")
        aside.rename(session.file)
        assert "nothing that is checked has changed" in session.answer()
        assert session.end() == 0


def test_a_file_that_is_read_while_it_is_written_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = notebook(tmp_path / "mine.ipynb", *two(DOUBLE, TRIPLE))
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole[:50], encoding="utf-8")

    class Interrupted:
        """Ends the session at the second check, as Ctrl-C does."""

        checks = 0

        def check(self, _: object) -> None:
            self.checks += 1
            if self.checks == 2:
                raise KeyboardInterrupt
            raise AutograderError("The notebook is not valid JSON.")

        def is_outdated(self) -> bool:
            return False

    def sleep(_: float) -> None:
        file.write_text(whole, encoding="utf-8")

    monkeypatch.setattr("convgrade.commands.check.time.sleep", sleep)
    checker: Any = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        _watch(file, checker, Running())
    assert "JSON" not in capsys.readouterr().err
    assert checker.checks == 2
