"""Compares the models of a builder in the sandbox with those of the right one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.attack import model_observer
from autograder.attack.comparing import ENDS, Compared
from autograder.attack.model_checks import Observed, require_alike
from autograder.attack.model_domain import PER_MODEL, ModelDomain, ModelInput
from autograder.sandbox import CallFailed, Cell, Sandbox, StudentRaised
from autograder.suite.expect import Mismatch

TRIED_FOR_AN_EXAMPLE = 10
AT_ONCE = 5
"""Models of the right builder that are observed in one process."""
_NAME = model_observer.observed_model.__name__


def observer() -> Cell:
    """The code that observes models, to run beside a builder."""
    return Cell("observer", Path(model_observer.__file__).read_text(encoding="utf-8"))


class ModelComparison:
    """Compares builders with the right one, call by call.

    Args:
        domain: the calls.
        right: enters a sandbox with the right builder and the `observer`.
    """

    def __init__(self, domain: ModelDomain, right: Callable[[], Sandbox]) -> None:
        self._domain = domain
        self._right = right
        self._known: dict[int, Observed] = {}

    def compare(self, sandbox: Sandbox, most: int, enough: int) -> Compared:
        """Give a builder the calls of the domain in their order, until it is clear how wrong it is.

        Args:
            sandbox: holds the builder and the `observer`.
            most: how many inputs at most; a call of a builder stands for many of them.
            enough: differences after which no further call is made.
        """
        given = differences = ends = 0
        first: tuple[int, str] | None = None
        for number in range(max(1, most // PER_MODEL)):
            wrong = self._wrong(sandbox, number)
            given += 1
            if wrong:
                differences += 1
                first = first or (number, wrong)
                ends += wrong == "ended"
            if differences >= enough or ends >= ENDS:
                break
        return Compared(given, differences, *(first or ()))

    def example(self, sandbox: Sandbox, first: int) -> str:
        """The simplest call found on which a builder is wrong, as a cell.

        Args:
            sandbox: holds the builder and the `observer`.
            first: the number of a call on which it is wrong.
        """
        numbers = range(first, first + TRIED_FOR_AN_EXAMPLE)
        simple = sorted(numbers, key=lambda number: self._domain.input(number).example.cost)
        for number in simple:
            wrong = self._wrong(sandbox, number)
            if wrong:
                given = self._domain.input(number)
                arguments = [repr(each) for each in given.example.values]
                arguments += [f"{name}={each!r}" for name, each in given.example.kwargs.items()]
                function = given.generator.function
                return f"{function}({', '.join(arguments)})\n# differs: {wrong}"
        return ""

    def _wrong(self, sandbox: Sandbox, number: int) -> str:
        """In what the model of a call is another one, in one word; "" if it is the right one."""
        given, wanted = self._domain.input(number), self._wanted(number)
        check = given.generator.check or require_alike
        wrong = ""
        for turned in (False, True):
            try:
                got = _observed(sandbox, given, wanted["weights"], turned)
                check(got, wanted, given.example)
                return ""
            except StudentRaised as failure:
                return f"raised {failure.type_names[0]}"
            except CallFailed:
                return "ended"
            except Mismatch as mismatch:
                wrong = mismatch.kind
                if not got["another"]:
                    break
        return wrong

    def _wanted(self, number: int) -> Observed:
        if number not in self._known:
            with self._right() as sandbox:
                for each in range(number, number + AT_ONCE):
                    given = self._domain.input(each)
                    self._known[each] = _observed(sandbox, given, None, False)
        return self._known[number]


def _observed(sandbox: Sandbox, given: ModelInput, wanted: Any, turned: bool) -> Observed:
    function = given.generator.function
    example = given.example
    call = (function, example.values, dict(example.kwargs), given.image_shape, given.seed)
    found: Observed = sandbox.call(_NAME, (*call, wanted, turned)).value
    return found
