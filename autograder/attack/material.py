"""What candidates are made of: the code of right answers, one exercise at a time.

The texts are the course's own, so they are parsed and imported in this process.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder import diagnosis
from autograder.attack.domain import Domain, domain_of
from autograder.attack.target import Target
from autograder.diagnosis import Catalogue
from autograder.edits.needed_code import needed
from autograder.errors import SuiteError

_NETWORKS = re.compile(r"^\s*(import|from) (keras|tensorflow|torch|jax)\b", re.MULTILINE)
_CALLED = re.compile(r"student\.(\w+)")


@dataclass(frozen=True)
class Base:
    """A right answer: the part of it that a function needs, as a text of its own."""

    origin: str
    function: str
    text: str


class Material:
    """The right answers to one exercise, its misconceptions, and the inputs of its domain.

    Args:
        target: the exercise.
        seed: of everything that is drawn.
    """

    def __init__(self, target: Target, seed: int) -> None:
        self.assignment = target.assignment
        self.exercise = target.exercise
        self.seed = seed
        self.builds_models = target.builds_models
        self._target = target

    @cached_property
    def domain(self) -> Domain:
        """The inputs of functions that compute arrays and other plain data.

        Raises:
            SuiteError: there are no generators of calls.
        """
        return domain_of(self._target, self.seed)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The misconceptions of the assignment."""
        return diagnosis.load(self.assignment)

    @cached_property
    def functions(self) -> tuple[str, ...]:
        """The functions of the exercise of which calls can be drawn, its own first."""
        if self.builds_models:
            return (self.exercise,)
        found = {each.function: None for each in self.domain.course.of(self.exercise)}
        return tuple(sorted(found, key=lambda name: name != self.exercise))

    @cached_property
    def bases(self) -> tuple[Base, ...]:
        """The right answers, the course's own solution first.

        Those made with Keras are left out, unless they build models.
        """
        found = []
        for path in (self.assignment.solution_module, *self._others()):
            text = path.read_text(encoding="utf-8")
            tree = ast.parse(text)
            for function in self.functions:
                part = _code(tree, [function])
                if part and (self.builds_models or not _NETWORKS.search(part)):
                    found.append(Base(path.name, function, part))
        return tuple(found)

    def leave_out(self, bases: Collection[Base]) -> None:
        """Make no candidates of these right answers: they are not right everywhere."""
        self.__dict__["bases"] = tuple(each for each in self.bases if each not in bases)

    def _others(self) -> list[Path]:
        folder = self.assignment.right_solutions_folder
        return sorted(folder.glob("*.py")) if folder.is_dir() else []

    @cached_property
    def around(self) -> str:
        """The right functions that the exercise's suite calls, for what a candidate is not."""
        text = self.assignment.solution_module.read_text(encoding="utf-8")
        suite = self._target.suite_file.read_text(encoding="utf-8")
        tree = ast.parse(text)
        defined = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
        called = set(_CALLED.findall(suite)) | set(self.functions)
        return _code(tree, sorted(called & defined))

    def submission(self, function: str, text: str, name: str = "") -> str:
        """A submission in which `text`, in a scope of its own, defines the function.

        Args:
            function: the function of the contract.
            text: the code of a module that defines it.
            name: the name in that code, if it is another.
        """
        body = textwrap.indent(text, "    ")
        end = f"    return {name or function}\n\n\n{function} = _candidate()\n"
        return f"{self.around}\n\n\ndef _candidate():\n{body}\n{end}"

    def parameters(self, function: str) -> ast.arguments:
        """The parameters of a function of the contract, with their defaults."""
        tree = ast.parse(self.assignment.solution_module.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name == function:
                return node.args
        raise SuiteError(f"The solutions define no {function}.")


def _code(tree: ast.Module, names: Iterable[str]) -> str:
    """The code that defines these names, and all that it needs, without docstrings."""
    wanted: dict[int, ast.stmt] = {}
    for name in names:
        wanted.update({id(node): node for node in needed(tree, name)})
    chosen = [node for node in tree.body if id(node) in wanted]
    return "\n\n".join(ast.unparse(_bare(node)) for node in chosen)


def _bare(node: ast.stmt) -> ast.stmt:
    """A definition without its docstring."""
    body: Sequence[ast.stmt] = getattr(node, "body", ())
    is_text = (
        isinstance(node, ast.FunctionDef | ast.ClassDef)
        and len(body) > 1
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
    )
    if is_text:
        del node.body[0]  # type: ignore[attr-defined]
    return node
