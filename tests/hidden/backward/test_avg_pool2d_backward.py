"""Hidden tests of `avg_pool2d_backward`.

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
    relations.compare(student.avg_pool2d_backward, reference.avg_pool2d_backward, calls, 0)


@pytest.mark.public
@pytest.mark.weight(2)
def test_published_example(student):
    """The row of five numbers of the notebook."""
    x = np.array([5.0, 1.0, 2.0, 8.0, 3.0]).reshape(1, 1, 5, 1)
    dy = np.array([4.0, 8.0]).reshape(1, 1, 2, 1)
    compare(student, [((dy, x), {"pool_size": (1, 2)})])


@pytest.mark.weight(2)
def test_side_by_side(student, rng):
    """Windows that touch and do not overlap, of 2 by 2 unless given."""
    compare(student, cases.pooling_calls(rng, cases.SIDE_BY_SIDE))


@pytest.mark.weight(2)
def test_overlapping(student, rng):
    """Where windows overlap, what comes back from them is added."""
    compare(student, cases.pooling_calls(rng, cases.OVERLAPPING))


@pytest.mark.weight(0.5)
def test_apart(student, rng):
    """Cells between windows get 0."""
    compare(student, cases.pooling_calls(rng, cases.APART))


@pytest.mark.weight(1)
def test_rectangular(student, rng):
    """Windows and strides that differ downwards and across."""
    compare(student, cases.pooling_calls(rng, cases.RECTANGULAR))


@pytest.mark.weight(1)
def test_left_over(student, rng):
    """Rows and columns that fill no window get 0."""
    compare(student, cases.pooling_calls(rng, cases.LEFT_OVER))


@pytest.mark.weight(2)
def test_same(student, rng):
    """Under "same", windows lie as in Keras, and cells that are added do not count."""
    compare(student, cases.pooling_calls(rng, cases.SAME))


@pytest.mark.aspect("dtype")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_keeps_the_dtype(student, rng):
    """The answer has the dtype of x, whatever that of dy is."""
    given, options = cases.pooling_call(rng, cases.SIDE_BY_SIDE[0])
    relations.keeps_the_dtype(student.avg_pool2d_backward, given, 1, **options)


@pytest.mark.aspect("empty")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_empty_batch(student):
    """A batch of no images gives a batch of no images."""
    x = np.zeros((0, 4, 6, 2))
    expect.close(student.avg_pool2d_backward(np.zeros((0, 2, 3, 2)), x), x)


@pytest.mark.aspect("purity")
@pytest.mark.claim
@pytest.mark.weight(0.5)
def test_leaves_its_arguments_alone(student, rng):
    """The derivatives and the images are left as they were."""
    for layer in (cases.SIDE_BY_SIDE[0], ((2, 3, 4, 2), {"pool_size": 1})):
        given, options = cases.pooling_call(rng, layer)
        relations.watched(student.avg_pool2d_backward, given, **options)


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_derivatives_of_another_shape(student, rng):
    """If dy has not the shape of the output, a ValueError names it."""
    given, _ = cases.pooling_call(rng, ((2, 4, 6, 2), {}))
    relations.refuses_other_shapes(student.avg_pool2d_backward, given)


@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Images, windows and strides of all kinds, drawn at random.

    None has a window that is larger than the image: TensorFlow's own gradient is wrong there.
    """
    compare(student, drawn.pooling(rng, larger=False))
