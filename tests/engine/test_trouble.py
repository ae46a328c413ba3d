"""Trouble with disks, folders, locks and the gradebook: one sentence, nothing lost, and the same
command goes on."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from book_course import NAME
from class_course import GRADE, PROGRAM, RIGHT, WRONG, grade, hand_in, write_class
from small_disks import needs_mounts, on_a_full_disk, read_only

from autograder.course.locks import locked
from autograder.errors import CourseError

FEEDBACK = [PROGRAM, "feedback", NAME]
STUDENTS = ("ada", "ben", "cleo", "dan")
TEXTS = dict.fromkeys(STUDENTS, RIGHT)
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_class(tmp_path / "course", **TEXTS)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_class(tmp_path_factory.mktemp("graded") / "course", **TEXTS)
    assert grade(root, "--quiet").returncode == 0
    return root


@pytest.fixture
def graded(template: Path, tmp_path: Path) -> Path:
    """The same, graded; then ada hands in something else, and eva for the first time."""
    shutil.copytree(template, tmp_path / "course")
    hand_in(tmp_path / "course", "ada", WRONG)
    hand_in(tmp_path / "course", "eva", RIGHT)
    return tmp_path / "course"


def sentence(done: Done, *parts: str) -> None:
    """The command could not run, and its last line says why."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("autograder: ")
    for part in parts:
        assert part in last


def totals(done: Done) -> dict[str, str]:
    """The total of each student in the table."""
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    return {row[0]: row[2] for row in rows if len(row) == 3 and row[0] in (*STUDENTS, "eva")}


ALL_RIGHT = dict.fromkeys(STUDENTS, "3")
AFTERWARDS = {**ALL_RIGHT, "ada": "0", "eva": "3"}


# -- a full disk -------------------------------------------------------------------------------


@needs_mounts
@pytest.mark.parametrize("folder", ["results", "autograded"])
def test_a_disk_that_is_full_while_a_class_is_written(course: Path, folder: str) -> None:
    full, done = on_a_full_disk(course / folder, GRADE, 256, course)
    sentence(full, f"The disk with {course / folder}", "is full", "Make room")
    assert totals(done) == ALL_RIGHT


@needs_mounts
def test_a_disk_that_is_full_while_the_gradebook_is_written(graded: Path) -> None:
    settings = graded / "nbgrader_config.py"
    where = 'c.CourseDirectory.db_url = "sqlite:///marks/gradebook.db"'
    settings.write_text(f"{settings.read_text()}\n{where}\n")
    (graded / "marks").mkdir()
    (graded / "gradebook.db").rename(graded / "marks" / "gradebook.db")
    full, done = on_a_full_disk(graded / "marks", GRADE, 512, graded)
    sentence(full, "marks/gradebook.db", "disk is full", "make room")
    assert totals(done) == AFTERWARDS


@needs_mounts
def test_a_disk_that_is_full_while_a_report_is_written_keeps_the_old_report(course: Path) -> None:
    reports = course / "reports"
    reports.mkdir()
    (reports / "all.json").write_text("the old one")
    command = f"{PROGRAM} grade {NAME} --json reports/all.json; code=$?; cat reports/all.json"
    whole = ["sh", "-c", f"{command}; exit $code"]
    full, done = on_a_full_disk(reports, whole, 64, course, free=4)
    sentence(full, "all.json cannot be written", "No space left")
    assert "the old one" in full.stdout
    assert '"student": "dan"' in done.stdout


@needs_mounts
def test_a_disk_that_is_full_while_feedback_is_written(graded: Path) -> None:
    full, done = on_a_full_disk(graded / "feedback", FEEDBACK, 128, graded)
    sentence(full, f"The disk with {graded / 'feedback'} is full")
    assert done.returncode == 0
    assert "4 of 4 pages" in done.stdout


