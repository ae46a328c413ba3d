"""The process that grades on a worker: a child of the Dask process, which never runs a suite.

    python -m autograder.cluster.station DESCRIPTOR WORKER

It reads messages from a socket: the course first, then one submission after another. It keeps its
warm processes between them. It ends with the Dask process, whose end closes its standard input.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

from autograder.cluster import bundle
from autograder.cluster.messages import GOES_ON, Answer, Course
from autograder.cluster.work import Work
from autograder.course.assignment import Assignment, load_assignment
from autograder.errors import AutograderError
from autograder.grading.alarm import alarm
from autograder.grading.cache_key import engine_digest, versions
from autograder.grading.grader import Grader
from autograder.process_pool import ignore_interrupts
from convgrade import datasets


def main(descriptor: int, worker: str) -> None:
    """Answer the messages from a socket until it is closed."""
    engine_digest()  # of the code as it is now, not as it will be when a course comes
    sys.dont_write_bytecode = True  # a bundle that was changed is not used
    ignore_interrupts()
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    connection: Connection[bytes, bytes] = Connection(descriptor)
    with contextlib.suppress(EOFError, OSError):
        course = Course.from_bytes(connection.recv_bytes())
        refused = _refusal(course, worker)
        connection.send_bytes((refused or Answer("ready", worker=worker)).to_bytes())
        if refused is None:
            _serve(connection, course, worker)


def _serve(connection: Connection[bytes, bytes], course: Course, worker: str) -> None:
    folder = bundle.cache() / course.bundle
    os.chdir(folder)  # the working folder is hidden from student code
    with Grader(_assignment(course, folder), isolation=course.isolation) as grader:
        answer = Answer("ready")
        while answer.kind in ("ready", *GOES_ON):
            work = connection.recv_bytes()
            if bundle.verified(course.bundle) is None:
                answer = Answer("missing", worker=worker)
            else:
                answer = _graded(grader, Work.from_bytes(work), worker)
            connection.send_bytes(answer.to_bytes())


def _graded(grader: Grader, work: Work, worker: str) -> Answer:
    try:
        with alarm(grader.assignment):
            result = grader.grade(
                work.submission,
                work.seed,
                student=work.student,
                advice=work.advice,
                earlier=work.earlier,
            )
    except AutograderError as error:  # of this machine or of the course, never of a submission
        return Answer("refused", str(error), worker)
    except Exception as fault:
        return Answer("failed", f"{type(fault).__name__}: {fault}", worker)
    return Answer("result", result.to_json(), worker)


def _refusal(course: Course, worker: str) -> Answer | None:
    """Why this worker cannot grade the course; None if it can."""
    if course.engine != engine_digest() or dict(course.versions) != versions():
        return Answer("refused", _difference(course), worker)
    folder = bundle.verified(course.bundle)
    if folder is None:
        return Answer("missing", worker=worker)
    try:
        _assignment(course, folder)
        _require_dataset(course.dataset)
    except AutograderError as error:
        return Answer("refused", str(error), worker)
    return None


def _require_dataset(name: str) -> None:
    if name and datasets.about(name).remote is not None and datasets.find(name) is None:
        datasets.load(name)  # its error says how to get it


def _difference(course: Course) -> str:
    """In what the two machines differ, as a sentence."""
    own = versions()
    differing = [
        f"{name} {own.get(name, 'not installed')} instead of {course.versions.get(name, 'none')}"
        for name in sorted({*own, *course.versions})
        if own.get(name) != course.versions.get(name)
    ]
    what = ", ".join(differing) or "another state of convgrade's code"
    return f"It has {what}: install there what this machine has, and start the workers anew."


def _assignment(course: Course, folder: Path) -> Assignment:
    return load_assignment(course.assignment, folder).on(course.dataset)


def _end_with_the_worker() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
