"""Hidden tests of `top_k_accuracy`."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference

from autograder.suite import expect


def compare(student, probabilities, labels, k):
    got = student.top_k_accuracy(probabilities, labels, k)
    expect.close(got, reference.top_k_accuracy(probabilities, labels, k))


def answers(rng, count, classes):
    """Probabilities that are better than chance, and labels."""
    labels = rng.integers(classes, size=count)
    logits = rng.normal(size=(count, classes))
    logits[np.arange(count), labels] += 0.8
    exponentials = np.exp(logits)
    return exponentials / exponentials.sum(axis=1, keepdims=True), labels


def tied(rng, count, classes):
    """Probabilities of which many are alike, about the label's place too."""
    steps = rng.integers(1, 4, size=(count, classes)).astype(float)
    return steps / steps.sum(axis=1, keepdims=True), rng.integers(classes, size=count)


@pytest.mark.public
@pytest.mark.weight(1)
def test_example(student):
    """Three examples of three classes, as in the notebook."""
    probabilities = np.array([[0.1, 0.6, 0.3], [0.4, 0.3, 0.3], [0.2, 0.2, 0.6]])
    compare(student, probabilities, np.array([2, 2, 2]), 1)


@pytest.mark.weight(1)
def test_one_guess(student, rng):
    """With one guess the most probable class counts."""
    for count, classes in ((37, 5), (120, 11)):
        compare(student, *answers(rng, count, classes), 1)


@pytest.mark.weight(2)
def test_several_guesses(student, rng):
    """With k guesses the label may be any of the k most probable classes."""
    for count, classes, k in ((150, 8, 2), (90, 12, 5), (60, 17, 3)):
        compare(student, *answers(rng, count, classes), k)


@pytest.mark.weight(1)
def test_all_guesses(student, rng):
    """With as many guesses as classes, and with one fewer."""
    probabilities, labels = answers(rng, 80, 6)
    labels[0] = probabilities[0].argmin()  # of which one fewer is not enough
    for k in (6, 5):
        compare(student, probabilities, labels, k)


@pytest.mark.weight(1.5)
def test_ties(student, rng):
    """Of classes that are equally probable the lower number comes first."""
    for classes, k in ((6, 1), (6, 3), (25, 5)):
        compare(student, *tied(rng, 80, classes), k)


@pytest.mark.weight(0.5)
def test_always_the_same(student):
    """A network that finds all classes equally probable is right for the first k only."""
    compare(student, np.full((8, 4), 0.25), np.array([0, 1, 2, 3, 3, 2, 3, 3]), 2)


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """Probabilities and labels are left as they were."""
    given = list(answers(rng, 12, 6))
    seen = student.top_k_accuracy.watched(*given, 2)
    expect.that(cases.unchanged(given, seen.arguments), "changed an argument")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_fit(student, rng):
    """Wrong axes, numbers of labels, and numbers of guesses raise errors that name them."""
    probabilities, labels = answers(rng, 9, 5)
    with student.raises(ValueError, naming="probabilities"):
        student.top_k_accuracy(probabilities[0], labels[:1], 2)
    for wrong in (labels[:4], labels[:1]):
        with student.raises(ValueError, naming="labels"):
            student.top_k_accuracy(probabilities, wrong, 2)
    for k in (0, 6, -1):
        with student.raises(ValueError, naming="k"):
            student.top_k_accuracy(probabilities, labels, k)


@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Probabilities, labels and numbers of guesses of all kinds, drawn at random."""
    calls = drawn.guesses(rng)
    answers = student.top_k_accuracy.each([(each, {}) for each in calls])
    for arguments, got in zip(calls, answers, strict=True):
        expect.close(got, reference.top_k_accuracy(*arguments))
