"""The misconceptions of a course: how they are written, loaded and turned into submissions.

`tests/misconceptions/<assignment>.py` is the course's own code and runs in the grader's process.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from autograder.course.assignment import Assignment
from autograder.diagnosis.ladders import Ladder, read_ladders, unknown
from autograder.diagnosis.probes import Probe
from autograder.edits.needed_code import needed
from autograder.suite.author_files import author_text, executed, require_name
from autograder.suite.faults import author_error, author_fault

Function = Callable[..., Any]


@dataclass(frozen=True)
class Misconception:
    """One known wrong answer to an exercise, and a hint in steps.

    Attributes:
        exercise: the exercise.
        name: the name of the misconception's function.
        hint: the question that leads to the right answer: the second step, or the only one.
        function: the wrong answer.
        replaces: the name of the function that is wrong, usually that of the exercise.
        matches: whether a value of the exercise's `inspect_answer` shows this mistake. Without it,
            the answers to probes are compared.
        aspects: what is wrong, in the names of the hidden tests' marks; if empty, the values.
        steps: up to three texts, each closer to the mistake than the one before.
        lines: where each step begins in the file of hints; none if the hint stands elsewhere.
        by: what is compared: the values, or only in which cells of an array they are wrong.
    """

    exercise: str
    name: str
    hint: str
    function: Function = field(repr=False, compare=False)
    replaces: str = ""
    matches: Callable[[Any], bool] | None = field(default=None, repr=False, compare=False)
    aspects: frozenset[str] = field(default=frozenset(), repr=False, compare=False)
    steps: tuple[str, ...] = field(default=(), repr=False)
    lines: tuple[int, ...] = field(default=(), repr=False, compare=False)
    by: Literal["values", "cells"] = field(default="values", repr=False, compare=False)
    variants: list[Function] = field(default_factory=list, repr=False, compare=False)
    """Other ways to make the same mistake, marked with `variant`."""


def misconception(
    exercise: str,
    hint: str = "",
    *,
    function: str = "",
    matches: Callable[[Any], bool] | None = None,
    aspect: str | tuple[str, ...] = (),
    by: Literal["values", "cells"] = "values",
) -> Callable[[Function], Function]:
    """Mark a function as a known wrong answer to `exercise`, with a hint for students who gave it.

    Args:
        exercise: the exercise.
        hint: a question. It is the only step of a misconception without an entry in the file of
            hints (`ladders`).
        function: the function that is wrong, if its name is not that of the exercise.
        matches: for exercises whose answers stay in the sandbox, such as models: whether the value
            of `inspect_answer(exercise)` shows this mistake. Then the marked function is never
            called here.
        aspect: what is wrong, one name or several; if empty, the values. What shows in the
            arguments only, as when one is changed, needs a probe with `watch=True`.
        by: "cells" if students who make this mistake get different wrong numbers in the same cells.
    """

    require_name("misconception", exercise)
    if not isinstance(hint, str):
        raise TypeError(f"a hint must be text, not {hint!r}")
    if matches is not None and not callable(matches):
        raise TypeError(f"matches must be a function, not {matches!r}")
    if by not in ("values", "cells"):
        raise ValueError(f'by must be "values" or "cells", not {by!r}')

    def mark(marked: Function) -> Function:
        marked.__dict__["misconception"] = Misconception(
            exercise,
            marked.__name__,
            " ".join(hint.split()),
            marked,
            function or exercise,
            matches,
            frozenset({aspect} if isinstance(aspect, str) else aspect),
            by=by,
        )
        _MARKED.append(("misconception", exercise, marked))
        return marked

    return mark


def variant(of: Function) -> Callable[[Function], Function]:
    """Mark a function that makes the mistake of the misconception `of` in another way."""

    def mark(marked: Function) -> Function:
        which: Misconception = of.__dict__["misconception"]
        which.variants.append(marked)
        return marked

    return mark


def probes(function: str) -> Callable[[Function], Function]:
    """Mark a function without arguments that returns the probes of `function`, as `call(...)`."""
    require_name("probes", function)

    def mark(marked: Function) -> Function:
        _MARKED.append(("probes", function, marked))
        return marked

    return mark


def right_answer(function: str) -> Callable[[Function], Function]:
    """Mark a right answer that misconceptions of `function` call with something changed.

    Two misconceptions that do so can be composed: one gets the other in place of the right answer.
    Its keyword-only parameters are its exchangeable parts. If two misconceptions exchange different
    parts, both are exchanged.

    Args:
        function: the function of the contract, whose parameters it has besides its parts.
    """
    require_name("right_answer", function)

    def mark(marked: Function) -> Function:
        _MARKED.append(("right_answer", function, marked))
        return marked

    return mark


def inspect_answer(exercise: str) -> Callable[[Function], Function]:
    """Mark a function that inspects a student's answer, which stays in the sandbox.

    It gets a `suite.student.Student` and is called if the answer to `exercise` is wrong. The value
    that it returns is passed to the `matches` of the exercise's misconceptions, in their order.
    """
    require_name("inspect_answer", exercise)

    def mark(marked: Function) -> Function:
        _MARKED.append(("inspect_answer", exercise, marked))
        return marked

    return mark


_MARKED: list[tuple[str, str, Function]] = []
"""The functions marked while a misconceptions file is executed. Many of them have the name `_`."""


@dataclass(frozen=True)
class Catalogue:
    """The misconceptions of an assignment, with probes by function and inspections by exercise."""

    misconceptions: tuple[Misconception, ...]
    probes: Mapping[str, tuple[Probe, ...]]
    inspections: Mapping[str, Function] = field(default_factory=dict, repr=False)
    bases: Mapping[str, Function] = field(default_factory=dict, repr=False)
    """The functions marked with `right`, by the name of the function that they stand for."""
    solution: str = field(default="", repr=False)
    """The text of the course's own solution."""
    reactions: dict[str, tuple[Any, ...]] = field(default_factory=dict, repr=False)
    """Reactions that were computed, by the name of the misconception."""
    compared: dict[Any, Any] = field(default_factory=dict, repr=False)
    """What else was computed once: comparisons with the right functions, and composed functions."""

    def of(self, exercise: str) -> tuple[Misconception, ...]:
        """The misconceptions of one exercise, in the order of the file."""
        return tuple(each for each in self.misconceptions if each.exercise == exercise)


