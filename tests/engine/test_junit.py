"""JUnit reports: valid by the format's schema, read by a consumer, and as GitLab wants them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml
from lxml import etree
from published_results import every_kind, exercise, graded, hostile, one_test

from autograder.publish import junit
from autograder.publish.source_lines import Source

GRAMMAR = etree.RelaxNG(file=str(Path(__file__).parent / "junit.rng"))
KINDS = every_kind()
GITLABS_LARGEST = 30 * 10**6


def tree(text: str) -> etree._Element:
    return etree.fromstring(text.encode())


def valid(text: str) -> etree._Element:
    root = tree(text)
    assert GRAMMAR.validate(root), GRAMMAR.error_log
    return root


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_result_is_valid(kind: str) -> None:
    valid(junit.dumps([KINDS[kind]]))


def test_the_grammar_refuses_what_is_wrong() -> None:
    text = junit.dumps([KINDS["advice"]])
    for wrong in (
        text.replace(" classname=", " class="),
        text.replace('tests="2"', 'tests="two"'),
        text.replace("<failure", "<failed").replace("</failure", "</failed"),
        text.replace("<properties>", "<properties><other/>"),
    ):
        assert wrong != text
        assert not GRAMMAR.validate(tree(wrong))


def test_a_consumer_counts_what_the_report_counts() -> None:
    report = JUnitXml.fromstring(junit.dumps(list(KINDS.values())).encode())
    cases = [case for suite in report for case in suite]
    ended = [result for case in cases for result in case.result]
    assert report.tests == len(cases)
    assert report.failures == sum(isinstance(each, Failure) for each in ended)
    assert report.errors == sum(isinstance(each, Error) for each in ended)
    assert {suite.tests for suite in report} == {len(list(suite)) for suite in report}


def test_a_consumer_reads_file_line_and_message() -> None:
    source = Source("work/ada.ipynb", {"size": 12})
    report = JUnitXml.fromstring(junit.dumps([KINDS["advice"]], [source]).encode())
    case = next(iter(next(iter(report))))
    assert (case._elem.get("file"), case._elem.get("line")) == ("work/ada.ipynb", "12")
    assert (case.classname, case.name) == ("ada.size", "Handles strides.")
    assert case.result[0].message == "It ended as failed."


def test_without_a_known_line_there_is_only_the_file() -> None:
    (case, *_) = valid(junit.dumps([KINDS["advice"]])).iter("testcase")
    assert (case.get("file"), case.get("line")) == ("work/ada.ipynb", None)


def test_gitlab_which_shows_the_content_alone_shows_the_message_too() -> None:
    (failure, *_) = valid(junit.dumps([KINDS["advice"]])).iter("failure")
    assert str(failure.text).startswith("It ended as failed.\nUp or down?")
    (error,) = valid(junit.dumps([KINDS["rejected"]])).iter("error")
    assert error.text == "The file is empty."


def test_gitlab_which_drops_a_second_case_of_a_name_gets_each_name_once() -> None:
    twins = exercise(*(one_test(name=f"test_{number}") for number in range(3)))
    class_ = [graded(twins, student=student) for student in ("ada", "ben")]
    cases = valid(junit.dumps(class_)).iter("testcase")
    names = Counter((case.get("classname"), case.get("name")) for case in cases)
    assert len(names) == 6
    assert set(names.values()) == {1}
    assert ("ben.size", "Handles strides. (3)") in names


def test_a_large_class_stays_below_the_size_that_gitlab_reads() -> None:
    tests = [one_test(name=f"t{number}", message="x" * 300) for number in range(60)]
    one = graded(*(replace(exercise(*tests), name=f"size{n}") for n in range(2)))
    assert len(junit.dumps([replace(one, student=f"s{n}") for n in range(300)])) < GITLABS_LARGEST


def test_hostile_text_is_text() -> None:
    root = valid(junit.dumps([hostile()]))
    assert {each.tag for each in root.iter()} == {
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "system-out"
    }  # fmt: skip
    assert "<script>alert(1)</script>" in str(next(root.iter("failure")).get("message"))
