"""Which libraries a warm process loads, what it leaves out, and how few there are."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from mini_course import module_text
from sandboxes import available, sandbox

from autograder.course.assignment import Assignment
from autograder.errors import SandboxLost
from autograder.grading.grader import Grader
from autograder.grading.warm_processes import LOADED, WarmProcesses, libraries
from autograder.sandbox import Limits, WarmProcess
from autograder.sandbox.host import warm_process
from autograder.sandbox.host.worker_process import start_worker

HARMFUL = {
    "fails": "raise RuntimeError('no GPU')",
    "ends": "import os\nos._exit(3)",
    "leaves": "import sys\nsys.exit('usage: leaves FILE')",
    "runs": "import threading, time\n"
    "threading.Thread(target=time.sleep, args=(100,), daemon=True).start()",
    "hangs": "import time\ntime.sleep(1000)",
    "asks": "input('what do you want? ')",
}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules every warm process can import, as it can installed ones."""
    clean = warm_process._clean_environment
    monkeypatch.setattr(
        warm_process,
        "_clean_environment",
        lambda folder: {**clean(folder), "PYTHONPATH": str(tmp_path)},
    )
    monkeypatch.setattr(warm_process, "_not_importable", set())
    monkeypatch.setattr(warm_process, "_OPTIONAL_WAITING", 0.5)
    monkeypatch.setattr(warm_process, "_LOOK_SECONDS", 0.05)
    (tmp_path / "harmless.py").write_text("print('hello')\nvalue = 7")
    return tmp_path


@pytest.mark.parametrize("name", HARMFUL)
def test_a_library_that_does_harm_is_left_out_and_remembered(installed: Path, name: str) -> None:
    (installed / f"{name}.py").write_text(HARMFUL[name])
    cell = "import sys\ndef f(): return 'harmless' in sys.modules"
    with WarmProcess(isolation=available(), optional=["harmless", name]) as process:
        with sandbox(process, cell) as student:
            assert student.call("f").value is True
        assert len(psutil.Process(process._process.pid).threads()) == 1  # type: ignore[union-attr]
    assert warm_process._not_importable == {name}


def test_a_library_is_there_when_the_cells_run(installed: Path) -> None:
    with WarmProcess(isolation=available(), optional=["harmless"]) as process:
        assert "harmless" in process.loaded
        with sandbox(process, "import harmless\ndef f(): return harmless.value") as student:
            assert student.call("f").value == 7
            assert "hello" not in student.observed().output


@pytest.mark.parametrize(
    "imports",
    [
        {"os", "threading", "antigravity"},
        {"no_such_library", "a helper", "../x", "_distutils_hack"},
        {"numpy", "matplotlib.pyplot", "convgrade.notebook"},
        set(),
    ],
)
def test_what_is_not_an_installed_library_is_not_loaded(imports: set[str]) -> None:
    assert libraries(imports, LOADED) == ()


def test_a_module_beside_the_grader_is_no_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside_it.py").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert libraries({"beside_it"}, LOADED) == ()


def test_only_whole_libraries_are_loaded() -> None:
    """A part may be a program: `IPython.__main__` would start one."""
    assert libraries({"nbformat.__main__", "nbformat.v4"}, LOADED) == ("nbformat",)


def test_few_live_and_the_one_that_was_not_used_for_longest_ends(mini_course: Assignment) -> None:
    kept = WarmProcesses(mini_course, available(), most=2)
    try:
        plain = kept.address(())
        more = kept.address({"nbformat"})
        assert kept.address({"os"}) == plain
        assert len({plain, more}) == 2
        kept.address({"jinja2", "nbformat"})
        assert os.path.exists(plain)
        assert not os.path.exists(more)
    finally:
        kept.close()
    assert not os.path.exists(plain)


def test_one_that_was_killed_is_started_again(
    mini_course: Assignment, tmp_path: Path, own_warm_processes: Callable[[], list[psutil.Process]]
) -> None:
    path = tmp_path / "mini.py"
    path.write_text(module_text(), encoding="utf-8")
    with Grader(mini_course, isolation=available()) as grader:
        first = grader.grade(path, b"seed")
        for process in own_warm_processes():
            process.kill()
            process.wait()
        second = grader.grade(path, b"seed")
    assert (first.score, second.status, second.score) == (6.0, "graded", 6.0)


def test_a_sandbox_that_fails_because_its_warm_process_ends_is_lost_and_not_refused(
    tmp_path: Path,
) -> None:
    """Its folders are removed while the sandbox is set up: mounting then finds no such file."""
    address = str(tmp_path / "socket")
    refusal = {"unavailable": "private mounts: No such file", "isolation": "namespaces"}

    def refuse_and_end(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(1 << 16)
            listening.close()
            connection.sendall(json.dumps(refusal).encode() + b"\n")

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(address)
        listening.listen()
        warm = threading.Thread(target=refuse_and_end, args=(listening,))
        warm.start()
        with pytest.raises(SandboxLost, match="ended while it made a sandbox"):
            start_worker(address, Limits(), "__main__")
        warm.join()
