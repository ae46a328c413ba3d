"""How `autograder grade` is to grade: one record, which each step hands on as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.grading.scheduling import Run
    from autograder.sandbox import Isolation


@dataclass(frozen=True)
class GradingOptions:
    """The options of `autograder grade` that do not say what is graded, nor where reports go.

    Attributes:
        isolation: how student code is isolated.
        jobs: processes at a time; None for one per core.
        fresh: grade again what is graded and unchanged.
        dry_run: show what would change in a class, and write nothing.
        wait: if another run grades this class, wait for it.
        quiet: print only errors and what needs attention.
        fail_under: the share of the points, in percent, below which a result needs attention.
        run_on: where submissions are graded; None for processes of this machine.
    """

    isolation: Isolation = "namespaces"
    jobs: int | None = None
    fresh: bool = False
    dry_run: bool = False
    wait: bool = True
    quiet: bool = False
    fail_under: float | None = None
    run_on: Run | None = None
