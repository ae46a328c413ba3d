"""Writes a counterexample as a cell that repeats the call with NumPy alone, and its answer."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.counterexamples.asking import Finding
from autograder.counterexamples.examples import Built
from autograder.counterexamples.literals import inline, literal
from autograder.counterexamples.printing import printed
from autograder.diagnosis.probes import Generator as RandomGenerator
from autograder.sandbox import StudentRaised
from autograder.suite.asked_calls import numbers_in

MOST_SHOWN = 64
"""Of a larger answer only the wrong number or the shape is printed."""

Show = Callable[[Any], Any]


def code_and_answer(
    name: str,
    parameters: Sequence[str],
    finding: Finding,
    replaced: Sequence[str] = (),
    show: Show | None = None,
) -> tuple[str, str]:
    """A cell that repeats the call, and what it prints; of an exception, its type and text.

    Args:
        name: the student's function.
        parameters: the names of its parameters.
        finding: the call.
        replaced: functions of the student in whose place the right ones were used.
        show: reduces the answer to what is printed.
    """
    above: list[str] = []
    written = [
        _argument(parameter, value, above)
        for parameter, value in zip(parameters, finding.example.args, strict=False)
    ]
    written += [
        f"{parameter}={_argument(parameter, value, above)}"
        for parameter, value in finding.example.kwargs.items()
    ]
    call = f"{name}({', '.join(written)})"
    if finding.wrong.kind == "changed":
        last, answer = f"{call}\nprint({written[finding.argument or 0]})", finding.got
    elif finding.wrong.kind == "shares":
        last, answer = f"print(np.shares_memory({call}, {written[0]}))", True
    else:
        if show is not None:
            above.append(_source(show))
        expression, answer = _shown(call, finding, show)
        last = f"print({expression})"
    comment = []
    if replaced:
        names = " and ".join(replaced)
        comment = [f"# This was graded with the right {names} in place of yours."]
    return "\n".join([*comment, "import numpy as np", "", *above, last]), printed(answer)


def _shown(call: str, finding: Finding, show: Show | None) -> tuple[str, Any]:
    """The expression to print, and its value."""
    got, wrong = finding.got, finding.wrong
    if isinstance(got, StudentRaised):
        return call, got
    if show is not None:
        try:
            return f"{show.__name__}({call})", show(got)
        except Exception:  # the answer is the student's, of any type
            return call, got
    for subscript in wrong.part:
        got = got[subscript]
    part = call + "".join(f"[{subscript!r}]" for subscript in wrong.part)
    if wrong.kind == "dtype":
        return f"np.asarray({part}).dtype", str(np.asarray(got).dtype)
    if numbers_in(finding.got) <= MOST_SHOWN:
        return call, finding.got
    if wrong.kind == "shape":
        return f"np.shape({part})", np.shape(got)
    if wrong.index is not None:
        array = part if isinstance(got, np.ndarray) else f"np.asarray({part})"
        place = ", ".join(map(str, wrong.index))
        return f"{array}[{place}]", np.asarray(got)[wrong.index]
    return call, finding.got


def _argument(parameter: str, value: Any, above: list[str]) -> str:
    """How the call writes an argument; what must be defined before the call goes to `above`."""
    if isinstance(value, np.ndarray):
        above.append(f"{parameter} = {literal(value)}")
        return parameter
    if isinstance(value, RandomGenerator):
        above.append(f"{parameter} = np.random.default_rng({value.seed})")
        return parameter
    if isinstance(value, dict):
        items = [f"    {key!r}: {inline(each)}," for key, each in value.items()]
        above.append("\n".join([f"{parameter} = {{", *items, "}"]))
        return parameter
    if isinstance(value, Built):
        above.append(_source(value.function))
        above.append(f"{parameter} = {value.function.__name__}{inline(value.args)}")
        return parameter
    if inspect.isfunction(value):
        above.append(_source(value))
        return value.__name__
    return inline(value)


def _source(function: Callable[..., Any]) -> str:
    return "\n" + textwrap.dedent(inspect.getsource(function)).rstrip() + "\n\n"
