"""A folder in which nothing changed is not read again; any change is noticed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from book_course import NAME, write_course

from autograder.authoring import build
from autograder.course.assignment import Assignment, load_assignment
from autograder.grading import unchanged_hand_ins
from autograder.grading.unchanged_hand_ins import UnchangedHandIns
from convgrade.submission import read_hand_in

FILE = f"{NAME}.py"
TEXT = "import numpy as np\n\n\ndef double(x):\n    return np.asarray(x) * 2\n"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_course(tmp_path_factory.mktemp("unchanged") / "course")
    build.build(NAME, root)
    (root / ".autograder").mkdir(exist_ok=True)
    return root


@pytest.fixture
def course(template: Path, tmp_path: Path) -> Assignment:
    shutil.copytree(template, tmp_path / "course")
    return load_assignment(NAME, tmp_path / "course")


@pytest.fixture
def folder(course: Assignment) -> Path:
    folder = course.root / "submitted" / "ada" / NAME
    (folder / "data").mkdir(parents=True)
    (folder / FILE).write_text(TEXT, encoding="utf-8")
    (folder / "data" / "numbers.csv").write_text("1,2\n", encoding="utf-8")
    return folder


@pytest.fixture
def long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs begin ten seconds after all that this test has written."""
    monkeypatch.setattr(unchanged_hand_ins, "_now", lambda folder: time.time_ns() + 10**10)


def read_once(course: Assignment, folder: Path) -> str:
    """What a run does that finds the hand-in for the first time; returns its digest."""
    run = UnchangedHandIns(course)
    assert run.digest("ada", folder) is None
    hand_in = read_hand_in(folder, course.release)
    run.remember("ada", folder, hand_in)
    run.save()
    return hand_in.digest


def known(course: Assignment, folder: Path) -> str | None:
    return UnchangedHandIns(load_assignment(NAME, course.root)).digest("ada", folder)


@pytest.mark.usefixtures("long_ago")
def test_an_unchanged_folder_need_not_be_read_again(course: Assignment, folder: Path) -> None:
    assert known(course, folder) is None
    assert read_once(course, folder) == known(course, folder)


def same_size_and_time(folder: Path) -> None:
    file = folder / FILE
    times = file.stat()
    file.write_text(TEXT.replace("* 2", "* 3"), encoding="utf-8")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def replaced_by_a_file_with_its_times(folder: Path) -> None:
    other = folder.parent / "other"
    other.write_text(TEXT.replace("* 2", "* 3"), encoding="utf-8")
    times = (folder / FILE).stat()
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(folder / FILE)


def below(folder: Path) -> None:
    (folder / "data" / "numbers.csv").write_text("1,3\n", encoding="utf-8")


def replaced_by_a_link(folder: Path) -> None:
    (folder / FILE).rename(folder.parent / "elsewhere.py")
    (folder / FILE).symlink_to(folder.parent / "elsewhere.py")


@pytest.mark.usefixtures("long_ago")
@pytest.mark.parametrize(
    "change",
    [
        same_size_and_time,
        replaced_by_a_file_with_its_times,
        below,
        replaced_by_a_link,
        lambda folder: (folder / "more.py").write_text(""),
        lambda folder: (folder / FILE).unlink(),
        lambda folder: (folder / FILE).rename(folder / "other.py"),
        lambda folder: (folder / FILE).chmod(0o000),
        shutil.rmtree,
    ],
)
def test_any_change_is_noticed(
    course: Assignment, folder: Path, change: Callable[[Path], None]
) -> None:
    read_once(course, folder)
    change(folder)
    assert known(course, folder) is None


def test_what_changed_just_now_is_read_again(course: Assignment, folder: Path) -> None:
    read_once(course, folder)  # a later change might get the same times
    assert known(course, folder) is None


@pytest.mark.usefixtures("long_ago")
def test_what_changed_while_it_was_read_is_read_again(course: Assignment, folder: Path) -> None:
    run = UnchangedHandIns(course)
    run.digest("ada", folder)
    hand_in = read_hand_in(folder, course.release)
    same_size_and_time(folder)
    run.remember("ada", folder, hand_in)
    run.save()
    assert known(course, folder) is None


@pytest.mark.usefixtures("long_ago")
def test_an_unreadable_hand_in_is_read_again(course: Assignment, folder: Path) -> None:
    (folder / FILE).rename(folder / "report.pdf")
    read_once(course, folder)
    assert known(course, folder) is None


@pytest.mark.usefixtures("long_ago")
def test_with_another_release_everything_is_read_again(course: Assignment, folder: Path) -> None:
    read_once(course, folder)
    text = course.release_notebook.read_text(encoding="utf-8")
    course.release_notebook.write_text(text.replace("Twice `x`.", "Two times `x`."))
    assert known(course, folder) is None


@pytest.mark.usefixtures("long_ago")
def test_a_damaged_store_is_no_knowledge(course: Assignment, folder: Path) -> None:
    read_once(course, folder)
    (store,) = (course.root / ".autograder").glob("hand-ins-*")
    for text in ("", "[]", store.read_text(encoding="utf-8").replace("[", "{", 1)):
        store.write_text(text, encoding="utf-8")
        assert known(course, folder) is None


@pytest.mark.usefixtures("long_ago")
def test_who_is_gone_is_forgotten(course: Assignment, folder: Path) -> None:
    read_once(course, folder)
    UnchangedHandIns(course).save()
    assert known(course, folder) is None
