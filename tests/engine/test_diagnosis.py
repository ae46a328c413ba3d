"""Known mistakes in what is random, or takes a function, are told by what no seed changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from graders import grade
from mini_course import module_text, write_mini_course

from autograder import diagnosis
from autograder.course.assignment import Assignment
from autograder.diagnosis import call, generator, summarize

SUITE = '''
import numpy as np
import pytest
from autograder.suite import expect

def test_noise(student):
    """Adds noise of either sign."""
    got = student.increment(np.zeros(200), student.generator(1), student.remote_function(abs_of))
    expect.that(isinstance(got, np.ndarray), "returned no array")
    expect.that((got > 0).any() and (got < 0).any(), "added noise of one sign")

def abs_of(x):
    return np.abs(x)
'''
CATALOGUE = """
import numpy as np
from autograder.diagnosis import call, generator, misconception, probes, summarize

def _seen(answer):
    return bool((answer > 0).all()), bool((answer < 0).all())

def size(x):
    return np.abs(x)

@probes("increment")
def _():
    return [summarize(call(np.zeros(200), generator(5), size), key=_seen)]

@misconception("increment", "Is noise never negative?")
def increment_by_positive_noise(x, rng, size):
    return x + size(rng.normal(size=x.shape))

@misconception("increment", "Is noise never positive?")
def increment_by_negative_noise(x, rng, size):
    return x - size(rng.normal(size=x.shape))
"""


@pytest.fixture
def course(tmp_path: Path) -> Assignment:
    assignment = write_mini_course(tmp_path)
    assignment.suite_file("increment").write_text(SUITE, encoding="utf-8")
    assignment.misconceptions_file.write_text(CATALOGUE, encoding="utf-8")
    solution = "def increment(x, rng, size):\n    return x + rng.normal(size=len(x))"
    assignment.solution_module.write_text(module_text(increment=solution), encoding="utf-8")
    return assignment


def hint(course: Assignment, tmp_path: Path, body: str) -> str | None:
    path = tmp_path / "submission.py"
    path.write_text(module_text(increment=body), encoding="utf-8")
    result = grade(path, course, b"seed" * 8, advice=("hints",))
    (test,) = next(each for each in result.exercises if each.name == "increment").tests
    assert (result.status, test.outcome) == ("graded", "failed")
    return test.misconception


def test_a_random_mistake_made_in_other_words_is_known(course, tmp_path):
    body = "def increment(x, rng, size):\n    return x - rng.uniform(1, 2, len(x))"
    assert hint(course, tmp_path, body) == "increment_by_negative_noise"


def test_a_function_of_the_suites_is_lent_to_the_student(course, tmp_path):
    body = "def increment(x, rng, size):\n    return x + size(rng.normal(size=len(x)))"
    assert hint(course, tmp_path, body) == "increment_by_positive_noise"


def test_what_cannot_be_summarized_is_not_known(course, tmp_path):
    body = "def increment(x, rng, size):\n    return 'no array'"
    assert hint(course, tmp_path, body) is None


def test_answers_that_cannot_be_read_agree_with_nothing():
    probe = summarize(call(1), key=lambda answer: answer.shape)
    one, other = (diagnosis.react(lambda x: x, probe) for _ in range(2))
    assert not diagnosis.agree(one, other)


def test_calls_of_one_probe_share_a_generator_and_its_state():
    shared = generator(1)

    def draw(rng):
        return rng.random()

    different = summarize(call(shared), call(shared), key=np.equal)
    same = summarize(call(generator(1)), call(generator(1)), key=np.equal)
    assert not diagnosis.react(draw, different).value
    assert diagnosis.react(draw, same).value


def test_a_watched_call_is_summarized_with_what_became_of_its_arguments():
    def overwrite(x, rng):
        x[...] = rng.random(x.shape)
        return x

    probe = summarize(
        call(np.zeros(3), generator(1), watch=True),
        key=lambda watched: (bool(watched.arguments[0].any()), watched.shares_memory),
    )
    assert diagnosis.react(overwrite, probe).value == (True, True)


def test_an_argument_that_is_returned_among_others_is_shared_as_in_the_sandbox():
    reaction = diagnosis.react(lambda x: (x.sum(), x), call(np.zeros(3), watch=True))
    assert reaction.shares_memory
    copied = diagnosis.react(lambda x: (x.sum(), x.copy()), call(np.zeros(3), watch=True))
    assert copied.shares_memory is False
