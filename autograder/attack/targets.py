"""Which exercises of an assignment can be attacked: those of which calls can be drawn."""

from __future__ import annotations

from autograder.counterexamples.generators import load
from autograder.course.assignment import Assignment


def attackable(assignment: Assignment) -> list[str]:
    """The names of the exercises for which there are generators of calls, in their order.

    Raises:
        SuiteError: the generators cannot be loaded.
    """
    courses = [load(assignment)]
    for file in (assignment.domain_file, assignment.model_domain_file):
        if file.is_file():
            courses.append(load(assignment, file=file))
    return [each.name for each in assignment.exercises if any(c.of(each.name) for c in courses)]
