"""The IPython shell that runs a student's cells. A process makes it once; the sandbox before the
fork.

It keeps no history and starts no thread. Cells use its input transformer and its magics. The module
`session` decides which statement runs when.
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

from convgrade.execution import tracebacks


class LineKeeper(TransformerManager):  # type: ignore[misc]
    """IPython's input transformer, changed so that every line keeps its number."""

    def do_one_token_transform(self, lines: list[str]) -> tuple[bool, list[str]]:
        """Transform as IPython does, but leave blank lines for the continuations of a command."""
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
    """IPython's shell without a terminal: no GUI event loop, no pseudo-terminal."""

    runs_commands = True

    def enable_gui(self, gui: Any = None) -> None:
        """Ignore that `%matplotlib` asks for a GUI event loop, which does not exist here."""

    def system(self, cmd: str) -> None:
        """Run `!command` if possible; a command that cannot run is no error of the cell."""
        code = 0
        if self.runs_commands:
            line = self.var_expand(cmd, depth=1)
            code = subprocess.run(["/bin/sh", "-c", line], check=False).returncode
        self.user_ns["_exit_code"] = code

    def ask_exit(self) -> None:
        """Raise an error in the statement for `exit()` or `quit()`, as in a script."""
        raise SystemExit

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Return what a command prints, for `lines = !command`."""
        if self.runs_commands:
            return super().getoutput(cmd, split, depth + 1)
        return SList() if split else ""


def prepare_shell(*, runs_commands: bool = True) -> Any:
    """Return the one shell of this process: plain tracebacks, no colours, no history, no completer.

    Args:
        runs_commands: whether `!command` runs; if not, it does nothing and succeeds.
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
    shell.display_formatter.active_types = ["text/plain"]  # nobody sees pictures: draw none
    shell.compile.get_code_name = _label_as_file
    shell.compile.format_code_name = _name_in_traceback
    return shell


_current_file = "<cell>"


def name_nested_code(file: str) -> None:
    """Name code that a magic compiles from now on after the cell that contains the magic."""
    global _current_file
    _current_file = file


def _label_as_file(raw_code: str, transformed_code: str, number: int) -> str:
    return _current_file


def _name_in_traceback(name: str) -> tuple[str, str] | None:
    return ("In", tracebacks.label_of(name)) if tracebacks.is_cell(name) else None


def enter_module(shell: Any, name: str) -> dict[str, Any]:
    """Let the cells run as the module `name`; return its namespace."""
    module: ModuleType = shell.user_module
    module.__name__ = name
    shell.user_ns["__name__"] = name
    sys.modules[name] = module
    namespace: dict[str, Any] = shell.user_ns
    return namespace
