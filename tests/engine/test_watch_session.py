"""A student's whole session with `convgrade check --watch`, in a terminal and without one."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from released import DOUBLE, TRIPLE, notebook, two
from watch_sessions import COLUMNS, ESCAPES, STUBS, in_a_pipe, in_a_terminal

from convgrade.commands.check import _watch
from convgrade.commands.check_output import Running
from convgrade.errors import AutograderError

COLOURS = re.compile(r"\x1b\[[0-9;]*3[0-7][0-9;]*m")


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
