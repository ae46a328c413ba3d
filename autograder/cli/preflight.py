"""Checks what grading needs from the machine and the course, before anything is graded.

Each fault is one sentence that says what to do. The inside of the sandbox is checked elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.errors import AutograderError
from autograder.grading.environment import require_usable

PROCESSES = 8
"""This many more must be possible: the warm process, a guardian, a worker, pytest's threads."""
LEAST_ROOM = 4096
"""Bytes that must fit into a folder that is to be written."""
EPHEMERAL = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD")
"""Variables of machines that are made for one job and discarded after it."""


def check_machine() -> None:
    """Check that there is a usable temporary folder, and that processes can be started.

    Raises:
        AutograderError: one of them is missing.
    """
    require_usable()
    folder = tempfile.mkdtemp(prefix="convgrade-")
    try:
        _try_socket(folder)
    except OSError as error:
        raise AutograderError(
            f"The temporary folder {os.path.dirname(folder)} takes no sockets ({error.strerror}): "
            "name another with TMPDIR."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            os.rmdir(folder)
    _try_processes(PROCESSES)


def _try_socket(folder: str) -> None:
    path = os.path.join(folder, "s")
    if len(os.fsencode(path)) > 90:  # the sandbox then uses /tmp as well
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as tried:
        tried.bind(path)
    os.unlink(path)


def _try_processes(count: int) -> None:
    """Start this many children at the same time, which end at once."""
    reader, writer = os.pipe()
    children = []
    try:
        for _ in range(count):
            child = os.fork()
            if child == 0:
                os.close(writer)
                os.read(reader, 1)
                os._exit(0)
            children.append(child)
    except OSError as error:
        raise AutograderError(
            f"No further processes can be started here ({error.strerror}): raise the limit "
            "(`ulimit -u`, or that of the container) or end others."
        ) from None
    finally:
        os.close(writer)
        for child in children:
            os.waitpid(child, 0)
        os.close(reader)


def check_files(files: Sequence[Path]) -> None:
    """Check that every named file exists.

    Raises:
        AutograderError: some do not; the message names them.
    """
    absent = [str(file) for file in files if not os.path.lexists(file)]
    if absent:
        raise AutograderError(f"There is no file {', '.join(absent)}: nothing was graded.")


def check_course(assignment: Assignment) -> None:
    """Check that results, graded notebooks and the gradebook can be written.

    Raises:
        AutograderError: one of them cannot, or the gradebook's address cannot be used, or there
            are no hidden suites.
    """
    from autograder.gradebook.address import check_address_of_course
    from autograder.nbgrader_bridge.database import check_file, file_of, shown, unreachable

    root = assignment.root
    address = check_address_of_course(root)
    gradebook = file_of(address)
    folders = [root, root / ".autograder", root / "results" / assignment.name, root / "autograded"]
    if gradebook is not None and gradebook.parent != root:
        folders.append(gradebook.parent)
    for folder in folders:
        try:
            folder.mkdir(
                mode=0o700 if folder.name[0] == "." else 0o777, parents=True, exist_ok=True
            )
            try_to_write(folder)
        except OSError as error:
            raise _unwritable(folder, error) from None
    if gradebook is None and (reason := unreachable(address)):
        raise AutograderError(
            f"The gradebook {shown(address)} cannot be reached ({reason}): nothing was graded."
        )
    check_file(address)
    if not assignment.suite_folder.is_dir():
        raise AutograderError(
            f"The hidden suites are gone: there is no folder {assignment.suite_folder}."
        )


def _unwritable(place: Path, error: OSError) -> AutograderError:
    return AutograderError(
        f"{place} cannot be written ({error.strerror}), where grading a class puts what it finds: "
        "nothing was graded."
    )


def try_to_write(folder: Path) -> None:
    """Create a small file in the folder and remove it.

    Raises:
        OSError: that is not possible.
    """
    trial = folder / f".{secrets.token_hex(8)}"
    descriptor = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, b" " * LEAST_ROOM)
    finally:
        os.close(descriptor)
        os.unlink(trial)


def check_secret(root: Path, reports: Iterable[str] = ()) -> None:
    """Check that there is a secret; on a disposable machine, say that it is new.

    Raises:
        AutograderError: the secret cannot be read, or a new one cannot be stored.
    """
    from autograder.grading import seeds
    from convgrade.commands.console import say

    thrown_away = any(os.environ.get(name, "false") not in ("", "0", "false") for name in EPHEMERAL)
    known = os.environ.get(seeds.VARIABLE) or os.path.isfile(seeds.secret_file(root))
    if (thrown_away or "gradescope" in reports) and not known:
        say(
            f"{seeds.VARIABLE} is not set: test inputs are drawn from a new secret, so that the "
            "next run on another machine draws others. Put one into the secrets of your CI."
        )
    seeds.course_secret(root)
