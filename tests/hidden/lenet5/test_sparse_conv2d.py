"""Hidden tests of `sparse_conv2d`."""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect


def compare(student, x, kernel, bias, table, **how):
    expect.close(
        student.sparse_conv2d(x, kernel, bias, table),
        reference.sparse_conv2d(x, kernel, bias, table),
        like=(x, kernel),
        **how,
    )


def fitting(rng, shape, height, width, outputs):
    """Images and a kernel for them."""
    return cases.mixed(rng, shape), cases.mixed(rng, (height, width, shape[3], outputs))


def turned(kernel):
    """A kernel that a half turn leaves as it is, for tests that are about something else."""
    return kernel + kernel[::-1, ::-1]


NO_BIAS = np.zeros(16, np.float32)


@pytest.mark.aspect("values", "bias")
@pytest.mark.public
@pytest.mark.weight(0.5)
def test_example(student):
    """Two maps of which the second output sees one, as in the notebook."""
    image = np.arange(1.0, 10.0).reshape(3, 3)
    x = np.stack([image, 10 * image], axis=-1)[np.newaxis]
    table = np.array([[True, False], [True, True]])
    compare(student, x, np.ones((2, 2, 2, 2)), np.array([0.5, 0.0]), table)


@pytest.mark.weight(1)
def test_all_connected(student, rng):
    """With a table that is true everywhere it is an ordinary convolution."""
    for height, width in ((2, 2), (3, 2), (1, 4)):
        x, kernel = fitting(rng, (2, 6, 7, 3), height, width, 4)
        compare(student, x, turned(kernel), NO_BIAS[:4], np.ones((3, 4), bool))


@pytest.mark.weight(1)
def test_kernel_is_not_turned_round(student, rng):
    """The kernel lies on the image as it is, as in Keras."""
    for height, width in ((3, 3), (2, 4)):
        x, kernel = fitting(rng, (2, 5, 7, 2), height, width, 3)
        compare(student, x, kernel, NO_BIAS[:3], np.ones((2, 3), bool))


@pytest.mark.weight(1.5)
def test_table(student, rng):
    """Only the maps that the table connects count, whatever the kernel holds for the others."""
    for inputs, outputs in ((3, 5), (4, 4), (5, 2)):
        x, kernel = fitting(rng, (2, 5, 6, inputs), 3, 2, outputs)
        compare(student, x, turned(kernel), NO_BIAS[:outputs], cases.table(rng, inputs, outputs))


@pytest.mark.weight(1)
def test_as_many_inputs_as_outputs(student, rng):
    """The table's rows are inputs and its columns outputs, where there are as many of both too."""
    table = np.triu(np.ones((4, 4), bool))
    x, kernel = fitting(rng, (3, 5, 4, 4), 2, 3, 4)
    compare(student, x, turned(kernel), NO_BIAS[:4], table)


@pytest.mark.aspect("values", "bias")
@pytest.mark.weight(1)
def test_output_without_inputs(student, rng):
    """An output that is connected with nothing is its bias."""
    x, kernel = fitting(rng, (2, 4, 5, 2), 2, 2, 3)
    table = np.array([[True, False, False], [True, False, True]])
    compare(student, x, turned(kernel), cases.mixed(rng, (3,)), table)


@pytest.mark.aspect("bias")
@pytest.mark.supporting
@pytest.mark.weight(1)
def test_bias(student, rng):
    """Each output map has its own bias, added once, however many maps it sees."""
    x, kernel = fitting(rng, (2, 5, 6, 4), 3, 2, 3)
    bias, table = cases.mixed(rng, (3,), 5.0), cases.table(rng, 4, 3)
    without = relations.numbers(student.sparse_conv2d(x, kernel, NO_BIAS[:3], table))
    want = without + np.broadcast_to(bias, np.broadcast_shapes(without.shape, bias.shape))
    expect.close(student.sparse_conv2d(x, kernel, bias, table), want, like=(x,))


@pytest.mark.weight(1)
def test_one_map_changes_only_what_it_is_connected_with(student, rng):
    """A change of one input map changes the outputs that the table connects, and no others."""
    x, kernel = fitting(rng, (1, 5, 6, 6), 2, 2, 16)
    table = reference.c3_connection_table()
    other = x.copy()
    changed = int(rng.integers(6))
    other[..., changed] += 1
    for images in (x, other):
        compare(student, images, turned(kernel), NO_BIAS, table)


