"""`StationProcess`: one grading process, as the Dask worker that starts it sees it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from multiprocessing.connection import Connection

from autograder.cluster.messages import GOES_ON, Answer

_MODULE = "autograder.cluster.station"
_END_SECONDS = 30.0


class StationProcess:
    """A station for one course. It is no `multiprocessing` child: Dask's workers may have none.

    Args:
        course: the course that it grades, a `Course` as bytes.
        worker: the address of this worker, for the answers.
    """

    def __init__(self, course: bytes, worker: str) -> None:
        self.course = course
        self.is_usable = False
        """Whether it takes another submission of this course."""
        self._greeting = b""
        own, other = socket.socketpair()
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", _MODULE, str(other.fileno()), worker],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                pass_fds=[other.fileno()],
            )
        self._connection: Connection[bytes, bytes] = Connection(own.detach())
        with contextlib.suppress(EOFError, OSError):
            self._greeting = self._asked(course)
            self.is_usable = Answer.from_bytes(self._greeting).kind == "ready"

    def answer(self, work: bytes) -> bytes:
        """An `Answer` as bytes: a result, or why the station grades nothing.

        Raises:
            EOFError, OSError: the process has died.
        """
        if not self._greeting:
            raise EOFError
        if not self.is_usable:
            return self._greeting
        answer = self._asked(work)
        self.is_usable = Answer.from_bytes(answer).kind in GOES_ON
        return answer

    def close(self) -> None:
        """End the process, and with it all that it has started."""
        self._connection.close()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _asked(self, message: bytes) -> bytes:
        self._connection.send_bytes(message)
        return self._connection.recv_bytes()
