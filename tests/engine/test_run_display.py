"""`autograder grade` at a terminal, in a pipe, and stopped by Ctrl-C."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
import terminal
from book_course import NAME
from class_course import GRADE, PROGRAM, RIGHT, grade, hand_in, write_class
from watch_sessions import ESCAPES, program_in_a_terminal

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
SLOW = "import time; time.sleep(30)\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """One who is right, and one whose file is empty."""
    root = write_class(tmp_path / "course", ada=RIGHT)
    hand_in(root, "bad", "", f"{NAME}.ipynb")
    return root


def pieces(written: str) -> list[str]:
    """What was written to a terminal, without colours, cut wherever a line begins anew."""
    return [piece.rstrip() for piece in re.split(r"[\r\n]+", ESCAPES.sub("", written))]


@pytest.mark.parametrize("columns", [80, 60])
def test_a_terminal_shows_the_run_and_then_what_was_done(course: Path, columns: int) -> None:
    hand_in(course, "a-student-with-a-long-name-" * 3, RIGHT)
    with program_in_a_terminal(GRADE, course, columns) as session:
        assert session.ended() == 1
        written = session.written
    shown = pieces(written)
    assert any(re.match(r"Grading doubling [━╸╺]+ \d/3  \d+ s$", piece) for piece in shown)
    assert any(re.match(r"(\d graded, )?[12] running", piece) for piece in shown)
    assert any(piece.startswith("Running: ") for piece in shown)
    live = [piece for piece in shown if re.match("Grading|Running|Slowest|[0-9].*ing", piece)]
    assert max(map(len, live)) <= columns
    kept = ESCAPES.sub("", terminal.screen(written))
    assert re.search(r"3 of 3 in \d+ s: 3 graded; 1 rejected", kept)
    assert "Running:" not in kept
    assert written.count(HIDE_CURSOR) <= written.count(SHOW_CURSOR)


def test_a_terminal_without_colours_gets_none(course: Path) -> None:
    with program_in_a_terminal(GRADE, course, NO_COLOR="1") as session:
        assert session.ended() == 1
        assert "Grading doubling ━" in ESCAPES.sub("", session.written)
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", session.written)


def test_a_terminal_that_cannot_move_its_cursor_gets_lines(course: Path) -> None:
    with program_in_a_terminal(GRADE, course, TERM="dumb") as session:
        assert session.ended() == 1
        assert "\x1b" not in session.written
        assert "Grading doubling: 2\r\n" in session.written


def test_a_pipe_gets_lines_and_quiet_prints_what_needs_attention_only(course: Path) -> None:
    done = grade(course)
    assert done.returncode == 1
    assert done.stderr.startswith("Grading doubling: 2\n")
    assert "2 graded; 1 rejected" in done.stderr
    assert "\x1b" not in done.stderr
    quiet = grade(course, "--quiet")
    assert quiet.returncode == 1
    assert quiet.stdout == ""
    assert quiet.stderr == "1 need attention:\n  bad: The file is empty.\n"


def test_quiet_is_silent_if_all_is_well_and_writes_the_reports(course: Path) -> None:
    file = str(course / "submitted" / "ada" / NAME / f"{NAME}.py")
    done = grade(course, file, "--quiet", "--json", "all.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert '"score": 3.0' in (course / "all.json").read_text(encoding="utf-8")


def test_ctrl_c_says_how_far_it_is_and_the_same_command_goes_on(tmp_path: Path) -> None:
    course = write_class(tmp_path / "course", ada=RIGHT, ben=SLOW + RIGHT)
    with program_in_a_terminal([*GRADE, "--jobs", "2"], course) as session:
        session.wait_for("1 graded, 1 running")
        below = psutil.Process(session.process.pid).children(recursive=True)
        assert session.end() == 130
        said = ESCAPES.sub("", session.written).replace("\r", "")
    assert_ended(below)
    assert "Stopped: 1 of 2 are graded and stored." in said
    assert said.endswith(f"\n  autograder grade {NAME} --jobs 2\n")
    assert "Traceback" not in said
    hand_in(course, "ben", RIGHT)
    done = grade(course, "--jobs", "2")
    assert done.returncode == 0
    assert "1 graded, 1 unchanged" in done.stderr


def test_ctrl_c_twice_ends_without_a_traceback(tmp_path: Path) -> None:
    course = write_class(tmp_path / "course", ben=SLOW + RIGHT)
    with program_in_a_terminal(GRADE, course) as session:
        session.wait_for("Running: ben")
        below = psutil.Process(session.process.pid).children(recursive=True)
        session.press_ctrl_c()
        session.press_ctrl_c()
        assert session.ended() == 130
        written = session.written
    assert_ended(below)
    assert "Traceback" not in written
    assert written.count(HIDE_CURSOR) <= written.count(SHOW_CURSOR)


def assert_ended(processes: Sequence[psutil.Process]) -> None:
    assert processes
    _, left = psutil.wait_procs(processes, timeout=20)
    assert left == []


HANGS = """
import sys, time
from autograder.cli.interruption import twice_ends_at_once
with twice_ends_at_once(lambda: print("stopping", flush=True)):
    print("running", flush=True)
    try:
        time.sleep(100)
    finally:
        time.sleep(100)
"""


def test_the_second_ctrl_c_does_not_wait_for_what_hangs(tmp_path: Path) -> None:
    with program_in_a_terminal([sys.executable, "-c", HANGS], tmp_path) as session:
        session.wait_for("running")
        session.press_ctrl_c()
        session.wait_for("stopping")
        assert session.process.poll() is None
        assert session.end() == 130
        assert "Traceback" not in session.written


def test_a_run_in_the_background_goes_on_when_ctrl_c_is_pressed(course: Path) -> None:
    """A shell without job control starts what ends with `&` in this way."""
    command = f"trap '' INT; exec {PROGRAM} grade {NAME} --quiet"
    process = subprocess.Popen(["sh", "-c", command], cwd=course, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        if (course / "results").exists():
            process.send_signal(signal.SIGINT)
        time.sleep(0.2)
    assert process.returncode == 1
