"""The IPython shell that runs a student's cells, made once in a process; in the sandbox before
the fork.

It keeps no history and starts no thread. Cells go through its transformer and its magics; which
statement runs when, `session` says.
"""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType
from typing import Any

from IPython.core.inputtransformer2 import (
    TokenTransformBase,
    TransformerManager,
    make_tokens_by_line,
)
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList
from traitlets.config import Config

from autograder.execution import tracebacks


class LineKeeper(TransformerManager):  # type: ignore[misc]
    """IPython's transformer, after which every line still has the number that it had."""

    def do_one_token_transform(self, lines: list[str]) -> tuple[bool, list[str]]:
        """As IPython's, but lines that a command was continued on become blank ones."""
        tokens = make_tokens_by_line(lines)
        found = [kind.find(tokens) for kind in self.token_transformers]
        for transformer in sorted(filter(None, found), key=TokenTransformBase.sortby):
            try:
                changed = transformer.transform(lines)
            except SyntaxError:
                continue
            after = transformer.start_line + 1
            changed[after:after] = ["\n"] * (len(lines) - len(changed))
            return True, changed
        return False, lines


class CellShell(InteractiveShell):  # type: ignore[misc]
    """IPython's shell without a terminal: no event loop of a window, no pseudo-terminal."""

    runs_commands = True

    def enable_gui(self, gui: Any = None) -> None:
        """`%matplotlib` asks for a window's event loop; there is none, and that is fine."""

    def system(self, cmd: str) -> None:
        """`!command`: runs if it can; that it cannot is no error of the cell's."""
        code = 0
        if self.runs_commands:
            line = self.var_expand(cmd, depth=1)
            code = subprocess.run(["/bin/sh", "-c", line], check=False).returncode
        self.user_ns["_exit_code"] = code

    def ask_exit(self) -> None:
        """`exit()` or `quit()`: an error of the statement, as in a script."""
        raise SystemExit

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """`lines = !command`: what it prints."""
        if self.runs_commands:
            return super().getoutput(cmd, split, depth + 1)
        return SList() if split else ""


def prepare_shell(*, runs_commands: bool = True) -> Any:
    """The one shell of this process: plain tracebacks, no colours, no history, no completer.

    Args:
        runs_commands: whether `!command` runs; where it does not, it does nothing and succeeds.
    """
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Plain"
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.show_rewritten_input = False
    shell = CellShell.instance(config=config)
    shell.runs_commands = runs_commands
    shell.input_transformer_manager = LineKeeper()
    shell.display_formatter.active_types = ["text/plain"]  # nobody looks: draw no picture
    shell.compile.get_code_name = _label_as_file
    shell.compile.format_code_name = _name_in_traceback
    return shell


_current_file = "<cell>"


def name_nested_code(file: str) -> None:
    """What a magic compiles from now on goes by the name of the cell that it stands in."""
    global _current_file
    _current_file = file


def _label_as_file(raw_code: str, transformed_code: str, number: int) -> str:
    return _current_file


def _name_in_traceback(name: str) -> tuple[str, str] | None:
    return ("In", tracebacks.label_of(name)) if tracebacks.is_cell(name) else None


def enter_module(shell: Any, name: str) -> dict[str, Any]:
    """Let the cells run as that module; returns its namespace."""
    module: ModuleType = shell.user_module
    module.__name__ = name
    shell.user_ns["__name__"] = name
    sys.modules[name] = module
    namespace: dict[str, Any] = shell.user_ns
    return namespace
