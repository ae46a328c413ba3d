"""Which tests one worker of pytest-xdist runs in one piece.

The marks of `xdist_group` do not reach the scheduler with pytest 9.2 (issue 1386 of pytest-xdist),
so the scheduler here reads the groups from the ids of the tests.
"""

from __future__ import annotations

import re
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling


class LoadGroups(LoadScopeScheduling):
    """Gives each worker whole groups of tests, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """The group of a test.

    A file is a group. Of the exploits a family is one. Of the suites one right answer is a group,
    and one batch of wrong answers, which stands in the test's id behind an @.
    """
    file, _, test = nodeid.partition("::")
    name = Path(file).stem
    if name.startswith("test_handins"):  # two files that share results
        return "test_handins"
    if name != "test_exploits" and not name.startswith("test_suites_"):
        return name
    found = re.search(r"\[(.+)\]$", test)
    if found is None:
        return f"{name}::{test}"
    parameter = found[1].partition("-")[0]
    if name == "test_exploits":
        return f"{name}::{parameter.partition('/')[0]}"
    return f"{name}::{parameter.rpartition('@')[2]}"
