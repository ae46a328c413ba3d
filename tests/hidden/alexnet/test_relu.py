"""Hidden tests of `relu`."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect


def compare(student, x, **how):
    expect.close(student.relu(x), reference.relu(x), like=(x,), **how)


@pytest.mark.public
@pytest.mark.weight(0.5)
def test_example(student):
    """Four numbers, as in the notebook."""
    compare(student, np.array([[-2.0, 0.0], [3.5, -0.5]]))


@pytest.mark.weight(2)
def test_values(student, rng):
    """Negative numbers become 0, small and large positive ones stay what they are."""
    for shape in ((7,), (3, 5), (2, 4, 6, 3)):
        compare(student, cases.wide(rng, shape) * rng.choice([1e-3, 1, 50], shape))


@pytest.mark.aspect("nan")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_nan_stays(student):
    """NaN stays NaN."""
    of_numbers = relations.numbers(student.relu(np.array([-1.0, 2.0])))
    got = student.relu(np.array([np.nan, -1.0, np.nan, 2.0]))
    expect.close(got, [np.nan, of_numbers[0], np.nan, of_numbers[1]])


@pytest.mark.aspect("infinity")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_infinities(student):
    """Minus infinity becomes 0, infinity stays."""
    want = [relations.infinite(student.relu, sign) for sign in (-1, 1)]
    expect.close(student.relu(np.array([-np.inf, np.inf])), want)


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_dtype_is_kept(student, rng):
    """The dtype is that of the argument, whole numbers included."""
    for dtype in (np.float32, np.int64, np.int8):
        x = np.abs(cases.wide(rng, (3, 4), 20)).astype(dtype)
        relations.same_numbers(student.relu, x, dtype)
    relations.same_numbers(student.relu, cases.in_bytes(rng, (3, 4)), np.uint8)


@pytest.mark.aspect("shape")
@pytest.mark.supporting
@pytest.mark.weight(0.25)
def test_any_shape(student):
    """No axis and no element are shapes too."""
    for x in (np.array(-2.5), np.array(1.5), np.zeros((0, 3))):
        want = relations.numbers(student.relu(x.reshape(-1)))
        expect.close(student.relu(x), want.reshape(x.shape))


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_a_fresh_array(student, rng):
    """The argument is left as it was, and the answer is another array."""
    for x in (cases.wide(rng, (4, 5)), np.abs(cases.wide(rng, (4, 5)))):
        seen = student.relu.watched(x)
        expect.that(cases.unchanged([x], seen.arguments), "changed its argument")
        expect.that(not seen.shares_memory, "returned its argument, or a view of it")


@pytest.mark.aspect("values", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Arrays of all shapes and dtypes, drawn at random."""
    arrays = drawn.arrays(rng)
    for x, got in zip(arrays, student.relu.each([((x,), {}) for x in arrays]), strict=True):
        expect.close(got, reference.relu(x), like=(x,))
