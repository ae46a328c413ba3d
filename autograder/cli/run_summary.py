"""How far a run is, in words that fit into a line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from autograder.cli.run_progress import RunProgress
from convgrade.safe_text import shortened

NAMES = 3
"""How many students are named together."""
NAME_WIDTH = 20
UNITS = {"a second": 1, "a minute": 60, "an hour": 3600}


def line(progress: RunProgress) -> str:
    """How far a run is."""
    parts = (counts(progress), pace(progress), *troubles(progress))
    return f"{progress.done} of {progress.total}: " + "; ".join(filter(None, parts))


def last_line(progress: RunProgress) -> str:
    """What a run has done."""
    took = duration(progress.seconds)
    trouble = ", ".join(f"{len(who)} {kind}" for kind, who in progress.trouble.items())
    parts = (counts(progress), trouble)
    return f"{progress.done} of {progress.total} in {took}: " + "; ".join(filter(None, parts))


def counts(progress: RunProgress) -> str:
    """How many are graded, unchanged, running and waiting; what is zero is left out."""
    running = len(progress.running())
    numbers = {
        "graded": progress.new,
        "unchanged": progress.unchanged,
        "running": running,
        "waiting": progress.total - progress.done - running,
    }
    return ", ".join(f"{number} {what}" for what, number in numbers.items() if number > 0)


def pace(progress: RunProgress) -> str:
    """The rate and the estimated end; "" if it is too early to say, or all are done."""
    rate, left = progress.per_second(), progress.seconds_left()
    if rate is None or left is None or progress.done == progress.total:
        return ""
    end = datetime.now() + timedelta(seconds=left)
    return f"{frequency(rate)}, about {duration(left)} left, until {end:%H:%M}"


def running(progress: RunProgress) -> str:
    """Who is being graded, and for how long, the longest first; "" for nobody."""
    known = progress.running()
    if not known:
        return "Starting" if not progress.new and progress.done < progress.total else ""
    named = [f"{shortened(student, NAME_WIDTH)} {duration(took)}" for student, took in known]
    more = f" and {len(known) - NAMES} more" if known[NAMES:] else ""
    return f"Running: {', '.join(named[:NAMES])}{more}"


def slowest(progress: RunProgress) -> str:
    """Whose new result took longest; "" if there is none yet."""
    if progress.slowest is None:
        return ""
    took, student = progress.slowest
    return f"Slowest: {shortened(student, NAME_WIDTH)} {duration(took)}"


def troubles(progress: RunProgress) -> list[str]:
    """What needs a person, by kind, with the students that came last."""
    return [f"{len(who)} {kind} ({_last(who)})" for kind, who in progress.trouble.items()]


def _last(students: Sequence[str]) -> str:
    named = [shortened(student, NAME_WIDTH) for student in students[-NAMES:]]
    return ", ".join(["…", *named] if students[:-NAMES] else named)


def frequency(per_second: float) -> str:
    """A rate in the smallest unit in which it is at least 1, if there is one."""
    unit = next((unit for unit in UNITS if per_second * UNITS[unit] >= 1), "an hour")
    number = per_second * UNITS[unit]
    return f"{number:.1f} {unit}" if number < 10 else f"{number:.0f} {unit}"


def duration(seconds: float) -> str:
    """Seconds as people write them: 8 s, 4 min 5 s, 2 h 10 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
