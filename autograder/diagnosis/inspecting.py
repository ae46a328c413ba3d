"""Finding the misconceptions that show in an answer that stays in the sandbox, such as a model.

The course's own code looks at the answer through queries and says with `matches` which
misconceptions it sees. A look at an odd answer may fail: what depends on it is then not known, and
everything else is.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.diagnosis.catalogue import Catalogue, Function, Misconception
from autograder.errors import AutograderError
from autograder.sandbox import CallFailed, Sandbox
from autograder.suite.expect import Mismatch
from autograder.suite.student import Student

ENDED = ("timeout", "crashed", "violation")
"""The outcomes of a call after which nothing else is looked at: each would cost as much again."""


class NotSeen(LookupError):
    """A misconception depends on a look that failed."""


class Seen(dict[str, Any]):
    """What was seen, by the name of the look. The key of a look that failed raises `NotSeen`."""

    def __missing__(self, key: str) -> Any:
        raise NotSeen(key)


def look(**looks: Callable[[], Any]) -> Seen:
    """Look at an answer in several ways, in order; a look that fails leaves the others.

    The functions read what student code made, so any exception in them counts as a failed look.

    Raises:
        AutograderError: the grader itself failed.
    """
    seen = Seen()
    for name, function in looks.items():
        try:
            seen[name] = function()
        except CallFailed as failed:
            if failed.outcome in ENDED:
                break
        except AutograderError:
            raise
        except Exception:  # an odd answer may break a look anywhere
            continue
    return seen


def look_into(**looks: Callable[[], Mapping[str, Any]]) -> Seen:
    """The same with looks that see several things each, by name; the names of looks do not count.

    Raises:
        AutograderError: the grader itself failed.
    """
    return Seen({name: value for each in look(**looks).values() for name, value in each.items()})


def suite_module(folder: Path, name: str) -> ModuleType:
    """A module of the hidden suites in `folder`, by the name under which suites import it.

    What its tests asked of a submission with `student.once` is not asked again.
    """
    loaded = sys.modules.get(name)
    if loaded is not None and Path(loaded.__file__ or "").parent == folder:
        return loaded
    sys.modules.pop(name, None)
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))


def by_inspection(
    catalogue: Catalogue, exercise: str, sandbox: Sandbox, replaced: Mapping[str, Function]
) -> tuple[Misconception, ...]:
    """The misconceptions that match what the inspection of the student's answer returned.

    They come in the order of the catalogue; there are none if the answer could not be inspected.
    """
    inspect_it = catalogue.inspections.get(exercise)
    if inspect_it is None:
        return ()
    student = Student(sandbox)
    student.begin(replaced, None)
    try:
        seen = inspect_it(student)
    except (CallFailed, Mismatch):
        return ()
    return tuple(each for each in catalogue.of(exercise) if _matches(each, seen))


def _matches(which: Misconception, seen: Any) -> bool:
    try:
        return which.matches is not None and bool(which.matches(seen))
    except NotSeen:
        return False
