"""Results as a JUnit report: a suite per file, a case per test."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from autograder.publish.text import plain
from autograder.results import ExerciseResult, Result, TestResult

NOT_XML = {0xFFFE: None, 0xFFFF: None}


def dumps(results: Iterable[Result]) -> str:
    """The report as XML; text that XML cannot hold is left out."""
    root = ElementTree.Element("testsuites", name="autograder")
    for result in results:
        root.append(_suite(result))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(result: Result) -> ElementTree.Element:
    cases = [_case(exercise, test) for exercise in result.exercises for test in exercise.tests]
    if result.status != "graded":
        case = ElementTree.Element(
            "testcase", classname=_text(result.assignment), name="submission"
        )
        ElementTree.SubElement(case, "error", message=_text(result.reason), type=result.status)
        cases.append(case)
    suite = ElementTree.Element(
        "testsuite",
        name=_text(f"{result.assignment} {result.student}"),
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
        time=f"{result.seconds:.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name in ("score", "max_score"):
        ElementTree.SubElement(
            properties, "property", name=name, value=f"{getattr(result, name):g}"
        )
    suite.extend(cases)
    return suite


def _case(exercise: ExerciseResult, test: TestResult) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        classname=_text(exercise.name),
        name=_text(test.title or test.name),
        time=f"{test.seconds:.3f}",
    )
    if test.outcome != "passed":
        kind = "failure" if test.outcome == "failed" else "error"
        message = _text(test.message)
        found = ElementTree.SubElement(case, kind, message=message, type=test.outcome)
        found.text = _text(test.hint or "")
    return case


def _text(text: str) -> str:
    return plain(text).translate(NOT_XML)
