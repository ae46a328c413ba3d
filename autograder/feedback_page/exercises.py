"""From the result of an exercise to what students read about it, as far as the settings allow.

This module alone decides which fields of a result reach the page. `detail`, the names of tests and
their seconds never do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from autograder.feedback_page import markup, pictures
from autograder.feedback_page.scores import CellScore
from autograder.feedback_page.views import Example, Exercise, Points, Test, plain_number
from autograder.publish.visibility import FeedbackVisibility
from autograder.results import ExerciseResult, Outcome, TestResult
from convgrade.safe_text import LONGEST_SENTENCE, plain, shortened

NOT_GRADED = "not graded yet"
SET_BY_A_PERSON = "A person set these points."
_ABSENT = {Outcome.NOT_IMPLEMENTED: "not written yet", Outcome.MISSING: "not found"}


def anchor(name: str) -> str:
    """The id of an exercise's section. No other id of the page begins with `exercise-`."""
    return f"exercise-{name}"


def explained(
    result: ExerciseResult,
    shown: FeedbackVisibility,
    score: CellScore,
    code: str = "",
    comment: str = "",
) -> Exercise:
    """What students read about one exercise.

    Args:
        result: what grading found.
        shown: what students may read.
        score: the points of the gradebook. They are shown, whatever the result says.
        code: the student's code.
        comment: the marker's comment, Markdown.
    """
    is_set = score.manual is not None
    ungraded = result.score is None and not is_set
    points = Points(None if ungraded else score.score, score.worth)
    tests, concealed = _tests(result, shown, is_set=is_set)
    failed = [test for test in tests if not test.passed]
    messages = {test.message for test in failed}
    same = messages.pop() if len(failed) > 1 and len(messages) == 1 else ""
    suspect = result.suspect
    exercise = Exercise(
        name=result.name,
        anchor=anchor(result.name),
        points=points,
        state=_state(result, points, is_set=is_set),
        is_right=points.share > 0.9999 or (result.passed and not is_set),
        tests=tests,
        same_message=same,
        concealed=concealed,
        remarks=tuple(_remarks(result, is_set=is_set)),
        hints=_hints(result, shown),
        suspect=f"Line {suspect.number} of {plain(suspect.cell, lines=False)}" if suspect else "",
        suspect_line=plain(suspect.text, lines=False) if suspect else "",
        code_html=markup.code_html(code, suspect.text if suspect else "") if code.strip() else "",
        comment_html=markup.text_html(comment) if comment else "",
    )
    return replace(exercise, look="" if exercise.is_right else _where_to_look(exercise, result))


def _state(result: ExerciseResult, points: Points, *, is_set: bool) -> str:
    if points.earned is None:
        return NOT_GRADED
    if points.share > 0.9999 or (result.passed and not is_set):
        return "right"
    if result.examples is not None and result.examples.right and not points.worth:
        return "partly right"
    if result.outcome in _ABSENT and not points.earned:
        return _ABSENT[result.outcome]
    return "partly right" if points.earned else "not right yet"


def _where_to_look(exercise: Exercise, result: ExerciseResult) -> str:
    """Where to begin, in a sentence or two; "" if there is nothing to read."""
    failed = exercise.failed
    if exercise.points.earned is None:
        return ""
    if result.examples is not None:
        return result.examples.summary if exercise.points.worth else ""
    if result.outcome.is_absent and not failed:
        return next(iter(exercise.remarks), "")
    found = []
    if failed:
        found.append(f"{len(failed)} of {len(exercise.tests)} tests did not pass.")
    if exercise.same_message:
        found.append(shortened(exercise.same_message, LONGEST_SENTENCE))
    if exercise.suspect:
        found.append(f"{exercise.suspect} is the most likely place of the mistake.")
    if any(test.example for test in failed):
        found.append("There is a small input to try at home.")
    if exercise.hints:
        found.append("There is a hint." if len(exercise.hints) == 1 else "There are hints.")
    return " ".join(found)


