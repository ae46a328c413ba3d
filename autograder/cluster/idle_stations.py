"""The stations of a Dask worker that have nothing to do: a few, and not for long."""

from __future__ import annotations

import threading
import time

from autograder.cluster.station_process import StationProcess

SECONDS = 300.0
"""How long an idle station is kept."""
MOST_OF_OTHERS = 1
"""How many idle stations of other courses stay when one more is started."""


class IdleStations:
    """Keeps stations between tasks; all threads of a worker share it."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._idle: list[tuple[float, StationProcess]] = []  # since when; the latest is last
        self._lock = threading.Lock()
        self._watch: threading.Thread | None = None

    def pop(self, course: bytes) -> StationProcess | None:
        """A station for this course, which is no longer idle; None if there is none.

        Without one, stations of other courses end, to make room for a new one.
        """
        with self._lock:
            for each in reversed(self._idle):
                if each[1].course == course:
                    self._idle.remove(each)
                    return each[1]
            kept = max(0, len(self._idle) - MOST_OF_OTHERS)
            ended, self._idle = self._idle[:kept], self._idle[kept:]
        for _, station in ended:
            station.close()
        return None

    def keep(self, station: StationProcess) -> None:
        """Keep a station for the tasks that follow."""
        with self._lock:
            self._idle.append((time.monotonic(), station))
            if self._watch is None:
                self._watch = threading.Thread(target=self._end_old_ones, daemon=True)
                self._watch.start()

    def _end_old_ones(self) -> None:
        """End what was idle for too long, until nothing is idle any more."""
        while True:
            with self._lock:
                if not self._idle:
                    self._watch = None
                    return
                due = self._idle[0][0] + self._seconds
                old = self._idle.pop(0)[1] if due <= time.monotonic() else None
            if old is not None:
                old.close()
            else:
                time.sleep(max(0.0, due - time.monotonic()))
