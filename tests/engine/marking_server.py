"""`autograder mark` as a process of its own, for tests of its pages."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from autograder.course.assignment import Assignment


@dataclass
class Served:
    """A running `autograder mark`, and its address with the token."""

    address: str

    @property
    def port(self) -> int:
        return int(urlsplit(self.address).port or 0)

    def request(self, method: str, path: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        body = headers.pop("body", None)
        connection.request(method, path, body=body, headers=headers)
        return connection.getresponse()


@contextmanager
def served(course: Assignment) -> Iterator[Served]:
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "autograder"), "mark", course.name, "--no-browser"],
        cwd=course.root,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        line = process.stderr.readline()
        found = re.search(r"http://\S+", line)
        assert found, line + process.stderr.read()
        yield Served(found[0])
    finally:
        process.terminate()
        process.wait(timeout=30)
