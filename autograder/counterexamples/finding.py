"""Looks for counterexamples of a whole submission, after it has been graded.

Nothing that happens here changes an outcome or a score: the results of the suites are only read,
and what the sandbox observes from here on is not reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from autograder.counterexamples.budget import CALL_SECONDS, ENDS, Budget
from autograder.counterexamples.generators import Course
from autograder.counterexamples.searching import FailedTest, Search
from autograder.errors import AutograderError, SandboxLost, SuiteError
from autograder.results import Counterexample, Outcome
from autograder.sandbox import CallFailed, Sandbox
from autograder.sandbox.protocol.remote_functions import Function
from autograder.suite.runner import SuiteRun
from autograder.suite.student import Student

Found = Mapping[str, Mapping[str, Counterexample]]
"""Counterexamples by exercise and test."""


def find(
    course: Course,
    exercises: Sequence[str],
    run: SuiteRun,
    sandbox: Sandbox,
    right: Callable[[str], Function],
    seed: bytes,
    seconds_factor: float,
) -> tuple[Found, dict[str, str]]:
    """Counterexamples for the failed tests of a submission.

    Args:
        course: the generators and the right functions.
        exercises: their names.
        run: the outcome of the suites.
        sandbox: the submission.
        right: returns the function that replaces a student's function of that name.
        seed: of the submission.
        seconds_factor: how many seconds of this machine count as one.

    Returns:
        What was found, and for each exercise with a faulty generator the fault.
    """
    found: dict[str, dict[str, Counterexample]] = {}
    faults: dict[str, str] = {}
    ends = 0
    for exercise in exercises:
        failed = _failed_tests(run, exercise)
        if exercise in run.faults or not failed or not course.of(exercise):
            continue
        student = Student(sandbox)
        names = run.replaced.get(exercise, ())
        student.begin({name: right(name) for name in names}, None)
        budget = Budget(seconds_factor, sandbox.seconds_used)
        search = Search(course, exercise, student, names, run.asked, seed, budget)
        found[exercise] = {}
        try:
            with sandbox.shorter_calls(CALL_SECONDS, CALL_SECONDS):
                for test, example in search.results(failed):
                    found[exercise][test] = example
        except (CallFailed, SandboxLost):
            ends += 1
            if ends >= ENDS:
                break
        except Exception as error:
            if isinstance(error, AutograderError) and not isinstance(error, SuiteError):
                raise
            faults[exercise] = repr(error)
    return found, faults


def _failed_tests(run: SuiteRun, exercise: str) -> list[FailedTest]:
    return [
        FailedTest(test.result.name, test.result.outcome is Outcome.ERROR)
        for test in run.records
        if test.exercise == exercise and test.result.outcome.is_diagnosable
    ]
