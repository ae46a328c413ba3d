"""How far a run is: counts, rate, estimated end, and how often that is said without a terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.cli import run_summary
from autograder.cli.run_display import LEAST_SECONDS, Lines
from autograder.cli.run_progress import RunProgress, failure_of
from autograder.results import Fault, Observed, Result


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def result(student: str, status: str = "graded", **changed: object) -> Result:
    blank = Result("mini", student, "mini.py", "graded")
    return replace(blank, status=status, **changed)


def graded(progress: RunProgress, clock: Clock, *students: str, seconds: float) -> None:
    """Grade one after the other."""
    for student in students:
        progress.started(student)
        clock.now += seconds
        progress.graded(result(student))


def test_what_runs_what_waits_and_what_was_there_already_are_told_apart() -> None:
    clock = Clock()
    progress = RunProgress(7, clock)
    progress.reused(result("ada"))
    graded(progress, clock, "ben", seconds=2)
    progress.started("cleo")
    clock.now += 65
    progress.started("dan")
    clock.now += 5
    progress.started("eva")
    progress.postponed("eva")
    assert run_summary.counts(progress) == "1 graded, 1 unchanged, 2 running, 3 waiting"
    assert run_summary.running(progress) == "Running: cleo 1 min 10 s, dan 5 s"
    assert run_summary.slowest(progress) == "Slowest: ben 2 s"


def test_what_teachers_look_at_in_hand_ins_is_no_trouble_of_an_audit() -> None:
    progress = RunProgress(2, trouble_of=failure_of)
    progress.graded(result("odd", observed=Observed(attention=("Of two files one was taken.",))))
    progress.graded(result("broken", "grader_error"))
    assert run_summary.troubles(progress) == ["1 with a grader error (broken)"]


def test_what_needs_a_person_is_counted_by_kind_with_the_last_students() -> None:
    progress = RunProgress(9)
    for number in range(5):
        progress.graded(result(f"r{number}", "rejected"))
    progress.graded(result("broken", "grader_error"))
    progress.graded(result("faulty", faults=(Fault("NameError", "test_a.py"),)))
    progress.reused(result("odd", observed=Observed(attention=("Of two files one was taken.",))))
    progress.graded(result("fine"))
    assert run_summary.troubles(progress) == [
        "5 rejected (…, r2, r3, r4)",
        "2 with a grader error (broken, faulty)",
        "1 to look at (odd)",
    ]
    assert "8 graded, 1 unchanged; 5 rejected, 2 with a grader error, 1 to look at" in (
        run_summary.last_line(progress)
    )


def test_the_estimate_comes_from_the_last_submissions_and_waits_for_enough_of_them() -> None:
    clock = Clock()
    progress = RunProgress(100, clock)
    for number in range(20):
        progress.reused(result(f"old{number}"))
    graded(progress, clock, "a", "b", seconds=1)
    assert progress.seconds_left() is None
    graded(progress, clock, "c", seconds=1)
    assert progress.seconds_left() == pytest.approx(77)
    graded(progress, clock, *(f"slow{number}" for number in range(20)), seconds=10)
    assert progress.seconds_left() == pytest.approx(570)
    assert progress.per_second() == pytest.approx(0.1)


def test_as_many_as_are_graded_at_once_must_be_done_before_there_is_an_estimate() -> None:
    """The first of 8 trainings of a minute end together: they say nothing of the rate."""
    clock = Clock()
    progress = RunProgress(16, clock)
    names = [f"s{number}" for number in range(8)]
    for name in names:
        progress.started(name)
    clock.now = 60
    for name in names[:7]:
        progress.graded(result(name))
    assert progress.seconds_left() is None
    progress.graded(result(names[7]))
    assert progress.seconds_left() == pytest.approx(60)


def test_an_estimate_counts_down_and_grows_when_a_result_is_overdue() -> None:
    clock = Clock()
    progress = RunProgress(10, clock)
    graded(progress, clock, "a", "b", "c", "d", seconds=10)
    assert progress.seconds_left() == pytest.approx(60)
    clock.now += 5
    assert progress.seconds_left() == pytest.approx(55)
    clock.now += 195
    assert (progress.seconds_left() or 0) > 60


def test_a_class_of_1000_gives_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    progress = Lines(1000, clock)
    for number in range(1000):
        graded(progress, clock, f"s{number}", seconds=0.3)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 9
    assert lines[0].startswith("100 of 1000: 100 graded, 900 waiting; 3.3 a second, about 4 min")
    assert max(map(len, lines)) <= 100


def test_stored_results_that_come_at_once_give_no_line_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    progress = Lines(1000, clock)
    for number in range(999):
        progress.reused(result(f"s{number}"))
    assert capsys.readouterr().err == ""
    clock.now += LEAST_SECONDS
    progress.graded(result("last"))
    assert capsys.readouterr().err == ""  # the last line follows


def test_trainings_of_minutes_give_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    progress = Lines(1000, clock)
    graded(progress, clock, "a", "b", "c", seconds=180)
    assert [line.partition(":")[0] for line in capsys.readouterr().err.splitlines()] == [
        "1 of 1000",
        "2 of 1000",
        "3 of 1000",
    ]


@pytest.mark.parametrize(
    ("rate", "words"),
    [(25.0, "25 a second"), (2.14, "2.1 a second"), (0.5, "30 a minute"), (0.01, "36 an hour")],
)
def test_a_rate_has_the_unit_that_people_use(rate: float, words: str) -> None:
    assert run_summary.frequency(rate) == words


def test_a_name_can_neither_paint_nor_break_a_line() -> None:
    progress = RunProgress(1)
    progress.started("a\x1b[31m\nb" + "c" * 90)
    assert run_summary.running(progress).startswith("Running: a b" + "c" * 10)
    assert len(run_summary.running(progress)) < 40
