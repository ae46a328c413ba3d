"""A hand-in as plain JSON data and back, for the way to another machine."""

from __future__ import annotations

import base64
from dataclasses import asdict
from pathlib import Path
from typing import Any

from convgrade.submission import AccompanyingFile, Check, RawCell, RunnableCell, Submission


def as_json(submission: Submission) -> dict[str, Any]:
    """What `from_json` reads; the contents of files are in base64."""
    return {
        **asdict(submission),
        "path": str(submission.path),
        "imports": sorted(submission.imports),
        "beside": [
            {"name": file.name, "content": base64.b64encode(file.content).decode("ascii")}
            for file in submission.beside
        ],
    }


def from_json(data: dict[str, Any]) -> Submission:
    """The submission that `as_json` was given.

    Raises:
        KeyError, TypeError, ValueError: it is not such data.
    """
    return Submission(
        path=Path(data["path"]),
        kind=data["kind"],
        digest=data["digest"],
        notebook=tuple(RawCell(**cell) for cell in data["notebook"]),
        cells=tuple(
            RunnableCell(**{**cell, "settles": tuple(cell["settles"])}) for cell in data["cells"]
        ),
        written=data["written"],
        notes=tuple(data["notes"]),
        checks=tuple(Check(**check) for check in data["checks"]),
        attention=tuple(data["attention"]),
        beside=tuple(
            AccompanyingFile(file["name"], base64.b64decode(file["content"], validate=True))
            for file in data["beside"]
        ),
        imports=frozenset(data["imports"]),
    )
