"""Hidden tests of `rbf_output` and `rbf_predict`."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect

SIZES = ((4, 10, 84), (10, 3, 5), (7, 12, 6))
"""Examples, classes and features, no two alike."""


def compare(student, x, codes):
    expect.close(student.rbf_output(x, codes), reference.rbf_output(x, codes), like=(x, codes))


def signs(rng, classes, features):
    """Codes of +1 and -1, as in the paper."""
    return rng.choice(np.array([-1.0, 1.0]), size=(classes, features))


@pytest.mark.public
@pytest.mark.weight(1)
def test_example(student):
    """Two examples and three classes, as in the notebook."""
    codes = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0]])
    compare(student, np.array([[0.5, 1.0], [-1.0, -2.0]]), codes)


@pytest.mark.weight(2)
def test_distances(student, rng):
    """The squared distance of every example to every code."""
    for examples, classes, features in SIZES:
        compare(student, cases.wide(rng, (examples, features)), signs(rng, classes, features))


@pytest.mark.weight(1)
def test_as_many_examples_as_classes(student, rng):
    """Ten examples and ten classes: every pair counts, not the pairs of equal numbers."""
    compare(student, cases.wide(rng, (10, 84)), signs(rng, 10, 84))


@pytest.mark.weight(1)
def test_any_codes(student, rng):
    """Codes need not be of +1 and -1."""
    compare(student, cases.wide(rng, (5, 7)), 3 * cases.wide(rng, (4, 7)))


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_one_example_and_none(student, rng):
    """One example gives one row, none gives no row."""
    x, codes = cases.wide(rng, (3, 6)), signs(rng, 4, 6)
    rows = relations.numbers(student.rbf_output(x, codes))
    for examples in (1, 0):
        got = np.shape(relations.numbers(student.rbf_output(x[:examples], codes)))
        expect.that(len(got) == rows.ndim, f"returned an array of shape {got}")
        expect.that(0 in got or examples > 0, f"returned an array of shape {got}")


@pytest.mark.weight(1.5)
def test_nearest_code_wins(student, rng):
    """rbf_predict gives the class whose code is nearest, as whole numbers."""
    for examples, classes, features in (*SIZES, (10, 10, 84)):
        codes = signs(rng, classes, features)
        true = rng.integers(classes, size=examples)
        x = codes[true] + 0.4 * cases.wide(rng, (examples, features))
        got = student.rbf_predict(x, codes)
        expect.close(got, reference.rbf_predict(x, codes))
        expect.that(expect.array(got).dtype.kind in "iu", "returned classes that are not ints")


@pytest.mark.weight(1)
def test_nearest_of_any_codes(student, rng):
    """rbf_predict goes by distance, not by direction: codes may be of any length."""
    codes = np.outer([1.0, 2.0, 4.0, 8.0], cases.wide(rng, (6,)))
    x = codes[rng.integers(4, size=9)] * 1.05
    expect.close(student.rbf_predict(x, codes), reference.rbf_predict(x, codes))


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """Examples and codes are left as they were."""
    given = [cases.wide(rng, (4, 6)), signs(rng, 4, 6)]
    seen = student.rbf_output.watched(*given)
    expect.that(cases.unchanged(given, seen.arguments), "changed an argument")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_fit(student, rng):
    """Wrong numbers of axes or features raise a ValueError that names one of the arguments."""
    x, codes = cases.wide(rng, (4, 6)), signs(rng, 5, 6)
    for wrong in ((x[0], codes), (x, codes[0]), (x[:, :5], codes)):
        with student.raises(ValueError, naming=("x", "codes")):
            student.rbf_output(*wrong)


@pytest.mark.aspect("values", "empty")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Examples and codes of all kinds, drawn at random."""
    calls = drawn.examples_and_codes(rng)
    for (args, _), got in zip(calls, student.rbf_output.each(calls), strict=True):
        expect.close(got, reference.rbf_output(*args), like=args)
    calls = drawn.examples_near_codes(rng)
    for (args, _), got in zip(calls, student.rbf_predict.each(calls), strict=True):
        expect.close(got, reference.rbf_predict(*args))
