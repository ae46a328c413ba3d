"""Repositories and servers that attack the collector: nothing of theirs is run or followed."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from git_servers import (
    CLEAN,
    STUDENT,
    StudentRepository,
    git,
    git_daemon,
    let_everything_run,
    student_repository,
)

from autograder.collecting import hand_ins, repositories
from autograder.collecting.from_repositories import Collector
from autograder.collecting.git import Git, GitLimits
from autograder.collecting.records import Outcome, State
from autograder.course.assignment import Assignment
from autograder.course.rosters import Entry
from convgrade.safe_text import plain

NAME = "week03"
MB = 2**20


@pytest.fixture
def ada(tmp_path: Path) -> StudentRepository:
    return student_repository(tmp_path, "ada")


def collector(folder: Path, **limits: float) -> Collector:
    (folder / "course").mkdir(exist_ok=True)
    assignment = Assignment(NAME, folder / "course", NAME, (), {}, {})
    return Collector(assignment, folder, Git(GitLimits(**{"seconds": 20, **limits})))  # type: ignore[arg-type]


def collect(folder: Path, url: str, **limits: float) -> Outcome:
    return collector(folder, **limits).collect(Entry("ada", 2, url=url))


def handed_in(folder: Path) -> set[str]:
    place = folder / "course" / "submitted" / "ada" / NAME
    return {str(path.relative_to(place)) for path in place.rglob("*") if not path.is_dir()}


def every_way(folder: Path, ada: StudentRepository) -> Iterator[str]:
    """The repository as a folder of this machine, and on a server."""
    yield str(ada.server)
    with git_daemon(folder / "server") as url:
        yield f"{url}/ada.git"


def test_no_hook_filter_or_setting_is_run(tmp_path: Path, ada: StudentRepository) -> None:
    ran = tmp_path / "ran"
    attributes = "* filter=evil diff=evil merge=evil export-subst\n"
    ada.hand_in({"work.py": "x = 1  # $Format:%an$\n", ".gitattributes": attributes})
    let_everything_run(ada.server, f"touch '{ran}'")
    for variable in ("GIT_EXTERNAL_DIFF", "GIT_SSH", "GIT_PROXY_COMMAND", "GIT_TRACE"):
        os.environ[variable] = f"touch '{ran}'"
    try:
        collect(tmp_path, str(ada.server))
    finally:
        for variable in ("GIT_EXTERNAL_DIFF", "GIT_SSH", "GIT_PROXY_COMMAND", "GIT_TRACE"):
            del os.environ[variable]
    assert not ran.exists()
    work = tmp_path / "course" / "submitted" / "ada" / NAME / "work.py"
    assert work.read_text() == "x = 1  # $Format:%an$\n"


def test_links_and_submodules_are_left_out(tmp_path: Path, ada: StudentRepository) -> None:
    other = student_repository(tmp_path, "other")
    inside = other.hand_in({"secret.py": "x"})
    (ada.work / "link.py").symlink_to("/etc/passwd")
    git(ada.work, "add", "link.py")
    git(ada.work, "update-index", "--add", "--cacheinfo", f"160000,{inside},sub")
    modules = f'[submodule "sub"]\n\tpath = sub\n\turl = {other.server}\n'
    ada.hand_in({"work.py": "1", ".gitmodules": modules})
    for url in every_way(tmp_path, ada):
        outcome = collect(tmp_path, url)
        assert outcome.remarks == ("a symbolic link is left out", "a submodule is left out")
        assert handed_in(tmp_path) == {"work.py", "timestamp.txt"}


def test_a_pointer_to_git_lfs_is_named(tmp_path: Path, ada: StudentRepository) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12\n"
    ada.hand_in({"work.ipynb": pointer, ".gitattributes": "*.ipynb filter=lfs\n"})
    git(ada.server, "config", "lfs.url", "http://127.0.0.1:1/")
    outcome = collect(tmp_path, str(ada.server))
    assert outcome.remarks[0].startswith("work.ipynb is only a pointer to Git LFS")


@pytest.mark.parametrize("linked", ["objects", "refs/heads/main", ".", "objects/pack"])
def test_links_inside_a_repository_are_not_followed(
    tmp_path: Path, ada: StudentRepository, linked: str
) -> None:
    """A student links to the repository of somebody else."""
    ben = student_repository(tmp_path, "ben")
    ben.hand_in({"work.py": "the work of ben"})
    git(ben.server, "repack", "-adq")
    git(ben.server, "pack-refs", "--all") if linked == "objects" else None
    if linked == ".":
        ada.server.rename(tmp_path / "aside")
        ada.server.symlink_to(ben.server)
    else:
        tip = git(ben.server, "rev-parse", "refs/heads/main")
        (ada.server / "packed-refs").write_text(f"{tip} refs/heads/main\n")
        place = ada.server / linked
        if place.is_dir():
            place.rename(tmp_path / "aside")
        place.symlink_to(ben.server / linked)
    assert collect(tmp_path, str(ada.server)).state is State.FAILED
    assert handed_in(tmp_path) == set()


def test_alternates_are_not_followed(tmp_path: Path, ada: StudentRepository) -> None:
    ben = student_repository(tmp_path, "ben")
    tip = ben.hand_in({"work.py": "the work of ben"})
    (ada.server / "objects" / "info").mkdir(exist_ok=True)
    (ada.server / "objects" / "info" / "alternates").write_text(f"{ben.server / 'objects'}\n")
    (ada.server / "refs" / "heads" / "main").write_text(f"{tip}\n")
    assert collect(tmp_path, str(ada.server)).state is State.FAILED


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% {ran}",
        "fd::7",
        "--upload-pack=touch {ran}",
        "-u touch {ran}",
        "ssh://-oProxyCommand=touch%20{ran}/x",
        "-oProxyCommand=touch {ran}:x",
        "ftp://127.0.0.1/x",
        "file://",
        "a\nb",
        "a\x1b[31mb",
        "",
        "https://",
    ],
)
def test_addresses_that_are_no_repository(tmp_path: Path, url: str) -> None:
    ran = tmp_path / "ran"
    outcome = collect(tmp_path, url.replace("{ran}", str(ran)))
    assert outcome.state is State.FAILED
    assert len(outcome.remarks) == 1
    assert "\n" not in outcome.remarks[0]
    assert "\x1b" not in outcome.remarks[0]
    assert not ran.exists()


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    outcome = collect(tmp_path, "http://ada:s3cret@127.0.0.1:1/x.git")
    assert outcome.remarks == ("the server cannot be reached",)
    stored = list((tmp_path / "course").rglob("record.json"))
    assert all("s3cret" not in path.read_text() for path in stored)


def _tree(ada: StudentRepository, *entries: tuple[str, bytes, str]) -> str:
    content = b"".join(
        f"{mode} ".encode() + name + b"\0" + bytes.fromhex(object_id)
        for mode, name, object_id in sorted(entries, key=lambda entry: entry[1])
    )
    return _object(ada, "tree", content)


def _object(ada: StudentRepository, kind: str, content: bytes) -> str:
    return (
        subprocess.run(
            ["git", "-C", ada.work, "hash-object", "-w", "--literally", "-t", kind, "--stdin"],
            input=content,
            capture_output=True,
            check=True,
            env={**CLEAN, **STUDENT},
        )
        .stdout.decode()
        .strip()
    )


def _publish(ada: StudentRepository, tree: str) -> None:
    """Put a tree on the server as its owner can, past all checks."""
    commit = git(ada.work, "commit-tree", "-m", "x", tree)
    git(ada.work, "push", "-q", "origin", f"{commit}:refs/heads/main")


@pytest.mark.parametrize("name", [b"..", b".git", b"../x", b"a/../../x", b"/etc/x", b".GIT"])
def test_names_that_leave_the_folder(tmp_path: Path, ada: StudentRepository, name: bytes) -> None:
    blob = _object(ada, "blob", b"x = 1\n")
    inner = _tree(ada, ("100644", b"x.py", blob))
    is_file = b"/" in name
    entry = ("100644", name, blob) if is_file else ("40000", name, inner)
    _publish(ada, _tree(ada, entry, ("100644", b"work.py", blob)))
    before = set(tmp_path.rglob("*"))
    for url in every_way(tmp_path, ada):
        outcome = collect(tmp_path, url)
        assert outcome.state is State.FAILED
        assert handed_in(tmp_path) == set()
    made = {path for path in set(tmp_path.rglob("*")) - before if path.name in ("x", "x.py")}
    assert made == set()


@pytest.mark.parametrize("name", [b"a\nb.py", b"a\\b.py", b"\xff.py", b"a\x1b[31m.py", b"a" * 220])
def test_names_that_cannot_be_used(tmp_path: Path, ada: StudentRepository, name: bytes) -> None:
    blob = _object(ada, "blob", b"x = 1\n")
    _publish(ada, _tree(ada, ("100644", name, blob), ("100644", b"work.py", blob)))
    outcome = collect(tmp_path, str(ada.server))
    assert outcome.remarks == ("a file with a name that cannot be used is left out",)
    assert handed_in(tmp_path) == {"work.py", "timestamp.txt"}


def test_a_tree_that_unfolds_to_billions_of_files(tmp_path: Path, ada: StudentRepository) -> None:
    tree = _tree(ada, ("100644", b"f", _object(ada, "blob", b"x")))
    for _ in range(10):
        tree = _tree(ada, *(("40000", b"d%d" % number, tree) for number in range(10)))
    _publish(ada, tree)
    start = time.process_time()
    outcome = collect(tmp_path, str(ada.server))
    assert outcome.remarks == ("the commit has too many files, or is damaged",)
    assert time.process_time() - start < 20


def test_too_many_files(
    tmp_path: Path, ada: StudentRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_ins, "MOST_FILES", 3)
    ada.hand_in({f"{number}.py": "x" for number in range(4)})
    assert collect(tmp_path, str(ada.server)).remarks == ("the commit has more than 3 files",)


def test_a_file_that_is_small_only_when_it_is_packed(
    tmp_path: Path, ada: StudentRepository
) -> None:
    ada.hand_in({"zeros.bin": bytes(hand_ins.LARGEST_FILE + 1), "work.py": "1"})
    for url in every_way(tmp_path, ada):
        assert collect(tmp_path, url).remarks == ("a file of more than 64 MB is left out",)
        assert handed_in(tmp_path) == {"work.py", "timestamp.txt"}


def test_a_repository_that_is_too_large(tmp_path: Path, ada: StudentRepository) -> None:
    ada.hand_in({"noise.bin": os.urandom(3 * MB), "work.py": "1"})
    for url in every_way(tmp_path, ada):
        outcome = collect(tmp_path, url, file_bytes=2 * MB)
        assert outcome.remarks[0].startswith("the repository is larger than 2 MB")
        kept = tmp_path / "course" / ".autograder" / "collected" / NAME / "ada"
        sizes = [path.stat().st_size for path in kept.rglob("*") if path.is_file()]
        assert sum(sizes) <= 2 * MB + 2**16


def test_what_is_kept_of_a_student_is_bounded(
    tmp_path: Path, ada: StudentRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repositories, "MOST_KEPT", MB)
    ada.hand_in({"noise.bin": os.urandom(2 * MB)})
    assert collect(tmp_path, str(ada.server)).state is State.NEW
    ada.hand_in({"noise.bin": os.urandom(2 * MB)})
    outcome = collect(tmp_path, str(ada.server))
    assert outcome.state is State.FAILED
    assert "objects.git" in outcome.remarks[0]


@contextmanager
def tcp_server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that treats each connection in its own way."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=treat, args=(connection,), daemon=True).start()

        def treat(connection: socket.socket) -> None:
            try:
                with connection:
                    answer(connection)
            except OSError:
                pass

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def trickling(connection: socket.socket) -> None:
    """Announce branches for ever."""
    connection.recv(4096)
    number = 0
    while True:
        number += 1
        line = b"%040x refs/heads/b%d\n" % (number, number)
        connection.sendall(b"%04x" % (len(line) + 4) + line)
        time.sleep(0.01)


def shouting(connection: socket.socket) -> None:
    """Send messages for the terminal for ever."""
    connection.recv(4096)
    line = b"ERR " + b"\x1b]0;x\x07 all is well" * 100
    while True:
        connection.sendall(b"%04x" % (len(line) + 4) + line)


def garbage(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(os.urandom(2**16))


@pytest.mark.parametrize("scheme", ["git", "http"])
@pytest.mark.parametrize("answer", [silent, trickling, shouting, garbage])
def test_servers_that_do_not_end(
    tmp_path: Path, scheme: str, answer: Callable[[socket.socket], None]
) -> None:
    start = time.monotonic()
    with tcp_server(answer) as port:
        outcome = collect(tmp_path, f"{scheme}://127.0.0.1:{port}/ada.git", seconds=1.5)
    assert outcome.state is State.FAILED
    assert outcome.remarks[0] == plain(outcome.remarks[0], lines=False)
    assert len(outcome.remarks[0]) < 300
    assert time.monotonic() - start < 60


def test_a_server_that_leads_to_a_folder_of_this_machine(
    tmp_path: Path, ada: StudentRepository
) -> None:
    ada.hand_in({"work.py": "1"})

    def redirect(connection: socket.socket) -> None:
        connection.recv(4096)
        where = f"{ada.server.as_uri()}/info/refs?service=git-upload-pack"
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {where}\r\n\r\n".encode())

    with tcp_server(redirect) as port:
        outcome = collect(tmp_path, f"http://127.0.0.1:{port}/ada.git")
    assert outcome.state is State.FAILED


def test_damaged_objects(tmp_path: Path, ada: StudentRepository) -> None:
    ada.hand_in({"work.py": "1"})
    blob = git(ada.work, "rev-parse", "HEAD:work.py")
    path = ada.server / "objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(b"nonsense")
    outcome = collect(tmp_path, str(ada.server))
    assert outcome.state is State.FAILED
    assert outcome.remarks[0] == plain(outcome.remarks[0], lines=False)


def test_a_command_that_was_killed_leaves_nothing_in_the_way(
    tmp_path: Path, ada: StudentRepository
) -> None:
    ada.hand_in({"work.py": "1"})
    collect(tmp_path, str(ada.server))
    kept = tmp_path / "course" / ".autograder" / "collected" / NAME / "ada" / "objects.git"
    for left in ("shallow.lock", "packed-refs.lock", "refs/collected/tip.lock", "config.lock"):
        (kept / left).write_text("")
    (kept / "objects" / "pack" / "tmp_pack_x").write_text("half")
    beside = tmp_path / "course" / "submitted" / "ada" / f".{NAME}.half"
    beside.mkdir()
    ada.hand_in({"work.py": "2"})
    assert collect(tmp_path, str(ada.server)).state is State.CHANGED
    assert not beside.exists()
    assert not (kept / "objects" / "pack" / "tmp_pack_x").exists()
