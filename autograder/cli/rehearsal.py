"""`autograder grade ASSIGNMENT --dry-run`: whose points would change; nothing is written."""

from __future__ import annotations

from autograder.cli.class_hand_ins import hand_ins, in_parallel
from autograder.cli.class_output import GradedClass
from autograder.cli.grading_options import GradingOptions
from autograder.course.assignment import Assignment


def rehearse(assignment: Assignment, options: GradingOptions) -> GradedClass:
    """Grade like `grading_class.run`, and find out what would change; write nothing.

    Raises:
        CourseError: nobody has handed anything in, or the gradebook cannot be used.
        AutograderError: the machine or the course lacks what grading needs.
    """
    from autograder.cli import preflight
    from autograder.gradebook.address import address_of_course
    from autograder.grading.freezing import require_known_exercises
    from autograder.nbgrader_bridge.database import file_of

    submissions, _ = hand_ins(assignment)
    require_known_exercises(assignment)
    preflight.check_machine()
    preflight.check_secret(assignment.root)
    graded = in_parallel(assignment, submissions, options)
    results = [each.result for each in graded]
    file = file_of(address_of_course(assignment.root))
    if file is not None and not file.exists():
        return GradedClass(results, None)
    from autograder.gradebook import writer

    return GradedClass(
        results,
        writer.standing(assignment),
        changes=writer.expected_changes(graded, assignment),
    )
