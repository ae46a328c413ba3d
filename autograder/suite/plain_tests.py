"""Suites that run without pytest's protocol, which takes longer than a quick test itself.

Their tests need nothing of pytest: all arguments are parameters and fixtures of our own plugin.
If one test of a suite needs more, pytest runs the whole suite.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from autograder.suite.dependencies import exercise_of

_MARKS_OF_PYTEST = ("skip", "skipif", "xfail")
_PARAMETERS = "_pytest.python"
"""The module of the fixtures by which pytest passes parameters."""


def plain_exercises(items: Iterable[pytest.Item], plugin: object) -> frozenset[str]:
    """The exercises whose tests use no fixtures but those that are methods of `plugin`."""
    tests = list(items)
    others = {exercise_of(item) for item in tests if not _is_plain(item, plugin)}
    return frozenset(map(exercise_of, tests)) - others


def arguments_of(item: pytest.Function) -> dict[str, Any]:
    """The arguments of a test of one of these exercises."""
    found = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    for name in item._fixtureinfo.argnames:
        if name not in found:
            found[name] = item._fixtureinfo.name2fixturedefs[name][0].func()
    return found


def _is_plain(item: pytest.Item, plugin: object) -> bool:
    if not isinstance(item, pytest.Function) or item.cls is not None:
        return False
    if any(item.get_closest_marker(name) for name in _MARKS_OF_PYTEST):
        return False
    if item.config.pluginmanager._conftest_plugins:  # they may have hooks
        return False
    fixtures = item._fixtureinfo
    return all(
        name in fixtures.argnames and _is_known(fixtures.name2fixturedefs.get(name, ()), plugin)
        for name in item.fixturenames
    )


def _is_known(definitions: Iterable[Any], plugin: object) -> bool:
    functions = [definition.func for definition in definitions]
    return len(functions) == 1 and (
        getattr(functions[0], "__self__", None) is plugin or functions[0].__module__ == _PARAMETERS
    )
