"""Makes a Jupyter cell show all its failing checks, not only the first.

A failing `check(...)` raises, which would hide the checks below it. In IPython, an AST transformer
therefore changes each cell with top-level checks before it runs. It puts each of these checks into
`with one():`, and everything before the cell's last expression into `with cell():`. When the cell
has run, the last failure is raised, so the cell fails as usual. Earlier failures are shown as
IPython shows an error, and each with its picture below. Outside IPython nothing changes: the first
failure raises.
"""

from __future__ import annotations

import ast
import sys
from types import TracebackType
from typing import Any, Self

from convgrade.notebook.checks import CheckFailed, NotWrittenYet, check, check_raises, hint_once
from convgrade.notebook.displayed import can_draw
from convgrade.notebook.training import check_learned

CHECKS = (check, check_learned, check_raises)
_LOAD = "__import__('convgrade.notebook.collecting', fromlist=['cell'])"


class cell:
    """The run of one cell; `failures` are the failures of its checks that have not been shown."""

    running: cell | None = None

    def __init__(self) -> None:
        self.failures: list[Exception] = []

    def __enter__(self) -> Self:
        cell.running = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        cell.running = None
        if not self.failures:
            return
        unwritten = any(isinstance(failure, NotWrittenYet) for failure in self.failures)
        if error is not None and not (unwritten and isinstance(error, NotImplementedError)):
            self._show(self.failures)
            return
        *before, last = self.failures
        self._show(before)
        if not isinstance(last, CheckFailed):
            self._show([last])  # with its own traceback, which raising it here would change
            last = CheckFailed("✗ This cell has a check that ended with an error: see above.")
        raise last from None

    def _show(self, failures: list[Exception]) -> None:
        from IPython import get_ipython

        shell: Any = get_ipython()
        for failure in failures:
            shell.showtraceback((type(failure), failure, failure.__traceback__))
            show_picture(shell, failure)


class one:
    """One top-level check of a cell: a failure waits until the cell has run."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if cell.running is None or not isinstance(error, Exception):
            return False
        failures = cell.running.failures
        if not (isinstance(error, NotWrittenYet) and str(error) in map(str, failures)):
            hint_once(error, failures)
            failures.append(error)
        return True


class ShowAllFailures(ast.NodeTransformer):
    """Puts the top-level checks of a cell into `with one():`, and the cell into `with cell():`."""

    def __init__(self, names: dict[str, Any]) -> None:
        self._names = names

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """Change a cell that has top-level checks; leave any other cell unchanged."""
        if not any(self._is_check(statement) for statement in node.body):
            return node
        if any(
            isinstance(each, ast.ImportFrom) and each.module == "__future__" for each in node.body
        ):
            return node  # which must come first
        body = [self._with_own_failure(statement) for statement in node.body]
        last = (
            body.pop()
            if isinstance(node.body[-1], ast.Expr) and body[-1] is node.body[-1]
            else None
        )
        whole = _in_context("cell", body, node.body[0])
        node.body = [whole] if last is None else [whole, last]
        return node

    def _with_own_failure(self, statement: ast.stmt) -> ast.stmt:
        return (
            _in_context("one", [statement], statement) if self._is_check(statement) else statement
        )

    def _is_check(self, statement: ast.stmt) -> bool:
        return (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Call)
            and isinstance(statement.value.func, ast.Name)
            and self._names.get(statement.value.func.id) in CHECKS
        )


def show_picture(shell: Any, failure: BaseException | None) -> None:
    """Show the picture of a failed check, if it has one, in Jupyter and with matplotlib."""
    if not isinstance(failure, CheckFailed) or failure.picture is None or not can_draw():
        return
    if hasattr(shell, "kernel"):  # in a terminal, IPython would write it in characters
        from IPython.display import display

        display(failure.picture())


def _in_context(name: str, body: list[ast.stmt], place: ast.stmt) -> ast.With:
    context = ast.parse(f"{_LOAD}.{name}()", mode="eval").body
    for part in ast.walk(context):
        ast.copy_location(part, place)
    statement = ast.With(items=[ast.withitem(context_expr=context)], body=body)
    return ast.copy_location(statement, place)


def show_all_failures() -> None:
    """Make the cells of the running IPython, if any, show all their failing checks."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell: Any = get_ipython()
    if shell is None or type(shell).__module__.startswith("convgrade."):
        return  # this package runs each statement of a cell alone
    if any(type(known).__name__ == ShowAllFailures.__name__ for known in shell.ast_transformers):
        return  # this module was loaded before
    shell.ast_transformers.append(ShowAllFailures(shell.user_ns))
    shell.events.register("post_run_cell", lambda run: show_picture(shell, run.error_in_exec))
