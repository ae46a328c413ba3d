"""convgrade: an autograder for convolutional networks whose tests never meet the student's code.

`grade("work.ipynb", "assignment")` grades a file and returns a `Result`. Importing this package is
cheap on purpose: students import `autograder.student` from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.grading.grader import grade as grade
    from autograder.results import Result as Result

__all__ = ["Result", "grade"]


def __getattr__(name: str) -> Any:
    if name == "grade":
        from autograder.grading.grader import grade

        return grade
    if name == "Result":
        from autograder.results import Result

        return Result
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """What there is, with what is imported only when it is asked for: `help` shows it too."""
    return sorted({*globals(), *__all__})
