"""Reads what Classroom 50 keeps: `result.json` of a hand-in, and `scores.json` of a class.

Both are written by workflows in repositories of students, so they are claims, and their texts are
data of strangers. The formats are those of its schemas `classroom50/result/v1` and
`classroom50/scores/v1` (https://github.com/foundation50/classroom50, folder `schemas`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.course.student_names import is_name
from autograder.errors import AutograderError
from convgrade.os_errors import naming

RESULT, SCORES = "classroom50/result/v1", "classroom50/scores/v1"
MOST_BYTES = 64 * 2**20
_COMMIT = re.compile(r"(https?://[\w.:-]+/[\w./-]+)/commit/([0-9a-f]{7,64})")
_LOGIN = re.compile(r"\w[\w-]*", re.ASCII)
_SLUG = re.compile(r"\w[\w.-]*", re.ASCII)
_TAG = re.compile(r"submit/[\w.-]+", re.ASCII)


class _Wrong(ValueError):
    """What is wrong with a document, in words that follow "…: "."""


@dataclass(frozen=True)
class Test:
    """One test of a hand-in."""

    name: str
    passed: bool
    score: int
    max_score: int


@dataclass(frozen=True)
class GradedHandIn:
    """One hand-in, as Classroom 50 has graded it.

    Args:
        classroom: the short name of the classroom.
        assignment: the short name of the assignment.
        owner: the GitHub login of the repository's owner; of a group, its founder.
        members: the logins of a group; of one student, the owner.
        submission: the tag that was graded, such as `submit/2026-06-01T14-32-05Z-a1b2c3d`.
        repository: the address of the repository; "" if the link to the commit is no such link.
        commit: the hash of the graded commit; "" likewise.
        when: the time of the commit, by the clock of whoever made it.
        score: points.
        max_score: the most points.
        late: whether it came after the due date; None if that is not known.
        tests: one by one.
    """

    classroom: str
    assignment: str
    owner: str
    members: tuple[str, ...]
    submission: str
    repository: str
    commit: str
    when: datetime
    score: int
    max_score: int
    late: bool | None = None
    tests: tuple[Test, ...] = field(default=(), repr=False)


def read_classroom50(path: Path) -> list[GradedHandIn]:
    """Read a `result.json`, or of a `scores.json` the latest hand-in of each repository.

    Args:
        path: the file.

    Raises:
        AutograderError: it is neither, or not as its schema says; the message says where.
        OSError: it cannot be read.
    """
    with naming(path), path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise AutograderError(f"{path} is larger than {MOST_BYTES >> 20} MB: it was not read.")
    try:
        return list(_hand_ins(json.loads(content)))
    except RecursionError:
        raise AutograderError(f"{path} is not of Classroom 50: it is nested too deeply.") from None
    except ValueError as error:
        raise AutograderError(f"{path} is not of Classroom 50: {error}.") from None


def latest(hand_ins: Iterable[GradedHandIn]) -> list[GradedHandIn]:
    """The last hand-in of each owner to each assignment, in alphabetical order."""
    found: dict[tuple[str, str, str], GradedHandIn] = {}
    for each in sorted(hand_ins, key=lambda hand_in: hand_in.when):
        found[each.classroom, each.assignment, each.owner.lower()] = each
    return [found[key] for key in sorted(found)]


def _hand_ins(document: Any) -> Iterable[GradedHandIn]:
    schema = document.get("schema") if isinstance(document, Mapping) else None
    if schema == RESULT:
        return [_hand_in(document)]
    if schema == SCORES:
        return [
            _hand_in({**submissions[0], "assignment": name}, _members(entry))
            for name, bucket in _value(document, "assignments", Mapping).items()
            for entry in _value(bucket, "entries", Sequence)
            if (submissions := _value(entry, "submissions", Sequence))
            and isinstance(submissions[0], Mapping)
        ]
    raise _Wrong(f"`schema` is neither {RESULT} nor {SCORES}")


def _members(entry: Mapping[str, Any]) -> tuple[str, ...]:
    logins = entry.get("member_usernames", ())
    if not isinstance(logins, list | tuple):
        raise _Wrong("`member_usernames` is no list")
    return tuple(_login(each) for each in logins)


def _hand_in(result: Mapping[str, Any], members: tuple[str, ...] = ()) -> GradedHandIn:
    owner = _login(_value(result, "owner", str))
    link = _COMMIT.fullmatch(_value(result, "commit", str))
    submission = _value(result, "submission", str)
    if not _TAG.fullmatch(submission):
        raise _Wrong(f"the `submission` of {owner} is no tag submit/…")
    score, max_score = _points(result)
    late = result.get("late")
    return GradedHandIn(
        classroom=_name(result, "classroom"),
        assignment=_name(result, "assignment"),
        owner=owner,
        members=members or (owner,),
        submission=submission,
        repository=link[1] if link else "",
        commit=link[2] if link else "",
        when=_time(_value(result, "datetime", str)),
        score=score,
        max_score=max_score,
        late=late if isinstance(late, bool) else None,
        tests=tuple(_test(each) for each in _value(result, "tests", Sequence)),
    )


def _test(test: Any) -> Test:
    name = _value(test, "test-name", str)
    return Test(name, _value(test, "passed", bool), *_points(test))


def _points(record: Any) -> tuple[int, int]:
    score, most = _value(record, "score", int), _value(record, "max-score", int)
    if isinstance(score, bool) or isinstance(most, bool) or not 0 <= score <= most:
        raise _Wrong("a `score` is not between 0 and `max-score`")
    return score, most


def _value(record: Any, key: str, kind: type) -> Any:
    value = record.get(key) if isinstance(record, Mapping) else None
    if not isinstance(value, kind) or (kind is Sequence and isinstance(value, str)):
        raise _Wrong(f"a record has no `{key}` of the right kind")
    return value


def _name(record: Mapping[str, Any], key: str) -> str:
    name = _value(record, key, str)
    if not _SLUG.fullmatch(name) or not is_name(name):
        raise _Wrong(f"`{key}` is no short name: {name[:40]!a}")
    return str(name)


def _login(text: Any) -> str:
    if not isinstance(text, str) or not _LOGIN.fullmatch(text) or not is_name(text):
        raise _Wrong(f"no GitHub login: {ascii(text)[:42]}")
    return text


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        raise _Wrong(f"`datetime` is no time: {text[:40]!a}") from None
