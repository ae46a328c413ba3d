"""One namespace in which the cells of a notebook run.

Cells run as in Jupyter, with one difference: a statement that raises does not stop the next ones.
In an import of several names, only the failing name is missing.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import linecache
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from convgrade.execution import shell as shells
from convgrade.execution.settled import Rebinding, Settled
from convgrade.execution.statements import Statement, bound_names, statements, without
from convgrade.execution.tracebacks import file_of, line_of

MOST_REBINDINGS = 40
MOST_LEFT_OUT = 8  # missing names without which a function can be defined


@dataclass(frozen=True)
class Trouble:
    """What one statement raised: the line in its cell, and names that it would have bound."""

    statement: int
    line: int
    error: BaseException
    names: tuple[str, ...] = ()


class Session:
    """Runs cells in one namespace, and calls functions with the names as they were when settled.

    Args:
        shell: the shell from `prepare_shell`, one per process; its namespace is used.
        module_name: `__name__` for the cells.
        around: a context manager for each statement that runs, for example a time limit.
    """

    def __init__(
        self,
        shell: Any,
        module_name: str = "__main__",
        *,
        around: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext,
    ) -> None:
        self.shell = shell
        self.namespace = shells.enter_module(shell, module_name)
        self.around = around
        self.rebindings: list[Rebinding] = []
        self._settled = Settled(self.namespace)

    def run(self, source: str, label: str, settles: tuple[str, ...] = ()) -> list[Trouble]:
        """Run a whole cell.

        Args:
            source: the code as the student wrote it, with magics.
            label: the name of the cell in messages.
            settles: names of functions whose definitions are final after this cell.

        Returns:
            What its statements raised, in order.
        """
        cell = self.open(source, label, settles)
        found = [cell.run(number) for number in range(len(cell.statements))]
        cell.close()
        return [trouble for trouble in found if trouble]

    def open(self, source: str, label: str, settles: tuple[str, ...] = ()) -> OpenCell:
        """Open a cell. The caller runs its statements one by one and then closes it."""
        return OpenCell(self, source, label, settles)

    def settle(self, names: tuple[str, ...], label: str) -> None:
        """Keep the functions of these names as they are now, after the cell `label`."""
        self._settled.settle(names, label)

    @contextmanager
    def as_it_stood(self, name: str) -> Iterator[Callable[..., Any] | None]:
        """Provide the function of that name for a call inside the block; None if there is none.

        If the function was settled, the names that it uses have the values of that time. Otherwise
        the function is used as it is now.
        """
        with self._settled.as_it_stood(name) as function:
            yield function

    def note_rebindings(self, label: str) -> None:
        """Record which settled names the cell `label` has rebound."""
        found = self._settled.cell_done(label)
        self.rebindings += found[: MOST_REBINDINGS - len(self.rebindings)]


class OpenCell:
    """A cell that is running. `statements` are known before the first one runs."""

    def __init__(self, session: Session, source: str, label: str, settles: tuple[str, ...]) -> None:
        self._session = session
        self._label = label
        self._settles = settles
        self._file = file_of(label)
        linecache.cache[self._file] = (
            len(source), None, source.splitlines(keepends=True), self._file,
        )  # fmt: skip
        with self._as_cell():
            self.statements = statements(session.shell, source, self._file)
        self._begun = session.shell.begin_cell(source)

    def run(self, number: int) -> Trouble | None:
        """Run one statement; return what it raised, if anything."""
        statement = self.statements[number]
        settled = self._session._settled
        before = settled.watch(statement.names)
        error, names = self._run(statement, is_last=number == len(self.statements) - 1)
        settled.lose(before)
        if error is None:
            return None
        return Trouble(number, line_of(error) or statement.line, error, names)

    def close(self) -> None:
        """Finish the cell: note which names it rebound, and settle its functions."""
        self._session.shell.end_cell(self._begun)
        self._session.note_rebindings(self._label)
        if self._settles:
            self._session.settle(self._settles, self._label)

    def _run(
        self, statement: Statement, is_last: bool
    ) -> tuple[BaseException | None, tuple[str, ...]]:
        """Run all parts; return the first error, and the names that failed parts did not bind."""
        first: BaseException | None = statement.error
        names = list(statement.broken_names)
        with self._as_cell():
            for part in statement.parts:
                error = self._attempt(part, shown=is_last and isinstance(part, ast.Expr))
                first = first or error
                if error and not self._defined_without(part, error):
                    names += bound_names(part)
        return first, tuple(names)

    def _attempt(self, part: ast.stmt, shown: bool) -> BaseException | None:
        """Run one part; return what it raised."""
        try:
            with self._session.around():
                self._run_part(part, shown)
        except BaseException as error:
            return error
        return None

    def _defined_without(self, part: ast.stmt, error: BaseException) -> bool:
        """Define a function without a missing decorator or annotation type; return whether it
        worked.

        `numba.njit` is an example. The error then says that the function was defined without it.
        """
        again: BaseException | None = error
        for _ in range(MOST_LEFT_OUT):
            bare = without(part, again.name) if isinstance(again, NameError) else None
            if bare is None:
                return False
            part = bare
            again = self._attempt(part, shown=False)
            if again is None:
                name = getattr(part, "name", "the function")
                error.args = (f"{error}; {name} was defined without it",)
                return True
        return False

    def _run_part(self, part: ast.stmt, shown: bool) -> None:
        shell = self._session.shell
        tree = ast.Interactive([part]) if shown else ast.Module([part], [])
        with shell.compile.extra_flags(ast.PyCF_ALLOW_TOP_LEVEL_AWAIT):
            code = shell.compile(tree, self._file, "single" if shown else "exec")
        if code.co_flags & inspect.CO_COROUTINE:
            shell.loop_runner(eval(code, self._session.namespace))
        else:
            exec(code, self._session.namespace)

    @contextmanager
    def _as_cell(self) -> Iterator[None]:
        self._session.shell.name_nested_code(self._file)
        with self._session.shell.builtin_trap, self._session.shell.display_trap:
            yield
