"""Reference functions replace a student's failed functions while a dependent exercise is graded.

A test that fails with them is repeated with the student's own functions. Student code may rely on a
difference, such as an additional argument, or may itself correct the mistake of its function. This
module judges nothing else.
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

_ENDED = (
    "timeout",
    "crashed",
    "violation",
)  # a second try would only cost time


class StandIns:
    """The reference functions in use, by exercise, and which of them the student's code called.

    `built_on` says of each dependency of an exercise whether its reference function replaces it.
    """

    def __init__(self, right: Callable[[str], Function] | None) -> None:
        self._right = right
        self._failed: dict[str, tuple[str, ...]] = {}
        self.built_on: dict[str, dict[str, bool]] = {}
        self._asked: dict[str, None] = {}
        self._in_use: dict[str, dict[str, bool]] = {}

    @property
    def in_use(self) -> Mapping[str, tuple[str, ...]]:
        """For each exercise, the functions that were called, unless a test passed without them."""
        return {
            exercise: tuple(name for name, in_use in names.items() if in_use)
            for exercise, names in self._in_use.items()
        }

    def choose(
        self,
        exercise: str,
        built_on: Sequence[str],
        records: Sequence[TestRecord],
        ungraded: Container[str] = (),
    ) -> dict[str, bool]:
        """Choose the reference functions for an exercise, before the first of its tests.

        Args:
            exercise: the exercise.
            built_on: its dependencies.
            records: the tests that have run so far.
            ungraded: the exercises that could not be graded because of a fault.

        Returns:
            For each dependency, whether its reference function replaces it.
        """
        failed = () if self._right is None else to_replace(built_on, records, ungraded)
        self._failed[exercise] = failed
        self.built_on[exercise] = {name: name in failed for name in built_on}
        return self.built_on[exercise]

    def of(self, exercise: str) -> dict[str, Function]:
        """The reference functions for the next test of an exercise.

        This call also forgets which functions student code called before.
        """
        if self._right is None:
            return {}
        self._asked = {}
        return {name: self._noting(name, self._right(name)) for name in self._failed[exercise]}

    def _noting(self, name: str, function: Function) -> Function:
        def noting(*args: Any, **kwargs: Any) -> Any:
            self._asked[name] = None
            return function(*args, **kwargs)

        return noting

    def judge(self, exercise: str, student: Student, test: Callable[[], object]) -> None:
        """Run a test. If it fails, run it once more with the student's own functions.

        The second run happens only if a reference function was called and the process did not end.

        Raises:
            Exception: what the first run raised, if the second does not pass either.
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
