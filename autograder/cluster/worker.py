"""What runs in a Dask worker's own process: it passes bytes on to its stations.

A station is a process that grades (`station`). A worker has one for each task that it runs at the
same time. Stations are kept for the tasks that follow, and end when they were idle for minutes.
"""

from __future__ import annotations

from distributed import get_worker

from autograder.cluster import bundle
from autograder.cluster.idle_stations import IdleStations
from autograder.cluster.messages import Answer, Course
from autograder.cluster.station_process import StationProcess

ATTEMPTS = 2
"""How many stations may die on one submission."""
_idle = IdleStations()


def grade(course: bytes, work: bytes) -> bytes:
    """Grade one submission: the task that Dask distributes.

    Args:
        course: a `Course` as bytes.
        work: a `Work` as bytes.

    Returns:
        An `Answer` as bytes.
    """
    worker = str(get_worker().address)
    if not bundle.is_cached(Course.from_bytes(course).bundle):
        return Answer("missing", worker=worker).to_bytes()
    for _ in range(ATTEMPTS):
        try:
            station = _idle.pop(course) or StationProcess(course, worker)
        except OSError as error:
            reason = f"No process can be started there ({error.strerror})."
            return Answer("refused", reason, worker).to_bytes()
        try:
            answer = station.answer(work)
        except (EOFError, OSError):
            station.close()
            continue
        if station.is_usable:
            _idle.keep(station)
        else:
            station.close()
        return answer
    return Answer("died", worker=worker).to_bytes()


def install(digest: str, content: bytes) -> str:
    """Put a bundle into this machine's cache.

    Returns:
        "", or a sentence that says why this is not possible.
    """
    try:
        bundle.install(digest, content)
    except (OSError, ValueError) as error:
        return f"It cannot keep the course in {bundle.cache()}: {error}."
    return ""
