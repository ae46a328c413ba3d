"""Results as a JUnit report: a suite per file, a case per test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from autograder.publish import advice
from autograder.publish.remarks import UNGRADED, remarks
from autograder.results import ExerciseResult, Outcome, Result, TestResult
from convgrade.safe_text import bounded, plain, xml_log_safe

NOT_XML = {0xFFFE: None, 0xFFFF: None}


def dumps(results: Iterable[Result]) -> str:
    """The report as XML. Characters that XML cannot contain are left out."""
    root = ElementTree.Element("testsuites", name="autograder")
    for result in results:
        root.append(_suite(result))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
    return xml_log_safe(text) + "\n"


def _suite(result: Result) -> ElementTree.Element:
    cases = [case for exercise in result.exercises for case in _cases(exercise)]
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
    found = {"score": result.score, "max_score": result.max_score}
    for name, value in found.items():
        if value is not None:
            ElementTree.SubElement(properties, "property", name=name, value=f"{value:g}")
    suite.extend(cases)
    text = "\n".join(remarks(result))
    if text:
        ElementTree.SubElement(suite, "system-out").text = _text(text)
    return suite


def _cases(exercise: ExerciseResult) -> list[ElementTree.Element]:
    if exercise.score is not None:
        return [_case(exercise, test) for test in exercise.tests]
    case = ElementTree.Element("testcase", classname=_text(exercise.name), name=exercise.name)
    ElementTree.SubElement(case, "error", message=UNGRADED, type=exercise.outcome)
    return [case]


def _case(exercise: ExerciseResult, test: TestResult) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase",
        classname=_text(exercise.name),
        name=_text(test.title or test.name),
        time=f"{test.seconds:.3f}",
    )
    if not test.passed:
        kind = "failure" if test.outcome is Outcome.FAILED else "error"
        message = _text(bounded(test.message))
        found = ElementTree.SubElement(case, kind, message=message, type=test.outcome)
        found.text = _text("\n".join(_help(test)))
    return case


def _help(test: TestResult) -> Iterator[str]:
    if test.hint:
        yield test.hint
    if test.counterexample:
        yield f"Try this: {advice.in_words(test.counterexample)}"
        yield advice.code(test.counterexample)


def _text(text: str) -> str:
    return plain(text).translate(NOT_XML)
