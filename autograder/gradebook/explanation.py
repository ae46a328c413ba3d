"""The text below a grade cell for students: each test's title, outcome, message and hint.

Everything is escaped and nothing is loaded from elsewhere. The source of a test and the part for
graders (`detail`) are never shown.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.publish.text import plain, sentences
from autograder.publish.visibility import FeedbackVisibility
from autograder.results import ExerciseResult, Observed, Outcome, TestResult

_GREY = "#6e7781"
_COLOURS = {"✓": "#1a7f37", "✗": "#b3261e"}
"""Colours for the marks of an `Outcome`; the other marks are grey."""
_NOT_COUNTED = (
    "{}: the grader failed here, not your work. Where this page shows 0 for it, that is no grade: "
    "it will be graded again."
)
MOST_REMARKS = 20


@dataclass(frozen=True)
class _Line:
    mark: str
    colour: str
    title: str
    points: str
    message: str
    hint: str


def as_text(exercise: ExerciseResult, shown: FeedbackVisibility) -> str:
    """Explain one exercise in plain text, as far as `shown` allows."""
    lines = [f"{exercise.name}: {_earned(exercise)}"]
    for line in _lines(exercise, shown):
        lines.append(f"{line.mark} {line.title}" + (f"  [{line.points}]" if line.points else ""))
        lines += [f"    {text}" for text in (line.message, line.hint) if text]
    lines += [f"· {text}" for text in _remarks(exercise)]
    return plain("\n".join(lines))


def as_html(exercise: ExerciseResult, shown: FeedbackVisibility) -> str:
    """Explain one exercise as HTML with inline styles, safe to put in a page."""
    share = 100 * (exercise.score or 0) / exercise.max_score if exercise.max_score else 0
    colour = "#1a7f37" if share >= 99.99 else "#9a6700" if share > 0 else "#b3261e"
    if exercise.score is None:
        colour = "#57606a"
    head = (
        '<div style="display:flex;align-items:center;gap:12px;padding:9px 14px;'
        'background:#f6f8fa;border-bottom:1px solid #d8dee4;">'
        f'<code style="background:none;color:#1f2328;font-size:14px;font-weight:600;padding:0;">'
        f"{_escaped(exercise.name)}</code>"
        '<span style="flex:1;max-width:180px;height:6px;border-radius:3px;background:#d8dee4;'
        f'overflow:hidden;"><span style="display:block;height:6px;width:{share:.0f}%;'
        f'background:{colour};"></span></span>'
        f'<span style="margin-left:auto;font-weight:600;color:{colour};">'
        f"{_earned(exercise)}</span></div>"
    )
    rows = "".join(_row(line) for line in _lines(exercise, shown))
    rows += "".join(
        '<div style="padding:6px 14px;border-top:1px solid #eef1f4;color:#57606a;">'
        f"{_escaped(text)}</div>"
        for text in _remarks(exercise)
    )
    return (
        '<div style="border:1px solid #d8dee4;border-radius:6px;overflow:hidden;'
        "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;"
        'font-size:13.5px;line-height:1.45;color:#1f2328;background:#ffffff;">'
        f"{head}{rows}</div>"
    )


def remarks_html(observed: Observed, ungraded: Sequence[str] = ()) -> str:
    """Describe problems of the whole submission as HTML: failed cells, limits, notes."""
    groups = (
        ("Not graded yet", [_NOT_COUNTED.format(name) for name in ungraded]),
        ("What was made of the files that you handed in", observed.attention),
        ("Cells that did not run through", observed.failed_cells),
        ("Limits that your code reached", observed.limits_hit),
        ("Remarks on the file", observed.notes),
    )
    parts = [
        f"<b>{title}</b><ul style='margin:2px 0 6px 0;'>"
        + "".join(f"<li>{_inline(text)}</li>" for text in sentences(texts, MOST_REMARKS))
        + "</ul>"
        for title, texts in groups
        if texts
    ]
    if not parts:
        return ""
    return (
        '<div style="border-left:4px solid #9a6700;background:#fff8e6;padding:8px 14px;">'
        + "".join(parts)
        + "</div>"
    )


def _row(line: _Line) -> str:
    details = ""
    if line.message:
        details += (
            '<div style="color:#57606a;white-space:pre-wrap;overflow-wrap:anywhere;">'
            f"{_escaped(line.message)}</div>"
        )
    if line.hint:
        details += (
            '<div style="margin-top:4px;padding:5px 10px;border-left:3px solid #0969da;'
            'background:#eef6ff;overflow-wrap:anywhere;">'
            f"<b>Think about:</b> {_escaped(line.hint)}</div>"
        )
    return (
        '<div style="display:flex;gap:10px;padding:6px 14px;border-top:1px solid #eef1f4;">'
        f'<span style="flex:none;width:16px;text-align:center;font-weight:700;color:{line.colour};"'
        f">{line.mark}</span>"
        f'<div style="flex:1;min-width:0;">{_escaped(line.title)}{details}</div>'
        f'<span style="flex:none;color:#6e7781;font-size:12.5px;">{line.points}</span></div>'
    )


def _lines(exercise: ExerciseResult, shown: FeedbackVisibility) -> Iterator[_Line]:
    tests = exercise.tests
    outcomes = {test.outcome for test in tests}
    if exercise.score is None:
        yield _whole(Outcome.GRADER_ERROR)
        return
    if len(outcomes) == 1 and tests[0].outcome.is_absent:
        yield _whole(tests[0].outcome)
        return
    total = sum(test.weight for test in tests) or 1.0
    concealed = [test for test in tests if shown.conceals(test)]
    seen: set[Outcome] = set()
    for test in tests:
        if test not in concealed:
            worth = _points(exercise.max_score * test.weight / total)
            message = shown.message(test, seen) or test.outcome.sentence
            yield _line(test, exercise, f"worth {worth}", message)
    if concealed:
        passed = sum(test.passed for test in concealed)
        yield _Line("·", _GREY, f"{passed} of {len(concealed)} hidden tests passed", "", "", "")
        for hint in (test.hint for test in concealed if test.hint):
            yield _Line("·", _GREY, "A thought on what went wrong", "", "", hint)


def _remarks(exercise: ExerciseResult) -> list[str]:
    """Sentences about the whole exercise: reference functions that were used, and the training."""
    remarks = [f"Graded with the right {name} in place of yours." for name in exercise.replaced]
    for test in exercise.tests:
        if test.training:
            accuracies = ", ".join(f"{each:.1%}" for each in test.training["accuracies"])
            remarks.append(
                f"Trained on {test.training['dataset']}: {accuracies} of unseen images right; "
                f"asked for: at least {test.training['threshold']:.1%} of unseen images right."
            )
    return remarks


def _line(test: TestResult, exercise: ExerciseResult, points: str, message: str) -> _Line:
    title = test.title or f"A test of {exercise.name}"
    if test.visibility == "public":
        points = f"example · {points}"
    mark = test.outcome.mark
    return _Line(mark, _COLOURS.get(mark, _GREY), title, points, message, test.hint or "")


def _whole(outcome: Outcome) -> _Line:
    """The only line of an exercise whose tests are not shown one by one."""
    mark = outcome.mark
    return _Line(mark, _COLOURS.get(mark, _GREY), outcome.sentence, "", "", "")


def _inline(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    return html.escape(plain(text))


def _earned(exercise: ExerciseResult) -> str:
    if exercise.score is None:
        return f"not graded yet, worth {_points(exercise.max_score)} points"
    return f"{_points(exercise.score)} of {_points(exercise.max_score)} points"


def _points(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
