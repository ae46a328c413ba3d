"""After a change in the course, only what the change touches is graded again."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from mini_course import module_text
from sandboxes import available

from autograder.course.assignment import Assignment, load_assignment
from autograder.grading import scheduling, unchanged_hand_ins
from autograder.grading.cache_key import KeyMaker
from autograder.grading.result_store import load_if_current, result_file, stored
from autograder.grading.scheduling import grade_class, handed_in
from autograder.results import Result
from convgrade.submission import read_hand_in

OLD = "from an earlier run"
INCREMENT, DOUBLE = "test_increment.py", "test_double.py"


@pytest.fixture
def course(mini_course: Assignment) -> Assignment:
    """A graded class of one: `double` is wrong, and every test bears a mark of this run."""
    suites = mini_course.suite_folder
    helper = "def twice(x):\n    return 2 * x\n"
    (suites / "reference.py").write_text(helper, encoding="utf-8")
    with (suites / DOUBLE).open("a", encoding="utf-8") as suite:
        suite.write("\nfrom reference import twice\n")
        suite.write("pytestmark = pytest.mark.builds_on('increment')\n")
    folder = mini_course.root / "submitted" / "ada" / "mini"
    folder.mkdir(parents=True)
    wrong = module_text(double="def double(x):\n    return np.asarray(x) + 1")
    (folder / "mini.py").write_text(wrong, encoding="utf-8")
    graded(mini_course)
    mark(mini_course)
    return mini_course


def graded(course: Assignment) -> Result:
    """Grade the class as it is on disk now."""
    now = load_assignment("mini", course.root)
    (each,) = grade_class(now, handed_in(now), jobs=1, isolation=available())
    return each.result


def mark(course: Assignment) -> None:
    """Mark the stored tests, so that those that did not run again can be told apart."""
    result = stored(course, "ada")
    assert result is not None
    exercises = tuple(
        replace(each, tests=tuple(replace(test, detail=OLD) for test in each.tests))
        for each in result.exercises
    )
    replace(result, exercises=exercises).write(result_file(course, "ada"))


def reran(result: Result) -> set[str]:
    """The exercises whose tests ran again."""
    return {each.name for each in result.exercises if each.tests[0].detail != OLD}


def change(course: Assignment, old: str, new: str, file: str = DOUBLE) -> None:
    path = course.suite_folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def a_comment(course: Assignment) -> None:
    change(course, "@pytest.mark.public", "# An example.\n\n@pytest.mark.public", INCREMENT)


def an_unused_file(course: Assignment) -> None:
    (course.suite_folder / "unused.py").write_text("x = 1\n", encoding="utf-8")


def feedback_settings(course: Assignment) -> None:
    with (course.root / "source" / "mini" / "assignment.toml").open("a") as settings:
        settings.write('[feedback]\nhidden_tests = "titles"\n')


def nothing(course: Assignment) -> None:
    pass


@pytest.mark.parametrize("changed", [nothing, a_comment, an_unused_file, feedback_settings])
def test_what_decides_nothing_changes_no_key(
    course: Assignment, changed: Callable[[Assignment], None]
) -> None:
    changed(course)
    now = load_assignment("mini", course.root)
    hand_in = read_hand_in(course.root / "submitted" / "ada" / "mini", now.release)
    assert load_if_current(hand_in.digest, now, "ada", KeyMaker(now, available())) == stored(
        course, "ada"
    )
    assert reran(graded(course)) == set()


def test_a_test_that_changes_grades_its_exercise_only(course: Assignment) -> None:
    before = stored(course, "ada")
    change(course, "size=(3, 4)", "size=(3, 5)")
    after = graded(course)
    assert reran(after) == {"double"}
    assert before is not None
    assert after.exercises[0] == before.exercises[0]
    assert (after.score, after.key == before.key) == (before.score, False)
    mark(course)
    assert reran(graded(course)) == set()


def test_a_module_counts_for_the_suites_that_import_it(course: Assignment) -> None:
    change(course, "2 * x", "x + x", "reference.py")
    assert reran(graded(course)) == {"double"}


def test_a_module_that_is_imported_by_its_name_counts(course: Assignment) -> None:
    change(course, "from reference import twice", "import importlib\nname = 'more'")
    (course.suite_folder / "more.py").write_text("x = 1\n", encoding="utf-8")
    graded(course)
    mark(course)
    change(course, "x = 1", "x = 2", "more.py")
    assert reran(graded(course)) == {"double"}


def test_what_builds_on_an_exercise_follows_only_if_its_outcome_changes(course: Assignment) -> None:
    change(course, "size=(3, 4)", "size=(3, 5)", INCREMENT)
    assert reran(graded(course)) == {"increment"}
    mark(course)
    change(course, "x + 1", "x + 2", INCREMENT)
    after = graded(course)
    assert reran(after) == {"increment", "double"}
    assert [dict(each.built_on) for each in after.exercises] == [{}, {"increment": True}]


def test_new_hints_count_only_where_points_were_lost(course: Assignment) -> None:
    hint = (
        '\n@misconception("double", "How often?")\ndef adds_one(x):\n    return np.asarray(x) + 1\n'
    )
    probes = '\n@probes("double")\ndef _():\n    return [call(np.array([3.0, 5.0]))]\n'
    with course.misconceptions_file.open("a", encoding="utf-8") as file:
        file.write(probes + hint)
    after = graded(course)
    assert reran(after) == {"double"}
    assert [each.misconception for each in after.exercises[1].hints] == ["adds_one"]


def test_new_points_need_no_run(course: Assignment) -> None:
    for notebook in (course.source_notebook, course.release_notebook):
        document = json.loads(notebook.read_text(encoding="utf-8"))
        for cell in document["cells"]:
            points = cell["metadata"].get("nbgrader", {})
            if points.get("grade_id") == "test_increment":
                points["points"] = 10
        notebook.write_text(json.dumps(document), encoding="utf-8")
    after = graded(course)
    assert reran(after) == set()
    assert [(each.score, each.max_score) for each in after.exercises] == [(10, 10), (0.4, 2)]
    assert stored(course, "ada") == after


def test_a_fault_is_graded_again_once_it_is_corrected(course: Assignment) -> None:
    change(course, "import pytest", "import pytest\nimport no_such_module")
    assert graded(course).status == "grader_error"
    change(course, "import no_such_module", "x = 1")
    after = graded(course)
    assert (after.status, reran(after)) == ("graded", {"double"})


def test_what_was_seen_of_limits_stays(course: Assignment) -> None:
    slow = module_text(increment="def increment(x):\n    while True: pass")
    (course.root / "submitted" / "ada" / "mini" / "mini.py").write_text(slow, encoding="utf-8")
    first = graded(course)
    assert first.observed.limits_hit
    change(course, "x * 2", "2 * x")
    mark(course)
    after = graded(course)
    assert reran(after) == {"double"}
    assert after.observed.limits_hit == first.observed.limits_hit  # of `increment`


def ten_seconds_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unchanged_hand_ins, "_now", lambda folder: time.time_ns() + 10**10)


def test_an_unchanged_folder_is_not_read_again(
    course: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    ten_seconds_later(monkeypatch)
    before = graded(course)
    monkeypatch.setattr(scheduling, "read_or_none", None)
    assert graded(course) == before


def test_work_of_the_same_size_and_time_is_graded_again(
    course: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    ten_seconds_later(monkeypatch)
    before = graded(course)
    file = course.root / "submitted" / "ada" / "mini" / "mini.py"
    times, text = file.stat(), file.read_text(encoding="utf-8")
    file.write_text(text.replace("np.asarray(x) + 1", "np.asarray(x) + 2"), encoding="utf-8")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert file.stat().st_size == times.st_size
    assert graded(course).seed != before.seed  # it is derived from the hand-in
