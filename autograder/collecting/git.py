"""Runs git on repositories of strangers: bounded in time, memory and size, and with no settings.

No configuration of the machine or of a person is read, no hook is run, nothing is asked at the
terminal, and only listed transports are used. What a command prints is data from a stranger.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from autograder.errors import AutograderError, EnvironmentUnusable

NETWORK = "git:http:https:ssh"
THIS_MACHINE = "file"
NONE = "none"

OLDEST = (2, 32)
"""The version since which all settings of machine and person can be left out."""
MOST_OUTPUT = 8 * 2**20
_MOST_COMPLAINTS = 16 * 2**10
STREAMED = "16m"
"""Files larger than this never are in memory as a whole."""
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.fsmonitor": "false",
    "core.symlinks": "false",
    "core.bigFileThreshold": STREAMED,
    "core.alternateRefsCommand": "true",
    "credential.helper": "",
    "fetch.fsckObjects": "true",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",
    "fetch.writeCommitGraph": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "pack.threads": "1",
    "protocol.version": "2",
    "push.recurseSubmodules": "no",
    "transfer.fsckObjects": "true",
}
_KEPT_VARIABLES = ("HOME", "PATH", "SSH_AUTH_SOCK", "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
_NOBODY = {
    "GIT_AUTHOR_NAME": "autograder",
    "GIT_AUTHOR_EMAIL": "autograder@localhost.invalid",
    "GIT_COMMITTER_NAME": "autograder",
    "GIT_COMMITTER_EMAIL": "autograder@localhost.invalid",
}
TOKEN, TOKEN_HOST = "AUTOGRADER_GIT_TOKEN", "AUTOGRADER_GIT_HOST"
"""Variables: a token for private repositories, and the host that gets it (github.com)."""


class GitFailed(AutograderError):
    """git did not do what was asked; the message says why. `complaint` is what git printed."""

    def __init__(self, sentence: str, complaint: str = "") -> None:
        super().__init__(sentence)
        self.complaint = complaint


@dataclass(frozen=True)
class GitLimits:
    """What one command may use.

    Args:
        seconds: how long it may last.
        file_bytes: the size of a file that it writes, above all of a pack.
        memory: the address space of each process, in bytes.
    """

    seconds: float = 120.0
    file_bytes: int = 256 * 2**20
    memory: int = 2**30


def _require_git() -> None:
    """Refuse a machine without git, and a git that does not know how to leave settings out."""
    if shutil.which("git") is None:
        raise EnvironmentUnusable("git is not installed: install it, then run this again.")
    text = subprocess.run(["git", "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)", text)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        raise EnvironmentUnusable(
            f"git {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {text.strip() or 'unknown'}."
        )


class Git:
    """Runs git commands, from several threads too; `stop` ends all of them."""

    def __init__(self, limits: GitLimits = GitLimits()) -> None:
        _require_git()
        self.limits = limits
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End the commands that run, and refuse further ones."""
        self._stopped.set()

    def run(
        self,
        folder: Path,
        *arguments: str,
        protocols: str = NONE,
        given: bytes = b"",
        to: IO[bytes] | None = None,
        most: int = MOST_OUTPUT,
    ) -> bytes:
        """Run a command in a repository of ours.

        Args:
            folder: a bare repository.
            arguments: the command and its arguments.
            protocols: the transports that it may use, separated by colons.
            given: its standard input.
            to: a file for its output; without one, the output is returned.
            most: how many bytes it may print.

        Raises:
            GitFailed: it failed, took too long, printed too much or was stopped.
        """
        with tempfile.TemporaryFile() as stdin:
            stdin.write(given)
            stdin.seek(0)
            process = self._start(folder, arguments, protocols, stdin)
            try:
                printed, complaint = self._read(process, to, most)
            finally:
                _kill(process)
        if process.returncode:
            raise GitFailed(
                f"git {arguments[0]} failed with code {process.returncode}", complaint.strip()
            )
        return printed

    def _start(
        self, folder: Path, arguments: Sequence[str], protocols: str, stdin: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        limits = self.limits
        bounds = {
            "c": 0,
            "f": limits.file_bytes // 512,
            "t": int(limits.seconds) + 1,
            "v": limits.memory // 1024,
        }
        steps = [f"ulimit -{letter} {bound}" for letter, bound in bounds.items()]
        script = " && ".join([*steps, 'exec git "$@"'])
        return subprocess.Popen(
            ["/bin/sh", "-c", script, "git", f"--git-dir={folder}", *arguments],
            cwd=folder,
            env=_environment(protocols),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def _read(
        self, process: subprocess.Popen[bytes], to: IO[bytes] | None, most: int
    ) -> tuple[bytes, str]:
        """Read both outputs until the command ends."""
        assert process.stdout is not None
        assert process.stderr is not None
        end = time.monotonic() + self.limits.seconds
        printed, complaint, count = bytearray(), bytearray(), 0
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            waiting.register(process.stderr, selectors.EVENT_READ)
            while waiting.get_map():
                if self._stopped.is_set():
                    raise GitFailed("stopped")
                if time.monotonic() > end:
                    raise GitFailed(f"the server did not finish in {self.limits.seconds:g} seconds")
                for key, _ in waiting.select(timeout=0.2):
                    chunk = os.read(key.fd, 2**16)
                    if not chunk:
                        waiting.unregister(key.fileobj)
                    elif key.fileobj is process.stderr:
                        complaint += chunk[: _MOST_COMPLAINTS - len(complaint)]
                    else:
                        count += len(chunk)
                        if count > most:
                            raise GitFailed(f"git printed more than {most} bytes")
                        to.write(chunk) if to is not None else printed.extend(chunk)
        try:
            process.wait(max(end - time.monotonic(), 1))
        except subprocess.TimeoutExpired:
            raise GitFailed(f"git did not end in {self.limits.seconds:g} seconds") from None
        return bytes(printed), complaint.decode("utf-8", "replace")


Argument = TypeVar("Argument")
Answer = TypeVar("Answer")


def in_parallel(
    git: Git, items: Iterable[Argument], work: Callable[[Argument], Answer], jobs: int
) -> Iterator[Answer]:
    """Do some work for all items, several at a time; yields answers as they come.

    Ctrl-C, or leaving the iteration, ends the commands of `git` that run.
    """
    pool = ThreadPoolExecutor(jobs)
    try:
        waiting = [pool.submit(work, item) for item in items]
        for done in as_completed(waiting):
            yield done.result()
    finally:
        git.stop()
        pool.shutdown(cancel_futures=True)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the command with all that it started, and close its outputs."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _environment(protocols: str) -> dict[str, str]:
    """The variables of a command: few of ours, and all settings."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    for name in (*_PROXIES, *map(str.upper, _PROXIES)):
        if name in os.environ:
            kept[name] = os.environ[name]
    settings = {**_SETTINGS, **_token_header(os.environ)}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_ASKPASS": "true",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oClearAllForwardings=yes",
        "GIT_TERMINAL_PROMPT": "0",
        **_NOBODY,
        "GIT_CONFIG_COUNT": str(len(settings)),
        **{f"GIT_CONFIG_KEY_{number}": key for number, key in enumerate(settings)},
        **{f"GIT_CONFIG_VALUE_{number}": text for number, text in enumerate(settings.values())},
    }


def _token_header(variables: Mapping[str, str]) -> dict[str, str]:
    """The setting that sends the token to its host and to no other."""
    token = variables.get(TOKEN, "")
    if not token:
        return {}
    host = variables.get(TOKEN_HOST, "") or "https://github.com"
    address = host if "://" in host else f"https://{host}"
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        f"http.{address}/.extraHeader": f"Authorization: Basic {basic}",
        f"http.{address}/.followRedirects": "false",
    }