@pytest.mark.aspect("values", "bias")
@pytest.mark.weight(0.5)
def test_of_lenet5(student, rng):
    """C3 as it is in the network: 5 by 5 kernels from 6 to 16 maps."""
    x, kernel = fitting(rng, (2, 14, 14, 6), 5, 5, 16)
    compare(student, x, kernel, cases.mixed(rng, (16,)), reference.c3_connection_table())


@pytest.mark.weight(0.5)
def test_whole_kernel(student, rng):
    """A kernel as large as the image gives one number for each map, as in C5."""
    x, kernel = fitting(rng, (3, 4, 5, 3), 4, 5, 7)
    compare(student, x, turned(kernel), NO_BIAS[:7], np.ones((3, 7), bool))


@pytest.mark.weight(0.5)
def test_numbers_at_the_places_of_no_connection(student, rng):
    """Weights that are not connected count for nothing even where they are NaN or infinite."""
    x, kernel = fitting(rng, (2, 4, 5, 2), 2, 2, 3)
    table = np.array([[True, False, True], [False, True, True]])
    kernel = np.where(table, turned(kernel), np.float32(np.nan))
    compare(student, x, kernel, NO_BIAS[:3], table)


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_precision(student, rng):
    """Floating arguments give a floating result of their precision; so do whole numbers."""
    x, kernel = fitting(rng, (1, 4, 5, 2), 2, 2, 2)
    table, bias = cases.table(rng, 2, 2), NO_BIAS[:2]
    whole = np.round(4 * x).astype(np.int64)
    for images in (x, whole):
        wide = [array.astype(np.float64) for array in (images, kernel, bias)]
        want = relations.numbers(student.sparse_conv2d(*wide, table))
        got = student.sparse_conv2d(images, kernel, bias, table)
        expect.close(got, want, like=(x,), dtype="floating")
        expect.close(student.sparse_conv2d(*wide, table), want, dtype=np.float64)


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_empty_batch(student, rng):
    """A batch of no images gives a batch of no maps."""
    x, kernel = fitting(rng, (2, 4, 5, 2), 2, 3, 3)
    table = np.ones((2, 3), bool)
    relations.empty_batch(
        lambda images: student.sparse_conv2d(images, kernel, NO_BIAS[:3], table), x
    )


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """Images, kernel, bias and table are left as they were."""
    x, kernel = fitting(rng, (2, 4, 5, 3), 2, 2, 4)
    given = [x, kernel, cases.mixed(rng, (4,)), cases.table(rng, 3, 4)]
    seen = student.sparse_conv2d.watched(*given)
    expect.that(cases.unchanged(given, seen.arguments), "changed an argument")


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_does_not_fit(student, rng):
    """Arrays that do not fit each other raise a ValueError that names one of them."""
    x, kernel = fitting(rng, (1, 4, 5, 2), 2, 2, 3)
    bias, table = NO_BIAS[:3], np.ones((2, 3), bool)
    with student.raises(ValueError, naming=("table",)):
        student.sparse_conv2d(x, kernel, bias, table[:1])
    with student.raises(ValueError, naming=("table",)):
        student.sparse_conv2d(x, kernel, bias, table.T)
    with student.raises(ValueError, naming=("x",)):
        student.sparse_conv2d(x[0], kernel, bias, table)
    with student.raises(ValueError, naming=("kernel", "x")):
        student.sparse_conv2d(x[..., :1], kernel, bias, table)
    with student.raises(ValueError, naming=("bias",)):
        student.sparse_conv2d(x, kernel, bias[:2], table)
    with student.raises(ValueError, naming=("kernel", "x")):
        student.sparse_conv2d(x[:, :1], kernel, bias, table)


@pytest.mark.aspect("values", "bias", "dtype")
@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images, kernels and tables of all kinds, drawn at random."""
    calls = drawn.sparse(rng)
    for ((x, kernel, bias, table), _), got in zip(
        calls, student.sparse_conv2d.each(calls), strict=True
    ):
        alike = x.dtype == kernel.dtype == bias.dtype
        want = reference.sparse_conv2d(x, kernel, bias, table)
        expect.close(got, want, like=(x, kernel), dtype="kept" if alike else "floating")
