"""Which warm process is forked for a submission: one for each set of libraries, a few at a time.

The imports of a submission, read as data, choose among the libraries that are installed here. No
file of a student is searched. Nothing here decides about time or points.
"""

from __future__ import annotations

import functools
import site
import sys
import sysconfig
from collections.abc import Collection, Iterable
from importlib.machinery import PathFinder

from autograder.course import shipped
from autograder.course.assignment import Assignment
from autograder.sandbox import Isolation, WarmProcess

Libraries = tuple[str, ...]
"""Top-level names, sorted, without those that the assignment preloads."""

MOST_ALIVE = 3
MOST_LIBRARIES = 12
LOADED = frozenset(
    {"IPython", "autograder", "convgrade", "matplotlib", "matplotlib_inline", "numpy"}
)
"""What every warm process loads, for all assignments."""


def libraries(imports: Iterable[str], loaded: Collection[str]) -> Libraries:
    """The installed libraries that a submission imports and that are not `loaded` already.

    Only top-level packages: a module below one may be a program that starts when it is imported.
    """
    tops = {name.partition(".")[0] for name in imports}
    wanted = sorted(top for top in tops if top not in loaded and _is_library(top))
    return tuple(wanted[:MOST_LIBRARIES])


@functools.lru_cache(maxsize=1024)
def _is_library(name: str) -> bool:
    if not name.isidentifier() or name.startswith("_"):
        return False
    if name in sys.stdlib_module_names:
        return False
    folders = {*site.getsitepackages(), *map(sysconfig.get_path, ("purelib", "platlib"))}
    try:
        spec = PathFinder.find_spec(name, sorted(folders))
    except Exception:  # a broken installation may raise anything; it is not preloaded
        return False
    return spec is not None and spec.origin is not None


def start(assignment: Assignment, isolation: Isolation, more: Libraries = ()) -> WarmProcess:
    """Start a warm process for an assignment, in which the held-out data cannot be seen.

    Nor can the course that comes with the package, wherever it was installed.

    Raises:
        AutograderError: the assignment's own libraries cannot be imported.
        EnvironmentUnusable: no process can be started on this machine.
    """
    place = shipped.archive_place()
    substitutes: dict[str, bytes] = {} if place is None else {str(place): b""}
    if assignment.training:
        from convgrade.datasets.concealing import concealed

        substitutes |= concealed()
    return WarmProcess(assignment.preload, isolation, substitutes=substitutes, optional=more)


class WarmProcesses:
    """The few warm processes that one grader keeps; the least recently used one ends first."""

    def __init__(
        self, assignment: Assignment, isolation: Isolation, most: int = MOST_ALIVE
    ) -> None:
        self._assignment = assignment
        self._isolation: Isolation = isolation
        self._most = most
        self._kept: dict[Libraries, WarmProcess] = {}  # the most recently used is last

    def address(self, imports: Iterable[str]) -> str:
        """The address of a live warm process that has loaded what a submission imports."""
        base = self._kept.get(())
        known = base.loaded if base is not None else LOADED
        more = libraries(imports, {*self._assignment.preload, *known})
        warm_process = self._kept.pop(more, None)
        if warm_process is not None and not warm_process.is_alive:
            warm_process.close()
            warm_process = None
        if warm_process is None:
            while len(self._kept) >= self._most:
                self._kept.pop(next(iter(self._kept))).close()
            warm_process = start(self._assignment, self._isolation, more)
        self._kept[more] = warm_process
        return warm_process.address

    def close(self) -> None:
        while self._kept:
            _, warm_process = self._kept.popitem()
            warm_process.close()
