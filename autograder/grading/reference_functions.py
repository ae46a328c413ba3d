"""The course's reference functions, in their own sandbox: they replace failed functions.

Student code chooses their arguments. So they run as confined as that code, in another process that
it cannot reach; only their values go back. The sandbox is started when first needed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Self

from autograder.errors import SuiteError
from autograder.sandbox import MissingFunction, Sandbox
from autograder.sandbox.protocol.remote_functions import Function


class ReferenceFunctions:
    """The functions of the solutions by name; a context manager that owns their sandbox."""

    def __init__(self, make: Callable[[], Sandbox]) -> None:
        self._make = make
        self._solutions: Sandbox | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._solutions is not None:
            self._solutions.close()

    def __call__(self, name: str) -> Function:
        """The reference function of that name, for plain data.

        Calling it raises the same as `Sandbox.call`, or SuiteError if the solutions have no such
        function.
        """
        return partial(self._call, name)

    def sandbox(self) -> Sandbox:
        """The sandbox of the solutions."""
        if self._solutions is None:
            self._solutions = self._make()
        return self._solutions

    def _call(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        try:
            return self.sandbox().call(name, args, kwargs).value
        except MissingFunction:
            raise SuiteError(f"The solutions define no {name}, so it cannot be replaced.") from None
