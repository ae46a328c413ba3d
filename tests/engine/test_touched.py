"""Which statements a piece of code needs: by the names that code sets and uses."""

from __future__ import annotations

import pytest

from convgrade.checking.names import modules_of, names
from convgrade.checking.touched import needed


def needs(target: str, *before: str) -> list[str]:
    """The statements of `before` that `target` needs."""
    modules = modules_of((*before, target))
    found = needed([names(source, modules) for source in before], names(target, modules))
    return [source for place, source in enumerate(before) if place in found]


def test_what_sets_a_name_is_needed_and_what_sets_another_is_not() -> None:
    assert needs("a", "a = 1", "b = 2") == ["a = 1"]


def test_the_last_value_counts() -> None:
    assert needs("a", "a = 1", "a = 2") == ["a = 2"]


def test_a_value_that_may_have_been_kept_is_needed_too() -> None:
    assert needs("a", "a = 1", "if 1 > 2: a = 2") == ["a = 1", "if 1 > 2: a = 2"]


def test_what_a_function_uses_is_needed_wherever_it_is_set() -> None:
    before = ("def f(): return a", "a = 1", "b = f()", "a = 2", "c = 3")
    assert needs("b", *before) == list(before[:4])


def test_names_inside_functions_comprehensions_and_classes_are_their_own() -> None:
    inner = ("def f(x): return x", "y = [x for x in range(3)]", "class A:\n    x = 1")
    assert needs("f(1), y, A", "x = 1", *inner) == list(inner)


@pytest.mark.parametrize(
    "change",
    ["a.append(1)", "a[0] = 1", "a.b = 1", "a += 1", "del a[0]", "train(a)", "b = train(a)"],
)
def test_what_changes_a_value_is_needed(change: str) -> None:
    assert change in needs("a", "a = [0]", change)


@pytest.mark.parametrize("look", ["print(a)", "show_images(a)", "check(f, a, expected=a)"])
def test_what_only_looks_at_a_value_is_not_needed(look: str) -> None:
    assert look not in needs("a", "a = [0]", look)


def test_a_seed_is_needed_where_its_library_is_used() -> None:
    before = ("import numpy as np", "np.random.seed(3)", "b = 1")
    assert needs("np.ones(3)", *before) == list(before[:2])
    assert needs("def f():\n    import numpy\n    return numpy.ones(3)\nf()", *before) == list(
        before[:2]
    )
    assert needs("b", *before) == ["b = 1"]


def test_a_library_that_is_only_used_is_not_changed() -> None:
    assert needs("np.ones(3)", "import numpy as np", "a = np.zeros(2)") == ["import numpy as np"]


@pytest.mark.parametrize("code", ["exec('a = 1')", "from m import *", "globals()['a'] = 1"])
def test_code_that_may_set_any_name_is_needed_with_all_before_it(code: str) -> None:
    assert needs("b", "c = 1", code, "b = 2") == ["c = 1", code, "b = 2"]


def test_a_function_that_changes_a_global_name_is_opaque() -> None:
    changing = "def f():\n    global a\n    a = 2"
    assert needs("b", changing, "b = 1") == [changing, "b = 1"]


def test_a_name_may_stand_in_a_string() -> None:
    assert needs("if 'a' in globals(): b", "a = 1", "c = 1") == ["a = 1"]


def test_what_is_told_to_the_system_is_always_needed() -> None:
    telling = "os.environ['A'] = '1'"
    assert needs("b", "import os", telling, "b = 1") == ["import os", telling, "b = 1"]


def test_a_magic_that_sets_no_name_is_run_and_brings_nothing_with_it() -> None:
    magic = "get_ipython().run_line_magic('matplotlib', 'inline')"
    assert needs("b", "a = 1", magic, "b = 1") == [magic, "b = 1"]
    timed = "get_ipython().run_line_magic('time', 'b = 2')"
    assert needs("b", "a = 1", timed) == ["a = 1", timed]
