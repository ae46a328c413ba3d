"""Hidden tests of `conv_parameters`."""

from __future__ import annotations

import drawn
import pytest
import reference

from autograder.suite import expect


def compare(student, *args, **kwargs):
    expect.equal(
        student.conv_parameters(*args, **kwargs), reference.conv_parameters(*args, **kwargs)
    )


def channels(rng, groups=1):
    """Numbers of input and output channels that differ."""
    one, other = rng.permutation(range(2, 12))[:2]
    return groups * int(one), groups * int(other)


@pytest.mark.public
@pytest.mark.weight(1)
def test_first_layer(student):
    """The 156 parameters of C1, as in the notebook."""
    compare(student, 5, 1, 6)


@pytest.mark.weight(1.5)
def test_weights_and_biases(student, rng):
    """One weight for each cell and input channel, one bias for each filter."""
    for side in (1, 3, 5, 7):
        compare(student, side, *channels(rng))


@pytest.mark.weight(1)
def test_without_bias(student, rng):
    """Without biases only the weights count."""
    for side in (1, 4):
        compare(student, side, *channels(rng), bias=False)


@pytest.mark.weight(1)
def test_rectangular_kernels(student, rng):
    """A kernel may be higher than wide, or wider than high."""
    for kernel in ((3, 5), (7, 1), (1, 4)):
        compare(student, kernel, *channels(rng))


@pytest.mark.weight(1.5)
def test_groups(student, rng):
    """With groups, a filter sees the channels of its own group; it still has one bias."""
    for groups in (2, 3):
        compare(student, 3, *channels(rng, groups), groups=groups)
        compare(student, 3, *channels(rng, groups), bias=False, groups=groups)


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_groups_that_do_not_divide(student):
    """Groups that do not divide both numbers of channels raise a ValueError."""
    for inputs, outputs, groups in ((3, 4, 2), (4, 3, 2), (6, 12, 12), (12, 6, 4)):
        with student.raises(ValueError, naming="groups"):
            student.conv_parameters(3, inputs, outputs, groups=groups)


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_what_is_below_one(student):
    """Numbers below 1 raise a ValueError that names them."""
    with student.raises(ValueError, naming="kernel_size"):
        student.conv_parameters(0, 1, 6)
    with student.raises(ValueError, naming="in_channels"):
        student.conv_parameters(5, 0, 6)
    for kernel in ((0, 3), (3, -1)):
        with student.raises(ValueError, naming="kernel_size"):
            student.conv_parameters(kernel, 1, 6)
    for channels in (-1, 0):
        with student.raises(ValueError, naming="out_channels"):
            student.conv_parameters(5, 1, channels)


@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Kernels, channels and groups of all kinds, drawn at random."""
    calls = drawn.parameters(rng)
    for (args, kwargs), got in zip(calls, student.conv_parameters.each(calls), strict=True):
        expect.equal(got, reference.conv_parameters(*args, **kwargs))
