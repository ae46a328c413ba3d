"""The shell that runs a student's cells: IPython's, or a plain one where IPython is not installed.

A process makes it once. Grading always has IPython. Cells of plain Python do the same in both.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

from convgrade.execution.plain_shell import PlainCompiler, PlainShell, PlainTransformer


def has_ipython() -> bool:
    """Whether IPython is installed."""
    return importlib.util.find_spec("IPython") is not None


def prepare_shell(*, runs_commands: bool = True) -> Any:
    """Return the one shell of this process.

    Args:
        runs_commands: whether `!command` runs; if not, it does nothing and succeeds.
    """
    if not has_ipython():
        return PlainShell()
    from convgrade.execution import ipython_shell

    return ipython_shell.prepare(runs_commands)


def parser() -> Any:
    """Return the part of a shell that is needed to parse a cell."""
    manager: Any
    if has_ipython():
        from convgrade.execution import ipython_shell

        manager, compiler = ipython_shell.parts_for_parsing()
    else:
        manager, compiler = PlainTransformer(), PlainCompiler()
    return SimpleNamespace(
        transform_cell=manager.transform_cell,
        input_transformer_manager=manager,
        compile=compiler,
        transform_ast=lambda tree: tree,
    )


def enter_module(shell: Any, name: str) -> dict[str, Any]:
    """Let the cells run as the module `name`; return its namespace."""
    module: ModuleType = shell.user_module
    module.__name__ = name
    shell.user_ns["__name__"] = name
    sys.modules[name] = module
    namespace: dict[str, Any] = shell.user_ns
    return namespace
