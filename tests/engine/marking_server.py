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
from typing import Any
from urllib.parse import urlsplit

from feedback_pages import RIGHT, grade, hand_in, made_course, result_of
from playwright.sync_api import Browser, Page

from autograder.course.assignment import Assignment

STUDENTS = ("zoe-zimmer", "ada-adams", "ben-brown", "cyd-clark")
HOSTILE = '<script>document.title = "forged"</script></section></main> [x](javascript:alert(1))'


def graded_class(root: Path) -> Path:
    """A graded class; nobody has marked anything, and one answer is missing."""
    course = made_course(root)
    for student in STUDENTS:
        hand_in(course, student, {"why": f"{HOSTILE} Number {len(student)}.", "how": "So."})
        grade(course, result_of(student, RIGHT))
    hand_in(course, "eva-empty", {})
    grade(course, result_of("eva-empty", RIGHT))
    return course.root


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


def opened(browser: Browser, address: str, **context: Any) -> Page:
    page = browser.new_context(**context).new_page()
    page.goto(address)
    return page


def first_answer(page: Page) -> None:
    page.get_by_role("link", name="Mark Question 1").click()
