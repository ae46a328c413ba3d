"""One namespace in which the cells of a notebook run, as Jupyter runs them but for their errors.

A statement that raises stops its part of an import, and nothing else: the next statement runs.
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

from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult

from autograder.execution import shell as shells
from autograder.execution.settled import Rebinding, Settled
from autograder.execution.statements import Statement, bound_names, statements, without
from autograder.execution.tracebacks import file_of, line_of

MOST_REBINDINGS = 40
MOST_LEFT_OUT = 8  # names that a function's definition may do without


@dataclass(frozen=True)
class Trouble:
    """What one statement raised: the line in its cell, and names that it would have bound."""

    statement: int
    line: int
    error: BaseException
    names: tuple[str, ...] = ()


class Session:
    """Runs cells in one namespace, and calls functions as they stood when they were settled.

    Args:
        shell: of `prepare_shell`, one for the process; its namespace is the session's.
        module_name: `__name__` as the cells see it.
        around: entered around each statement that runs, for a limit of time, say.
        fatal: exceptions that end everything, such as KeyboardInterrupt where someone is there.
    """

    def __init__(
        self,
        shell: Any,
        module_name: str = "__main__",
        *,
        around: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext,
        fatal: tuple[type[BaseException], ...] = (),
    ) -> None:
        self.shell = shell
        self.namespace = shells.enter_module(shell, module_name)
        self.around = around
        self.fatal = fatal
        self.rebindings: list[Rebinding] = []
        self._settled = Settled(self.namespace)

    def run(self, source: str, label: str, settles: tuple[str, ...] = ()) -> list[Trouble]:
        """Run a whole cell; returns what its statements raised, in order.

        Args:
            source: as the student wrote it, magics and all.
            label: what messages call the cell.
            settles: names of functions that count as they stand afterwards.
        """
        cell = self.open(source, label, settles)
        found = [cell.run(number) for number in range(len(cell.statements))]
        cell.close()
        return [trouble for trouble in found if trouble]

    def open(self, source: str, label: str, settles: tuple[str, ...] = ()) -> OpenCell:
        """A cell whose statements the caller runs one by one, and then closes."""
        return OpenCell(self, source, label, settles)

    def settle(self, names: tuple[str, ...], label: str) -> None:
        """Let the functions of these names count as they stand now, after the cell `label`."""
        self._settled.settle(names, label)

    @contextmanager
    def as_it_stood(self, name: str) -> Iterator[Callable[..., Any] | None]:
        """The function of that name, to be called in here as it counts: as it was settled, with
        the meaning that the names it uses had then; else as it stands. None where there is none.
        """
        with self._settled.as_it_stood(name) as function:
            yield function

    def note_rebindings(self, label: str) -> None:
        found = self._settled.cell_done(label)
        self.rebindings += found[: MOST_REBINDINGS - len(self.rebindings)]


class OpenCell:
    """A cell under way; `statements` are known before the first one runs."""

    def __init__(self, session: Session, source: str, label: str, settles: tuple[str, ...]) -> None:
        self._session = session
        self._label = label
        self._settles = settles
        self._file = file_of(label)
        self._result = ExecutionResult(ExecutionInfo(source, False, False, True, None))
        linecache.cache[self._file] = (
            len(source), None, source.splitlines(keepends=True), self._file,
        )  # fmt: skip
        with self._as_cell():
            self.statements = statements(session.shell, source, self._file)
        for event in ("pre_execute", "pre_run_cell"):
            session.shell.events.trigger(
                event, *([self._result.info] if event == "pre_run_cell" else [])
            )

    def run(self, number: int) -> Trouble | None:
        """Run one statement."""
        statement = self.statements[number]
        settled = self._session._settled
        before = settled.watch(statement.names)
        error, names = self._run(statement, is_last=number == len(self.statements) - 1)
        settled.lose(before)
        if error is None:
            return None
        return Trouble(number, line_of(error) or statement.line, error, names)

    def close(self) -> None:
        """The cell has run, as far as it does."""
        for event in ("post_execute", "post_run_cell"):
            self._session.shell.events.trigger(
                event, *([self._result] if event == "post_run_cell" else [])
            )
        self._session.note_rebindings(self._label)
        if self._settles:
            self._session.settle(self._settles, self._label)

    def _run(
        self, statement: Statement, is_last: bool
    ) -> tuple[BaseException | None, tuple[str, ...]]:
        """The first error of its parts, and the names that those that failed would have bound."""
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
        """Run one part; returns what it raised."""
        try:
            with self._session.around():
                self._run_part(part, shown)
        except self._session.fatal:
            raise
        except BaseException as error:
            return error
        return None

    def _defined_without(self, part: ast.stmt, error: BaseException) -> bool:
        """Whether a function could be defined without what is missing here: a decorator of a
        library, as `numba.njit`, or a type in an annotation. The error then says so."""
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
        shells.name_nested_code(self._file)
        with self._session.shell.builtin_trap, self._session.shell.display_trap:
            yield
