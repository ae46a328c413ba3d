"""The installed distribution as a wheel again, however it was installed."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import convgrade

DISTRIBUTION = "convgrade"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_KEPT_METADATA = ("METADATA", "WHEEL", "entry_points.txt", "top_level.txt")


@cache
def engine_wheel() -> tuple[str, bytes]:
    """The name of the wheel, and its content. The same installation gives the same bytes."""
    distribution = metadata.distribution(DISTRIBUTION)
    stem = f"{DISTRIBUTION}-{distribution.version}"
    entries = dict(sorted(_modules()))
    for name in _KEPT_METADATA:
        text = distribution.read_text(name)
        if text is not None:
            entries[f"{stem}.dist-info/{name}"] = text.encode()
    record = f"{stem}.dist-info/RECORD"
    lines = [f"{name},{_digest(data)},{len(data)}" for name, data in entries.items()]
    entries[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return f"{stem}-py3-none-any.whl", packed.getvalue()


def _modules() -> Iterator[tuple[str, bytes]]:
    for folder in (Path(__file__).parents[1], Path(convgrade.__file__).parent):
        for path in folder.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(folder.parent).as_posix(), path.read_bytes()


def _digest(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return "sha256=" + digest.decode().rstrip("=")
