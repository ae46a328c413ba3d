"""The IPython shell that runs a student's cells. The sandbox makes it before the fork.

It keeps no history and starts no thread. Cells use its input transformer and its magics. The module
`session` decides which statement runs when.
"""

from __future__ import annotations

import re
import subprocess
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.inputtransformer2 import (
    TokenTransformBase,
    TransformerManager,
    make_tokens_by_line,
)
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell
from IPython.utils.text import SList
from traitlets.config import Config

from convgrade.execution import tracebacks

_MAY_BE_COMMAND = re.compile(r"^[\s\\]*[!?%,;/]|=[\s\\]*[!%]|\?\s*$")
"""Matches each line with a magic, a shell command or a question for help, and some others."""
_USUAL_TRANSFORMERS = TransformerManager().token_transformers


class LineKeeper(TransformerManager):  # type: ignore[misc]
    """IPython's input transformer, changed so that every line keeps its number."""

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Transform as IPython does, but do not tokenize a cell that cannot contain a command."""
        is_usual = self.token_transformers == _USUAL_TRANSFORMERS
        if is_usual and not any(map(_MAY_BE_COMMAND.search, lines)):
            return lines
        return super().do_token_transforms(lines)  # type: ignore[no-any-return]

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

    def begin_cell(self, source: str) -> ExecutionResult:
        """Call what waits for a cell to begin; return what `end_cell` needs."""
        result = ExecutionResult(ExecutionInfo(source, False, False, True, None))
        self.events.trigger("pre_execute")
        self.events.trigger("pre_run_cell", result.info)
        return result

    def end_cell(self, result: ExecutionResult) -> None:
        """Call what waits for a cell to end, for example what shows open figures."""
        self.events.trigger("post_execute")
        self.events.trigger("post_run_cell", result)

    def name_nested_code(self, file: str) -> None:
        """Name code that a magic compiles from now on after the cell that contains the magic."""
        global _current_file
        _current_file = file

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


def parts_for_parsing() -> tuple[Any, Any]:
    """The transformer and the compiler with which the shell parses cells."""
    return LineKeeper(), CachingCompiler()


def prepare(runs_commands: bool) -> Any:
    """Return the one shell of this process: plain tracebacks, no colours, no history."""
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


def _label_as_file(raw_code: str, transformed_code: str, number: int) -> str:
    return _current_file


def _name_in_traceback(name: str) -> tuple[str, str] | None:
    return ("In", tracebacks.label_of(name)) if tracebacks.is_cell(name) else None
