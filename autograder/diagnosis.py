"""Which known misconception a wrong answer matches: the same answers on the same probe inputs.

A course's `tests/misconceptions/<assignment>.py` holds known wrong answers, written with the
decorators below. They run in the grader's process, as they are the course's own; the student's
function is asked across the boundary while its sandbox lives. A match earns a hint, never points.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
import types
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course import Assignment
from autograder.errors import SuiteError
from autograder.sandbox import CallFailed, Handle, Sandbox, StudentRaised
from autograder.suite.expect import Mismatch, close
from autograder.suite.student import mentions

Function = Callable[..., Any]


@dataclass(frozen=True)
class Misconception:
    """One known wrong answer to an exercise, and the question that leads out of it."""

    exercise: str
    name: str
    hint: str
    function: Function = field(repr=False, compare=False)


@dataclass(frozen=True)
class Probe:
    """One call on which answers are compared; `watch` compares the arguments afterwards too."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    watch: bool = False


@dataclass(frozen=True)
class Reaction:
    """What a function did on a probe, reduced to what tells mistakes apart."""

    value: Any = None
    raised: str | None = None
    names_an_argument: bool = False
    arguments: tuple[Any, ...] | None = None


def misconception(exercise: str, hint: str) -> Callable[[Function], Function]:
    """Mark a function as a known wrong answer to `exercise`, worth `hint` to who gave it."""

    def mark(function: Function) -> Function:
        function.__dict__["misconception"] = Misconception(
            exercise, function.__name__, " ".join(hint.split()), function
        )
        return function

    return mark


def probes(exercise: str) -> Callable[[Function], Function]:
    """Mark a function of no arguments that returns the probes (`call(...)`) of `exercise`."""

    def mark(function: Function) -> Function:
        function.__dict__["probes_of"] = exercise
        _PROBE_FUNCTIONS.append(function)
        return function

    return mark


_PROBE_FUNCTIONS: list[Function] = []
"""Those marked while a misconceptions file is being executed; they often share the name `_`."""


def call(*args: Any, watch: bool = False, **kwargs: Any) -> Probe:
    """A probe: the arguments of one call; with `watch`, compare what became of them too."""
    return Probe(args, kwargs, watch)


@dataclass(frozen=True)
class Catalogue:
    """The misconceptions and probes of one assignment."""

    misconceptions: tuple[Misconception, ...]
    probes: Mapping[str, tuple[Probe, ...]]
    reactions: dict[str, tuple[Reaction, ...]] = field(default_factory=dict, repr=False)

    def of(self, exercise: str) -> tuple[Misconception, ...]:
        return tuple(each for each in self.misconceptions if each.exercise == exercise)


def load(assignment: Assignment) -> Catalogue:
    """Execute and scan `tests/misconceptions/<assignment>.py`; an absent file is an empty one.

    Raises:
        SuiteError: it cannot be executed, or speaks of an exercise that there is not.
    """
    file = assignment.misconceptions_file
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    catalogue = _load(file, text)
    known = {exercise.name for exercise in assignment.exercises}
    strange = {each.exercise for each in catalogue.misconceptions} | set(catalogue.probes)
    if strange - known:
        names = ", ".join(sorted(strange - known))
        raise SuiteError(f"{file.name} speaks of exercises that there are not: {names}.")
    return catalogue


@lru_cache(maxsize=8)
def _load(file: Path, text: str) -> Catalogue:
    module = types.ModuleType(f"misconceptions_{file.stem}")
    module.__file__ = str(file)
    _PROBE_FUNCTIONS.clear()
    try:
        exec(compile(text, str(file), "exec"), module.__dict__)
        found = {function.__dict__["probes_of"]: tuple(function()) for function in _PROBE_FUNCTIONS}
    except Exception as error:
        raise SuiteError(f"{file} cannot be loaded: {type(error).__name__}: {error}") from error
    marked = [
        value.__dict__["misconception"]
        for value in vars(module).values()
        if isinstance(value, types.FunctionType) and "misconception" in value.__dict__
    ]
    return Catalogue(tuple(marked), found)


def diagnose(catalogue: Catalogue, exercise: str, sandbox: Sandbox) -> Misconception | None:
    """The first known misconception that reacts to every probe as the student's function does.

    A misconception that cannot be told from another on the probes is not guessed at beyond the
    order of the file; a function whose process dies or runs out of time is not diagnosed.
    """
    candidates = list(enumerate(catalogue.of(exercise)))
    for index, probe in enumerate(catalogue.probes.get(exercise, ())):
        if not candidates:
            break
        try:
            reaction = _ask(sandbox, exercise, probe, _parameters(candidates[0][1].function))
        except CallFailed:
            return None
        candidates = [
            (number, each)
            for number, each in candidates
            if agree(reaction, reactions(each, catalogue)[index])
        ]
    return candidates[0][1] if candidates and catalogue.probes.get(exercise) else None


