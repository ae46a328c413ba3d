"""What an audit keeps for the next one, and what happens where nothing can be kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mini_course import write_mini_course
from small_disks import needs_mounts, on_a_full_disk, read_only

from autograder.audit import audit
from autograder.audit.cases import cases_of
from autograder.audit.store import Store, folder_of
from autograder.course.assignment import Assignment
from autograder.course.locks import locked
from autograder.diagnosis import load
from autograder.results import Result

PROGRAM = str(Path(sys.executable).parent / "autograder")
COMMAND = [PROGRAM, "audit", "mini", "--seeds", "2", "--jobs", "1"]


@pytest.fixture
def course(tmp_path: Path) -> Assignment:
    return write_mini_course(tmp_path / "course")


def result(name: str) -> Result:
    return Result("mini", name, f"{name}.py", "graded")


def test_old_outcomes_are_removed_and_own_ones_stay(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for number in range(20):
        store.write(f"old {number}", result("old"))
        os.utime(next(iter(sorted(tmp_path.iterdir(), key=os.path.getmtime))), ns=(number, number))
    for number in range(3):
        store.write(f"own {number}", result("own"))
    store.prune(f"own {number}" for number in range(3))
    assert len(list(tmp_path.iterdir())) == 3 + 2 * 3
    assert all(store.read(f"own {number}") for number in range(3))


def test_an_audit_removes_outcomes_of_what_is_gone(course: Assignment) -> None:
    store = Store(folder_of(course))
    for number in range(60):
        store.write(f"misconception gone_{number}", result("gone"))
    audit(course, jobs=1, seeds=1)
    kept = len(list(folder_of(course).glob("*.json")))
    assert kept < 40


def test_only_one_run_of_a_right_answer_trains(course: Assignment, tmp_path: Path) -> None:
    suite = course.suite_file("double")
    trains = '\ndef test_trains(student, training):\n    """Trains."""\n'
    suite.write_text(suite.read_text(encoding="utf-8") + trains, encoding="utf-8")
    cases = cases_of(course, load(course), tmp_path, seeds=4)
    graded = [case.exercises for case in cases if case.answer]
    assert graded == [("increment", "double"), *[("increment",)] * 3]
    alone = cases_of(course, load(course), tmp_path, seeds=4, only=["double"])
    assert [case.exercises for case in alone if case.answer] == [("double",)]


@needs_mounts
def test_a_course_that_cannot_be_written_is_audited(course: Assignment) -> None:
    done = read_only(course.root, COMMAND, course.root)
    assert done.returncode == 1, done.stderr  # exercises of the miniature have no misconceptions
    assert "Outcomes are not kept:" in done.stderr
    assert "No page:" in done.stderr
    assert "right answers have full marks: 2 of 2" in done.stdout
    assert "Traceback" not in done.stderr


@needs_mounts
def test_on_a_full_disk_the_audit_goes_on_and_the_next_one_keeps_its_outcomes(
    course: Assignment,
) -> None:
    full, done = on_a_full_disk(course.root / ".autograder", COMMAND, 256, course.root, free=4)
    for each in (full, done):
        assert "right answers have full marks: 2 of 2" in each.stdout
        assert "Traceback" not in each.stderr
    assert "Outcomes are not kept:" in full.stderr
    assert "Outcomes are not kept:" not in done.stderr


def started(course: Assignment) -> subprocess.Popen[str]:
    """An audit in a session of its own, of which one outcome is stored already."""
    command = [*COMMAND, "--course", str(course.root)]
    process = subprocess.Popen(
        [*command, "--seeds", "40"],
        text=True,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while not list(folder_of(course).glob("*.json")) and process.poll() is None:
        time.sleep(0.02)
    return process


@pytest.mark.parametrize(("ending", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_stopped_audit_goes_on(course: Assignment, ending: signal.Signals, code: int) -> None:
    process = started(course)
    process.send_signal(ending)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    assert "Traceback" not in errors
    counts: list[int] = []
    audit(course, jobs=1, seeds=40, on_start=counts.append)
    whole = len(list(folder_of(course).glob("*.json")))
    assert counts[0] < whole


def test_two_audits_at_once_wait_for_each_other(course: Assignment) -> None:
    command = [*COMMAND, "--course", str(course.root)]
    with locked(course.root, "audit-mini"):  # as an audit of this assignment does
        second = subprocess.Popen(
            command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert second.stderr is not None
        assert "Waiting for another audit of this assignment." in second.stderr.readline()
        assert list(folder_of(course).glob("*.json")) == []
    out, errors = second.communicate(timeout=60)
    assert "right answers have full marks: 2 of 2" in out, errors
    both = [subprocess.Popen(command, text=True, stdout=subprocess.PIPE) for _ in range(2)]
    assert ["right answers have full marks: 2 of 2" in each.communicate()[0] for each in both] == [
        True,
        True,
    ]