def load(assignment: Assignment) -> Catalogue:
    """Execute `tests/misconceptions/<assignment>.py` and collect its marked functions.

    Their steps come from the file of hints, if it has an entry for them. Without the files the
    catalogue is empty.

    Raises:
        SuiteError: a file cannot be read, or it names an exercise or a misconception that does not
            exist; or two misconceptions have the same name, or one has no hint.
    """
    file, hints = assignment.misconceptions_file, assignment.hints_file
    solution = _text(assignment.solution_module)
    catalogue = _load(file, _text(file), hints, _text(hints), solution)
    functions = {each.replaces for each in catalogue.misconceptions}
    exercises = {each.exercise for each in catalogue.misconceptions} | set(catalogue.inspections)
    exercises |= set(catalogue.probes) - functions
    strange = {name for name in exercises if not assignment.suite_file(name).is_file()}
    for name in sorted(strange):
        line = _line_naming(name, _text(file))
        raise author_error(file, line, f"there is no exercise {name!r}.")
    return catalogue


def _line_naming(name: str, text: str) -> int:
    """The first line that has a name as a string; 0 if none has."""
    quoted = (f'"{name}"', f"'{name}'")
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if any(each in line for each in quoted)), 0)


def _text(file: Path) -> str:
    return author_text(file) if file.is_file() else ""


@lru_cache(maxsize=8)
def _load(file: Path, text: str, hints: Path, hints_text: str, solution: str) -> Catalogue:
    _MARKED.clear()
    executed(file, text)
    found = {of: _probes(function, file) for kind, of, function in _MARKED if kind == "probes"}
    marked = [
        each.__dict__["misconception"] for kind, _, each in _MARKED if kind == "misconception"
    ]
    inspections = {of: function for kind, of, function in _MARKED if kind == "inspect_answer"}
    with_steps = _with_steps(file, marked, hints, read_ladders(hints, hints_text))
    bases = {of: function for kind, of, function in _MARKED if kind == "right_answer"}
    return Catalogue(with_steps, found, inspections, bases, solution)


