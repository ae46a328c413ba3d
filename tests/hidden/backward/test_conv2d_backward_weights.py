"""Hidden tests of `conv2d_backward_weights`.

Answers are held against numerical derivatives of the suite's own forward pass: see `reference`.
"""

from __future__ import annotations

import cases
import drawn
import numpy as np
import pytest
import reference
import relations

from autograder.suite import expect

GRADIENTS = ("dkernel", "dbias")


def compare(student, calls, *which):
    """Compare the gradients of the kernel, of the bias, or both."""
    for (given, options), got in zip(
        calls, student.conv2d_backward_weights.each(calls), strict=True
    ):
        found = relations.members(got, *GRADIENTS)
        dkernel, dbias = reference.conv2d_backward_weights(*given, **options)
        if "dkernel" in which:
            relations.close(found["dkernel"], dkernel, given, 0, 1)
        if "dbias" in which:
            relations.close(found["dbias"], dbias, given, 0)


@pytest.mark.public
@pytest.mark.weight(1.5)
def test_published_example(student):
    """The row of five numbers of the notebook."""
    x = np.array([5.0, 1.0, 2.0, 8.0, 3.0]).reshape(1, 1, 5, 1)
    kernel = np.array([1.0, 10.0, 100.0]).reshape(1, 3, 1, 1)
    dy = np.array([2.0, 3.0, 4.0]).reshape(1, 1, 3, 1)
    compare(student, [((dy, x, kernel), {})], *GRADIENTS)


@pytest.mark.weight(3)
def test_kernel_at_stride_one(student, rng):
    """Several images, channels and filters, kernels that are not square."""
    compare(student, cases.convolution_calls(rng, cases.CONVOLUTIONS), "dkernel")


@pytest.mark.weight(2)
def test_kernel_with_strides(student, rng):
    """Kernels that move by two cells, and by another number downwards than across."""
    compare(student, cases.convolution_calls(rng, cases.STRIDED), "dkernel")


@pytest.mark.weight(2)
def test_kernel_under_same(student, rng):
    """Under "same", zeros are added as in Keras."""
    compare(student, cases.convolution_calls(rng, cases.PADDED), "dkernel")


@pytest.mark.weight(1.5)
def test_bias(student, rng):
    """The derivative of each filter's bias."""
    layers = (*cases.CONVOLUTIONS, cases.STRIDED[0], cases.PADDED[1])
    compare(student, cases.convolution_calls(rng, layers), "dbias")


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_keeps_the_dtype(student, rng):
    """The gradient of the kernel has its dtype, whatever those of dy and x are."""
    given, options = cases.convolution_call(rng, cases.CONVOLUTIONS[0])
    relations.keeps_the_dtype(student.conv2d_backward_weights, given, 2, **options)


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_empty_batch(student, rng):
    """A batch of no images gives derivatives of 0."""
    (dy, x, kernel), _ = cases.convolution_call(rng, cases.CONVOLUTIONS[0])
    some = relations.several(student.conv2d_backward_weights(dy, x, kernel))
    none = relations.several(student.conv2d_backward_weights(dy[:0], x[:0], kernel))
    for got, one in zip(none, some, strict=True):
        expect.close(got, np.zeros(expect.array(one).shape))


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """The derivatives, the images and the kernel are left as they were."""
    given, options = cases.convolution_call(rng, cases.CONVOLUTIONS[0])
    relations.watched(student.conv2d_backward_weights, given, **options)


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_derivatives_of_another_shape(student, rng):
    """If dy has not the shape of the output, a ValueError names it."""
    given, _ = cases.convolution_call(rng, cases.CONVOLUTIONS[0])
    relations.refuses_other_shapes(student.conv2d_backward_weights, given)


@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images, kernels and strides of all kinds, drawn at random."""
    compare(student, drawn.convolutions(rng), *GRADIENTS)
