"""Right functions in place of failed ones while an exercise is graded that builds on them.

A test that fails with them is tried once more with the student's own: code may rely on how that
differs, such as one more argument, or put right itself what is wrong with it. Judges nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from autograder.errors import AutograderError
from autograder.sandbox import CallFailed
from autograder.sandbox.protocol.remote_functions import Function
from autograder.suite.dependencies import to_replace
from autograder.suite.points import TestRecord
from autograder.suite.student import Student

_ENDED = ("timeout", "crashed", "violation")  # what trying again would only cost more time


class StandIns:
    """The functions that stand in, by exercise, and which of them the student's code asked."""

    def __init__(self, right: Callable[[str], Function] | None) -> None:
        self._right = right
        self._failed: dict[str, tuple[str, ...]] = {}
        self._asked: dict[str, None] = {}
        self._in_use: dict[str, dict[str, bool]] = {}

    @property
    def in_use(self) -> Mapping[str, tuple[str, ...]]:
        """For each exercise the names of those that were asked, unless a test passed without."""
        return {
            exercise: tuple(name for name, in_use in names.items() if in_use)
            for exercise, names in self._in_use.items()
        }

    def of(
        self,
        exercise: str,
        built_on: Sequence[str],
        records: Sequence[TestRecord],
        ungraded: Container[str] = (),
    ) -> dict[str, Function]:
        """What stands in while a test is run, settled when the first of its exercise begins."""
        if self._right is None:
            return {}
        if exercise not in self._failed:
            self._failed[exercise] = to_replace(built_on, records, ungraded)
        self._asked = {}
        return {name: self._noting(name, self._right(name)) for name in self._failed[exercise]}

    def _noting(self, name: str, function: Function) -> Function:
        def noting(*args: Any, **kwargs: Any) -> Any:
            self._asked[name] = None
            return function(*args, **kwargs)

        return noting

    def judge(self, exercise: str, student: Student, test: Callable[[], object]) -> None:
        """Run a test, and once more with the student's own functions where it then passes.

        Raises:
            Exception: what the test raised the first time.
        """
        self._asked = {}
        in_use = self._in_use.setdefault(exercise, {})
        try:
            test()
        except AutograderError:
            raise
        except Exception as failure:
            ended = isinstance(failure, CallFailed) and failure.outcome in _ENDED
            if not self._asked or ended or not _passes(student, test):
                raise
            in_use.update(dict.fromkeys(self._asked, False))
        finally:
            for name in self._asked:
                in_use.setdefault(name, True)


def _passes(student: Student, test: Callable[[], object]) -> bool:
    with student.unreplaced():
        try:
            test()
        except AutograderError:
            raise
        except Exception:
            return False
    return True
