"""Hidden tests of `trainable_subsampling`."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect

pytestmark = pytest.mark.builds_on("scaled_tanh")


def compare(student, x, weight, bias, **how):
    expect.close(
        student.trainable_subsampling(x, weight, bias),
        reference.trainable_subsampling(x, weight, bias),
        like=(x,),
        **how,
    )


def per_map(rng, maps):
    """Weights and biases of which no two are alike and none is 0."""
    return [cases.mixed(rng, (maps,), 0.3) + np.float32(0.4) for _ in range(2)]


@pytest.mark.public
@pytest.mark.weight(1)
def test_example(student):
    """One window, as in the notebook."""
    window = np.array([[0.1, 0.2], [0.3, 0.4]]).reshape(1, 2, 2, 1)
    compare(student, window, np.array([1.0]), np.array([0.5]))


@pytest.mark.weight(1.5)
def test_sums(student, rng):
    """The four cells of a window are added; with weight 1 and bias 0, squashed."""
    for shape in ((2, 4, 6, 3), (3, 8, 2, 2)):
        maps = shape[3]
        compare(student, cases.mixed(rng, shape, 0.5), np.ones(maps), np.zeros(maps))


@pytest.mark.weight(1.5)
def test_weights_and_biases(student, rng):
    """Each map has its own weight, of the sum, and its own bias, added once."""
    for maps in (2, 3, 5):
        compare(student, cases.mixed(rng, (2, 4, 6, maps), 0.5), *per_map(rng, maps))


@pytest.mark.weight(1)
def test_as_many_rows_as_maps(student, rng):
    """Weights belong to maps where there are as many rows or columns too."""
    compare(student, cases.mixed(rng, (3, 6, 6, 3), 0.5), *per_map(rng, 3))


@pytest.mark.weight(1)
def test_rows_and_columns_left_over(student, rng):
    """A last row or column that fills no window is left out."""
    for shape in ((2, 5, 6, 2), (2, 4, 7, 2), (1, 3, 5, 3)):
        compare(student, cases.mixed(rng, shape, 0.5), *per_map(rng, shape[3]))


@pytest.mark.weight(1)
def test_large_sums(student, rng):
    """Large sums are squashed after weight and bias, and stay below the bound."""
    compare(student, cases.mixed(rng, (2, 4, 6, 3), 5.0), *per_map(rng, 3))


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_whole_numbers_and_dtypes(student, rng):
    """Whole numbers, bytes too, are added without overflow; the result is floating."""
    in_bytes = rng.integers(200, 256, size=(1, 4, 4, 2)).astype(np.uint8)
    small = np.array([0.001, -0.002]), np.array([0.1, 0.2])
    for x, given in ((in_bytes, small), (cases.mixed(rng, (1, 4, 6, 2), 0.5), per_map(rng, 2))):
        want = relations.numbers(student.trainable_subsampling(x.astype(np.float64), *given))
        got = student.trainable_subsampling(x, *given)
        expect.close(got, want, like=(x, np.float32(0)), dtype="floating")


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_empty_batch(student, rng):
    """A batch of no images gives a batch of no, smaller, maps."""
    given = per_map(rng, 2)
    x = cases.mixed(rng, (2, 5, 6, 2))
    relations.empty_batch(lambda images: student.trainable_subsampling(images, *given), x)


@pytest.mark.aspect("nan")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_nan_propagates(student, rng):
    """A window with a NaN gives NaN, and the others do not."""
    x, given = cases.mixed(rng, (2, 4, 7, 2), 0.5), per_map(rng, 2)
    cells = np.zeros(x.shape, bool)
    cells[0, 1, 2, 0] = cells[1, 3, 6, 1] = True
    relations.nan_propagates(lambda images: student.trainable_subsampling(images, *given), x, cells)


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """Images, weight and bias are left as they were."""
    given = [cases.mixed(rng, (2, 4, 6, 3)), *per_map(rng, 3)]
    seen = student.trainable_subsampling.watched(*given)
    expect.that(cases.unchanged(given, seen.arguments), "changed an argument")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_fit(student, rng):
    """Arrays that do not fit each other raise a ValueError that names one of them."""
    x, (weight, bias) = cases.mixed(rng, (1, 4, 4, 3)), per_map(rng, 3)
    with student.raises(ValueError, naming="x"):
        student.trainable_subsampling(x[0], weight, bias)
    with student.raises(ValueError, naming=("weight", "x")):
        student.trainable_subsampling(x, weight[:1], bias)
    with student.raises(ValueError, naming=("bias", "x")):
        student.trainable_subsampling(x, weight, bias[:2])


@pytest.mark.aspect("values", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images, weights and biases of all kinds, drawn at random."""
    calls = drawn.subsampling(rng)
    for (args, _), got in zip(calls, student.trainable_subsampling.each(calls), strict=True):
        want = reference.trainable_subsampling(*args)
        expect.close(got, want, like=(np.float32(0),), dtype="floating")
