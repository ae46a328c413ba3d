"""Inside the fork: runs a student's cells and answers calls, one at a time.

Everything that it says is a claim; the trusted side judges. Knows no test and no expected value.
"""

from __future__ import annotations

import gc
import os
import random
import socket
import sys
import tempfile
from typing import Any, NoReturn, TextIO, cast

import numpy as np

from autograder.sandbox import isolation as isolating
from autograder.sandbox import requests, wire
from autograder.sandbox import shell as shells
from autograder.sandbox.failures import Handle
from autograder.sandbox.isolation import Isolation
from autograder.sandbox.lent import Lent
from autograder.sandbox.limits import Limits
from autograder.sandbox.line import Line
from autograder.sandbox.questions import QUESTIONS
from autograder.sandbox.root import SCRATCH, Plan, SetupFailed
from autograder.sandbox.tracing import described

THREADS_OF_TENSORFLOW = 1


def run(
    descriptor: int,
    isolation: Isolation,
    plan: Plan,
    limits: Limits,
    shell: Any,
    module_name: str,
    scratch: str,
) -> NoReturn:
    """Isolate this process, say so, and serve until the trusted side hangs up."""
    connection = socket.socket(fileno=descriptor)
    connection.setblocking(True)
    line = Line(connection, limits.answer_bytes)
    try:
        isolating.enter_inside(isolation, plan, limits)
        _settle(scratch or SCRATCH)
    except (SetupFailed, OSError) as failure:
        line.send(wire.encode({"id": 0, "outcome": "unavailable", "text": str(failure)}))
        os._exit(1)
    line = Line(connection, limits.answer_bytes)  # of this process, should set-up have forked
    worker = _Worker(shell, shells.enter_module(shell, module_name), limits, line)
    line.send(wire.encode({"id": 0, "outcome": "ready"}))
    while True:
        answer = worker.answer(requests.decode(line.receive(), line.fill))
        _flush()
        line.send(answer)


def _settle(scratch: str) -> None:
    """Point everything that writes into the scratch directory; the same start for every run."""
    home = os.path.join(scratch, "home")
    os.makedirs(home, exist_ok=True)
    os.chdir(home)
    os.environ.update(
        HOME=home,
        TMPDIR=scratch,
        IPYTHONDIR=os.path.join(home, ".ipython"),
        MPLCONFIGDIR=os.path.join(home, ".matplotlib"),
        KERAS_HOME=os.path.join(home, ".keras"),
    )
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
    """A stream by lines, so that what is printed before a crash is not lost."""
    opened = open(  # noqa: SIM115 (open as long as the process)
        descriptor, mode, buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )
    return cast(TextIO, opened)


class _Worker:
    def __init__(self, shell: Any, namespace: dict[str, Any], limits: Limits, line: Line) -> None:
        self.line = line
        self.shell = shell
        self.namespace = namespace
        self.limits = limits
        self.kept: list[Any] = []

    def answer(self, request: dict[str, Any]) -> bytes:
        """The payload that answers one request."""
        number = request["id"]
        try:
            if request["do"] == "cell":
                answer = self.run_cell(request["source"], request["file"])
            elif request["do"] == "ask":
                answer = self.ask(request)
            else:
                with self.line.replacing(self.namespace, request["replaced"], number):
                    answer = self.call(request)
            return self.encoded({"id": number, **answer})
        except wire.CannotCross as refusal:
            return wire.encode({"id": number, "outcome": "refused", "text": str(refusal)[:500]})
        except BaseException as error:  # whatever a student's object raises on its way out
            return wire.encode({"id": number, **described(error)})

    def encoded(self, answer: dict[str, Any]) -> bytes:
        return wire.encode(answer, limit=self.limits.answer_bytes, keep=self.keep)

    def keep(self, value: Any) -> Handle:
        self.kept.append(value)
        return Handle(len(self.kept) - 1, type(value).__name__)

    def resolved(self, value: Any) -> Any:
        """Arguments with every handle and lent function replaced by what it stands for."""
        if isinstance(value, Handle):
            return self.kept[value.number]
        if isinstance(value, Lent):
            return self.line.lent(value)
        if type(value) in (list, tuple):
            return type(value)(self.resolved(item) for item in value)
        if type(value) is dict:
            return {key: self.resolved(item) for key, item in value.items()}
        return value

    def run_cell(self, source: str, file: str) -> dict[str, Any]:
        error = shells.run_cell(self.shell, source, file)
        return {"outcome": "ok", "value": None} if error is None else described(error)

    def call(self, request: dict[str, Any]) -> dict[str, Any]:
        function = self.namespace.get(request["name"])
        if not callable(function):
            return {"outcome": "missing"}
        arguments = self.resolved(request["args"])
        keywords = self.resolved(request["kwargs"])
        try:
            value = function(*arguments, **keywords)
        except NotImplementedError as error:
            return {**described(error), "outcome": "not_implemented"}
        except BaseException as error:
            return described(error)
        answer = {"outcome": "ok", "value": value}
        if request["watch"]:
            answer["arguments"] = tuple(arguments)
            answer["shares_memory"] = _shares_memory(value, [*arguments, *keywords.values()])
        return answer

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        question = QUESTIONS[request["name"]]
        try:
            value = question(self.resolved(request["handle"]), *self.resolved(request["args"]))
        except BaseException as error:
            return described(error)
        return {"outcome": "ok", "value": value}


def _shares_memory(value: Any, arguments: list[Any]) -> bool:
    values = value if isinstance(value, list | tuple) else [value]
    return any(
        isinstance(one, np.ndarray)
        and isinstance(other, np.ndarray)
        and np.may_share_memory(one, other)
        for one in values
        for other in arguments
    )


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # the student put something else there: his output, his loss
            continue
