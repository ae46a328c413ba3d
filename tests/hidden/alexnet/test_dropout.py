"""Hidden tests of `dropout`: exact in its values, and by chance.CHANCE in which they are.

The generator is the suite's; how it is used is the student's business, as long as each element is
dropped with the right probability and by itself.
"""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
from chance import is_binomial

from autograder.suite import expect


def dropped(student, x, rate, generator):
    """Where the answer is 0; everywhere else it has to be x / (1 - rate)."""
    got = cases.array_of(student.dropout(x, rate, True, generator), x.shape)
    zeros = got == 0
    expect.close(got, np.where(zeros, 0, x / (1 - rate)), like=(x,))
    return zeros


@pytest.mark.public
@pytest.mark.weight(1)
def test_example(student):
    """Three numbers, when not training, as in the notebook."""
    x = np.array([1.0, -2.0, 3.0])
    expect.close(student.dropout(x, 0.5, False, student.generator(0)), x)


@pytest.mark.weight(1)
def test_nothing_happens_when_not_training(student, rng):
    """When not training nothing is dropped or scaled, whatever the rate, and no rng is used."""
    for shape in ((7,), (4, 5), (2, 3, 4, 5)):
        x = cases.wide(rng, shape)
        for rate in (0.0, 0.3, 0.8, 1.0):
            expect.close(student.dropout(x, rate, False, student.generator(1)), x)
    expect.close(student.dropout(x, 0.5, False, None), x)


@pytest.mark.weight(1.5)
def test_zero_or_scaled(student, rng):
    """When training each element is 0 or x / (1 - rate)."""
    generator = student.generator(cases.seed(rng))
    for shape in ((30,), (4, 5), (2, 3, 4, 5)):
        for rate in (0.2, 0.5, 0.75):
            dropped(student, cases.wide(rng, shape), rate, generator)


@pytest.mark.weight(3)
def test_share_that_is_dropped(student, rng):
    """The rate is the probability of being dropped.

    What is dropped of n elements is binomial (n, rate); the bounds of chance.py are some 2 % of n
    away from n * rate, so that 1 - rate, or a rate that is off by a tenth, is not within them.
    """
    generator = student.generator(cases.seed(rng))
    for shape, rate in (((200, 100), 0.2), ((20_000,), 0.75), ((50, 4, 5, 20), 0.5)):
        zeros = dropped(student, cases.wide(rng, shape), rate, generator)
        expect.that(
            is_binomial(int(zeros.sum()), zeros.size, rate),
            f"dropped {zeros.mean():.1%} of {zeros.size} elements, for a rate of {rate}",
        )


@pytest.mark.weight(1.5)
def test_each_element_by_itself(student, rng):
    """Examples, rows, columns and channels are not dropped together: each element by itself.

    That all of an array are as those of its first row, say, is a matter of 2,016 elements or more,
    and has a probability of 2**-2016 at most.
    """
    generator = student.generator(cases.seed(rng))
    for shape in ((40, 60), (8, 7, 5, 9)):
        zeros = dropped(student, cases.wide(rng, shape), 0.5, generator)
        for axis in range(len(shape)):
            expect.that(
                (zeros != zeros.take([0], axis)).any(),
                f"dropped the same all along axis {axis}",
            )


@pytest.mark.weight(1.5)
def test_a_number_left_to_chance(student, rng):
    """How many are dropped is left to chance, in each example and in each call.

    The numbers of ten calls with 40 elements, or of 80 rows of 40, are all alike with a probability
    of C(40, 20)**9 / 2**360 = 7.7e-9 at most: see chance.all_equal_chance.
    """
    generator = student.generator(cases.seed(rng))
    row = cases.wide(rng, (40,))
    calls = {int(dropped(student, row, 0.5, generator).sum()) for _ in range(10)}
    expect.that(len(calls) > 1, "dropped the same number of elements in each of ten calls")
    rows = dropped(student, cases.wide(rng, (80, 40)), 0.5, generator).sum(axis=1)
    expect.that(len(set(rows.tolist())) > 1, "dropped the same number of elements in each row")


@pytest.mark.weight(1)
def test_other_calls_drop_others(student, rng):
    """Another call, with the same generator or another one, drops other elements.

    Two masks of 200 elements are alike with a probability of 2**-200.
    """
    x = cases.wide(rng, (10, 20))
    one, other = (student.generator(cases.seed(rng)) for _ in range(2))
    masks = [dropped(student, x, 0.5, generator) for generator in (one, one, other)]
    for first, second in ((0, 1), (0, 2)):
        expect.that((masks[first] != masks[second]).any(), "dropped the same elements twice")


@pytest.mark.weight(0.5)
def test_nothing_and_everything(student, rng):
    """A rate of 0 drops nothing, a rate of 1 everything."""
    x = cases.wide(rng, (4, 6))
    generator = student.generator(cases.seed(rng))
    expect.close(student.dropout(x, 0.0, True, generator), x)
    expect.close(student.dropout(x, 1.0, True, generator), np.zeros_like(x))


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_dtypes(student, rng):
    """float32 stays float32; whole numbers become floating, so that they can be scaled."""
    generator = student.generator(cases.seed(rng))
    single, whole = cases.mixed(rng, (5, 8)), rng.integers(1, 9, size=(5, 8))
    for x, training, allowed in (
        (single, False, (np.float32,)),
        (single, True, (np.float32,)),
        (whole, True, (np.float32, np.float64)),
    ):
        got = cases.array_of(student.dropout(x, 0.4, training, generator), x.shape)
        expect.that(got.dtype in allowed, f"returned {got.dtype} for an array of {x.dtype}")


@pytest.mark.aspect("generator")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_the_generator_decides(student, rng):
    """The same generator in the same state drops the same elements: nothing else is random."""
    x = cases.wide(rng, (10, 20))
    seed = cases.seed(rng)
    one, other = (student.dropout(x, 0.5, True, student.generator(seed)) for _ in range(2))
    expect.that(
        cases.unchanged([cases.array_of(one, x.shape)], [other]),
        "gave two answers with generators of the same seed",
    )


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_argument_alone(student, rng):
    """The argument is left as it was, and the answer is another array, training or not."""
    x = cases.wide(rng, (4, 6))
    for training in (True, False):
        seen = student.dropout.watched(x, 0.5, training, student.generator(2))
        expect.that(cases.unchanged([x], seen.arguments), "changed its argument")
        expect.that(not seen.shares_memory, "returned its argument, or a view of it")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_rates_beyond(student, rng):
    """A rate below 0 or above 1 raises a ValueError that names it."""
    generator = student.generator(3)
    for number, x in enumerate([cases.wide(rng, (4, 6)), *drawn.arrays(rng, drawn.REFUSED)]):
        rate = (-0.1, 1.5, 50, -1, 1.0001, -1e-6)[number % 6]
        with student.raises(ValueError, naming="rate"):
            student.dropout(x, rate, True, generator)


@pytest.mark.aspect("values", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Arrays and rates of all kinds, drawn at random; by chance.CHANCE how many are dropped."""
    generator = student.generator(cases.seed(rng))
    for x, rate, training in drawn.rates(rng):
        if not training or rate in (0, 1):
            got = student.dropout(x, rate, training, generator)
            expect.close(got, x * (rate < 1 or not training))
            continue
        zeros = dropped(student, x, rate, generator)[x != 0]
        expect.that(
            is_binomial(int(zeros.sum()), zeros.size, rate),
            f"dropped {zeros.sum()} of {zeros.size} elements, for a rate of {rate}",
        )
