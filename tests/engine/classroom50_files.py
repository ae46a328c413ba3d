"""Files of Classroom 50, as its schemas `classroom50/result/v1` and `scores/v1` describe them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

RESULT: dict[str, Any] = {
    "schema": "classroom50/result/v1",
    "classroom": "networks",
    "assignment": "pooling",
    "assignment_type": "individual",
    "owner": "ada-l",
    "submission": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "commit": "https://github.com/org/networks-pooling-ada-l/commit/a1b2c3d4e5f6",
    "release": "https://github.com/org/networks-pooling-ada-l/releases/tag/submit%2F2026",
    "review": "https://github.com/org/networks-pooling-ada-l/compare/0000000...a1b2c3d",
    "datetime": "2026-06-01T14:33:11Z",
    "graded_at": "2026-06-01T14:40:00Z",
    "score": 4,
    "max-score": 5,
    "tests": [
        {"test-name": "compiles", "passed": True, "score": 4, "max-score": 4},
        {"test-name": "pads", "passed": False, "score": 0, "max-score": 1, "output": "no"},
    ],
    "submitted_by": {"username": "ada-l", "id": 7},
}


def submission(owner: str, **changed: Any) -> dict[str, Any]:
    commit = f"https://github.com/org/networks-pooling-{owner}/commit/a1b2c3d"
    record = {**deepcopy(RESULT), "owner": owner, "commit": commit, **changed}
    del record["assignment"]
    return record


SCORES: dict[str, Any] = {
    "schema": "classroom50/scores/v1",
    "assignments": {
        "pooling": {
            "type": "individual",
            "entries": [
                {"owner": "ben", "submissions": [submission("ben", late=True), submission("ben")]},
                {"owner": "ada", "submissions": [submission("ada", score=5)]},
            ],
        },
        "lenet": {
            "type": "group",
            "entries": [
                {
                    "owner": "ada",
                    "member_usernames": ["ada", "cleo"],
                    "submissions": [submission("ada", assignment_type="group")],
                }
            ],
        },
    },
}

LATE = "2026-06-02T09:10:00Z"
ALL = [{"test-name": name, "passed": True, "score": 1, "max-score": 1} for name in ("a", "b")]
OF_DOCUMENTS: dict[str, Any] = {
    "schema": "classroom50/scores/v1",
    "assignments": {
        "pooling": {
            "type": "individual",
            "entries": [
                {"owner": "ada", "submissions": [submission("ada")]},
                {
                    "owner": "ben",
                    "submissions": [
                        submission("ben", score=5, late=True, datetime=LATE, tests=ALL)
                    ],
                },
            ],
        }
    },
}
"""The class of docs/ci.md."""
