"""`assignment.toml`: what is not known, or of a wrong kind, is refused by its name."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from autograder.course.assignment import Assignment, load_assignment
from autograder.course.assignment_settings import LEAST
from autograder.errors import CourseError
from autograder.sandbox import Limits


def loaded(course: Assignment, text: str) -> Assignment:
    course.source_notebook.with_name("assignment.toml").write_text(text)
    return load_assignment(course.name, course.root)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[limit]\ncall_seconds = 1", r"no \[limit\]; did you mean \[limits\]\?"),
        ("titel = 'x'", "no titel; did you mean title"),
        ("colour = 'red'", r"no colour\. Known are title, preload, \[limits\]"),
        ("[limits]\ncall_second = 1", "no call_second; did you mean call_seconds"),
        ("[limits]\ncall_seconds = -1", "call_seconds of .* above zero, not -1"),
        ("[limits]\ncall_seconds = 0", "above zero"),
        ("[limits]\ncall_seconds = 'long'", "above zero, not 'long'"),
        ("[limits]\ncall_seconds = true", "above zero, not True"),
        ("[limits]\ncall_seconds = nan", "above zero"),
        ("[limits]\ncall_seconds = inf", "above zero"),
        ("[limits]\nprocesses = 1.5", "processes of .* whole number"),
        ("limits = 3", r"limits must be a section, \[limits\]"),
        ("[feedback]\nhidden_tests = 'all'", 'one of "messages", "titles", "none", not \'all\''),
        ("[feedback]\nhidden_tests = true", "one of"),
        ("[feedback]\nhidden_test = 'none'", "no hidden_test; did you mean hidden_tests"),
        ("feedback = 'none'", "must be a section"),
        ("preload = 'numpy'", "preload must be a list of modules"),
        ("preload = [1]", "preload must be a list of modules"),
        ("preload = ['no module']", "preload must be a list of modules"),
        ("title = 3", "title must be text"),
        ("training = 'digits'", "must be a section"),
        ("[training]\ndatasets = 'digits'", "no key 'datasets'"),
    ],
)
def test_what_is_not_known_is_refused_by_name(
    mini_course: Assignment, text: str, said: str
) -> None:
    with pytest.raises(CourseError, match=said) as refused:
        loaded(mini_course, text)
    assert "source/mini/assignment.toml" in str(refused.value)


@pytest.mark.parametrize("limit", [each.name for each in fields(Limits)])
def test_every_limit_of_the_sandbox_is_known(mini_course: Assignment, limit: str) -> None:
    value = LEAST.get(limit, 7)
    assert loaded(mini_course, f"[limits]\n{limit} = {value}").limits == {limit: value}


def test_an_empty_file_is_an_assignment(mini_course: Assignment) -> None:
    assert loaded(mini_course, "").title == mini_course.name


def test_the_assignments_of_this_course_are_what_is_known() -> None:
    root = Path(__file__).resolve().parents[2]
    for file in root.glob("source/*/assignment.toml"):
        assert re.match(r"\w+", load_assignment(file.parent.name, root).title)
