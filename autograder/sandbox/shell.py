"""The IPython shell that runs a student's cells, made in the warm process before it forks.

Knows nothing of the wire. It keeps no history and starts no thread.
"""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.sandbox import tracing


class CellShell(InteractiveShell):  # type: ignore[misc]
    """IPython's shell without a terminal: no event loop of a window, no pseudo-terminal."""

    def enable_gui(self, gui: Any = None) -> None:
        """`%matplotlib` asks for a window's event loop; there is none, and that is fine."""

    def system(self, cmd: str) -> None:
        """`!command`: runs if it can; that it cannot is no error of the cell's."""
        done = subprocess.run(["/bin/sh", "-c", self.var_expand(cmd, depth=1)], check=False)
        self.user_ns["_exit_code"] = done.returncode


def prepare_shell() -> Any:
    """The one shell of this process: plain tracebacks, no colours, no history, no completer."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Plain"
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.show_rewritten_input = False
    shell = CellShell.instance(config=config)
    shell.display_formatter.active_types = ["text/plain"]  # nobody looks: draw no picture
    shell.compile.get_code_name = _label_as_file
    shell.compile.format_code_name = _name_in_traceback
    return shell


_current_file = "<cell>"


def _label_as_file(raw_code: str, transformed_code: str, number: int) -> str:
    return _current_file


def _name_in_traceback(name: str) -> tuple[str, str] | None:
    return ("In", tracing.label_of(name)) if tracing.is_cell(name) else None


def enter_module(shell: Any, name: str) -> dict[str, Any]:
    """Let the cells run as that module; returns its namespace."""
    module: ModuleType = shell.user_module
    module.__name__ = name
    shell.user_ns["__name__"] = name
    sys.modules[name] = module
    namespace: dict[str, Any] = shell.user_ns
    return namespace


def run_cell(shell: Any, source: str, file: str) -> BaseException | None:
    """Run one cell, magics and top-level await included; returns what it raised."""
    global _current_file
    _current_file = file
    tracing.skip_blank_lines(file, source)
    result = shell.run_cell(source, store_history=False, silent=False)
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error
