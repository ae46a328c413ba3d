"""The worker process: runs a student's cells and answers calls, one at a time.

Everything that it sends is a claim; the trusted side judges. It knows no test and no expected
value.
"""

from __future__ import annotations

import gc
import os
import random
import socket
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from importlib.machinery import FileFinder
from time import monotonic
from typing import Any, NoReturn, TextIO, cast

import numpy as np
import numpy.random  # NumPy would import it in each worker process

from autograder.sandbox.failures import Handle
from autograder.sandbox.inside import substitutes
from autograder.sandbox.inside.cell_under_way import CellUnderWay
from autograder.sandbox.inside.connection import WorkerConnection
from autograder.sandbox.inside.trials import Trials
from autograder.sandbox.limits import Limits
from autograder.sandbox.linux import obstacles
from autograder.sandbox.linux.isolation import Confinement, Place
from autograder.sandbox.linux.root_filesystem import SetupFailed
from autograder.sandbox.protocol import accompanying_files, codec, request_codec, together
from autograder.sandbox.protocol.model_queries import MODEL_QUERIES
from autograder.sandbox.protocol.remote_functions import RemoteFunction
from autograder.sandbox.protocol.shared_memory import shares_memory
from autograder.sandbox.protocol.words import (
    MOST_TOGETHER,
    TOGETHER_SECONDS,
    Command,
    Reply,
)
from convgrade.execution import tracebacks
from convgrade.execution.session import Session
from convgrade.execution.tracebacks import error_fields

