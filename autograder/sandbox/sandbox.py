"""The trusted side of the boundary: one submission, its cells, and calls to its functions.

It judges nothing. Whatever the submission does, a call ends in an `Answer` or a `CallFailed`.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, Self, cast

from autograder.errors import SandboxLost, SuiteError
from autograder.sandbox.failures import (
    CallFailed,
    Crashed,
    Handle,
    TimedOut,
    Violated,
)
from autograder.sandbox.host import answer_parser, causes
from autograder.sandbox.host.callbacks import Callbacks, is_callback
from autograder.sandbox.host.cells import CellRun, rebindings
from autograder.sandbox.host.channel import Output, ProtocolError, WorkerDied
from autograder.sandbox.host.records import Answer, Call, Cell, CellReport, Observations, Request
from autograder.sandbox.host.time_budget import TimeBudget
from autograder.sandbox.host.worker_process import WorkerProcess, start_worker
from autograder.sandbox.limits import MEGABYTE, Limits
from autograder.sandbox.protocol import accompanying_files, codec, request_codec, together
from autograder.sandbox.protocol.model_queries import MODEL_QUERIES
from autograder.sandbox.protocol.remote_functions import Function
from autograder.sandbox.protocol.words import Command, End
from autograder.sandbox.translation import UNTRANSLATED, Translation, answer_from, replacing

PATIENCE = 2  # how often a function may run out of time or end its process
MAX_STARTS = 40  # worker processes for one submission
MAX_STEPS = 2_000  # in one process; after that, each cell runs to its end in one step
_SIGNALS = {4: "illegal instruction", 6: "abort", 7: "bus error", 11: "segmentation fault"}


class Sandbox:
    """One submission in its own process, as a context manager; the cells run on entering.

    Args:
        address: `WarmProcess.address`, of a warm process that this or another process owns.
        cells: student code, in order. A statement that raises does not stop the next one. A
            statement that ends its process, or does not end, is skipped in the next process.
        limits: what the submission may use.
        module_name: `__name__` as the cells see it.
        files: the content of plain files, by relative POSIX name; the cells find them in their
            working folder.
        translations: for functions that answer another contract than that of calls, by name, what
            stands between.
    """

    def __init__(
        self,
        address: str,
        cells: Sequence[Cell],
        limits: Limits = Limits(),  # noqa: B008 (frozen)
        *,
        module_name: str = "__main__",
        files: Mapping[str, bytes] | None = None,
        translations: Mapping[str, Translation] | None = None,
    ) -> None:
        self._address = address
        self._cells = tuple(CellRun(cell) for cell in cells)
        self._limits = limits
        self._module_name = module_name
        self._translations = translations or {}
        most = int(limits.scratch_mb * MEGABYTE) // 2
        self._files, self._unused_files = accompanying_files.admitted(files or {}, most)
        self._worker: WorkerProcess | None = None
        self._generation = 0
        self._number = 0
        self._time_budget = TimeBudget(limits)
        self._failure_counts: Counter[str] = Counter()
        self._last_failure: dict[str, TimedOut | Crashed | Violated] = {}
        self._output = Output(int(limits.output_kb * 1024))
        self._limits_hit: list[str] = []
        self._violations: list[str] = []
        self._lost = ""
        self._may_start = True

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def reports(self) -> tuple[CellReport, ...]:
        """One report per cell, in order."""
        self._start()
        return tuple(run.report for run in self._cells)

    def translation_of(self, name: str) -> Translation:
        """What stands between calls and the submission's function of that name."""
        return self._translations.get(name, UNTRANSLATED)

    def call(
        self,
        name: str,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        watch: bool = False,
        replaced: Mapping[str, Function] | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Call the student's function of that name on copies of the arguments.

        Args:
            name: of the function.
            args: positional arguments: plain data, handles, or `RemoteFunction`s.
            kwargs: keyword arguments.
            watch: also return what the arguments are after the call (claims).
            replaced: functions of the trusted side. During the call these names stand for them,
                whatever the student defined under the names. Their arguments are chosen by the
                student's process; they return plain data.
            seconds: computing time that the call may take, in place of `Limits.call_seconds`.

        Raises:
            CallFailed: there is no answer; `outcome` says why.
            TypeError: an argument is not plain data (a fault of the suite).
        """
        translation = self.translation_of(name)
        given, named = translation.call_to(args, kwargs or {})
        message = {
            "do": Command.CALL,
            "name": name,
            "args": given,
            "kwargs": named,
            "watch": watch,
            "replaced": list(replaced or {}),
        }
        callbacks = self._callbacks(replaced)
        try:
            answer = self._ask(Request(name, message, watch, callbacks, seconds))
            return answer_from(translation, answer)
        except CallFailed as failure:
            raise causes.explained(failure, name, self._reports_so_far) from None

    def call_several(
        self, name: str, calls: Sequence[Call], *, seconds: float | None = None
    ) -> list[Answer | CallFailed]:
        """Make several calls of one function in a single exchange with the student's process.

        Each call has the outcome that `call` would give it. If the process ends or runs out of
        time, nobody knows during which call, and nothing is held against the submission.

        Args:
            name: of the function.
            calls: for each call its positional and keyword arguments: plain data, no handles.
            seconds: as for `call`.

        Returns:
            The outcomes of the first calls, in order; fewer than `calls` if they take long or are
            large, and none if the exchange failed. Make the others one by one.
        """
        translation = self.translation_of(name)
        try:
            encoded = [together.call(*translation.call_to(args, kwargs)) for args, kwargs in calls]
        except codec.CannotCross as refusal:
            raise TypeError(f"an argument of {name} cannot cross: {refusal}") from None
        try:
            payloads = self.payloads(name, encoded, seconds=seconds)
            return [self._outcome(name, payload) for payload in payloads]
        except (ProtocolError, codec.Malformed):
            return []

    def payloads(
        self,
        name: str,
        calls: Sequence[bytes],
        *,
        watch: bool = False,
        seconds: float | None = None,
    ) -> list[bytes]:
        """Like `call_several`, but calls and answers are payloads (`protocol.together`).

        No translation stands between. Read an answer with `outcome`.
        """
        message = {
            "do": Command.CALL_SEVERAL,
            "name": name,
            "calls": list(calls),
            "watch": watch,
            "replaced": [],
        }
        records = [(record, len(record)) for record in (self._limits_hit, self._violations)]
        try:
            request = Request(f"several calls of {name}", message, seconds=seconds)
            return answer_parser.payloads(self._ask(request).value, len(calls))
        except (CallFailed, ProtocolError):
            for record, length in records:
                del record[length:]
            return []

    def outcome(self, name: str, payload: bytes, *, watch: bool = False) -> Answer | CallFailed:
        """The outcome of one of several calls; `Violated` if the payload is no answer."""
        try:
            return self._outcome(name, payload, watch)
        except (ProtocolError, codec.Malformed) as trouble:
            return Violated(f"{name} broke the rules: {trouble}.")

    def _outcome(self, name: str, payload: bytes, watch: bool = False) -> Answer | CallFailed:
        answer = codec.decode(payload, generation=self._generation)
        try:
            found = answer_parser.read(answer, together.NUMBER, name, watch)
            return answer_from(self.translation_of(name), found)
        except CallFailed as failure:
            return causes.explained(failure, name, self._reports_so_far)

    @property
    def is_in_first_process(self) -> bool:
        """Whether the process in which the cells ran first is still alive."""
        return self._worker is not None and self._generation == 1

    def ask(
        self, handle: Handle | None, question: str, *args: Any, seconds: float | None = None
    ) -> Answer:
        """Send a query about a handle, one of `MODEL_QUERIES`, such as "predict".

        Queries that make an object take None for the handle.

        Raises:
            CallFailed: there is no answer.
            KeyError: there is no such query.
        """
        if question not in MODEL_QUERIES:
            raise KeyError(f"no question {question!r}; there are {', '.join(MODEL_QUERIES)}")
        message = {
            "do": Command.QUERY_MODEL,
            "name": question,
            "handle": handle,
            "args": list(args),
        }
        return self._ask(Request(question, message, seconds=seconds))

    def attempt(
        self,
        command: Command,
        name: str,
        fields: Mapping[str, Any],
        *,
        replaced: Mapping[str, Function] | None = None,
        seconds: float | None = None,
    ) -> Any:
        """Send a request of `trials`, about the function of that name; returns the unchecked value.

        Raises:
            CallFailed: there is no answer.
        """
        message = {"do": command, "name": name, **fields, "replaced": list(replaced or {})}
        what = f"trying edits of {name}"
        return self._ask(Request(what, message, False, self._callbacks(replaced), seconds)).value

    def _callbacks(self, replaced: Mapping[str, Function] | None) -> Callbacks:
        return Callbacks(
            {
                name: replacing(self.translation_of(name), function)
                for name, function in (replaced or {}).items()
            }
        )

    @contextmanager
    def shorter_calls(self, computing: float, waiting: float) -> Iterator[None]:
        """Limit each call meanwhile to so many seconds, and start no process for one.

        If the process has ended, a call raises what ended it, or `Crashed`.
        """
        self._start()
        self._may_start = False
        try:
            with self._time_budget.shorter(computing, waiting):
                yield
        finally:
            self._may_start = True

    def seconds_used(self) -> float:
        """Seconds of this machine that the submission has computed and waited so far."""
        return self._time_budget.cpu_seconds() + self._time_budget.waited

    def observed(self) -> Observations:
        """What was observed of the submission so far."""
        again, others = rebindings(self._cells)
        left_out = [what for run in self._cells for what in run.left_out]
        return Observations(
            notes=(
                *(f"{what} is left out when the process is started again." for what in left_out),
                *others,
            ),
            attention=(*self._unused_files, *again),
            limits_hit=tuple(self._limits_hit),
            violations=tuple(self._violations),
            restarts=max(0, self._generation - 1),
            cpu_seconds=round(self._time_budget.cpu_seconds(), 2),
            seconds_factor=self._time_budget.factor,
            output=self._output.kept.decode("utf-8", "backslashreplace"),
            output_bytes=self._output.count,
        )

    def close(self) -> None:
        """End the submission's processes; idempotent."""
        self._disconnect()

    def _ask(self, request: Request) -> Answer:
        name = request.what
        if self._time_budget.is_suspended:
            raise SuiteError(f"{name} was called by what answers a call of the same submission.")
        if self._failure_counts[name] >= PATIENCE:
            again = self._last_failure[name]
            raise type(again)(f"{again.message} It is not called again.", again.detail)
        worker = self._start()
        if worker is None:
            raise self._no_process(name)
        try:
            answer, seconds = self._exchange(worker, request, self._output)
        except (TimedOut, Crashed, Violated) as failure:
            self._failure_counts[name] += 1
            self._last_failure[name] = failure
            raise
        finally:
            self._end_if_crowded(worker, name)
        found = cast(Answer, answer)
        return Answer(found.value, found.arguments, found.shares_memory, seconds)

    def _end_if_crowded(self, worker: WorkerProcess, name: str) -> None:
        """End a worker in which a call left so many processes that later calls would fail."""
        left = len(worker.tree.pids()) - 1
        if self._worker is worker and left > self._limits.processes // 2:
            self._lost = f"{name} left {left} processes running."
            self._limits_hit.append(self._lost)
            self._failure_counts[name] += 1
            self._last_failure[name] = Crashed(self._lost)
            self._disconnect()

    def _start(self) -> WorkerProcess | None:
        """The running worker, or a new one that has run the cells; None if no more may start."""
        while self._worker is None and self._may_start and not self._spent:
            self._worker = start_worker(self._address, self._limits, self._module_name)
            self._generation += 1
            worker = self._worker
            self._time_budget.watch(worker.tree, worker.factor, worker.is_importing)
            self._run_cells(self._worker)
        if self._spent:
            for run in self._cells:
                run.never_ran(self._no_process(run.cell.label))
        return self._worker

    @property
    def _reports_so_far(self) -> tuple[CellReport, ...]:
        """The reports as they are, without starting a process."""
        return tuple(run.report for run in self._cells)

    @property
    def _spent(self) -> bool:
        """Whether no more processes may start: no time is left, or too many have ended early."""
        return self._time_budget.exhausted or (
            self._worker is None and self._generation >= MAX_STARTS
        )

    def _no_process(self, what: str) -> TimedOut | Crashed:
        if self._time_budget.exhausted:
            return TimedOut(self._time_budget.message(what))
        if not self._may_start:
            return Crashed(f"{what} was not run: {self._lost}")
        return Crashed(f"{what} was not run: the submission ended its process too often.")

    def _run_cells(self, worker: WorkerProcess) -> None:
        """Write the files and run every cell, until one ends the process."""
        try:
            for name, content in self._files.items():
                message = {"do": Command.WRITE_FILE, "name": name, "content": content}
                reply, _ = self._exchange(worker, Request(name, message), None)
                if reply.value and self._generation == 1:
                    sentence = f"The file {name} was not used: {str(reply.value)[:200]}."
                    self._unused_files += (sentence,)
        except CallFailed:  # before any student code ran: the machine lacks a resource
            return
        steps = 0
        for run in self._cells:
            message_of_cell: dict[str, Any] | None = run.opening()
            while message_of_cell is not None:
                steps += 1
                message_of_cell["all"] = steps > MAX_STEPS
                request = Request(run.what, message_of_cell, after=run.at)
                output = self._output if run.is_new else None
                try:
                    progress, _ = self._exchange(worker, request, output)
                except CallFailed as failure:
                    run.ended(failure)
                    return
                message_of_cell = run.came(progress)

    def _exchange(
        self, worker: WorkerProcess, request: Request, output: Output | None
    ) -> tuple[Any, float]:
        """Send a request; returns the result, and how long it took.

        The result is an `Answer`, or the `Progress` of a cell.
        """
        what = request.what
        self._number += 1
        try:
            message = {"id": self._number, **request.message}
            remote_functions = request.callbacks.remote_functions if request.callbacks else None
            packed = request_codec.encode(message, self._generation, remote_functions)
        except codec.StaleHandle:
            raise Crashed(f"What {what} needs was lost: {self._lost}") from None
        except codec.CannotCross as refusal:
            raise TypeError(f"an argument of {what} cannot cross: {refusal}") from None
        try:
            self._time_budget.begin(what, request.seconds)
            try:
                answer = self._conversation(worker, packed, request.callbacks, output)
            finally:
                seconds = self._time_budget.end()
            if request.after is not None:
                whole = bool(request.message["all"])
                return answer_parser.progress(answer, self._number, request.after, whole), seconds
            return answer_parser.read(answer, self._number, what, request.watch), seconds
        except TimedOut as failure:
            self._fail(failure, self._limits_hit)
        except (ProtocolError, codec.Malformed) as trouble:
            self._fail(Violated(f"{what} broke the rules: {trouble}."), self._violations)
        except WorkerDied:
            self._died(what)
        except CallFailed:
            raise
        except BaseException:
            self._disconnect()
            raise

    def _conversation(
        self,
        worker: WorkerProcess,
        packed: list[memoryview],
        callbacks: Callbacks | None,
        output: Output | None,
    ) -> Any:
        """Send one request and answer its callbacks; returns the unchecked answer."""
        while True:
            raw = worker.channel.exchange(packed, self._time_budget.tick, output)
            answer = codec.decode(raw, generation=self._generation)
            if callbacks is None or not is_callback(answer):
                return answer
            with self._time_budget.suspended():
                reply = callbacks.reply(answer, self._number, len(raw))
            packed = [memoryview(codec.frame(reply))]

    def _died(self, what: str) -> NoReturn:
        confined = self._worker is not None and self._worker.confined
        ended = self._disconnect(dying=True)
        how, number = ended.get("ended"), ended.get("number")
        from_outside = how is None or (how == End.SIGNAL and number == signal.SIGKILL)
        if confined and from_outside and not self._time_budget.exhausted:
            raise SandboxLost(f"The sandbox was ended from outside while {what} ran.")
        if how == End.MEMORY:
            failure: CallFailed = Crashed(
                f"{what} used more than {self._limits.memory_mb:g} MB of memory."
            )
            self._fail(failure, self._limits_hit)
        if how == End.PROCESSES:
            most = f"{what} had more than {self._limits.processes} processes at a time."
            self._fail(Crashed(most), self._limits_hit)
        if how == End.SCRATCH:
            size = f"{what} wrote more than {self._limits.scratch_mb:g} MB, or too many files."
            self._fail(Crashed(size), self._limits_hit)
        if how == End.EXIT:
            self._fail(Crashed(f"{what} ended its process (exit code {number})."), [])
        if how == End.SIGNAL:
            name = _SIGNALS.get(int(number or 0), f"signal {number}")
            self._fail(Crashed(f"{what} ended its process ({name})."), [])
        self._fail(Violated(f"{what} cut the line to the grader."), self._violations)

    def _fail(self, failure: CallFailed, record: list[str]) -> NoReturn:
        self._lost = failure.message
        record.append(failure.message)
        self._disconnect()
        raise failure

    def _disconnect(self, dying: bool = False) -> dict[str, Any]:
        worker, self._worker = self._worker, None
        if worker is None:
            return {}
        self._time_budget.unwatch()
        worker.channel.drain(self._output)
        return worker.end(dying)
