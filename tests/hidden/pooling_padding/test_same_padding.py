"""Hidden tests of `same_padding`: how much is padded before and after one axis."""

from __future__ import annotations

import cases
import drawn
import pytest
import reference

from autograder.suite import expect

pytestmark = pytest.mark.builds_on("output_size")


def compare(student, all_arguments):
    """Values only: that amounts are whole numbers has a test of its own."""
    answers = student.same_padding.each([(arguments, {}) for arguments in all_arguments])
    for arguments, got in zip(all_arguments, answers, strict=True):
        expect.close(got, reference.same_padding(*arguments), rtol=1e-9)


@pytest.mark.public
@pytest.mark.weight(1)
def test_published_examples(student):
    """The amounts of the examples in the notebook come out."""
    compare(student, [(5, 2, 1), (8, 3, 2)])


@pytest.mark.weight(2)
def test_stride_one(student, rng):
    """At stride 1, both sides get equally many cells, or else the side at the end gets one more."""
    compare(student, [(int(rng.integers(8, 40)), window, 1) for window in (1, 2, 3, 4, 5, 6)])


@pytest.mark.weight(1.5)
def test_strides_that_divide_the_size(student, rng):
    """With a stride that divides the size, only what the last window lacks is padded."""
    windows = ((3, 2), (5, 2), (4, 3), (7, 4), (2, 2), (3, 3))
    compare(
        student,
        [(stride * int(rng.integers(3, 12)), window, stride) for window, stride in windows],
    )


@pytest.mark.weight(1.5)
def test_strides_that_do_not_divide_the_size(student, rng):
    """With a stride that leaves a rest, the amount depends on the rest."""
    asked = []
    for window, stride in ((3, 2), (5, 2), (4, 3), (7, 4), (2, 2), (3, 3)):
        for rest in {1, stride - 1}:
            asked.append((stride * int(rng.integers(3, 12)) + rest, window, stride))
    compare(student, asked)


@pytest.mark.weight(1)
def test_windows_smaller_than_the_stride(student, rng):
    """Where every window lies inside already, nothing is padded, and never less than nothing."""
    asked = []
    for window, stride in ((1, 4), (2, 5), (1, 2), (2, 3)):
        size = stride * int(rng.integers(2, 9)) + window
        asked += [(size, window, stride), (size - window, window, stride)]
    padded = (int(rng.integers(9, 40)), 3, 1)  # so (0, 0) is no answer
    compare(student, [*asked, padded])


@pytest.mark.weight(0.5)
def test_windows_larger_than_the_input(student, rng):
    """A window may be larger than the input: then most of it is padding."""
    size = 6 * int(rng.integers(1, 5)) + 1
    windows = (size + 1, size + 2)
    compare(student, [(size, window, stride) for stride in (1, 2, 3) for window in windows])


@pytest.mark.weight(0.5)
def test_stride_is_one_unless_given(student, rng):
    """Without a stride, the window moves by one cell."""
    windows = (2, 3, 6)
    compare(student, [(cases.span(int(rng.integers(3, 9)), n, n), n) for n in windows])


@pytest.mark.aspect("kind")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_amounts_are_whole_numbers(student, rng):
    """Both amounts are ints, not floats that happen to be whole."""
    size = int(rng.integers(8, 40))
    calls = [((size, *each), {}) for each in ((3, 1), (1, 1), (5, 1), (4, 1), (2, 2))]
    for got in student.same_padding.each(calls):
        amounts = got if isinstance(got, tuple | list) else [got]  # how many is for other tests
        expect.that(
            all(map(cases.is_whole, amounts)),
            "cells are counted: return two ints",
            detail=got,
        )


@pytest.mark.aspect("errors")
@pytest.mark.supporting
@pytest.mark.weight(0.5)
def test_refuses_windows_and_strides_below_one(student):
    """A window or a stride below 1 raises a ValueError that names it."""
    windows = [((8, window, 1), {}) for window in range(-8, 1)]
    student.same_padding.all_raise(windows, ValueError, naming="window")
    strides = [((8, 2, stride), {}) for stride in range(-8, 1)]
    student.same_padding.all_raise(strides, ValueError, naming="stride")


@pytest.mark.weight(0.5)
def test_calls_of_all_kinds(student, rng):
    """Sizes, windows and strides of all kinds, drawn at random."""
    compare(student, drawn.amounts(rng))
