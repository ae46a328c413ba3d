"""Hidden tests of `conv2d_backward_x`.

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


def compare(student, calls):
    relations.compare(student.conv2d_backward_x, reference.conv2d_backward_x, calls, 0, 2)


@pytest.mark.public
@pytest.mark.weight(1.5)
def test_published_example(student):
    """The row of five numbers of the notebook."""
    x = np.array([5.0, 1.0, 2.0, 8.0, 3.0]).reshape(1, 1, 5, 1)
    kernel = np.array([1.0, 10.0, 100.0]).reshape(1, 3, 1, 1)
    dy = np.array([2.0, 3.0, 4.0]).reshape(1, 1, 3, 1)
    compare(student, [((dy, x, kernel), {})])


@pytest.mark.weight(3)
def test_stride_one(student, rng):
    """Several images, channels and filters, kernels that are not square."""
    compare(student, cases.convolution_calls(rng, cases.CONVOLUTIONS))


@pytest.mark.weight(2)
def test_strides(student, rng):
    """Kernels that move by two cells, and by another number downwards than across."""
    compare(student, cases.convolution_calls(rng, cases.STRIDED))


@pytest.mark.weight(2)
def test_same(student, rng):
    """Under "same", zeros are added as in Keras, and what comes back to them is dropped."""
    compare(student, cases.convolution_calls(rng, cases.PADDED))


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_keeps_the_dtype(student, rng):
    """The answer has the dtype of x, whatever those of dy and the kernel are."""
    given, options = cases.convolution_call(rng, cases.CONVOLUTIONS[0])
    relations.keeps_the_dtype(student.conv2d_backward_x, given, 1, **options)


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_empty_batch(student, rng):
    """A batch of no images gives a batch of no images."""
    (dy, x, kernel), _ = cases.convolution_call(rng, cases.CONVOLUTIONS[0])
    expect.close(student.conv2d_backward_x(dy[:0], x[:0], kernel), x[:0])


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """The derivatives, the images and the kernel are left as they were."""
    given, options = cases.convolution_call(rng, cases.CONVOLUTIONS[0])
    relations.watched(student.conv2d_backward_x, given, **options)


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_derivatives_of_another_shape(student, rng):
    """If dy has not the shape of the output, a ValueError names it."""
    given, _ = cases.convolution_call(rng, cases.CONVOLUTIONS[0])
    relations.refuses_other_shapes(student.conv2d_backward_x, given)


@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images, kernels and strides of all kinds, drawn at random."""
    compare(student, drawn.convolutions(rng))
