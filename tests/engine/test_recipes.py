"""What is trained has a digest: it outlasts what does not touch it, and goes with what does."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.calibration import recipes
from autograder.errors import CourseError

TEXT = '''
"""A module of evidence."""
RATE = 0.1

def _step(rate):
    """One step."""
    return rate * RATE

def _made(rate: float):
    def train(x):
        return x - _step(rate)
    return train

def _twice(x):
    return RUNS["slow"](RUNS["slow"](x))

RUNS = {"slow": _made(0.5), "fast": _made(0.9)}
BROKEN = {"twice": _twice, "many": lambda x: [each(x) for each in RUNS.values()]}
UNSUITED = {"digits": ("slow",)}

def run(name, x):
    return (RUNS | BROKEN)[name](x)
'''
NAMES = ("slow", "fast", "twice", "many")


def digests(path: Path, text: str) -> dict[str, str]:
    path.write_text(text, encoding="utf-8")
    found = recipes.load(path)
    return {name: found.digest(name) for name in NAMES}


def changed(folder: Path, old: str, new: str) -> set[str]:
    """The recipes whose digest differs where the one text stands in place of the other."""
    assert old in TEXT
    before, after = (digests(folder / "mini.py", text) for text in (TEXT, TEXT.replace(old, new)))
    return {name for name in NAMES if before[name] != after[name]}


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("RATE = 0.1", "RATE = 0.1  # a remark", set()),
        ('"""One step."""', '"""A step."""', set()),
        ("rate: float", "rate: int", set()),
        ('"fast": _made(0.9)', '"fast": _made(0.8)', {"fast", "many"}),
        ('"fast": _made(0.9)', '"fast": _made(0.9), "third": _made(3)', {"many"}),
        ('"slow": _made(0.5)', '"slow": _made(0.4)', {"slow", "twice", "many"}),
        ("RATE = 0.1", "RATE = 0.2", set(NAMES)),
        ("return rate * RATE", "return rate + RATE", set(NAMES)),
        ("[name](x)", "[name](x + 1)", set(NAMES)),
    ],
)
def test_a_digest_changes_with_what_is_trained_and_with_nothing_else(
    tmp_path: Path, old: str, new: str, names: set[str]
) -> None:
    assert changed(tmp_path, old, new) == names


def test_different_recipes_have_different_digests(tmp_path: Path) -> None:
    assert len(set(digests(tmp_path / "mini.py", TEXT).values())) == len(NAMES)


def test_what_is_unsuited_on_a_dataset_is_not_among_the_right_recipes_there(tmp_path: Path) -> None:
    path = tmp_path / "mini.py"
    path.write_text(TEXT, encoding="utf-8")
    found = recipes.load(path)
    assert found.names("right", "digits") == ("fast",)
    assert found.names("unsuited", "digits") == ("slow",)
    assert found.names("right", "mnist") == ("slow", "fast")
    assert found.names("unsuited", "mnist") == ()
    assert found.names("broken", "digits") == ("twice", "many")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("RUNS = {}", "must define `RUNS` and `run`"),
        ("1 / 0", "cannot be loaded: ZeroDivisionError"),
        (TEXT.replace('("slow",)', '("gone",)'), "UNSUITED names 'gone' for digits"),
    ],
)
def test_a_module_that_cannot_be_used_says_why(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mini.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=said):
        recipes.load(path)
