"""Grading a class: in parallel, resumable, and everybody on their own."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
from graders import grade
from mini_course import module_text
from sandboxes import available

from autograder.course.assignment import Assignment
from autograder.errors import SandboxLost
from autograder.grading.graded import Graded
from autograder.grading.result_store import result_file
from autograder.grading.scheduling import Task, grade_class, grade_files, handed_in
from autograder.grading.watching import OnResult
from autograder.results import Result
from convgrade.submission import Submission

needs_namespaces = pytest.mark.skipif(
    available() != "namespaces", reason="elsewhere a student's code can end these itself"
)


@pytest.fixture
def classroom(mini_course):
    """A class of three: one right, one in an endless loop, one who handed in nothing."""
    texts = {
        "ada": module_text(),
        "ben": module_text(double="def double(x):\n    while True: pass"),
        "cleo": None,
    }
    for student, text in texts.items():
        folder = mini_course.root / "submitted" / student / "mini"
        folder.mkdir(parents=True)
        if text is not None:
            (folder / "mini.py").write_text(text, encoding="utf-8")
    return mini_course


def results_of(graded: Sequence[Graded]) -> list[Result]:
    return [each.result for each in graded]


def test_each_student_gets_their_own_outcome_in_order(classroom):
    seen = []
    results = results_of(
        grade_class(classroom, handed_in(classroom), watcher=OnResult(seen.append))
    )
    assert [result.student for result in results] == ["ada", "ben", "cleo"]
    assert [result.score for result in results] == [6.0, 4.0, 0.0]
    assert [result.status for result in results] == ["graded", "graded", "rejected"]
    assert "Nothing was handed in" in results[2].reason
    assert sorted(result.student for result in seen) == ["ada", "ben", "cleo"]


def test_a_second_run_grades_only_what_changed(classroom):
    first = results_of(grade_class(classroom, handed_in(classroom)))
    changed = classroom.root / "submitted" / "ben" / "mini" / "mini.py"
    changed.write_text(module_text(), encoding="utf-8")
    times = {s: result_file(classroom, s).stat().st_mtime_ns for s in ("ada", "ben")}
    second = results_of(grade_class(classroom, handed_in(classroom)))
    assert second[1].score == 6.0
    assert result_file(classroom, "ada").stat().st_mtime_ns == times["ada"]
    assert result_file(classroom, "ben").stat().st_mtime_ns != times["ben"]
    assert second[0] == first[0]


def test_half_a_result_file_is_graded_again(classroom):
    only = {"ada": handed_in(classroom)["ada"]}
    first = results_of(grade_class(classroom, only))
    file = result_file(classroom, "ada")
    file.write_text(file.read_text(encoding="utf-8")[:100], encoding="utf-8")
    assert results_of(grade_class(classroom, only))[0].score == first[0].score


def test_files_are_graded_in_their_order_and_nothing_is_written(classroom, tmp_path):
    texts = {"zoe.py": module_text(), "ada.py": module_text(double="def double(x): return None")}
    files = [tmp_path / name for name in texts]
    for file in files:
        file.write_text(texts[file.name], encoding="utf-8")
    tasks = [Task(file.stem, file) for file in (*files, files[0])]
    results = grade_files(classroom, tasks, jobs=2)
    assert [(result.student, result.score) for result in results] == [
        ("zoe", 6.0),
        ("ada", 4.0),
        ("zoe", 6.0),
    ]
    assert not (classroom.root / "results").exists()


def many(course: Assignment, count: int) -> dict[str, Path]:
    """Right submissions of so many students."""
    for number in range(count):
        folder = course.root / "submitted" / f"student{number:02}" / "mini"
        folder.mkdir(parents=True)
        (folder / "mini.py").write_text(module_text(), encoding="utf-8")
    return handed_in(course)


def test_a_warm_process_that_is_killed_midway_costs_nobody_anything(
    mini_course, own_warm_processes
):
    killed = []

    def kill_after_the_third(result: Result) -> None:
        killed.append(result.student)
        if len(killed) == 3:
            for process in own_warm_processes():
                process.kill()

    results = results_of(
        grade_class(mini_course, many(mini_course, 12), watcher=OnResult(kill_after_the_third))
    )
    assert [(result.status, result.score) for result in results] == [("graded", 6.0)] * 12
    assert own_warm_processes() == []


@needs_namespaces
def test_a_guardian_that_is_killed_costs_its_submission_nothing(mini_course, own_warm_processes):
    """And so does a worker: whatever stands below a warm process is ended once."""
    seen = []

    def kill_all_below(result: Result) -> None:
        seen.append(result.student)
        if len(seen) in (2, 4):
            for warm in own_warm_processes():
                for process in warm.children(recursive=len(seen) == 4)[-1:]:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()

    results = results_of(
        grade_class(mini_course, many(mini_course, 8), watcher=OnResult(kill_all_below))
    )
    assert [(result.status, result.score) for result in results] == [("graded", 6.0)] * 8


def test_a_submission_under_which_all_sandboxes_are_ended_stays_ungraded(mini_course, tmp_path):
    """Nobody gets a zero for it, and the run ends."""

    def lose(submission: Submission) -> str:
        raise SandboxLost("It was ended.")

    path = tmp_path / "mini.py"
    path.write_text(module_text(), encoding="utf-8")
    result = grade(path, mini_course, b"seed", warm_process=lose)
    assert result.status == "grader_error"
    assert "3 times" in result.reason


def test_submissions_that_import_more_are_graded_among_the_others(mini_course, tmp_path):
    files = [tmp_path / name for name in ("plain.py", "more.py", "missing.py")]
    for file, line in zip(files, ("", "import PIL.Image\n", "import no_such_library"), strict=True):
        file.write_text(f"{line}\n{module_text()}", encoding="utf-8")
    results = grade_files(mini_course, [Task(file.stem, file) for file in files], jobs=2)
    assert [result.score for result in results][:2] == [6.0, 6.0]
