"""Hidden tests of `conv2d_backward_weights`.

Answers are held against numerical derivatives of the suite's own forward pass: see `reference`.
"""

from __future__ import annotations

import cases
import numpy as np
import pytest
import reference

from autograder.suite import expect


def compare(student, rng, layers, *which):
    """Compare the gradients of the kernel, of the bias, or both."""
    calls = [cases.convolution_call(rng, layer) for layer in layers]
    answers = student.conv2d_backward_weights.each(calls)
    for (given, options), got in zip(calls, answers, strict=True):
        found = cases.members(got, "dkernel", "dbias")
        wanted = dict(zip(found, reference.conv2d_backward_weights(*given, **options), strict=True))
        for name in which:
            expect.close(found[name], wanted[name], like=given)


@pytest.mark.public
@pytest.mark.weight(1.5)
def test_published_example(student):
    """The row of five numbers of the notebook."""
    x = np.array([5.0, 1.0, 2.0, 8.0, 3.0]).reshape(1, 1, 5, 1)
    kernel = np.array([1.0, 10.0, 100.0]).reshape(1, 3, 1, 1)
    dy = np.array([2.0, 3.0, 4.0]).reshape(1, 1, 3, 1)
    got = cases.members(student.conv2d_backward_weights(dy, x, kernel), "dkernel", "dbias")
    for mine, want in zip(
        got.values(), reference.conv2d_backward_weights(dy, x, kernel), strict=True
    ):
        expect.close(mine, want)


@pytest.mark.weight(3)
def test_kernel_at_stride_one(student, rng):
    """Several images, channels and filters, kernels that are not square."""
    compare(student, rng, cases.CONVOLUTIONS, "dkernel")


@pytest.mark.weight(2)
def test_kernel_with_strides(student, rng):
    """Kernels that move by two cells, and by another number downwards than across."""
    compare(student, rng, cases.STRIDED, "dkernel")


@pytest.mark.weight(2)
def test_kernel_under_same(student, rng):
    """Under "same", zeros are added as in Keras."""
    compare(student, rng, cases.PADDED, "dkernel")


@pytest.mark.weight(1.5)
def test_bias(student, rng):
    """The derivative of each filter's bias."""
    compare(student, rng, (*cases.CONVOLUTIONS, cases.STRIDED[0], cases.PADDED[1]), "dbias")


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_keeps_the_dtype(student, rng):
    """float32 stays float32."""
    given, options = cases.convolution_call(rng, cases.CONVOLUTIONS[0])
    cases.same_numbers(student.conv2d_backward_weights, given, 2, **options)


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_empty_batch(student, rng):
    """A batch of no images gives derivatives of 0."""
    (dy, x, kernel), _ = cases.convolution_call(rng, cases.CONVOLUTIONS[0])
    some = cases.several(student.conv2d_backward_weights(dy, x, kernel))
    none = cases.several(student.conv2d_backward_weights(dy[:0], x[:0], kernel))
    for got, one in zip(none, some, strict=True):
        expect.close(got, np.zeros(expect.array(one).shape))


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """The derivatives, the images and the kernel are left as they were."""
    given, options = cases.convolution_call(rng, cases.CONVOLUTIONS[0])
    cases.watched(student.conv2d_backward_weights, given, **options)


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_derivatives_of_another_shape(student, rng):
    """If dy has not the shape of the output, a ValueError names it."""
    (dy, x, kernel), _ = cases.convolution_call(rng, cases.CONVOLUTIONS[0])
    wrong = (dy[:1], dy[:, :1], dy[:, :, :1], dy[..., :1], x, dy[0])
    calls = [((each, x, kernel), {}) for each in wrong]
    student.conv2d_backward_weights.all_raise(calls, ValueError, naming="dy")
