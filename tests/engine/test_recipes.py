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
    return differing(folder, TEXT, TEXT.replace(old, new))


def differing(folder: Path, one: str, other: str) -> set[str]:
    before, after = (digests(folder / "mini.py", text) for text in (one, other))
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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("_step", "_move"),
        ("RATE", "SPEED"),
        ("rate", "speed"),
        ("_made", "_a_recipe"),
        ("train", "learn"),
        ("_twice", "_two_times"),
        ("each", "recipe"),
    ],
)
def test_a_new_name_for_the_same_leaves_every_digest(tmp_path: Path, old: str, new: str) -> None:
    assert changed(tmp_path, old, new) == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x - _step(rate)", "_step(rate) - x"),
        ("x - _step(rate)", "x - _step(x)"),
        ("_step(rate)", "_step(RATE)"),
        ("def _step(rate):", "def _step(RATE):"),
    ],
)
def test_other_names_that_do_something_else_change_a_digest(
    tmp_path: Path, old: str, new: str
) -> None:
    assert changed(tmp_path, old, new)


def with_step(step: str) -> str:
    """The module with another `_step`, which is called by keyword."""
    whole = TEXT.replace("_step(rate)", "_step(amount=rate, other=2)", 2)
    old = whole[whole.index("def _step") : whole.index("def _made")]
    return whole.replace(old, step)


def test_parameters_that_are_given_by_keyword_keep_their_names(tmp_path: Path) -> None:
    one = with_step("def _step(amount, other):\n    return amount * RATE\n")
    two = with_step("def _step(other, amount):\n    return other * RATE\n")
    assert differing(tmp_path, one, two) == set(NAMES)


def test_imports_keep_their_names(tmp_path: Path) -> None:
    text = "import math, cmath\n    return math.sqrt(rate)"
    one = TEXT.replace("return rate * RATE", text)
    assert differing(tmp_path, one, one.replace("math.sqrt", "cmath.sqrt")) == set(NAMES)


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
