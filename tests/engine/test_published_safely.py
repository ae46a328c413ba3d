"""Reports in a log: no command of a CI service, no flood of lines, and nothing left unsaid."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from autograder.cli.attention import of_submission, show_attention
from autograder.cli.one_submission import show_submission
from autograder.gradebook.explanation import remarks_html
from autograder.gradebook.writer import Problem
from autograder.publish import gradescope, junit, markdown
from autograder.publish import json as publish_json
from autograder.results import ExerciseResult, Observed, Result, TestResult
from convgrade.safe_text import bounded, log_safe, sentences

COMMANDS = (
    "::error file=a.py::x",
    "##[error]x",
    "##vso[task.setvariable variable=a]x",
    "::add-mask::secret",
    "::set-output name=a::b",
    "  \t::stop-commands::x",
    "\r::error::x",
    ":\u200b:error::x",
    "#\x00#[error]x",
    ":::debug::x",
    "##teamcity[buildStatus text='x']",
    "###[group]",
)
COMMAND = re.compile(r"::|##")
FORMATS = ("json", "junit", "markdown", "gradescope", "terminal")


def result(message: str, **seen: tuple[str, ...]) -> Result:
    """A submission whose every text holds this."""
    test = TestResult("test_a", f"Pads {message}", "hidden", "error", 1.0, message, hint=message)
    exercise = ExerciseResult("size", 0.0, 2.0, "error", (test,))
    return Result(
        "edges", "ada", "ada.py", "graded", exercises=(exercise,), observed=Observed(**seen)
    )


def published(which: str, found: Result, capsys: pytest.CaptureFixture[str]) -> str:
    if which == "terminal":
        show_submission(found)
        return capsys.readouterr().out
    if which == "gradescope":
        return gradescope.dumps(found) or ""
    lists = {"json": publish_json, "junit": junit, "markdown": markdown}
    return lists[which].dumps([found])


@pytest.mark.parametrize("which", FORMATS)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_report_holds_a_command_that_a_student_wrote(
    which: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = result(command, attention=(command,), failed_cells=(f"cell 1: {command}",))
    shown = published(which, replace(found, student=command, submission=command), capsys)
    assert COMMAND.search(shown.replace("###", "", 1) if which == "markdown" else shown) is None


@pytest.mark.parametrize("command", COMMANDS)
def test_json_says_what_the_student_said_all_the_same(command: str) -> None:
    found = result(command)
    (document,) = json.loads(publish_json.dumps([found]))
    assert document["exercises"][0]["tests"][0]["message"] == command
    assert publish_json.document([found]) == [document]


def test_junit_can_still_be_read() -> None:
    root = ElementTree.fromstring(junit.dumps([result("a ::error::b ##[group]c")]))
    (failure,) = root.iter("error")
    assert failure.get("message") == "a ::error::b ##[group]c"


@pytest.mark.parametrize("which", FORMATS)
def test_one_submission_does_not_fill_a_log(which: str, capsys: pytest.CaptureFixture[str]) -> None:
    flood = "\n".join("x" * 3 for _ in range(50_000))
    found = result("x", attention=(flood,) * 500, failed_cells=(flood,) * 500)
    tests = tuple(TestResult(f"t{k}", "Pads.", "hidden", "error", 1, flood) for k in range(6))
    exercises = (replace(found.exercises[0], tests=tests),)
    found = replace(found, exercises=exercises)
    lines = published(which, found, capsys).splitlines()
    if which != "json":
        assert len(lines) < 200
        assert sum(map(len, lines)) < 40_000


@pytest.mark.parametrize("which", FORMATS)
def test_every_format_says_what_was_not_used_and_which_cells_failed(
    which: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = result(
        "There is no function called size.",
        attention=("Of two notebooks the newer one was graded.",),
        failed_cells=("cell 4 (size): SyntaxError: '(' was never closed (line 44)",),
    )
    shown = published(which, found, capsys).replace("\\", "").replace("&amp;", "&")
    assert "Of two notebooks the newer one was graded." in shown
    assert "was never closed (line 44)" in shown


def test_attention_of_a_submission_names_what_did_not_run_where_points_are_missing() -> None:
    failed = ("cell 4 (size): SyntaxError: '(' was never closed (line 44)", "cell 5: NameError: x")
    found = result("x", attention=("A helper was not used.",), failed_cells=failed)
    told = of_submission(found)
    assert told[0] == "A helper was not used."
    assert "was never closed (line 44) (and 1 more)" in told[1]
    right = replace(found.exercises[0], score=2.0)
    assert of_submission(replace(found, exercises=(right,))) == ["A helper was not used."]


def test_a_function_that_is_not_written_yet_needs_nobody() -> None:
    failed = ("cell 7: NotImplementedError: size",)
    assert of_submission(result("x", failed_cells=failed)) == []


def test_what_is_the_same_for_many_students_is_told_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    many = [Problem(f"student{number}", "not graded in size.") for number in range(40)]
    show_attention([Problem("ada", "The file is empty."), *many])
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "41 need attention:",
        "  ada: The file is empty.",
        "  student0, student1, student2 and 37 more: not graded in size.",
    ]


def test_the_page_bounds_what_it_lists() -> None:
    page = remarks_html(Observed(attention=("An odd file. " * 100,) * 500))
    assert page.count("<li>") < 30
    assert len(page) < 20_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("a\nb\nc\nd", "a\nb\n… (4 more characters)"),
        ("x" * 50, "x" * 20 + "\n… (30 more characters)"),
        ("a\nb\n", "a\nb"),
    ],
)
def test_a_bounded_text_says_how_much_is_left_out(text: str, shown: str) -> None:
    assert bounded(text, lines=2, characters=20) == shown


def test_sentences_are_lines_and_not_too_many() -> None:
    assert sentences(["a\nb", "c", "d"], 2) == ["a b", "c", "And 1 more."]


def test_a_log_safe_text_keeps_its_words() -> None:
    assert log_safe("see ::error::x and ##[y]") == "see : :error: :x and # #[y]"
