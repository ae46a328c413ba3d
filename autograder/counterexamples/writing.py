"""Writes a counterexample as a cell that repeats the call with NumPy alone, and its answer."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.counterexamples.asking import Finding
from autograder.counterexamples.examples import Built, Example
from autograder.counterexamples.judging import part_of
from autograder.counterexamples.literals import inline, literal
from autograder.counterexamples.printing import printed
from autograder.diagnosis.probes import Generator as RandomGenerator
from autograder.sandbox import StudentRaised
from autograder.suite.asked_calls import numbers_in

MOST_SHOWN = 64
"""Of a larger answer only the wrong number or the shape is printed."""

Show = Callable[[Any], Any]


class Written(NamedTuple):
    """A cell that repeats a call, what it prints, and what the right function makes of it.

    Of an exception it prints type and text.
    """

    code: str
    answer: str
    expected: str


def written(
    name: str,
    parameters: Sequence[str],
    finding: Finding,
    replaced: Sequence[str] = (),
    show: Show | None = None,
) -> Written:
    """Write a call as a cell.

    Args:
        name: the student's function.
        parameters: the names of its parameters.
        finding: the call.
        replaced: functions of the student in whose place the right ones were used.
        show: reduces the answer to what is printed.
    """
    above, arguments, call = call_code(name, parameters, finding.example)
    if finding.wrong.kind == "changed":
        last = f"{call}\nprint({arguments[finding.argument or 0]})"
        answer, expected = finding.got, finding.want
    elif finding.wrong.kind == "shares":
        last = f"print(np.shares_memory({call}, {arguments[0]}))"
        answer, expected = True, False
    else:
        if show is not None:
            above.append(_source(show))
        expression, reduced = _shown(call, finding, show)
        answer, expected = reduced(finding.got), _of_right_answer(reduced, finding.want)
        last = f"print({expression})"
    comment = []
    if replaced:
        names = " and ".join(replaced)
        comment = [f"# This was graded with the right {names} in place of yours."]
    code = "\n".join([*comment, "import numpy as np", "", *above, last])
    return Written(code, printed(answer), printed(expected))


class CallCode(NamedTuple):
    """A call as code: what must stand above it, how its arguments are written, the call itself."""

    above: list[str]
    arguments: list[str]
    call: str


def call_code(name: str, parameters: Sequence[str], example: Example) -> CallCode:
    """Write the call of a function whose parameters have these names."""
    above: list[str] = []
    arguments = [
        _argument(parameter, value, above)
        for parameter, value in zip(parameters, example.args, strict=False)
    ]
    arguments += [
        f"{parameter}={_argument(parameter, value, above)}"
        for parameter, value in example.kwargs.items()
    ]
    return CallCode(above, arguments, f"{name}({', '.join(arguments)})")


def _shown(call: str, finding: Finding, show: Show | None) -> tuple[str, Show]:
    """The expression to print, and what it makes of an answer."""
    expression, reduced = _reduction(call, finding, show)
    try:
        reduced(finding.got)
    except Exception:  # a check may look at a part without naming it, and the answer is of any type
        return call, _whole
    return expression, reduced


def _reduction(call: str, finding: Finding, show: Show | None) -> tuple[str, Show]:
    """What shows best in what the answer is wrong, if it can be shown of this answer."""
    got, wrong = finding.got, finding.wrong
    if isinstance(got, StudentRaised):
        return call, _whole
    if show is not None:
        return f"{show.__name__}({call})", show

    def reached(answer: Any) -> Any:
        return part_of(answer, wrong.part)

    part = call + "".join(f"[{subscript!r}]" for subscript in wrong.part)
    if wrong.kind == "dtype" and isinstance(reached(got), tuple):
        dtypes = f"[str(np.asarray(each).dtype) for each in {part}]"
        return dtypes, lambda answer: [str(np.asarray(each).dtype) for each in reached(answer)]
    if wrong.kind == "dtype":
        return f"np.asarray({part}).dtype", lambda answer: str(np.asarray(reached(answer)).dtype)
    if numbers_in(got) <= MOST_SHOWN:
        return call, _whole
    if wrong.kind == "shape":
        return f"np.shape({part})", lambda answer: np.shape(reached(answer))
    if wrong.index is not None:
        array = part if isinstance(reached(got), np.ndarray) else f"np.asarray({part})"
        place = ", ".join(map(str, wrong.index))
        return f"{array}[{place}]", lambda answer: np.asarray(reached(answer))[wrong.index]
    return call, _whole


def _whole(answer: Any) -> Any:
    return answer


def _of_right_answer(reduced: Show, want: Any) -> Any:
    """What a cell would print of the right answer; all of it where that is of another form."""
    try:
        return reduced(want)
    except Exception:  # what fits the student's answer need not fit the right one
        return want


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
