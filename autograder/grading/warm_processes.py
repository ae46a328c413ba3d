"""Which warm process a submission is forked from: one for each set of libraries, a few at a time.

What a submission imports, read as data, chooses among what is installed here; no file of a
student's is looked at. Decides nothing about time or points.
"""

from __future__ import annotations

import functools
import site
import sys
import sysconfig
from collections.abc import Collection, Iterable, Mapping
from importlib.machinery import PathFinder

from autograder.course.assignment import Assignment
from autograder.sandbox import Isolation, WarmProcess

Libraries = tuple[str, ...]
"""Top-level names, sorted; beside what the assignment preloads."""

MOST_ALIVE = 3
MOST_LIBRARIES = 12
LOADED = frozenset({"IPython", "autograder", "matplotlib", "matplotlib_inline", "numpy"})
"""What every warm process loads, whatever an assignment says."""


def libraries(imports: Iterable[str], loaded: Collection[str]) -> Libraries:
    """The installed libraries among what a submission imports that are not `loaded` anyway.

    Only whole libraries: a part of one may be a program that starts when it is imported.
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
    except Exception:  # whatever an odd installation raises, it is not preloaded
        return False
    return spec is not None and spec.origin is not None


def start(assignment: Assignment, isolation: Isolation, more: Libraries = ()) -> WarmProcess:
    """A new warm process for an assignment, in which its held-out data is not seen.

    Raises:
        AutograderError: the assignment's own libraries cannot be imported.
        EnvironmentUnusable: this machine lets nothing be started.
    """
    substitutes: Mapping[str, bytes] = {}
    if assignment.training:
        from autograder.datasets.concealing import concealed

        substitutes = concealed()
    return WarmProcess(assignment.preload, isolation, substitutes=substitutes, optional=more)


class WarmProcesses:
    """Those that one grader keeps for an assignment: a few, the least recently used ends."""

    def __init__(
        self, assignment: Assignment, isolation: Isolation, most: int = MOST_ALIVE
    ) -> None:
        self._assignment = assignment
        self._isolation: Isolation = isolation
        self._most = most
        self._kept: dict[Libraries, WarmProcess] = {}  # the last used stands last

    def address(self, imports: Iterable[str]) -> str:
        """Of one that is alive, and warm for what a submission imports."""
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
