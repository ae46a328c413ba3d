"""Fetching a published file: whole or not at all, and on from where it broke off."""

from __future__ import annotations

import errno
import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from file_server import FileServer, serving

from convgrade.datasets import DownloadFailed, Remote
from convgrade.datasets.download import CHUNK, fetch

CONTENT = bytes(range(256)) * 4000


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is on this machine, whatever proxy the machine uses."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving(FileServer(CONTENT)) as running:
        yield running


def remote(server: FileServer, content: bytes = CONTENT) -> Remote:
    """The file as published: `content`, whatever the server sends."""
    return Remote(server.url, "file.bin", len(content), hashlib.sha256(content).hexdigest())


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_arrives_whole_and_nothing_else_is_left(
    server: FileServer, tmp_path: Path
) -> None:
    path = fetch(remote(server), tmp_path / "new" / "folder")
    assert path.read_bytes() == CONTENT
    assert files(path.parent) == ["file.bin"]


def test_a_last_piece_of_a_few_bytes_arrives_too(server: FileServer, tmp_path: Path) -> None:
    server.content = CONTENT[: 2 * CHUNK] + b"tail"
    path = fetch(remote(server, server.content), tmp_path)
    assert path.read_bytes() == server.content


def test_progress_ends_at_the_whole_size(server: FileServer, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    fetch(remote(server), tmp_path, lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_what_is_there_is_not_fetched_again(server: FileServer, tmp_path: Path) -> None:
    fetch(remote(server), tmp_path)
    fetch(remote(server), tmp_path)
    assert len(server.asked) == 1


def test_a_damaged_file_is_replaced(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file.bin").write_bytes(CONTENT[:-1] + b"\0")
    assert fetch(remote(server), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("announced", [True, False])
def test_a_connection_that_ends_early_leaves_a_part_and_says_how_far_it_came(
    server: FileServer, tmp_path: Path, announced: bool
) -> None:
    server.cut, server.announced = 600_000, announced
    with pytest.raises(DownloadFailed, match=r"0\.6 MB of 1\.0 MB"):
        fetch(remote(server), tmp_path)
    assert files(tmp_path) == ["file.bin.part"]


def test_the_next_fetch_asks_only_for_the_rest(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:600_000])
    assert fetch(remote(server), tmp_path).read_bytes() == CONTENT
    assert server.asked == ["bytes=600000-"]


def test_a_server_that_cannot_resume_sends_it_from_the_start(
    server: FileServer, tmp_path: Path
) -> None:
    server.ranges = False
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:600_000])
    assert fetch(remote(server), tmp_path).read_bytes() == CONTENT


def test_a_complete_part_is_checked_without_asking_the_server(
    server: FileServer, tmp_path: Path
) -> None:
    (tmp_path / "file.bin.part").write_bytes(CONTENT)
    assert fetch(remote(server), tmp_path).read_bytes() == CONTENT
    assert server.asked == []


def test_a_part_longer_than_the_file_is_dropped(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file.bin.part").write_bytes(CONTENT + b"more")
    assert fetch(remote(server), tmp_path).read_bytes() == CONTENT


def test_a_range_that_the_server_does_not_have_starts_over(
    server: FileServer, tmp_path: Path
) -> None:
    server.content = CONTENT[:500_000]
    (tmp_path / "file.bin.part").write_bytes(CONTENT[:600_000])
    with pytest.raises(DownloadFailed, match=r"0\.5 MB of 1\.0 MB"):
        fetch(remote(server), tmp_path)
    assert server.asked == ["bytes=600000-", ""]


def test_another_file_of_the_same_size_is_refused_and_deleted(
    server: FileServer, tmp_path: Path
) -> None:
    published = CONTENT[:-1] + b"\0"
    with pytest.raises(DownloadFailed, match="SHA-256"):
        fetch(remote(server, published), tmp_path)
    assert files(tmp_path) == []


def test_a_longer_file_is_refused_as_soon_as_it_is_longer(
    server: FileServer, tmp_path: Path
) -> None:
    with pytest.raises(DownloadFailed, match="another file now"):
        fetch(remote(server, CONTENT[:300_000]), tmp_path)
    assert (tmp_path / "file.bin.part").stat().st_size == 0


def test_an_answer_of_the_server_is_named(server: FileServer, tmp_path: Path) -> None:
    server.status = 404
    with pytest.raises(DownloadFailed, match=r"answered 404 .*file\.bin"):
        fetch(remote(server), tmp_path)


def test_without_a_network_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    with serving(FileServer(CONTENT)) as gone:
        pass
    with pytest.raises(DownloadFailed, match=r"reached .* copy file\.bin into") as failure:
        fetch(remote(gone), tmp_path)
    assert "\n" not in str(failure.value)


def test_a_full_disk_is_said_and_keeps_what_came(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_open = Path.open

    def full(self: Path, mode: str = "r") -> Any:
        file = really_open(self, mode)
        return SmallDisk(file, 500_000) if mode == "ab" else file

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        with pytest.raises(DownloadFailed, match=r"no space left .*CONVGRADE_DATA"):
            fetch(remote(server), tmp_path)
    assert fetch(remote(server), tmp_path).read_bytes() == CONTENT
    assert server.asked[1].startswith("bytes=")


class SmallDisk:
    """A file that refuses to grow beyond some bytes, as on a disk that is full then."""

    def __init__(self, file: Any, room: int) -> None:
        self._file = file
        self._room = room

    def write(self, data: bytes) -> int:
        self._room -= len(data)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return int(self._file.write(data))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> SmallDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def test_a_second_fetch_at_the_same_time_is_told(server: FileServer, tmp_path: Path) -> None:
    with (tmp_path / "file.bin.part").open("ab") as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        with pytest.raises(DownloadFailed, match="under way"):
            fetch(remote(server), tmp_path)


def test_a_folder_that_cannot_be_written_is_named(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DownloadFailed, match=r"file.* cannot be written"):
        fetch(remote(server), tmp_path / "file" / "folder")
