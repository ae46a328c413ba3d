"""The course's own solution of a function, called in this process on the course's own probes.

Where student code chooses the arguments, the solutions run in a sandbox instead
(`grading.reference_functions`). Here nobody chooses them: the solution runs as the misconceptions
do, which are the course's code too.
"""

from __future__ import annotations

import ast
import types

from autograder.diagnosis.catalogue import Catalogue, Function
from autograder.diagnosis.reactions import Reaction, reactions_of
from autograder.edits.needed_code import needed
from autograder.errors import SuiteError


def right_function(catalogue: Catalogue, name: str) -> Function:
    """The solution's function, without the rest of the solution.

    Raises:
        SuiteError: the solution defines no such function, or it cannot be executed.
    """
    try:
        nodes = needed(ast.parse(catalogue.solution), name)
        namespace: dict[str, object] = {"__name__": "solution"}
        code = compile(ast.Module(nodes, type_ignores=[]), "the solution", "exec")
        exec(code, namespace)
    except Exception as error:
        raise SuiteError(f"The solution of {name} cannot be executed: {error!r}") from error
    found = namespace.get(name)
    if not isinstance(found, types.FunctionType):
        raise SuiteError(f"The solution defines no function {name}.")
    return found


def right_reactions(catalogue: Catalogue, name: str) -> tuple[Reaction, ...]:
    """The reactions of the solution's function to its probes; computed once per process."""
    key = ("right", name)
    if key not in catalogue.compared:
        function = right_function(catalogue, name)
        catalogue.compared[key] = reactions_of(function, name, catalogue)
    found: tuple[Reaction, ...] = catalogue.compared[key]
    return found
