"""Grading a class: in parallel, resumable, and everybody on their own."""

from __future__ import annotations

import pytest
from mini_course import module_text

from autograder.scheduling import Task, grade_class, grade_files, handed_in
from autograder.stored import result_file


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


def test_each_student_gets_their_own_outcome_in_order(classroom):
    seen = []
    results = grade_class(classroom, handed_in(classroom), on_result=seen.append)
    assert [result.student for result in results] == ["ada", "ben", "cleo"]
    assert [result.score for result in results] == [6.0, 4.0, 0.0]
    assert [result.status for result in results] == ["graded", "graded", "rejected"]
    assert "Nothing was handed in" in results[2].reason
    assert sorted(result.student for result in seen) == ["ada", "ben", "cleo"]


def test_a_second_run_grades_only_what_changed(classroom):
    first = grade_class(classroom, handed_in(classroom))
    changed = classroom.root / "submitted" / "ben" / "mini" / "mini.py"
    changed.write_text(module_text(), encoding="utf-8")
    times = {s: result_file(classroom, s).stat().st_mtime_ns for s in ("ada", "ben")}
    second = grade_class(classroom, handed_in(classroom))
    assert second[1].score == 6.0
    assert result_file(classroom, "ada").stat().st_mtime_ns == times["ada"]
    assert result_file(classroom, "ben").stat().st_mtime_ns != times["ben"]
    assert second[0] == first[0]


def test_half_a_result_file_is_graded_again(classroom):
    only = {"ada": handed_in(classroom)["ada"]}
    first = grade_class(classroom, only)
    file = result_file(classroom, "ada")
    file.write_text(file.read_text(encoding="utf-8")[:100], encoding="utf-8")
    assert grade_class(classroom, only)[0].score == first[0].score


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
