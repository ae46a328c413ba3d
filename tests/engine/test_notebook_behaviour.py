"""What importing `convgrade.notebook` does in a notebook: all failing checks, and a quiet log."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from convgrade import CheckFailed, NotWrittenYet
from convgrade.notebook.collecting import ShowAllFailures
from convgrade.release import Release

FUNCTIONS = """
from convgrade import check
def same(x): return x
def broken(x): return x.nothing
def stub(x): raise NotImplementedError()
"""


class Notebook:
    """Cells in an IPython that shows errors where `shown` collects them."""

    def __init__(self) -> None:
        self.shell = InteractiveShell()
        self.shell.ast_transformers.append(ShowAllFailures(self.shell.user_ns))
        self.shown: list[str] = []
        self.shell._showtraceback = lambda kind, error, lines: self.shown.append(str(error))
        self.run(FUNCTIONS)

    def run(self, source: str) -> Any:
        return self.shell.run_cell(source)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    notebook = Notebook()
    monkeypatch.setattr("IPython.get_ipython", lambda: notebook.shell)
    yield notebook
    InteractiveShell.clear_instance()


def test_a_cell_shows_all_its_failing_checks(notebook: Notebook) -> None:
    result = notebook.run("check(same, 1, expected=2)\ncheck(same, 5, expected=6)")
    assert [text.splitlines()[0] for text in notebook.shown] == [
        "✗ same(1) is wrong.",
        "✗ same(5) is wrong.",
    ]
    assert isinstance(result.error_in_exec, CheckFailed)


def test_an_error_in_one_check_does_not_hide_the_next(notebook: Notebook) -> None:
    result = notebook.run("check(broken, 1, expected=2)\ncheck(same, 5, expected=6)")
    assert "no attribute 'nothing'" in notebook.shown[0]
    assert "same(5)" in notebook.shown[1]
    assert not result.success


def test_a_cell_whose_last_check_ends_with_an_error_fails(notebook: Notebook) -> None:
    assert isinstance(notebook.run("check(broken, 1, expected=2)").error_in_exec, CheckFailed)
    assert "no attribute 'nothing'" in notebook.shown[0]


def test_a_stub_is_told_once_whatever_follows(notebook: Notebook) -> None:
    result = notebook.run("check(stub, 1, expected=2)\nx = stub(3)\ncheck(stub, 5, expected=6)")
    assert isinstance(result.error_in_exec, NotWrittenYet)
    assert notebook.shown == ["· stub is not written yet."]


def test_what_fails_after_a_failing_check_is_shown_with_it(notebook: Notebook) -> None:
    result = notebook.run("check(same, 1, expected=2)\n1 / 0")
    assert isinstance(result.error_in_exec, CheckFailed)
    result = notebook.run("check(same, 1, expected=2)\nx = 1 / 0")
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert len(notebook.shown) == 3


def test_the_value_of_a_cells_last_line_is_still_shown(notebook: Notebook) -> None:
    assert notebook.run("check(same, 1, expected=1)\nsame(5)").result == 5


def test_names_of_a_cell_with_checks_are_the_notebooks(notebook: Notebook) -> None:
    notebook.run("number = 7\ncheck(same, number, expected=7)")
    assert notebook.shell.user_ns["number"] == 7


def test_a_cell_without_checks_is_left_alone(notebook: Notebook) -> None:
    assert isinstance(notebook.run("1 / 0").error_in_exec, ZeroDivisionError)


def test_a_check_of_another_kind_is_left_alone(notebook: Notebook) -> None:
    notebook.run("def check(x): raise KeyError(x)")
    result = notebook.run("check(1)\nnumber = 1")
    assert isinstance(result.error_in_exec, KeyError)


LOG = [
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    "I0000 00:00:1795975211.370487   15611 cudart_stub.cc:31] Could not find cuda drivers.",
    "2025-09-17 14:44:05.157831: I external/xla/cudart_stub.cc:32] Could not find cuda drivers.",
]


def imported(folder: Path, body: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Import a stand-in for TensorFlow with this body, after what students import."""
    (folder / "tensorflow.py").write_text(f"import os\n{body}")
    return subprocess.run(
        [sys.executable, "-c", "import convgrade.notebook, tensorflow; print(tensorflow.__file__)"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_log_of_tensorflows_import_is_not_seen(tmp_path: Path) -> None:
    said = "".join(f"os.write(2, {line!r}.encode() + b'\\n')\n" for line in LOG)
    done = imported(tmp_path, said, TF_CPP_MIN_LOG_LEVEL="3")
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_no_remark_of_the_log_is_seen(tmp_path: Path) -> None:
    done = imported(tmp_path, "os.write(2, b'out of memory\\n')", TF_CPP_MIN_LOG_LEVEL="3")
    assert done.stderr == "out of memory\n"


def test_an_import_that_fails_hides_nothing(tmp_path: Path) -> None:
    failing = f"os.write(2, {LOG[1]!r}.encode())\nraise ImportError('no library')"
    done = imported(tmp_path, failing, TF_CPP_MIN_LOG_LEVEL="3")
    assert "cuda drivers" in done.stderr
    assert "no library" in done.stderr


def test_who_asks_for_the_log_gets_it(tmp_path: Path) -> None:
    done = imported(tmp_path, f"os.write(2, {LOG[1]!r}.encode())", TF_CPP_MIN_LOG_LEVEL="0")
    assert "cuda drivers" in done.stderr


RELEASES = sorted((Path(__file__).parents[2] / "assignments").glob("*/*.ipynb"))


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_a_released_cell_shows_pictures_and_nothing_else(release: Path) -> None:
    for cell in Release.of_notebook(release).cells:
        last = ast.parse(cell.source).body[-1] if cell.cell_type == "code" else None
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
            called = ast.unparse(last.value.func)
            assert called.startswith(("show_", "check", "display")), cell.source
