"""The words of the protocol, and the limits that both sides keep."""

from __future__ import annotations

from enum import StrEnum

MOST_STATEMENTS = 100_000  # in one cell
MOST_REPORTED = 50  # errors or names in one reply
MOST_EDITS = 3_000  # of one function, with the functions that it calls
MOST_LINES = 2_000  # that one call ran
MOST_TOGETHER = 1 << 20  # bytes of several calls in one request, and of their answers
TOGETHER_SECONDS = 0.05  # after which the worker answers, even if calls are left


class Command(StrEnum):
    """What the worker has to do: the value of "do" in a request."""

    RUN_CELL = "cell"
    CONTINUE_CELL = "on"
    WRITE_FILE = "file"
    QUERY_MODEL = "ask"
    CALL = "call"
    CALL_SEVERAL = "calls"
    TRACE_CALLS = "trace"
    LIST_EDITS = "edits"
    TRY_EDITS = "try"


class Reply(StrEnum):
    """What the worker answers: the value of "outcome" in its message."""

    READY = "ready"
    UNAVAILABLE = "unavailable"
    OK = "ok"
    RAN = "ran"
    ASKS = "asks"  # a callback: asks for a value of a reference or remote function
    MISSING = "missing"
    REFUSED = "refused"
    ERROR = "error"
    NOT_IMPLEMENTED = "not_implemented"


class End(StrEnum):
    """How the worker ended: the value of "ended" in the guardian's last message."""

    HUNG_UP = "hung up"  # the trusted side closed the connection
    MEMORY = "memory"
    PROCESSES = "processes"  # more than allowed, where the kernel does not count them
    SCRATCH = "scratch"  # more files than allowed, where the kernel does not count them
    SIGNAL = "signal"
    EXIT = "exit"
