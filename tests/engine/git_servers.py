"""Real repositories of students, and real servers of them: git daemon and git's http backend."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CLEAN = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "LC_ALL": "C",
}
STUDENT = {
    "GIT_AUTHOR_NAME": "student",
    "GIT_AUTHOR_EMAIL": "s@example.org",
    "GIT_COMMITTER_NAME": "student",
    "GIT_COMMITTER_EMAIL": "s@example.org",
}


def git(folder: Path, *arguments: str, dates: str = "") -> str:
    """Run git as a student does, who may choose the dates."""
    chosen = {"GIT_AUTHOR_DATE": dates, "GIT_COMMITTER_DATE": dates} if dates else {}
    return subprocess.run(
        ["git", "-C", str(folder), "-c", "protocol.file.allow=always", *arguments],
        env={**CLEAN, **STUDENT, **chosen},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


@dataclass(frozen=True)
class StudentRepository:
    """A student's working repository, and the bare one on the server to which it is pushed."""

    work: Path
    server: Path

    def commit(self, files: Mapping[str, str | bytes], dates: str = "") -> str:
        """Commit these files and return the commit, without a push."""
        for name, content in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            git(self.work, "add", "-f", "--", name)
        git(self.work, "commit", "-q", "--allow-empty", "-m", "work", dates=dates)
        return git(self.work, "rev-parse", "HEAD")

    def push(self, *arguments: str) -> None:
        git(self.work, "push", "-q", *(arguments or ("origin", "HEAD:main")))

    def hand_in(self, files: Mapping[str, str | bytes], dates: str = "") -> str:
        """Commit these files, push, and return the commit."""
        commit = self.commit(files, dates)
        self.push()
        return commit


HOOKS = (
    "post-checkout pre-receive post-receive post-update update reference-transaction pre-push "
    "fsmonitor-watchman post-index-change pre-auto-gc proc-receive push-to-checkout"
).split()
SETTINGS = (
    "core.fsmonitor core.sshCommand core.pager core.editor core.gitProxy core.alternateRefsCommand "
    "credential.helper gpg.program receive.procReceiveRefs uploadpack.packObjectsHook "
    "filter.evil.smudge filter.evil.clean filter.evil.process diff.evil.command diff.evil.textconv"
).split()


def let_everything_run(repository: Path, command: str) -> None:
    """Let each hook, and each setting that names a program, of a repository run this command."""
    for hook in HOOKS:
        path = repository / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{command}\n")
        path.chmod(0o755)
    for key in SETTINGS:
        git(repository, "config", key, command)


def student_repository(folder: Path, name: str) -> StudentRepository:
    """Make an empty pair of repositories in a folder of servers and a folder of work."""
    server, work = folder / "server" / f"{name}.git", folder / "work" / name
    server.mkdir(parents=True)
    work.mkdir(parents=True)
    git(server, "init", "-q", "--bare", "-b", "main")
    git(work, "init", "-q", "-b", "main")
    git(work, "remote", "add", "origin", str(server))
    return StudentRepository(work, server)


@contextmanager
def git_daemon(base: Path) -> Iterator[str]:
    """Serve the repositories below a folder over the git protocol; provides the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            "git",
            "daemon",
            "--export-all",
            "--enable=receive-pack",
            f"--base-path={base}",
            "--listen=127.0.0.1",
            f"--port={port}",
            str(base),
        ],
        env=CLEAN,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(port)
        yield f"git://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def _wait_for(port: int) -> None:
    for _ in range(500):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError("git daemon does not answer")


@dataclass
class HttpServer:
    """git's own http backend; `authorization` is the header that it wants, "" for none.

    `asked` lists the Authorization headers that came, "" where there was none.
    """

    base: Path
    authorization: str = ""
    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def http_server(server: HttpServer) -> Iterator[HttpServer]:
    """Serve until the block is left."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(b"")

        def do_POST(self) -> None:
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
            else:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer(body)

        def answer(self, body: bytes) -> None:
            given = self.headers.get("Authorization", "")
            server.asked.append(given)
            if server.authorization and given != server.authorization:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="x"')
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            done = subprocess.run(
                ["git", "-c", "http.receivepack=true", "http-backend"],
                input=body,
                capture_output=True,
                check=True,
                env={
                    **CLEAN,
                    "GIT_PROJECT_ROOT": str(server.base),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "REQUEST_METHOD": self.command,
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                    "CONTENT_LENGTH": str(len(body)),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                    "REMOTE_USER": "tester",
                },
            ).stdout
            head, _, rest = done.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, text in headers.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(rest)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
