"""Finds out who is who: which student of the course handed in which part of a download."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.collecting.downloads import Delivery, Download
from autograder.course.rosters import Entry, Roster
from autograder.course.student_names import is_name

_SAME_IDS = {
    "participant": ("participant",),
    "canvas": ("canvas",),
    "sid": ("sid", "id_number", "sis_user"),
}
"""The ids of a roster that an id of a download may be."""


@dataclass(frozen=True)
class Person:
    """A part of a download, the student who handed it in, and by what that is known.

    `student` is "" if nobody could be found; `how` then says why.
    """

    delivery: Delivery
    student: str
    how: str


def who_is_who(download: Download, roster: Roster | None) -> list[Person]:
    """Find the student of each part, by ids, by e-mail address, or by names that only one has.

    Without a roster the student's name in the course is that of the platform.
    """
    if roster is None:
        found = [_by_own_name(delivery) for delivery in download.deliveries]
    else:
        found = [_in_roster(delivery, roster.entries) for delivery in download.deliveries]
    times = Counter(person.student for person in found)
    return [
        Person(each.delivery, "", f"{times[each.student]} parts are of {each.student}")
        if each.student and times[each.student] > 1
        else each
        for each in found
    ]


def _by_own_name(delivery: Delivery) -> Person:
    own = delivery.ids.get("sid") or delivery.email or delivery.name
    if not is_name(own):
        return Person(delivery, "", "the name cannot be a student's: give a roster")
    return Person(delivery, own, "its own name")


def _in_roster(delivery: Delivery, entries: Sequence[Entry]) -> Person:
    for how, matching in (
        ("number", [entry for entry in entries if _has_id(entry, delivery.ids)]),
        ("e-mail", [entry for entry in entries if _has_address(entry, delivery.email)]),
        ("name", [entry for entry in entries if _is_called(entry, delivery.name)]),
    ):
        if len(matching) == 1:
            return Person(delivery, matching[0].student, how)
        if matching:
            return Person(delivery, "", f"{len(matching)} students have this {how}")
    return Person(delivery, "", "nobody in the roster has this name or number")


def _has_id(entry: Entry, ids: Mapping[str, str]) -> bool:
    return any(
        entry.ids.get(name) == text or (word == "sid" and entry.student == text)
        for word, text in ids.items()
        for name in _SAME_IDS[word]
    )


def _has_address(entry: Entry, email: str) -> bool:
    return bool(email) and email.casefold() in (entry.email.casefold(), entry.student.casefold())


def _is_called(entry: Entry, name: str) -> bool:
    """Whether a name is the entry's: `Ada Lovelace`, `Lovelace, Ada` or Canvas's `lovelaceada`."""
    wanted = _letters([name])
    if not wanted:
        return False
    first, comma, last = entry.name.partition(",")
    words = [last, first] if comma else entry.name.split()
    turned = [_letters([*words[cut:], *words[:cut]]) for cut in range(max(len(words), 1))]
    return wanted in {*turned, _letters([entry.student])}


def _letters(words: Iterable[str]) -> str:
    text = unicodedata.normalize("NFC", "".join(words)).casefold()
    return "".join(filter(str.isalnum, text))