@needs_mounts
def test_a_disk_that_is_full_under_the_folder_for_temporary_files(
    course: Path, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    command = ["env", f"TMPDIR={small}", *GRADE]
    full, _ = on_a_full_disk(small, command, 256, course)
    sentence(full, "folder for temporary files", "TMPDIR")
    assert not (course / "gradebook.db").exists()


# -- what cannot be written, noticed before anything is graded -----------------------------------


@needs_mounts
@pytest.mark.parametrize("place", ["", "results", "autograded", ".autograder", "gradebook.db"])
def test_what_is_read_only_is_noticed_before_anything_is_graded(graded: Path, place: str) -> None:
    done = read_only(graded / place, GRADE, graded)
    sentence(done, str(graded / place).rstrip("/"))
    assert "Grading" not in done.stderr
    assert totals(grade(graded)) == AFTERWARDS


@needs_mounts
def test_feedback_in_a_read_only_folder(graded: Path) -> None:
    assert subprocess.run(FEEDBACK, cwd=graded, capture_output=True, check=False).returncode == 0
    sentence(read_only(graded / "feedback", FEEDBACK, graded), str(graded / "feedback"))


@needs_mounts
def test_nbgraders_own_autograde_with_a_read_only_gradebook(graded: Path) -> None:
    shutil.copy(graded / "assignments" / NAME / f"{NAME}.ipynb", graded / "submitted/eva" / NAME)
    nbgrader = str(Path(PROGRAM).parent / "nbgrader")
    command = [nbgrader, "autograde", NAME, "--student", "eva"]
    done = read_only(graded / "gradebook.db", command, graded)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "nbgrader: The gradebook" in done.stderr
    assert "let the file and its folder be written" in done.stderr


def test_a_gradebook_that_is_no_database(graded: Path) -> None:
    gradebook = graded / "gradebook.db"
    kept = gradebook.read_bytes()
    gradebook.write_text("This is a text, and long enough to be no header of a database.\n" * 9)
    sentence(grade(graded), str(gradebook), "not a database")
    gradebook.write_bytes(kept)
    assert totals(grade(graded)) == AFTERWARDS


def test_a_gradebook_that_another_program_keeps_locked(graded: Path) -> None:
    with closing(sqlite3.connect(graded / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = grade(graded)
        other.execute("ROLLBACK")
    sentence(done, "gradebook.db", "database is locked", "close what else is writing to it")
    assert "Grading" not in done.stderr
    assert totals(grade(graded)) == AFTERWARDS


def test_hidden_suites_that_are_gone(graded: Path) -> None:
    suites = graded / "tests" / "hidden" / NAME
    suites.rename(graded / "away")
    sentence(grade(graded), str(suites))
    (graded / "away").rename(suites)
    assert totals(grade(graded)) == AFTERWARDS


# -- what vanishes while the class is graded ------------------------------------------------------


@contextmanager
def after_the_first_result(course: Path, act: Callable[[], object]) -> Iterator[None]:
    """Do something as soon as a new result is stored."""
    before = set(course.glob("results/*/*.json"))
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if set(course.glob("results/*/[a-z]*.json")) - before:
                act()
                return
            time.sleep(0.02)

    thread = threading.Thread(target=watch)
    thread.start()
    yield
    over.set()
    thread.join()


@pytest.fixture
def slow(course: Path) -> Path:
    """A class in which each submission takes a second."""
    for student in STUDENTS:
        hand_in(course, student, f"import time; time.sleep(1)\n{RIGHT}")
    return course


def move(place: Path) -> None:
    place.rename(place.parent.parent / f"away-{place.name}")


def move_back(place: Path) -> None:
    (place.parent.parent / f"away-{place.name}").rename(place)


def test_the_hand_ins_vanish(slow: Path) -> None:
    hand_ins = slow / "submitted"
    with after_the_first_result(slow, lambda: move(hand_ins)):
        sentence(grade(slow, "--jobs", "1"), str(hand_ins))
    move_back(hand_ins)
    assert totals(grade(slow)) == ALL_RIGHT


def test_the_folder_of_one_student_vanishes(slow: Path) -> None:
    folder = slow / "submitted" / "dan"
    with after_the_first_result(slow, lambda: move(folder)):
        done = grade(slow, "--jobs", "1")
    assert done.returncode == 1
    assert "dan: The folder vanished while the class was graded" in done.stderr
    assert not (slow / "results" / NAME / "dan.json").exists()
    move_back(folder)
    assert totals(grade(slow)) == ALL_RIGHT


def test_the_course_vanishes(slow: Path) -> None:
    with after_the_first_result(slow, lambda: move(slow)):
        done = grade(slow, "--jobs", "1")
    sentence(done)
    assert not (slow / "gradebook.db").exists()
    shutil.rmtree(slow, ignore_errors=True)
    move_back(slow)
    assert totals(grade(slow)) == ALL_RIGHT


def test_results_that_are_removed_are_made_again(slow: Path) -> None:
    with after_the_first_result(slow, lambda: shutil.rmtree(slow / "results")):
        assert totals(grade(slow, "--jobs", "1")) == ALL_RIGHT
    assert totals(grade(slow)) == ALL_RIGHT
    assert len(list(slow.glob("results/*/*.json"))) == len(STUDENTS)


def test_the_working_folder_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    command = f"cd {folder} && rmdir {folder} && exec {PROGRAM} grade {NAME}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    sentence(done, "The working folder is not there any more")


def test_without_a_home(course: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    for home in ({}, {"HOME": "/nonexistent"}):
        done = subprocess.run(
            [*GRADE, "--fresh"],
            cwd=course,
            env={**environment, **home},
            capture_output=True,
            text=True,
            check=False,
        )
        assert totals(done) == ALL_RIGHT


# -- two at once ---------------------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from autograder.course.locks import locked
with locked(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(100)
"""


def holder(course: Path, what: str) -> subprocess.Popen[str]:
    """Another process, which holds a lock of the course."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(course), what], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


@pytest.mark.parametrize(("what", "command"), [(f"grading-{NAME}", GRADE), ("gradebook", FEEDBACK)])
def test_a_lock_ends_with_its_holder_even_if_it_is_killed(
    graded: Path, what: str, command: list[str]
) -> None:
    other = holder(graded, what)
    waiting = subprocess.Popen(
        command, cwd=graded, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert waiting.stderr
    assert "waiting for it" in waiting.stderr.readline()
    other.send_signal(signal.SIGKILL)
    other.communicate()
    waiting.communicate(timeout=120)
    assert waiting.returncode == 0


def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_here(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("autograder.course.locks.fcntl.flock", none_here)
    with (
        pytest.raises(CourseError, match=r"cannot be locked .No locks available"),
        locked(tmp_path, "grading"),
    ):
        pass
