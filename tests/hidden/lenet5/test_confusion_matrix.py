"""Hidden tests of `confusion_matrix` and `accuracy`."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect


def compare(student, labels, predictions, classes):
    expect.close(
        student.confusion_matrix(labels, predictions, classes),
        reference.confusion_matrix(labels, predictions, classes),
    )


def guesses(rng, count, classes):
    """Labels, and predictions of which many are right and the mistakes are not symmetric."""
    labels = rng.integers(classes, size=count)
    wrong = rng.random(count) < 0.4
    return labels, np.where(wrong, (labels + 1) % classes, labels)


@pytest.mark.public
@pytest.mark.weight(1)
def test_example(student):
    """Four predictions of three classes, as in the notebook."""
    compare(student, np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), 3)


@pytest.mark.weight(1.5)
def test_rows_are_true_classes(student, rng):
    """Rows are true classes, columns predicted ones."""
    for count, classes in ((40, 5), (200, 10)):
        compare(student, *guesses(rng, count, classes), classes)


@pytest.mark.weight(1)
def test_classes_that_do_not_occur(student, rng):
    """There is a row and a column for each class, whether it occurs or not."""
    labels, predictions = guesses(rng, 30, 4)
    compare(student, labels, predictions, 9)
    compare(student, 2 * labels, 2 * predictions + 1, 9)


@pytest.mark.aspect("kind")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_counts_are_whole_numbers(student, rng):
    """The counts are ints, not shares."""
    got = student.confusion_matrix(*guesses(rng, 25, 4), 4)
    expect.that(expect.array(got).dtype.kind in "iu", "returned counts that are not ints")


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_nothing_to_count(student):
    """No predictions give a matrix of zeros."""
    got = student.confusion_matrix(np.zeros(0, int), np.zeros(0, int), 4)
    expect.close(got, np.zeros((4, 4), int))


@pytest.mark.aspect("large counts")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_large_counts(student, rng):
    """Counts may be large: of twenty times as many predictions the shares are the same."""
    labels, predictions = guesses(rng, 60, 3)
    few = relations.numbers(student.confusion_matrix(labels, predictions, 3))
    repeated = (np.tile(each, 20) for each in (labels, predictions))
    many = relations.numbers(student.confusion_matrix(*repeated, 3))
    expect.close(many / max(many.sum(), 1), few / max(few.sum(), 1))


@pytest.mark.weight(2)
def test_share_that_is_right(student, rng):
    """accuracy is the share of predictions that are right."""
    for count, classes in ((7, 3), (64, 10), (1, 2)):
        labels, predictions = guesses(rng, count, classes)
        expect.close(student.accuracy(labels, predictions), reference.accuracy(labels, predictions))


@pytest.mark.weight(0.5)
def test_none_and_all_right(student, rng):
    """accuracy is 0 where none is right and 1 where all are."""
    labels = rng.integers(5, size=12)
    expect.close(student.accuracy(labels, labels + 1), 0.0)
    expect.close(student.accuracy(labels, labels), 1.0)


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """Labels and predictions are left as they were."""
    given = list(guesses(rng, 12, 4))
    seen = student.confusion_matrix.watched(*given, 4)
    expect.that(cases.unchanged(given, seen.arguments), "changed an argument")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_match(student):
    """As many predictions as labels are needed, else a ValueError names them."""
    labels, predictions = np.array([0, 1, 2]), np.array([1])
    with student.raises(ValueError, naming=("predictions", "labels")):
        student.confusion_matrix(labels, predictions, 3)
    with student.raises(ValueError, naming=("predictions", "labels")):
        student.accuracy(labels, predictions)


@pytest.mark.aspect("values", "large counts", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Labels and predictions of all kinds and dtypes, drawn at random."""
    calls = drawn.guesses(rng)
    for (args, _), got in zip(calls, student.confusion_matrix.each(calls), strict=True):
        expect.close(got, reference.confusion_matrix(*args))
    shares = [(args[:2], {}) for args, _ in calls]
    for (args, _), got in zip(shares, student.accuracy.each(shares), strict=True):
        expect.close(got, reference.accuracy(*args))
