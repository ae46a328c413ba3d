"""Annotations and job summaries for GitHub Actions, read back by the runner's rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from published_results import HOSTILE, every_kind, exercise, graded, hostile, one_test
from workflow_commands import Command, commands

from autograder.publish import github
from autograder.publish.github import Annotation
from autograder.publish.source_lines import Source
from autograder.results import Outcome, Result

KINDS = every_kind()


def annotated(*results: Result, line: int = 12) -> list[Command]:
    """The commands for these results, all of whose lines are known."""
    sources = [Source(each.submission, {"size": line} if line else {}) for each in results]
    return commands(github.commands(results, sources))


@pytest.mark.parametrize("text", ["50 % of a:b,c\r\nnext %0A %3A", "::stop-commands::x", "=,=::"])
def test_what_is_escaped_is_read_back(text: str) -> None:
    written = Annotation("error", "title", text, "a,b:c%25.py", 3).command()
    (read,) = commands(written)
    assert read.data == text
    assert read.properties["file"] == "a,b:c%25.py"
    assert (read.name, read.properties["line"]) == ("error", "3")


def test_a_wrong_exercise_is_an_error_at_its_line_with_all_that_helps() -> None:
    (found,) = annotated(KINDS["advice"])
    assert found.name == "error"
    assert found.properties == {
        "file": "work/ada.ipynb",
        "line": "12",
        "title": "size: 1 of 3 points (ada)",
    }
    for part in ("Handles strides.: It ended as failed.", "Up or down?", "Look first at line 3"):
        assert part in found.data


def test_what_is_not_written_is_a_warning() -> None:
    (found,) = annotated(KINDS["outcome not_implemented"], line=0)
    assert found.name == "warning"
    assert "line" not in found.properties


def test_a_right_submission_has_no_annotation() -> None:
    assert annotated(KINDS["outcome passed"]) == []


@pytest.mark.parametrize("kind", ["rejected", "fault of a suite", "fault of the grader"])
def test_what_could_not_be_graded_is_one_error_with_the_reason(kind: str) -> None:
    (found,) = annotated(KINDS[kind])
    assert (found.name, found.data) == ("error", KINDS[kind].reason)


def test_of_a_class_each_student_who_lost_points_has_one() -> None:
    lost = graded(exercise(one_test()), exercise(one_test()), student="ben")
    found = annotated(KINDS["outcome passed"], lost, KINDS["rejected"])
    assert [(each.name, each.properties["title"]) for each in found] == [
        ("error", "ada: rejected"),
        ("warning", "ben: 2 of 6 points"),
    ]


def test_more_than_github_shows_of_a_kind_are_counted_in_the_last() -> None:
    wrong = [replace(exercise(one_test()), name=f"size{number}") for number in range(14)]
    found = annotated(graded(*wrong))
    assert len(found) == github.MOST_OF_A_KIND
    assert found[-1].properties["title"] == "5 more"


def test_exactly_as_many_as_github_shows_are_all_there() -> None:
    wrong = [replace(exercise(one_test()), name=f"size{number}") for number in range(10)]
    assert annotated(graded(*wrong))[-1].properties["title"].startswith("size9")


def test_hostile_text_makes_no_command_of_its_own() -> None:
    text = github.commands([hostile()], [Source(HOSTILE, {"size": 1})])
    assert len(text.splitlines()) == len(hostile().exercises) == 2
    assert "##[" not in text
    for found in commands(text):
        assert found.name == "error"
        assert set(found.properties) == {"title"}
        assert len(found.data) < 2000


@pytest.mark.parametrize("file", ["a/::b.py", "##[error].py", "a\nb.py", "\x1b[1m.py"])
def test_a_file_whose_name_could_be_a_command_is_not_named(file: str) -> None:
    (found,) = commands(github.commands([KINDS["advice"]], [Source(file, {"size": 1})]))
    assert set(found.properties) == {"title"}


def test_the_grader_alone_is_never_blamed_on_a_file() -> None:
    (found,) = annotated(KINDS["fault of a suite"])
    assert "file" not in found.properties
    assert KINDS["fault of a suite"].exercises[0].outcome is Outcome.GRADER_ERROR


def test_a_summary_that_is_too_large_says_what_is_left_out() -> None:
    long = graded(exercise(one_test(message="x" * 1900)))
    class_ = [replace(long, student=f"student{number}") for number in range(900)]
    text = github.summary(class_, used=1000)
    assert 2**20 * 0.9 < len(text.encode()) <= 2**20 - 1000
    assert "| student899 |" in text
    shown = text.count("### edges, ")
    assert text.splitlines()[-1].startswith(f"{900 - shown} of 900 results are left out here")


@pytest.mark.parametrize("used", [2**20 - 100, 2**20, 2**21])
def test_where_there_is_no_room_nothing_is_added(used: int) -> None:
    assert github.summary([KINDS["advice"]], used) == ""
