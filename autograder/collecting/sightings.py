"""Which commit stood in a repository at a deadline, as far as anybody saw it.

A commit's own dates are never used: students choose them. What counts is what the collector saw
when, and what the roster says that the server received when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from autograder.errors import CourseError

CLOCKS_DIFFER = timedelta(minutes=5)
"""By how much the clocks of two machines that collect may differ."""


class Rule(StrEnum):
    """By what the time of a hand-in is known."""

    SERVER = "server"
    SEEN = "seen"
    LATE = "seen late"
    PLATFORM = "platform"
    UNKNOWN = "no time"


EXPLANATIONS = {
    Rule.SERVER: "the roster says when the server received this commit",
    Rule.SEEN: "the collector saw this commit at that time; it was pushed then or before",
    Rule.LATE: "the deadline had passed when the collector saw a commit for the first time",
    Rule.PLATFORM: "the download says when the work was handed in",
    Rule.UNKNOWN: "the download does not say when the work was handed in",
}


@dataclass(frozen=True)
class Sighting:
    """A commit that was the newest one at each look from `first` to `last`."""

    commit: str
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Received:
    """A commit, and when the server received it, as the roster says."""

    commit: str
    time: datetime


@dataclass(frozen=True)
class Counted:
    """The commit that counts, its time, and by what that is known.

    `newer` is when another commit was first seen that may have been there at the deadline too,
    because nobody looked between the deadline and the look before it; None if there is none.
    """

    commit: str
    time: datetime
    rule: Rule
    newer: datetime | None = None


def with_sighting(
    sightings: Sequence[Sighting], commit: str, now: datetime
) -> tuple[Sighting, ...]:
    """Add that a commit is the newest one now.

    Raises:
        CourseError: the clock is before the latest look.
    """
    if not sightings:
        return (Sighting(commit, now, now),)
    latest = sightings[-1]
    if now < latest.last - CLOCKS_DIFFER:
        raise CourseError(
            f"this machine's clock says {now:%Y-%m-%d %H:%M} UTC, but the latest look was at "
            f"{latest.last:%Y-%m-%d %H:%M} UTC: correct the clock"
        )
    now = max(now, latest.last)
    if latest.commit == commit:
        return (*sightings[:-1], replace(latest, last=now))
    return (*sightings, Sighting(commit, now, now))


def counted(
    sightings: Sequence[Sighting], received: Received | None, deadline: datetime | None
) -> Counted | None:
    """Choose the last commit before a deadline; without a deadline, the newest.

    If nothing is known to have been there at the deadline, the first commit that was seen after it
    counts, with the time at which it was seen.

    Returns:
        The commit; None if no commit is known.
    """
    known = _in_order(sightings, received)
    if not known:
        return None
    in_time = [each for each in known if deadline is None or each.time <= deadline]
    if not in_time:
        return replace(known[0], rule=Rule.LATE)
    chosen = in_time[-1]
    if deadline is None or chosen.rule is Rule.SERVER:
        return chosen
    return replace(chosen, newer=_uncertain(sightings, chosen.commit, deadline))


def _uncertain(sightings: Sequence[Sighting], commit: str, deadline: datetime) -> datetime | None:
    """When another commit was first seen of which nobody knows whether it came in time."""
    for before, after in pairwise(sightings):
        if before.last < deadline < after.first and after.commit != commit:
            return after.first
    return None


def _in_order(sightings: Sequence[Sighting], received: Received | None) -> list[Counted]:
    """Each commit with its time, in the order in which they came."""
    known = [Counted(each.commit, each.first, Rule.SEEN) for each in sightings]
    if received is None:
        return known
    by_server = Counted(received.commit, received.time, Rule.SERVER)
    for number, each in enumerate(known):
        if each.commit == received.commit and each.time >= received.time:
            known[number] = by_server
            break
    else:
        known.append(by_server)
    return sorted(known, key=lambda each: each.time)
