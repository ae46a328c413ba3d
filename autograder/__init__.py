"""convgrade: an autograder for convolutional networks. Its tests run apart from student code.

`grade("work.ipynb", "assignment")` grades a file and returns a `Result`. Both names are imported on
first use, so that importing this package is fast. What students import is `convgrade`.
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
    """All names of the module, as `help` lists them, with those that are imported on first use."""
    return sorted({*globals(), *__all__})