THREADS_OF_TENSORFLOW = 1
NOTHING_TO_INSTALL = {  # there is no network: `!pip install` has to fail at once
    "PIP_NO_INDEX": "1",
    "PIP_RETRIES": "0",
    "PIP_NO_INPUT": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


def run(
    descriptor: int,
    confinement: Confinement,
    limits: Limits,
    shell: Any,
    module_name: str,
    place: Place,
) -> NoReturn:
    """Isolate this process, report that, and serve until the trusted side hangs up."""
    connection = socket.socket(fileno=descriptor)
    connection.setblocking(True)
    wire = WorkerConnection(connection, limits.answer_bytes)
    try:
        confinement.enter_inside(limits, place)
        _settle(place.scratch)
        if confinement.is_restricted and confinement.plan.substitutes:
            substitutes.open_instead(confinement.plan.substitutes)
    except (SetupFailed, OSError) as failure:
        text = obstacles.explained(failure)
        wire.send(codec.encode({"id": 0, "outcome": Reply.UNAVAILABLE, "text": text}))
        os._exit(1)
    # Made again, because it belongs to one process and the set-up may have forked.
    wire = WorkerConnection(connection, limits.answer_bytes)
    session = Session(shell, module_name)
    session.namespace["_dh"][:] = [os.getcwd()]  # `%cd` returns to it and shows it
    worker = _Worker(session, limits, wire)
    wire.send(codec.encode({"id": 0, "outcome": Reply.READY}))
    while True:
        answer = worker.answer(request_codec.decode(wire.receive(), wire.fill))
        _flush()
        wire.send(answer)


def _settle(scratch: str) -> None:
    """Make everything write into the scratch directory; give every run the same initial state."""
    home = os.path.join(scratch, "home")
    os.makedirs(home, exist_ok=True)
    os.chdir(home)
    os.environ.update(
        HOME=home,
        TMPDIR=scratch,
        IPYTHONDIR=os.path.join(home, ".ipython"),
        MPLCONFIGDIR=os.path.join(home, ".matplotlib"),
        KERAS_HOME=os.path.join(home, ".keras"),
        **NOTHING_TO_INSTALL,
    )
    # last, so that no file of a student replaces an installed library
    sys.path[:] = [path for path in sys.path if path not in ("", home)] + [home]
    tracebacks.also_in(home)
    tempfile.tempdir = None
    sys.stdin = sys.__stdin__ = _text(0, "r")  # type: ignore[misc, assignment]
    sys.stdout = sys.__stdout__ = _text(1, "w")  # type: ignore[misc, assignment]
    sys.stderr = sys.__stderr__ = _text(2, "w")  # type: ignore[misc, assignment]
    random.seed(0)
    np.random.seed(0)
    if tensorflow := sys.modules.get("tensorflow"):
        tensorflow.config.threading.set_intra_op_parallelism_threads(THREADS_OF_TENSORFLOW)
        tensorflow.config.threading.set_inter_op_parallelism_threads(THREADS_OF_TENSORFLOW)
    gc.enable()


def _text(descriptor: int, mode: str) -> TextIO:
    """A line-buffered stream, so that output printed before a crash is not lost."""
    opened = open(  # noqa: SIM115 (open as long as the process)
        descriptor, mode, buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )
    return cast(TextIO, opened)


class _Worker:
    def __init__(self, session: Session, limits: Limits, connection: WorkerConnection) -> None:
        self.connection = connection
        self.session = session
        self.namespace = session.namespace
        self.limits = limits
        self.kept: list[tuple[Any, str]] = []  # objects of handles, and the call of each
        self.called = ""
        self.folder = os.getcwd()
        self.cell: CellUnderWay | None = None
        self.trials = Trials(session)

    def answer(self, request: dict[str, Any]) -> bytes:
        """The payload that answers one request."""
        return self.payload(request["id"], partial(self.respond, request))

    def payload(self, number: int, respond: Callable[[], dict[str, Any]]) -> bytes:
        """The answer to request `number` as bytes, or what was raised while it was made."""
        try:
            return self.encoded({"id": number, **respond()})
        except codec.CannotCross as refusal:
            return codec.encode(
                {"id": number, "outcome": Reply.REFUSED, "text": str(refusal)[:500]}
            )
        except BaseException as error:  # a student's object may raise anything while it is encoded
            return codec.encode({"id": number, **error_fields(error)})

    def respond(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request."""
        match request["do"]:
            case Command.RUN_CELL:
                self.cell = CellUnderWay(self.session, request)
                return self.run_on(request["all"])
            case Command.CONTINUE_CELL:
                return self.run_on(request["all"])
            case Command.WRITE_FILE:
                refusal = accompanying_files.write(self.folder, request["name"], request["content"])
                return {"outcome": Reply.OK, "value": refusal}
            case Command.QUERY_MODEL:
                return self.ask(request)
            case Command.CALL_SEVERAL:
                return {"outcome": Reply.OK, "value": self.call_several(request)}
            case Command.LIST_EDITS:
                listed = self.trials.listed(request["lines"], request["most"])
                return {"outcome": Reply.OK, "value": listed}
        self.called = request["name"]
        with (
            self.session.as_it_stood(request["name"]) as function,
            self.connection.replacing(self.namespace, request["replaced"], request["id"]),
        ):
            if request["name"] in request["replaced"]:
                function = self.namespace[request["name"]]
            attempt = self.call if request["do"] == Command.CALL else self.attempt
            return attempt(function, request)

    def encoded(self, answer: dict[str, Any]) -> bytes:
        return codec.encode(answer, limit=self.limits.answer_bytes, keep=self.keep)

    def keep(self, value: Any) -> Handle:
        self.kept.append((value, self.called))
        return Handle(len(self.kept) - 1, type(value).__name__)

    def resolved(self, value: Any) -> Any:
        """Arguments with handles replaced by their objects, and remote functions by proxies."""
        if isinstance(value, Handle):
            return self.kept[value.number][0]
        if isinstance(value, RemoteFunction):
            return self.connection.proxy_for(value)
        if type(value) in (list, tuple):
            return type(value)(self.resolved(item) for item in value)
        if type(value) is dict:
            return {key: self.resolved(item) for key, item in value.items()}
        return value

    def run_on(self, to_the_end: bool) -> dict[str, Any]:
        finder = sys.path_importer_cache.get(self.folder)
        if isinstance(finder, FileFinder):
            finder.invalidate_caches()  # `%%writefile` may just have written a module
        assert self.cell is not None
        return self.cell.run_on(to_the_end)

    def call_several(self, request: dict[str, Any]) -> list[bytes]:
        """The payloads that answer the first calls, in order: at least one, the others in time."""
        answers: list[bytes] = []
        made = self.watched if request["watch"] else self.called_with
        size = 0
        until = monotonic() + TOGETHER_SECONDS
        self.called = request["name"]
        with self.session.as_it_stood(request["name"]) as function:
            for encoded in request["calls"]:
                call = partial(made, function, *codec.decode(encoded))
                answers.append(self.payload(together.NUMBER, call))
                size += len(answers[-1])
                _flush()
                if monotonic() > until or size > MOST_TOGETHER:
                    break
        return answers

    def call(self, function: Any, request: dict[str, Any]) -> dict[str, Any]:
        arguments = self.resolved(request["args"])
        keywords = self.resolved(request["kwargs"])
        made = self.watched if request["watch"] else self.called_with
        return made(function, arguments, keywords)

    def watched(
        self, function: Any, arguments: list[Any], keywords: dict[str, Any]
    ) -> dict[str, Any]:
        """As `called_with`, and what the arguments are after the call."""
        answer = self.called_with(function, arguments, keywords)
        if answer["outcome"] == Reply.OK:
            answer["arguments"] = tuple(arguments)
            values = [*arguments, *keywords.values()]
            answer["shares_memory"] = shares_memory(answer["value"], values)
        return answer

    def called_with(
        self, function: Any, arguments: list[Any], keywords: dict[str, Any]
    ) -> dict[str, Any]:
        if function is None:
            return {"outcome": Reply.MISSING}
        try:
            return {"outcome": Reply.OK, "value": function(*arguments, **keywords)}
        except BaseException as error:
            fields = error_fields(error)
            if isinstance(error, NotImplementedError) and tracebacks.is_raised_by_student(error):
                fields["outcome"] = Reply.NOT_IMPLEMENTED  # by the stub, and not by a library
            return fields

    def attempt(self, function: Any, request: dict[str, Any]) -> dict[str, Any]:
        """Calls of a function for `Trials`, as it is or with edits."""
        if function is None:
            return {"outcome": Reply.MISSING}
        calls = self.resolved(request["calls"])
        value: Any
        if request["do"] == Command.TRACE_CALLS:
            value = self.trials.traced(function, calls, request["steps"])
        else:
            value = self.trials.tried(function, calls, request["edits"], request["steps"])
        return {"outcome": Reply.OK, "value": value}

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        question, handle = MODEL_QUERIES[request["name"]], request["handle"]
        self.called = self.kept[handle.number][1] if handle is not None else ""
        try:
            with self.session.as_it_stood(self.called):  # a model's layers use names, too
                value = question(self.resolved(handle), *self.resolved(request["args"]))
        except BaseException as error:
            return error_fields(error)
        return {"outcome": Reply.OK, "value": value}


def _flush() -> None:
    """Flush what was printed; a stream that the student closed is opened again."""
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        try:
            getattr(sys, name).flush()
        except ValueError:
            setattr(sys, name, _text(descriptor, "w"))
        except BaseException:  # the student put something else there and loses the output
            continue
