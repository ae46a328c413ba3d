"""Results as a JUnit report: a suite per submission, a case per test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from autograder.publish import advice
from autograder.publish.remarks import UNGRADED, remarks
from autograder.publish.source_lines import Source
from autograder.results import ExerciseResult, Outcome, Result, TestResult
from convgrade.safe_text import bounded, plain, xml_log_safe

NOT_XML = {0xFFFE: None, 0xFFFF: None}


def dumps(results: Sequence[Result], sources: Sequence[Source] = ()) -> str:
    """The report as XML. Characters that XML cannot contain are left out.

    Args:
        results: the results.
        sources: of each result, its file and the lines of its exercises; without them, the path.
    """
    sources = sources or [Source(result.submission) for result in results]
    suites = [_suite(*each) for each in zip(results, sources, strict=True)]
    root = ElementTree.Element("testsuites", {"name": "autograder", **_totals(suites)})
    root.extend(suites)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
    return xml_log_safe(text) + "\n"


def _totals(suites: Sequence[ElementTree.Element]) -> dict[str, str]:
    counts = ("tests", "failures", "errors")
    total = {name: str(sum(int(each.get(name, "0")) for each in suites)) for name in counts}
    return {**total, "time": f"{sum(float(each.get('time', '0')) for each in suites):.3f}"}


def _suite(result: Result, source: Source) -> ElementTree.Element:
    cases = [case for exercise in result.exercises for case in _cases(exercise, result, source)]
    if result.status != "graded":
        case = ElementTree.Element("testcase", _place("submission", result, source))
        ElementTree.SubElement(
            case, "error", message=_text(result.reason), type=result.status
        ).text = _text(result.reason)
        cases.append(case)
    suite = ElementTree.Element(
        "testsuite",
        name=_text(f"{result.assignment} {result.student}"),
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
        time=f"{result.seconds:.3f}",
        file=_text(source.file),
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


def _cases(
    exercise: ExerciseResult, result: Result, source: Source
) -> Iterator[ElementTree.Element]:
    """A case per test; consumers know a case by classname and name, so each pair occurs once."""
    names: Counter[str] = Counter()
    place = _place(exercise.name, result, source)
    if exercise.score is None:
        case = ElementTree.Element("testcase", {**place, "name": _text(exercise.name)})
        ElementTree.SubElement(
            case, "error", message=UNGRADED, type=exercise.outcome
        ).text = UNGRADED
        yield case
        return
    for test in exercise.tests:
        name = _text(test.title or test.name)
        names[name] += 1
        unique = name if names[name] == 1 else f"{name} ({names[name]})"
        yield _case({**place, "name": unique}, test)


def _place(name: str, result: Result, source: Source) -> dict[str, str]:
    """The attributes that say of whose work and where a case is."""
    line = source.lines.get(name)
    return {
        "classname": _text(f"{result.student}.{name}"),
        "name": name,
        "file": _text(source.file),
        **({"line": str(line)} if line else {}),
    }


def _case(place: dict[str, str], test: TestResult) -> ElementTree.Element:
    case = ElementTree.Element("testcase", {**place, "time": f"{test.seconds:.3f}"})
    if not test.passed:
        kind = "failure" if test.outcome is Outcome.FAILED else "error"
        message = bounded(test.message) or test.outcome.label
        found = ElementTree.SubElement(case, kind, message=_text(message), type=test.outcome)
        found.text = _text("\n".join([message, *_help(test)]))  # some show only this
    return case


def _help(test: TestResult) -> Iterator[str]:
    if test.hint:
        yield test.hint
    if test.counterexample:
        yield f"Try this: {advice.in_words(test.counterexample)}"
        yield advice.code(test.counterexample)


def _text(text: str) -> str:
    return plain(text).translate(NOT_XML)
