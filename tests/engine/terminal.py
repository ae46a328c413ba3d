"""A terminal of 80 columns: runs a command, and keeps what is on its screen at the end."""

from __future__ import annotations

import contextlib
import fcntl
import html
import io
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS, LINES = 80, 24
DIM = ("#868887", "#a9abaa")
"""Rich's grey on its background has too little contrast; ours has 7 to 1."""
CELL = 12.2
"""How wide Rich draws a character of a picture."""
_CONTROL = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])")
_OTHER = re.compile(r"\x1b\([A-Z]|\x1b\]8;.*?(\x1b\\|\x07)")
"""Sets of characters, and links."""


@dataclass(frozen=True)
class Screen:
    """What a command left on the screen, with its colours, and its exit code."""

    code: int
    coloured: str

    @property
    def text(self) -> str:
        lines = _CONTROL.sub("", self.coloured).splitlines()
        return "\n".join(line.rstrip() for line in lines)


def run(
    command: str,
    folder: Path,
    environment: Mapping[str, str],
    *,
    until: str = "",
    seconds: float = 150,
) -> Screen:
    """Run a command by bash. With `until`, press Ctrl-C as soon as this pattern was printed.

    Raises:
        TimeoutError: it took longer than `seconds`.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    process = subprocess.Popen(
        ["bash", "-c", command],
        cwd=folder,
        env={**environment, "COLUMNS": str(COLUMNS), "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_heed_ctrl_c,
    )
    os.close(theirs)
    alarm = _Alarm(process, seconds)
    said = b""
    with alarm, contextlib.suppress(OSError):  # the terminal ends with an error
        while chunk := os.read(ours, 1 << 16):
            said += chunk
            if until and re.search(until, _CONTROL.sub("", said.decode(errors="replace"))):
                until = ""
                os.killpg(process.pid, signal.SIGINT)
    os.close(ours)
    code = process.wait()
    if alarm.rang:
        raise TimeoutError(f"{command!r} did not end in {seconds} seconds: {said[-500:]!r}")
    return Screen(code, screen(said.decode(errors="replace")))


def _heed_ctrl_c() -> None:
    """In a job in the background of a shell it would be ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class _Alarm:
    """Ends a process group after some seconds."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.rang = False
        self._process = process
        self._timer = threading.Timer(seconds, self._ring)

    def _ring(self) -> None:
        self.rang = True
        os.killpg(self._process.pid, signal.SIGKILL)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def screen(said: str) -> str:
    """What stays of a stream after cursors moved up and lines were erased or written anew."""
    lines, row, anew = [""], 0, False
    for part in re.split(r"(\x1b\[[?\d;]*[A-Za-z]|\r|\n)", _OTHER.sub("", said)):
        control = _CONTROL.fullmatch(part)
        if part == "\n":
            row, anew = row + 1, False
            lines += [""] * (row + 1 - len(lines))
        elif part == "\r":
            anew = True
        elif control and control[2] != "m":
            if control[2] == "A":
                row = max(row - int(control[1] or 1), 0)
            elif control[2] == "K":
                lines[row] = ""
        elif part:
            lines[row] = part if anew else lines[row] + part
            anew = False
    return "\n".join(line.rstrip() for line in lines).strip("\n")


SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; \
font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g></g></svg>
"""


def picture(coloured: str) -> str:
    """The screen as an SVG, which loads nothing."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(coloured), highlight=False)
    svg = console.export_svg(title="", code_format=SVG, unique_id="terminal")
    return svg.replace(*DIM)


def text_of(svg: str) -> str:
    """The text of a picture that `picture` made, without its title."""
    rows: dict[float, str] = {}
    matrix = svg.partition('-matrix">')[2]
    for x, y, text in re.findall(r'<text[^>]* x="([^"]*)" y="([^"]*)"[^>]*>([^<]*)</text>', matrix):
        column, row = round(float(x) / CELL), float(y)
        rows[row] = rows.get(row, "").ljust(column) + html.unescape(text).replace("\xa0", " ")
    return "\n".join(rows[row].rstrip() for row in sorted(rows)).strip("\n")
