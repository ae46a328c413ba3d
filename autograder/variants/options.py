"""The options that an assignment's authors declare in `source/<assignment>/variants.py`.

That file is the course's own code and runs in the grader's process. It defines `VARIANTS`: for each
difference its options, the default first.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.course.assignment import Assignment
from autograder.course.variants import Variant
from autograder.errors import SuiteError
from autograder.suite.author_files import executed
from autograder.variants.contracts import Contract, Translation


@dataclass(frozen=True)
class Option:
    """What one option changes.

    Attributes:
        contracts: how the contracts of functions differ, by the function's name.
        words: what is replaced in every text that students read: the text of the default, and the
            text of this option. The texts of notebooks, titles, messages and hints are meant.
    """

    contracts: Mapping[str, Contract] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


Declared = Mapping[str, Mapping[str, Option]]
"""For each difference its options by name, the default first."""


def declared(assignment: Assignment) -> Declared:
    """What the assignment's `variants.py` declares; empty if there is no such file.

    Raises:
        SuiteError: the file cannot be executed, or declares something else.
    """
    file = assignment.variants_file
    if not file.is_file():
        return {}
    return _declared(file, file.read_text(encoding="utf-8"))


@lru_cache(maxsize=8)
def _declared(file: Path, text: str) -> Declared:
    module = executed(file, text)
    found: Any = getattr(module, "VARIANTS", None)
    is_whole = isinstance(found, dict) and all(
        isinstance(options, dict)
        and len(options) > 1
        and all(isinstance(each, Option) for each in options.values())
        for options in found.values()
    )
    if not is_whole:
        raise SuiteError(
            f"{file} must define VARIANTS: for each difference a dict of two or more options."
        )
    for difference, options in found.items():
        default = next(iter(options.values()))
        if default.contracts or default.words:
            raise SuiteError(
                f"{file}: the first option of {difference} is the default and changes nothing."
            )
    return dict(found)


def default_variant(assignment: Assignment) -> Variant:
    """The default option of each difference that is declared."""
    return Variant(tuple((name, next(iter(each))) for name, each in declared(assignment).items()))


def chosen(assignment: Assignment, variant: Variant | None) -> list[Option]:
    """The options of a variant, in the order of the declaration.

    Raises:
        SuiteError: an option is not declared.
    """
    if variant is None:
        return []
    known = declared(assignment)
    try:
        return [known[difference][option] for difference, option in variant.choice]
    except KeyError as error:
        raise SuiteError(f"{assignment.variants_file} declares no {error}.") from None


def translations(assignment: Assignment, variant: Variant | None) -> dict[str, Translation]:
    """The translations of all functions whose contract differs in a variant, by their names.

    Raises:
        SuiteError: an option is not declared, or is about a function or a parameter that the
            solutions do not have.
    """
    options = chosen(assignment, variant)
    labels = [] if variant is None else [f"{name}={option}" for name, option in variant.choice]
    names = dict.fromkeys(name for option in options for name in option.contracts)
    if not names:
        return {}
    known = _parameters(assignment.solution_module.read_text(encoding="utf-8"))
    found = {}
    for name in names:
        contracts = [option.contracts[name] for option in options if name in option.contracts]
        if name not in known:
            raise SuiteError(f"{assignment.variants_file}: the solutions define no {name}.")
        for each in contracts:
            for parameter in each.arguments:
                if parameter not in known[name]:
                    raise SuiteError(
                        f"{assignment.variants_file}: {name} has no parameter {parameter}."
                    )
        label = ", ".join(
            label for label, option in zip(labels, options, strict=True) if name in option.contracts
        )
        found[name] = Translation(known[name], contracts, label)
    return found


@lru_cache(maxsize=8)
def _parameters(solutions: str) -> dict[str, tuple[str, ...]]:
    """The parameters of each function of the solutions."""
    return {
        node.name: tuple(
            each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        )
        for node in ast.parse(solutions).body
        if isinstance(node, ast.FunctionDef)
    }


def wording(options: list[Option]) -> dict[str, str]:
    """All replacements of the options."""
    return {old: new for option in options for old, new in option.words.items()}


def reworded(text: str, words: Mapping[str, str]) -> str:
    """A text with its replacements, longer ones first. None is made in what another one wrote."""
    pieces = [text]
    for old in sorted(words, key=len, reverse=True):
        # texts stand at even places, replacements at odd ones
        found: list[str] = []
        for place, piece in enumerate(pieces):
            if place % 2:
                found.append(piece)
                continue
            first, *others = piece.split(old)
            found.append(first)
            for other in others:
                found += [words[old], other]
        pieces = found
    return "".join(pieces)