def _probes(function: Function, file: Path) -> tuple[Probe, ...]:
    line = function.__code__.co_firstlineno
    try:
        made = function()
    except (Exception, SystemExit) as error:
        raise author_fault(error, file, line) from error
    is_list = isinstance(made, list | tuple) and len(made) > 0
    if not is_list or not all(isinstance(each, Probe) for each in made):
        raise author_error(file, line, "probes must return a list of one or more `call(...)`.")
    return tuple(made)


def _with_steps(
    file: Path, marked: Sequence[Misconception], hints: Path, ladders: Mapping[str, Ladder]
) -> tuple[Misconception, ...]:
    names: list[str] = []
    for each in marked:
        if each.name in names:
            what = f"there is a misconception named {each.name!r} above already."
            raise author_error(file, _line_of(each), what)
        names.append(each.name)
    for name, ladder in ladders.items():
        if name not in names:
            raise unknown(hints, name, ladder)
    return tuple(_with_ladder(file, each, ladders.get(each.name)) for each in marked)


def _line_of(which: Misconception) -> int:
    """The line in which the definition of a misconception begins, with its marks."""
    return which.function.__code__.co_firstlineno


def _with_ladder(file: Path, which: Misconception, ladder: Ladder | None) -> Misconception:
    if ladder is None:
        if not which.hint:
            what = f"{which.name} has no hint, here or in the file of hints."
            raise author_error(file, _line_of(which), what)
        return replace(which, steps=(which.hint,))
    lines, steps = zip(*ladder.steps, strict=True)
    return replace(which, steps=steps, lines=lines, hint=steps[1] if len(steps) > 1 else steps[0])


def as_submission(assignment: Assignment, *functions: Function) -> str:
    """A submission as a plain module: the solutions, with misconceptions in place of functions.

    The imports, constants and private functions of the misconceptions file that a misconception
    needs are copied into a scope of its own, so that they do not change the other exercises.

    Args:
        assignment: the assignment of the misconceptions.
        functions: the misconceptions' functions, each of another exercise.
    """
    solution = assignment.solution_module.read_text(encoding="utf-8")
    return solution + "".join(map(_replacement, functions))


def as_code(function: Function, name: str) -> str:
    """A misconception as code that defines a function called `name`, and nothing else of it.

    The code needs no other definition. It keeps what the misconception needs in a scope of its own.
    """
    which: Misconception = function.__dict__["misconception"]
    body = textwrap.indent(carried_code(function), "    ")
    return f"\n\ndef _wrong():\n{body}\n    return {which.name}\n\n\n{name} = _wrong()\n"


def _replacement(function: Function) -> str:
    which: Misconception = function.__dict__["misconception"]
    return as_code(function, which.replaces)


@lru_cache(maxsize=1 << 10)
def carried_code(function: Function) -> str:
    """A misconception's function without its marks, and all that it needs of its file."""
    which: Misconception = function.__dict__["misconception"]
    file = Path(inspect.getfile(function))
    carried = needed(_what_is_carried(file, file.stat().st_mtime_ns), which.name)
    return "\n\n".join(ast.unparse(node) for node in carried)


@lru_cache(maxsize=8)
def _what_is_carried(file: Path, modified: int) -> ast.Module:
    """A file of misconceptions without what no submission may contain: probes, and all marks."""
    tree = ast.parse(author_text(file))
    no_code = ("probes", "inspect_answer", "variant")
    tree.body = [node for node in tree.body if not any(_is_marked(node, mark) for mark in no_code)]
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            marks = ("misconception", "right_answer")
            node.decorator_list = [each for each in node.decorator_list if _mark(each) not in marks]
    return tree


def _is_marked(node: ast.stmt, mark: str) -> bool:
    marks = map(_mark, node.decorator_list) if isinstance(node, ast.FunctionDef) else ()
    return mark in marks


def _mark(decorator: ast.expr) -> str:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return function.id if isinstance(function, ast.Name) else ""