def reactions(which: Misconception, catalogue: Catalogue) -> tuple[Reaction, ...]:
    """How a misconception reacts to the probes of its exercise; computed once in a process."""
    known = catalogue.reactions
    if which.name not in known:
        known[which.name] = tuple(
            react(which.function, probe) for probe in catalogue.probes.get(which.exercise, ())
        )
    return known[which.name]


def react(function: Function, probe: Probe) -> Reaction:
    """Call a trusted function on copies of a probe's arguments."""
    args, kwargs = copy.deepcopy((probe.args, dict(probe.kwargs)))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            value = function(*args, **kwargs)
        except Exception as error:
            return Reaction(
                raised=type(error).__name__,
                names_an_argument=_names_any(str(error), _parameters(function)),
            )
    return Reaction(value=value, arguments=args if probe.watch else None)


def _ask(sandbox: Sandbox, exercise: str, probe: Probe, parameters: Sequence[str]) -> Reaction:
    try:
        answer = sandbox.call(exercise, probe.args, probe.kwargs, watch=probe.watch)
    except StudentRaised as raised:
        name = raised.type_names[0] if raised.type_names else ""
        return Reaction(raised=name, names_an_argument=_names_any(raised.text, parameters))
    return Reaction(value=answer.value, arguments=answer.arguments if probe.watch else None)


def agree(one: Reaction, other: Reaction) -> bool:
    """Whether two reactions are the same as far as a mistake shows in them."""
    if one.raised is not None or other.raised is not None:
        return (one.raised, one.names_an_argument) == (other.raised, other.names_an_argument)
    return _same(one.value, other.value) and _same(one.arguments, other.arguments)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Handle) or isinstance(other, Handle):
        return False
    if isinstance(one, np.ndarray | np.generic) and isinstance(other, np.ndarray | np.generic):
        try:
            close(one, other, dtype=other.dtype)
        except Mismatch:
            return False
        return True
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(_same, one, other))
    if type(one) is not type(other):
        return False
    return bool(one == other)


def _parameters(function: Function) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def _names_any(text: str, words: Sequence[str]) -> bool:
    return any(mentions(text, word) for word in words)


def as_submission(assignment: Assignment, function: Function) -> str:
    """A plain-module submission: the solutions, with one function replaced by a misconception.

    What the function uses of its own file (imports, constants, private functions) comes along,
    in a scope of its own, so that the other exercises keep what they had.
    """
    which: Misconception = function.__dict__["misconception"]
    tree = ast.parse(Path(inspect.getfile(function)).read_text(encoding="utf-8"))
    carried = [_without_marks(node) for node in _needed(tree, which.name)]
    body = textwrap.indent("\n\n".join(ast.unparse(node) for node in carried), "    ")
    solution = assignment.solution_module.read_text(encoding="utf-8")
    return (
        f"{solution}\n\ndef _wrong():\n{body}\n    return {which.name}\n\n\n"
        f"{which.exercise} = _wrong()\n"
    )


def _needed(tree: ast.Module, name: str) -> list[ast.stmt]:
    """The statements of a module that define `name` and all that it uses, in their order."""
    definitions: dict[str, ast.stmt] = {}
    for node in tree.body:
        for defined in _defined_names(node):
            definitions[defined] = node
    wanted: set[str] = set()
    queue = [name]
    while queue:
        current = queue.pop()
        if current in definitions and current not in wanted:
            wanted.add(current)
            body = _without_marks(definitions[current])
            queue += [node.id for node in ast.walk(body) if isinstance(node, ast.Name)]
    chosen = {id(definitions[each]) for each in wanted}
    return [node for node in tree.body if id(node) in chosen]


def _defined_names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).split(".")[0] for alias in node.names]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
    return []


def _without_marks(node: ast.stmt) -> ast.stmt:
    """A definition without its `@misconception(...)`, which a submission does not have."""
    if not isinstance(node, ast.FunctionDef):
        return node
    bare = copy.deepcopy(node)
    bare.decorator_list = [
        each
        for each in node.decorator_list
        if not (isinstance(each, ast.Call) and getattr(each.func, "id", "") == "misconception")
    ]
    return bare
