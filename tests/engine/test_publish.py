"""Results as JSON, JUnit, Gradescope and Markdown: their form, and text that may say anything."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from autograder.publish import gradescope, junit, markdown
from autograder.publish import json as publish_json
from autograder.publish.visibility import FeedbackVisibility
from autograder.results import (
    Counterexample,
    ExerciseResult,
    Result,
    SuspectLine,
    TestResult,
    WrittenResult,
)
from convgrade.safe_text import log_safe, plain, shortened

NASTY = "\x1b[2J[red]<script>::error::\x00\ud800\u202e | **bold** @all"


def result(message: str = "The shape is wrong.", student: str = "ada") -> Result:
    """One passed and one failed test, and a written answer."""
    tests = (
        TestResult("test_a", "Handles the example.", "public", "passed", 1.0),
        TestResult(
            "test_b",
            "Handles strides.",
            "hidden",
            "failed",
            2.0,
            message=message,
            detail="expected 4",
            misconception="floor",
            hint="Up or down?",
        ),
    )
    return Result(
        assignment="edges",
        student=student,
        submission="work/ada.ipynb",
        status="graded",
        exercises=(ExerciseResult("size", 1.0, 3.0, "failed", tests),),
        written=(WrittenResult("why", 4.0, "needs_marking"),),
        isolation="namespaces",
        seconds=0.5,
        seed="00ff",
        versions={"numpy": "2.4"},
    )


def test_json_tells_neither_what_was_expected_nor_the_seed() -> None:
    text = publish_json.dumps([result()])
    assert "expected 4" not in text
    assert "00ff" not in text


def test_json_keeps_the_order_of_the_files() -> None:
    documents = publish_json.document([result(student="zoe"), result(student="ada")])
    assert [document["student"] for document in documents] == ["zoe", "ada"]


def test_junit_counts_tests_and_failures() -> None:
    (suite,) = ElementTree.fromstring(junit.dumps([result()]))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")


def test_junit_of_a_rejected_file_is_one_error_with_the_reason() -> None:
    rejected = Result("edges", "ada", "ada.ipynb", "rejected", reason="The file is empty.")
    (suite,) = ElementTree.fromstring(junit.dumps([rejected]))
    error = suite.find("testcase/error")
    assert error is not None
    assert error.get("message") == "The file is empty."


def test_junit_stays_xml_whatever_a_message_says() -> None:
    failure = ElementTree.fromstring(junit.dumps([result(NASTY)])).find(".//failure")
    assert failure is not None
    assert "<script>" in str(failure.get("message"))


def test_gradescope_has_an_entry_per_exercise() -> None:
    document = json.loads(gradescope.dumps(result()))
    (entry,) = document["tests"]
    assert (entry["name"], entry["score"], entry["max_score"]) == ("size", 1.0, 3.0)
    assert "Up or down?" in entry["output"]


EXAMPLE = Counterexample(
    code="import numpy as np\n\nsize(np.arange(6)[::-1])  # ``` ::error::",
    answer="3",
    wrong="size returned 3 instead of another number.",
)


def with_advice(example: Counterexample) -> Result:
    """The result whose failed test, and another one, share a counterexample."""
    given = result()
    (exercise,) = given.exercises
    passed, failed = exercise.tests
    failed = replace(failed, counterexample=example)
    tests = (passed, failed, replace(failed, name="test_c"))
    suspect = SuspectLine("cell 2", 3, "return n // s")
    return replace(given, exercises=(replace(exercise, tests=tests, suspect=suspect),))


@pytest.mark.parametrize(
    "dumps", [gradescope.dumps, lambda it: markdown.dumps([it]), lambda it: junit.dumps([it])]
)
def test_every_report_has_the_counterexample_as_code_to_run(dumps) -> None:
    text = dumps(with_advice(EXAMPLE)).replace(r"\u003a", ":").replace("&#58;", ":")
    assert "np.arange(6)[::-1]" in text.replace(": :", "::")
    assert "instead of another number" in text
    assert "Right" not in text
    full = dumps(with_advice(replace(EXAMPLE, expected="41")))
    assert "41" in full


def test_a_counterexample_that_several_tests_share_is_shown_once() -> None:
    text = markdown.dumps([with_advice(EXAMPLE)])
    assert text.count("np.arange") == 1
    assert text.count("Look first at line 3 of cell 2") == 1
    assert (
        json.loads(gradescope.dumps(with_advice(EXAMPLE)))["tests"][0]["output"].count("Try") == 1
    )


def test_code_in_markdown_cannot_end_its_block_nor_be_a_command() -> None:
    lines = markdown.dumps([with_advice(EXAMPLE)]).splitlines()
    (start,) = (number for number, line in enumerate(lines) if line.endswith("python"))
    fence = lines[start].removesuffix("python")
    assert fence.strip() == "````"
    assert fence in lines[start + 1 :]
    assert not any("::" in line for line in lines)


def test_markdown_shows_markup_as_text() -> None:
    text = markdown.dumps([result(NASTY)])
    assert "<script>" not in text
    assert "**bold**" not in text
    assert "@all" not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]0;never closed\nnext line", "\nnext line"),
        ("bell\x07, null\x00, c1\x9b", "bell, null, c1"),
        ("over\u202eturned\ud800", "overturned"),
        ("two\r\nlines\tand a tab", "two\nlines\tand a tab"),
    ],
)
def test_plain_text_has_no_control_over_a_terminal(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_no_line_is_a_command_to_a_ci_service() -> None:
    shown = log_safe("fine\n  :::error::x\n##[group]y\n##vso[task]z")
    assert "::" not in shown
    assert "##[" not in shown
    assert "##vso[" not in shown


def test_shortened_text_is_one_line_of_the_width() -> None:
    assert shortened("one\ntwo three", 8) == "one two…"


def reports(result: Result) -> dict[str, str]:
    lists = {"json": publish_json, "junit": junit, "markdown": markdown}
    texts = {name: each.dumps([result]) for name, each in lists.items()}
    return {**texts, "gradescope": gradescope.dumps(result)}


@pytest.mark.parametrize("report", ["json", "junit", "markdown", "gradescope"])
@pytest.mark.parametrize(
    ("hidden_tests", "told", "kept_back"),
    [
        ("messages", ["The shape is wrong", "strides"], []),
        ("titles", ["strides"], ["The shape is wrong"]),
        ("none", [], ["The shape is wrong", "strides", "test_b"]),
    ],
)
def test_reports_tell_of_hidden_tests_what_the_settings_allow(
    report: str, hidden_tests: str, told: list[str], kept_back: list[str]
) -> None:
    shown = FeedbackVisibility.of({"hidden_tests": hidden_tests})
    text = reports(shown.applied(result()))[report].replace("\\", "")
    assert [each for each in [*told, "Up or down?"] if each not in text] == []
    assert [each for each in kept_back if each in text] == []


def test_a_public_test_is_shown_whatever_the_settings() -> None:
    example = TestResult("test_a", "An example.", "public", "failed", 1.0, message="Too large.")
    whole = Result("edges", "ada", "a.ipynb", "graded")
    whole = replace(whole, exercises=(ExerciseResult("size", 0.0, 3.0, "failed", (example,)),))
    assert FeedbackVisibility.of({"hidden_tests": "none"}).applied(whole) == whole
