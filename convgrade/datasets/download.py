"""Downloads one published file: resumed if interrupted, checked, and put in place atomically.

This module knows no dataset, only a `Remote` and a folder. A file in place has the published
checksum.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http
import http.client
import importlib
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, BinaryIO, NoReturn
from urllib.parse import urlsplit

from convgrade.datasets.dataset import DownloadFailed, Progress, Remote

fcntl: Any = None
with contextlib.suppress(ImportError):  # Windows has none
    fcntl = importlib.import_module("fcntl")

CHUNK = 256 * 1024
SILENCE_SECONDS = 30.0
OUT_OF_SPACE = (errno.ENOSPC, errno.EDQUOT)


def fetch(remote: Remote, folder: Path, progress: Progress = lambda done, total: None) -> Path:
    """Download `remote` into `folder`, unless it is there already, and return its path.

    The part that an interrupted download has written is kept as `<file>.part`. The next download
    continues it.

    Raises:
        DownloadFailed: there is no network, no space, a broken connection, or another file than the
            published one.
    """
    target = folder / remote.file
    if target.is_file() and sha256(target) == remote.sha256:
        return target
    part = folder / f"{remote.file}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("ab") as file:
            _lock(file, remote)
            _load(remote, file, progress)
            os.fsync(file.fileno())
            _check(remote, part)
            if fcntl is not None:
                part.replace(target)  # while it is locked
        if fcntl is None:
            part.replace(target)  # Windows does not replace an open file
    except http.client.HTTPException as error:
        raise DownloadFailed(_broke_off(part.stat().st_size, remote.size, remote)) from error
    except OSError as error:
        _explain(error, remote, folder)
    return target


def sha256(path: Path) -> str:
    """The checksum of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def megabytes(size: int) -> str:
    """A size for people to read, such as `11.5 MB`."""
    return f"{size / 1e6:.1f} MB"


def _lock(file: BinaryIO, remote: Remote) -> None:
    """Lock the part, so that only one download writes it. Without `fcntl` there is no lock."""
    if fcntl is None:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DownloadFailed(f"Another fetch of {remote.file} is under way.") from None


def _load(remote: Remote, file: BinaryIO, progress: Progress) -> None:
    """Append the missing bytes to the part, or start over if the server cannot continue it."""
    have = file.seek(0, os.SEEK_END)
    if have > remote.size:
        have = file.truncate(0)
    if have == remote.size:
        return
    request = urllib.request.Request(remote.url, headers={"User-Agent": "convgrade"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with _opened(request, file) as response:
        if have and not _goes_on_at(response, have):
            have = file.truncate(0)
        rest = response.length if remote.at_most else None
        whole = remote.size if rest is None else have + rest
        progress(have, whole)
        while chunk := response.read(CHUNK):
            have += len(chunk)
            if have > remote.size:
                file.truncate(0)
                raise DownloadFailed(
                    f"{remote.url} sends more than the {megabytes(remote.size)} that were "
                    "published, so it is another file now: it was not kept."
                )
            file.write(chunk)
            progress(have, whole)
    if have < whole and not (remote.at_most and rest is None):
        raise DownloadFailed(_broke_off(have, whole, remote))
    file.flush()


def _opened(request: urllib.request.Request, file: BinaryIO) -> http.client.HTTPResponse:
    """The response. If the server has nothing at the part's end, the part is stale; start over."""
    try:
        return _answer(request)
    except urllib.error.HTTPError as error:
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        error.close()
        file.truncate(0)
        request.remove_header("Range")
        return _answer(request)


def _answer(request: urllib.request.Request) -> http.client.HTTPResponse:
    response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=SILENCE_SECONDS)
    return response


def _goes_on_at(response: http.client.HTTPResponse, start: int) -> bool:
    """Whether the response is the rest that was requested, and not the whole file."""
    where = response.headers.get("Content-Range") or ""
    return response.status == http.HTTPStatus.PARTIAL_CONTENT and where.startswith(
        f"bytes {start}-"
    )


def _check(remote: Remote, part: Path) -> None:
    if sha256(part) == remote.sha256:
        return
    part.unlink()
    raise DownloadFailed(
        f"What {_host(remote)} sent is not the published {remote.file} (its SHA-256 differs), so "
        "it was deleted: fetch it again, and should that not help, from another network."
    )


def _broke_off(have: int, whole: int, remote: Remote) -> str:
    return (
        f"The connection to {_host(remote)} ended after {megabytes(have)} of "
        f"{megabytes(whole)}: the same command goes on from there."
    )


def _explain(error: OSError, remote: Remote, folder: Path) -> NoReturn:
    """Raise `DownloadFailed` with a sentence about this error of the network or the disk."""
    host = _host(remote)
    if isinstance(error, urllib.error.HTTPError):
        sentence = f"{host} answered {error.code} ({error.reason}) for {remote.url}."
    elif error.errno in OUT_OF_SPACE:
        sentence = (
            f"There is no space left in {folder}: {remote.file} needs {megabytes(remote.size)}. "
            "Free some, or name another folder in CONVGRADE_DATA; the same command goes on."
        )
    elif isinstance(error, urllib.error.URLError):
        reason = getattr(error.reason, "strerror", None) or error.reason
        sentence = (
            f"{host} cannot be reached ({reason}): check the network and try again, or copy "
            f"{remote.file} into {folder} from a machine that has it."
        )
    elif isinstance(error, (ConnectionError, TimeoutError)):
        sentence = f"The connection to {host} broke off: the same command goes on from there."
    else:
        sentence = f"{error.filename or folder} cannot be written ({error.strerror or error})."
    raise DownloadFailed(sentence) from None


def _host(remote: Remote) -> str:
    return urlsplit(remote.url).hostname or remote.url
