"""What slips through a suite: its smallest difference, and the text of a new misconception."""

from __future__ import annotations

import re
import textwrap

from autograder.attack.domain import Domain
from autograder.attack.record import Trial
from autograder.counterexamples.asking import Asking, Finding
from autograder.counterexamples.budget import Budget
from autograder.counterexamples.draws import Draw
from autograder.counterexamples.shrinking import shrunk
from autograder.counterexamples.writing import written
from autograder.sandbox import CallFailed
from autograder.suite.asked_calls import AskedCalls
from autograder.suite.student import Student

SHRINKS = 300
_PATIENCE = 100.0


def smallest(student: Student, domain: Domain, number: int) -> str:
    """The simplest call found on which a function is wrong, as a cell; "" if it is not repeated.

    Args:
        student: the submission.
        domain: the inputs.
        number: of an input on which the function is wrong.
    """
    given = domain.input(number)
    if given is None:
        return ""
    generator = given.generator
    right = domain.course.right[generator.function]
    student.begin({}, None)
    asking = Asking(generator, right, student, AskedCalls(), Budget(_PATIENCE))
    try:
        found = asking.look(Draw(choices=given.choices))
        if found is None:
            return ""
        return _cell(generator.function, asking, shrunk(found, asking, SHRINKS))
    except CallFailed:
        return ""


def _cell(function: str, asking: Asking, finding: Finding) -> str:
    cell = written(function, asking.parameters, finding)
    expected = f"\n# right: {cell.expected}" if cell.expected else ""
    answer = textwrap.indent(f"{finding.wrong.sentence}\n{cell.answer}", "# ")
    return f"{cell.code}\n{answer}{expected}"


def misconception(exercise: str, trial: Trial) -> str:
    """The text of a misconception, ready for `tests/misconceptions`; its hint is to be written."""
    name = f"{trial.function}_{re.sub(r'[^a-z]+', '_', trial.kind)}_{trial.digest[:8]}"
    of = "" if trial.function == exercise else f", function={trial.function!r}"
    body = textwrap.indent(trial.text, "    ")
    parameters = "*args, **kwargs"
    return (
        f"# {trial.origin}: wrong on {trial.share:.2%} of the inputs.\n"
        f"{textwrap.indent(trial.example, '# ')}\n"
        f'@misconception({exercise!r}, "A question that leads out of it?"{of})\n'
        f"def {name}({parameters}):\n{body}\n"
        f"    return {trial.name}({parameters})\n"
    )
