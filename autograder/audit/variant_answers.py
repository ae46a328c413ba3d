"""Known wrong answers, which speak the default contract, as hand-ins of a variant."""

from __future__ import annotations

import ast
from pathlib import Path

import autograder.variants
from autograder import diagnosis
from autograder.course.assignment import Assignment
from autograder.course.variants import Variant
from autograder.diagnosis import Misconception
from autograder.variants.options import chosen

PACKAGE = Path(autograder.variants.__file__).parent
MODULES = {
    "autograder.suite.expect": "from numpy import asarray as array\nclass Mismatch(Exception): ...",
    "autograder.sandbox.translation": "Given = tuple",
    **{
        f"autograder.variants.{name}": (PACKAGE / f"{name}.py").read_text(encoding="utf-8")
        for name in ("forms", "tables", "contracts")
    },
    "autograder.variants": """
from dataclasses import dataclass, field

from autograder.variants.contracts import *
from autograder.variants.forms import *
from autograder.variants.tables import *


@dataclass
class Option:
    contracts: dict = field(default_factory=dict)
    words: dict = field(default_factory=dict)
""",
}
"""What translates, for a sandbox, which has no such modules."""

SPEAKING = """


def _speaking(function):
    import sys
    import types

    for module, text in {modules!r}.items():
        sys.modules[module] = types.ModuleType(module)
        exec(text, sys.modules[module].__dict__)
    from autograder.variants import Translation

    declared = {{}}
    exec({declaration!r}, declared)
    options = [declared["VARIANTS"][name][option] for name, option in {choice!r}]
    contracts = [each.contracts[{name!r}] for each in options if {name!r} in each.contracts]
    translation = Translation({parameters!r}, contracts)

    def spoken(*args, **kwargs):
        args, kwargs = translation.call_from(args, kwargs)
        return translation.value_to(function(*args, **kwargs))

    return spoken


{name} = _speaking({name})
"""


def in_variant(
    which: Misconception, assignment: Assignment, variant: Variant, solutions: str
) -> str:
    """A misconception as the code of a hand-in: right in all but its exercise.

    Args:
        which: the misconception.
        assignment: its assignment.
        variant: the variant that is handed in.
        solutions: the module of the variant's right functions.
    """
    default = assignment.solution_module.read_text(encoding="utf-8")
    wrong = diagnosis.as_submission(assignment, which.function).removeprefix(default)
    options = chosen(assignment, variant)
    if any(which.replaces in option.contracts for option in options):
        wrong += SPEAKING.format(
            modules=MODULES,
            declaration=assignment.variants_file.read_text(encoding="utf-8"),
            choice=variant.choice,
            name=which.replaces,
            parameters=_parameters(default, which.replaces),
        )
    return solutions + wrong


def _parameters(code: str, name: str) -> list[str]:
    (found,) = (
        node
        for node in ast.parse(code).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
    return [each.arg for each in (*found.args.args, *found.args.kwonlyargs)]
