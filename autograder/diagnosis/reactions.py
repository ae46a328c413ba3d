"""What a function does on a probe: the student's across the boundary, the course's in this process.

The course's own functions, right and wrong ones, are called with the arguments that the course
wrote into its probes. No value that a student chose reaches them.
"""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.diagnosis.catalogue import Catalogue, Function, Misconception
from autograder.diagnosis.probes import Call, Generator, Probe, Summarized
from autograder.sandbox import Handle, Sandbox, StudentRaised
from autograder.sandbox.protocol.shared_memory import shares_memory
from autograder.suite.expect import Mismatch, close
from autograder.suite.student import Student, Watched, mentions


@dataclass(frozen=True)
class Reaction:
    """What a function did on a probe, reduced to what distinguishes mistakes."""

    value: Any = None
    raised: str | None = None
    names_an_argument: bool = False
    arguments: tuple[Any, ...] | None = None
    shares_memory: bool | None = None
    unreadable: bool = False  # by the probe's `key`


Made = dict[Generator, Any]
"""The generators that the calls of one probe got."""


def reactions(which: Misconception, catalogue: Catalogue) -> tuple[Reaction, ...]:
    """The reactions of a misconception to the probes of its function; computed once per process."""
    known = catalogue.reactions
    if which.name not in known:
        known[which.name] = reactions_of(which.function, which.replaces, catalogue)
    return known[which.name]


def reactions_of(function: Function, name: str, catalogue: Catalogue) -> tuple[Reaction, ...]:
    """The reactions of a trusted function to the probes of the function `name`."""
    return tuple(react(function, probe) for probe in catalogue.probes.get(name, ()))


def react(function: Function, probe: Probe) -> Reaction:
    """Call a trusted function on copies of a probe's arguments."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _reaction(probe, lambda call, made: _react(function, call, made))


def _reaction(probe: Probe, answer: Callable[[Call, Made], Reaction]) -> Reaction:
    if isinstance(probe, Call):
        return answer(probe, {})
    made: Made = {}
    values = []
    for each in probe.calls:
        reaction = answer(each, made)
        if reaction.raised is not None:
            return reaction
        values.append(
            Watched(reaction.value, reaction.arguments or (), bool(reaction.shares_memory))
            if each.watch
            else reaction.value
        )
    return _summarized(probe, values)


def _summarized(probe: Summarized, values: Sequence[Any]) -> Reaction:
    try:
        with np.errstate(all="ignore"):
            return Reaction(value=probe.key(*values))
    except Exception:  # the values may be the student's, of any type
        return Reaction(unreadable=True)


def _react(function: Function, call: Call, made: Made) -> Reaction:
    args, kwargs = copy.deepcopy((call.args, dict(call.kwargs)))
    for index, each in enumerate(call.args):
        if isinstance(each, Generator):
            rng = made.setdefault(each, np.random.default_rng(each.seed))
            args = (*args[:index], rng, *args[index + 1 :])
    try:
        with np.errstate(all="ignore"):
            value = function(*args, **kwargs)
    except Exception as error:
        return Reaction(
            raised=type(error).__name__,
            names_an_argument=_names_any(str(error), parameters_of(function)),
        )
    if not call.watch:
        return Reaction(value=value)
    shares = shares_memory(value, args)
    return Reaction(value=value, arguments=_plain(call, args), shares_memory=shares)


def _plain(call: Call, after: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values after the call of those arguments that are plain data; None for the others."""
    return tuple(
        None if isinstance(given, Generator) or inspect.isfunction(given) else each
        for given, each in zip(call.args, after, strict=False)
    )


def _is_array(*values: Any) -> bool:
    return all(isinstance(value, np.ndarray) for value in values)


def ask(
    sandbox: Sandbox,
    function: str,
    probe: Probe,
    parameters: Sequence[str],
    replaced: Mapping[str, Function],
) -> Reaction:
    """Call the student's function with a probe's arguments, across the boundary.

    Args:
        sandbox: the submission.
        function: the name of the function.
        probe: what to call it with.
        parameters: the names of its parameters, which an error message may name.
        replaced: functions that replace the student's own ones during the call, by name.

    Raises:
        CallFailed: the call did not come to an end, or there is no such function.
    """
    student = Student(sandbox)

    def answer(call: Call, made: Made) -> Reaction:
        args = [_student_argument(each, student, made) for each in call.args]
        try:
            given = sandbox.call(function, args, call.kwargs, watch=call.watch, replaced=replaced)
        except StudentRaised as raised:
            name = raised.type_names[0] if raised.type_names else ""
            return Reaction(raised=name, names_an_argument=_names_any(raised.text, parameters))
        if not call.watch:
            return Reaction(value=given.value)
        after = _plain(call, given.arguments or ())
        return Reaction(value=given.value, arguments=after, shares_memory=given.shares_memory)

    return _reaction(probe, answer)


def _student_argument(argument: Any, student: Student, made: Made) -> Any:
    """An argument in the form in which the student's function gets it."""
    if isinstance(argument, Generator):
        if argument not in made:
            made[argument] = student.generator(argument.seed)
        return made[argument]
    return student.remote_function(argument) if inspect.isfunction(argument) else argument


def agree(one: Reaction, other: Reaction) -> bool:
    """Whether two reactions are the same in everything in which a mistake shows."""
    if one.unreadable or other.unreadable:
        return False
    if one.raised is not None or other.raised is not None:
        return (one.raised, one.names_an_argument) == (other.raised, other.names_an_argument)
    return (
        one.shares_memory == other.shares_memory
        and _same(one.value, other.value)
        and _same(one.arguments, other.arguments)
    )


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Handle) or isinstance(other, Handle):
        return False
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in other)
    if _is_array(one) != _is_array(other):
        return False
    if isinstance(one, np.generic):
        one = one.item()
    if isinstance(other, np.generic):
        other = other.item()
    if _is_array(one, other) or (type(one) is float and type(other) is float):
        try:
            close(one, other, dtype=other.dtype if _is_array(other) else None)
        except Mismatch:
            return False
        return True
    return type(one) is type(other) and bool(one == other)


def parameters_of(function: Function) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def _names_any(text: str, words: Sequence[str]) -> bool:
    return any(mentions(text, word) for word in words)
