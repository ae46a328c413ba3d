"""Finds a counterexample for each failed test of an exercise.

The student's process may do what it likes meanwhile: answer by the number of the call, stop being
wrong, be slow, or end. It can only cost itself a counterexample. Each one is confirmed by a last
call.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.counterexamples import judging
from autograder.counterexamples.asking import Asking, Finding
from autograder.counterexamples.budget import Budget, Spent
from autograder.counterexamples.draws import Draw
from autograder.counterexamples.generators import Course, Generator
from autograder.counterexamples.picture import picture
from autograder.counterexamples.printing import printed
from autograder.counterexamples.shrinking import shrunk
from autograder.counterexamples.translating import in_form
from autograder.counterexamples.windows import source_cells
from autograder.counterexamples.writing import written
from autograder.errors import SuiteError
from autograder.results import Counterexample
from autograder.sandbox import StudentRaised
from autograder.suite.asked_calls import AskedCalls
from autograder.suite.student import Student

DRAWS_PER_SIZE = 6
SIZES = (0, 1, 2, 3, 4, 5, 8, 16, 64, 256)
"""How far choices may be from the simplest, one after the other."""
SHRINKS = 120
"""Calls to shrink one finding."""


@dataclass(frozen=True)
class FailedTest:
    """A test to find a counterexample for; `raised` if it ended in an exception."""

    name: str
    raised: bool


class Search:
    """Looks for counterexamples of one exercise.

    Args:
        course: the generators and the right functions.
        exercise: the exercise.
        student: the submission, with the exercise's replaced functions in place.
        replaced: their names.
        asked: the calls that hidden suites made.
        seed: of the submission; what is drawn here comes from another seed, derived from it.
        budget: of the exercise.
    """

    def __init__(
        self,
        course: Course,
        exercise: str,
        student: Student,
        replaced: Sequence[str],
        asked: AskedCalls,
        seed: bytes,
        budget: Budget,
    ) -> None:
        self._course = course
        self._exercise = exercise
        self._student = student
        self._replaced = replaced
        self._asked = asked
        self._seed = seed
        self._budget = budget
        self._found: dict[int, Mapping[bool, Counterexample]] = {}

    def results(self, failed: Sequence[FailedTest]) -> Iterator[tuple[str, Counterexample]]:
        """The counterexamples, by the name of the test, as they are found.

        Raises:
            CallFailed: the student's process ended.
            SuiteError: a generator failed.
        """
        for test in failed:
            if example := self._of(test, failed):
                yield test.name, example

    def _of(self, test: FailedTest, failed: Sequence[FailedTest]) -> Counterexample | None:
        other = None
        for generator in self._course.serving(self._exercise, test.name):
            number = self._course.generators.index(generator)
            if number not in self._found:
                kinds = {
                    each.raised
                    for each in failed
                    if generator in self._course.serving(self._exercise, each.name)
                }
                self._found[number] = self._look(generator, number, kinds)
            found = self._found[number]
            if test.raised in found:
                return found[test.raised]
            other = other or next(iter(found.values()), None)
        return other

    def _look(
        self, generator: Generator, number: int, kinds: set[bool]
    ) -> Mapping[bool, Counterexample]:
        """Counterexamples that a generator leads to: with an exception, and with an answer."""
        right = self._course.right[generator.function]
        asking = Asking(generator, right, self._student, self._asked, self._budget)
        rng = np.random.default_rng(int.from_bytes(derived(self._seed, self._exercise, number)))
        findings: dict[bool, Finding] = {}
        try:
            for size in itertools.chain.from_iterable([each] * DRAWS_PER_SIZE for each in SIZES):
                finding = asking.look(Draw(rng, size))
                if finding is not None:
                    findings.setdefault(finding.wrong.is_error, finding)
                if kinds <= findings.keys():
                    break
        except Spent:
            pass
        else:
            if not asking.is_of_use:
                what = f"The counterexamples of {self._exercise}"
                raise SuiteError(f"{what} are all outside the contract of {generator.function}.")
        found = {}
        for is_error, finding in findings.items():
            smallest = shrunk(finding, asking, SHRINKS)
            if _is_same(smallest, asking.again(smallest)):
                found[is_error] = self._written(generator, asking, smallest)
        return found

    def _written(self, generator: Generator, asking: Asking, finding: Finding) -> Counterexample:
        svg = alt = ""
        index = finding.wrong.index
        if index is not None and generator.check is None:
            cells = source_cells(asking, finding.example, finding.wrong.part, index)
            if cells is not None:
                images = finding.example.args[0]
                svg, alt = picture(asking.parameters[0], images, cells, index)
        in_use = self._in_use(asking, finding)
        finding = in_form(
            finding,
            self._student.translation_of(generator.function),
            generator.check or judging.compare,
        )
        cell = written(generator.function, asking.parameters, finding, in_use, generator.show)
        return Counterexample(
            code=cell.code,
            answer=cell.answer,
            wrong=f"{generator.function} {finding.wrong.sentence}",
            expected=_expected(generator, finding, cell.expected),
            picture=svg,
            alt=alt,
            numbers=finding.example.numbers,
        )

    def _in_use(self, asking: Asking, finding: Finding) -> Sequence[str]:
        """The replaced functions, unless the answer is the same without replacing any."""
        if not self._replaced:
            return ()
        with self._student.unreplaced():
            own = asking.again(finding)
        return () if _is_same(finding, own) else self._replaced


def _is_same(finding: Finding, again: Finding | None) -> bool:
    """Whether another call went wrong with the same answer. Texts of exceptions may differ."""
    if again is None or again.wrong != finding.wrong:
        return False
    return isinstance(again.got, StudentRaised) or printed(again.got) == printed(finding.got)


def _expected(generator: Generator, finding: Finding, printed: str) -> str:
    """What the cell would print of the right answer; empty if it is not the only right one."""
    if generator.purity:
        return ""
    if finding.example.refused:
        return "a ValueError"
    return "" if generator.check is not None else printed


def derived(seed: bytes, exercise: str, number: int) -> bytes:
    """The seed of one generator's draws, for one submission."""
    label = f"counterexamples:{exercise}:{number}"
    return hmac.digest(seed, label.encode(), hashlib.sha256)
