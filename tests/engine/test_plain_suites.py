"""A suite that needs nothing of pytest runs without its protocol, with the same outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.results import TestResult
from autograder.sandbox import Answer, StudentRaised
from autograder.sandbox.translation import UNTRANSLATED, Translation
from autograder.suite import plugin
from autograder.suite.runner import run

HEAD = """
import pytest
from autograder.suite import expect
"""
PLAIN = """
@pytest.mark.public
@pytest.mark.weight(2)
def test_right(student):
    '''Twice as much.'''
    expect.equal(student.double(2), 4)

@pytest.mark.parametrize("factor", [1, 2, pytest.param(3, marks=pytest.mark.weight(5))])
@pytest.mark.parametrize("one", [1])
def test_parameters(factor, student, one):
    expect.equal(student.double(one), factor)

def test_raises(student):
    student.double("text")

def test_chance(rng, student):
    assert rng.integers(1 << 30) % 2 == student.double(1)

def test_without_arguments():
    raise ZeroDivisionError

def test_ends():
    pytest.fail("in words")
"""
OTHERS = {
    "a fixture": "@pytest.fixture\ndef four():\n    return 4\ndef test_own(student, four): pass",
    "a fixture in place of ours": "@pytest.fixture\ndef rng():\n    return 1",
    "a fixture for all": "@pytest.fixture(autouse=True)\ndef always(): pass",
    "request": "def test_own(request): pass",
    "a set-up": "def setup_module(): pass",
    "a class": "class TestOwn:\n    def test_own(self, student): pass",
    "a skipped test": "@pytest.mark.skipif(False, reason='')\ndef test_own(): pass",
    "a fixture as a parameter":
        "@pytest.fixture\ndef twice(request):\n    return 2 * request.param\n"
        "@pytest.mark.parametrize('twice', [1], indirect=True)\ndef test_own(twice): pass",
    "a fixture without an argument":
        "@pytest.mark.usefixtures('student')\ndef test_own(rng): pass",
}  # fmt: skip


class Doubles:
    """Answers in place of a sandbox."""

    def translation_of(self, name: str) -> Translation:
        return UNTRANSLATED

    def call(self, name: str, args: Sequence[Any], *_: Any, **__: Any) -> Answer:
        if isinstance(args[0], str):
            raise StudentRaised("no number", type_names=("TypeError",), text="no number")
        return Answer(2 * args[0])


def outcomes(folder: Path, text: str) -> list[TestResult]:
    folder.mkdir(exist_ok=True)
    (folder / "test_double.py").write_text(HEAD + text)
    found = run(folder, ["double"], Doubles(), b"seed" * 8)  # type: ignore[arg-type]
    return [record.result for record in found.records]


@pytest.fixture
def protocols(monkeypatch: pytest.MonkeyPatch) -> list[frozenset[str]]:
    """The exercises that each collection finds to be plain."""
    found = []

    def noting(*arguments: Any) -> frozenset[str]:
        found.append(original(*arguments))
        return found[-1]

    original = plugin.plain_exercises
    monkeypatch.setattr(plugin, "plain_exercises", noting)
    return found


def told(results: list[TestResult]) -> list[tuple[Any, ...]]:
    return [
        (each.name, each.title, each.outcome, each.message, each.weight, each.visibility)
        for each in results
    ]


def test_both_ways_have_the_same_outcomes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocols: list[frozenset[str]]
) -> None:
    plainly = outcomes(tmp_path / "plain", PLAIN)
    assert protocols == [{"double"}]
    monkeypatch.setattr(plugin, "plain_exercises", lambda *_: frozenset())
    by_pytest = outcomes(tmp_path / "by_pytest", PLAIN)
    assert told(plainly) == told(by_pytest)
    assert len(plainly) == 8
    assert sum(each.passed for each in plainly) == 2 + (plainly[5].passed)


@pytest.mark.parametrize("what", OTHERS)
def test_a_suite_that_asks_pytest_for_more_gets_it(
    tmp_path: Path, protocols: list[frozenset[str]], what: str
) -> None:
    results = outcomes(tmp_path / "suites", PLAIN + OTHERS[what] + "\n")
    assert protocols == [frozenset()]
    assert told(results)[:4] == told(outcomes(tmp_path / "plain", PLAIN))[:4]
    assert all(each.passed for each in results if each.name.startswith("test_own"))


def test_hooks_of_a_conftest_are_called(tmp_path: Path, protocols: list[frozenset[str]]) -> None:
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "conftest.py").write_text(
        "def pytest_runtest_setup(item):\n    raise ValueError('told')\n"
    )
    results = outcomes(tmp_path / "suites", PLAIN)
    assert protocols == [frozenset()]
    assert all("told" in each.detail for each in results)
