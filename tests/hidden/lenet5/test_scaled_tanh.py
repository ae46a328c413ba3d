"""Hidden tests of `scaled_tanh`."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect


def compare(student, a, **how):
    expect.close(student.scaled_tanh(a), reference.scaled_tanh(a), like=(a,), **how)


@pytest.mark.public
@pytest.mark.weight(1)
def test_example(student):
    """Three numbers, as in the notebook."""
    compare(student, np.array([0.0, 1.5, -3.0]))


@pytest.mark.weight(2)
def test_values(student, rng):
    """Numbers of both signs, small and large."""
    for scale in (0.1, 1.0, 10.0):
        compare(student, scale * cases.wide(rng, (50,)))


@pytest.mark.weight(2)
def test_one_stays_one(student):
    """1 becomes 1 and -1 becomes -1, to a few millionths."""
    expect.close(student.scaled_tanh(np.array([1.0, -1.0])), [1.0, -1.0], rtol=0, atol=3e-6)


@pytest.mark.aspect("shape")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_any_shape(student, rng):
    """Arrays of any shape, single numbers and nothing at all keep their shape."""
    for shape in ((), (3, 1, 2), (0, 4), (2, 3, 4, 5)):
        a = np.asarray(cases.wide(rng, shape))
        want = relations.numbers(student.scaled_tanh(a.reshape(-1)))
        expect.close(student.scaled_tanh(a), want.reshape(shape))
    expect.close(
        student.scaled_tanh(0.75), relations.numbers(student.scaled_tanh(np.array([0.75])))[0]
    )


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_dtype(student, rng):
    """The dtype of floating numbers is kept; whole numbers become floating."""
    for a, dtype in (
        (cases.mixed(rng, (6,)), np.float32),
        (cases.wide(rng, (6,)), np.float64),
        (np.arange(-3, 4), "floating"),
    ):
        want = relations.numbers(student.scaled_tanh(a.astype(np.float64)))
        expect.close(student.scaled_tanh(a), want, like=(a,), dtype=dtype)


@pytest.mark.aspect("nan")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_nan_and_infinity(student, rng):
    """NaN gives NaN, and infinity the bound."""
    above, below, one = relations.numbers(student.scaled_tanh(np.array([100.0, -100.0, 1.0])))
    got = student.scaled_tanh(np.array([np.nan, np.inf, -np.inf, 1.0]))
    expect.close(got, [np.nan, above, below, one])
    for shape in ((7,), (3, 5), (2, 4, 3), (6, 1, 2, 4)):
        a = cases.wide(rng, shape)
        special = rng.choice([1.0, 1.0, np.nan, np.inf, -np.inf], shape)
        want = np.where(special == np.inf, above, np.where(special == -np.inf, below, special))
        plain = relations.numbers(student.scaled_tanh(a)).reshape(-1)
        got = relations.numbers(student.scaled_tanh(np.where(special == 1, a, special)))
        expect.that(plain.size == got.size == a.size, "returned not as many numbers as it got.")
        special, want = special.reshape(-1), want.reshape(-1)
        expect.close(got.reshape(-1), np.where(special == 1, plain, want))


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_argument_alone(student, rng):
    """The array that is handed in is left as it was."""
    a = cases.wide(rng, (3, 4))
    seen = student.scaled_tanh.watched(a)
    expect.that(cases.unchanged([a], seen.arguments), "changed its argument")


@pytest.mark.aspect("values", "shape", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Arrays and numbers of all kinds, drawn at random."""
    calls = drawn.sums(rng)
    for ((a,), _), got in zip(calls, student.scaled_tanh.each(calls), strict=True):
        kept = isinstance(a, np.ndarray) and a.dtype.kind == "f"
        want = reference.scaled_tanh(a)
        expect.close(got, want, like=(a,), dtype="kept" if kept else "floating")
