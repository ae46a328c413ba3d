"""Ctrl-C: once stops a run cleanly, twice ends it at once."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from autograder.cli.commands import ExitCode
from autograder.errors import AutograderError
from convgrade.commands.ending import Stopped
from convgrade.os_errors import FULL

SHOW_CURSOR = b"\x1b[?25h"


@contextmanager
def twice_ends_at_once(on_first: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Let the first Ctrl-C raise KeyboardInterrupt, and a second one end the process.

    The end of this process ends all processes that it has started. Where Ctrl-C is ignored, it
    stays ignored. Outside of the main thread, this does nothing.

    Args:
        on_first: called at the first Ctrl-C.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return

    def first(*_: object) -> None:
        signal.signal(signal.SIGINT, second)
        on_first()
        raise KeyboardInterrupt

    def second(*_: object) -> None:
        if sys.stderr.isatty():
            os.write(2, SHOW_CURSOR)
        os._exit(ExitCode.INTERRUPTED)

    before = signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Say of Ctrl-C and of a full disk that nothing was written; what runs inside sees to that."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped("Stopped: nothing was written.") from None
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise AutograderError(
            f"The disk with {error.filename} is full: nothing was written. Make room first."
        ) from None


def this_command() -> str:
    """The command that runs, as a person types it."""
    return shlex.join([os.path.basename(sys.argv[0]), *sys.argv[1:]])