def _tests(
    result: ExerciseResult, shown: FeedbackVisibility, *, is_set: bool
) -> tuple[tuple[Test, ...], str]:
    """The tests that students may see, and how many of the others passed, in words.

    If a person set the points, no test says what it is worth: the sum would be another number. What
    is to say on examples stands above the tests already.
    """
    if result.score is None or _is_absent_as_a_whole(result.tests):
        return (), ""
    if result.examples is not None:
        if not result.max_score:
            return (), ""
        result = replace(result, tests=tuple(replace(each, message="") for each in result.tests))
    total = sum(test.weight for test in result.tests) or 1.0
    seen: set[Outcome] = set()
    tests = []
    concealed = [test for test in result.tests if shown.conceals(test)]
    for test in result.tests:
        if test not in concealed:
            worth = plain_number(result.max_score * test.weight / total)
            tests.append(_test(test, result.name, shown, seen, "" if is_set else worth))
    tests = list(_without_repeated_examples(tests))
    passed = sum(test.passed for test in concealed)
    words = f"{passed} of {len(concealed)} hidden tests passed." if concealed else ""
    return tuple(tests), words


def _test(
    test: TestResult, exercise: str, shown: FeedbackVisibility, seen: set[Outcome], worth: str
) -> Test:
    unit = "point" if worth == "1" else "points"
    example = " (an example of the notebook)" if test.visibility == "public" else ""
    return Test(
        passed=test.passed,
        title=plain(test.title, lines=False) or f"A test of {exercise}",
        worth=(f"worth {worth} {unit}{example}" if worth else example.strip()),
        message=plain(shown.message(test, seen) or test.outcome.sentence).strip(),
        example=_example(test, shown),
        training=pictures.training(test.training) if test.training else None,
    )


def _without_repeated_examples(tests: Iterable[Test]) -> Iterator[Test]:
    """Several tests may have one example: it is shown at the first of them."""
    known: set[Example] = set()
    for test in tests:
        if test.example is not None and test.example in known:
            yield replace(test, example=None, example_is_above=True)
        else:
            yield test
        if test.example is not None:
            known.add(test.example)


def _example(test: TestResult, shown: FeedbackVisibility) -> Example | None:
    found = None if test.passed else shown.counterexample(test)
    if found is None:
        return None
    return Example(
        wrong=plain(found.wrong),
        code_html=markup.code_html(found.code) if found.code.strip() else "",
        answer=plain(found.answer),
        expected=plain(found.expected),
        picture=pictures.picture(found.picture, found.alt),
    )


def _hints(result: ExerciseResult, shown: FeedbackVisibility) -> tuple[tuple[str, ...], ...]:
    """The steps of each hint; a hint of a test counts where the exercise has none of its own."""
    found: Sequence[tuple[str, ...]] = [hint.steps for hint in shown.hints(result)]
    if not found:
        found = [(test.hint,) for test in result.tests if test.hint and not test.passed]
    return tuple(tuple(plain(step) for step in steps) for steps in found if steps)


def _remarks(result: ExerciseResult, *, is_set: bool) -> list[str]:
    remarks = [SET_BY_A_PERSON] if is_set else []
    if result.score is None:
        remarks.append(Outcome.GRADER_ERROR.sentence)
    elif _is_absent_as_a_whole(result.tests):
        test = result.tests[0]
        is_missing = test.outcome is Outcome.MISSING  # then its message says what happened
        remarks.append(plain((is_missing and test.message) or test.outcome.sentence))
    if result.examples is not None:
        remarks += map(plain, result.examples.sentences)
    remarks += [f"Graded with the right {name} in place of yours." for name in result.replaced]
    return remarks


def _is_absent_as_a_whole(tests: Sequence[TestResult]) -> bool:
    """Whether there is no code that could be wrong, and one sentence says it for every test."""
    outcomes = {test.outcome for test in tests}
    return len(outcomes) == 1 and tests[0].outcome.is_absent
