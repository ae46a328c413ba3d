"""Runs that are killed at any moment: the same command goes on, and nothing is lost or doubled."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from book_course import NAME
from class_outcome import outcome, write_class
from sandboxes import available

pytestmark = pytest.mark.skipif(
    available() != "namespaces", reason="grading a class needs namespaces here"
)
PARTS = ("coordinator", "any process")
LONGEST = 6.0
"""Seconds after which a run is killed at the latest; a whole run takes some seconds."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_class(tmp_path_factory.mktemp("killed") / "course")


@pytest.fixture(scope="module")
def undisturbed(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    root = tmp_path_factory.mktemp("undisturbed") / "course"
    shutil.copytree(template, root)
    process = started(root)
    assert process.wait(timeout=300) == 0
    return outcome(root)


def started(root: Path) -> subprocess.Popen[bytes]:
    program = str(Path(sys.executable).parent / "autograder")
    return subprocess.Popen(
        [program, "grade", NAME],
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill(process: subprocess.Popen[bytes], part: str, chance: random.Random) -> None:
    """Kill the run itself, or any process below it."""
    try:
        main = psutil.Process(process.pid)
        below = main.children(recursive=True) if part == "any process" else []
        chance.choice([main, *below]).send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        pass


def goes_on(root: Path, kills: int, seed: int) -> None:
    """Start the command again and again, killed at random moments, and then to its end."""
    chance = random.Random(seed)
    for _ in range(kills):
        process = started(root)
        time.sleep(chance.uniform(0.1, LONGEST))
        kill(process, chance.choice(PARTS), chance)
        try:
            process.wait(timeout=chance.uniform(0.1, LONGEST))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    assert started(root).wait(timeout=300) == 0


@pytest.mark.parametrize(
    ("kills", "seed"),
    [(4, 1), *(pytest.param(10, seed, marks=pytest.mark.slow) for seed in range(2, 7))],
)
def test_after_kills_everything_is_as_without_them(
    template: Path, undisturbed: dict[str, Any], tmp_path: Path, kills: int, seed: int
) -> None:
    root = tmp_path / "course"
    shutil.copytree(template, root)
    goes_on(root, kills, seed)
    assert outcome(root) == undisturbed


def test_what_a_killed_run_left_half_written_is_removed(template: Path, tmp_path: Path) -> None:
    root = tmp_path / "course"
    shutil.copytree(template, root)
    result = root / "results" / NAME / ".right0.json.0123456789abcdef"
    notebook = root / "autograded" / "right0" / f".{NAME}.abcdefgh" / f"{NAME}.ipynb"
    for file in (result, notebook):
        file.parent.mkdir(parents=True)
        file.write_text("{", encoding="utf-8")
    assert started(root).wait(timeout=300) == 0
    assert not result.exists()
    assert not notebook.parent.exists()
