"""Matching a wrong answer with the known ones, by their reactions to the same probes.

The student's function is called across the boundary while its sandbox lives; the misconceptions are
called in this process. Answers that cannot cross, such as models, are left to `inspecting`. A match
earns a hint, never points.
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
from autograder.diagnosis.inspecting import by_inspection
from autograder.diagnosis.probes import Call, Generator, Probe, Summarized
from autograder.sandbox import CallFailed, Handle, Sandbox, StudentRaised
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


def diagnose(
    catalogue: Catalogue,
    exercise: str,
    sandbox: Sandbox,
    replaced: Mapping[str, Function] | None = None,
) -> Misconception | None:
    """The first known misconception that reacts to every probe as the student's function does.

    If the probes cannot distinguish two misconceptions, the first one in the file counts. A
    function whose process dies or runs out of time is not diagnosed.

    Args:
        catalogue: the misconceptions of the assignment.
        exercise: the exercise that the student got wrong.
        sandbox: the submission.
        replaced: the functions that were replaced while the exercise was graded, by name.

    Returns:
        The misconception, or None if there is no match.
    """
    functions = dict.fromkeys(each.replaces for each in catalogue.of(exercise))
    try:
        for function in functions:
            candidates = [
                each
                for each in catalogue.of(exercise)
                if each.replaces == function and each.matches is None
            ]
            if found := _by_probes(catalogue, function, candidates, sandbox, replaced or {}):
                return found
        matching = by_inspection(catalogue, exercise, sandbox, replaced or {})
        return matching[0] if matching else None
    except (CallFailed, Mismatch):
        return None


def _by_probes(
    catalogue: Catalogue,
    function: str,
    candidates: Sequence[Misconception],
    sandbox: Sandbox,
    replaced: Mapping[str, Function],
) -> Misconception | None:
    for index, probe in enumerate(catalogue.probes.get(function, ())):
        if not candidates:
            break
        reaction = _ask(sandbox, function, probe, _parameters(candidates[0].function), replaced)
        candidates = [
            each for each in candidates if agree(reaction, reactions(each, catalogue)[index])
        ]
    return candidates[0] if candidates and catalogue.probes.get(function) else None


def reactions(which: Misconception, catalogue: Catalogue) -> tuple[Reaction, ...]:
    """The reactions of a misconception to the probes of its function; computed once per process."""
    known = catalogue.reactions
    if which.name not in known:
        known[which.name] = tuple(
            react(which.function, probe) for probe in catalogue.probes.get(which.replaces, ())
        )
    return known[which.name]


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
            names_an_argument=_names_any(str(error), _parameters(function)),
        )
    if not call.watch:
        return Reaction(value=value)
    shares = any(np.may_share_memory(value, each) for each in args if _is_array(value, each))
    return Reaction(value=value, arguments=_plain(call, args), shares_memory=shares)


def _plain(call: Call, after: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values after the call of those arguments that are plain data; None for the others."""
    return tuple(
        None if isinstance(given, Generator) or inspect.isfunction(given) else each
        for given, each in zip(call.args, after, strict=False)
    )


def _is_array(*values: Any) -> bool:
    return all(isinstance(value, np.ndarray) for value in values)


def _ask(
    sandbox: Sandbox,
    function: str,
    probe: Probe,
    parameters: Sequence[str],
    replaced: Mapping[str, Function],
) -> Reaction:
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


def _parameters(function: Function) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def _names_any(text: str, words: Sequence[str]) -> bool:
    return any(mentions(text, word) for word in words)
